"""A client that speaks HTTP to a page."""

import http.client
import urllib.parse
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from practicework.page.guard import Guard


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def place(self) -> str:
        """Where the answer sends the browser."""
        return self.headers.get("location", "")


@dataclass
class Client:
    """A browser without a screen; it enters with the token, unless asked not to."""

    guard: Guard
    headers: dict[str, str] = field(default_factory=dict)

    def enter(self) -> "Client":
        answer = self.get(self.guard.address.partition(str(self.guard.port))[2])
        self.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
        return self

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.guard.port, timeout=60)
        connection.request(method, path, body, {**self.headers, **headers})
        found = connection.getresponse()
        text = found.read().decode("utf-8", "replace")
        connection.close()
        return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, text)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def follow(self, path: str) -> Answer:
        """The page at the end of redirections, without the place on it."""
        answer = self.get(path.partition("#")[0])
        return self.follow(answer.place) if answer.place else answer

    def post(
        self, path: str, fields: dict | list | None = None, *files: tuple[str, bytes], field: str = "export", **headers: str
    ) -> Answer:
        """Send a form, with files (name and content) in one of its fields."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields or [])
        headers = {"Origin": f"http://127.0.0.1:{self.guard.port}", **headers}
        if not files:
            body = urllib.parse.urlencode(pairs).encode()
            return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})
        mark, parts = uuid.uuid4().hex, []
        for name, value in pairs:
            parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, content in files:
            head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        body = b"".join([*parts, f"--{mark}--\r\n".encode()])
        return self._ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}", **headers})

    def change(self, path: str, fields: dict | list) -> Answer:
        """Propose a change, write it, and return the page that follows."""
        shown = self.post(path, fields)
        assert shown.place.startswith("/change/"), self.follow(shown.place).text
        return self.follow(self.post(shown.place, {"decision": "write"}).place)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
