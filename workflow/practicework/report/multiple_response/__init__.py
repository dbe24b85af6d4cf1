"""Questions with several answers: what respondents tick, who ticks what, and whether the cases agree."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, listing, say, sentences
from practicework.report.multiple_response import drawings, tables
from practicework.report.multiple_response.facts import Question, percent, respondents, statistic_words
from practicework.report.section import Block, Fold, Heading, Items, Paragraph, Section, present

REFERENCES = (
    "bilder2000", "bilder2004", "cochran1950", "davison1997", "fetters2013", "freeman1951", "holm1979", "koziol2014", "mancl2001",
    "mcnemar1947", "smyth2006", "vittinghoff2007", "wilson1927",
)  # fmt: skip


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    rows = context.rows("multiple_response/models")
    missing = tuple(
        _("The question “{title}” could not be read: {reason}", title=Question(context, row["model"]).title,
          reason=row["note"].split(": ", 1)[-1])
        for row in rows if not row["fitted"]
    )  # fmt: skip
    found = [Question(context, row["model"]) for row in rows if row["fitted"]]
    made = [_Blocks(one) for one in found]
    several = len(found) > 1
    return Section(
        "multiple_response",
        _("Questions with several answers"),
        body=(*(Paragraph(one, "check") for one in missing), *(block for one in made for block in one.body)),
        links=tuple((f"multiple-response-{one.name}", one.title) for one in found) if several else (),
        warnings=missing,
        also=tuple(sentence for one in found for sentence in _brief(one)),
        manuscript={
            "measures": tuple(_measures(one) for one in found),
            "analysis": (_analysis(found),) if found else (),
            "results": tuple(block for one in made for block in one.results),
        },
        methods=((_("Questions with several answers"), _methods(found)),) if found else (),
        limitations=tuple(filter(None, (_limits(one) for one in found))),
        references=REFERENCES,
        software=("statsmodels",),
    )


def _brief(one: Question) -> list[str]:
    """What the first screen says of a question: its declared tests and the comparison with the cases, or its largest share."""
    found = [_groups(one, group, [row for row in one.rows("tests") if row["group"] == group and row["primary"]], brief=True)
             for group in one.groups]  # fmt: skip
    found = list(filter(None, [*found, _compared(one)]))
    return found or ([_highest(one)] if one.known and not one.tested else [])


def _highest(one: Question) -> str:
    """Which options are ticked most and least."""
    rows = sorted(one.known, key=lambda row: -row["share"])
    if not rows:
        return ""
    first, last = rows[0], rows[-1]
    return _(
        "{question}: the largest share of respondents ticked {first} ({share}), the smallest {last} ({least}).",
        question=one.title, first=_cell(one, first), share=percent(first), last=_cell(one, last), least=percent(last),
    )  # fmt: skip


def _cell(one: Question, row: dict) -> str:
    option = apa.lower(one.option(row["option"]))
    if row["by"]:
        return _("{option} in {part}", option=option, part=apa.lower(one.part(row["by"])))
    return option


def _against(one: Question) -> str:
    """The results of the declared joint tests."""
    found = []
    for name, test in one.tests.items():
        rows = [row for row in one.rows("tests") if row["test"] == name and row["primary"]]
        if test.group:
            found.append(_groups(one, test.group, rows))
        elif test.other:
            found.append(_questions(one, test.other, rows))
    return sentences(*found)


def _groups(one: Question, variable: str, rows: list[dict], *, brief: bool = False) -> str:
    words = {"question": apa.lower(one.title), "variable": one.context.inline(variable)}
    tested = [row for row in rows if row["p_value"] is not None]
    if not tested:
        reason = next((row["note"] for row in rows if row["note"]), "").split("not computed: ", 1)[-1]
        return _("No joint test of {question} against {variable} was computed ({reason}).", reason=reason, **words)
    whole = next((row for row in tested if row["by"] is None), None)
    parts = [row for row in tested if row["by"] is not None]
    found = []
    if whole is None and len(tested) == 1:
        whole = tested[0]
    if whole:
        words |= {"p": apa.p_equals(whole["p_value"])}
        found.append(
            _("Answers about {question} differed by {variable}, p {p}.", **words)
            if whole["p_value"] < 0.05
            else _("Whether answers about {question} differ by {variable} remains unclear, p {p}.", **words)
        )
    elif parts:
        found.append(_("Answers about {question} were tested against {variable} within parts only.", **words))
    clear = [row for row in parts if row["p_holm"] is not None and row["p_holm"] < 0.05]
    if clear:
        listed = [_("{part} (p {p})", part=apa.lower(one.part(row["by"])), p=apa.p_equals(row["p_holm"])) for row in clear]
        found.append(_("After Holm's correction, the difference was significant in {parts}.", parts=listing(listed)))
    elif parts:
        found.append(_("After Holm's correction, it was not significant in any part."))
    options = [
        row for row in one.rows("tests")
        if row["method"] == "exact" and row["group"] == variable and row["p_holm"] is not None and row["p_holm"] < 0.05
    ]  # fmt: skip
    if options and not brief:
        listed = [_("{option} (p {p})", option=_cell(one, row), p=apa.p_equals(row["p_holm"])) for row in options]
        found.append(_("Exact tests found differences for {options}.", options=listing(listed)))
    return sentences(*found)


def _questions(one: Question, other: str, rows: list[dict]) -> str:
    words = {"question": apa.lower(one.title), "other": apa.lower(one.context.config.multiple[other].label)}
    tested = [row for row in rows if row["p_value"] is not None]
    if not tested:
        return _("No joint test of {question} against {other} was computed.", **words)
    found = []
    for clear in (True, False):
        own = [row for row in tested if (_corrected(row) < 0.05) == clear]
        listed = [
            _("{part} (p {p})", part=apa.lower(one.part(row["by"])), p=apa.p_equals(_corrected(row))) for row in own if row["by"]
        ]  # fmt: skip
        if own and not listed:
            words |= {"p": apa.p_equals(own[0]["p_value"])}
        if not own:
            continue
        if clear:
            found.append(
                _("Answers about {question} were associated with {other} in {parts}.", parts=listing(listed), **words)
                if listed
                else _("Answers about {question} were associated with {other}, p {p}.", **words)
            )
        else:
            found.append(
                _(
                    "Whether answers about {question} are associated with {other} remains unclear in {parts}.",
                    parts=listing(listed),
                    **words,
                )
                if listed
                else _("Whether answers about {question} are associated with {other} remains unclear, p {p}.", **words)
            )
    return sentences(*found)


def _corrected(row: dict) -> float:
    """The p of a part, corrected if there are several."""
    return row["p_value"] if row["p_holm"] is None else row["p_holm"]


def _regressions(one: Question) -> str:
    """Predictors with an effect over all options, and those whose effect differs between options."""
    found = []
    several = len({row["test"] for row in one.rows("models")}) > 1
    for row in one.rows("models"):
        if row["option"] is not None or row["estimate"] is None:
            continue
        names = [apa.lower(one.part(row["by"]))] * bool(row["by"]) + [row["test"].replace("_", " ")] * several
        where = _(" ({part})", part="; ".join(names)) if names else ""
        words = one.context.inline(row["term"])
        if row["ci_low"] > 0 or row["ci_high"] < 0:
            form = (
                _("Higher {variable} went with higher odds of ticking options{where}, OR = {odds}, 95% CI {ci}.")
                if row["estimate"] > 0
                else _("Higher {variable} went with lower odds of ticking options{where}, OR = {odds}, 95% CI {ci}.")
            )
            if row["term"].endswith("]"):
                form = (
                    _("Odds of ticking options{where} were higher for {variable} than for the first category, OR = {odds}, "
                      "95% CI {ci}.")
                    if row["estimate"] > 0
                    else _("Odds of ticking options{where} were lower for {variable} than for the first category, OR = {odds}, "
                           "95% CI {ci}.")
                )  # fmt: skip
            found.append(
                form.format(variable=words, where=where, odds=apa.number(row["odds_ratio"]),
                            ci=apa.interval(row["odds_low"], row["odds_high"]))
            )  # fmt: skip
        if row["p_difference_holm"] is not None and row["p_difference_holm"] < 0.05:
            found.append(
                _("Its relation differed between options{where}, χ²({df}) = {chi}, p {p}.", where=where, df=row["df"],
                  chi=apa.number(row["chi_square"]), p=apa.p_equals(row["p_difference_holm"]))
                if row["ci_low"] > 0 or row["ci_high"] < 0
                else _("The relation of {variable} differed between options{where}, χ²({df}) = {chi}, p {p}.", variable=words,
                       where=where, df=row["df"], chi=apa.number(row["chi_square"]), p=apa.p_equals(row["p_difference_holm"]))
            )  # fmt: skip
    return sentences(*found)


def _within(one: Question) -> str:
    """Whether the same respondents tick options, and use them in parts, equally often."""
    rows = [row for row in one.rows("within") if row["p_value"] is not None]
    found = []
    for over, words in (("options", _("Options were not ticked equally often")), ("by", _("Shares differed over the parts"))):
        own = [row for row in rows if row["over"] == over]
        clear = [row for row in own if row["p_holm"] < 0.05]
        if not own or not clear:
            continue
        listed = [
            _("{where}Q({df}) = {q}, p {p}", df=row["df"], q=apa.number(row["statistic"]), p=apa.p_equals(row["p_holm"]),
              where=_("{part}: ", part=apa.lower(one.part(row["by"]))) if row["by"]
              else _("{option}: ", option=apa.lower(one.option(row["option"]))) if row["option"] else "")
            for row in clear
        ]  # fmt: skip
        found.append(_("{words} within respondents ({tests}).", words=words, tests="; ".join(listed)))
    return sentences(*found)


def _compared(one: Question) -> str:
    """How many claims of the cases the survey supports."""
    rows = [row for row in one.rows("joint_display") if row["share"] is not None]
    if not rows:
        return ""
    agrees, differs = (sum(row["agreement"] == name for row in rows) for name in ("agrees", "differs"))
    return _(
        "Of {n} claims of the cases about {question}, the survey agreed with {agrees}, differed from {differs} and left {open} "
        "undecided (threshold: {threshold} of respondents).",
        n=len(rows), question=apa.lower(one.title), agrees=agrees, differs=differs, open=len(rows) - agrees - differs,
        threshold=apa.share(one.spec.joint_display.threshold),
    )  # fmt: skip


def _ticks(one: Question) -> str:
    """How many options respondents tick."""
    rows = [row for row in one.rows("ticks") if row["mean"] is not None]
    if not rows:
        return ""
    words = [
        _("{part}M = {mean}, SD = {sd}", part=f"{apa.lower(one.part(row['by']))}: " if row["by"] else "",
          mean=apa.number(row["mean"]), sd=apa.number(row["sd"]))
        for row in rows
    ]  # fmt: skip
    return _("Ticked options per respondent: {numbers}.", numbers="; ".join(words))


class _Blocks:
    """The blocks of one question, which page and manuscript share."""

    def __init__(self, one: Question) -> None:
        self.one, self.shares, self.figure = one, tables.shares(one), drawings.shares(one)
        self.groups = {variable: (drawings.by_group(one, variable), tables.by_group(one, variable)) for variable in one.groups}
        self.joint, self.models, self.options = tables.joint(one), tables.models(one), tables.options(one)
        self.display, self.agreement = tables.joint_display(one), drawings.agreement(one)

    @property
    def body(self) -> tuple[Block, ...]:
        """The part of the page."""
        one = self.one
        return present(
            Heading(one.title, id=f"multiple-response-{one.name}"),
            Paragraph(sentences(_answered(one), _highest(one), _ticks(one))),
            self.figure,
            Items(tuple(one.notes)),
            Fold(_("Shares with intervals"), (self.shares,)),
            Paragraph(_against(one)),
            *(drawing for drawing, _table in self.groups.values()),
            self.joint,
            Fold(_("Shares by group"), present(*(table for _drawing, table in self.groups.values()))),
            Paragraph(_regressions(one)),
            self.models,
            Fold(_("Regressions of single options"), present(self.options)),
            Paragraph(_compared(one)),
            self.agreement,
            self.display,
            Paragraph(_within(one)),
            Fold(_("Comparisons within respondents, and pairs of options"),
                 present(tables.within(one), tables.pairs(one), tables.associations(one))),
        )  # fmt: skip

    @property
    def results(self) -> tuple[Block, ...]:
        """The blocks of the manuscript."""
        one = self.one
        shown = [ref(self.figure), *(ref(drawing) for drawing, _table in self.groups.values() if drawing)]
        where = say("{figures} shows the shares.", figures=shown[0]) if len(shown) == 1 else say(
            "{first} shows the shares, {others} those of groups.", first=shown[0], others=_refs(shown[1:]))  # fmt: skip
        display = say("{table} is the joint display.", table=ref(self.display)) if self.display else ""
        models = say("{table} lists the regressions.", table=ref(self.models)) if self.models else ""
        return (
            Heading(one.title, 4),
            Paragraph(sentences(_highest(one), where, _against(one), _regressions(one), models, _within(one))),
            *present(Paragraph(sentences(_compared(one), display))),
        )


def _refs(some: list) -> str:
    return some[0] if len(some) == 1 else say("{first} and {last}", first=some[0], last=_refs(some[1:]))


def _answered(one: Question) -> str:
    how = _("yes or no for each option") if one.spec.forced else _("tick all that apply")
    return _("{n} answered the question ({how}).", n=apa.upper(respondents(one.n)), how=how)


def _measures(one: Question) -> str:
    options = listing([f"“{one.option(option)}”" for option in one.spec.options])
    how = (
        _("Respondents answered yes or no for each option") if one.spec.forced else _("Respondents ticked all options that apply")
    )
    stages = _(" by {label} ({parts})", label=apa.lower(one.spec.by_label),
               parts="; ".join(one.part(part) for part in one.spec.by)) if one.spec.by else ""  # fmt: skip
    return _("{question} was asked as a question with several answers{stages}: {options}. {how} ({n} for each option).",
             question=one.title, options=options, stages=stages, how=how, n=one.of)  # fmt: skip


def _analysis(found: list[Question]) -> str:
    tests = {f"{one.name} {name}": test for one in found for name, test in one.tests.items()}
    joint = {name: (test.resamples, test.bootstrap) for name, test in tests.items() if not test.predictors}
    settings = {
        one: _("{resamples} resamples; statistic: {statistic}", resamples=f"{one[0]:,}", statistic=statistic_words(one[1]))
        for one in joint.values()
    }
    if len(settings) > 1:  # each with the names of its tests
        for one, words in settings.items():
            named = listing([name.split(" ", 1)[1].replace("_", " ") for name, own in joint.items() if own == one])
            settings[one] = _("{tests}: {settings}", tests=named, settings=words)
    parts = [
        _("Answers to questions with several answers are reported as shares of respondents with Wilson's (1927) intervals. "
          "Pearson's χ² of the table of ticks was not used, because it counts respondents several times.")
    ]  # fmt: skip
    if joint:
        parts.append(
            _("All options were tested jointly against groups or other questions (Bilder et al., 2000; Bilder & Loughin, 2004) "
              "by a bootstrap under the null hypothesis ({settings}), which was declared beforehand, and single options by exact "
              "tests (Freeman & Halton, 1951) with Holm's (1979) correction.", settings="; ".join(settings.values()))
        )  # fmt: skip
    if any(test.predictors for test in tests.values()):
        parts.append(
            _("Options were regressed on respondents' characteristics by logistic equations with respondents as clusters (GEE) "
              "and standard errors corrected for few clusters (Mancl & DeRouen, 2001).")
        )  # fmt: skip
    parts.append(
        _("Shares were compared within respondents by Cochran's (1950) Q and exact McNemar (1947) tests, with Holm's correction.")
    )
    if any(one.spec.joint_display for one in found):
        parts.append(_("Shares were compared with the claims of the cases in a joint display (Fetters et al., 2013)."))
    return sentences(*parts)


def _methods(found: list[Question]) -> str:
    boxes = _(
        "An unticked box counts as a no only if the respondent ticked another option or an explicit “none of these”, or answered "
        "in own words; otherwise the respondent's answers to the question are missing."
    )
    tests = _(
        "Joint tests are listwise over the options, leave out options that "
        "nobody or everybody ticked and groups of fewer than five respondents, and need 40 respondents; with fewer, only shares "
        "and exact tests are shown. X² is the sum of Pearson's χ² of all options (counts of zero are replaced by one half); its "
        "Rao–Scott correction of second order compares it with χ² by the eigenvalues of the estimated covariance (Bilder et al., "
        "2000; Koziol & Bilder, 2014). The bootstrap keeps the sizes of the groups and draws whole answers independently of the "
        "group; p counts the sample as one of the resamples (Davison & Hinkley, 1997)."
    )
    return sentences("" if all(one.spec.forced for one in found) else boxes, tests)


def _limits(one: Question) -> str:
    if one.spec.forced:
        return ""
    return _(
        "{question} was asked as “tick all that apply”, in which respondents endorse fewer options than if they answer yes or no "
        "for each (Smyth et al., 2006).",
        question=one.title,
    )
