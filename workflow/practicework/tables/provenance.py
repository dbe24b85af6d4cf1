"""Find the source files of each job; an edit reruns only the jobs that it affects."""

import ast
import contextlib
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
WINGS = ("commands", "numerics", "stages", "study", "tables")
"""Folders of packages; a job that imports one of them need not depend on all of its modules."""

IGNORED = {".pyc"}

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+\S+[ \t]+import[ \t]+(?:\([^)]*\)|[^\n]*)|import[ \t]+[^\n]*)", re.MULTILINE)


def sources(*starts: Path) -> list[Path]:
    """Return the given files, every module of this package that they may import, and the data files of its packages."""
    found: dict[Path, None] = {}
    todo = list(starts)
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found[path] = None
        if path.suffix == ".py":
            todo += _imports(path) + _faces(path)
        if path.name == "__init__.py" and path.parent not in (PACKAGE, *(PACKAGE / wing for wing in WINGS)):
            # may load its modules and data files by name
            todo += [file for file in path.parent.rglob("*") if file.is_file() and file.suffix not in IGNORED]
    return sorted(found)


@cache
def code_digest(*starts: Path) -> str:
    """Return a fingerprint of the sources of a job; Snakemake reruns the job when it changes."""
    digest = hashlib.sha256()
    for path in sources(*starts):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _faces(path: Path) -> list[Path]:
    """Return the `__init__` of each package above a module."""
    folders = [folder for folder in path.parents if folder.is_relative_to(PACKAGE)]
    return [file for folder in folders for file in [folder / "__init__.py"] if file.is_file()]


@cache
def _imports(path: Path) -> list[Path]:
    names: set[str] = set()
    for node in _statements(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.parents[node.level - 1].relative_to(PACKAGE.parent).parts if node.level else ()
            module = ".".join([*package, *filter(None, [node.module])])
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return [file for name in names if name.split(".")[0] == PACKAGE.name for file in _files(name)]


def _statements(text: str) -> Iterator[ast.stmt]:
    """Yield the import statements of a module at any depth; parsing whole modules would take most of the planning of a run."""
    for found in _IMPORT.finditer(text):
        with contextlib.suppress(SyntaxError):  # a sentence of a docstring
            yield from ast.parse(found[0].strip()).body


def _files(name: str) -> list[Path]:
    """Return the file of a module or the `__init__` of a package; the packages above it follow from `_faces`."""
    base = PACKAGE.parent.joinpath(*name.split("."))
    return [file for file in (base / "__init__.py", base.with_suffix(".py"), base.parent.with_suffix(".py")) if file.is_file()]
