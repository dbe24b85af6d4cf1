"""Pages that are served."""

import socket
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from clients import Client
from newcomer import export

from practicework.page.desk import Desk
from practicework.page.guard import Guard
from practicework.page.server import made


@pytest.fixture
def served() -> Iterator[Callable[[Path], Guard]]:
    """Serve the page of a folder on a random port."""
    servers = []

    def serve(folder: Path) -> Guard:
        folder.mkdir(parents=True, exist_ok=True)
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        guard = made(Desk(folder), listening.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(guard, log_level="critical", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            pass
        servers.append((server, thread, guard))
        return guard

    yield serve
    for server, thread, guard in servers:
        guard.desk.tasks.cancel()
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def client(served, tmp_path) -> Client:
    """A client of an empty folder's page."""
    return Client(served(tmp_path / "study")).enter()


@pytest.fixture
def drafted(client) -> Client:
    """A client of the page of a drafted study."""
    file = client.post("/data/upload", {"back": "/data"}, ("team survey.csv", export().encode())).place
    client.change("/data/draft", {"file": urllib.parse.unquote(file.partition("file=")[2])})
    return client
