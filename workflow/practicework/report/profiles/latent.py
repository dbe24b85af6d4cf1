"""Latent profiles compared with those of the theory, and what a sample of this size can show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import pandas as pd

from practicework.numerics.limits import LATENT
from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, numeral, sentences
from practicework.report.profiles import latent_figures as figures
from practicework.report.section import Heading, Paragraph, present
from practicework.report.table import Column, Drawing, Table, integer, made, number, p, text, unit

ENOUGH = 300
"""Respondents from which the simulated recovery of three types is not negligible."""

SIGNIFICANT = 0.05


def structures() -> dict[str, str]:
    """Return the covariance structures in words."""
    return {
        "spherical": _("spherical"), "diagonal": _("diagonal"), "tied": _("tied"), "full": _("full"),
    }  # fmt: skip


def reasons() -> dict[str, str]:
    """Return the reasons for which a model is rejected in words."""
    return {
        "collapsed": _("a variance collapsed in every start"),
        "small": _("a profile of fewer than five respondents or 5%"),
        "overlap": _("completely overlapping profiles"),
        "single_start": _("found by a single start"),
        "elsewhere": _("StepMix converged to another solution"),
        "below": _("log-likelihood below that of fewer profiles"),
    }


def latent(context: Context, n: int) -> Mapping | None:
    """Return the blocks about latent profiles, and a sentence for the manuscript; None where none were fitted."""
    if "profiles/latent" not in context.results or context.results["profiles/latent"].empty:
        return None
    rows, agreement = context.rows("profiles/latent"), context.rows("profiles/agreement")
    chosen = next((row for row in rows if row["chosen"]), None)
    return {
        "blocks": present(
            Heading(_("Latent profiles")),
            Paragraph(_found(rows, chosen, agreement)),
            Paragraph(_recovery(n)),
            _best(context, rows),
            _figure(context, agreement[-1]["model"] if agreement else None, n),
            _all(context, rows),
        ),
        "sentence": sentences(_favoured(rows), _undecided(n)) if chosen else "",
    }


CRITERIA = ("bic", "aic", "sabic")


def _favoured(rows: list[dict]) -> str:
    """Which number of profiles each criterion favours."""
    sound = [row for row in rows if not row["refused"]]
    favoured: dict[int, list[str]] = {}
    for criterion in CRITERIA:
        least = min(sound, key=lambda row: (round(row[criterion], 6), row["profiles"]))
        favoured.setdefault(least["profiles"], []).append(criterion.upper())
    parts = [
        _("{criteria} for {profiles}", criteria=listing(criteria), profiles=count("{n} profile", "{n} profiles", profiles))
        for profiles, criteria in favoured.items()
    ]
    if len(parts) == 1:
        found = _("{criteria} were smallest for {profiles}.", criteria=listing([one.upper() for one in CRITERIA]),
                  profiles=count("{n} latent profile", "{n} latent profiles", next(iter(favoured))))  # fmt: skip
    else:
        found = _("The criteria disagreed on the number of latent profiles: {first} was smallest {rest}.",
                  first=parts[0].split(" ", 1)[0], rest=", ".join([parts[0].split(" ", 1)[1], *parts[1:]]))  # fmt: skip
    tested = [row for row in sound if row["blrt_p"] is not None and row["blrt_p"] < SIGNIFICANT]
    if not tested:
        return found
    most = max(tested, key=lambda row: (row["profiles"], -row["blrt_p"]))
    return sentences(
        found,
        _("The bootstrap likelihood ratio test rejected {fewer} in favour of {more} ({structure} covariances, p {p}).",
          fewer=count("{n} profile", "{n} profiles", most["profiles"] - 1), more=numeral(most["profiles"]),
          structure=structures()[most["structure"]], p=apa.p_equals(most["blrt_p"])),
    )  # fmt: skip


def _undecided(n: int) -> str:
    """Whether a sample of this size can decide on the number of profiles."""
    if recovery(n)["n"] >= ENOUGH:
        return ""
    return _("With n = {n}, none of these criteria can decide between them.", n=f"{n:,}")


def _found(rows: list[dict], chosen: Mapping | None, agreement: list[dict]) -> str:
    rejected = sum(row["refused"] for row in rows)
    found = [count("We fitted {n} latent profile model.", "We fitted {n} latent profile models.", len(rows))]
    if rejected:
        found.append(count("Of these, {n} was rejected as degenerate.", "Of these, {n} were rejected as degenerate.", rejected))
    found.append(_favoured(rows) if chosen else _("None was acceptable."))
    for row in agreement:
        if row["kappa"] is None:
            continue
        which = (
            _("The classes of this model")
            if row["model"] == "chosen"
            else _("The classes of the best model with {n} profiles", n=numeral(row["profiles"]))
        )
        found.append(
            _(
                "{which} agreed with the theory-based profiles for {percent}% of respondents, κ = {kappa}, 95% CI {ci}, "
                "adjusted Rand index = {rand}.",
                which=which, percent=f"{row['percent_agreement']:.0f}", kappa=apa.unit(row["kappa"]),
                ci=apa.interval(row["kappa_low"], row["kappa_high"], of_unit=True), rand=apa.unit(row["adjusted_rand"]),
            )
        )  # fmt: skip
    if len(found) > 2 and any(row["kappa"] is not None for row in agreement):
        found.append(_("Intervals of κ are conditional on the fitted classes."))
    return sentences(*found)


def recovery(n: int) -> dict:
    """Return what the simulation found for the sample size nearest to n: percent of samples, by separation."""
    table = _simulated()
    nearest = min(table["n"].unique(), key=lambda size: abs(size - n))
    own = table[table["n"] == nearest]
    return {
        "n": int(nearest),
        "samples": int(own["samples"].iloc[0]),
        "found": [
            (f"{row.separation:g}", f"{row.percent_three:.0f}% [{row.percent_three_low:.0f}, {row.percent_three_high:.0f}]")
            for row in own.itertuples()
        ],
    }


@cache
def _simulated() -> pd.DataFrame:
    with files("practicework.stages.profiles").joinpath("recovery.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def _recovery(n: int) -> str:
    known = recovery(n)
    found = _(
        "In simulated samples of {n} respondents with three true types, this search found three profiles in {percents} of "
        "samples (exact 95% CI) when high and low means were {separations} standard deviations apart ({samples} samples each).",
        n=known["n"], percents=listing([percent for _d, percent in known["found"]]),
        separations=listing([d for d, _percent in known["found"]]), samples=known["samples"],
    )  # fmt: skip
    if known["n"] >= ENOUGH:
        return found
    return sentences(
        found,
        _(
            "In a sample of this size, finding fewer profiles is not evidence against the typology, nor is finding three "
            "evidence for it."
        ),
    )


def _columns() -> list[Column]:
    words = structures()
    return [
        text("structure", _("Structure"), lambda row: words[row["structure"]]),
        integer("profiles", _("Profiles")),
        number("log_likelihood", _("Log-lik."), 1),
        integer("parameters", _("Param.")),
        number("aic", "AIC", 1),
        number("bic", "BIC", 1),
        number("sabic", "SABIC", 1),
        unit("relative_entropy", _("Entropy")),
        p("blrt_p", _("BLRT p")),
        made("smallest", _("Smallest"), lambda row: apa.joined(
            "{} ({})", n=apa.integer(row["smallest_n"]), percent=apa.percent(row["smallest_percent"]))),
        unit("mean_posterior", _("Posterior")),
    ]  # fmt: skip


def _identify(row: Mapping) -> str:
    return f"{row['structure']} {row['profiles']}"


def _best(context: Context, rows: list[dict]) -> Table | None:
    sound = [row for row in rows if not row["refused"]]
    numbers = sorted({row["profiles"] for row in sound})
    if not numbers:
        return None
    best = [min((row for row in sound if row["profiles"] == one), key=lambda row: row["bic"]) for one in numbers]
    note = context.note(
        _(
            "For each number of profiles, the acceptable model with the smallest BIC; the selected model is in bold. "
            "Entropy = relative entropy (1 is clear-cut). BLRT = bootstrap likelihood ratio test against one profile fewer. "
            "Smallest = respondents in the smallest profile. Posterior = lowest mean posterior probability of a profile's "
            "members."
        )
    )
    title = _("Latent profile models")
    bold = lambda row, key: key == "bic" and bool(row["chosen"])  # noqa: E731
    return Table.of("profiles_latent", title, _columns(), best, note, row=_identify, bold=bold)


def _all(context: Context, rows: list[dict]) -> Table:
    words = reasons()
    used = [code for code in words if any(code in (row["reasons"] or "").split() for row in rows)]
    letters = dict(zip(used, "abcdef", strict=False))

    def status(row: Mapping) -> str:
        if row["refused"]:
            return _(
                "rejected ({letters})",
                letters=", ".join(letters[code] for code in used if code in (row["reasons"] or "").split()),
            )
        return _("selected") if row["chosen"] else _("acceptable")

    columns = [*_columns(), integer("starts", _("Starts"), "starts_agreeing"), text("status", _("Status"), status)]
    note = context.note(
        _(
            "Starts = starts with this solution among the best fifth of {starts}. Fitted with StepMix.",
            starts=f"{context.config.profiles.latent.starts:,}",
        ),
        _(
            "For each structure, BLRT is computed until it is not significant; its simulation ends when it can no longer be "
            "significant (Besag & Clifford, 1991)."
        )
        if context.config.profiles.latent.blrt
        else "",
        _("Models and agreement are those of a random sample of {some} respondents.", some=f"{LATENT:,}")
        if sum(row["n"] for row in context.rows("profiles/summary")) > LATENT
        else "",
        _("Rejected: {reasons}.", reasons="; ".join(f"{letter}: {words[code]}" for code, letter in letters.items()))
        if used
        else "",
    )
    return Table.of("profiles_latent_all", _("All latent profile models"), columns, rows, note, row=_identify)


def _figure(context: Context, model: str | None, n: int) -> Drawing:
    settings = context.config.profiles
    classes = context.results["profiles/latent_classes"]
    own = classes[classes["model"] == model]
    k = own["class"].nunique()
    drawing = figures.latent_plot(
        context.results["profiles/latent"],
        own if k > 1 else own.iloc[:0],
        context.results["profiles/means"],
        {one: context.label(one) for one in settings.indicators},
        structures(),
    )
    right = _("the prototypes")
    if k > 1:
        which = _("selected by BIC") if model == "chosen" else _("with as many classes as there are prototypes")
        right = _("the {k} classes of the model {which} (filled, solid) and the prototypes", k=numeral(k), which=which)
    caption = context.note(
        _(
            "Latent profiles of {n} respondents. Left: BIC by number of profiles and covariance structure. Right: {right} "
            "(hollow, dotted), in percent of the response range.",
            n=f"{n:,}", right=right,
        )
    )  # fmt: skip
    alternative = _("BIC of each model as lines, and mean indicators of the classes with the prototypes.")
    return Drawing("latent_profiles", drawing, caption, alternative)
