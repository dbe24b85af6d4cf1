"""What every reader returns, and what it may find out about a file on the way."""

from dataclasses import dataclass, field

DIRECT, LOCATION, NETWORK, CONTACT = "direct identifier", "location", "network", "contact"
FREE_TEXT, METADATA, UNDECLARED = "free text", "metadata of the survey tool", "not declared"
"""Why a column stays behind."""


@dataclass(frozen=True)
class RawTable:
    """An export as text: one heading per column, one list of cells per respondent.

    Attributes
    ----------
    shown : str
        How messages name the file.
    header : list of str
        One name per column.
    rows : list of list
        One list of cells per respondent. A cell is a text, `""` where the question was seen but not
        answered or the format cannot tell, or None where the format says that it was not shown.
    lines : list of int
        Each row's number as a spreadsheet shows it, the first row of the file being row 1.
    tool : str
        The survey tool or format, in words.
    texts : list of str
        The question text of each column, empty where the format has none; as long as `header`, or empty.
    aliases : list of tuple
        Further names of each column (an import id, a label); as long as `header`, or empty.
    reasons : dict
        Columns that the format is known for and that are no answers: position, then why it stays behind.
    missing : dict
        Position, then the cells that the file itself declares to mean "no answer".
    left_out : list of tuple
        Rows that the reader left out: row number and reason (a preview, a test, spam).
    duration, finished : int or None
        The position of the total time in seconds, and of the mark that the survey was finished.
    finished_as : frozenset of str
        The cells, in lower case, by which `finished` says yes; empty where any text does.
    labels : dict
        Position, then the text that the file itself gives to each code.
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
