"""The profile for Slurm: its plan everywhere, and a run on a real Slurm of one node where that is installed."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_chunks import results, study

from practicework.commands import running
from practicework.errors import StudyError

ROOT = Path(__file__).resolve().parents[2]
ASKED = "SLURM_TEST"
"""The environment variable with which `make test-slurm` asks for the test that starts daemons and writes to /etc/slurm."""

INSTALLED = Path("/etc/slurm/slurm.conf")
"""Where jobs look for the configuration: the plugin hides the variables of Slurm from them."""

CGROUPS = "CgroupPlugin=cgroup/v2\nIgnoreSystemd=yes\n" if Path("/sys/fs/cgroup/cgroup.controllers").exists() else ""
CONFIG = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={first}
SlurmdPort={second}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ReturnToService=2
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=16000
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_ports() -> tuple[int, int]:
    """Two ports of the loopback that nothing uses."""
    with socket.socket() as one, socket.socket() as two:
        for each in (one, two):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


@contextmanager
def cluster(folder: Path) -> Iterator[dict[str, str]]:
    """A Slurm of one node; the environment with which its commands find it. Its processes end with the block."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    host, (first, second) = socket.gethostname().split(".")[0], free_ports()
    (folder / "slurm.conf").write_text(CONFIG.format(host=host, folder=folder, first=first, second=second))
    (folder / "cgroup.conf").write_text(CGROUPS or "CgroupPlugin=cgroup/v1\n")
    environment = os.environ | {"SLURM_CONF": str(folder / "slurm.conf")}
    files = [f"--{what}={folder}/munge.{end}" for what, end in (("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"))]
    files += [f"--log-file={folder}/munge.log", f"--seed-file={folder}/munge.seed"]
    commands = [["munged", "--foreground", "--force", *files]]
    commands += [["slurmctld", "-D", "-c"], ["slurmd", "-D", "-c", "-N", host]]
    running = []
    try:
        for command in commands:
            with (folder / f"{command[0]}.out").open("w") as output:
                running.append(subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT))
            time.sleep(1)
        for _ in range(60):
            state = subprocess.run(["sinfo", "-h", "-o", "%t"], env=environment, capture_output=True, text=True, check=False)
            if state.stdout.strip() == "idle":
                break
            time.sleep(1)
        else:
            pytest.fail((folder / "slurmd.out").read_text()[-2000:])
        INSTALLED.parent.mkdir(exist_ok=True)
        INSTALLED.symlink_to(folder / "slurm.conf")
        yield environment
    finally:
        if INSTALLED.is_symlink() and INSTALLED.readlink() == folder / "slurm.conf":
            INSTALLED.unlink()
        for process in reversed(running):
            process.terminate()
            process.wait(20)


def command(folder: Path, *options: str) -> list[str]:
    """The command that runs a study with the profile."""
    profile = ["--workflow-profile", str(ROOT / "profiles/slurm")]
    return [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "-d", str(folder), *profile, "--nocolor", *options]


def test_plan_with_the_profile(tiny):
    """Every job has its resources, also that of a chunk."""
    folder = study(tiny, chunk=2)
    done = subprocess.run(command(folder, "-n"), cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    resources = re.findall(r"mem_mb=(\d+).*runtime=(\d+)", done.stdout + done.stderr)
    chunks, others = resources[:2], resources[2:]
    assert sorted(chunks) == [("3000", "10"), ("3000", "20")]
    assert set(others) <= {("1500", "20"), ("2000", "20")}


@pytest.mark.skipif(ASKED not in os.environ, reason="starts a Slurm on this machine; see make test-slurm")
def test_same_bytes_as_a_local_run_although_a_job_is_killed(tmp_path, new_tiny, run):
    """Ten samples in chunks and two by stage and in arrays; the first job that runs is cancelled once and runs again."""
    large, small = new_tiny(tmp_path / "many"), new_tiny(tmp_path / "two")
    folders = [study(large, samples=10, chunk=4, report=None), study(small, samples=2, report={"formats": ["html", "tables"]})]
    killed, output = [], ""
    with cluster(tmp_path / "slurm") as environment:
        for folder in folders:
            options = ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"]
            with (tmp_path / "output").open("w") as file:
                process = subprocess.Popen(
                    command(folder, *options, "--latency-wait", "5"),
                    cwd=folder, env=environment, stdout=file, stderr=subprocess.STDOUT,
                )  # fmt: skip
                while process.poll() is None:
                    found = subprocess.run(
                        ["squeue", "-h", "-t", "R", "-o", "%A"], env=environment, capture_output=True, text=True, check=False
                    )
                    if not killed and found.stdout.split():
                        killed = found.stdout.split()[:1]
                        subprocess.run(["scancel", *killed], env=environment, check=True)
                    time.sleep(1)
            output = (tmp_path / "output").read_text()
            assert process.returncode == 0, output
        assert "localrule overview" in output
    assert killed
    for folder in folders:
        local = tmp_path / "local" / folder.name
        for name in ("config", "scales", "data"):
            shutil.copytree(folder / name, local / name)
        finished = run(local, "--cores", "2")
        assert finished.returncode == 0, finished.output
        assert results(folder) == results(local)


def test_run_finds_the_profile_from_any_folder(tiny, tmp_path, monkeypatch):
    """By its name or its folder; a profile that does not exist is refused, since Snakemake would run without it."""
    monkeypatch.chdir(tmp_path)
    assert running.profile_folder(ROOT, "slurm") == ROOT / "profiles/slurm"
    own = shutil.copytree(ROOT / "profiles/slurm", tmp_path / "mine")
    assert running.profile_folder(ROOT, "mine") == own
    with pytest.raises(StudyError, match="There is no profile 'nowhere'; use one of default, slurm"):
        running.run(study(tiny), ROOT, profile="nowhere")
