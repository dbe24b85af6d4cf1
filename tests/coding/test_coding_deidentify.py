"""Sets of codings name nobody: running ids, pseudonyms on declaration, and no attribute that identifies."""

from pathlib import Path

import pytest

from practicework.errors import StudyError
from practicework.stages import coding
from practicework.study.codebook import Codebook
from practicework.study.config import CodingSet

BOOK = Codebook.model_validate({"others": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]})
UNITS = "unit,sector,email,home\nJane Roe,x,jane@roe.org,3 Rue Verte\nJohn Doe,y,,"
SAID = "He said that his manager would never allow it and left"
CODINGS = f"unit,code,coder,segment\nJohn Doe,a,Ada Smith,1\nJane Roe,b,Ada Smith,{SAID}\n"
INFORMANTS = "informant,unit,remarks\nJane,Jane Roe,{long}\n".format(
    long="She told us a lot about her way to work and her two children"
)


def load(folder: Path, units: str = UNITS, codings: str = CODINGS, informants: str | None = INFORMANTS, **entry):
    (folder / "data/raw").mkdir(parents=True, exist_ok=True)
    texts = {"units": units, "codings": codings} | ({"informants": informants} if informants else {})
    for name, text in texts.items():
        (folder / f"data/raw/{name}.csv").write_text(text)
    spec = CodingSet(codebook="b", **{name: f"data/raw/{name}.csv" for name in texts}, **entry)
    return coding.load(folder, "q", spec, BOOK)


def test_names_become_running_ids_and_identifying_attributes_are_listed(tmp_path):
    found = load(tmp_path)
    assert found.units.to_dict("records") == [
        {"unit": "U1", "sector": "x", "home": "3 Rue Verte"},
        {"unit": "U2", "sector": "y", "home": None},
    ]
    assert found.codings[["unit", "code", "coder", "segment"]].to_numpy().tolist() == [
        ["U2", "a", "C1", "S1"],
        ["U1", "b", "C1", "S2"],
    ]
    assert found.informants.to_dict("records") == [{"informant": "I1", "unit": "U1"}]
    expected = [["units", "email", "contact"], ["informants", "remarks", "free text"]]
    assert found.dropped.to_numpy().tolist() == expected


@pytest.mark.parametrize(("pseudonyms", "kept"), [(None, ["P1", "P12"]), (False, ["U1", "U2"]), (True, ["P1", "P12"])])
def test_codes_are_kept_without_a_declaration(tmp_path, pseudonyms, kept):
    found = load(tmp_path, "unit\nP1\nP12\n", "unit,code,coder\nP12,a,C1\n", None, pseudonyms=pseudonyms)
    assert found.units["unit"].tolist() == kept
    assert found.codings["unit"].tolist() == [kept[1]]


def test_one_name_among_codes_replaces_all(tmp_path):
    found = load(tmp_path, "unit\nP1\nJane\n", "unit,code\nJane,a\n", None)
    assert found.units["unit"].tolist() == ["U1", "U2"]
    assert found.codings["unit"].tolist() == ["U2"]


def test_declared_pseudonyms_are_kept(tmp_path):
    units, codings = "unit,sector\nP1,x\nP2,y\n", "unit,code,coder,segment\nP1,a,AB,1\n"
    found = load(tmp_path, units, codings, None, pseudonyms=True)
    assert found.units["unit"].tolist() == ["P1", "P2"]
    assert found.codings[["coder", "segment"]].to_numpy().tolist() == [["AB", "1"]]
    assert found.dropped.empty


@pytest.mark.parametrize("name", ["Jane Roe", "jane@roe.org", "+33611223344", "a-very-long-name-of-a-firm"])
def test_a_pseudonym_that_is_none_is_refused_unnamed(tmp_path, name):
    with pytest.raises(StudyError, match=r"coding\.q\.pseudonyms' is true, but a unit, row 3 has an id that is not") as caught:
        load(tmp_path, f"unit\nP1\n{name}\n", "unit,code\nP1,a\n", None, pseudonyms=True)
    assert name not in str(caught.value)


def test_an_excluded_attribute_cannot_be_compared(tmp_path):
    with pytest.raises(StudyError, match=r"names the attribute 'email', which is excluded \(contact\)"):
        load(tmp_path, compare=["email"])
