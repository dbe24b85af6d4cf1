"""Tables of one question with several answers."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.messages import _, listing
from practicework.report.multiple_response.facts import Question, agreement_words, claim_words, of, statistic_words
from practicework.report.table import Column, Table, heading, integer, interval, made, number, p, precision, share, text

PERCENT = "95% CI (%)"


def _interval(key: str = "ci") -> Column:
    def cell(row: dict) -> str:
        if row["share"] is None:
            return apa.EMPTY
        return apa.interval(100 * row["ci_low"], 100 * row["ci_high"], 0)

    return made(key, PERCENT, cell)


def shares(one: Question) -> Table:
    """Return the table of shares: options below each part."""
    rows: list[dict] = []
    before: object = ()
    for row in one.shares:
        if row["by"] != before and row["by"]:
            rows.append(heading(one.part(row["by"])))
        before = row["by"]
        rows.append(row)
    columns = [
        text("option", _("Option"), lambda row: one.option(row["option"])),
        integer("n", _("Respondents")),
        integer("ticked", _("Ticked")),
        share("share", _("Share")),
        _interval(),
    ]
    note = one.context.note(
        _("Respondents: those whose answer is known. Shares are of these respondents, not of ticks; intervals are Wilson's."),
    )
    title = _("{question}: shares of respondents", question=one.title)
    return Table.of(f"multiple_response_{one.name}_shares", title, columns, rows, note,
                    row=lambda row: _key(row, "by", "option"))  # fmt: skip


def by_group(one: Question, variable: str) -> Table | None:
    """Return the shares in each group of a variable, with the exact test of each option."""
    found = [row for row in one.rows("by_group") if row["group"] == variable]
    if not found:
        return None
    levels = list(dict.fromkeys(row["level"] for row in found))
    cells = {(row["by"], row["option"], row["level"]): row for row in found}
    exact = {
        (row["by"], row["option"]): row for row in one.rows("tests") if row["method"] == "exact" and row["group"] == variable
    }  # fmt: skip
    rows: list[dict] = []
    before: object = ()
    for by, option in dict.fromkeys((row["by"], row["option"]) for row in found):
        if by != before and by:
            rows.append(heading(one.part(by)))
        before = by
        rows.append({"by": by, "option": option, **{key: exact.get((by, option), {}).get(key) for key in ("p_value", "p_holm")}})

    def group(level: float) -> Column:
        def cell(row: dict) -> str:
            own = cells[row["by"], row["option"], level]
            if own["share"] is None:
                return apa.EMPTY
            return apa.joined("{} {}", share=apa.share(own["share"]),
                              ci=apa.interval(100 * own["ci_low"], 100 * own["ci_high"], 0))  # fmt: skip

        known = [row["n"] for row in found if row["level"] == level and row["share"] is not None]
        numbers = of(known) if known else _("not shown")
        return made(f"level_{level:g}", _("{group} ({numbers})", group=one.level(variable, level), numbers=numbers), cell)

    columns = [
        text("option", _("Option"), lambda row: one.option(row["option"])),
        *(group(level) for level in levels),
        p("p_value", _("Exact p")),
        p("p_holm", _("p (Holm)")),
    ]
    note = one.context.note(
        _("Shares in percent of respondents with Wilson's 95% intervals. Exact p: Fisher's exact test, or Freeman and Halton's "
          "with more than two groups; corrected by Holm within each part. A dash marks groups of fewer than five respondents and "
          "options that are not tested."),
    )  # fmt: skip
    title = _("{question} by {variable}", question=one.title, variable=one.context.inline(variable))
    return Table.of(f"multiple_response_{one.name}_by_{variable}", title, columns, rows, note,
                    row=lambda row: _key(row, "by", "option"))  # fmt: skip


def joint(one: Question) -> Table | None:
    """Return the table of the joint tests, a row for each part."""
    found: dict[tuple, dict[str, dict]] = {}
    for row in one.rows("tests"):
        if row["option"] is None and row["p_value"] is not None:
            found.setdefault((row["test"], row["by"]), {})[row["method"]] = row
    if not found:
        return None
    rows = [
        {"test": test, "by": by, "kind": own["bootstrap"]["kind"], "group": own["bootstrap"]["group"], "n": own["bootstrap"]["n"],
         "bootstrap": own["bootstrap"]["p_value"], "p_holm": own["bootstrap"]["p_holm"],
         "bonferroni": own.get("bonferroni", {}).get("p_value"),
         "chi_square": own.get("rao_scott", {}).get("statistic"), "df": own.get("rao_scott", {}).get("df"),
         "rao_scott": own.get("rao_scott", {}).get("p_value")}
        for (test, by), own in found.items() if "bootstrap" in own
    ]  # fmt: skip
    several = any(row["by"] for row in rows)
    refused = [f"{one.part(row['by'])}: {row['note']}." for row in one.rows("tests") if row["primary"] and row["p_value"] is None]

    def against(row: dict) -> str:
        if row["kind"] == "questions":
            return one.context.config.multiple[row["group"]].label
        return one.context.label(row["group"])

    columns = [
        *([text("test", _("Test"), lambda row: row["test"].replace("_", " "))] if len({row["test"] for row in rows}) > 1 else []),
        text("group", _("Against"), against),
        *([text("by", one.parted.by_label, lambda row: one.part(row["by"]))] if several else []),
        integer("n", "n"),
        p("bootstrap", _("Bootstrap p")),
        *([p("p_holm", _("p (Holm)"))] if several else []),
        number("chi_square", _("Rao–Scott χ²")),
        number("df", "df"),
        p("rao_scott", "p"),
        p("bonferroni", _("Bonferroni p")),
    ]
    statistics = dict.fromkeys(statistic_words(test.bootstrap) for test in one.tests.values() if not test.predictors)
    note = one.context.note(
        _("Each row tests all options together; respondents count once and have answered all of them. The bootstrap "
          "({statistics}) is the declared test. Rao–Scott is the second-order correction of the sum of χ²; Bonferroni is the "
          "smallest p value of an option times the number of tests.", statistics=listing(list(statistics))),
        _("Holm's correction is over the parts.") if several else "",
        *dict.fromkeys(refused),
    )  # fmt: skip
    title = _("{question}: joint tests", question=one.title)
    return Table.of(f"multiple_response_{one.name}_joint", title, columns, rows, note,
                    row=lambda row: f"{row['test']} {row['by'] or 'all'}")  # fmt: skip


def associations(one: Question) -> Table | None:
    """Return the exact tests of pairs of options of two questions."""
    rows = [row for row in one.rows("tests") if row["method"] == "exact" and row["other_option"] is not None]
    if not rows:
        return None
    columns = [
        text("option", _("Option"), lambda row: one.cell(row["option"], row["by"])),
        text(
            "other_option", _("Other question"), lambda row: one.context.config.multiple[row["group"]].text(row["other_option"])
        ),
        integer("n", "n"),
        p("p_value", _("Exact p")),
        p("p_holm", _("p (Holm)")),
    ]
    note = one.context.note(_("Fisher's exact tests, corrected by Holm within each part."))
    title = _("{question}: associations of options", question=one.title)
    return Table.of(f"multiple_response_{one.name}_associations", title, columns, rows, note,
                    row=lambda row: _key(row, "by", "option", "group", "other_option"))  # fmt: skip


def within(one: Question) -> Table | None:
    """Return Cochran's Q of options and of parts."""
    rows = [row for row in one.rows("within") if row["p_value"] is not None]
    if not rows:
        return None
    columns = [
        text("over", _("Compared"), lambda row: _("Options in {part}", part=one.part(row["by"])) if row["by"]
             else _("Options") if row["over"] == "options"
             else _("{label} of {option}", label=one.spec.by_label, option=one.option(row["option"]))),
        integer("n", "n"),
        number("statistic", "Q"),
        integer("df", "df"),
        p("p_value", "p"),
        *([p("p_holm", _("p (Holm)"))] if len(rows) > 1 else []),
    ]  # fmt: skip
    note = one.context.note(
        _("Cochran's Q tests whether the same respondents tick all options, or an option in all parts, equally often."),
        _("Holm's correction is over all rows.") if len(rows) > 1 else "",
    )
    title = _("{question}: comparisons within respondents", question=one.title)
    return Table.of(f"multiple_response_{one.name}_within", title, columns, rows, note,
                    row=lambda row: f"{row['over']} {row['by'] or row['option'] or ''}".strip())  # fmt: skip


def pairs(one: Question) -> Table | None:
    """Return the exact McNemar tests."""
    rows = one.rows("pairs")
    if not rows:
        return None
    columns = [
        text("a", _("First"), lambda row: one.cell(row["option_a"], row["by_a"])),
        text("b", _("Second"), lambda row: one.cell(row["option_b"], row["by_b"])),
        integer("n", "n"),
        integer("only_a", _("Only first")),
        integer("only_b", _("Only second")),
        made("difference", _("Difference (%)"), lambda row: apa.number(100 * row["difference"] if row["n"] else None, 0)),
        p("p_value", _("Exact p")),
        p("p_holm", _("p (Holm)")),
    ]  # fmt: skip
    note = one.context.note(_("Exact McNemar tests of shares within respondents, corrected by Holm within each comparison."))
    title = _("{question}: pairs of options", question=one.title)
    return Table.of(f"multiple_response_{one.name}_pairs", title, columns, rows, note,
                    row=lambda row: _key(row, "by_a", "option_a", "by_b", "option_b"))  # fmt: skip


def models(one: Question) -> Table | None:
    """Return the regressions over all options, with the tests whether options differ."""
    rows = [row for row in one.rows("models") if row["estimate"] is not None and row["option"] is None]
    if not rows:
        return None
    several = bool(one.spec.by)
    models_ = {row["test"] for row in rows}
    columns = [
        *([text("test", _("Model"), lambda row: row["test"].replace("_", " "))] if len(models_) > 1 else []),
        text("term", _("Predictor"), lambda row: one.context.label(row["term"])),
        *([text("by", one.spec.by_label, lambda row: one.part(row["by"]))] if several else []),
        *_coefficient(),
        made("difference", _("Options differ"), _wald),
    ]
    note = one.context.note(
        _("Logistic regressions of all options with respondents as clusters (GEE, independence) and standard errors corrected "
          "for few clusters (Mancl & DeRouen, 2001). Options differ: Wald test of the product option × predictor."),
        _("Its p is corrected by Holm over the parts.") if several else "",
    )  # fmt: skip
    terms = list(dict.fromkeys(row["term"] for row in rows))
    rows.sort(key=lambda row: terms.index(row["term"]))
    title = _("{question}: regressions on respondents' characteristics", question=one.title)
    return Table.of(
        f"multiple_response_{one.name}_models",
        title,
        columns,
        rows,
        note,
        row=lambda row: _key(row, *(["test"] if len(models_) > 1 else []), "term", "by"),
    )


def options(one: Question) -> Table | None:
    """Return the regressions of single options."""
    found = [row for row in one.rows("models") if row["option"] is not None]
    if not found:
        return None
    rows: list[dict] = []
    before: object = ()
    several = len({row["test"] for row in found}) > 1
    for row in found:
        if (row["test"], row["by"], row["term"]) != before:
            words = one.context.label(row["term"]) + (f" ({row['test'].replace('_', ' ')})" if several else "")
            rows.append(heading(f"{one.part(row['by'])}: {words}" if row["by"] else words))
        before = (row["test"], row["by"], row["term"])
        rows.append(row)
    columns = [text("option", _("Option"), lambda row: one.option(row["option"])), *_coefficient()]
    refused: dict[str, list[str]] = {}
    for row in found:
        if row["estimate"] is None and row["note"]:
            refused.setdefault(row["note"], []).append(one.cell(row["option"], row["by"]))
    note = one.context.note(
        _("One equation per option, if at least five respondents per coefficient ticked it, and as many did not (Vittinghoff & "
          "McCulloch, 2007)."),
        *(f"{', '.join(dict.fromkeys(cells))}: {reason}." for reason, cells in refused.items()),
    )  # fmt: skip
    title = _("{question}: regressions of single options", question=one.title)
    return Table.of(f"multiple_response_{one.name}_options", title, columns, rows, note,
                    row=lambda row: _key(row, *(["test"] if several else []), "by", "term", "option"))  # fmt: skip


def _coefficient() -> list[Column]:
    """The columns of a coefficient."""
    digits = precision("std_error")
    return [
        integer("n", "n"),
        number("estimate", _("Log odds"), digits),
        number("std_error", "SE", digits),
        p("p_value", "p"),
        number("odds_ratio", "OR"),
        interval("odds_ci", _("95% CI of OR"), "odds_low", "odds_high"),
    ]


def _wald(row: dict) -> str:
    if row["chi_square"] is None:
        return apa.EMPTY
    return apa.joined("χ²({}) = {}, p {}", df=apa.integer(row["df"]), chi=apa.number(row["chi_square"]),
                      p=_equals(row["p_difference_holm"]))  # fmt: skip


def _equals(value: float) -> apa.Shown:
    """A p value after `p`, with its number."""
    shown = apa.p(value)
    return shown.within("{}" if shown[0] in "<>" else "= {}")


def _key(row: dict, *columns: str) -> str:
    """What identifies a row."""
    return " ".join(row[column] for column in columns if row[column])


def joint_display(one: Question) -> Table | None:
    """Return the table of the cases' claims and the survey's shares."""
    rows = one.rows("joint_display")
    if not rows:
        return None
    display = one.spec.joint_display
    words = {code: texts[0] for code, texts in one.spec.by.items()}
    columns = [
        text("by", one.spec.by_label, lambda row: words.get(row["by"], row["by"].replace("_", " "))
             + (f" ({row['group']})" if row["group"] else "")),
        text("option", _("Option"), lambda row: one.option(row["option"]) if row["option"] in one.spec.options
             else row["option"].replace("_", " ")),
        text("claim", _("Cases"), lambda row: claim_words(row["claim"])),
        integer("n", "n"),
        share("share", _("Survey")),
        _interval(),
        text("agreement", _("Comparison"), lambda row: agreement_words(row["agreement"])),
    ]  # fmt: skip
    at = apa.share(display.threshold)
    note = one.context.note(
        _("Cases: the published matrix of {cases}. The survey agrees with a claimed use if the interval of the share is above "
          "{threshold}, and with a claimed absence if it is below; it differs if the interval is on the other side, and is "
          "undecided if the interval includes {threshold}. The threshold was declared beforehand.",
          cases=_cases(one), threshold=at),
    )  # fmt: skip
    title = _("{question}: joint display of cases and survey", question=one.title)
    return Table.of(f"multiple_response_{one.name}_joint_display", title, columns, rows, note,
                    row=lambda row: _key(row, "by", "group", "option"))  # fmt: skip


def _cases(one: Question) -> str:
    codebook = one.context.study.codebooks.get(one.spec.joint_display.set)
    return codebook.label if codebook else one.spec.joint_display.set
