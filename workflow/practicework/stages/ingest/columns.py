"""Matching: find the column of each item and variable in an export."""

from practicework.errors import StudyError, did_you_mean
from practicework.study import Study
from practicework.study.scale import normalized
from practicework.tables.files.personal import heading
from practicework.tables.files.raw import RawTable


class Matcher:
    """Find columns by heading, by the tool's own id or by question text; ambiguous matches are refused."""

    def __init__(self, raw: RawTable) -> None:
        """Index the headings and the aliases that the format provides."""
        self.raw = raw
        self.by_heading: dict[str, list[int]] = {}
        self.by_alias: dict[str, list[int]] = {}
        self.by_text: dict[str, list[int]] = {}
        for position, name in enumerate(raw.header):
            self.by_heading.setdefault(name, []).append(position)
            for other in {*(raw.aliases[position] if raw.aliases else ()), raw.texts[position] if raw.texts else ""} - {"", name}:
                self.by_alias.setdefault(other, []).append(position)
                self.by_text.setdefault(normalized(other), []).append(position)
            self.by_text.setdefault(normalized(name), []).append(position)

    def position(self, wanted: str, purpose: str = "", key: str = "columns") -> int:
        """Return the position of the column with this heading or, failing that, with this id or text."""
        wanted = wanted.strip()
        places = self.places(wanted)
        if len(places) > 1:
            further = [alias for place in places for alias in (self.raw.aliases[place][:1] if self.raw.aliases else ())]
            named = f", or name one by its id ({', '.join(further)})" if further and key == "columns" else ""
            raise StudyError(f"{self.raw.shown}: the column '{wanted}' occurs {len(places)} times; keep one of them{named}.")
        if not places:
            close = did_you_mean(wanted, [name for name in self.raw.header if heading(name) == name])
            raise StudyError(
                f"{self.raw.shown} has no column '{wanted}'{purpose}{close}; "
                f"add it, or name the right one under the sample's {key} in the config."
            )
        return places[0]

    def item(self, name: str, mapped: str | None, aliases: tuple[str, ...], text: str | None) -> int:
        """Return the position of the column of an item or variable.

        The order of precedence is the config's `columns`, the item's id, its own `columns` aliases and its wording.
        """
        raw = self.raw
        if mapped is not None:
            position = self.position(mapped, "" if mapped.strip() == name else f" (named for '{name}' in the config)")
            if mapped.strip() != name and name in raw.header:
                raise StudyError(
                    f"{raw.shown}: '{name}' is ambiguous, since the file has a column '{name}' and the config names "
                    f"'{mapped.strip()}' for it; remove one of the two."
                )
            return position
        found = {place: alias for alias in aliases for place in self.places(alias.strip())}
        own = self.by_heading.get(name) or self.by_alias.get(name) or []
        if own:
            if extra := sorted({*found} - {*own}):
                raise StudyError(
                    f"{raw.shown}: '{name}' is ambiguous, since the file has both a column '{name}' and the column "
                    f"'{found[extra[0]]}' that its scale names; "
                    "name the right one under the sample's columns in the config."
                )
            return self.position(name)
        if len(found) > 1:
            names = " and ".join(f"'{alias}'" for alias in found.values())
            raise StudyError(
                f"{raw.shown}: '{name}' is ambiguous, since its scale names the columns {names} and the file has both; "
                "name the right one under the sample's columns in the config."
            )
        if found:
            return next(iter(found))
        worded = self.by_text.get(normalized(text), []) if text else []
        if len(worded) > 1:
            raise StudyError(
                f"{raw.shown}: '{name}' is ambiguous, since {len(worded)} columns have its wording; "
                "name the right one under the sample's columns in the config."
            )
        return worded[0] if worded else self.position(name)

    def has(self, name: str, text: str) -> bool:
        """Return whether a column has the name or the wording of an item."""
        return bool(self.places(name) or self.by_text.get(normalized(text)))

    def places(self, wanted: str) -> list[int]:
        """Return the positions of the columns with this heading, id or text."""
        return self.by_heading.get(wanted) or self.by_alias.get(wanted) or self.by_text.get(normalized(wanted)) or []


def match(raw: RawTable, study: Study, sample: str) -> dict[str, int]:
    """Return the position of every item, variable and cluster of the study in a sample's export.

    Raises
    ------
    StudyError
        A column is missing, duplicated or ambiguous, or matches two names.
    """
    mapped = study.config.samples[sample].columns
    matcher = Matcher(raw)
    items = {item.id: item for scale in study.scales.values() for item in scale.items}
    columns: dict[str, int] = {}
    for name in [*study.items, *study.variables, *study.clusters]:
        item = items.get(name)
        optional = name in study.optional_items(sample) and name not in mapped
        if not optional or matcher.has(name, item.text):
            columns[name] = matcher.item(name, mapped.get(name), item.columns if item else (), item.text if item else None)
    first: dict[int, str] = {}
    for name, position in columns.items():
        if position in first:
            raise StudyError(
                f"{raw.shown}: the column '{heading(raw.header[position])}' matches both '{first[position]}' and '{name}'; "
                f"correct samples.{sample}.columns in the config."
            )
        first[position] = name
    return columns
