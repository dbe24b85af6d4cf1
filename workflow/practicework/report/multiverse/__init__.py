"""Multiverse: would another defensible analysis have found the interaction?"""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.multiverse import figures, tables
from practicework.report.multiverse.facts import Multiverse, choice_words, dots
from practicework.report.section import Block, Fold, Heading, Items, Paragraph, Section, present
from practicework.report.table import Drawing
from practicework.study.multiverse import ALL

REFERENCES = ("delgiudice2021", "girardi2024", "gromping2007", "hemerik2020", "simonsohn2020", "steegen2016")


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    rows = context.rows("multiverse/models")
    missing = tuple(_missing(context, row) for row in rows if not row["fitted"])
    found = [Multiverse(context, row["model"]) for row in rows if row["fitted"]]
    made = [_Blocks(one) for one in found]
    several = len(found) > 1
    first = next(iter(context.study.models))
    return Section(
        "multiverse",
        _("Multiverse analysis"),
        body=(*(Paragraph(one, "check") for one in missing), *(block for one in made for block in one.body)),
        links=tuple((f"multiverse-{one.name}", one.title) for one in found) if several else (),
        warnings=missing,
        also=tuple(headline(one) for one in found if one.name == first),
        manuscript={
            "analysis": (_analysis(found),) if found else (),
            "results": (
                *((Heading(_("Multiverse analysis"), 4),) if made else ()),
                *(Paragraph(one.results) for one in made),
            ),
        },
        methods=((_("Multiverse analysis"), _methods()),) if found else (),
        limitations=_limitations(found),
        references=REFERENCES,
        software=("statsmodels",),
    )


def _missing(context: Context, row: dict) -> str:
    title = context.study.models[row["model"]].label or context.label(context.study.models[row["model"]].interaction)
    return _("The multiverse of {title} could not be computed: {reason}.", title=title, reason=row["note"].split(": ", 1)[-1])


def headline(one: Multiverse) -> str:
    """Return the sentence of the first screen: how many specifications, their median, range and joint p."""
    row, p = one.curve[ALL], one.joint[ALL, "median"]["p"]
    return _(
        "Across {n} defensible specifications of this model, the median interaction was b = {median} (range {range}; joint "
        "test: p {p}).",
        n=row["distinct"], median=one.number(row["median"]), range=one.range, p=apa.p_equals(p),
    )  # fmt: skip


def _shares(one: Multiverse) -> str:
    """How many estimates have the sign and how many are significant by themselves."""
    row = one.curve[ALL]
    sign = _("the predicted sign") if one.settings.direction else _("the sign of the primary estimate")
    found = (
        _("All estimates had {sign}", sign=sign)
        if row["share_sign"] == 1
        else _("Of the estimates, {share}% had {sign}", share=f"{100 * row['share_sign']:.0f}", sign=sign)
    )
    if row["share_hc3"] is None:
        return f"{found}."
    if row["share_hc3"] == 1:
        return _("{found}; all least-squares estimates were significant by themselves ({errors}).", found=found,
                 errors=one.errors)  # fmt: skip
    return _("{found}; {clear}% of the least-squares estimates were significant by themselves ({errors}).", found=found,
             clear=f"{100 * row['share_hc3']:.0f}", errors=one.errors)  # fmt: skip


def _tests(one: Multiverse) -> str:
    """The joint tests in words."""
    p = {statistic: apa.p_equals(one.joint[ALL, statistic]["p"]) for statistic in ("median", "stouffer", "max")}
    clear = one.joint[ALL, "median"]["p"] < 0.05
    sides = _("one-sided") if one.settings.direction else _("two-sided")
    found = (
        _("The joint test of the {n} least-squares specifications rejected that none of them contains an interaction")
        if clear
        else _("The joint test of the {n} least-squares specifications did not reject that none of them contains an interaction")
    ).format(n=f"{one.joint[ALL, 'median']['specifications']:,}")
    return _("{found} ({sides}; median: p {median}; Stouffer: p {stouffer}; maximum: p {max}).", found=found, sides=sides, **p)


def _largest(one: Multiverse) -> str:
    """Which choice matters most."""
    rows = [row for row in one.rows("choices") if row["share"] is not None]
    if not rows or not max(row["share"] for row in rows):
        return ""
    row = max(rows, key=lambda row: row["share"])
    choice, _colon, covariate = row["choice"].partition(": ")
    words = apa.lower(choice_words(choice))
    words = _("whether {covariate} is held constant", covariate=one.context.inline(covariate)) if covariate else words
    return _("The choice that matters most is {choice}, which explains {share}% of the variance of the estimates.",
             choice=_("the {choice}", choice=words) if not covariate else words, share=f"{100 * row['share']:.0f}")  # fmt: skip


def _selected(one: Multiverse) -> str:
    if not one.selected:
        return ""
    return _(
        "Exclusion by residuals depends on the outcome, and the joint test then rejects somewhat too often (up to 9% instead of "
        "5% in simulations)."
    )


class _Blocks:
    """The blocks of one multiverse, which page and manuscript share."""

    def __init__(self, one: Multiverse) -> None:
        self.one, self.figure = one, drawing(one)
        self.summary, self.choices, self.all = tables.summary(one), tables.choices(one), tables.specifications(one)

    @property
    def body(self) -> tuple[Block, ...]:
        """The part of the page."""
        one = self.one
        where = ""
        if self.all is None:
            where = say("All specifications are in <code>results/{part}/multiverse/{name}/specifications.csv</code>.",
                        part=one.context.part.name, name=one.name)  # fmt: skip
        return present(
            Heading(one.title, id=f"multiverse-{one.name}"),
            Paragraph(sentences(headline(one), _shares(one), _tests(one))),
            Paragraph(sentences(_counted(one), _largest(one), _selected(one))),
            self.figure,
            Items(tuple(tables.unfitted(one))),
            self.summary,
            Fold(
                _("Choices, their reasons, and specifications"),
                present(tables.sets(one), self.choices, self.all, Paragraph(where)),
            ),
        )

    @property
    def results(self) -> str:
        """The paragraph of the manuscript."""
        one = self.one
        shown = {"figure": ref(self.figure), "table": ref(self.summary)}
        where = say("{figure} shows all specifications, {table} summarizes them.", **shown)
        return sentences(headline(one), _shares(one), _tests(one), where)


def _counted(one: Multiverse) -> str:
    """How many combinations there are, and how many are counted."""
    row = one.summary
    same = row["specifications"] - row["distinct"] - row["not_fitted"]
    found = _("The choices have {n} combinations", n=f"{row['specifications']:,}")
    if same:
        found += _(", of which {same} are identical to others and counted once", same=f"{same:,}")
    others = one.others
    if not others:
        return f"{found}."
    return _("{found}; the estimates of {others} are shown but take no part in the joint test.", found=found,
             others=listing(others))  # fmt: skip


def drawing(one: Multiverse) -> Drawing:
    """Return the figure: the curve of estimates above the matrix of choices."""
    joint = sorted((row for row in one.distinct if row["joint"]), key=lambda row: row["rank"])
    others = sorted((row for row in one.distinct if not row["joint"]), key=lambda row: row["estimate"])
    matrix = [(choice_words(choice), option, inside) for choice, option, inside in dots(one, [*joint, *others])]
    figure = figures.curve(joint, others, matrix, _("Interaction (b)"), one.model.level, _("not in the joint test"))
    caption = one.context.note(
        _("{model}: the interaction in {n} specifications, that is, combinations of defensible choices.", model=one.title,
          n=len(one.distinct)),
        _("Each column is one specification, estimated among {respondents} respondents; dots below show its choices.",
          respondents=one.respondents),
        _("Points above are its estimate, the change of the effect of {x} on {y} per unit of {w}, with {level} ({errors}), "
          "ordered by size; the diamond is the primary analysis.", x=one.model.x, y=one.model.y, w=one.model.w,
          level=one.model.level, errors=one.errors),
        _("The grey band contains 95% of the estimates at each rank if there is no interaction ({flips} sign flips).",
          flips=f"{one.settings.flips:,}"),
        _("The figure shows whether the result depends on these choices. It does not show choices that are not listed, and the "
          "number of significant estimates is not evidence by itself, because all come from the same respondents; the joint "
          "test takes this into account (median: p {p}).", p=apa.p_equals(one.joint[ALL, "median"]["p"])),
    )  # fmt: skip
    alternative = _("Estimates with intervals in the order of size, above a matrix of dots that marks the choices of each.")
    return Drawing(f"multiverse_{one.name}_curve", figure, caption, alternative)


def _analysis(found: list[Multiverse]) -> str:
    one = found[0]
    varied = listing([apa.lower(choice_words(choice)) for choice in one.varied])
    return _(
        "In a multiverse analysis (Steegen et al., 2016; Simonsohn et al., 2020), we repeated the test of the interaction in all "
        "combinations of defensible choices ({choices}), which were declared with their reasons. The specifications were tested "
        "jointly by standardized sign flips of the score contributions, with {flips} sets of signs that all specifications share "
        "(Hemerik et al., 2020; Girardi et al., 2024).",
        choices=varied, flips=f"{one.settings.flips:,}",
    )  # fmt: skip


def _methods() -> str:
    return _(
        "Choices are equivalent (options that estimate the same effect equally well) or uncertain (one option is right, but it "
        "is not known which); options of uncertain choices are also summarized alone (Del Giudice & Gangestad, 2021). Centring, "
        "units and standard errors change no estimate and are therefore not choices. Specifications with the same estimator, n "
        "and t are counted once. Score contributions are products of the residuals of the product term and of the outcome on "
        "all other columns; respondents who are not in a specification contribute zero. Their signs are flipped for all "
        "specifications alike, which keeps the dependence between them, and each score is divided by its standard deviation "
        "given the signs. Permuted residuals are not used, because they reject too often if specifications exclude different "
        "respondents. The variance of the estimates is divided among the choices by averaging over orders of entry (Grömping, "
        "2007). Scores without an item and factor scores keep the unit of the study's scores."
    )


def _limitations(found: list[Multiverse]) -> tuple[str, ...]:
    if not found:
        return ()
    n = found[0].curve[ALL]["distinct"]
    own = count("The multiverse contains {n} specification; others may be defensible as well.",
                "The multiverse contains {n} specifications; others may be defensible as well.", n)  # fmt: skip
    return (sentences(own, _selected(found[0])),)
