"""Files of the repository that are generated: schemas, lists of tables and references, and the keys of config and scales."""

import json
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from practicework.report import references
from practicework.study.codebook import Codebook
from practicework.study.config import Config
from practicework.study.documents import Strict
from practicework.study.pipeline import STAGES
from practicework.study.scale import Scale
from practicework.tables.contracts import CONTRACTS

KEYS, METHODS = "config/README.md", "docs/methods.md"
_GENERATED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.S)
_DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_MODELS: dict[str, type[Strict]] = {"config": Config, "scale": Scale, "codebook": Codebook}


def generated(root: Path) -> dict[str, str]:
    """Return the generated files by their path in the repository.

    Parameters
    ----------
    root : Path
        The repository, whose `config/README.md` and `docs/methods.md` have places for what is generated.
    """
    files = {
        f"workflow/schemas/{name}.schema.json": json.dumps(_DIALECT | model.model_json_schema(), indent=2) + "\n"
        for name, model in _MODELS.items()
    }
    text = (root / KEYS).read_text(encoding="utf-8")
    keys = _GENERATED.sub(lambda place: f"{place[1]}{_keys(_MODELS[place[2]])}{place[3]}", text)
    methods = (root / METHODS).read_text(encoding="utf-8")
    methods = _GENERATED.sub(lambda place: f"{place[1]}{_references(methods)}{place[3]}", methods)
    return files | {"docs/tables.md": _tables(), KEYS: keys, METHODS: methods}


def _references(text: str) -> str:
    """The works that a document cites, as a Markdown list."""
    cited = [work for work in references.known().values() if references.is_cited(work, text.partition("## References")[0])]
    return "".join(f"- {work}\n" for work in cited)


def _tables() -> str:
    """The contract of every result table, as Markdown."""
    lines = [
        "# Tables",
        "",
        "Tables in `results/<sample>/` are CSV files (UTF-8, one header row, full precision). Missing values are empty cells.",
        "Kinds: text, number, count (whole number), flag (True or False); `?` marks columns that may have empty cells.",
    ]
    order = list(STAGES)
    for name, contract in sorted(CONTRACTS.items(), key=lambda one: order.index(one[0].split("/")[0])):
        lines += ["", f"## {name}.csv", "", contract.about, "", "| column | kind | meaning |", "|---|---|---|"]
        lines += [f"| `{column}` | {kind} | {meaning} |" for column, (kind, meaning) in contract.columns.items()]
        if contract.open:
            lines.append("| *(further columns)* | number? | one per item, variable, scale or profile of the study |")
    return "\n".join(lines) + "\n"


def _keys(model: type[BaseModel]) -> str:
    """Every key of a file with its meaning and default, as a Markdown table."""
    lines = ["| key | meaning | default |", "|---|---|---|"]
    for path, field, has_keys in _fields(model):
        shown = f"**`{path}`**" if has_keys and "." not in path else f"`{path}`"
        meaning, _, default = (field.description or "").replace("|", "\\|").rstrip(".").partition("; default: ")
        lines.append(f"| {shown} | {meaning} | {default or _default(field, has_keys)} |")
    return "\n".join(lines) + "\n"


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo, bool]]:
    """Yield every key below a model in order, and whether it has keys of its own."""
    for name, field in model.model_fields.items():
        inner, step = _inner(field.annotation)
        yield f"{prefix}{name}{step}", field, inner is not None
        if inner is not None:
            yield from _fields(inner, f"{prefix}{name}{step}.")


def _inner(annotation: object) -> tuple[type[BaseModel] | None, str]:
    """The model inside an annotation, and what its path adds: a name for a mapping, brackets for a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    origin = typing.get_origin(annotation)
    for argument in typing.get_args(annotation):
        model, step = _inner(argument)
        if model is not None:
            transparent = origin in (typing.Union, types.UnionType, typing.Annotated)
            return model, step if transparent else ".<name>" if origin is dict else "[]"
    return None, ""


def _default(field: FieldInfo, has_keys: bool) -> str:
    """The default of a key in words."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ({}, ()) or has_keys:
        return "" if isinstance(value, BaseModel) else "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{str(value).lower() if isinstance(value, bool) else value}`"
