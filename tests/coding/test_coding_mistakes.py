"""Mistakes in a set of codings: one plain sentence that names file, row, value and remedy, before anything runs."""

import copy

import pytest
import yaml
from coding_files import CONFIG, FILES

from practicework.errors import StudyError
from practicework.numerics.seeds import streams
from practicework.stages import coding
from practicework.study import load_study
from practicework.study.pipeline import Part

CODINGS, UNITS, BOOK = "data/raw/codings.csv", "data/raw/units.csv", "data/raw/book.yaml"
SET = "coding.talks"


def load(folder, files=None, **changes):
    """The study's set, with files and config entries (dotted, with __ for dots) changed."""
    config = copy.deepcopy(CONFIG)
    for path, value in changes.items():
        *parents, last = path.split("__")
        tree = config
        for part in parents:
            tree = tree[part]
        tree[last] = value
    (folder / "config").mkdir(exist_ok=True)
    (folder / "data/raw").mkdir(parents=True, exist_ok=True)
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    for name, text in (FILES | (files or {})).items():
        (folder / "data/raw" / name).write_text(text)
    study = load_study(folder)
    return coding.load(folder, "talks", study.config.coding["talks"], study.codebooks["talks"]), study


def test_the_set_itself_is_in_order(tmp_path):
    """And a study may have sets without any sample."""
    evidence, study = load(tmp_path)
    assert Part(study, "talks").stages == ["coding", "replication", "report"]
    assert study.part_names == ["talks"]
    assert study.unused_raw_files == []
    tables = coding.analyse(evidence, "talks", study.config.coding["talks"], streams(1, "coding", "talks"))
    assert tables["coding/matrices"]["agrees"].tolist() == [True]


IN_FILES = {
    "unknown unit": ("codings.csv", "unit,code\nA,asking\nC,asking\n", (CODINGS, "row 3", "unit 'C'", UNITS)),
    "unknown code": ("codings.csv", "unit,code\nA,askin\n", (CODINGS, "row 2", "code 'askin'", "did you mean 'asking'")),
    "no code": ("codings.csv", "unit,code\nA,\n", (CODINGS, "row 2", "has no code", "fill")),
    "no column": ("codings.csv", "unit,coed\nA,asking\n", (CODINGS, "no column 'code'", "did you mean 'coed'")),
    "a cell too many": ("codings.csv", "unit,code\nA,asking,x\n", (CODINGS, "row 2", "3 cells")),
    "two columns of a name": ("units.csv", "unit,kind,kind\nA,work,work\n", (UNITS, "two columns with the heading 'kind'")),
    "unit twice": ("units.csv", "unit,kind,years,sector\nA,work,3,x\nA,,1,x\n", (UNITS, "row 3", "'A' occurs twice")),
    "reserved attribute": ("units.csv", "unit,kind,years,sector,codes\nA,,3,x,1\n", (UNITS, "'codes'", "rename")),
    "words that are cut": ("units.csv", "unit,kind,years,sector\nA,,three,x\nB,,1,y\n", ("'years'", "unit 'A'", "'three'")),
    "id twice": ("book.yaml", "others: [{id: a, label: A}, {id: a, label: B}]", (BOOK, "'a' occurs 2 times")),
    "empty codebook": ("book.yaml", "label: Nothing", (BOOK, "has no codes")),
    "unknown symbol": ("m.csv", "row,group,column,published\nasking,x,warning,Y\n", ("m.csv", "row 2", "'Y'", "X (direct)")),
    "unknown group": ("m.csv", "row,group,column,published\nasking,z,warning,X\n", ("m.csv", "row 2", "group 'z'")),
    "cell twice": ("m.csv", "row,group,column,published\nasking,x,warning,X\nasking,x,warning,-\n", ("m.csv", "row 3", "twice")),
}


@pytest.mark.parametrize("name", IN_FILES)
def test_mistakes_in_files(tmp_path, name):
    file, text, words = IN_FILES[name]
    with pytest.raises(StudyError) as error:
        load(tmp_path, {file: text})
    assert all(word in str(error.value) for word in words), str(error.value)


IN_CONFIG = {
    "unknown attribute": ({"coding__talks__exclusive": "knd"}, (f"'{SET}.exclusive'", "'knd'", "did you mean 'kind'")),
    "unknown comparison": ({"coding__talks__compare": ["age"]}, (f"'{SET}.compare'", "'age'")),
    "no such file": ({"coding__talks__codings": "data/raw/x.csv"}, (f"'{SET}.codings'", "no such file")),
    "a file elsewhere": ({"coding__talks__units": "config/config.yaml"}, (f"'{SET}.units'", "not inside data/raw/")),
    "no codebook": ({"coding__talks__codebook": None}, ("'codebook' is missing", "add it")),
    "unknown code": (
        {"coding__talks__matrices__m__rows": ["askin"]},
        (f"'{SET}.matrices.m'", "'askin'", "did you mean 'asking'"),
    ),
    "a sample of the name": (
        {"samples": {"talks": {"file": "data/raw/units.csv"}}},
        ("'talks' is a sample and a set", "rename one"),
    ),
    "nothing at all": ({"coding": {}, "replication": None}, ("neither 'samples' nor 'coding'",)),
    "neither column nor count": (
        {"replication__talks__claims": [{"claim": "C", "published": "1", "table": "coding/units"}]},
        ("'column' or 'count'",),
    ),
    "unknown table": (
        {"replication__talks__claims": [{"claim": "C", "published": "1", "table": "coding/unit", "count": "unit"}]},
        ("'coding/unit' is not a table", "did you mean 'coding/units'"),
    ),
    "unknown code of a claim": (
        {
            "replication__talks__claims": [
                {"claim": "C", "published": "1", "table": "coding/codings", "row": {"code": ["asking", "x"]}, "count": "unit"}
            ]
        },
        ("no row with code 'x'",),
    ),
}


@pytest.mark.parametrize("name", IN_CONFIG)
def test_mistakes_in_the_config(tmp_path, name):
    changes, words = IN_CONFIG[name]
    with pytest.raises(StudyError) as error:
        load(tmp_path, **changes)
    assert str(error.value).startswith("config/config.yaml")
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_stated_dimension_that_is_none(tmp_path):
    evidence, study = load(tmp_path, {"units.csv": "unit,kind,years,sector\nA,wrk,3,x\nB,,12,y\n"})
    with pytest.raises(StudyError, match="unit 'A' has 'wrk', which is not a dimension of the codebook"):
        coding.analyse(evidence, "talks", study.config.coding["talks"], streams(1, "coding", "talks"))
