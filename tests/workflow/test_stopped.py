"""A command that is ended from outside leaves no copy of the data behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups here")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_verification_removes_its_copy(tmp_path, number):
    place = tmp_path / "temporary"
    place.mkdir()
    command = [sys.executable, "-m", "practicework.commands.cli", "verify", str(ROOT)]
    environment = os.environ | {"TMPDIR": str(place), "PYTHONPATH": str(ROOT / "workflow")}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 (an ignored SIGINT is inherited)
    )  # fmt: skip
    started = time.monotonic()
    while not list(place.glob("practicework-*/0/data/raw/*.csv")):
        assert process.poll() is None
        assert time.monotonic() - started < 60
        time.sleep(0.2)
    process.send_signal(number)
    assert process.wait(timeout=30) == 128 + number
    time.sleep(1)  # a job that had survived would write again
    assert list(place.glob("practicework-*")) == []
