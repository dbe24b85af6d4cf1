"""The tables of the section on dimensionality and validity."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Table
from practicework.study.scale import ALL

LARGEST = 5
"""Correlation residuals that are shown."""


def _name(context: Context, model: str) -> str:
    return "All scales together" if model == ALL else context.study.label(model)


def measures(context: Context) -> Table:
    """Items with their loadings, scale by scale, with the coefficients that reviewers ask for."""
    reliability = {row["scale"]: row for row in context.rows("reliability/scales")}
    loadings = {(row["model"], row["item"]): row for row in context.rows("dimensionality/loadings")}
    items = {row["item"]: row for row in context.rows("reliability/items")}
    rows, groups, ns = [], [], {}
    for validity in context.rows("dimensionality/scales"):
        scale, coefficient = context.study.scales[validity["scale"]], reliability[validity["scale"]]
        groups.append(len(rows))
        values = (coefficient["alpha"], coefficient["omega_total"], validity["composite_reliability"], validity["ave"])
        rows.append([scale.label, "", "", "", "", *(apa.unit(value) for value in values)])
        if validity["model"]:
            ns[validity["model"]] = validity["n"]
        for item in scale.items:
            loading = loadings.get((validity["model"], item.id), {"loading": None, "ci_low": None, "ci_high": None})
            rows.append(
                [
                    f"{item.id}{' (R)' if item.reverse else ''}: {item.text}",
                    apa.number(items[item.id]["mean"]),
                    apa.number(items[item.id]["sd"]),
                    apa.unit(loading["loading"]),
                    apa.interval(loading["ci_low"], loading["ci_high"], of_unit=True),
                    *[""] * 4,
                ]
            )
    fitted = "; ".join(f"{apa.lower(_name(context, model))}: n = {n:,}" for model, n in ns.items())
    note = (
        "Loadings: standardised, confirmatory factor analysis by maximum likelihood, 95% CI by the delta method"
        f"{f' ({fitted})' if fitted else ''}. α: coefficient alpha. ω: omega total, one minres factor. CR: composite reliability "
        "and AVE: average variance extracted, both from the loadings (Fornell & Larcker). M, SD, α and ω listwise within the "
        f"scale. (R): reverse-keyed before any statistic.{context.synthetic}"
    )
    header = ["Scale and item", "M", "SD", "Loading", "95% CI", "α", "ω", "CR", "AVE"]
    return Table("Measures", header, rows, note, wide=True, groups=tuple(groups))


def _tested(chisq: float | None, df: int | None, decimals: int) -> apa.Shown:
    if df is None:
        return apa.Shown(apa.EMPTY, {"chisq": None, "df": None})
    return apa.joined("{} ({})", chisq=apa.number(chisq, decimals), df=apa.integer(df))


def fit(context: Context, rows: list[dict]) -> Table:
    """Fit of every confirmatory model."""
    cells = [
        [
            _name(context, row["model"]),
            apa.integer(row["n"]),
            apa.integer(row["parameters"]),
            _tested(row["chisq"], row["df"], 2),
            apa.p(row["p_value"]),
            apa.unit(row["cfi"], 3),
            apa.unit(row["tli"], 3),
            apa.unit(row["rmsea"], 3),
            apa.interval(row["rmsea_low"], row["rmsea_high"], 3, of_unit=True),
            apa.unit(row["srmr"], 3),
        ]
        for row in rows
    ]
    note = (
        "Maximum likelihood on the respondents who answered all items of the model (n). Free: parameters. Each scale alone: one "
        "factor; all together: each item on its own scale's factor, the factors correlated. RMSEA with its 90% CI."
        f"{context.synthetic}"
    )
    header = ["Model", "n", "Free", "χ² (df)", "p", "CFI", "TLI", "RMSEA", "90% CI", "SRMR"]
    return Table("Fit of the confirmatory models", header, cells, note, wide=True)


def criteria(context: Context, rows: list[dict]) -> Table:
    """What compares models of the same answers."""
    cells = [
        [
            _name(context, row["model"]),
            apa.number(row["loglik"], 1),
            apa.number(row["aic"], 1),
            apa.number(row["bic"], 1),
            _tested(row["baseline_chisq"], row["baseline_df"], 1),
        ]
        for row in rows
    ]
    note = (
        "Log-likelihood, AIC and BIC of the answers in their own units; they compare models of the same answers only. Baseline: "
        f"the model without correlations, against which CFI and TLI measure.{context.synthetic}"
    )
    header = ["Model", "Log-likelihood", "AIC", "BIC", "Baseline χ² (df)"]
    return Table("Information criteria of the confirmatory models", header, cells, note)


def fornell_larcker(context: Context) -> Table:
    """Factor correlations below the square roots of the variances extracted."""
    scales = context.rows("dimensionality/scales")
    r = {(row["scale_b"], row["scale_a"]): row for row in context.rows("dimensionality/fornell_larcker")}
    names = [row["scale"] for row in scales]
    cells = []
    for position, row in enumerate(scales):
        below = [
            apa.joined(
                "{} {}",
                r=apa.unit(r[row["scale"], other]["r"]),
                CI=apa.interval(r[row["scale"], other]["ci_low"], r[row["scale"], other]["ci_high"], of_unit=True),
            )
            if r[row["scale"], other]["r"] is not None
            else apa.EMPTY
            for other in names[:position]
        ]
        cells.append(
            [
                f"{position + 1}. {context.study.label(row['scale'])}",
                apa.unit(row["ave"]),
                *below,
                apa.unit(row["sqrt_ave"]).within("({})"),
            ]
            + [""] * (len(names) - position - 1)
        )
    note = (
        "On the diagonal, in parentheses, the square root of the average variance extracted (AVE); below, correlations of the "
        "factors with 95% CI. Fornell and Larcker (1981) ask that no correlation exceeds the two roots beside it."
        f"{context.synthetic}"
    )
    header = ["Scale", "AVE", *(str(number) for number in range(1, len(names) + 1))]
    return Table("Factor correlations and the Fornell–Larcker criterion", header, cells, note, wide=True)


def htmt(context: Context) -> Table:
    """Both ratios of every pair."""
    rows = [
        [
            context.study.label(row["scale_a"]),
            context.study.label(row["scale_b"]),
            apa.unit(row["htmt"]),
            apa.interval(row["htmt_low"], row["htmt_high"], of_unit=True),
            apa.unit(row["htmt2"]),
            apa.interval(row["htmt2_low"], row["htmt2_high"], of_unit=True),
        ]
        for row in context.rows("dimensionality/htmt")
    ]
    found = context.rows("dimensionality/htmt")
    used = [row["resamples"] for row in found if row["resamples"]]
    shown = f"{min(used):,}" + (f" to {max(used):,}" if min(used) < max(used) else "") if used else "no"
    note = (
        f"n = {found[0]['n']:,}. HTMT: arithmetic, HTMT2: geometric means of absolute item correlations (zero where one is "
        f"exactly zero). Percentile intervals over {shown} case resamples, seed {context.study.config.seed}.{context.synthetic}"
    )
    header = ["Scale", "With", "HTMT", "95% CI", "HTMT2", "95% CI"]
    return Table("Heterotrait–monotrait ratios", header, rows, note, words=(0, 1), wide=True)


def residuals(context: Context, model: str) -> Table | None:
    """The largest correlation residuals of a model."""
    rows = [row for row in context.rows("dimensionality/residuals") if row["model"] == model]
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: -abs(row["residual"]))
    cells = [
        [row["item_a"], row["item_b"], apa.unit(row["r"]), apa.unit(row["implied"]), apa.unit(row["residual"])]
        for row in rows[:LARGEST]
    ]
    above = sum(abs(row["residual"]) > 0.1 for row in rows)
    note = (
        f"Observed minus implied correlation; {apa.count(above, 'pair')} of {len(rows):,} differ by more than .10. All are in "
        f"dimensionality/residuals.csv.{context.synthetic}"
    )
    title = f"Largest correlation residuals of the model “{apa.lower(_name(context, model))}”"
    return Table(title, ["Item", "With", "r", "Implied", "Residual"], cells, note, words=(0, 1))


def adequacy(context: Context, rows: list[dict]) -> Table:
    """Sampling adequacy, sphericity, and the number of dimensions by parallel analysis."""
    cells = [
        [
            _name(context, row["model"]),
            apa.integer(row["n"]),
            apa.integer(row["items"]),
            apa.unit(row["kmo"]),
            apa.number(row["bartlett_chisq"], 1),
            apa.integer(row["bartlett_df"]),
            apa.p(row["bartlett_p"]),
            apa.integer(row["components"]),
            apa.integer(row["factors"]),
            apa.share(row["first_component_share"]),
            apa.share(row["first_factor_share"]),
        ]
        for row in rows
    ]
    settings = context.study.config.dimensionality
    note = (
        "KMO: Kaiser–Meyer–Olkin measure of sampling adequacy. χ²: Bartlett's test that no items correlate. Components, factors: "
        f"how many parallel analysis retains ({settings.percentile:g}th percentile, {settings.replications:,} random data sets); "
        "in large samples it also retains factors of little weight. First: share of the items' variance in the first principal "
        f"component, and in one common factor.{context.synthetic}"
    )
    header = ["Items of", "n", "Items", "KMO", "χ²", "df", "p", "Components", "Factors", "First component", "First factor"]
    return Table("Sampling adequacy and parallel analysis", header, cells, note, wide=True)


def efa(context: Context) -> Table | None:
    """Pattern loadings of the exploratory factors."""
    items = context.rows("dimensionality/efa_items")
    if not items:
        return None
    loadings = context.rows("dimensionality/efa_loadings")
    factors = [row["factor"] for row in context.rows("dimensionality/efa_factors")]
    value = {(row["item"], row["factor"]): row["loading"] for row in loadings}
    cells = [
        [
            f"{row['item']} ({context.study.label(row['scale'])})",
            *(apa.unit(value[row["item"], factor]) for factor in factors),
            apa.unit(row["communality"]),
            apa.number(row["complexity"], 1),
            apa.unit(row["msa"]),
        ]
        for row in items
    ]
    sums = context.rows("dimensionality/efa_factors")
    cells.append(["Sum of squares", *(apa.number(row["ss_loadings"]) for row in sums), "", "", ""])
    cells.append(["Share of variance", *(apa.share(row["share"]) for row in sums), "", "", ""])
    settings = context.study.config.dimensionality
    extraction = "minres" if settings.extraction == "minres" else "maximum likelihood"
    n = next(row["n"] for row in context.rows("dimensionality/exploratory") if row["model"] == ALL)
    note = (
        f"n = {n:,}; {extraction}, oblimin rotation; pattern loadings. h²: communality, the factors' correlations counted; "
        f"complexity: how many factors an item takes (Hofmann); MSA: the item's sampling adequacy.{context.synthetic}"
    )
    title = f"Exploratory factor analysis of all items, {apa.count(len(factors), 'factor')}"
    bold = tuple(
        (number, 1 + factors.index(max(factors, key=lambda f: abs(value[row["item"], f])))) for number, row in enumerate(items)
    )
    return Table(title, ["Item", *factors, "h²", "Complexity", "MSA"], cells, note, wide=True, bold=bold)


def efa_correlations(context: Context) -> Table | None:
    """Correlations of the exploratory factors."""
    rows = context.rows("dimensionality/efa_correlations")
    if not rows:
        return None
    cells = [[row["factor_a"], row["factor_b"], apa.unit(row["r"])] for row in rows]
    return Table(
        "Correlations of the exploratory factors", ["Factor", "With", "r"], cells, context.synthetic.strip(), words=(0, 1)
    )


def marker(context: Context) -> Table:
    """Correlations before and after the marker's share is taken out."""
    label = context.study.label
    rows = context.rows("dimensionality/marker")
    cells = [
        [
            label(row["variable_a"]),
            label(row["variable_b"]),
            apa.unit(row["r"]),
            apa.p(row["p_value"]),
            row["basis"],
            apa.unit(row["r_marker"]),
            apa.unit(row["r_adjusted"]),
            apa.p(row["p_adjusted"]),
        ]
        for row in rows
    ]
    notes = "".join(f" {apa.upper(note)}." for note in dict.fromkeys(row["note"] for row in rows if row["note"]))
    marked = context.study.label(context.study.config.dimensionality.marker)
    note = (
        f"n = {rows[0]['n'] if rows else 0:,}, all scores and the marker. Marker: {marked}. Basis: its smallest, or more "
        "cautiously its second smallest, positive correlation with a score, taken for the method's share (Lindell & Whitney, "
        f"2001).{notes}{context.synthetic}"
    )
    header = ["Score", "With", "r", "p", "Basis", "r of the marker", "Adjusted r", "p"]
    return Table("Correlations adjusted by the marker", header, cells, note, words=(0, 1, 4), wide=True)
