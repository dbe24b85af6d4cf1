"""A study runs wherever it and its Python are."""

import subprocess
import sys
import sysconfig
import venv

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="environments have other folders there")
def test_an_environment_in_a_folder_with_spaces(root, tiny, tmp_path):
    """As `make` sets it up in a clone in `My Documents`: every job starts that environment's Python."""
    place = tmp_path / "my own folder"
    venv.create(place / "venv", with_pip=False, symlinks=True)
    (packages,) = (place / "venv/lib").glob("python*/site-packages")
    (packages / "these.pth").write_text(sysconfig.get_path("purelib") + "\n")
    folder = tiny.edit("config.replication").edit("config.moderation").edit("config.profiles").write()
    command = [place / "venv/bin/python", "-m", "snakemake", "-s", root / "Snakefile", "-d", folder, "--quiet", "all"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert (folder / "results/s/report/report.html").is_file()
