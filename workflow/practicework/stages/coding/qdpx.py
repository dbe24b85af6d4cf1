"""REFI-QDA projects (.qdpx) exported by NVivo, ATLAS.ti and MAXQDA: units, codings and the codebook, but no source text.

A project is a ZIP archive with an XML file `project.qde` (REFI-QDA standard 1.5, https://www.qdasoftware.org). It is not
trusted: nothing is unpacked to disk, and document type declarations, which can make XML read other files or grow without
limit, are refused.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import pandas as pd

from practicework.errors import StudyError
from practicework.study.codebook import Codebook
from practicework.study.scale import normalized
from practicework.tables.files import personal

LARGEST = 200_000_000
"""Maximum size of project.qde, in bytes."""
RATIO = 200
"""Maximum ratio to its packed size if larger than a megabyte; more suggests a ZIP bomb."""
MEMBERS, DEPTH, ELEMENTS = 20_000, 100, 3_000_000
NAMESPACE = "urn:QDA-XML:project:"
SOURCES = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")


def project(path: Path, shown: str, codebook: Codebook | None) -> tuple[pd.DataFrame, pd.DataFrame, Codebook]:
    """Read the units, codings and codebook of a project.

    Units are the project's cases, with their variables as attributes; a source that belongs to no case is a unit of
    its own. Segments are the selections. The code system's first level becomes dimensions, the second themes, and all
    lower levels concepts; a first-level code without codes below it is outside the data structure. If a codebook is
    declared, it is used instead; its codes are found by id or label.

    Parameters
    ----------
    path : Path
    shown : str
        How messages name the file.
    codebook : Codebook or None

    Raises
    ------
    StudyError
        The file is not a project, is damaged, encrypted or too large, has paths outside the archive, could read
        other files, or refers to a code that it does not contain.
    """
    root = _parse(_document(path, shown), shown)
    codes = _codes(root, shown)
    book, ids = _codebook(codes, codebook, shown)
    units, codings = _evidence(root, ids, shown)
    return units, codings, book


def _document(path: Path, shown: str) -> bytes:
    """Read the text of project.qde, up to a maximum size."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS:
                raise StudyError(
                    f"{shown} contains {len(members):,} files, more than {MEMBERS:,}; export the project without its media."
                )
            for member in members:
                parts = PurePosixPath(member.filename.replace("\\", "/"))
                outside = parts.is_absolute() or ".." in parts.parts or re.match(r"^[A-Za-z]:", member.filename)
                if outside or stat.S_ISLNK(member.external_attr >> 16):
                    raise StudyError(
                        f"{shown} has a file ({personal.shown(member.filename)}) that points outside the archive; it was not "
                        "read."
                    )
            found = [member for member in members if member.filename.lower() == "project.qde"]
            if len(found) != 1:
                raise StudyError(
                    f"{shown} has {len(found) or 'no'} files named 'project.qde'; export it again as a REFI-QDA project."
                )
            if found[0].flag_bits & 0x1:
                raise StudyError(f"{shown} is protected by a password; export the project without one.")
            with archive.open(found[0]) as file:
                text = file.read(LARGEST + 1)
            if len(text) > LARGEST or len(text) > max(1_000_000, RATIO * max(found[0].compress_size, 1)):
                raise StudyError(f"{shown} is too large for a project when unpacked; it was not read.")
            return text
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, OverflowError):
        raise StudyError(f"{shown} is not a REFI-QDA project or is damaged; export it again.") from None


def _parse(text: bytes, shown: str) -> Element:
    """Parse the XML into a tree, with names without namespaces."""
    parser, builder = expat.ParserCreate(namespace_separator=" "), TreeBuilder()
    state = {"depth": 0, "elements": 0, "space": None}

    def refuse(*_: object) -> None:
        raise StudyError(f"{shown} declares a document type or entities, which can read other files; it was not read.")

    def start(name: str, attributes: dict[str, str]) -> None:
        state["depth"] += 1
        state["elements"] += 1
        if state["depth"] > DEPTH or state["elements"] > ELEMENTS:
            raise StudyError(f"{shown} is nested too deeply or has too many elements; it was not read.")
        space, _, tag = name.rpartition(" ")
        state["space"] = state["space"] or (space, tag)
        builder.start(tag, {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def end(name: str) -> None:
        state["depth"] -= 1
        builder.end(name.rpartition(" ")[2])

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(text, True)
        root = builder.close()
    except (expat.ExpatError, UnicodeError, ValueError, LookupError, AssertionError) as error:
        line = f", line {error.lineno}," if isinstance(error, expat.ExpatError) else ""
        raise StudyError(f"{shown}: project.qde{line} is not valid XML; export the project again.") from None
    if root.tag != "Project" or not state["space"][0].startswith(NAMESPACE):
        raise StudyError(f"{shown}: project.qde is not a REFI-QDA project; export it again as one.")
    return root


@dataclass
class _Code:
    """A code of the project: its path from the root, and the codes below it."""

    guid: str
    path: tuple[str, ...]
    definition: str | None
    parts: list[_Code] = field(default_factory=list)


def _guid(element: Element, attribute: str = "guid") -> str:
    """Return a GUID for comparison, in lower case and without braces."""
    return (element.get(attribute) or "").strip().strip("{}").lower()


def _codes(root: Element, shown: str) -> list[_Code]:
    """Read the code system as trees; a name such as `Group::code` counts as two levels."""
    seen: set[str] = set()
    groups: dict[tuple[str, ...], _Code] = {}
    tops: list[_Code] = []

    def read(element: Element, above: _Code | None) -> None:
        guid, names = _guid(element), [name.strip() for name in (element.get("name") or "").split("::")]
        if not guid or not all(names):
            raise StudyError(f"{shown}: a code has no name or no GUID; export the project again.")
        if guid in seen:
            raise StudyError(
                f"{shown}: the code {personal.shown(element.get('name'))} has the same GUID as another; export the project again."
            )
        seen.add(guid)
        for name in names[:-1]:
            path = (*(above.path if above else ()), name)
            if path not in groups:
                groups[path] = _Code("", path, None)
                (above.parts if above else tops).append(groups[path])
            above = groups[path]
        description = (element.findtext("Description") or "").strip()
        path = (*(above.path if above else ()), names[-1])
        code = groups.get(path) or _Code(guid, path, description or None)
        if path in groups:  # a code that is also a group
            code.guid, code.definition = guid, description or None
        else:
            groups[path] = code
            (above.parts if above else tops).append(code)
        for part in element.findall("Code"):
            read(part, code)

    for element in root.findall("CodeBook/Codes/Code"):
        read(element, None)
    if not tops:
        raise StudyError(f"{shown} has no codes; export the project with its codes.")
    return tops


def _codebook(tops: list[_Code], declared: Codebook | None, shown: str) -> tuple[Codebook, dict[str, str]]:
    """Return the codebook, and the id of each code by GUID."""
    every: list[_Code] = []

    def walk(code: _Code) -> None:
        every.append(code)
        for part in code.parts:
            walk(part)

    for top in tops:
        walk(top)
    if declared is not None:
        known = {normalized(words): code for code in declared.ids for words in (code, declared.label_of(code))}
        ids = {code.guid: known.get(normalized(code.path[-1]), f"?{code.path[-1]}") for code in every if code.guid}
        return declared, ids
    taken: dict[tuple[str, ...], str] = {}
    for code in every:
        name = _slug(code.path[-1])
        while name in taken.values():
            name = (
                f"{_slug(code.path[-2])}_{name}"
                if len(code.path) > 1 and not name.startswith(_slug(code.path[-2]))
                else f"{name}_2"
            )
        taken[code.path] = name

    def entry(code: _Code) -> dict:
        return {"id": taken[code.path], "label": code.path[-1]} | ({"definition": code.definition} if code.definition else {})

    def below(code: _Code) -> list[_Code]:
        return [part for one in code.parts for part in (one, *below(one))]

    data = {
        "dimensions": [
            entry(top) | {"themes": [entry(theme) | {"concepts": [entry(one) for one in below(theme)]} for theme in top.parts]}
            for top in tops
            if top.parts
        ],
        "others": [entry(top) for top in tops if not top.parts],
    }
    return Codebook.model_validate(data), {code.guid: taken[code.path] for code in every if code.guid}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "code"


def _evidence(root: Element, ids: dict[str, str], shown: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the units with their attributes, and the codings."""
    users = {_guid(user): user.get("name") or user.get("id") or _guid(user) for user in root.findall("Users/User")}
    variables = {_guid(one): (one.get("name") or "").strip() for one in root.findall("Variables/Variable")}
    of_source, of_selection, rows = defaultdict(list), defaultdict(list), []
    for case in root.findall("Cases/Case"):
        name = (case.get("name") or "").strip() or _guid(case)
        row = {"unit": name}
        for value in case.findall("VariableValue"):
            reference = value.find("VariableRef")
            variable = variables.get(_guid(reference, "targetGUID") if reference is not None else "", "")
            told = next((one.text for one in value if one.tag.endswith("Value") and one.text), None)
            if variable:
                row[variable if variable != "unit" else "unit_"] = told.strip() if told else None
        for reference in case.iter("SourceRef"):
            of_source[_guid(reference, "targetGUID")].append(name)
        for reference in case.iter("SelectionRef"):
            of_selection[_guid(reference, "targetGUID")].append(name)
        rows.append(row)
    codings: list[tuple] = []
    sources = [one for one in root.findall("Sources/*") if one.tag in SOURCES]
    for source in sources:
        guid, name = _guid(source), (source.get("name") or "").strip() or _guid(source)
        inside = any(_guid(part) in of_selection for part in source.iter() if part.tag.endswith("Selection"))
        if not of_source[guid] and not inside:
            of_source[guid] = [name]
            rows.append({"unit": name})
        todo: list[tuple[Element, Element | None]] = [(source, None)]
        while todo:
            element, selection = todo.pop()
            selection = element if element.tag.endswith("Selection") else selection
            todo += [(part, selection) for part in element if part.tag != "Coding"]
            units = of_selection.get(_guid(selection), []) if selection is not None else []
            for coding in element.findall("Coding"):
                coder = users.get(
                    _guid(coding, "creatingUser") or (_guid(selection, "creatingUser") if selection is not None else "")
                )
                segment = None if selection is None else f"{name}: {_place(selection)}"
                for reference in coding.findall("CodeRef"):
                    target = _guid(reference, "targetGUID")
                    if target not in ids:
                        raise StudyError(
                            f"{shown}: a coding in the source {personal.shown(name)} refers to a code that is not in the "
                            "project; export it again."
                        )
                    if ids[target].startswith("?"):
                        raise StudyError(
                            f"{shown} uses the code '{ids[target][1:]}', which is not in the declared codebook; add it there."
                        )
                    codings += [(unit, ids[target], name, coder, segment) for unit in units or of_source[guid]]
    names = [row["unit"] for row in rows]
    for unit in names:
        if names.count(unit) > 1:
            raise StudyError(f"{shown} has two cases or sources of the same name ({personal.shown(unit)}); rename one of them.")
    if not rows:
        raise StudyError(f"{shown} has neither cases nor sources; export the project with them.")
    table = pd.DataFrame(rows).astype(object)
    columns = ["unit", "code", "source", "coder", "segment"]
    return table.where(table.notna(), None), pd.DataFrame(codings, columns=columns, dtype=object)


def _place(selection: Element) -> str:
    """Return the location of a selection, in the units of its kind of source."""
    keys = ("page", "startPosition", "endPosition", "begin", "end", "firstX", "firstY", "secondX", "secondY")
    place = "-".join(selection.get(key) for key in keys if selection.get(key))
    return place or _guid(selection)
