"""The tables of one moderation model."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.messages import _, count, listing
from practicework.report.moderation import clusters, two, wording
from practicework.report.moderation.facts import BY_CATEGORY, Model, errors_words
from practicework.report.table import (
    Column,
    Table,
    brief,
    heading,
    integer,
    interval,
    made,
    number,
    p,
    percent,
    precision,
    text,
)  # fmt: skip

DIGITS = precision("std_error")


def _key(model: Model, what: str) -> str:
    return f"moderation_{model.name}_{what}"


def _columns(errors: str) -> dict[str, str]:
    """The result columns of some standard errors."""
    suffix = "" if errors == "ols" else f"_{errors}"
    return {column: f"{column}{suffix}" for column in ("std_error", "t", "p_value", "p_holm", "ci_low", "ci_high", "ci")}


def _others(model: Model) -> list[str]:
    """The standard errors that are reported next to those of the conclusion."""
    return [errors for errors in ("ols", "hc3") if errors != model.by and not (errors == "ols" and model.settings.cluster)]


def _interval(model: Model, errors: str, title: str) -> Column:
    own = _columns(errors)
    return interval(own["ci"], title, own["ci_low"], own["ci_high"], DIGITS)


def inference(model: Model) -> list[Column]:
    """The columns of every table of estimates: the standard errors of the conclusion, the others, bootstrap."""
    level, own = model.level, _columns(model.by)
    others = [
        column
        for errors in _others(model)
        for column in (
            p(_columns(errors)["p_value"], f"p ({errors_words(errors)})"),
            _interval(model, errors, f"{level} ({errors_words(errors)})"),
        )
    ]
    return [
        number(own["std_error"], "SE", DIGITS),
        number(own["t"], "t"),
        *([number("df_cr2", "df", 1)] if model.by == "cr2" else []),
        p(own["p_value"], "p"),
        _interval(model, model.by, level),
        *others,
        interval("boot", _("{level} (bootstrap)", level=level), "boot_low", "boot_high", DIGITS),
    ]


def _robust_note(model: Model) -> str:
    explained = _("HC3 = heteroscedasticity-consistent standard errors.")
    if model.settings.cluster:
        explained = _(
            "CR2 = cluster-robust standard errors with Satterthwaite degrees of freedom; HC3 = heteroscedasticity-consistent "
            "standard errors, which ignore the clusters."
        )
    based = _("SE, t, p and the first interval are based on {errors} standard errors.", errors=errors_words(model.by))
    return f"{based} {explained}"


def centring(model: Model) -> str:
    """Return which variables were mean-centred."""
    spec, context = model.spec, model.context
    continuous = [context.inline(one) for one in (spec.predictor, *spec.moderators) if one not in context.config.categories]
    if continuous and context.config.moderation.center == "mean":
        return count("{variables} was mean-centred.", "{variables} were mean-centred.", len(continuous),
                     variables=apa.upper(listing(continuous)))  # fmt: skip
    return _("Predictor and moderator were not centred.") if continuous else ""


def coefficients(model: Model) -> Table:
    """The regression's coefficients."""
    context, fit = model.context, model.fit
    columns = [
        text("term", _("Term"), lambda row: _("Intercept") if row["term"] == "intercept" else context.label(row["term"])),
        number("estimate", "b", DIGITS),
        *inference(model),
    ]
    centred = centring(model)
    note = context.note(
        _(
            "N = {n}, R² = {r2}, F({df1}, {df2}) = {f}, p {p}. The interaction explains {change}, F({df_change}, {df2}) = "
            "{f_change}, p {p_change} (OLS). Unstandardized coefficients.",
            n=f"{fit['n']:,}",
            r2=apa.unit(fit["r_squared"]),
            df1=fit["df_model"],
            df2=fit["df_residual"],
            f=apa.number(fit["f"]),
            p=apa.p_equals(fit["p_value"]),
            change=wording.change(model),
            df_change=fit["df_change"],
            f_change=apa.number(fit["f_change"]),
            p_change=apa.p_equals(fit["p_change"]),
        ),
        centred,
        clusters.nested(model),
        wording.curved(model),
        _robust_note(model),
        wording.resampled(model),
    )
    title = _("{model}: regression coefficients", model=model.title)
    return Table.of(_key(model, "coefficients"), title, columns, model.rows("coefficients"), note, row="term")


def conditional_effects(model: Model) -> Table:
    """The predictor's effect at values of the moderator."""
    context, spec = model.context, model.spec
    rows: list[dict] = []
    for row in model.rows("conditional_effects"):
        if len(model.effects) > 1 and (not rows or rows[-1]["effect_of"] != row["effect_of"]):
            rows.append(heading(context.label(row["effect_of"]), effect_of=row["effect_of"]))
        rows.append(row)
    digits = 0 if model.moderator_is_categorical else apa.decimals_for(float(model.scores[spec.moderator].std()))
    columns = [
        text("probe", context.label(spec.moderator), lambda row: _probe(model, row)),
        number("moderator_value", _("Value"), digits),
        *two.columns(model),
        number("effect", "b", DIGITS),
        *inference(model),
    ]
    units = (
        _("Unstandardized effects.")
        if model.moderator_is_categorical
        else _(
            "Values of {w} are in its own, uncentred units; percentiles are computed at position p(n + 1), as in PROCESS and "
            "SPSS.",
            w=model.w,
        )
    )
    note = context.note(
        f"N = {model.fit['n']:,}.",
        units,
        _("Categories of {x} are compared with the first.", x=model.x) if len(model.effects) > 1 else "",
        _robust_note(model),
        wording.resampled(model),
    )
    title = _("{model}: effect of {x} at values of {w}", model=model.title, x=model.x, w=model.w)
    if spec.second_moderator:
        title = _("{model}: effect of {x} at values of {w} and {z}", model=model.title, x=model.x, w=model.w, z=two.z(model))

    def identify(row: dict) -> str:
        return " ".join([row["effect_of"]] * (len(model.effects) > 1) + [row["probe"], *filter(None, [row["second_probe"]])])

    return Table.of(_key(model, "conditional_effects"), title, columns, rows, note, row=identify)


def conditional_interactions(model: Model) -> Table | None:
    """The product of predictor and moderator at values of the second moderator."""
    rows = two.interaction_rows(model)
    if not rows:
        return None
    columns = two.interaction_columns(model, inference(model), DIGITS)
    title = _("{model}: interaction of {x} and {w} at values of {z}", model=model.title, x=model.x, w=model.w, z=two.z(model))
    note = model.context.note(f"N = {model.fit['n']:,}.", _robust_note(model), wording.resampled(model))
    return Table.of(_key(model, "conditional_interactions"), title, columns, rows, note, row="second_probe")


def _probe(model: Model, row: dict) -> str:
    words = apa.upper(model.probe(row["probe"]))
    return _("{probe} (extrapolated)", probe=words) if row["note"] else words


def screening(model: Model) -> Table | None:
    """The interaction with and without flagged respondents, if any retained respondent was flagged."""
    if f"moderation/{model.name}/screening" not in model.context.results or model.frame("screening").empty:
        return None
    rows = model.rows("screening")
    words = {"retained": _("All retained respondents"), "unflagged": _("Without flagged respondents")}
    columns = [
        text("respondents", _("Respondents"), lambda row: words[row["respondents"]]),
        integer("n", "n"),
        number("estimate", "b", DIGITS),
        number("std_error", "SE", DIGITS),
        number("t", "t"),
        p("p_value", "p"),
        interval("ci", model.level, "ci_low", "ci_high", DIGITS),
    ]
    note = model.context.note(
        _(
            "{errors} standard errors.",
            errors=listing(list(dict.fromkeys(errors_words(row["interval"]) for row in rows if row["interval"]))),
        ),
        _("n = respondents with all values. All other results in this section are based on all retained respondents."),
        *(f"{apa.upper(row['note'])}." for row in rows if row["note"]),
    )
    title = _("{model}: interaction with and without flagged respondents", model=model.title)
    identify = lambda row: f"{row['respondents']} {row['term'] or ''}".strip()  # noqa: E731
    return Table.of(_key(model, "screening"), title, columns, rows, note, row=identify)


def regions(model: Model) -> Table | None:
    """Regions of significance."""
    if not model.continuous:
        return None
    context, several = model.context, len(model.effects) > 1
    boundaries = model.by_errors("johnson_neyman")
    columns = [
        *([text("effect_of", _("Effect of"), lambda row: context.label(row["effect_of"]))] if several else []),
        brief("from", _("{w} from", w=context.label(model.spec.moderator))),
        brief("to", _("to")),
        text("sign", _("Effect"), lambda row: _(row["sign"])),
        percent("percent", _("Respondents"), 1),
    ]
    inside = [
        _("{value} ({percent}% of respondents below)", value=apa.brief(row["boundary"]), percent=f"{row['percent_below']:.1f}")
        for row in boundaries
        if row["in_range"]
    ]
    outside = [apa.brief(row["boundary"]) for row in boundaries if not row["in_range"]]
    note = context.note(
        _("Boundaries within the observed range: {values}.", values=listing(inside) or _("none")),
        _("Boundaries outside the observed range: {values}.", values=listing(outside)) if outside else "",
        _("Computed numerically with {errors} standard errors, within the observed range.", errors=errors_words(model.by))
        if model.by == "cr2"
        else _("Computed in closed form with {errors} standard errors.", errors=errors_words(model.by)),
        wording.alternatives(model),
    )
    title = _("{model}: regions of significance (Johnson–Neyman)", model=model.title)
    rows = model.by_errors("johnson_neyman_regions")
    identify = lambda row: f"{row['effect_of']} {rows.index(row) + 1}"  # noqa: E731
    return Table.of(_key(model, "johnson_neyman"), title, columns, rows, note, row=identify)


def standardized(model: Model) -> Table:
    """Standardized coefficients, variance inflation and correlations of the terms."""
    context = model.context
    rows = model.rows("coefficients")[1:]
    terms = [row["term"] for row in rows]
    r = {(row["term_a"], row["term_b"]): row["r"] for row in model.rows("correlations")}

    def correlation(other: str):
        return lambda row: (
            "" if other in terms and terms.index(other) >= terms.index(row["term"]) else apa.unit(r[other, row["term"]])
        )

    columns = [
        text("term", _("Term"), lambda row: f"{terms.index(row['term']) + 1}. {context.label(row['term'])}"),
        number("beta", "β"),
        interval("beta_ci", model.level, "beta_low", "beta_high"),
        number("vif", "VIF"),
        made("r_outcome", _("r with {y}", y=context.label(model.spec.outcome)), correlation(model.spec.outcome)),
        *(made(f"r_{at}", _("r with {number}", number=at), correlation(term)) for at, term in enumerate(terms[:-1], 1)),
    ]
    note = context.note(
        _(
            "β = coefficients of z-standardized variables, with the product of the z scores; intervals (delta method) allow for "
            "unequal error variances and estimated standard deviations. VIF = variance inflation factor. Correlations are those "
            "of the {n} respondents in the model. Centring changes VIF and the correlations of a product but not the "
            "interaction.",
            n=f"{model.fit['n']:,}",
        )
    )
    title = _("{model}: standardized coefficients and correlations of the terms", model=model.title)
    return Table.of(_key(model, "standardized"), title, columns, rows, note, row="term")


def contrasts(model: Model) -> Table | None:
    """Differences between conditional effects."""
    context, rows = model.context, model.rows("contrasts")
    if not rows:
        return None
    own = _columns(model.by)
    holm = any(row[own["p_holm"]] is not None for row in rows)

    def side(row: dict, letter: str) -> str:
        if model.spec.second_moderator:
            return two.side(model, row, letter)
        probe = row[f"probe_{letter}"]
        return probe.removeprefix("at ") if probe.startswith("at ") else model.probe(probe)

    columns = [
        text("contrast", _("Effect"), lambda row: _("{effect}: {b} vs. {a}", effect=context.label(row["effect_of"]),
                                                    b=side(row, "b"), a=side(row, "a"))),
        number("difference", _("Difference"), DIGITS),
        number(own["std_error"], "SE", DIGITS),
        p(own["p_value"], "p"),
        *([p(own["p_holm"], _("p (Holm)"))] if holm else []),
        _interval(model, model.by, model.level),
        *(_interval(model, errors, f"{model.level} ({errors_words(errors)})") for errors in _others(model)),
        interval("boot", _("{level} (bootstrap)", level=model.level), "boot_low", "boot_high", DIGITS),
    ]  # fmt: skip
    note = context.note(
        _("Differences between conditional effects. SE, p and the first interval are based on {errors} standard errors.",
          errors=errors_words(model.by)),
        "" if model.moderator_is_categorical or model.spec.second_moderator else _(
            "For a continuous moderator, each contrast is a multiple of the interaction coefficient."
        ),
        _("Holm = p values corrected for the number of contrasts.") if holm else "",
        _("High and low = mean ± 1 SD, or the higher and the lower of two values.") if model.spec.second_moderator else "",
    )  # fmt: skip
    title = _("{model}: contrasts between conditional effects", model=model.title)
    identify = lambda row: " ".join(filter(None, (row["effect_of"], row["probe_b"], row["second_probe_b"], row["probe_a"],  # noqa: E731
                                                  row["second_probe_a"])))  # fmt: skip
    return Table.of(_key(model, "contrasts"), title, columns, rows, note, row=identify)


def omnibus(model: Model) -> Table | None:
    """Joint tests of several terms."""
    rows = [row for row in model.rows("omnibus") if row["df1"] > 1]
    if not rows:
        return None

    def words(row: dict) -> str:
        if row["test"] in ("interaction", "products"):
            return _("Interaction") if row["test"] == "interaction" else _("All products")
        probe = row["probe"]
        return _("Effect at {probe}", probe=model.probe(probe) if probe.endswith(BY_CATEGORY) else probe_text(probe))

    def probe_text(probe: str) -> str:
        return probe.removeprefix("at ") if probe.startswith("at ") else model.probe(probe)

    columns = [
        text("test", _("Test"), words),
        made("df", "df", lambda row: apa.joined("{}, {}", df1=apa.integer(row["df1"]), df2=apa.integer(row["df2"]))),
        number("f", "F"),
        p("p_value", "p"),
        *(column for errors in (model.robust,) for column in (
            number(f"f_{errors}", f"F ({errors_words(errors)})"), p(f"p_value_{errors}", f"p ({errors_words(errors)})"))),
    ]  # fmt: skip
    note = model.context.note(_("Wald tests of all terms jointly."))
    identify = lambda row: f"{row['test']} {row['probe'] or ''}".strip()  # noqa: E731
    title = _("{model}: joint tests", model=model.title)
    return Table.of(_key(model, "omnibus"), title, columns, rows, note, row=identify)


def dropped(model: Model, table: str = "dropped") -> Table | None:
    """Respondents excluded from the model."""
    rows = model.rows(table)
    if not rows:
        return None
    more = len(rows) - 50
    columns = [text("respondent", _("Respondent")), text("reason", _("Reason"))]
    note = model.context.note(
        _("{n} more are listed in moderation/{model}/{table}.csv.", n=f"{more:,}", model=model.name, table=table)
        if more > 0
        else ""
    )
    title = _("{model}: respondents excluded for missing values", model=model.title)
    return Table.of(_key(model, "dropped"), title, columns, rows[:50], note, row="respondent")
