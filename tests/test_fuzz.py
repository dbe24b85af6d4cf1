"""Whatever a file holds: the right study, or one clear sentence; never a traceback, a changed value or a hang.

A few hundred cases here; `make fuzz` tries thousands.
"""

import random

import exports
import pandas as pd
import pytest
import yaml
from export_studies import study
from fuzzing import fuzz, mutate, sentence
from hypothesis import given
from hypothesis import strategies as st

from practicework import tables
from practicework.errors import StudyError
from practicework.stages import ingest
from practicework.study import load_study
from practicework.tables.files.raw import RawTable

CONFIG = {
    "seed": 7,
    "samples": {"s": {"file": "data/raw/s.csv", "respondent": "id", "columns": {"ease_1": "Q1"}, "missing": [-99, "refused"]}},
    "scales": ["pride", "ease"],
    "variables": ["age"],
    "quasi_identifiers": ["age"],
    "moderation": {
        "center": "mean",
        "confidence": 0.95,
        "bootstrap": {"resamples": 200, "seed": 3},
        "models": {"main": {"outcome": "pride", "predictor": "ease", "moderator": "age", "covariates": []}},
    },
    "profiles": {
        "indicators": ["pride", "ease"],
        "prototypes": {"keen": {"pride": 75, "ease": 75}, "wary": {"pride": 25, "ease": 25}},
        "exclusive_at": 0.8,
    },
    "replication": {
        "s": {"source": "A paper", "claims": [{"claim": "N", "published": "40", "table": "moderation/main/fit", "column": "n"}]}
    },
}


def scale(name: str) -> dict:
    """A valid scale of three items with labels in two languages."""
    labels = {1: ["Don't agree", "Pas d'accord"], 2: "Rather not", 3: "Neither", 4: "Rather", 5: ["Agree", "D'accord"]}
    items = [{"id": f"{name}_{number}", "text": f"{name} {number}", "reverse": number == 3} for number in (1, 2, 3)]
    return {"id": name, "label": name, "response": {"min": 1, "max": 5, "labels": labels}, "items": items}


SCALES = {"pride": scale("pride"), "ease": scale("ease")}
HEADER = ["id", "pride_1", "pride_2", "pride_3", "Q1", "ease_2", "ease_3", "age", "comment"]
ITEMS = ["pride_1", "pride_2", "pride_3", "ease_1", "ease_2", "ease_3", "age"]


def rows(people: int = 8) -> list[list[str]]:
    """Answers from 1 to 5 and an age, as text."""
    rng = random.Random(1)
    return [[f"P{n}", *(str(rng.randint(1, 5)) for _ in range(6)), str(rng.randint(20, 60)), "a; comment"] for n in range(people)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A valid study; each case overwrites what it changes."""
    path = tmp_path_factory.mktemp("fuzz")
    for part in ("config", "scales", "data/raw"):
        (path / part).mkdir(parents=True)
    reset(path)
    return path


def reset(path) -> None:
    (path / "config/config.yaml").write_text(yaml.safe_dump(CONFIG, allow_unicode=True))
    for name, data in SCALES.items():
        (path / f"scales/{name}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True))
    (path / "data/raw/s.csv").write_text("\n".join(map(",".join, [HEADER, *rows()])) + "\n")


def run(path) -> pd.DataFrame | str:
    """The responses, checked against their contract, or the sentence."""
    try:
        study = load_study(path)
        done = ingest.ingest(ingest.read(study, "s"), study, "s")
    except StudyError as error:
        return sentence(error)
    for name, table in done.tables().items():
        tables.schema(name).validate(table)
    return done.responses


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["pride", "s", "..", "{}"]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=4
)


def places(node: object, path: tuple = ()) -> list[tuple]:
    """The path to every value in a nested document."""
    found = [path] if path else []
    if isinstance(node, dict):
        found += [one for key, value in node.items() for one in places(value, (*path, key))]
    elif isinstance(node, list):
        found += [one for number, value in enumerate(node) for one in places(value, (*path, number))]
    return found


def changed(document: dict, path: tuple, value: object, drop: bool) -> dict:
    """A copy with one value replaced or left out."""
    copy = yaml.safe_load(yaml.safe_dump(document))
    node = copy
    for step in path[:-1]:
        node = node[step]
    if drop:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return copy


@fuzz
@given(data=st.data(), value=values, drop=st.booleans(), file=st.sampled_from(["config", "pride", "ease"]))
def test_a_config_or_scale_with_one_other_value(folder, data, value, drop, file):
    reset(folder)
    document = CONFIG if file == "config" else SCALES[file]
    path = data.draw(st.sampled_from(places(document)))
    name = "config/config.yaml" if file == "config" else f"scales/{file}.yaml"
    (folder / name).write_text(yaml.safe_dump(changed(document, path, value, drop), allow_unicode=True), encoding="utf-8")
    run(folder)


@fuzz
@given(seed=st.integers(0, 2**32), file=st.sampled_from(["config/config.yaml", "scales/pride.yaml", "data/raw/s.csv"]))
def test_files_with_a_few_other_bytes(folder, seed, file):
    reset(folder)
    path = folder / file
    path.write_bytes(mutate(path.read_bytes(), random.Random(seed)))
    run(folder)


@fuzz
@given(
    row=st.integers(0, 7),
    column=st.integers(1, 7),
    cell=st.one_of(st.text(max_size=20), st.integers(-200, 200).map(str), st.floats().map(str)),
)
def test_one_other_cell_changes_no_other(folder, row, column, cell):
    """The cell is read as what it says or refused; every other answer stays as it was."""
    table = rows()
    raw = RawTable("s.csv", HEADER, [list(one) for one in table], list(range(2, 10)))
    raw.rows[row][column] = cell
    reset(folder)
    try:
        found = ingest.ingest(raw, load_study(folder), "s").responses
    except StudyError as error:
        refusal = sentence(error)
        assert f"row {row + 2}" in refusal
        return
    truth = [[float(one) for one in person[1:8]] for person in table]
    answers = found[ITEMS].to_numpy()
    for number, person in enumerate(truth):
        for position, expected in enumerate(person):
            if (number, position + 1) != (row, column):
                assert answers[number, position] == expected
    one = answers[row, column - 1]
    text = cell.strip()
    if one == one:
        labels = {"don't agree": 1, "pas d'accord": 1, "rather not": 2, "neither": 3, "rather": 4, "agree": 5, "d'accord": 5}
        assert one == labels.get(text.casefold()) or one == float(text)
    else:
        assert text in ("", "NA", "refused") or float(text) == -99


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """A study of every export, with the export as it was written."""
    found = {}
    for name, export in exports.EXPORTS.items():
        path = study(tmp_path_factory.mktemp("export") / "study", {"s": name})
        file = path / "data/raw" / f"s_{export.file}"
        found[name] = path, file, file.read_bytes()
    return found


@fuzz
@given(seed=st.integers(0, 2**32), name=st.sampled_from(sorted(exports.EXPORTS)))
def test_an_export_of_any_format_with_a_few_other_bytes(studies, seed, name):
    """Also workbooks and SPSS files, whose readers are other people's code."""
    path, file, content = studies[name]
    file.write_bytes(mutate(content, random.Random(seed)))
    run(path)


TOKENS = [
    "a", "samples", "scales", "title", ": ", ":\n  ", "\n", "\n  ", "\n- ", "- ", "&a ", "*a", "<<: *a", "{", "}", "[", "]", ", ",
    "!!python/object/apply:os.system ['true']", "!!binary aGk=", "!!set ", "!!omap ", "0123", "1:30", "0x1f", "1e400", ".inf",
    ".nan", "~", "null", "yes", "2024-05-01", "|\n  x", ">-\n  x", "'", '"', "\\u0007", "#", "? ", "---\n", "...\n",
    "%YAML 1.1\n", "\ue000", "\u202e", "\u2028", "é", "\t", "@", "`", "!", "!<tag:yaml.org,2002:str> a",
]  # fmt: skip


@fuzz
@given(tokens=st.lists(st.sampled_from(TOKENS), max_size=25), after=st.booleans())
def test_a_config_of_any_yaml(tmp_path, tokens, after):
    (tmp_path / "config").mkdir(exist_ok=True)
    head = "title: A study\nsamples: {}\n" if after else ""
    (tmp_path / "config/config.yaml").write_text(head + "".join(tokens), encoding="utf-8")
    try:
        load_study(tmp_path)
    except StudyError as error:
        sentence(error)
