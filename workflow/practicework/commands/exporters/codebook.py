"""The codebook: every variable of a study with its meaning and possible values."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from practicework.commands.exporters import pages
from practicework.commands.exporters.shared import choices, labelled, line, separated
from practicework.study import Study
from practicework.study.multiple import column
from practicework.study.scale import Response, Scale
from practicework.tables.files.text import inert

SEPARATOR = " | "
METHODS = {"mean": "mean", "sum": "sum", "pomp": "percent of the maximum possible"}


@dataclass(frozen=True)
class Entry:
    """One variable: a row of `codebook.csv`, with every cell as text that no spreadsheet computes.

    Attributes
    ----------
    variable, kind : str
        Its column and its type: `item`, `score`, `quantity`, `category` or `option`.
    scale, text : str
        The scale to which it belongs; its wording or label.
    reverse : str
        For an item, whether it is reverse-keyed.
    min, max : str
        The declared range of answers, or of scores.
    values : str
        Codes with their labels: `1 = Never | 2 | 3 = Always`; several languages are separated by a slash.
    columns : str
        Alternative names of the column in exports.
    scoring, items, min_valid, min_items : str
        For a score: the scoring rule, the number of items, and the share and number of items that must be answered.
    """

    variable: str
    kind: str
    scale: str = ""
    text: str = ""
    reverse: str = ""
    min: str = ""
    max: str = ""
    values: str = ""
    columns: str = ""
    scoring: str = ""
    items: str = ""
    min_valid: str = ""
    min_items: str = ""


def files(study: Study) -> dict[str, str]:
    """The codebook of a study by file name: `codebook.csv` and `codebook.html`.

    Parameters
    ----------
    study : Study
    """
    scales = list(study.scales.values())
    return {"codebook.csv": table(scales, study), "codebook.html": page(scales, study)}


def table(scales: Iterable[Scale], study: Study | None = None) -> str:
    """The codebook as CSV: the items of each scale and its score, then the variables of the study.

    Parameters
    ----------
    scales : iterable of Scale
    study : Study, optional
        If given, its variables are listed as well.
    """
    entries = [entry for scale in scales for entry in of_scale(scale)] + of_variables(study)
    rows = [[inert(cell) for cell in astuple(entry)] for entry in entries]
    return separated([field.name for field in fields(Entry)], rows)


def page(scales: Iterable[Scale], study: Study | None = None) -> str:
    """The same as a self-contained HTML page, with each scale's definition, source and status of wording."""
    parts = [{"scale": scale, "entries": of_scale(scale)} for scale in scales]
    title = study.config.title if study else ""
    return pages.render("codebook.html", title=title, parts=parts, variables=of_variables(study))


def of_scale(scale: Scale) -> list[Entry]:
    """A scale's items and its score."""
    low, high = (f"{end:g}" for end in scale.score_range)
    answers = {"min": f"{scale.response.min:g}", "max": f"{scale.response.max:g}", "values": _values(scale.response)}
    items = [
        Entry(
            item.id,
            "item",
            scale.id,
            line(item.text),
            reverse=str(item.reverse),
            columns=SEPARATOR.join(item.columns),
            **answers,
        )
        for item in scale.items
    ]
    score = Entry(
        scale.id,
        "score",
        scale.id,
        line(scale.label),
        min=low,
        max=high,
        scoring=METHODS[scale.scoring.method],
        items=str(len(items)),
        min_valid=f"{scale.scoring.min_valid:g}",
        min_items=str(scale.needed),
    )
    return [*items, score]


def of_variables(study: Study | None) -> list[Entry]:
    """The variables of a study that are not part of a scale, and the options of questions; none without a study."""
    if study is None:
        return []
    found = []
    for name in study.variables:
        categories = study.config.categories.get(name, {})
        kind = "category" if categories else "quantity"
        values = SEPARATOR.join(_value(code, texts) for code, texts in sorted(categories.items()))
        found.append(Entry(name, kind, text=study.label(name), values=values))
    for name, one in study.config.multiple.items():
        for part in one.parts:
            for option in one.options:
                text = ": ".join(filter(None, (one.label, one.part_text(part), one.text(option))))
                found.append(Entry(column(name, part, option), "option", text=line(text), values="0 = no; 1 = yes, or ticked"))
    return found


def _values(response: Response) -> str:
    """The codes of a response scale; only the labelled ones if a number is entered."""
    codes = [code for code, _ in choices(response) or labelled(response)]
    return SEPARATOR.join(_value(code, response.labels.get(code, ())) for code in codes)


def _value(code: int, texts: tuple[str, ...]) -> str:
    return f"{code} = {' / '.join(map(line, texts))}" if texts else f"{code}"
