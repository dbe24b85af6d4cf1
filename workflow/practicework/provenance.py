"""Which source files a stage runs, so that editing one of them reruns what it affects and nothing else."""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
SOURCES = {".py", ".html", ".css", ".js"}


def sources(script: Path) -> list[Path]:
    """A script and every module of this package that it may import, and the templates of its packages."""
    found: dict[Path, None] = {}
    todo = [script]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found[path] = None
        if path.suffix == ".py":
            todo += _imports(path)
        if path.name == "__init__.py" and path.parent != PACKAGE:  # may load its modules and templates by name
            todo += [file for file in path.parent.rglob("*") if file.suffix in SOURCES]
    return sorted(found)


@cache
def code_digest(script: Path) -> str:
    """A fingerprint of a script's sources; Snakemake reruns a job when it changes."""
    digest = hashlib.sha256()
    for path in sources(script):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def _imports(path: Path) -> list[Path]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.parents[node.level - 1].relative_to(PACKAGE.parent).parts if node.level else ()
            module = ".".join([*package, *filter(None, [node.module])])
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return [file for name in names if name.split(".")[0] == PACKAGE.name for file in _files(name)]


def _files(name: str) -> list[Path]:
    """The file of a module and the `__init__` of each package above it."""
    base, files = PACKAGE.parent, []
    for part in name.split("."):
        base = base / part
        files += [file for file in (base / "__init__.py", base.with_suffix(".py")) if file.is_file()]
    return files
