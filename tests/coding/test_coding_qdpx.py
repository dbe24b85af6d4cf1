"""REFI-QDA projects: what programs write comes in, and what could do harm does not."""

import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicework.errors import StudyError
from practicework.numerics.seeds import streams
from practicework.stages import coding
from practicework.stages.coding import qdpx
from practicework.stages.coding.qdpx import project
from practicework.study.codebook import Codebook
from practicework.study.config import CodingSet

CODES = """
<Code guid="C-1" name="Promotion" isCodable="true"><Code guid="{c-2}" name="Advocacy" isCodable="true">
  <Description>Winning the firm.</Description><Code guid="C-3" name="Asking for tools" isCodable="true"/></Code></Code>
<Code guid="c-4" name="Abstaining" isCodable="true"/>
"""
SOURCES = """
<TextSource guid="S-1" name="Interview Anna" plainTextPath="internal://s-1.txt">
  <PlainTextSelection guid="L-1" name="secret words" startPosition="0" endPosition="10" creatingUser="U-1">
    <Coding guid="D-1" creatingUser="u-1"><CodeRef targetGUID="{C-3}"/></Coding>
    <Coding guid="D-2" creatingUser="U-2"><CodeRef targetGUID="c-2"/></Coding>
  </PlainTextSelection>
</TextSource>
<PDFSource guid="S-2" name="Interview Ben"><Coding guid="D-3" creatingUser="U-1"><CodeRef targetGUID="C-4"/></Coding>
  <Representation guid="R-1" name="text"><PlainTextSelection guid="L-2" startPosition="5" endPosition="9" creatingUser="U-2">
    <Coding guid="D-4"><CodeRef targetGUID="C-3"/></Coding></PlainTextSelection></Representation>
</PDFSource>
"""
CASES = """
<Cases><Case guid="K-1" name="Anna"><VariableValue><VariableRef targetGUID="V-1"/><IntegerValue>12</IntegerValue></VariableValue>
  <SourceRef targetGUID="S-1"/></Case>
<Case guid="K-2" name="Ben"><VariableValue><VariableRef targetGUID="V-1"/><IntegerValue/></VariableValue>
  <SelectionRef targetGUID="L-2"/><SourceRef targetGUID="s-2"/></Case></Cases>
"""


def document(codes: str = CODES, sources: str = SOURCES, cases: str = CASES, head: str = "", space: str = "project:1.0") -> str:
    """A project's XML."""
    return f"""<?xml version="1.0" encoding="utf-8"?>{head}
<Project xmlns="urn:QDA-XML:{space}" name="P" origin="Test">
<Users><User guid="U-1" name="Anna Coder"/><User guid="U-2" name="Ben Coder"/></Users>
<CodeBook><Codes>{codes}</Codes></CodeBook>
<Variables><Variable guid="V-1" name="years" typeOfVariable="Integer"/></Variables>{cases}
<Sources>{sources}</Sources></Project>"""


def archive(folder: Path, text: str | bytes, name: str = "project.qde", **others: str) -> Path:
    """A project file with it, and others."""
    path = folder / "p.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, text)
        for other, words in others.items():
            file.writestr(other, words)
    return path


def test_cases_variables_codes_and_coders_come_in(tmp_path):
    """Nested codes, GUIDs in any case and braces, two coders, a coding of a whole document and of a PDF's text."""
    units, codings, book = project(archive(tmp_path, document()), "p.qdpx", None)
    assert units.to_dict("records") == [{"unit": "Anna", "years": "12"}, {"unit": "Ben", "years": None}]
    rows = {tuple(row) for row in codings.fillna("").itertuples(index=False)}
    assert rows == {
        ("Anna", "asking_for_tools", "Interview Anna", "Anna Coder", "Interview Anna: 0-10"),
        ("Anna", "advocacy", "Interview Anna", "Ben Coder", "Interview Anna: 0-10"),
        ("Ben", "abstaining", "Interview Ben", "Anna Coder", ""),
        ("Ben", "asking_for_tools", "Interview Ben", "Ben Coder", "Interview Ben: 5-9"),
    }
    levels = book.codes().set_index("code")["level"].to_dict()
    assert levels == {"promotion": "dimension", "advocacy": "theme", "asking_for_tools": "concept", "abstaining": "other"}
    assert book.codes().set_index("code").loc["advocacy", "definition"] == "Winning the firm."


def test_words_of_the_interviews_stay_behind(tmp_path):
    units, codings, _ = project(archive(tmp_path, document()), "p.qdpx", None)
    assert "secret" not in units.to_csv() + codings.to_csv()


def test_groups_in_names_are_levels(tmp_path):
    """As ATLAS.ti writes them, in a file whose name is in capitals."""
    codes = (
        '<Code guid="c-3" name="Work::Advocacy::Asking"/><Code guid="c-2" name="Work::Advocacy"/><Code guid="c-4" name="None"/>'
    )
    _, codings, book = project(archive(tmp_path, document(codes), "Project.QDE"), "p.qdpx", None)
    assert book.codes()["code"].tolist() == ["work", "advocacy", "asking", "none"]
    assert codings["code"].tolist().count("asking") == 2


def test_sources_are_units_where_there_are_no_cases(tmp_path):
    units, codings, _ = project(archive(tmp_path, document(cases="")), "p.qdpx", None)
    assert units["unit"].tolist() == ["Interview Anna", "Interview Ben"]
    assert codings["unit"].value_counts().to_dict() == {"Interview Anna": 2, "Interview Ben": 2}


def test_a_declared_codebook_is_found_by_label(tmp_path):
    labels = {"d": "Promotion", "t": "advocacy", "x": "Asking for tools"}
    theme = {"id": "t", "label": labels["t"], "concepts": [{"id": "x", "label": labels["x"]}]}
    dimension = {"id": "d", "label": labels["d"], "themes": [theme]}
    book = Codebook.model_validate({"dimensions": [dimension], "others": [{"id": "o", "label": "Abstaining"}]})
    _, codings, used = project(archive(tmp_path, document()), "p.qdpx", book)
    assert set(codings["code"]) == {"x", "t", "o"}
    assert used is book
    less = Codebook.model_validate({"dimensions": [dimension]})
    with pytest.raises(StudyError, match=r"p\.qdpx uses the code 'Abstaining', which is not in the declared codebook"):
        project(archive(tmp_path, document()), "p.qdpx", less)


def test_a_project_goes_through_the_whole_stage(tmp_path):
    """With agreement of its two coders, and no name of a person, a source or a coder in any table."""
    (tmp_path / "data/raw").mkdir(parents=True)
    archive(tmp_path / "data/raw", document())
    spec = CodingSet(codings="data/raw/p.qdpx", permutations=100, resamples=100)
    evidence = coding.load(tmp_path, "s", spec, None)
    tables = coding.analyse(evidence, "s", spec, streams(1, "coding", "s"))
    assert tables["coding/incidence"]["unit"].tolist() == ["U1", "U1", "U2", "U2"]
    assert tables["coding/codings"]["segment"].tolist() == ["S1: 0-10", "S1: 0-10", None, "S2: 5-9"]
    for name, table in tables.items():
        assert not any(word in table.to_csv() for word in ("Anna", "Ben", "Interview", "Coder")), name
    assert set(tables["coding/agreement"]["units"]) == {2}


DTD = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMB = '<!DOCTYPE Project [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
REFUSED = {
    "external entity": (document(head=DTD), "document type or entities"),
    "growing entities": (document(head=BOMB), "document type or entities"),
    "broken XML": ("<Project", "not valid XML"),
    "another XML": ('<Project xmlns="urn:other"/>', "not a REFI-QDA project"),
    "a codebook alone": (document(space="codebook:1.0"), "not a REFI-QDA project"),
    "no codes": (document(codes="", sources=""), "has no codes"),
    "unknown code": (document(codes='<Code guid="c-9" name="X"/>'), "refers to a code that is not in the project"),
    "same GUID twice": (document(codes='<Code guid="c" name="X"/><Code guid="{C}" name="Y"/>'), "has the same GUID as another"),
    "two cases of a name": (document(cases=CASES.replace('name="Ben"', 'name="Anna"')), "sources of the same name ('Anna')"),
    "nested without end": (document(sources="<A>" * 200 + "</A>" * 200), "nested too deeply"),
    "far too large": (document() + " " * 3_000_000, "too large for a project when unpacked"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_or_dangerous_is_refused_in_one_sentence(tmp_path, name):
    text, words = REFUSED[name]
    with pytest.raises(StudyError, match=r"^p\.qdpx") as error:
        project(archive(tmp_path, text), "p.qdpx", None)
    assert words in str(error.value)


@pytest.mark.parametrize("member", ["../evil.txt", "/etc/evil", "C:\\evil.txt", "sources\\..\\..\\evil"])
def test_paths_that_leave_the_archive_are_refused(tmp_path, member):
    path = archive(tmp_path, document(), **{member: "x"})
    with pytest.raises(StudyError, match="outside the archive"):
        project(path, "p.qdpx", None)


def test_links_are_refused(tmp_path):
    path = archive(tmp_path, document())
    link = zipfile.ZipInfo("sources/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    with pytest.raises(StudyError, match="outside the archive"):
        project(path, "p.qdpx", None)


def test_no_project_several_projects_and_no_archive_are_refused(tmp_path, monkeypatch):
    for path in (archive(tmp_path, "x", "other.xml"), archive(tmp_path, document(), **{"PROJECT.qde": "x"})):
        with pytest.raises(StudyError, match=r"'project\.qde'"):
            project(path, "p.qdpx", None)
    (tmp_path / "p.qdpx").write_bytes(b"no archive")
    with pytest.raises(StudyError, match="is not a REFI-QDA project or is damaged"):
        project(tmp_path / "p.qdpx", "p.qdpx", None)
    monkeypatch.setattr(qdpx, "MEMBERS", 0)
    with pytest.raises(StudyError, match="contains 1 files"):
        project(archive(tmp_path, document()), "p.qdpx", None)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_changed_bytes_end_in_a_sentence_or_a_project(tmp_path, data):
    """Of the archive, and of the XML in it."""
    whole = data.draw(st.booleans())
    source = archive(tmp_path, document()).read_bytes() if whole else document().encode()
    changed = bytearray(source)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "p.qdpx"
    path.write_bytes(bytes(changed)) if whole else archive(tmp_path, bytes(changed))
    try:
        project(path, "p.qdpx", None)
    except StudyError as error:
        told = str(error)
    else:
        told = "p.qdpx"
    assert told.startswith("p.qdpx")
