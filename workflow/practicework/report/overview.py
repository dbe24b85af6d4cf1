"""The overview: every sample and set of a study on one page, with links to their reports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from practicework import __version__
from practicework.report import apa, page
from practicework.report.coding.sets import summary
from practicework.report.contents import Contents
from practicework.report.context import Context
from practicework.report.messages import _, count, sentences
from practicework.report.moderation.facts import Model
from practicework.report.replication import reproduced_kinds
from practicework.report.section import Section, present
from practicework.report.steps import steps
from practicework.report.synthesis.facts import Pool
from practicework.report.table import Column, Drawing, Table, integer, interval, made, p, text, unit
from practicework.study import Study
from practicework.study.pipeline import Part

Results = Mapping[str, Mapping[str, pd.DataFrame]]


def write(study: Study, results: Results, path: str | Path) -> None:
    """Write the overview of a study; `results` holds the tables of each part by name."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(render(study, results), encoding="utf-8")


def render(study: Study, results: Results) -> str:
    """Return the overview as HTML text.

    Parameters
    ----------
    study : Study
    results : mapping of str to mapping of str to DataFrame
        For each sample and set of codings, its result tables by name.
    """
    samples = [Context(Part(study, name), results[name]) for name in study.config.samples]
    sets = {name: results[name] for name in study.config.coding}
    pools = [Context(Part(study, name), results[name]) for name in study.syntheses]
    cards = [_synthesis(context) for context in pools] + [_sample(context) for context in samples]
    if sets:
        whole = Context(Part(study, next(iter(sets))), {}, sets)
        cards += [_set(summary(whole, name)) for name in sets]
    developments = [Context(Part(study, name), results[name]) for name in study.config.development if name in results]
    cards += [_development(context) for context in developments]
    tested = any(len(context.results["synthesis/invariance_models"]) for context in pools)
    sections = [_model(samples, name, bool(pools)) for name in study.models if any(name in one.models for one in samples)] + (
        [_scales(samples, tested=tested)] if study.scales and samples else []
    )
    links = {"report.html": _("Report"), "manuscript.docx": _("Manuscript"), "supplement.docx": _("Supplement")}
    title = count("{n} sample", "{n} samples", len(samples), start=True)
    if sets:
        title = _(
            "{samples} and {sets}",
            samples=title,
            sets=count("{n} set of coded evidence", "{n} sets of coded evidence", len(sets)),
        )
    if developments:
        developed = count("{n} scale development", "{n} scale developments", len(developments))
        title = _("{samples}; {developed}", samples=title, developed=developed)
    return page.render(
        "overview.html",
        Contents.of(sections),
        language="en",
        versions=[("practicework", __version__)],
        config=study.config,
        title=title,
        answers=[sentence for context in pools for sentence in _answers(context)],
        cards=cards,
        links={what: words for what, words in links.items() if what in study.config.report.files.values()},
        sections=sections,
        foot=_(
            "Made with practicework {version}. The reports need no network; keep this folder together, since this page "
            "links to them.",
            version=__version__,
        ),
    )


def _sample(context: Context) -> dict:
    """The card of a sample."""
    ledger = context.rows("replication/ledger") if "replication/ledger" in context.results else []
    profiles = context.rows("profiles/summary") if "profiles/summary" in context.results else []
    words = [f"N = {context.kept:,}" + (_(" (synthetic data)") if context.part.synthetic else "")]
    if profiles:
        words.append(", ".join(f"{row['n']} {row['profile'].replace('_', ' ')}" for row in profiles))
    if ledger:
        words.append(_("published values reproduced: {kinds}", kinds=reproduced_kinds(ledger)))
    if context.unfitted:
        words.append(count("{n} model could not be fitted", "{n} models could not be fitted", len(context.unfitted)))
    return {
        "name": (name := context.part.name),
        "title": name,
        "words": "; ".join(words),
        "report": "report" in context.part.stages,
    }


def _synthesis(context: Context) -> dict:
    """The card of a synthesis."""
    words = [Pool(context, name).brief() for name in context.part.spec.models or context.study.pooled_models]
    return {"name": context.part.name, "title": context.part.label, "words": "; ".join(words), "report": True}


def _answers(context: Context) -> list[str]:
    """What a synthesis says of its first model: the pooled effect, and whether each new sample replicates the published one."""
    pool = Pool(context, next(iter(context.part.spec.models or context.study.pooled_models)))
    told = _("{label}: {answer}", label=context.part.label, answer=pool.answer())
    if context.part.synthetic:
        told = sentences(told, _("Synthetic data."))
    return [told, *pool.replicated()]


def _set(one: dict) -> dict:
    """The card of a set of codings."""
    words = [
        f"{one['label']}: {count('{n} unit', '{n} units', one['units'])}, {count('{n} coding', '{n} codings', one['codings'])}"
    ]
    if one["claims"]:
        words.append(_("{part} of {whole} claims agree", part=one["claims"] - len(one["differ"]), whole=one["claims"]))
    return {"name": one["name"], "title": one["name"], "words": "; ".join(words), "report": True}


def _development(context: Context) -> dict:
    """The card of a scale development."""
    taken = steps(context.part, context.results)
    words = _("{label}: {n} of {k} steps done", label=context.part.label, n=sum(one.done for one in taken), k=len(taken))
    return {"name": context.part.name, "title": context.part.name, "words": words, "report": True}


def readings() -> dict[str, str]:
    """Return what an interval says in comparison with the smallest effect size of interest."""
    return {
        "relevant": _("exceeds the SESOI"),
        "present": _("nonzero; size uncertain"),
        "small": _("nonzero but below the SESOI"),
        "negligible": _("below the SESOI"),
        "undecided": _("inconclusive"),
        "positive": _("positive; size uncertain"),
        "negative": _("negative; size uncertain"),
        "relevant_positive": _("positive, exceeds the SESOI"),
        "relevant_negative": _("negative, exceeds the SESOI"),
        "small_positive": _("positive but below the SESOI"),
        "small_negative": _("negative but below the SESOI"),
    }


def _model(samples: list[Context], name: str, pooled: bool) -> Section:
    """A model's interaction in every sample, as a table and, for several samples, a figure."""
    models = [Model(context, name) for context in samples if name in context.models]
    words, joint = readings(), models[0].verdict["joint"]
    rows = [
        model.verdict
        | {key: model.fit[key] for key in ("n", "r_squared_change", "p_change")}
        | {"sample": model.context.part.name, "synthetic": model.context.part.synthetic}
        for model in models
    ]
    what, form = ("ΔR²", apa.unit) if joint else ("b", apa.number)
    columns = [
        text("sample", _("Sample"), lambda row: row["sample"] + (_(" (synthetic)") if row["synthetic"] else "")),
        integer("n", "N"),
        made("estimate", what, lambda row: form(row["estimate"], row["digits"])),
        interval("ci", models[0].level, "ci_low", "ci_high", lambda row: row["digits"], of_unit=joint),
        unit("r_squared_change", "ΔR²" if what == "b" else _("ΔR² of the sample"), 3),
        p("p_change", _("p of ΔR²")),
        text("reading", _("Conclusion"), lambda row: words[row["reading"]]),
    ]
    note = _(
        "{what} = interaction{units}, with its {by} interval. SESOI = smallest effect size of interest. {pooling}",
        what=what, units="" if joint else _(" (outcome units per unit of the product)"), by=rows[0]["by"],
        pooling=_pooling(pooled),
    )  # fmt: skip
    table = Table.of(
        f"overview_{name}", _("{model}: interaction in each sample", model=models[0].title), columns, rows, note, row="sample"
    )
    return Section(
        f"overview-{name}", models[0].title, body=present(_forest(models, rows, pooled) if len(rows) > 1 else None, table)
    )


def _pooling(pooled: bool) -> str:
    return _("The synthesis pools the samples.") if pooled else _("Samples are not pooled.")


def _forest(models: list[Model], rows: list[dict], pooled: bool) -> Drawing:
    from practicework.report.forest import forest  # matplotlib, only if there is something to draw
    from practicework.report.style import largest, shown_rows

    first = models[0]
    caption = _(
        "{model}: the interaction in each sample with its {level} ({by}) and the number of respondents. Grey bars show the "
        "smallest effect size of interest in each sample. {pooling}",
        model=first.title, level=first.level, by=rows[0]["by"], pooling=_pooling(pooled),
    )  # fmt: skip
    caption = sentences(caption, shown_rows(len(rows)))
    label = _("Interaction: {model}", model=first.title)
    return Drawing(
        f"forest_{first.name}",
        forest(largest(rows), label),
        caption,
        _("Each sample's interaction as a point with its interval."),
    )


def _scales(samples: list[Context], *, tested: bool) -> Section:
    """Alpha, mean and standard deviation of each scale in each sample."""
    study, several = samples[0].study, len(samples) > 1
    found = {context.part.name: {row["scale"]: row for row in context.rows("reliability/scales")} for context in samples}

    def columns_of(name: str) -> list[Column]:
        where = f", {name}" if several else ""
        return [
            unit(f"alpha_{name}", f"α{where}", value=lambda row: found[name][row["scale"]]["alpha"]),
            made(f"mean_{name}", f"M (SD){where}", lambda row: apa.joined(
                "{} ({})", M=apa.number(found[name][row["scale"]]["mean"]), SD=apa.number(found[name][row["scale"]]["sd"]))),
        ]  # fmt: skip

    columns = [text("scale", _("Scale"), lambda row: study.label(row["scale"]))]
    columns += [column for name in found for column in columns_of(name)]
    note = _("α = coefficient alpha.")
    if several:
        note += " " + (
            _("Means are comparable only if the measures are invariant across samples, which the synthesis tests.")
            if tested
            else _("Means are comparable only if the measures are invariant across samples, which was not tested.")
        )
    title = _("Scales in each sample") if several else _("Scales")
    table = Table.of("overview_scales", title, columns, [{"scale": scale} for scale in study.scales], note, row="scale")
    return Section("overview-scales", _("Measures"), body=(table,))
