"""Tables as LaTeX, with booktabs and threeparttable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from practicework.report import apa

if TYPE_CHECKING:
    from practicework.report.contents import Entry
    from practicework.report.table import Table

PREAMBLE = "% Needs \\usepackage{array,booktabs,threeparttable,amssymb} and, for pdfLaTeX, \\usepackage[T1]{fontenc}."

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\(<\)", ">": r"\(>\)", "|": r"\textbar{}", "\u00a0": "~",
    "−": r"\(-\)", "–": "--", "—": "---", "“": "``", "”": "''", "‘": "`", "’": "'", "×": r"\(\times\)", "±": r"\(\pm\)",
    "≤": r"\(\leq\)", "≥": r"\(\geq\)", "√": r"\(\surd\)", "·": r"\(\cdot\)", "✓": r"\(\checkmark\)", "✗": r"\(\times\)",
    "α": r"\(\alpha\)", "β": r"\(\beta\)", "κ": r"\(\kappa\)", "λ": r"\(\lambda\)", "χ": r"\(\chi\)", "ω": r"\(\omega\)",
    "ρ": r"\(\rho\)", "Δ": r"\(\Delta\)", "Σ": r"\(\Sigma\)", "²": r"\textsuperscript{2}", "…": r"\dots{}", "½": r"\(\tfrac12\)",
    **{one: rf"\textsuperscript{{{plain}}}" for one, plain in zip("⁰¹³⁴⁵⁶⁷⁸⁹", "013456789", strict=True)},
    "⁻": r"\(^{-}\)",
}  # fmt: skip


def escaped(text: str) -> str:
    """Return a text in which LaTeX prints its special characters and the report's symbols as they are."""
    return "".join(_SPECIAL.get(one, one) for one in text)


def marked(text: str, *, heading: bool = False) -> str:
    """Return the same with statistical symbols in italics."""
    return "".join(
        rf"\textit{{{escaped(piece)}}}" if symbol else escaped(piece) for piece, symbol in apa.marked(text, heading=heading)
    )


def table(entry: Entry) -> str:
    """Return a numbered table as a `table` environment, for `\\input` in a manuscript."""
    content: Table = entry.content
    lines = [
        f"% Table {entry.number} of the report.",
        PREAMBLE,
        r"\begin{table}[htbp]",
        r"\centering\small",
        r"\begin{threeparttable}",
        rf"\caption{{{marked(content.title)}}}",
        rf"\label{{tab:{entry.name}}}",
        rf"\begin{{tabular}}{{{_columns(content)}}}",
        r"\toprule",
        _row([marked(cell, heading=True) for cell in content.header]),
        r"\midrule",
    ]
    for number, row in enumerate(content.rows):
        cells = [escaped(cell) for cell in row]
        if number in content.groups:
            if number:
                lines.append(r"\addlinespace")
            cells[0] = rf"\textbf{{{cells[0]}}}"
        for place, column in content.bold:
            if place == number:
                cells[column] = rf"\textbf{{{cells[column]}}}"
        lines.append(_row(cells))
    lines += [r"\bottomrule", r"\end{tabular}"]
    if content.note:
        lines += [
            r"\begin{tablenotes}[flushleft]\footnotesize",
            rf"\item \textit{{Note.}} {marked(content.note)}",
            r"\end{tablenotes}",
        ]
    return "\n".join([*lines, r"\end{threeparttable}", r"\end{table}", ""])


LONG = 28
"""Characters from which a column of words breaks its lines."""


def _columns(content: Table) -> str:
    """Numbers flush right; words flush left, long ones in a column of a width."""
    kinds = []
    for number, heading in enumerate(content.header):
        longest = max([len(heading), *(len(row[number]) for row in content.rows)])
        if number not in content.words:
            kinds.append("r")
        elif longest > LONG:
            share = 0.36 if number == content.words[0] else 0.26
            kinds.append(rf">{{\raggedright\arraybackslash}}p{{{share}\linewidth}}")
        else:
            kinds.append("l")
    return "".join(kinds)


def _row(cells: list[str]) -> str:
    # a bracket that opens a row would be read as the option of the line break before it
    return " & ".join(re.sub(r"^\[", "{[}", cell) for cell in cells) + r" \\"
