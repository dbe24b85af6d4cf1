"""Drafts of any file: a study that loads or asks for what is missing, or one clear sentence and nothing written."""

import csv
import io
import random
import shutil

import exports
import pytest
from fuzzing import fuzz, mutate, sentence
from hypothesis import given
from hypothesis import strategies as st

from practicework.commands import checking, cli
from practicework.errors import StudyError

SECRETS = ["anna.meyer@firm.example", "+49 170 1234567", "192.168.20.14", "DE89370400440532013000"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The content of every export."""
    folder = tmp_path_factory.mktemp("exports")
    for export in exports.EXPORTS.values():
        export.write(folder / export.file)
    return {name: (export.file, (folder / export.file).read_bytes()) for name, export in exports.EXPORTS.items()}


def drafted(folder, name: str, content: bytes) -> None:
    """Draft a study: it loads or asks for what is missing, or nothing was written; nobody's data leave `data/raw/`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / name).write_bytes(content)
    try:
        cli.init(folder / "study", folder / name)
    except StudyError as error:
        sentence(error)
        assert not (folder / "study").exists() or not [path for path in (folder / "study").rglob("*") if path.is_file()]
        return
    for path in (folder / "study").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not [secret for secret in SECRETS if secret in text]
    try:
        checking.check(folder / "study")
    except StudyError as error:
        sentence(error)


cells = st.one_of(
    st.integers(-9, 12).map(str),
    st.sampled_from(["", "NA", "-99", "Agree", "Rather not", "5 - Agree", "2,5", "2024-05-01", "12:30", "=1+1", *SECRETS]),
    st.text(max_size=15),
)
headings = st.one_of(
    st.sampled_from(["id", "q1", "q2", "q3", "age", "E-mail", "Q1 [How?]", "", "null", "1"]), st.text(max_size=15)
)


@fuzz
@given(data=st.data(), width=st.integers(1, 6), length=st.integers(0, 9))
def test_init_with_any_table(tmp_path, data, width, length):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(data.draw(st.lists(headings, min_size=width, max_size=width)))
    for _ in range(length):
        writer.writerow(data.draw(st.lists(cells, min_size=width, max_size=width)))
    drafted(tmp_path / "init", "e.csv", out.getvalue().encode("utf-8", "surrogatepass"))


@fuzz
@given(seed=st.integers(0, 2**32), name=st.sampled_from(sorted(exports.EXPORTS)))
def test_init_with_an_export_of_any_format_with_a_few_other_bytes(tmp_path, written, seed, name):
    file, content = written[name]
    drafted(tmp_path / "init", file, mutate(content, random.Random(seed)))
