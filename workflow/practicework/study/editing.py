"""Change single keys of a YAML file; everything else, comments included, stays as it is."""

import os
import shutil
import tempfile
from pathlib import Path

import yaml

from practicework.study.documents import parsed

REMOVE = object()
"""The value of a key to be removed."""


def edited(text: str, path: tuple[str | int, ...], value: object) -> str:
    """Return a YAML text with the value at a path of keys replaced, added or removed.

    Parameters
    ----------
    text : str
        A document of mappings.
    path : tuple of str or int
        The keys from the outermost mapping, and positions in lists; all but the last have to exist.
    value : object
        Anything that YAML can write, or `REMOVE`.

    Raises
    ------
    KeyError
        If a key above the last does not exist.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if isinstance(node, yaml.MappingNode) and node.flow_style:  # a document in braces is written anew
        whole = parsed(text[node.start_mark.index : node.end_mark.index])
        return text[: node.start_mark.index] + dump(_changed(whole, path, value)) + text[node.end_mark.index :].lstrip()
    for place, key in enumerate(path[:-1]):
        above, node = node, _value(node, key)
        if not isinstance(node, yaml.MappingNode | yaml.SequenceNode):
            raise KeyError(key)
        if node.flow_style:
            whole = parsed(text[node.start_mark.index : node.end_mark.index])
            changed = _changed(whole, path[place + 1 :], value)
            if isinstance(above, yaml.SequenceNode):  # an item in braces stays on its line
                return text[: node.start_mark.index] + _inline(changed) + text[node.end_mark.index :]
            return edited(text, path[: place + 1], changed)
    if isinstance(node, yaml.SequenceNode):
        return _without(text, _value(node, path[-1]), value)
    pair = next((pair for pair in node.value if pair[0].value == path[-1]), None)
    indent = " " * node.start_mark.column
    new = "" if value is REMOVE else _block(path[-1], value, indent)
    if pair is None:
        end = _end(text, node.end_mark.index)
        gap = "" if end == 0 or text[end - 1] == "\n" else "\n"
        return text[:end] + gap + new + text[end:]
    start = _line(text, pair[0].start_mark.index)
    return text[:start] + new + text[_end(text, pair[1].end_mark.index) :]


def _line(text: str, index: int) -> int:
    """Where the line of a mark starts."""
    return text.rindex("\n", 0, index) + 1 if "\n" in text[:index] else 0


def _without(text: str, node: yaml.Node, value: object) -> str:
    """Return a text without an item of a list."""
    if value is not REMOVE:
        raise KeyError("an item of a list can only be removed")
    return text[: _line(text, node.start_mark.index)] + text[_end(text, node.end_mark.index) :]


def _inline(document: object) -> str:
    """A document in braces on one line."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=True).strip()


def edit(file: Path, changes: dict[tuple[str, ...], object]) -> None:
    """Apply changes to a file; it is replaced as a whole."""
    text = file.read_text(encoding="utf-8")
    for path, value in changes.items():
        text = edited(text, path, value)
    replaced(file, text)


def replaced(file: Path, text: str) -> None:
    """Write a file as a whole, through a new file beside it, so that nothing is half-written; its mode and line ends stay."""
    end = "\r\n" if file.is_file() and b"\r\n" in file.read_bytes() else "\n"
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline=end) as new:
            new.write(text)
        if file.exists():
            shutil.copymode(file, name)
        else:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def dump(document: object) -> str:
    """Return a document as YAML, with short lists of words on one line."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _value(node: yaml.Node, key: str | int) -> yaml.Node:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value
    raise KeyError(key)


def _changed(document: dict | list, path: tuple[str | int, ...], value: object) -> dict | list:
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    if value is REMOVE and isinstance(inner, list):
        del inner[path[-1]]
    elif value is REMOVE:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = value
    return document


def _block(key: str, value: object, indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in dump({key: value}).splitlines())


def _end(text: str, index: int) -> int:
    """Where the lines of a value end: after the last one that is neither empty nor a comment."""
    start = text.rfind("\n", 0, index) + 1
    block = not text[start:index].strip()  # the end of a block is where the next key starts
    index = start if block else text.find("\n", index) + 1 or len(text)
    lines = text[:index].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return len("".join(lines))


class _Dumper(yaml.SafeDumper):
    """Writes lists of a few words, such as `confirm`, on one line, and nothing as an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _words(dumper: _Dumper, values: list) -> yaml.Node:
    short = all(isinstance(one, (str, int)) and len(str(one)) < 20 for one in values) and len(values) <= 6
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=short)


_Dumper.add_representer(list, _words)
