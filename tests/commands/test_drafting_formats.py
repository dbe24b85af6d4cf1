"""Whatever tool exported the survey: drafted, confirmed and read, the same people give the same responses."""

import contextlib
import io
from pathlib import Path

import exports
import pandas as pd
import pytest
import yaml

from practicework.commands import checking, cli, confirming
from practicework.stages import ingest
from practicework.study import load_study
from practicework.study.undecided import undecided


def drafted(folder: Path, name: str) -> Path:
    """Draft a study from an export."""
    export = exports.EXPORTS[name]
    folder.mkdir(parents=True, exist_ok=True)
    export.write(folder / export.file)
    cli.init(folder / "study", folder / export.file)
    return folder / "study"


def confirm_all(study: Path) -> int:
    """Accept every point, as a person does who types the letter."""
    with contextlib.redirect_stdout(io.StringIO()):
        return confirming.run(study, lambda _: "a")


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_a_draft_finds_the_scales_and_what_is_confirmed_gives_the_same_responses(name, tmp_path):
    study = load_study(drafted(tmp_path, name))
    assert undecided(study)
    sizes = [len(scale.items) for scale in study.scales.values()]
    assert sizes == ([7] if name == "microsoft forms" else [4, 3])  # its files do not state which rows are one question
    for scale in study.scales.values():
        assert (scale.response.min, scale.response.max) == (1, 5)
        assert "items" in scale.confirm
    assert confirm_all(study.folder) == 0
    study = load_study(study.folder)
    assert undecided(study) == []
    found = ingest.ingest(ingest.read(study, "sample"), study, "sample").responses
    truth = exports.truth()
    expected = [*exports.ITEMS, *exports.VARIABLES]
    wanted = [item for scale in study.scales.values() for item in scale.item_ids]
    variables = [one for one in study.variables if one in found and one not in study.config.categories][:2]
    pd.testing.assert_frame_equal(found[[*wanted, *variables]].set_axis(expected, axis=1), truth, check_dtype=False)
    assert checking.check(study.folder)


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_what_init_writes_is_safe_to_commit(name, tmp_path):
    study = drafted(tmp_path, name)
    written = "".join(path.read_text(encoding="utf-8") for path in study.rglob("*.yaml"))
    assert not [secret for secret in exports.SECRETS if secret in written]
    assert "Good; no." not in written
    for path in study.rglob("*.yaml"):
        yaml.safe_load(path.read_text(encoding="utf-8"))
