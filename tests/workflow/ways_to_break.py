"""Ways to break the tiny study: each gives a function that changes the study and writes it."""

from collections.abc import Callable
from dataclasses import dataclass

RAW = "data/raw/s.csv"


@dataclass(frozen=True)
class Case:
    """How a study is broken, what the sentence must hold, and what must appear nowhere."""

    break_: Callable
    expected: tuple[str, ...]
    args: tuple[str, ...] = ()
    secret: str | None = None


def config(path: str, value: object) -> Callable:
    """A study with another entry in its config."""
    return configs({path: value})


def configs(entries: dict[str, object]) -> Callable:
    """A study with other entries in its config."""

    def break_(tiny) -> None:
        for path, value in entries.items():
            tiny.edit(f"config.{path}", value)
        tiny.write()

    return break_


def scale(path: str, value: object) -> Callable:
    """A study with another entry in a scale: `pride.response.min`."""
    return lambda tiny: tiny.edit(f"scales.{path}", value).write()


def without(path: str) -> Callable:
    """A study that lacks an entry of its config or of a scale."""
    return lambda tiny: tiny.edit(path).write()


def text(name: str, old: str, new: str) -> Callable:
    """A study with another text in one of its files."""

    def break_(tiny) -> None:
        path = tiny.write() / name
        content = path.read_text()
        assert old in content
        path.write_text(content.replace(old, new, 1))

    return break_


def content(name: str, data: bytes) -> Callable:
    """A study with other bytes as one of its files."""

    def break_(tiny) -> None:
        (tiny.write() / name).write_bytes(data)

    return break_


def damaged(tiny) -> None:
    """An export in UTF-8, which its accents show, with one byte that cannot stand in it."""
    tiny.rows[0].append("city")
    for row in tiny.rows[1:]:
        row.append("Orl\u00e9ans")
    tiny.write()
    content = tiny.sample.read_bytes().splitlines(keepends=True)
    content[2] = content[2].replace("\u00e9".encode(), b"\xeb")
    tiny.sample.write_bytes(b"".join(content))


def cell(row: int, column: str, value: object) -> Callable:
    """A study with another cell in its export; row 1 is the header."""

    def break_(tiny) -> None:
        tiny.rows[row - 1][tiny.rows[0].index(column)] = value
        tiny.write()

    return break_


def columns(entries: dict[str, object], **values: object) -> Callable:
    """A study with other entries in its config, and with columns of one value, old or new."""

    def break_(tiny) -> None:
        for column, value in values.items():
            if column in tiny.rows[0]:
                position = tiny.rows[0].index(column)
                tiny.rows = [tiny.rows[0], *([*row[:position], value, *row[position + 1 :]] for row in tiny.rows[1:])]
            else:
                tiny.rows = [[*tiny.rows[0], column], *([*row, value] for row in tiny.rows[1:])]
        configs(entries)(tiny)

    return break_


def months(entries: dict[str, object]) -> Callable:
    """A study with a variable `months` that is twelve times the variable `age`."""

    def break_(tiny) -> None:
        tiny.rows = [[*tiny.rows[0], "months"], *([*row, 12 * row[-1]] for row in tiny.rows[1:])]
        configs({"variables": ["age", "months"], **entries})(tiny)

    return break_


def renamed(names: dict[str, str], mapping: dict[str, str]) -> Callable:
    """A study with other headings in its export, and with `columns` in its config."""

    def break_(tiny) -> None:
        tiny.rows[0] = [names.get(heading, heading) for heading in tiny.rows[0]]
        config("samples.s.columns", mapping)(tiny)

    return break_


def rows(edit: Callable) -> Callable:
    """A study with other rows in its export."""

    def break_(tiny) -> None:
        tiny.rows = edit(tiny.rows)
        tiny.write()

    return break_


def linked(link: str, target: str, file: str = RAW) -> Callable:
    """A study with a link in data/raw/ and, outside of the study, the file `outside/s.csv` that it could lead to."""

    def break_(tiny) -> None:
        tiny.config["samples"]["s"]["file"] = file
        tiny.write()
        outside = tiny.folder.parent / "outside"
        outside.mkdir()
        tiny.sample.rename(outside / "s.csv")
        if link:
            (tiny.folder / link).symlink_to(target)

    return break_


def folder_instead(name: str) -> Callable:
    """A study with a folder where a file should be."""

    def break_(tiny) -> None:
        path = tiny.write() / name
        path.unlink()
        path.mkdir()

    return break_


def missing(name: str, instead: str | None = None) -> Callable:
    """A study without one of its files, or with another name for it."""

    def break_(tiny) -> None:
        path = tiny.write() / name
        path.rename(path.with_name(instead)) if instead else path.unlink()

    return break_


def claim(**entries: object) -> Callable:
    """A study with a claim that differs from the valid one."""
    return configs({f"replication.s.claims.0.{name}": value for name, value in entries.items()})
