"""Latent profiles beside those of the theory, and what the number of people can show."""

from functools import cache
from importlib.resources import files

import pandas as pd

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.figures import profiles_latent as figures
from practicework.report.table import Drawing, Table


def latent(context: Context, n: int) -> dict | None:
    """The chosen model, the comparison with the prototypes, and how often so many people show three profiles."""
    if "profiles/latent" not in context.results or context.results["profiles/latent"].empty:
        return None
    rows = context.rows("profiles/latent")
    chosen = next((row for row in rows if row["chosen"]), None)
    agreement = [row | {"words": _model(row)} for row in context.rows("profiles/agreement")]
    shown = agreement[-1]["model"] if agreement else None
    refused = [row for row in rows if row["refused"]]
    return {
        "models": len(rows),
        "refused": len(refused),
        "chosen": chosen,
        "agreement": [row for row in agreement if row["kappa"] is not None],
        "best": _best(context, rows),
        "all": _all(context, rows),
        "figure": _figure(context, shown, n),
        "recovery": recovery(n),
        "prototypes": len(context.study.config.profiles.prototypes),
    }


def recovery(n: int) -> dict:
    """What `benchmarks/profile_recovery.py` found for the sample size nearest to n: percent of samples, by separation."""
    table = _simulated()
    sizes = table["n"].unique()
    nearest = min(sizes, key=lambda size: abs(size - n))
    own = table[table["n"] == nearest]
    return {
        "n": int(nearest),
        "samples": int(own["samples"].iloc[0]),
        "found": [(f"{row.separation:g}", f"{row.percent_three:.0f}%") for row in own.itertuples()],
    }


@cache
def _simulated() -> pd.DataFrame:
    with files("practicework.stages.profiles").joinpath("recovery.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def _model(row: dict) -> str:
    return f"{apa.count(row['profiles'], 'profile')}, {row['structure']}"


def _cells(row: dict) -> list[str]:
    return [
        row["structure"],
        apa.integer(row["profiles"]),
        apa.number(row["log_likelihood"], 1),
        apa.integer(row["parameters"]),
        apa.number(row["aic"], 1),
        apa.number(row["bic"], 1),
        apa.number(row["sabic"], 1),
        apa.unit(row["relative_entropy"]),
        apa.p(row["blrt_p"]),
        apa.joined("{} ({})", n=apa.integer(row["smallest_n"]), percent=apa.percent(row["smallest_percent"])),
        apa.unit(row["mean_posterior"]),
    ]


HEADER = ["Structure", "Profiles", "Log-lik.", "Param.", "AIC", "BIC", "SABIC", "Entropy", "BLRT p", "Smallest", "Posterior"]
NOTE = (
    "Of all structures that were not refused, the one with the smallest BIC for each number. Entropy: relative, 1 is clear-cut. "
    "BLRT: bootstrap likelihood ratio test against one profile less. Smallest: people in the smallest profile. Posterior: mean "
    "probability of a profile's own people, the lowest of all profiles."
)


def _best(context: Context, rows: list[dict]) -> Table | None:
    sound = [row for row in rows if not row["refused"]]
    numbers = sorted({row["profiles"] for row in sound})
    if not numbers:
        return None
    best = [min((row for row in sound if row["profiles"] == number), key=lambda row: row["bic"]) for number in numbers]
    bold = tuple((place, 5) for place, row in enumerate(best) if row["chosen"])
    note = f"{NOTE} Bold: chosen.{context.synthetic}"
    return Table("Latent profile models", HEADER, [_cells(row) for row in best], note, bold=bold, wide=True)


REASONS = {
    "collapsed in every": "a variance collapsed in every start",
    "smallest profile": "a profile of fewer than 5 people or 5%",
    "overlap": "profiles overlap so that nobody belongs to one",
    "only one start": "found by one start only",
    "elsewhere": "StepMix ended elsewhere",
    "below that": "log-likelihood below that of fewer profiles",
}
"""What a note says of a refused model: part of it, and the words for all of these."""


def _all(context: Context, rows: list[dict]) -> Table:
    used = [part for part in REASONS if any(part in (row["note"] or "") for row in rows if row["refused"])]
    letters = {part: "abcdef"[place] for place, part in enumerate(used)}
    cells = []
    for row in rows:
        why = ", ".join(letter for part, letter in letters.items() if part in (row["note"] or ""))
        verdict = f"refused ({why})" if row["refused"] else "chosen" if row["chosen"] else "sound"
        cells.append([*_cells(row), apa.integer(row["starts_agreeing"]), verdict])
    starts = context.study.config.profiles.latent.starts
    reasons = "; ".join(f"{letter}: {REASONS[part]}" for part, letter in letters.items())
    note = (
        f"Starts: of the best fifth of {starts:,}, those that ended here. BLRT: until it is not significant. Fitted by StepMix."
    )
    note += f" Refused: {reasons}." if reasons else ""
    header = [*HEADER, "Starts", "Verdict"]
    words = (0, len(header) - 1)
    return Table("Every latent profile model", header, cells, note + context.synthetic, words=words, wide=True)


def _figure(context: Context, model: str | None, n: int) -> Drawing:
    study, settings = context.study, context.study.config.profiles
    classes = context.results["profiles/latent_classes"]
    own = classes[classes["model"] == model]
    figure = figures.latent_plot(
        context.results["profiles/latent"],
        own if own["class"].nunique() > 1 else own.iloc[:0],
        context.results["profiles/means"],
        {name: study.label(name) for name in settings.indicators},
    )
    k = own["class"].nunique()
    right = (
        f"the {k} classes of the model {_told(model)} (filled, solid) beside the prototypes" if k > 1 else "the prototypes alone"
    )
    caption = (
        f"Latent profiles of {n:,} respondents. Left: BIC by number of profiles and covariance structure. Right: {right} "
        f"(hollow, dotted), percent of the response range.{context.synthetic}"
    )
    return Drawing(
        "latent_profiles",
        figure,
        caption,
        "BIC of each model as lines, and mean indicators of the classes beside the prototypes.",
    )


def _told(model: str | None) -> str:
    return "that BIC chooses" if model == "chosen" else "with as many as there are prototypes"
