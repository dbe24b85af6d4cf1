"""How sure one can be of an interaction: what the interval says, what a study of this size can show, what drove it."""

import pandas as pd

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.figures import moderation_certainty as figures
from practicework.report.figures.moderation import PROBE_WORDS
from practicework.report.table import Drawing, Table

BOOTSTRAP = {"percentile": "percentile", "bca": "bias-corrected and accelerated"}
INTERVALS = {"ols": "ordinary least squares", "hc3": "HC3", "bootstrap": "bootstrap", "noncentral F": "noncentral F"}
ENDS = {"ols": ("ci_low", "ci_high"), "hc3": ("ci_low_hc3", "ci_high_hc3"), "bootstrap": ("boot_low", "boot_high")}
"""The columns of each kind of interval."""

METHODS = {
    "ols": "by ordinary least squares",
    "hc3": "with HC3 errors",
    "fdr": "by ordinary least squares with the false discovery rate controlled",
    "fdr_hc3": "with HC3 errors and the false discovery rate controlled",
}
CHECKS = {
    "shapiro_wilk": "Normal residuals (Shapiro–Wilk)",
    "breusch_pagan": "Equal variances (Breusch–Pagan)",
    "quadratic": "No curves of predictor or moderator",
    "binning": "Straight interaction (thirds of the moderator)",
}
MOST_ROWS = 10
"""People listed in the influence table; all are in `influence.csv` and `leave_one_out.csv`."""


def verdict(tables: dict) -> dict:
    """The row of `equivalence`, with how to print it."""
    row = dict(tables["equivalence"][0])
    joint = row["interval"] == "noncentral F"
    error = (row["ci_high"] - row["ci_low"]) / 4
    row["joint"], row["digits"], row["by"] = joint, 3 if joint else apa.decimals_for(error), INTERVALS[row["interval"]]
    return row


def facts(context: Context, name: str, tables: dict) -> dict:
    """What the sentences about certainty say, from the tables alone."""
    smallest = [row for row in tables["sensitivity"] if row["quantity"] == "smallest_effect"]
    least = [row for row in tables["sensitivity"] if row["quantity"] == "minimum_detectable"]
    without = [row for row in tables["leave_one_out"] if row["estimate"] is not None]
    turning = [row for row in without if row["turns"]]
    corrected = [row for row in tables["errors_in_variables"] if ":" in row["term"]]
    checks = {row["check"]: row for row in tables["checks"]}
    order = sorted(without, key=lambda row: -abs(row["dfbetas"] or 0))
    return {
        "ideal": smallest[0],
        "real": smallest[-1],
        "measured": len(smallest) > 1,
        "detectable": least[0],
        "detectable_real": least[-1],
        "turning": turning,
        "people": len({row["respondent"] for row in turning}),
        "strongest": order[0] if order else None,
        "lowest": min((row["estimate"] for row in without), default=None),
        "highest": max((row["estimate"] for row in without), default=None),
        "single": len({row["term"] for row in without}) == 1,
        "checks": checks,
        "doubtful": [
            apa.lower(CHECKS[key]) for key, row in checks.items() if row["p_value"] is not None and row["p_value"] < 0.05
        ],
        "passed": [
            apa.lower(CHECKS[key]) for key, row in checks.items() if row["p_value"] is not None and row["p_value"] >= 0.05
        ],
        "corrected": corrected,
        "reliabilities": [
            f"{context.study.label(row['term'])} {apa.unit(row['reliability'])}"
            for row in tables["errors_in_variables"]
            if row["reliability"] is not None
        ],
    }


def sensitivity(context: Context, name: str, tables: dict) -> Table:
    """What a study of this size can show, by the size of the true interaction."""
    rows, groups = [], []
    last = None
    shares = {row["attenuation"] for row in tables["sensitivity"]}
    for row in tables["sensitivity"]:
        if len(shares) > 1 and row["attenuation"] != last:
            last = row["attenuation"]
            groups.append(len(rows))
            reach = f"At these reliabilities ({100 * last:.0f}% of it reach the scores)"
            rows.append(["Free of measurement error" if last == 1 else reach, *[""] * 7])
        what = {"minimum_detectable": " (80% power)", "smallest_effect": " (smallest of interest)", "effect": ""}[row["quantity"]]
        rows.append(
            [
                apa.unit(row["delta_r_squared"], 4 if (row["delta_r_squared"] or 1) < 0.005 else 3).within("{}" + what),
                apa.unit(row["power"]),
                apa.unit(row["power_ols"]),
                apa.unit(row["power_hc3"]),
                apa.unit(row["power_bootstrap"]),
                apa.unit(row["type_s"]),
                apa.number(row["type_m"], 1),
                apa.integer(row["n_required"]),
            ]
        )
    simulation = context.study.config.moderation.simulation
    fit = tables["fit"][0]
    simulated = any(row["power_ols"] is not None for row in tables["sensitivity"])
    how = (
        f"Simulated: {simulation.studies:,} studies whose people are drawn from this sample's"
        + (f", {simulation.resamples:,} resamples each" if any(row["power_bootstrap"] for row in tables["sensitivity"]) else "")
        + ". "
        if simulated
        else "Not simulated for this number of respondents or terms. "
    )
    notes = "".join(f"{note}. " for note in dict.fromkeys(apa.upper(row["note"]) for row in tables["sensitivity"] if row["note"]))
    note = (
        f"N = {fit['n']:,}. Power: closed form, two-sided test. {how}Wrong sign and exaggeration: of a significant estimate, how "
        "often its sign is wrong and by how much it is too large on average. N needed: for 80% power. Nothing here rests on the "
        f"estimated interaction. {notes}".rstrip()
        + context.synthetic
    )
    header = [
        "True ΔR²", "Power", "simulated, OLS", "HC3", "bootstrap", "Wrong sign", "Exaggeration", "N needed",
    ]  # fmt: skip
    return Table(f"Model “{name}”: what a study of this size can show", header, rows, note, wide=True, groups=tuple(groups))


def supplements(context: Context, name: str, tables: dict) -> list[Table]:
    """Tables for those who look closer."""
    found = [
        _standardised(context, name, tables),
        _contrasts(context, name, tables),
        _omnibus(context, name, tables),
        _influence(context, name, tables),
        _checks(context, name, tables),
        _thirds(context, name, tables),
        _corrected(context, name, tables),
        _dropped(context, name, tables),
    ]
    return [table for table in found if table.rows]


def _standardised(context: Context, name: str, tables: dict) -> Table:
    label = context.study.label
    terms = [row["term"] for row in tables["coefficients"][1:]]
    r = {(row["term_a"], row["term_b"]): row["r"] for row in tables["correlations"]}
    outcome = context.study.models[name].outcome
    rows = []
    for number, row in enumerate(tables["coefficients"][1:]):
        others = [apa.unit(r[other, row["term"]]) for other in [outcome, *terms[:number]]]
        rows.append(
            [
                f"{number + 1}. {label(row['term'])}",
                apa.number(row["beta"]),
                apa.interval(row["beta_low"], row["beta_high"]),
                apa.number(row["vif"]),
                *others,
                *[""] * (len(terms) - 1 - number),
            ]
        )
    note = (
        "β: all variables as z-scores, their product that of the z-scores; interval by ordinary least squares, the standard "
        f"deviations taken as known. VIF: variance inflation factor. Correlations among the {tables['fit'][0]['n']:,} "
        "respondents in the model. Centring changes VIF and the correlations of a product, and nothing about the interaction."
        f"{context.synthetic}"
    )
    header = [
        "Term",
        "β",
        "CI",
        "VIF",
        f"r with {label(outcome)}",
    ]
    header += [f"r with {number + 1}" for number in range(len(terms) - 1)]
    return Table(f"Model “{name}”: standardised coefficients and correlations of the terms", header, rows, note, wide=True)


def _contrasts(context: Context, name: str, tables: dict) -> Table:
    rows = []
    holm = any(row["p_holm"] is not None for row in tables["contrasts"])
    for row in tables["contrasts"]:
        digits = apa.decimals_for(row["std_error"])
        pair = [
            context.study.label(one).split(": ")[-1] if one.endswith("]") else PROBE_WORDS.get(one, one.removeprefix("at "))
            for one in (row["probe_b"], row["probe_a"])
        ]
        rows.append(
            [
                f"{context.study.label(row['effect_of'])}: {pair[0]} against {pair[1]}",
                apa.number(row["difference"], digits),
                apa.number(row["std_error"], digits),
                apa.p(row["p_value"]),
                *([apa.p(row["p_holm"])] if holm else []),
                apa.interval(row["ci_low"], row["ci_high"], digits),
                apa.interval(row["ci_low_hc3"], row["ci_high_hc3"], digits),
                apa.interval(row["boot_low"], row["boot_high"], digits),
            ]
        )
    header = ["Effect", "Difference", "SE", "p", *(["p (Holm)"] if holm else []), "CI", "CI (HC3)", "CI (bootstrap)"]
    note = (
        "Differences between conditional effects; for a moderator of quantity each is the interaction times a distance."
        f"{context.synthetic}"
    )
    return Table(f"Model “{name}”: contrasts between conditional effects", header, rows, note, wide=True)


def _omnibus(context: Context, name: str, tables: dict) -> Table:
    rows = [
        [
            "Interaction" if row["test"] == "interaction" else f"Effect at {row['probe']}",
            apa.joined("{}, {}", df1=apa.integer(row["df1"]), df2=apa.integer(row["df2"])),
            apa.number(row["f"]),
            apa.p(row["p_value"]),
            apa.number(row["f_hc3"]),
            apa.p(row["p_value_hc3"]),
        ]
        for row in tables["omnibus"]
        if row["df1"] > 1
    ]
    header = ["Test", "df", "F", "p", "F (HC3)", "p (HC3)"]
    return Table(f"Model “{name}”: joint tests", header, rows, f"Wald tests of all terms together.{context.synthetic}")


def _influence(context: Context, name: str, tables: dict) -> Table:
    people = {row["respondent"]: row for row in tables["influence"]}
    order = sorted(tables["leave_one_out"], key=lambda row: -abs(row["dfbetas"] or 0))
    shown = [row for row in order if row["turns"]][:MOST_ROWS]
    shown += [row for row in order if not row["turns"]][: max(0, MOST_ROWS - len(shown))]
    several = len({row["term"] for row in order}) > 1
    rows = []
    for row in shown:
        digits = apa.decimals_for(row["std_error"])
        one = people[row["respondent"]]
        rows.append(
            [
                row["respondent"] + (f", {context.study.label(row['term'])}" if several else ""),
                apa.number(row["dfbetas"]),
                apa.number(row["estimate"], digits),
                apa.interval(row["ci_low"], row["ci_high"], digits),
                {"sign": "the sign", "verdict": "the verdict"}.get(row["turns"], ""),
                apa.number(one["studentized_residual"]),
                apa.unit(one["leverage"]),
                apa.number(one["cooks_distance"], 3),
            ]
        )
    header = ["Respondent", "DFBETAS", "b without", "CI without", "Turns", "Studentised residual", "Leverage", "Cook's distance"]
    note = (
        "Those who turn the verdict first, then those who move the interaction most; all are in "
        f"moderation/{name}/leave_one_out.csv and influence.csv. Turns: whether, without this person, the interval excludes zero "
        f"where it did not, or the reverse, or on the other side. Nobody is left out for it.{context.synthetic}"
    )
    return Table(f"Model “{name}”: who moves the interaction", header, rows, note, words=(0, 4), wide=True)


def _checks(context: Context, name: str, tables: dict) -> Table:
    rows = []
    for row in tables["checks"]:
        df = {key: apa.integer(row[key]) for key in ("df1", "df2") if row[key] is not None}
        rows.append(
            [
                CHECKS[row["check"]],
                apa.number(row["statistic"], 3),
                apa.joined(", ".join(["{}"] * len(df)), **df),
                apa.p(row["p_value"]),
                row["note"] or "",
            ]
        )
    note = (
        "W, n R², F and F. A small p speaks against the assumption; a large one does not prove it, the less the smaller the "
        f"sample.{context.synthetic}"
    )
    return Table(f"Model “{name}”: assumptions", ["Assumption", "Statistic", "df", "p", "Note"], rows, note, words=(0, 4))


def _thirds(context: Context, name: str, tables: dict) -> Table:
    rows = []
    for row in tables["linearity"]:
        digits = apa.decimals_for(row["std_error"])
        rows.append(
            [
                apa.joined("{} to {}", **{"from": apa.brief(row["from"]), "to": apa.brief(row["to"])}),
                apa.integer(row["n"]),
                apa.brief(row["median"]),
                apa.number(row["effect"], digits),
                apa.interval(row["ci_low"], row["ci_high"], digits),
                apa.number(row["model_effect"], digits),
            ]
        )
    moderator = context.study.label(context.study.models[name].moderator)
    header = [moderator, "n", "Median", "Effect", "CI", "By the model"]
    note = f"Each third has its own line; effects at its median (Hainmueller, Mummolo & Xu, 2019).{context.synthetic}"
    return Table(f"Model “{name}”: the effect in thirds of {moderator}", header, rows, note)


def _corrected(context: Context, name: str, tables: dict) -> Table:
    rows = []
    for row in tables["errors_in_variables"][1:]:
        digits = apa.decimals_for(row["boot_std_error"])
        rows.append(
            [
                context.study.label(row["term"]),
                apa.unit(row["reliability"]),
                apa.number(row["uncorrected"], digits),
                apa.number(row["estimate"], digits),
                apa.interval(row["boot_low"], row["boot_high"], digits),
            ]
        )
    reasons = "".join(
        f" {apa.upper(reason)}." for reason in dict.fromkeys(row["note"] for row in tables["errors_in_variables"] if row["note"])
    )
    note = (
        "Errors-in-variables regression by moments: what the coefficients would be if the scores were free of measurement error, "
        "the reliabilities taken as known and the errors as independent. A sensitivity analysis, not a better estimate."
        f"{reasons}{context.synthetic}"
    )
    header = ["Term", "Reliability", "b", "b corrected", "CI (bootstrap)"]
    return Table(f"Model “{name}”: corrected for measurement error", header, rows, note)


def _dropped(context: Context, name: str, tables: dict) -> Table:
    rows = [[row["respondent"], row["reason"]] for row in tables["dropped"][:50]]
    more = len(tables["dropped"]) - len(rows)
    note = f"{f'And {more:,} more, in moderation/{name}/dropped.csv.' if more else ''}{context.synthetic}"
    return Table(f"Model “{name}”: respondents left out", ["Respondent", "Reason"], rows, note, words=(0, 1))


def closed_form(context: Context) -> str:
    """The errors of curves and regions: those that the sentences rest on; HC3 for the bootstrap, which has none of its own."""
    return "ols" if context.study.config.moderation.interval == "ols" else "hc3"


def alternative_regions(tables: dict, by: str) -> str:
    """In a sentence, where the effect differs from zero by other methods than the one that is shown."""
    found = []
    for method, words in METHODS.items():
        rows = [row for row in tables["johnson_neyman_regions_alternatives"] if row["method"] == method]
        rows = tables["johnson_neyman_regions"] if method == "ols" else rows
        if method == by or not rows or len({row["effect_of"] for row in rows}) > 1:
            continue
        some = [
            f"{row['sign']} from {apa.brief(row['from'])} to {apa.brief(row['to'])}"
            for row in rows
            if row["sign"] != "not significant"
        ]
        found.append(f"{words}, {apa.listing(some) or 'nowhere distinguishable from zero'}")
    return f"{apa.upper('; '.join(found))}. " if found else ""


def drawings(context: Context, name: str) -> list[Drawing]:
    """The figure of the checks and that of the power."""
    study, model = context.study, context.study.models[name]
    results = {
        table: context.results[f"moderation/{name}/{table}"]
        for table in ("influence", "leave_one_out", "linearity", "effect_curve", "power_curve", "fit", "sensitivity")
    }
    terms, effects = results["leave_one_out"]["term"], results["linearity"]["effect_of"]
    term, n = terms.iloc[0], int(results["fit"]["n"].iloc[0])
    outcome, predictor, moderator = (apa.lower(study.label(one)) for one in (model.outcome, model.predictor, model.moderator))
    words = {
        "outcome": outcome,
        "moderator": study.label(model.moderator),
        "effect": f"Effect of {predictor}",
        "interaction": "Interaction without the respondent",
    }
    some = results["linearity"][effects == effects.iloc[0]] if len(effects) else results["linearity"]
    curve: pd.DataFrame = results["effect_curve"]
    curve = curve[curve["effect_of"] == effects.iloc[0]] if len(effects) else curve
    checks = figures.checks(results["influence"], results["leave_one_out"][terms == term], some, curve, words)
    level = f"{100 * study.config.moderation.confidence:g}%"
    which = "" if terms.nunique() == 1 else f" ({study.label(term)})"
    last = (
        f" D: effect in thirds of {moderator} with {level} intervals (squares) beside the model's line and band."
        if len(some)
        else ""
    )
    drawn = [
        Drawing(
            f"checks_{name}",
            checks,
            f"Model “{name}”, N = {n:,}. A: residuals over predictions, with their smoothed mean. B: studentised residuals over "
            "normal quantiles, with the band of 95% of normal samples. C: the interaction"
            f"{which} with each respondent left out and its {level} interval; diamonds: those who turn the verdict."
            f"{last}{context.synthetic}",
            "Four panels that check the residuals, the influence of single respondents and the straightness of the interaction.",
        )
    ]
    measured = results["sensitivity"]["attenuation"].nunique() > 1
    drawn.append(
        Drawing(
            f"sensitivity_{name}",
            figures.sensitivity(results["power_curve"], n, measured),
            f"Model “{name}”. Left: the chance that a study of N = {n:,} finds an interaction, by its true size. Right: the same "
            "by the number of respondents (logarithmic), for the smallest effect of interest; grey line: this study. Dashed: "
            f"80%. Closed form, with this sample's R² of the other terms.{context.synthetic}",
            "Two panels of power curves: over the size of the interaction and over the number of respondents.",
        )
    )
    return drawn
