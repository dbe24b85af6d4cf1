"""The overview: every sample and set of a study on one page, side by side, with links to their reports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from practicework.report import apa, page
from practicework.report.contents import Contents
from practicework.report.context import Context, versions
from practicework.report.sections.coding_sets import section as sets_section
from practicework.report.sections.moderation_certainty import verdict
from practicework.report.table import Drawing, Table
from practicework.study import Study

Results = Mapping[str, Mapping[str, object]]


def write(study: Study, results: Results, path: str | Path) -> None:
    """Write the overview of a study; `results` holds the tables of each sample and set by name."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(render(study, results), encoding="utf-8")


def render(study: Study, results: Results) -> str:
    """The overview as HTML text.

    Parameters
    ----------
    study : Study
    results : mapping of str to mapping of str to DataFrame
        For each sample and set of codings, its result tables by name.
    """
    samples = {name: Context(study, name, results[name]) for name in study.config.samples}
    sets = {name: results[name] for name in study.config.coding}
    return page.render(
        "overview.html",
        Contents(),
        study=study,
        config=study.config,
        samples=[_sample(context) for context in samples.values()],
        models=[_model(samples, name) for name in study.models],
        scales=_scales(samples) if study.scales else None,
        sets=sets_section(Context(study, "", {}, sets)) if sets else None,
        versions=versions(),
    )


def _sample(context: Context) -> dict:
    """What a sample's card says."""
    ledger = context.rows("replication/ledger") if "replication/ledger" in context.results else []
    kept = len(context.results["ingest/responses"])
    if "screening/ledger" in context.results:
        kept = int(context.results["screening/ledger"]["kept"].sum())
    profiles = context.rows("profiles/summary") if "profiles/summary" in context.results else []
    return {
        "name": context.sample,
        "n": kept,
        "synthetic": getattr(context.spec, "synthetic", None),
        "agree": sum(bool(row["agrees"]) for row in ledger),
        "claims": len(ledger),
        "profiles": [(row["profile"].replace("_", " "), row["n"]) for row in profiles],
    }


def _model(samples: Mapping[str, Context], name: str) -> dict:
    """A model's interaction in every sample, as a table and, for several samples, a figure."""
    study = next(iter(samples.values())).study
    model, rows, cells = study.models[name], [], []
    for sample, context in samples.items():
        tables = {table: context.rows(f"moderation/{name}/{table}") for table in ("equivalence", "fit")}
        row, fit = verdict(tables), tables["fit"][0]
        rows.append(row | {"sample": sample, "n": fit["n"]})
        show = apa.unit if row["joint"] else apa.number
        cells.append(
            [
                sample + (" (synthetic)" if context.synthetic else ""),
                apa.integer(fit["n"]),
                show(row["estimate"], row["digits"]),
                apa.interval(row["ci_low"], row["ci_high"], row["digits"], of_unit=row["joint"]),
                apa.unit(fit["r_squared_change"], 3),
                apa.p(fit["p_change"]),
                READINGS[row["reading"]],
            ]
        )
    level = f"{100 * study.config.moderation.confidence:g}% CI"
    what = "ΔR²" if rows[0]["joint"] else "b"
    title = apa.upper(f"{study.label(model.predictor)} × {study.label(model.moderator)} on {study.label(model.outcome)}")
    note = (
        f"{what}: the interaction{'' if rows[0]['joint'] else ', outcome units per unit of the product'}; "
        f"{rows[0]['by']} interval. Samples stand side by side; they are not pooled."
    )
    header = ["Sample", "N", what, level, "ΔR²" if what == "b" else "ΔR² of the sample", "p of ΔR²", "Reading"]
    return {
        "title": title,
        "name": name,
        "table": Table(f"Model “{name}” in each sample", header, cells, note, words=(0, 6), wide=True),
        "figure": _forest(name, title, rows, level) if len(rows) > 1 else None,
    }


READINGS = {
    "relevant": "at least as large as is of interest",
    "present": "not zero; its size is open",
    "small": "not zero, but smaller than is of interest",
    "negligible": "smaller than is of interest",
    "undecided": "undecided",
    "positive": "positive; its size is open",
    "negative": "negative; its size is open",
    "relevant_positive": "positive, at least as large as is of interest",
    "relevant_negative": "negative, at least as large as is of interest",
    "small_positive": "positive, but smaller than is of interest",
    "small_negative": "negative, but smaller than is of interest",
}


def _forest(name: str, title: str, rows: list[dict], level: str) -> Drawing:
    from practicework.report.figures.overview import forest  # matplotlib, where there is something to draw

    caption = (
        f"Model “{name}”: the interaction in each sample with its {level} ({rows[0]['by']}), and the number of respondents. "
        "Grey: the smallest interaction of interest in each. The samples are not pooled."
    )
    return Drawing(
        f"forest_{name}", forest(rows, f"Interaction: {title}"), caption, "Each sample's interaction as a dot with its interval."
    )


def _scales(samples: Mapping[str, Context]) -> Table:
    """Alpha, mean and standard deviation of each scale in each sample."""
    study = next(iter(samples.values())).study
    cells = []
    for scale in study.scales.values():
        row: list[str] = [scale.label]
        for context in samples.values():
            found = next(one for one in context.rows("reliability/scales") if one["scale"] == scale.id)
            row += [apa.unit(found["alpha"]), apa.joined("{} ({})", M=apa.number(found["mean"]), SD=apa.number(found["sd"]))]
        cells.append(row)
    header = ["Scale"]
    for sample in samples:
        where = f", {sample}" if len(samples) > 1 else ""
        header += [f"α{where}", f"M (SD){where}"]
    several = len(samples) > 1
    note = "α: coefficient alpha."
    note += " Means can be compared as far as the measures mean the same in every sample, which is not tested." if several else ""
    return Table("Scales in each sample" if several else "Scales", header, cells, note, wide=True)
