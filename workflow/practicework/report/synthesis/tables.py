"""The tables of a synthesis."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _
from practicework.report.synthesis.facts import Pool, criteria, metrics
from practicework.report.table import Table, integer, interval, made, number, p, share, text, unit


def effects(pool: Pool) -> Table:
    """The effect of each sample and of print."""
    digits = pool.digits

    def estimate(row: dict) -> str:
        if row["source"] == "print" and row["estimate_low"] is not None:
            return apa.interval(row["estimate_low"], row["estimate_high"], digits)
        return apa.number(row["estimate"], digits)

    columns = [
        text("sample", _("Sample"), lambda row: _("published (print)") if row["source"] == "print" else row["sample"]),
        integer("n", "N"),
        made("estimate", _("Effect"), estimate),
        number("std_error", "SE", digits),
        interval("ci", pool.level, "ci_low", "ci_high", digits),
        share("weight_common", _("Weight, common"), "weight_common"),
        share("weight_random", _("Weight, random"), "weight_random"),
    ]
    rows = pool.rows("effects")
    note = pool.context.note(
        _("Effect = {metric}.", metric=metrics()[rows[0]["metric"]]),
        _("The published effect and its interval are ranges: all values that the printed numbers allow.")
        if pool.published
        else "",
        *(f"{row['sample']}: {row['note']}." for row in rows if row["note"]),
    )
    title = _("{model}: effects of the samples", model=pool.model.title)
    return Table.of(f"synthesis_{pool.name}_effects", title, columns, rows, note, row="sample")


def methods() -> dict[str, str]:
    """Return the estimators of heterogeneity in words."""
    return {"reml": _("restricted maximum likelihood"), "pm": _("Paule and Mandel's method")}


def pooled(pool: Pool) -> Table | None:
    """Both pooled estimates."""
    rows = [row for row in pool.rows("pooled") if row["estimate"] is not None]
    if not rows:
        return None
    digits, words = pool.digits, {"common": _("Common effect"), "random": _("Random effects")}
    columns = [
        text("estimator", _("Estimator"), lambda row: words[row["estimator"]]),
        integer("k", "k"),
        number("estimate", _("Effect"), digits),
        number("std_error", "SE", digits),
        interval("ci", pool.level, "ci_low", "ci_high", digits),
        p("p_value", "p"),
        interval("prediction", _("Prediction interval"), "prediction_low", "prediction_high", digits),
        number("tau", "τ", digits),
        made("i2", "I²", lambda row: apa.percent(row["i2"])),
    ]
    q = rows[0]
    intervals = {
        "hartung_knapp": _("Hartung–Knapp intervals"),
        "floored": _("Hartung–Knapp intervals that are not narrower than those of the model itself"),
        "wald": _("normal intervals"),
    }
    method, form = rows[-1]["method"].split(", ")
    note = pool.context.note(
        _("Q({df}) = {q}, p {p}. τ by {method}; {interval}.", df=q["q_df"], q=apa.number(q["q"]), p=apa.p_equals(q["q_p"]),
          method=methods()[method], interval=intervals[form]),
        _("The prediction interval states where the effect of a further sample is expected. With t on k − 2 degrees of freedom, "
          "it is {ends}.", ends=apa.interval(rows[-1]["prediction_low_k2"], rows[-1]["prediction_high_k2"], digits))
        if rows[-1]["prediction_low_k2"] is not None
        else "",
        _("Two samples cannot show whether effects differ; the random-effects row is shown for completeness.")
        if q["k"] == 2
        else "",
    )  # fmt: skip
    title = _("{model}: pooled effects", model=pool.model.title)
    return Table.of(f"synthesis_{pool.name}_pooled", title, columns, rows, note, row="estimator",
                    bold=lambda row, key: key == "estimate" and bool(row["decides"]))  # fmt: skip


def steps(pool: Pool, table: str) -> Table | None:
    """The pooled effect without each sample, or after each sample."""
    rows, digits = pool.rows(table), pool.digits
    if not rows:
        return None
    left = table == "leave_one_out"
    columns = [
        text("sample", _("Without") if left else _("After adding")),
        integer("k", "k"),
        number("estimate", _("Effect"), digits),
        interval("ci", pool.level, "ci_low", "ci_high", digits),
        p("p_value", "p"),
    ]
    note = pool.context.note(
        "" if left else _("Samples are in the order of their attribute 'year', or otherwise of the config."),
        _("One sample: its own effect; two: the common effect; three and more: the random-effects mean."),
    )
    title = (
        _("{model}: pooled effect without each sample", model=pool.model.title)
        if left
        else _("{model}: pooled effect as samples were added", model=pool.model.title)
    )
    return Table.of(f"synthesis_{pool.name}_{table}", title, columns, rows, note, row="sample")


def one_stage(pool: Pool) -> Table | None:
    """The regression of all respondents."""
    rows = [row for row in pool.rows("one_stage") if row["statistic"] is not None]
    if not rows:
        return None
    columns = [
        text("term", _("Term"), lambda row: _("Differs between samples") if row["term"] == "difference" else _("Common product")),
        number("estimate", "b", pool.digits),
        number("std_error", "SE", pool.digits),
        number("std_error_hc3", _("SE, HC3"), pool.digits),
        made("statistic", _("t or F"), lambda row: apa.number(row["statistic"])),
        p("p", "p"),
        p("p_hc3", _("p, HC3")),
        *(
            [number("std_error_cr2", _("SE, CR2"), pool.digits), number("df_cr2", _("df, CR2"), 1), p("p_cr2", _("p, CR2"))]
            if rows[0]["clusters"]
            else []
        ),
    ]
    note = pool.context.note(
        _(
            "CR2 = standard errors for {n} clusters of respondents who are not independent (the same people, or firms).",
            n=f"{rows[0]['clusters']:,}",
        )
        if rows[0]["clusters"]
        else "",
        _(
            "One regression of {n} respondents. Predictor and moderator are centred within samples, and all other coefficients "
            "differ between samples, so the common product rests on differences within samples only (Riley et al., 2023).",
            n=f"{rows[0]['n']:,}",
        ),
    )
    title = _("{model}: one-stage analysis", model=pool.model.title)
    return Table.of(f"synthesis_{pool.name}_one_stage", title, columns, rows, note, row="term")


def verdicts(pool: Pool) -> Table | None:
    """Each criterion of replication for each new sample."""
    rows, words = pool.rows("verdicts"), criteria()
    if not rows:
        return None
    answers = {"yes": _("yes"), "no": _("no"), "depends": _("depends"), "unknown": _("unknown")}

    def value(row: dict) -> str:
        if row["value_low"] is None:
            return apa.EMPTY
        if row["criterion"] == "significant":
            return apa.p(row["value_low"])
        digits = pool.digits if row["criterion"] in ("inside_new", "prediction", "negligible") else 3
        if row["value_low"] == row["value_high"]:
            return apa.number(row["value_low"], digits)
        return apa.interval(row["value_low"], row["value_high"], digits)

    columns = [
        text("sample", _("Sample")),
        text("criterion", _("Criterion"), lambda row: words[row["criterion"]][0]),
        made("value", _("Value or range"), value),
        text("verdict", _("Met"), lambda row: answers[row["verdict"]]),
        text("sentence", _("In words")),
    ]
    note = pool.context.note(
        *(f"{name}: {question}" for name, question in words.values()),
        _("Each criterion is evaluated for all values that print allows; it depends if they give different answers. There is no "
          "total score, because the criteria ask different questions."),
    )  # fmt: skip
    title = _("{model}: replication of the published interaction", model=pool.model.title)
    identify = lambda row: f"{row['sample']} {row['criterion']}"  # noqa: E731
    return Table.of(f"synthesis_{pool.name}_verdicts", title, columns, rows, note, row=identify)


def metric(pool: Pool) -> Table:
    """Whether the variables mean the same in all samples."""
    context, rows = pool.context, pool.rows("metric")
    columns = [
        text("variable", _("Variable"), lambda row: context.label(row["variable"])),
        text("sample", _("Sample"), lambda row: _("published") if row["sample"] == "published" else row["sample"]),
        integer("items", _("Items")),
        made("range", _("Responses"), lambda row: apa.joined("{} to {}", low=apa.brief(row["response_min"]),
                                                             high=apa.brief(row["response_max"]))
             if row["response_min"] is not None else apa.EMPTY),
        number("mean", "M"),
        number("sd", "SD"),
        unit("alpha", "α"),
        interval("alpha_ci", _("95% CI"), "alpha_low", "alpha_high", of_unit=True),
        text("same", _("Same metric"), lambda row: _("yes") if row["same"] else _("no")),
    ]  # fmt: skip
    note = context.note(
        _("Coefficients are pooled only if items, response range and scoring agree; otherwise partial correlations are."),
        *(f"{context.label(row['variable'])}, {row['sample']}: {row['note']}." for row in rows if row["note"]),
    )
    title = _("{model}: metric of the variables", model=pool.model.title)
    identify = lambda row: f"{row['variable']} {row['sample']}"  # noqa: E731
    return Table.of(f"synthesis_{pool.name}_metric", title, columns, rows, note, row=identify)


def drift(pool: Pool) -> Table | None:
    """Coefficient alpha in each sample, with the test of equal alphas."""
    context = pool.context
    rows, named = context.rows("synthesis/reliability_drift"), {"all": _("equal alphas"), "published": _("published")}
    if not rows:
        return None
    columns = [
        text("scale", _("Scale"), lambda row: context.label(row["scale"])),
        text("sample", _("Sample"), lambda row: named.get(row["sample"], row["sample"])),
        integer("n", "n"),
        unit("alpha", "α"),
        interval("alpha_ci", _("95% CI"), "alpha_low", "alpha_high", of_unit=True),
        number("chisq", "χ²"),
        integer("df", "df"),
        p("p", "p"),
        text("published_inside", _("Contains published α"),
             lambda row: "" if row["published_inside"] is None else _("yes") if row["published_inside"] else _("no")),
    ]  # fmt: skip
    if all(row["published_inside"] is None for row in rows):
        columns.pop()
    note = context.note(_("Test of equal coefficients alpha (Bonett, 2002). Lower reliability alone attenuates an interaction."))
    identify = lambda row: f"{row['scale']} {row['sample']}"  # noqa: E731
    return Table.of("synthesis_reliability", _("Reliability in each sample"), columns, rows, note, row=identify)


def invariance(context: Context) -> Table | None:
    """The levels of invariance of each scale."""
    rows = context.rows("synthesis/invariance_models")
    if not any(row["chisq"] is not None for row in rows):
        return None
    words = {"configural": _("configural"), "metric": _("metric"), "scalar": _("scalar"), "strict": _("strict")}
    answers = {
        "holds": _("holds"), "fails": _("fails"), "too few to tell": _("too few to tell"), "unknown": _("unknown"), None: "",
    }  # fmt: skip
    columns = [
        text("scale", _("Scale"), lambda row: context.label(row["scale"])),
        text("level", _("Level"), lambda row: words[row["level"]]),
        number("chisq", "χ²"),
        integer("df", "df"),
        unit("cfi", "CFI", 3),
        unit("rmsea", "RMSEA", 3),
        unit("srmr", "SRMR", 3),
        unit("d_cfi", "ΔCFI", 3),
        unit("d_rmsea", "ΔRMSEA", 3),
        p("d_p", _("p of Δχ²")),
        text("verdict", _("Verdict"), lambda row: answers[row["verdict"]]),
    ]
    note = context.note(
        _(
            "Multi-group maximum likelihood with means. Metric: equal loadings, which comparisons of slopes and pooled "
            "interactions require; scalar: equal intercepts as well, which comparisons of means and of profile counts require; "
            "strict: equal residual variances as well. A level holds if CFI falls and RMSEA rises by less than the limits of "
            "Chen (2007), and the levels before hold."
        ),
        *dict.fromkeys(f"{context.label(row['scale'])}: {row['note']}." for row in rows if row["note"]),
    )
    identify = lambda row: f"{row['scale']} {row['level']}"  # noqa: E731
    return Table.of("synthesis_invariance", _("Measurement invariance over the samples"), columns, rows, note, row=identify)


def items(context: Context) -> Table | None:
    """The differences of items between samples."""
    rows = context.rows("synthesis/invariance_items")
    if not rows:
        return None
    columns = [
        text("scale", _("Scale"), lambda row: context.label(row["scale"])),
        text("item", _("Item")),
        text("samples", _("Samples"), lambda row: f"{row['sample_a']}, {row['sample_b']}"),
        number("loading_difference", _("Δ loading")),
        number("intercept_difference", _("Δ intercept")),
        number("dmacs", "dMACS"),
        interval("dmacs_ci", _("95% CI"), "dmacs_low", "dmacs_high"),
        p("loadings_p_holm", _("p, loadings")),
        p("intercepts_p_holm", _("p, intercepts")),
    ]
    note = context.note(
        _(
            "Δ = second less first sample, with the first item of the scale as anchor; dMACS = root mean squared difference of "
            "the expected answers in pooled standard deviations (Nye & Drasgow, 2011). p: score tests in the scalar model that "
            "release the item in all samples, Holm-corrected over the items of the scale. Intervals: percentiles of 500 case "
            "resamples; since dMACS cannot be negative, they never include zero."
        ),
        *dict.fromkeys(
            f"{context.label(row['scale'])}, {row['sample_a']} and {row['sample_b']}: {row['note']}."
            for row in rows
            if row["note"] and row["item"] != context.study.scales[row["scale"]].item_ids[0]
        ),
    )
    identify = lambda row: f"{row['item']} {row['sample_a']} {row['sample_b']}"  # noqa: E731
    return Table.of("synthesis_items", _("Items in different samples"), columns, rows, note, row=identify)
