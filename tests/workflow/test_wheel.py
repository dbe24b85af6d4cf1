"""The wheel is the whole program: installed elsewhere, it checks, runs and packages a study."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile

import pytest

PARTS = ("workflow", "profiles", "docs", "config")
FILES = ("Snakefile", "Makefile", "pyproject.toml", "requirements.lock", "LICENSE", "CITATION.cff", "README.md", "SECURITY.md")


@pytest.fixture(scope="module")
def installed(root, tmp_path_factory):
    """The folder of the programs of a new environment with the pinned libraries and the wheel, and none of the clone."""
    place = tmp_path_factory.mktemp("wheel")
    source, pip = place / "source", [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    for name in PARTS:  # a copy: building leaves files behind
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in FILES:
        shutil.copyfile(root / name, source / name)
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", place, source], check=True)
    shutil.rmtree(source)
    venv.create(place / "env", with_pip=False, symlinks=sys.platform != "win32")
    (packages,) = (place / "env/lib").glob("python*/site-packages")
    (packages / "pins.pth").write_text(
        sysconfig.get_path("purelib") + "\n"
    )  # nested .pth files, such as the clone's, are not read
    (wheel,) = place.glob("*.whl")
    subprocess.run([*pip, f"--python={place / 'env'}", "install", "-q", "--no-deps", "--force-reinstall", wheel], check=True)
    return place / "env/bin"


def practicework(installed, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [installed / "practicework", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=installed, check=False)


@pytest.mark.slow
def test_the_wheel_runs_and_packages_a_study(installed, tiny, root, tmp_path):
    folder = (
        tiny.edit("config.replication")
        .edit("config.moderation")
        .edit("config.profiles")
        .edit("config.samples.s.publish", "raw")
        .write()
    )
    where = subprocess.run(
        [installed / "python", "-P", "-c", "import practicework; print(practicework.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "site-packages" in where.stdout
    assert str(root) not in where.stdout
    done = practicework(installed, "init", tmp_path / "drafted", "--from", folder / "data/raw/s.csv")
    assert (done.returncode, done.stderr) == (0, ""), done
    for command in ("check", "run", "expect", "package"):
        done = practicework(installed, command, folder)
        assert (done.returncode, done.stderr) == (0, ""), done
    assert (folder / "results/s/report/report.html").is_file()
    (package,) = (folder / "results/package").glob("*/")
    assert "All" in done.stdout
    assert (package / "workflow/practicework/stages/ingest/__init__.py").is_file()
    assert (package / "workflow/rules/common.smk").is_file()


def test_the_wheel_has_every_file_of_the_program(root, installed):
    (wheel,) = installed.parents[1].glob("*.whl")
    names = {name.split("/data/share/practicework/")[-1] for name in zipfile.ZipFile(wheel).namelist()}
    listed = subprocess.run(["git", "ls-files", *PARTS, *FILES], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this folder is not a clone")
    own = {"config/config.yaml"}
    for name in listed.stdout.splitlines():
        if name not in own and not name.startswith("config/expected/"):
            assert name.removeprefix("workflow/practicework/") in {one.removeprefix("practicework/") for one in names}, name
