"""Read and validate the YAML files of a study, and report each mistake in one sentence."""

import re
import reprlib
import unicodedata
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from practicework.errors import StudyError, did_you_mean

NAME, COLUMN = r"^[a-z0-9][a-z0-9_]*$", r"^[A-Za-z][A-Za-z0-9_.]*$"
"""Patterns of names used for folders and files, and of column names."""

_NAMES = {
    NAME: "use lower-case letters, digits and underscores",
    COLUMN: "start with a letter and use letters, digits, underscores and dots",
}


class Strict(BaseModel):
    """Base class of all models of a study's files: no unknown keys, no type conversion, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=BaseModel)

_WORDS = {"yes": True, "on": True, "no": False, "off": False}
Flag = Annotated[bool, BeforeValidator(lambda value: _WORDS.get(value.lower(), value) if isinstance(value, str) else value)]
"""True or false; yes, no, on and off are texts in YAML 1.2 and are accepted here."""


LARGEST = 200_000
"""Maximum number of values of a document, with those that aliases repeat."""

_NUMBERS = re.compile(r"[-+]?(0[0-9_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)")
"""Octal and sexagesimal numbers of YAML 1.1: 0123 is 83, and 1:30 is 90."""


_TAGS = {
    kind: {f"tag:yaml.org,2002:{name}" for name in names}
    for kind, names in (
        (yaml.ScalarNode, ("str", "int", "float", "bool", "null", "timestamp")),
        (yaml.SequenceNode, ("seq",)),
        (yaml.MappingNode, ("map",)),
    )
}


class _Loader(yaml.SafeLoader):
    """Safe YAML loader that rejects duplicate and merge keys, numbers with surprising values, and unbounded documents."""

    def get_single_node(self) -> yaml.Node | None:
        node = super().get_single_node()
        if node is not None:
            _check_size(node, {}, set())
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        if node.tag not in _TAGS[type(node)]:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")[:40]
            problem = f"the tag '{tag}' is not supported; remove it, or put the value in quotes"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        if isinstance(node, yaml.ScalarNode):
            _check_characters(node)
            if node.tag.endswith((":int", ":float")) and _NUMBERS.fullmatch(node.value) and node.value.strip("-+0"):
                problem = f"'{node.value[:40]}' would be read as another number; write a decimal number, or put it in quotes"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError):  # 2021-13-45, 0x_, !!bool maybe
            problem = f"'{str(node.value)[:40]}' is not a valid date, number or truth value"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                problem = "a key '<<' merges another mapping, which is not supported; write its keys out"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a plain word", key_node.start_mark)
            key = self.construct_object(key_node)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key '{key}' occurs twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {  # as in YAML 1.2, so that the answers Yes and No are texts
    mark: [(tag, form) for tag, form in found if tag != _BOOL] for mark, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile("true|True|TRUE|false|False|FALSE"), list("tTfF"))


def _check_size(node: yaml.Node, known: dict[int, int], above: set[int]) -> int:
    """Return the number of values of a node with all aliases written out; refuse too many, and aliases of themselves."""
    if id(node) in above:
        raise yaml.constructor.ConstructorError(None, None, "an alias contains itself", node.start_mark)
    if id(node) not in known:
        size = 1
        if not isinstance(node, yaml.ScalarNode):
            inside = above | {id(node)}
            pairs = node.value if isinstance(node, yaml.SequenceNode) else [one for pair in node.value for one in pair]
            size += sum(_check_size(one, known, inside) for one in pairs)
        if size > LARGEST:
            raise yaml.constructor.ConstructorError(None, None, "aliases repeat too many values", node.start_mark)
        known[id(node)] = size
    return known[id(node)]


def _check_characters(node: yaml.ScalarNode) -> None:
    """Refuse control characters, lone surrogates and private-use characters."""
    for mark in node.value:
        if mark not in "\n\t" and unicodedata.category(mark) in ("Cc", "Cs", "Co"):
            problem = f"the character U+{ord(mark):04X} cannot be shown everywhere"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def parsed(text: str, shown: str = "the text") -> object:
    """Return a YAML document as a study's files are read: `No` is a text, and nothing is built or run.

    Raises
    ------
    StudyError
        If it is not valid YAML.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except RecursionError:
        raise StudyError(f"{shown} is nested too deeply; reduce it to a few levels.") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise StudyError(f"{shown}, line {line}, has a character that YAML does not allow; remove it.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}," if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise StudyError(f"{shown}{where} is not valid YAML: {' '.join(problem.split())}; correct that line.") from None


def read_yaml(path: Path, shown: str, *, lists: bool = False) -> dict:
    """Read the mapping in a YAML file.

    Parameters
    ----------
    path : Path
    shown : str
        Path of the file inside the study, for messages.

    Raises
    ------
    StudyError
        If the file is missing, not UTF-8 or not valid YAML, repeats a key, or contains a tag that would
        build an object or a key that would make a template engine run code.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        beside = sorted(other.name for other in path.parent.glob("*.y*ml"))
        raise StudyError(f"{shown} does not exist{did_you_mean(path.name, beside)}; create it or correct its name.") from None
    except (UnicodeDecodeError, OSError):
        raise StudyError(f"{shown} cannot be read as text; save it as UTF-8.") from None
    data = parsed(text, shown)
    if lists and isinstance(data, list):
        return {"claims": data}
    if not isinstance(data, dict):
        raise StudyError(f"{shown} must contain 'key: value' lines; see config/README.md for an example.")
    if "__use_yte__" in data:
        raise StudyError(f"{shown} has the key '__use_yte__', which would run code; remove it.")
    return data


def validated(model: type[Model], data: dict, shown: str, field: str = "") -> Model:
    """Return `data` as an instance of `model`, or raise a StudyError that names file, field and remedy."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = _of_given_form(error.errors(include_url=False))
        details = [one | {"loc": _keys_of(one["loc"], data)} for one in details]
        more = f" (further mistakes: {len(details) - 1})" if len(details) > 1 else ""
        raise StudyError(f"{shown}: {_sentence(details[0], model, field)}{more}") from None


def _of_given_form(details: list[dict]) -> list[dict]:
    """Without the complaints that a mapping is no text, where a key may have either form and the mapping has mistakes."""
    kept = [
        one
        for one in details
        if one["type"] not in ("string_type", "bool_type")
        or not isinstance(one["input"], dict)
        or not any(other["loc"][: len(one["loc"]) - 1] == one["loc"][:-1] and other["loc"] != one["loc"] for other in details)
    ]
    return kept or details


def _keys_of(place: tuple, data: object) -> tuple:
    """The place of a mistake without the forms that a key may have, which are no keys of the file."""
    found, at = [], data
    for number, part in enumerate(place, 1):
        key = isinstance(at, dict) and part in at
        if isinstance(part, str) and part != "[key]" and not key and number < len(place):
            continue
        found.append(part)
        entry = isinstance(at, list) and isinstance(part, int) and part < len(at)
        at = at[part] if key or entry else None
    if len(found) > 1 and isinstance(found[-1], str) and not isinstance(at, dict) and found[-1] in _FORMS:
        found.pop()
    return tuple(found)


_FORMS = {"str", "bool", "int", "float"}
"""Names of forms at the end of a place."""


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 80


def _sentence(detail: dict, model: type[BaseModel], field: str) -> str:
    kind, value = detail["type"], detail["input"]
    path = ".".join([field] * bool(field) + [str(part) for part in detail["loc"] if part != "[key]"])
    text = _REPR.repr(value)
    shown = text if len(text) <= 60 else text[:57] + "..."
    if kind == "extra_forbidden":
        name = detail["loc"][-1]
        return f"the key '{path}' is unknown{did_you_mean(name, _keys(model))}; correct or remove it."
    if kind == "missing":
        return f"the key '{path}' is missing; add it."
    if kind == "value_error":
        message = str(detail["ctx"]["error"])
        return f"'{path}': {message}" if path else message
    expected = {
        "string_type": "must be text; put it in quotes",
        "int_type": "must be a whole number without quotes",
        "float_type": "must be a number without quotes",
        "bool_type": "must be true or false",
        "list_type": "must be a list, like [a, b]",
        "tuple_type": "must be a list, like [a, b]",
        "dict_type": "must contain 'key: value' lines",
        "model_type": "must contain 'key: value' lines",
        "model_attributes_type": "must contain 'key: value' lines",
        "finite_number": "must be a finite number",
        "string_pattern_mismatch": f"is an invalid name: {_NAMES.get(detail.get('ctx', {}).get('pattern'), 'use plain letters')}",
        "too_short": f"must have at least {detail.get('ctx', {}).get('min_length')} entries",
    }.get(kind)
    if expected is None:
        message = detail["msg"]
        expected = "is not valid: " + message[0].lower() + message[1:]
    return f"'{path}' {expected} (got {shown})."


def _keys(model: type[BaseModel]) -> set[str]:
    """Return the keys of a model and of its nested models, for suggestions."""
    names: set[str] = set()
    for part in [model.model_json_schema(), *model.model_json_schema().get("$defs", {}).values()]:
        names |= set(part.get("properties", {}))
    return names
