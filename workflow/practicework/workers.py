"""Jobs in processes that are forked from one that has imported the scientific libraries, so that a run imports them once.

Importing them takes most of the time of a cheap job. Snakemake starts the server when a run begins; the script of each job asks
it to run the script in a fork and waits for its exit status. Without a server (another platform than Linux, a cluster, a single
job), the script runs in its own process, with the same result.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import selectors
import shlex
import signal
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESS = "PRACTICEWORK_WORKERS"
"""The environment variable with the address of the server, a socket that only this user's processes on this machine can use."""

USAGE = "PRACTICEWORK_USAGE"
"""The environment variable with a file to which job, part, CPU-seconds and peak memory (KiB) of each job are appended."""

THREADS = ("OMP_NUM_THREADS", "GOTO_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
           "NUMEXPR_NUM_THREADS")  # fmt: skip
_LARGEST = 1 << 20


def start(scripts: Path, modules: Sequence[str]) -> subprocess.Popen | None:
    """Start the server of a run, which ends with this process; None on platforms other than Linux.

    Parameters
    ----------
    scripts : Path
        The folder of the scripts that jobs may run.
    modules : sequence of str
        What to import, in the order in which jobs need it.
    """
    if sys.platform != "linux":  # forking a process that has loaded such libraries is not safe everywhere
        return None
    address = f"practicework-{os.getpid()}-{os.urandom(16).hex()}"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind("\0" + address)
    listener.listen(256)
    command = [*shlex.split(sys.executable), "-P", "-m", "practicework.workers", str(listener.fileno()), str(scripts), *modules]
    one = dict.fromkeys(THREADS, "1")  # as Snakemake sets them for jobs of one thread; they change the last digits of results
    server = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[listener.fileno()], env=os.environ | one)
    listener.close()
    os.environ[ADDRESS] = address
    atexit.register(stop, server)
    return server


def stop(server: subprocess.Popen) -> None:
    """End a server; it ends by itself when the process that started it is gone."""
    os.environ.pop(ADDRESS, None)
    server.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(5)


def delegated(job: object, script: str) -> bool:
    """Run a job's script in a fork of the server, and exit if it fails; False if there is no server.

    Parameters
    ----------
    job : object
        Snakemake's description of the job, with `rule`, `wildcards`, `log`, `output` and `threads`.
    script : str
        The name of its file.
    """
    address = os.environ.get(ADDRESS)
    if not address:
        return False
    request = {
        "script": script,
        "cwd": os.getcwd(),
        "rule": job.rule,
        "wildcards": dict(job.wildcards.items()),
        "log": list(job.log),
        "output": dict(job.output.items()),
        "threads": job.threads,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.connect("\0" + address)
            socket.send_fds(line, [json.dumps(request).encode() + b"\n"], [1, 2])
            answer = line.recv(16)
        except OSError:
            return False
    if not answer:
        return False
    status = int(answer)
    if status:
        sys.exit(status)
    return True


def serve(listener: socket.socket, scripts: Path, modules: Sequence[str]) -> None:
    """Import modules, and fork a process for each request; return when the standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the jobs' scripts, and with them the forks
    awake, bell = os.pipe()
    os.set_blocking(bell, False)
    signal.set_wakeup_fd(bell)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    todo, running = deque(modules), {}
    gc.disable()  # a collection would copy the pages that forks share
    with selectors.DefaultSelector() as events:
        for source in (listener, sys.stdin.fileno(), awake):
            events.register(source, selectors.EVENT_READ)
        while True:
            found = [key.fileobj for key, _ in events.select(0 if todo else None)]
            if sys.stdin.fileno() in found:
                for process in running:
                    os.kill(process, signal.SIGKILL)
                return
            if awake in found:
                os.read(awake, 1024)
                _report(running, events)
            if listener in found:
                line, _ = listener.accept()
                if request := _request(line):
                    job, streams = request
                    process = _fork(job, streams, scripts, [line.fileno(), listener.fileno(), awake, bell])
                    running[process] = line, ",".join([job["rule"], *job["wildcards"].values()])
                    events.register(line, selectors.EVENT_READ)
                else:
                    line.close()
            for process, (line, _) in running.items():
                if line in found:  # the script that asked is gone
                    events.unregister(line)
                    os.kill(process, signal.SIGKILL)
            if todo and not found:
                with contextlib.suppress(ImportError):
                    import_module(todo.popleft())


def _report(running: dict[int, tuple[socket.socket, str]], events: selectors.BaseSelector) -> None:
    """Tell the scripts of ended forks their exit status, and write what they used if a benchmark asks for it."""
    while running:
        process, status, usage = os.wait4(-1, os.WNOHANG)
        if not process:
            return
        line, job = running.pop(process)
        if USAGE in os.environ:
            with Path(os.environ[USAGE]).open("a", encoding="utf-8") as file:
                file.write(f"{job},{usage.ru_utime + usage.ru_stime:.3f},{usage.ru_maxrss}\n")
        with contextlib.suppress(KeyError):
            events.unregister(line)
        with contextlib.suppress(OSError):
            line.sendall(str(abs(os.waitstatus_to_exitcode(status))).encode())
        line.close()


def _request(line: socket.socket) -> tuple[dict, list[int]] | None:
    """Return the job that a script of the same user asks for, and the script's output streams; None for anything else."""
    _process, user, _group = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    if user != os.getuid():
        return None
    request, streams, *_ = socket.recv_fds(line, _LARGEST, 2)
    try:
        return json.loads(request), streams
    except ValueError:
        return None


def _fork(job: Mapping[str, object], streams: list[int], scripts: Path, close: list[int]) -> int:
    """Fork a process that runs the script of a job, and return its id."""
    gc.freeze()
    process = os.fork()
    if process:
        for stream in streams:
            os.close(stream)
        return process
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for stream, own in zip(streams, (1, 2), strict=True):
            os.dup2(stream, own)
        for number in (*streams, *close):
            with contextlib.suppress(OSError):
                os.close(number)
        os.environ.pop(ADDRESS, None)
        gc.enable()
        status = _run(job, scripts)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _run(request: Mapping[str, object], scripts: Path) -> int:
    """Run a script as Snakemake would, and return its exit status."""
    import runpy
    import traceback

    os.chdir(request["cwd"])
    job = SimpleNamespace(
        rule=request["rule"],
        wildcards=SimpleNamespace(**request["wildcards"]),
        log=request["log"],
        output=SimpleNamespace(**request["output"]),
        threads=request["threads"],
    )
    try:
        runpy.run_path(str(scripts / Path(request["script"]).name), init_globals={"snakemake": job})
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # a script of its own would end in the same way
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), sys.argv[3:])
