"""Questions with several answers: every export gives the same tables, and bad input is reported while the rest runs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tick_exports import ANSWERS, EXPORTS, OPTIONS, STAGES

from practicework.commands import checking
from practicework.errors import StudyError
from practicework.numerics import multiple_response
from practicework.numerics.proportions import wilson

FUNCTIONS = {"label": "Functions of social media", "options": OPTIONS, "by": STAGES, "by_label": "Stage"}
TESTS = {"by_strategy": {"response": "functions", "group": "strategy", "resamples": 500}}


def config(keys: dict, **more: object) -> dict:
    return {"variables": ["strategy"], "multiple": {"functions": FUNCTIONS | keys}, "multiple_tests": TESTS} | more


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_gives_the_same_tables(run, name):
    file, write, keys = EXPORTS[name]
    tables = run(file, write, config(keys))
    for stage in STAGES:
        for option in OPTIONS:
            found, known = tables["ingest/responses"][f"functions.{stage}.{option}"], ANSWERS[f"{stage}.{option}"]
            np.testing.assert_array_equal(found, known, f"{stage} {option}")
    shares = tables["multiple_response/functions/shares"]
    assert len(shares) == 6
    for row in shares.to_dict("records"):
        known = ANSWERS[f"{row['by']}.{row['option']}"].dropna()
        assert (row["n"], row["ticked"], row["missing"]) == (len(known), known.sum(), 60 - len(known))
        assert (row["ci_low"], row["ci_high"]) == wilson(int(known.sum()), len(known))
    assert tables["ingest/multiple"]["asked"].all()
    tests = tables["multiple_response/functions/tests"]
    joint = tests[tests["option"].isna() & (tests["method"] == "bootstrap")]
    assert list(joint["by"].fillna("all")) == [*STAGES, "all"]
    assert joint["p_value"].notna().all()
    known = ANSWERS.dropna()
    pooled = multiple_response.marginal(
        known[[f"{stage}.{option}" for stage in STAGES for option in OPTIONS]].to_numpy(), known["strategy"].to_numpy()
    )
    found = tests[tests["option"].isna() & tests["by"].isna() & (tests["method"] == "rao_scott")].iloc[0]
    assert (found["n"], found["statistic"]) == (len(known), pytest.approx(pooled.adjusted))
    assert tables["multiple_response/models"].to_dict("records")[0]["fitted"]


def rows(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


def simple(texts: str) -> tuple:
    return "s.csv", lambda path: path.write_text(texts, encoding="utf-8")


TOOLS = {"label": "Tools", "options": {"web": "Web", "phone": "Phone"}, "columns": "T_{option}"}


def states(tables: dict, option: str) -> tuple:
    row = tables["ingest/multiple"].set_index("option").loc[option]
    return tuple(int(row[one]) for one in ("ticked", "not_ticked", "not_shown", "not_answered"))


def test_an_empty_box_is_a_no_only_with_another_answer(run):
    text = rows("id,T_web,T_phone,T_none", "1,X,,", "2,,,X", "3,,,", "4,X,X,")
    tables = run(*simple(text), {"multiple": {"tools": TOOLS | {"none": "T_none"}}})
    assert (states(tables, "web"), states(tables, "phone")) == ((2, 1, 0, 1), (1, 2, 0, 1))


def test_a_question_that_was_not_shown_is_told_apart_from_one_without_an_answer(run):
    head = '"id";"submitdate";"lastpage";"startlanguage";"T[web]";"T[phone]"'
    lines = ['"1";"2026-01-01";"1";"en";"Y";""', '"2";"2026-01-01";"1";"en";"";""', '"3";"2026-01-01";"1";"en";;']
    tables = run(*simple(rows(head, *lines)), {"multiple": {"tools": TOOLS | {"columns": "T[{option}]"}}})
    assert states(tables, "phone") == (0, 1, 1, 1)
    assert list(tables["ingest/missing"]["kind"]) == ["no answer", "not shown"] * 2


def test_an_explicit_no_everywhere_needs_the_form(run):
    text = rows("id,T_web,T_phone", "1,Yes,No", "2,No,No", "3,No,")
    tick_all = run(*simple(text), {"multiple": {"tools": TOOLS}})
    assert states(tick_all, "web") == (1, 0, 0, 2)
    assert "1 respondent with an explicit no for every option" in tick_all["ingest/multiple"]["note"].iloc[0]
    forced = run(*simple(text), {"multiple": {"tools": TOOLS | {"unticked": ["No"]}}})
    assert (states(forced, "web"), states(forced, "phone")) == ((1, 2, 0, 0), (0, 2, 0, 1))


def test_unknown_separators_are_reported_and_other_questions_are_read(run):
    text = rows("id,Q,T_web,T_phone", *(f"{at},Web|Phone,X," for at in range(9)))
    joined = {"label": "Q", "options": TOOLS["options"], "columns": {"column": "Q", "separator": ";"}}
    tables = run(*simple(text), {"multiple": {"q": joined, "tools": TOOLS}})
    note = tables["multiple_response/models"].set_index("model")["note"]
    assert note["q"] == (
        "q: data/raw/s.csv, row 2, column 'Q': the cell has a text that is not an option of 'q' (separator ';'); write "
        "'separator: '|''."
    )
    assert pd.isna(note["tools"])
    assert states(tables, "web") == (9, 0, 0, 0)
    found = run(*simple(text), {"multiple": {"q": joined | {"columns": {"column": "Q"}}}})
    assert states(found, "web") == (9, 0, 0, 0)


def test_own_words_are_refused_or_counted_and_never_shown(run):
    text = rows("id,Q", "1,Web; Anna Maria Secret", "2,Phone", "3,something else")
    joined = {"label": "Q", "options": TOOLS["options"], "columns": {"column": "Q", "separator": ";"}}
    refused = run(*simple(text), {"multiple": {"q": joined}})
    assert "'other: true'" in refused["multiple_response/models"]["note"].iloc[0]
    tables = run(*simple(text), {"multiple": {"q": joined | {"other": True}}})
    assert states(tables, "web") == (1, 2, 0, 0)
    assert tables["ingest/multiple"]["note"].iloc[0] == "2 answers in respondents' own words dropped"
    shown = "".join(table.to_csv() for table in [*refused.values(), *tables.values()])
    assert "Secret" not in shown
    assert "something" not in shown


def test_codes_in_a_file_with_decimal_commas_are_no_numbers(run):
    """1,2 are two options, and in a file with commas between cells 101,102 as well."""
    text = "id;uses;size\n" + "".join(f"{at};{cell};3,{at % 10}\n" for at, cell in enumerate(["1", "2", "1,2"] * 8))
    for options, file in (
        ({"web": ["Web", 1], "phone": ["Phone", 2]}, text),
        ({"web": ["Web", 101], "phone": ["Phone", 102]}, rows("id,uses", '1,"101,102"', "2,101", "3,102", '4,"101,102"')),
    ):
        question = {"label": "Uses", "options": options, "columns": {"column": "uses"}}
        tables = run(*simple(file), {"multiple": {"q": question}})
        n = len(tables["ingest/responses"])
        both = sum("," in line.split(";")[1] for line in text.splitlines()[1:]) if ";" in file else 2
        assert states(tables, "web") == states(tables, "phone") == (both + (n - both) // 2, (n - both) // 2, 0, 0)


def test_a_wrong_separator_is_no_answer_in_own_words(run):
    """Also if own words are allowed: a piece that consists of several options shows that they are joined by something else."""
    joined = {"label": "Q", "options": TOOLS["options"], "other": True, "columns": {"column": "Q", "separator": ";"}}
    for cell, words in (("Web#Phone", "joins options by something else"), ("Web|Phone", "write 'separator: '|''")):
        note = run(*simple(rows("id,Q", f"1,{cell}", "2,Web")), {"multiple": {"q": joined}})["multiple_response/models"]["note"]
        assert words in note.iloc[0]
    tables = run(*simple(rows("id,Q", "1,Web and a phone", "2,Web")), {"multiple": {"q": joined}})
    assert states(tables, "web") == (1, 1, 0, 0)


def test_own_words_in_a_column_of_their_own_are_an_answer(run):
    """Whoever answered in own words alone did not tick the boxes; the words are dropped."""
    text = rows("id,Q[web],Q[phone],Q[other]", "1,1,0,", "2,0,0,Anna Secret", "3,0,0,", "4,1,0,Letters")
    question = {"label": "Q", "options": TOOLS["options"], "columns": "Q[{option}]"}
    assert states(run(*simple(text), {"multiple": {"q": question}}), "web") == (2, 0, 0, 2)
    tables = run(*simple(text), {"multiple": {"q": question | {"other": "Q[other]"}}})
    assert states(tables, "web") == (2, 1, 0, 1)
    assert tables["ingest/multiple"]["note"].iloc[0].startswith("2 answers in respondents' own words dropped")
    assert not any("Secret" in table.to_csv() for table in tables.values())
    for other, words in (
        (True, "name the column with the answers"),
        ("Q[more]", r"'Q\[more\]', which 'multiple.q.other' names,"),
    ):
        with pytest.raises(StudyError, match=words):
            run(*simple(text), {"multiple": {"q": question | {"other": other}}})


def test_who_answered_any_part_answered_the_question(run):
    text = rows("id,a_web,a_phone,b_web,b_phone", "1,1,0,,", "2,,,1,0", "3,,,,", "4,1,0,0,1")
    question = {"label": "Q", "options": TOOLS["options"], "by": {"a": "A", "b": "B"}, "columns": "{by}_{option}"}
    assert run(*simple(text), {"multiple": {"q": question}})["multiple_response/models"]["n"].tolist() == [3]


def test_a_misspelt_key_is_named(run):
    for columns, words in (
        ({"column": "Q", "seperator": ";"}, r"'multiple.q.columns.seperator' is unknown \(did you mean 'separator'"),
        ({"separator": ";"}, "the key 'multiple.q.columns.column' is missing"),
        ({"column": "Q", "separator": ""}, "'multiple.q.columns.separator'"),
    ):
        with pytest.raises(StudyError, match=words):
            run(
                *simple(rows("id,Q", "1,Web")),
                {"multiple": {"q": {"label": "Q", "options": TOOLS["options"], "columns": columns}}},
            )


def test_an_option_missing_in_one_stage_is_reported_and_the_rest_runs(run):
    file, write, keys = EXPORTS["forced_choice"]

    def without(path: Path) -> None:
        write(path)
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        table.drop(columns="F_approach_presence").to_csv(path, index=False)

    tables = run(file, without, config(keys))
    shares = tables["multiple_response/functions/shares"].set_index(["by", "option"])
    assert shares.loc[("approach", "presence"), "note"] == "not asked"
    assert shares.loc[("approach", "identity"), "n"] > 40
    states = tables["ingest/multiple"].set_index(["by", "option"])
    assert "was not asked" in states.loc[("approach", "presence"), "note"]
    with pytest.raises(StudyError, match="has no column 'G_prospecting_identity' or of any other option"):
        run(file, write, config(keys | {"columns": "G_{by}_{option}"}))


def test_a_cell_that_means_nothing_is_named_without_its_text(run):
    text = rows("id,T_web,T_phone", "1,X,", "2,Jane Doe and friends,X")
    tables = run(*simple(text), {"multiple": {"tools": TOOLS}})
    note = tables["multiple_response/models"]["note"].iloc[0]
    assert "row 3, column 'T_web'" in note
    assert "Jane" not in note


def many(groups: list[int], web: list[int], phone: list[int]) -> str:
    return rows(
        "id,group,T_web,T_phone", *(f"{at},{g},{a},{b}" for at, (g, a, b) in enumerate(zip(groups, web, phone, strict=True)))
    )


def rows_of_tests(tables: dict) -> pd.DataFrame:
    return tables["multiple_response/tools/tests"]


FORCED = {"variables": ["group"], "multiple": {"tools": TOOLS | {"form": "forced_choice"}},
          "multiple_tests": {"g": {"response": "tools", "group": "group", "resamples": 200}}}  # fmt: skip


def test_options_of_nobody_and_everybody_and_small_groups_leave_the_test(run):
    groups = [1] * 30 + [2] * 30 + [3] * 4
    tables = run(*simple(many(groups, [1, 0] * 32, [1] * 64)), FORCED)
    joint = rows_of_tests(tables).query("method == 'bootstrap'").iloc[0]
    assert joint["n"] == 60
    assert joint["note"] == (
        "groups with fewer than 5 respondents are left out: 3; options that everybody ticked are left out: phone"
    )
    assert joint["p_value"] == 1.0
    small = tables["multiple_response/tools/by_group"].query("level == 3")
    assert small["share"].isna().all()
    assert small["note"].eq("fewer than 5 respondents, so not shown").all()
    assert tables["multiple_response/tools/shares"].set_index("option").loc["phone", "note"] == "ticked by everybody"


def test_few_firms_have_shares_and_exact_tests_only(run):
    tables = run(*simple(many([1] * 12 + [2] * 12, [1] * 10 + [0] * 14, [1, 0] * 12)), FORCED)
    found = rows_of_tests(tables)
    assert "24 respondents, and joint tests need 40" in found.query("method == 'bootstrap'")["note"].iloc[0]
    assert set(found["method"]) == {"bootstrap", "pearson", "exact"}
    exact = found.query("method == 'exact'").set_index("option")
    assert exact.loc["web", "p_value"] == pytest.approx(6.73e-5, rel=1e-3)  # fisher.test(matrix(c(10, 2, 0, 12), 2))
    assert exact.loc["web", "p_holm"] == pytest.approx(2 * exact.loc["web", "p_value"])
    assert tables["multiple_response/tools/within"]["statistic"].isna().all()


def test_a_variable_with_many_values_is_no_group(run):
    tables = run(*simple(many([*range(1, 9)] * 8, [1, 0] * 32, [0, 1] * 32)), FORCED)
    assert "has 8 values" in rows_of_tests(tables)["note"].iloc[0]
    assert tables["multiple_response/tools/by_group"].empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"options": {"web": "Web", "phone": "web"}}, "two entries of 'options' have the same text"),
        ({"columns": "T_{stage}_{option}"}, "'columns' has '{stage}'"),
        ({"columns": "T_1"}, "'columns' lacks '{option}'"),
        ({"columns": "T_{by}_{option}"}, "the question has no 'by'"),
        ({"columns": {"column": "Q"}, "none": "web"}, "'none' is also the text of an option"),
        ({"columns": {"column": "Q"}, "form": "forced_choice"}, "joined texts contain no explicit no"),
        ({"ticked": ["1"], "unticked": [1]}, "'1' is both 'ticked' and 'unticked'"),
    ],
)
def test_mistakes_in_a_question(run, change, message):
    with pytest.raises(StudyError, match=message.replace("{", r"\{")):
        run(*simple("id,T_1\n1,1\n"), {"multiple": {"tools": TOOLS | change}})


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ({"response": "tool", "group": "group"}, "'response' is 'tool', which is not under 'multiple' .did you mean 'tools'"),
        ({"response": "tools", "with": "tools"}, "'with' is the question itself"),
        ({"response": "tools", "group": "region"}, "'group' is 'region', which is not a variable"),
        ({"response": "tools", "predictors": ["size"]}, "'predictors' has 'size'"),
        ({"response": "tools", "group": "group", "with": "tools"}, "needs one of 'group', 'with' and 'predictors'"),
    ],
)
def test_mistakes_in_a_test(run, test, message):
    with pytest.raises(StudyError, match=message):
        run(*simple("id,group,T_web,T_phone\n1,1,1,\n"), FORCED | {"multiple_tests": {"one": test}})


def test_check_names_what_cannot_be_read(run, tmp_path, capsys):
    text = rows("id,Q,T_web,T_phone", *(f"{at},Web|Phone,X," for at in range(9)))
    joined = {"label": "Q", "options": TOOLS["options"], "columns": {"column": "Q", "separator": ";"}}
    run(*simple(text), {"multiple": {"q": joined, "tools": TOOLS}})
    with pytest.raises(StudyError, match="row 2, column 'Q': the cell has a text that is not an option of 'q'"):
        checking.check(tmp_path)


def test_codes_that_find_a_column_are_no_ticks(run):
    """1 = yes and 2 = no, with the option's number among its texts."""
    options = {"a": ["Alpha", 1], "b": ["Beta", 2]}
    question = {"label": "Q", "options": options, "columns": "Q7_{option}", "ticked": [1], "unticked": [2]}
    tables = run(*simple(rows("id,Q7_1,Q7_2", "1,1,2", "2,2,2", "3,2,2", "4,1,1")), {"multiple": {"q": question}})
    assert (states(tables, "a"), states(tables, "b")) == ((2, 2, 0, 0), (1, 3, 0, 0))


def test_the_column_of_none_is_read_like_the_others(run):
    question = TOOLS | {"none": "T_none"}
    text = rows("id,T_web,T_phone,T_none", "1,,, ", "2,,,-9", "3,,,X", "4,X,,")
    tables = run(
        *simple(text), {"samples": {"s": {"file": "data/raw/s.csv", "missing": {"tools": [-9]}}}, "multiple": {"tools": question}}
    )
    assert states(tables, "web") == (1, 1, 0, 2)


def test_unusual_words_for_an_empty_box(run):
    question = TOOLS | {"ticked": ["Mentioned"], "unticked": ["Not mentioned"], "form": "tick_all"}
    text = rows("id,T_web,T_phone", "1,Mentioned,Not mentioned", "2,Not mentioned,Not mentioned")
    assert states(run(*simple(text), {"multiple": {"tools": question}}), "web") == (1, 0, 0, 1)


def test_the_separator_is_the_one_with_most_options(run):
    cells = ["Web, Phone"] * 30 + ["Web"] * 10 + ["Phone"] * 10 + ["Web, a lot, of things", "Phone, x, y"]
    question = {"label": "Q", "options": TOOLS["options"], "columns": {"column": "Q"}, "other": True}
    text = rows("id,Q", *(f'{at},"{cell}"' for at, cell in enumerate(cells)))
    assert states(run(*simple(text), {"multiple": {"q": question}}), "web") == (41, 11, 0, 0)


def test_answers_that_follow_the_group_or_each_other(run):
    """Nothing varies within groups, or two options are the same: no number is made up, and nothing crashes."""
    groups = [1] * 25 + [2] * 25
    tables = run(*simple(many(groups, [1] * 25 + [0] * 25, [1] * 50)), FORCED)
    found = rows_of_tests(tables).set_index("method")
    assert pd.isna(found.loc["rao_scott", "p_value"])
    assert found.loc["bootstrap", "p_value"] < 0.02
    rng = np.random.default_rng(1)
    web = (rng.random(200) < 0.5).astype(int)
    config = FORCED | {"multiple_tests": {"x": {"response": "tools", "predictors": ["group"]}}}
    for phone in (web, 1 - web):
        tables = run(*simple(many(list(rng.integers(0, 50, 200)), list(web), list(phone))), config)
        row = tables["multiple_response/tools/models"].iloc[0]
        assert pd.isna(row["p_difference"]) or phone is not web
        assert row["note"]


def test_a_question_without_parts_against_one_with_parts(run):
    """Whichever is named first."""
    lines = [f"{at},{at % 2},{at % 3 == 0:d},{at % 5 == 0:d},1,{at % 2},{at % 3 == 1:d}" for at in range(60)]
    text = rows("id,E_web,E_phone,L_web,L_phone,S_a,S_b", *lines)
    staged = TOOLS | {"by": {"early": ["Early", "E"], "late": ["Late", "L"]}, "columns": "{by}_{option}", "form": "forced_choice"}
    plain = {"label": "S", "options": {"a": "A", "b": "B"}, "columns": "S_{option}", "form": "forced_choice"}
    for response, other in (("staged", "plain"), ("plain", "staged")):
        tests = {"t": {"response": response, "with": other, "resamples": 100}}
        tables = run(*simple(text), {"multiple": {"staged": staged, "plain": plain}, "multiple_tests": tests})
        found = tables[f"multiple_response/{response}/tests"].query("method == 'bootstrap'")
        assert list(found["by"]) == ["early", "late"]
        assert found["p_value"].notna().all()
