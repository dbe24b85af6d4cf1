"""Sentences about discriminant validity, the model's fit in small samples, and common method variance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.dimensionality.fit_tables import rival
from practicework.report.messages import _, count, listing, sentences

CUTOFF = 0.85
"""HTMT above which two scales are often considered not to be distinct (Henseler et al., 2015)."""

CROSS_LOADING = 0.30
"""Pattern loading on another scale's factor that is reported."""

RESIDUAL = 0.10
"""Absolute correlation residual that is reported."""

VARIANCE = 0.50
"""Average variance extracted below which a scale explains less than half of its items' variance (Fornell & Larcker, 1981)."""


def discriminant(context: Context) -> str:
    """Heterotrait–monotrait ratios, the Fornell–Larcker criterion and the variance extracted."""
    rows = [row for row in context.rows("dimensionality/htmt") if row["htmt"] is not None]
    if not rows:
        return ""

    def shown(row: Mapping) -> str:
        return _(
            "{a} and {b}, HTMT = {htmt}, 95% CI {ci}",
            a=context.inline(row["scale_a"]),
            b=context.inline(row["scale_b"]),
            htmt=apa.unit(row["htmt"]),
            ci=apa.interval(row["htmt_low"], row["htmt_high"], of_unit=True),
        )

    above = [row for row in rows if row["htmt"] >= CUTOFF]
    largest = max(rows, key=lambda row: row["htmt"])
    if above:
        found = _(
            "The heterotrait–monotrait ratio reached .85, the value above which two scales are often considered not to be "
            "distinct (Henseler et al., 2015), for {pairs}.",
            pairs="; ".join(map(shown, above)),
        )
    else:
        found = _(
            "All heterotrait–monotrait ratios were below .85, the value above which two scales are often considered not to "
            "be distinct (Henseler et al., 2015); the largest was that of {pair}.",
            pair=shown(largest),
        )
        if largest["htmt_high"] is not None and largest["htmt_high"] >= CUTOFF:
            found = sentences(found, _("Its interval does not exclude .85."))
    return sentences(found, fornell_larcker(context), variance_extracted(context))


def fornell_larcker(context: Context) -> str:
    """The Fornell–Larcker criterion by the point estimates, and by the intervals of the correlations."""
    rows = context.rows("dimensionality/fornell_larcker")
    failed = [row for row in rows if row["distinct"] is False]
    met = [row for row in rows if row["distinct"]]
    if failed:
        pairs = [_("{a} and {b}", a=context.inline(row["scale_a"]), b=context.inline(row["scale_b"])) for row in failed]
        found = _("The Fornell–Larcker criterion was not met for {pairs}.", pairs="; ".join(pairs))
    elif met:
        found = _("The estimates met the Fornell–Larcker criterion for all pairs of scales (Fornell & Larcker, 1981).")
    else:
        return ""
    open_ = [row for row in met if row["interval_below"] is False]
    shown = [
        _(
            "{a} and {b}, r = {r}, 95% CI {ci}, against √AVE = {root}",
            a=context.inline(row["scale_a"]), b=context.inline(row["scale_b"]), r=apa.unit(row["r"]),
            ci=apa.interval(row["ci_low"], row["ci_high"], of_unit=True),
            root=apa.unit(float(np.sqrt(min(row["ave_a"], row["ave_b"])))),
        )
        for row in open_
    ]  # fmt: skip
    if not shown:
        return found
    return sentences(
        found,
        _("The interval of the factor correlation does not exclude a violation for {pairs}.", pairs="; ".join(shown)),
    )


def variance_extracted(context: Context) -> str:
    """Scales whose average variance extracted is below one half."""
    low = [row for row in context.rows("dimensionality/scales") if row["ave"] is not None and row["ave"] < VARIANCE]
    if not low:
        return ""
    named = [_("{scale} ({ave})", scale=context.inline(row["scale"]), ave=apa.unit(row["ave"])) for row in low]
    return _("The average variance extracted was below .50 for {scales}.", scales=listing(named))


def shared_content(context: Context, model: str) -> str:
    """Cross-loadings and residuals that outcome and predictor of the first moderation model share."""
    first = next(iter(context.study.models.values()), None)
    if first is None or not {first.outcome, first.predictor} <= set(context.study.scales):
        return ""
    own = {one: set(context.study.scales[one].item_ids) for one in (first.outcome, first.predictor)}
    crossing = _crossing(context, own)
    residuals = [
        row
        for row in context.rows("dimensionality/residuals")
        if row["model"] == model
        if any({row["item_a"], row["item_b"]} & items for items in own.values())
        and all({row["item_a"], row["item_b"]} & items for items in own.values())
    ]
    large = [row for row in residuals if abs(row["residual"]) > RESIDUAL]
    found = []
    if crossing:
        shown = [
            _("{item} ({loading} on the factor of {scale})", item=item, loading=apa.unit(loading), scale=context.inline(scale))
            for item, scale, loading in crossing
        ]
        found.append(_("In the exploratory analysis, outcome and predictor share {items}.", items=listing(shown)))
    if large:
        most = max(large, key=lambda row: abs(row["residual"]))
        found.append(
            count(
                "Of {all} correlation residuals between {x} and {y} items, {n} exceeds .10 in absolute value; the largest is "
                "that of {a} and {b} ({residual}).",
                "Of {all} correlation residuals between {x} and {y} items, {n} exceed .10 in absolute value; the largest is "
                "that of {a} and {b} ({residual}).",
                len(large), all=len(residuals), x=context.inline(first.predictor), y=context.inline(first.outcome),
                a=most["item_a"], b=most["item_b"], residual=apa.unit(most["residual"]),
            )
        )  # fmt: skip
    return sentences(*found)


def _crossing(context: Context, own: Mapping[str, set[str]]) -> list[tuple[str, str, float]]:
    """Items of one of two scales that also load on the other's exploratory factor."""
    table = context.results["dimensionality/efa_loadings"].dropna(subset="loading")
    if table.empty:
        return []
    strength = table.assign(size=table["loading"].abs()).pivot_table(
        index="scale", columns="factor", values="size", aggfunc="sum"
    )
    factor = strength.idxmax(axis=1)
    first, second = own
    if first not in factor or second not in factor or factor[first] == factor[second]:
        return []
    found = []
    for scale, other in ((first, second), (second, first)):
        rows = table[(table["scale"] == scale) & (table["factor"] == factor[other]) & (table["loading"].abs() >= CROSS_LOADING)]
        found += [(row.item, other, row.loading) for row in rows.itertuples()]
    return found


def corrected(model: dict) -> str:
    """The test of exact fit, corrected for the size of the model and for responses that are not normal."""
    parts = [
        _(
            "{name} χ² = {chisq}, p {p}",
            name=name,
            chisq=apa.number(model[f"chisq_{key}"]),
            p=apa.p_equals(model[f"p_value_{key}"]),
        )
        for key, name in (
            ("swain", _("Swain-corrected")),
            ("satorra_bentler", _("Satorra–Bentler")),
            ("yuan_bentler", _("Yuan–Bentler")),
        )
        if model[f"chisq_{key}"] is not None
    ]
    if not parts:
        return ""
    return _("Corrected for model size and for nonnormal responses, the tests were: {tests}.", tests="; ".join(parts))


def rivals(context: Context) -> str:
    """How much worse models with fewer factors fit."""
    rows = [row for row in context.rows("dimensionality/rivals") if row["p_difference"] is not None]
    if not rows:
        return ""
    shown = [
        _(
            "{rival}, CFI = {cfi}, Δχ²({df}) = {difference}, p {p}",
            rival=apa.lower(rival(context, row)), cfi=apa.unit(row["cfi"], 3), df=row["df_difference"],
            difference=apa.number(row["chisq_difference"]), p=apa.p_equals(row["p_difference"]),
        )
        for row in rows
    ]  # fmt: skip
    worse = all(row["p_difference"] < 0.05 for row in rows)
    if worse:
        return _("Rival models fitted worse: {models}.", models="; ".join(shown))
    return _("Rival models with fewer factors: {models}.", models="; ".join(shown))


def method_variance(context: Context, whole: dict) -> str:
    """Harman's test, the marker variable, and what method variance does to an interaction."""
    harman = ""
    if whole["first_component_share"] is not None:
        harman = _(
            "The first principal component of all items explained {percent}% of their variance (Harman's single-factor "
            "test). Reviewers often request this test, but neither a low nor a high share is informative about common "
            "method variance (Podsakoff et al., 2003; Howard et al., 2024).",
            percent=f"{100 * whole['first_component_share']:.0f}",
        )
    marker = (
        _("Correlations adjusted for the marker variable are reported below.")
        if context.config.dimensionality.marker
        else _("No marker variable was measured, so correlations were not corrected for common method variance.")
    )
    interaction = ""
    if context.has("moderation"):
        interaction = _(
            "Common method variance can inflate correlations and main effects. If it is linear and additive, it does not "
            "create an interaction but makes one harder to detect (Siemsen et al., 2010)."
        )
    return sentences(harman, marker, interaction)
