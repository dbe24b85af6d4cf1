"""Jobs in forks of one process: the script's exit status and output, and no process that outlives its run."""

import json
import os
import socket
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from practicework import workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server of forks is used on Linux only")


class Names(SimpleNamespace):
    """Named entries, as Snakemake gives them."""

    def items(self) -> list[tuple[str, str]]:
        return list(vars(self).items())


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server whose scripts are in a folder of the test."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(Path(workers.__file__).parents[1]))
    process = workers.start(scripts, ["json", "no_such_module"])
    yield SimpleNamespace(process=process, scripts=scripts)
    workers.stop(process)
    assert process.poll() == 0


def ask(server: SimpleNamespace, code: str, **wildcards: str) -> bool:
    (server.scripts / "job.py").write_text(code)
    return workers.delegated(
        Names(rule="r", wildcards=Names(**wildcards), log=["a.log"], output=Names(page="p"), threads=1), "job.py"
    )


def test_a_script_runs_in_a_fork_with_the_job(server, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    code = "import os; print(snakemake.rule, snakemake.wildcards.sample, snakemake.log, snakemake.output.page, os.getcwd())"
    assert ask(server, code, sample="s")
    assert capfd.readouterr().out == f"r s ['a.log'] p {tmp_path}\n"


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("import sys; sys.exit('Error: wrong')", 1, "Error: wrong"),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("raise SystemExit(3)", 3, ""),
    ],
)
def test_a_script_that_fails_ends_the_job(server, capfd, code, status, words):
    with pytest.raises(SystemExit) as end:
        ask(server, code)
    assert end.value.code == status
    assert words in capfd.readouterr().err


def test_a_fork_that_is_killed_fails(server):
    with pytest.raises(SystemExit):
        ask(server, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert ask(server, "pass")


def test_without_a_server_the_script_runs_itself(monkeypatch):
    monkeypatch.delenv(workers.ADDRESS, raising=False)
    assert not workers.delegated(None, "job.py")
    monkeypatch.setenv(workers.ADDRESS, "practicework-of-nobody")
    assert not workers.delegated(Names(rule="r", wildcards=Names(), log=[], output=Names(), threads=1), "job.py")


def test_only_scripts_of_the_program_run(server, tmp_path):
    (tmp_path / "elsewhere.py").write_text("print('ran')")
    with pytest.raises(SystemExit):
        workers.delegated(Names(rule="r", wildcards=Names(), log=[], output=Names(), threads=1), str(tmp_path / "elsewhere.py"))


def test_a_request_that_is_none_stops_nothing(server):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect("\0" + os.environ[workers.ADDRESS])
        line.sendall(b"hello")
        assert line.recv(16) == b""
    assert ask(server, "pass")


def until(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def sleeping(server: SimpleNamespace, started: Path) -> socket.socket:
    """Ask for a script that does not end, and return the line."""
    (server.scripts / "job.py").write_text(f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(100)")
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect("\0" + os.environ[workers.ADDRESS])
    request = {"script": "job.py", "cwd": "/", "rule": "r", "wildcards": {}, "log": [], "output": {}, "threads": 1}
    socket.send_fds(line, [json.dumps(request).encode()], [1, 2])
    assert until(started.exists)
    return line


def test_the_fork_of_a_script_that_is_killed_ends(server, tmp_path):
    line = sleeping(server, tmp_path / "started")
    assert len(psutil.Process(server.process.pid).children()) == 1
    line.close()
    assert until(lambda: not psutil.Process(server.process.pid).children())


def test_forks_end_with_the_run(server, tmp_path):
    line = sleeping(server, tmp_path / "started")
    (fork,) = psutil.Process(server.process.pid).children()
    server.process.stdin.close()
    assert until(lambda: not fork.is_running() or fork.status() == psutil.STATUS_ZOMBIE)
    line.close()


def test_what_jobs_use_is_written_on_request(tmp_path, monkeypatch):
    monkeypatch.setenv(workers.USAGE, str(tmp_path / "usage.csv"))
    monkeypatch.setenv("PYTHONPATH", str(Path(workers.__file__).parents[1]))
    (tmp_path / "job.py").write_text("sum(range(10**6))")
    process = workers.start(tmp_path, [])
    assert workers.delegated(Names(rule="r", wildcards=Names(sample="s"), log=[], output=Names(), threads=1), "job.py")
    workers.stop(process)
    rule, sample, seconds, memory = (tmp_path / "usage.csv").read_text().strip().split(",")
    assert (rule, sample) == ("r", "s")
    assert 0 < float(seconds) < 10
    assert int(memory) > 1000
