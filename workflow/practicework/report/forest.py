"""A forest plot: the interaction of a model in every sample."""

from textwrap import fill

from matplotlib.figure import Figure

from practicework.report.style import COLOURS, GREY, WIDTH, canvas, wrapped


def forest(rows: list[dict], words: str) -> Figure:
    """Plot estimates with their intervals, one line per sample.

    Parameters
    ----------
    rows : list of dict
        `sample`, `n`, `estimate`, `ci_low`, `ci_high` and `smallest_effect` of each.
    words : str
        The label of the horizontal axis.
    """
    figure, (axes,) = canvas(1.1 + 0.42 * len(rows))
    places = range(len(rows), 0, -1)
    for place, row in zip(places, rows, strict=True):
        if row["smallest_effect"] is not None:
            axes.barh(
                place, 2 * row["smallest_effect"], left=-row["smallest_effect"], height=0.7, color=GREY, alpha=0.18, linewidth=0
            )
        axes.plot([row["ci_low"], row["ci_high"]], [place, place], color=COLOURS[0])
        axes.plot(row["estimate"], place, "o", color=COLOURS[0], markersize=6)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(list(places), [fill(f"{row['sample']} (N = {row['n']:,})", 30) for row in rows])
    axes.set_ylim(0.4, len(rows) + 0.6)
    axes.locator_params(axis="x", steps=[1, 2, 5, 10], nbins=6)
    axes.set_xlabel(wrapped(words, 0.6 * WIDTH))  # names of samples leave the axes this width
    return figure
