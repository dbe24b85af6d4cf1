"""What all figures share: size, type, colours that are safe for colour-blind readers, and byte-stable SVG."""

import io
import os
from collections.abc import Iterable
from textwrap import fill

os.environ.pop("MPLBACKEND", None)  # figures are drawn without a display, whatever the user's shell says

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from practicework.report.messages import _

WIDTH = 6.5
"""Inches: the text width of a printed page."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette, which stays apart under the common kinds of colour blindness."""

LINES = ("-", "--", ":", "-.")
GREY = "#5f6b76"
MANY = 500
"""Beyond so many points a vector graphic becomes heavy: they are drawn as an image inside it."""

ROWS = 40
"""Maximum number of samples in a forest plot, which then fills a page."""

DOTS = 5_000
"""Maximum number of respondents that a figure shows as dots."""

mpl.rcdefaults()  # a matplotlibrc in the working folder, which may be a stranger's study, changes nothing
mpl.rcParams.update(
    {
        "text.parse_math": False,  # a label with $ is text
        "font.size": 9,
        "axes.labelsize": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.linewidth": 0.8,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": "black",
        "ytick.labelcolor": "black",
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "lines.linewidth": 1.8,
        "svg.hashsalt": "practicework",
        "figure.dpi": 200,
    }
)


def canvas(height: float, panels: int = 1, **options: object) -> tuple[Figure, list[Axes]]:
    """Return a figure of the page's width with panels side by side."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False, **options)[0]
    return figure, list(axes)


CHARACTER = 0.068
"""Inches that a character of an axis label takes on average, and a little more."""


def label(axes: Axes, x: str | None = None, y: str | None = None) -> None:
    """Label the axes of a panel, with long labels broken into lines that fit it."""
    figure = axes.get_figure()
    width, height = figure.get_size_inches()
    columns = axes.get_subplotspec().get_gridspec().ncols if axes.get_subplotspec() else 1
    rows = axes.get_subplotspec().get_gridspec().nrows if axes.get_subplotspec() else 1
    if x is not None:
        axes.set_xlabel(wrapped(x, (0.85 if columns == 1 else 0.7) * width / columns))  # which is centred on the axes
    if y is not None:
        axes.set_ylabel(wrapped(y, 0.72 * height / rows))


def wrapped(text: str, inches: float) -> str:
    """Return a text in lines that are at most so long in a figure."""
    return fill(text, max(12, int(inches / CHARACTER)), break_long_words=False)


def legend(figure: Figure, handles: Iterable[Artist], labels: Iterable[str], title: str | None = None) -> None:
    """Put a legend above the panels, where it hides no data, in as many columns as its words leave room for."""
    labels = [wrapped(one, 0.9 * WIDTH) for one in labels]
    longest = max((len(line) for one in labels for line in one.split("\n")), default=0)
    columns = max(1, min(3, int(WIDTH / (longest * CHARACTER + 0.55))))
    title = title and wrapped(title, 0.95 * WIDTH)
    figure.legend(
        list(handles), labels, loc="outside upper left", ncols=columns, title=title, title_fontsize=8.5, alignment="left"
    )


def some(n: int) -> np.ndarray:
    """Return the positions of at most `DOTS` of n dots, evenly spaced, the first and the last included."""
    return np.unique(np.linspace(0, max(n - 1, 0), min(n, DOTS)).round().astype(int))


def largest(rows: list[dict]) -> list[dict]:
    """Return the rows of the samples that a forest plot shows, in their order: those with the most respondents."""
    kept = sorted(range(len(rows)), key=lambda place: -rows[place]["n"])[:ROWS]
    return [rows[place] for place in sorted(kept)]


def shown_rows(n: int) -> str:
    """Return the sentence of a caption that states that only the largest samples are shown; empty if all are."""
    if n <= ROWS:
        return ""
    return _("Of {n} samples, the {shown} with the most respondents are shown.", n=f"{n:,}", shown=ROWS)


def dots(n: int) -> str:
    """Return the sentence of a caption that states that only some respondents are shown as dots; empty if all are."""
    if n <= DOTS:
        return ""
    return _("Dots show {shown} of {n} respondents, evenly spaced.", shown=f"{DOTS:,}", n=f"{n:,}")


DOTS_PER_INCH = 300
"""Of the figures as images, for print."""


def svg(figure: Figure) -> str:
    """Return the figure as SVG text: the same bytes for the same data."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    figure.set_layout_engine("none")  # the layout of the SVG serves the PNG as well
    return buffer.getvalue()


def png(figure: Figure) -> bytes:
    """Return the figure as a PNG image: the same bytes for the same data."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
