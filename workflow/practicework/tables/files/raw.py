"""The table that every reader returns, with what it detected about the file."""

from dataclasses import dataclass, field

DIRECT, LOCATION, NETWORK, CONTACT = "direct identifier", "location", "network", "contact"
FREE_TEXT, METADATA, UNDECLARED = "free text", "metadata of the survey tool", "not declared"
"""Reasons for excluding a column."""

EMPTY_ROW, NOT_SELECTED = "empty row", "not selected"
"""Reasons for excluding a row: it has no text, or the config selects others; the survey tool marks the rest."""


@dataclass(frozen=True)
class RawTable:
    """An export as text: one heading per column, one list of cells per respondent.

    Attributes
    ----------
    shown : str
        Name of the file in messages.
    header : list of str
        One name per column.
    rows : list of list
        One list of cells per respondent. A cell is a text, `""` if the question was seen but not
        answered or the format does not distinguish, or None if the format states that it was not shown.
    lines : list of int
        Number of each row in a spreadsheet; the first row of the file is row 1.
    tool : str
        The survey tool or format, in words.
    texts : list of str
        The question text of each column, empty if the format has none; as long as `header`, or empty.
    aliases : list of tuple
        Further names of each column (an import id, a label); as long as `header`, or empty.
    reasons : dict
        Known columns of the format that are not answers: position, then the reason for exclusion.
    missing : dict
        Position, then the cells that the file itself declares to mean "no answer".
    left_out : list of tuple
        Rows that are not responses: row number and reason (a preview, a test, spam, an empty row, a row that is not selected).
    duration, finished : int or None
        The position of the total time in seconds, and of the completion flag.
    finished_as : frozenset of str
        The values of `finished`, in lower case, that mean yes; empty if any text does.
    labels : dict
        Position, then the file's own label of each code.
    ambiguous : dict
        Position, then a cell that can mean two numbers (1.234), where nothing in the file shows which.
    rewritten : dict
        Position, then the file's own text of each number that was rewritten with a decimal point.
    groups : dict
        Position, then the survey tool's question to which the column belongs; columns of one question share it.
    stems : dict
        Position, then the text of that question, without the item.
    wordings : dict
        Position, then the text of the item, without the question.
    ticks : frozenset of int
        Columns that the survey tool marks as options of a question with several answers.
    person : int or None
        The position of the tool's own ids of respondents or responses.
    """

    shown: str
    header: list[str]
    rows: list[list[str | None]]
    lines: list[int]
    tool: str = "CSV"
    texts: list[str] = field(default_factory=list)
    aliases: list[tuple[str, ...]] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    missing: dict[int, frozenset[str]] = field(default_factory=dict)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    duration: int | None = None
    finished: int | None = None
    finished_as: frozenset[str] = frozenset()
    labels: dict[int, dict[str, str]] = field(default_factory=dict)
    ambiguous: dict[int, str] = field(default_factory=dict)
    rewritten: dict[int, dict[str, str]] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    stems: dict[int, str] = field(default_factory=dict)
    wordings: dict[int, str] = field(default_factory=dict)
    ticks: frozenset[int] = frozenset()
    person: int | None = None
