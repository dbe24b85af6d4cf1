"""Serve the page on this machine: a random port of the loopback address, until nobody looks any more."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path

import uvicorn

from practicework.errors import StudyError
from practicework.page.app import application
from practicework.page.desk import Desk
from practicework.page.guard import Guard

PORT, LOWEST = Path(".snakemake/page_port"), 1024
"""The file with the port of the last time, and the lowest port that a file may name."""

ALONE = 120
"""Seconds without a sign of an open tab after which the server ends, if tabs have given signs."""

FORGOTTEN = 3 * 3600
"""Seconds without a request after which it ends in any case."""


def serve(folder: Path, *, browser: bool = True) -> int:
    """Serve the page of a folder until it is closed; return the exit status."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{folder} is a file; name a folder, which may be empty or new.")
    folder.mkdir(parents=True, exist_ok=True)
    listening = _listening(folder.resolve() / PORT)
    guard = made(Desk(folder), listening.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(guard, log_level="error", access_log=False, server_header=False, lifespan="off"))
    print(f"The page of {folder} is open at\n  {guard.address}\nClose its tabs, or press Ctrl-C here, to end it.", flush=True)
    guard.entered = lambda: print(f"For another browser:\n  {guard.address}", flush=True)
    threading.Thread(target=_watch, args=(server, guard), daemon=True).start()
    if browser:
        threading.Thread(target=webbrowser.open, args=(guard.address,), daemon=True).start()
    try:
        server.run(sockets=[listening])
    finally:
        guard.desk.tasks.cancel()
    print("The page is closed. The study folder contains everything.", file=sys.stderr)
    return 0


def _listening(note: Path) -> socket.socket:
    """Return a socket that listens on a random port, or on that of the last time, whose unsent forms the browser has kept."""
    inside = os.path.realpath(note) == str(note)  # a link would lead out of the study
    known = note.read_text(encoding="utf-8", errors="replace")[:5] if inside and note.is_file() else ""
    for port in (int(known) if known.isdecimal() and LOWEST <= int(known) < 2**16 else 0, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
            break
        except OSError:  # another program has the port
            listening.close()
    listening.listen()  # before the address is shown: whoever opens it at once waits instead of being refused
    if inside:
        with contextlib.suppress(OSError):
            note.parent.mkdir(exist_ok=True)
            note.write_text(str(listening.getsockname()[1]), encoding="utf-8")
    return listening


def made(desk: Desk, port: int) -> Guard:
    """Return the application of a desk behind its guard."""
    guard = Guard(application(desk), port)
    guard.desk = desk
    return guard


def _watch(server: uvicorn.Server, guard: Guard) -> None:
    """End the server when no tab is open any more and nothing runs."""
    while not server.should_exit:
        time.sleep(1)
        silent = time.monotonic() - guard.seen
        if not guard.desk.tasks.running and (silent > FORGOTTEN or (guard.desk.alive and silent > ALONE)):
            server.should_exit = True
