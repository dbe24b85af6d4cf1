"""Respondents in clusters: what the report says of their number, their similarity and the influence of each."""

from __future__ import annotations

from collections.abc import Iterable

from practicework.numerics.limits import FEW_CLUSTERS
from practicework.report import apa
from practicework.report.messages import _, count, listing, numeral, sentences
from practicework.report.moderation.facts import Model
from practicework.report.table import Table, integer, interval, number, precision, text

MOST_ROWS = 10
"""Clusters listed in the table."""

REFERENCES = ("bell2002", "field2007", "pustejovsky2018")


def nested(model: Model) -> str:
    """Return how respondents are distributed over clusters and how similar those of a cluster are; empty without clusters."""
    fit = model.fit
    if fit["clusters"] is None:
        return ""
    sizes = {"n": f"{fit['n']:,}", "k": f"{fit['clusters']:,}", "column": model.settings.cluster,
             "low": fit["cluster_smallest"], "high": fit["cluster_largest"]}  # fmt: skip
    found = (
        _("The {n} respondents belong to {k} clusters ({column}) of {low} each.", **sizes)
        if sizes["low"] == sizes["high"]
        else _("The {n} respondents belong to {k} clusters ({column}) of {low} to {high}.", **sizes)
    )
    if fit["icc_outcome"] is None:
        return found
    return sentences(
        found,
        _("The intraclass correlation, ICC(1), was {outcome} for the outcome and {residual} for the residuals.",
          outcome=apa.unit(fit["icc_outcome"]), residual=apa.unit(fit["icc_residual"])),
    )  # fmt: skip


def caution(model: Model) -> str:
    """Return what few clusters mean; empty with enough."""
    k = model.fit["clusters"]
    if k is None or k >= FEW_CLUSTERS:
        return ""
    return _(
        "With only {k} clusters, cluster-robust intervals depend strongly on their approximation, and effects of characteristics "
        "that differ only between clusters rest on {k} observations.",
        k=k,
    )


def influence(model: Model) -> str:
    """Return how many omissions of a cluster change the conclusion; empty without clusters."""
    if model.fit["clusters"] is None:
        return ""
    rows = [row for row in model.rows("clusters") if row["ci_low"] is not None]
    if not rows:
        return ""
    changing = {row["cluster"] for row in rows if row["turns"]}
    if not changing:
        return _("Omitting any single cluster does not change the conclusion.")
    return count(
        "Omitting one of the {all} clusters changes the conclusion.",
        "Omitting any one of {n} of the {all} clusters changes the conclusion.",
        len(changing), all=numeral(len({row["cluster"] for row in rows})),
    )  # fmt: skip


def sentence(model: Model) -> str:
    """Return everything the robustness list says of clusters."""
    return sentences(nested(model), influence(model), caution(model))


def table(model: Model) -> Table | None:
    """The interaction without each cluster, largest changes first; None without clusters."""
    if model.fit["clusters"] is None:
        return None
    whole = {row["term"]: row["estimate"] for row in model.rows("coefficients")}
    rows = sorted(model.rows("clusters"), key=lambda row: -abs((row["estimate"] or 0) - whole[row["term"]]))
    several = len({row["term"] for row in rows}) > 1
    words = {"sign": _("sign"), "verdict": _("yes"), None: ""}
    digits = precision("std_error_cr2")
    columns = [
        integer("cluster", _("Cluster")),
        *([text("term", _("Term"), lambda row: model.context.label(row["term"]))] if several else []),
        integer("n", "n"),
        number("estimate", _("b without"), digits),
        number("df_cr2", "df", 1),
        interval("ci", _("{level} without", level=model.level), "ci_low", "ci_high", digits),
        text("turns", _("Changes conclusion"), lambda row: words[row["turns"]]),
    ]
    more = len(rows) - MOST_ROWS
    note = model.context.note(
        _("Clusters are numbered in order of appearance in the file. CR2 standard errors, Satterthwaite degrees of freedom."),
        _("{n} further rows with smaller changes are in moderation/{model}/clusters.csv.", n=more, model=model.name)
        if more > 0 else "",
    )  # fmt: skip
    title = _("{model}: interaction without each cluster", model=model.title)
    identify = lambda row: f"{row['cluster']} {row['term']}"  # noqa: E731
    return Table.of(f"moderation_{model.name}_clusters", title, columns, rows[:MOST_ROWS], note, row=identify)


def method(models: Iterable[Model]) -> str:
    """Return how clusters are taken into account; empty if no model has any."""
    named = [model for model in models if model.settings.cluster]
    if not named:
        return ""
    return _(
        "Where respondents are nested in clusters ({columns}), standard errors are cluster-robust (CR2; Bell & McCaffrey, 2002) "
        "with Satterthwaite degrees of freedom, and joint tests use Hotelling's T² approximation (Pustejovsky & Tipton, 2018). "
        "As the degrees of freedom vary with the moderator, boundaries of regions are found numerically. The bootstrap resamples "
        "clusters (Field & Welsh, 2007). Power is not simulated, and its closed forms treat respondents as independent.",
        columns=listing(dict.fromkeys(model.settings.cluster for model in named)),
    )
