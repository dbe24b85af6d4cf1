"""Synthesis: the pooled interaction of several samples, its differences, and the replication of what was published."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.section import Block, Fold, Heading, Items, Paragraph, Section, Tile, present
from practicework.report.style import ROWS, largest, shown_rows
from practicework.report.synthesis import figures, planning, tables
from practicework.report.synthesis.facts import Pool, invariant, metrics
from practicework.report.table import Drawing


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    pools = [Pool(context, name) for name in context.part.spec.models or context.study.pooled_models]
    made = [_Blocks(pool) for pool in pools]
    body: list[Block] = [Paragraph(_samples(context))]
    for one in made:
        body += one.body
    if context.study.scales and pools:
        body += present(
            Heading(_("Measurement invariance and reliability")),
            Paragraph(invariant(context)),
            tables.invariance(context),
            Fold(_("Differences of single items"), present(_items(context), tables.items(context))),
            tables.drift(pools[0]),
        )
    several = len(pools) > 1
    return Section(
        "synthesis",
        _("Synthesis"),
        body=tuple(body),
        answer=tuple(pool.answer() for pool in pools[:1]),
        tiles=tuple(_tile(pool, key=place == 0, several=several) for place, pool in enumerate(pools) if pool.pooled),
        manuscript={
            "participants": (_samples(context),),
            "analysis": (_analysis(pools),),
            "results": (*(block for one in made for block in one.results), *filter(None, [invariant(context)])),
        },
        methods=((_("Synthesis"), _methods()),),
        limitations=_limitations(pools),
        references=(
            "bonett2002", *_invariance_works(context), "held2020", "held2022", "jackson2017", "partlett2017", "patil2016",
            "riley2023", "simonsohn2015", "viechtbauer2007",
        ),
    )  # fmt: skip


def _invariance_works(context: Context) -> tuple[str, ...]:
    return ("chen2007", "nye2011", "nye2019") if context.rows("synthesis/invariance_items") else ()


class _Blocks:
    """The blocks of one model, which page and manuscript share."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.effects, self.pooled, self.verdicts = tables.effects(pool), tables.pooled(pool), tables.verdicts(pool)
        self.forest = _forest(pool) if pool.effects else None

    @property
    def body(self) -> tuple[Block, ...]:
        """The model's part of the page."""
        pool = self.pool
        return present(
            Heading(pool.model.title),
            Paragraph(pool.answer()),
            self.forest,
            self.effects,
            self.pooled,
            Paragraph(_("The published interaction, and whether the new samples replicate it:")) if self.verdicts else None,
            Items(tuple(pool.replicated())),
            self.verdicts,
            planning.table(pool),
            Fold(
                _("Without each sample, sample by sample, one-stage analysis, and the metric"),
                present(
                    tables.steps(pool, "leave_one_out"),
                    _cumulative(pool),
                    tables.steps(pool, "cumulative"),
                    tables.one_stage(pool),
                    tables.metric(pool),
                ),
            ),
        )

    @property
    def results(self) -> tuple[Block | str, ...]:
        """The model's part of the manuscript."""
        pool = self.pool
        if pool.pooled is None:
            return (say("{answer} (see {table}).", answer=pool.answer().rstrip("."), table=ref(self.effects)),)
        found: list[Block | str] = [
            sentences(pool.answer(), say("{table} contains the effects of the samples ({figure}).", table=ref(self.effects),
                                         figure=ref(self.forest))),
            *pool.replicated(),
        ]  # fmt: skip
        return tuple(found)


def _forest(pool: Pool) -> Drawing:
    words = _("{model}: {metric}", model=pool.model.title, metric=metrics()[pool.effects[0]["metric"]])
    pooled = pool.pooled
    caption = pool.context.note(
        _("{model} in each sample with its {level}; the area of a square is the sample's weight.", model=pool.model.title,
          level=pool.level),
        _("The bar of the published interaction spans the effects that print allows, the dashed line their intervals.")
        if pool.published is not None and pool.published["estimate_low"] is not None
        else "",
        _("Diamond: pooled effect with its interval ({kind}).",
          kind=_("common effect") if pooled["estimator"] == "common" else _("random effects"))
        if pooled
        else "",
        shown_rows(len(pool.effects)),
        _("Grey bar behind it: prediction interval of a further sample.")
        if pooled and pooled["prediction_low"] is not None
        else "",
    )  # fmt: skip
    drawing = figures.forest(largest(pool.effects), pool.published, pooled, words)
    return Drawing(
        f"synthesis_{pool.name}", drawing, caption, _("Each sample's interaction with its interval, and the pooled one.")
    )


def _cumulative(pool: Pool) -> Drawing | None:
    rows = pool.rows("cumulative")
    if len(rows) < 3:
        return None
    words = _("{model}: {metric}", model=pool.model.title, metric=metrics()[pool.effects[0]["metric"]])
    caption = pool.context.note(
        _("{model}: pooled effect with its {level} as samples were added, from top to bottom. One sample: its own effect; two: "
          "the common effect; three and more: the random-effects mean.", model=pool.model.title, level=pool.level),
        _("The last {n} steps are shown.", n=ROWS) if len(rows) > ROWS else "",
    )  # fmt: skip
    return Drawing(
        f"synthesis_{pool.name}_cumulative", figures.cumulative(rows[-ROWS:], words), caption,
        _("The pooled interaction after each further sample, with its interval."),
    )  # fmt: skip


def _items(context: Context) -> Drawing | None:
    rows = [row for row in context.rows("synthesis/invariance_items") if row["dmacs"] is not None]
    first = {scale.item_ids[0] for scale in context.study.scales.values()}
    shown = [row for row in rows if row["item"] not in first]
    if not shown:
        return None
    names = {item: _("{scale}: {item}", scale=context.label(scale.id), item=item) for item, scale in context.study.items.items()}
    caption = context.note(
        _("Differences of items between samples as dMACS, with the first item of each scale as anchor (not shown). Dashed lines: "
          "small (.2), medium (.4) and large (.7) differences (Nye et al., 2019)."),
        _("Bars: 95% bootstrap intervals.") if any(row["dmacs_low"] is not None for row in shown) else "",
    )  # fmt: skip
    return Drawing("synthesis_items", figures.items(shown, names), caption, _("The dMACS of each item for each pair of samples."))


def _samples(context: Context) -> str:
    names = context.part.samples
    return _("The synthesis includes {samples}: {names}.", samples=count("{n} sample", "{n} samples", len(names)),
             names=listing(list(names)))  # fmt: skip


def _tile(pool: Pool, *, key: bool, several: bool) -> Tile:
    pooled = pool.pooled
    value = apa.interval(pooled["ci_low"], pooled["ci_high"], pool.digits)
    words = _("pooled interaction, {level}", level=pool.level)
    return Tile(str(value), f"{words}: {pool.model.inline}" if several else words, "key" if key else "")


def _analysis(pools: list[Pool]) -> str:
    rows = pools[0].rows("effects") if pools else []
    if not rows:
        return ""
    spec = pools[0].context.part.spec
    found = [
        _(
            "The interactions of the samples ({metric}) were pooled in two stages: two samples by a common effect, three and "
            "more by random effects with {method} and Hartung–Knapp intervals (Jackson et al., 2017).",
            metric=metrics()[rows[0]["metric"]], method=tables.methods()[spec.tau2],
        )
    ]  # fmt: skip
    if any(pool.rows("verdicts") for pool in pools):
        found.append(
            _(
                "The published interaction entered as the range of values that print allows. Each new sample was compared with "
                "it by its sign and significance, the interval of the new effect, the prediction interval of the published one "
                "(Patil et al., 2016), small telescopes (Simonsohn, 2015), the sceptical p value (Held, 2020), equivalence and "
                "the combined effect; there is no total score."
            )
        )
    if pools[0].context.rows("synthesis/invariance_models"):
        found.append(
            _("Measurement invariance was tested by multi-group factor models with the limits of Chen (2007), and differences of "
              "items were measured by dMACS (Nye & Drasgow, 2011).")
        )  # fmt: skip
    return sentences(*found)


def _methods() -> str:
    return _(
        "Two-stage meta-analysis of the interactions with inverse-variance weights. τ² by restricted maximum likelihood or Paule "
        "and Mandel's method, its interval by the Q-profile method (Viechtbauer, 2007). Intervals of random effects are those of "
        "Hartung and Knapp; below six samples they are not narrower than those of the model itself (Jackson et al., 2017). "
        "Prediction intervals use the same degrees of freedom; those with k − 2 follow Partlett and Riley (2017). The one-stage "
        "analysis centres predictor and moderator within samples (Riley et al., 2023). Published results enter as ranges: a "
        "printed coefficient as all values that round to it, p < a as the range of t up to the next stricter threshold of the "
        "same publication. Criteria of replication: prediction interval (Patil et al., 2016), small telescopes (Simonsohn, "
        "2015), the golden sceptical p value (Held, 2020; Held et al., 2022), and equivalence."
    )


def _limitations(pools: list[Pool]) -> tuple[str, ...]:
    found = []
    few = max((len(pool.effects) for pool in pools), default=0)
    if 1 < few < 5:
        found.append(_("With {n}, the heterogeneity of the effects is hardly known.", n=count("{n} sample", "{n} samples", few)))
    if any(row["metric"] != "coefficient" for pool in pools for row in pool.rows("effects")):
        found.append(
            _("Standardized effects differ between samples also because variances do, so that their heterogeneity is not that of "
              "the coefficients.")
        )  # fmt: skip
    return tuple(found)
