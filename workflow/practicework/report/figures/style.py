"""What all figures share: size, type, colours that colour-blind readers tell apart, and byte-stable SVG."""

import io
from collections.abc import Iterable

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 6.5
"""Inches: the text width of a printed page."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette, which stays apart under the common kinds of colour blindness."""

LINES = ("-", "--", ":", "-.")
GREY = "#5f6b76"
MANY = 500
"""Beyond so many points a vector graphic becomes heavy: they are drawn as an image inside it."""

mpl.rcParams.update(
    {
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
    """A figure of the page's width with panels side by side."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False, **options)[0]
    return figure, list(axes)


def legend(figure: Figure, handles: Iterable[Artist], labels: Iterable[str], title: str | None = None) -> None:
    """A legend above the panels, where it hides no data."""
    figure.legend(
        list(handles), list(labels), loc="outside upper left", ncols=3, title=title, title_fontsize=8.5, alignment="left"
    )


DOTS_PER_INCH = 300
"""Of the figures as images, for print."""


def svg(figure: Figure) -> str:
    """The figure as SVG text: the same bytes for the same data."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    figure.set_layout_engine("none")  # what is drawn once keeps its places
    return buffer.getvalue()


def png(figure: Figure) -> bytes:
    """The figure as a PNG image: the same bytes for the same data."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
