"""Who may use the page: a browser on this machine that was given the token, on pages of this server only."""

from __future__ import annotations

import hmac
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What pages of the server may load: its own files."""

REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""What a report may do: its own script and style, in an origin of its own, so that it cannot use the page."""

ENTRY = "/enter"
SAFE = {"GET", "HEAD"}


class Guard:
    """Refuse requests of other hosts, other sites and strangers, and add the policy to every answer.

    Parameters
    ----------
    app : ASGI application
    port : int
        The server's port, which names the cookie, since cookies do not distinguish ports.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        """Make the token of the first address."""
        self.app, self.port = app, port
        self.token, self.session = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.cookie = f"practicework_{port}"
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.seen, self.entered = time.monotonic(), lambda: None

    @property
    def address(self) -> str:
        """The first address, with the token."""
        return f"http://127.0.0.1:{self.port}{ENTRY}?token={self.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, pass on or refuse a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        if refusal := self._refusal(scope):
            await PlainTextResponse(refusal, 403)(scope, receive, self._with_policy(send))
            return
        request = Request(scope)
        if scope["path"] == ENTRY:
            given = request.query_params.get("token", "")
            if not hmac.compare_digest(given.encode(), self.token.encode()):
                await PlainTextResponse("This address is not valid; use the one in the terminal.", 403)(scope, receive, send)
                return
            self.token = secrets.token_urlsafe(32)  # an address works once, since others may see it in a list of processes
            self.entered()
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self.cookie, self.session, httponly=True, samesite="strict", path="/")
            await answer(scope, receive, self._with_policy(send))
            return
        known = request.cookies.get(self.cookie, "")
        if not hmac.compare_digest(known.encode(), self.session.encode()):
            words = "Open the page with the address that the terminal shows."
            await PlainTextResponse(words, 403)(scope, receive, self._with_policy(send))
            return
        self.seen = time.monotonic()
        await self.app(scope, receive, self._with_policy(send))

    def _refusal(self, scope: Scope) -> str:
        """Return why a request is refused before anything is read; empty if it is not."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self.hosts:
            return "This server answers to its own address only."
        if scope["method"] in SAFE:
            return ""
        if headers.get("origin", "") not in {f"http://{host}" for host in self.hosts}:
            return "This request came from another page."
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return "This request came from another page."
        return ""

    def _with_policy(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", POLICY)
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "same-origin"
                headers["cross-origin-opener-policy"] = "same-origin"
                headers["cross-origin-resource-policy"] = "same-origin"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return sent
