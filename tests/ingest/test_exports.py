"""Whatever tool exported the survey: the same people become the same table, and nothing personal comes along."""

import math
from pathlib import Path

import exports
import pandas as pd
import pytest
import yaml

from practicework.stages import ingest
from practicework.study import Study, load_study


def study(folder: Path, export: exports.Export, **sample: object) -> Study:
    """A study of one export."""
    path = folder / "data/raw" / export.file
    path.parent.mkdir(parents=True, exist_ok=True)
    export.write(path)
    for name, items in exports.SCALES.items():
        entries = [
            {"id": item, "text": exports.WORDING[item], "columns": [export.columns[item]] if item in export.columns else []}
            for item in items
        ]
        scale = {"id": name, "label": name, "response": {"min": 1, "max": 5, "labels": exports.LABELS}, "items": entries}
        (folder / "scales").mkdir(exist_ok=True)
        (folder / f"scales/{name}.yaml").write_text(yaml.safe_dump(scale, allow_unicode=True), encoding="utf-8")
    columns = {name: export.columns[name] for name in exports.VARIABLES if name in export.columns}
    spec = {"file": f"data/raw/{export.file}", "columns": columns, "missing": list(export.missing), **sample}
    config = {"samples": {"s": spec}, "scales": list(exports.SCALES), "variables": list(exports.VARIABLES)}
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return load_study(folder)


def ingested(folder: Path, name: str, **sample: object) -> ingest.Ingested:
    """An export, read and coded."""
    made = study(folder, exports.EXPORTS[name], **sample)
    return ingest.ingest(ingest.read(made, "s"), made, "s")


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_the_same_people_in_every_format(name, tmp_path):
    """Byte for byte the same responses."""
    expected = exports.truth()
    expected.insert(0, "respondent", [f"R{number:04d}" for number in range(1, len(expected) + 1)])
    assert ingested(tmp_path, name).responses.to_csv(index=False) == expected.to_csv(index=False)


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_nothing_personal_passes(name, tmp_path):
    """No name, address, token or place, in any table."""
    written = "".join(table.to_csv() for table in ingested(tmp_path, name).tables().values())
    assert not [secret for secret in exports.SECRETS if secret in written]


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_the_reader_may_be_named(name, tmp_path):
    """With the result of detection."""
    named = ingested(tmp_path / "named", name, reader=exports.EXPORTS[name].reader)
    pd.testing.assert_frame_equal(named.responses, ingested(tmp_path / "found", name).responses)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("limesurvey code", {"s_1": "not shown", "p_2": "no answer"}),
        ("limesurvey full french", {"s_1": "not shown", "p_2": "no answer"}),
        ("qualtrics numeric", {"s_1": "no answer", "p_2": "no answer"}),
        ("spss", {"s_3": "declared missing", "age": "declared missing"}),
    ],
)
def test_kinds_of_absence_where_the_format_tells_them(name, kinds, tmp_path):
    """Not shown, seen but not answered, declared."""
    missing = ingested(tmp_path, name).missing
    for column, kind in kinds.items():
        assert kind in missing.loc[missing["column"] == column, "kind"].tolist()


def test_completion_and_duration_of_qualtrics(tmp_path):
    """For screening; the rows of previews and tests are listed by number."""
    done = ingested(tmp_path, "qualtrics text")
    assert done.quality["finished"].tolist() == [float(number != 4) for number in range(1, 13)]
    assert done.quality["duration_seconds"].tolist() == [200.0 + number for number in range(2, 14)]
    assert done.left_out["row"].tolist() == [4, 5]


def test_completion_of_limesurvey(tmp_path):
    """By the mere fact of a date."""
    done = ingested(tmp_path, "limesurvey code")
    assert done.quality["finished"].tolist() == [float(number != 4) for number in range(1, 13)]
    assert all(map(math.isnan, done.quality["duration_seconds"]))
