"""A report's files read back: the same table from CSV, page, Word files and LaTeX."""

import csv
import re
from pathlib import Path

import docx
from lxml import html

NUMBER = re.compile(r"−?(?:\d[\d,]*)?\.?\d+")
LATEX = {
    r"\(-\)": "−", r"\(<\)": "<", r"\(>\)": ">", r"\%": "%", r"\&": "&", r"\_": "_", r"\#": "#", r"\$": "$", r"\(\times\)": "×",
    r"\(\alpha\)": "α", r"\(\omega\)": "ω", r"\(\chi\)": "χ", r"\(\kappa\)": "κ", r"\(\beta\)": "β", r"\(\Delta\)": "Δ",
    r"\textsuperscript{2}": "²", r"\(\geq\)": "≥", r"\(\leq\)": "≤", r"\(\pm\)": "±", r"\(\cdot\)": "·", "``": "“", "''": "”",
    "--": "–", r"\(\checkmark\)": "✓", "~": "\u00a0", r"\textbar{}": "|",
}  # fmt: skip


def contents(folder: Path) -> list[dict[str, str]]:
    """The rows of `contents.csv`."""
    return read_csv(folder / "contents.csv")


def read_csv(path: Path) -> list[dict[str, str]]:
    """A CSV file's rows by heading."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page_tables(folder: Path) -> dict[str, list[list[str]]]:
    """The page's tables by number: header and rows."""
    page = html.document_fromstring((folder / "report.html").read_text(encoding="utf-8"))
    return {
        figure.get("id").removeprefix("table-").upper(): [
            [cell.text_content() for cell in row.xpath("./th|./td")] for row in figure.xpath(".//tr")
        ]
        for figure in page.xpath("//figure[starts-with(@id, 'table-')]")
    }


def word_tables(folder: Path) -> dict[str, list[list[str]]]:
    """The tables of both Word files by number."""
    found, number = {}, ""
    for name in ("manuscript.docx", "supplement.docx"):
        for block in docx.Document(str(folder / name)).iter_inner_content():
            if isinstance(block, docx.table.Table):
                assert number not in found
                found[number] = [[cell.text for cell in row.cells] for row in block.rows]
            elif block.style.name == "Table number":
                number = block.text.removeprefix("Table ").removeprefix("Table\u00a0")
    return found


def latex_table(path: Path) -> list[list[str]]:
    """A LaTeX table's header and rows, its commands undone."""
    body = path.read_text(encoding="utf-8").split("\\toprule\n")[1].split("\\bottomrule")[0]
    lines = [line for line in body.splitlines() if line.endswith(r" \\")]
    return [[plain(cell) for cell in re.split(r"(?<!\\) & ", line.removesuffix(r" \\"))] for line in lines]


def plain(text: str) -> str:
    """LaTeX as text."""
    for command, one in LATEX.items():
        text = text.replace(command, one)
    text = re.sub(r"\\text(?:it|bf)\{([^{}]*)\}", r"\1", text)
    return re.sub(r"^\{\[\}", "[", text)


def numbers(text: str) -> list[tuple[float, int]]:
    """Each number that a text shows, and its decimals."""
    found = []
    for one in NUMBER.findall(text):
        digits = one.replace("−", "-").replace(",", "")
        found.append((float(digits), len(digits.partition(".")[2])))
    return found
