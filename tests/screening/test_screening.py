"""Screening: indices against R, by hand and at their limits; who is flagged, excluded and kept."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from practicework import tables
from practicework.errors import StudyError
from practicework.numerics import careless
from practicework.stages import moderation, screening
from practicework.study.pipeline import Part
from practicework.study.scale import Scale
from practicework.study.settings import Model, Moderation, Screening

FACTORS = [4, 5, 3, 2, 4, 1]
TURNED = slice(3, None, 4)


def scale(name: str, items: int, reverse: tuple[int, ...] = (), low: float = 1, high: float = 7) -> Scale:
    """A scale of items name_1, name_2, ..."""
    ids = [{"id": f"{name}_{i}", "text": "x", "reverse": i in reverse} for i in range(1, items + 1)]
    return Scale.model_validate({"id": name, "label": name, "response": {"min": low, "max": high}, "items": ids})


def run(answers, scales=None, settings=None, quality=None, left_out=(), **variables) -> screening.Screened:
    """Screen an array of answers; the tables keep their contracts."""
    answers = np.asarray(answers, float)
    scales = scales or [scale("a", answers.shape[1])]
    names = [f"R{i}" for i in range(len(answers))]
    items = [item for one in scales for item in one.item_ids]
    responses = pd.DataFrame(answers, columns=items).assign(**variables)
    responses.insert(0, "respondent", names)
    frame = pd.DataFrame({"respondent": names, "duration_seconds": np.nan, "finished": np.nan, **(quality or {})})
    out = pd.DataFrame({"row": range(len(left_out)), "reason": list(left_out)})
    chosen = Screening.model_validate(settings or {})
    found = screening.screen(responses, frame, out, scales, list(variables), chosen)
    for name, table in found.tables().items():
        tables.schema(name).validate(table)
    steps = found.flow
    assert (steps["remaining"] == steps["remaining"].iloc[0] - steps["removed"].cumsum()).all()
    assert steps["remaining"].iloc[-1] == found.ledger["kept"].sum()
    assert steps["remaining"].iloc[0] == len(answers) + len(left_out)
    return found


def simulated(n: int = 150, seed: int = 1, scales: int = 5, items: int = 4) -> np.ndarray:
    """Attentive answers from 1 to 7 on scales in blocks."""
    rng = np.random.default_rng(seed)
    traits = np.repeat(rng.normal(4, 1.4, (n, scales)), items, axis=1)
    return np.clip(np.round(traits + rng.normal(0, 0.6, traits.shape)), 1, 7)


def index(found: screening.Screened, name: str) -> pd.Series:
    """A row of the indices."""
    return found.indices.set_index("index").loc[name]


def test_indices_equal_careless_on_bfi(bfi, golden):
    """300 people with all answers, every index, 1e-10."""
    expected = golden("careless_bfi").set_index("respondent")
    responses = bfi.responses.set_index("respondent").loc[expected.index]
    answers = responses[list(bfi.study.items)].to_numpy(float)
    found = {
        "longstring": careless.longstring(answers),
        "irv": careless.irv(answers),
        "even_odd": careless.even_odd([one.keyed(responses).to_numpy() for one in bfi.study.scales.values()], 300),
        "psychsyn": careless.psychsyn(answers, careless.item_pairs(answers, 0.4)),
        "psychant": careless.psychsyn(answers, careless.item_pairs(answers, 0.4, antonyms=True)),
        "mahalanobis": careless.mahalanobis(answers),
    }
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], atol=1e-10, rtol=1e-10, err_msg=name)


def test_the_stage_equals_careless_on_simulated_people(golden):
    """With missing answers, straight lines, random answers and a scale of one item, through the whole stage."""
    expected = golden("careless_simulated")
    answers = expected.filter(regex=r"^i\d").to_numpy(float)
    turned = np.arange(answers.shape[1]) % 4 == 3
    scales, start = [], 0
    for number, size in enumerate(FACTORS):
        reverse = tuple(i + 1 for i in range(size) if turned[start + i])
        scales.append(scale(f"s{number}", size, reverse))
        start += size
    found = run(answers, scales).ledger
    two = np.zeros(len(found), bool)  # people with answers in both halves of only two scales: R says 1 or -1
    two[[30, 54, 106]] = True
    assert expected.loc[two, "even_odd"].abs().tolist() == [1, 1, 1]
    assert found.loc[two, "even_odd"].isna().all()
    for name in ("longstring", "irv", "even_odd", "psychsyn", "mahalanobis"):
        rows = ~two if name == "even_odd" else slice(None)
        found_values = found.loc[rows, name].astype(float)
        np.testing.assert_allclose(found_values, expected.loc[rows, name], atol=1e-10, rtol=1e-10, err_msg=name)
    antonyms = careless.psychsyn(answers, careless.item_pairs(answers, 0.3, antonyms=True))
    np.testing.assert_allclose(antonyms, expected["psychant"], atol=1e-10)


def test_longstring_by_hand():
    nan = np.nan
    rows = [[1, 1, 2, 2, 2], [1, 2, 3, 4, 5], [4, 4, 4, 4, 4], [3, 3, nan, 3, 3], [nan] * 5, [2, nan, nan, nan, 1]]
    assert careless.longstring(np.array(rows)).tolist()[:4] == [3, 1, 5, 2]
    assert np.isnan(careless.longstring(np.array(rows))[4])
    assert careless.longstring(np.array(rows))[5] == 1


def test_irv_by_hand():
    nan = np.nan
    found = careless.irv(np.array([[1, 3, nan], [2, 2, 2], [5, nan, nan], [1, 2, 6]]))
    assert found[:2].tolist() == pytest.approx([np.sqrt(2), 0])
    assert np.isnan(found[2])
    assert found[3] == pytest.approx(np.std([1, 2, 6], ddof=1))


def test_even_odd_by_hand():
    """Three scales of two items: consistent, reversed (floored at 1), and r = .5 stepped up to 2/3."""
    rows = np.array([[1, 1, 3, 3, 5, 5], [1, 5, 3, 3, 5, 1], [1, 1, 2, 3, 3, 2], [2, 2, 2, 2, 2, 2]], float)
    found = careless.even_odd([rows[:, :2], rows[:, 2:4], rows[:, 4:]], 4)
    assert found[:3].tolist() == pytest.approx([-1, 1, -2 / 3])
    assert np.isnan(found[3])


def test_pairs_and_synonyms_by_hand():
    """x, x + 0, 8 - x: a pair of synonyms and two of antonyms, later item first."""
    rng = np.random.default_rng(1)
    x, y = rng.integers(1, 8, (2, 60)).astype(float)
    answers = np.column_stack([x, x, 8 - x, y])
    assert careless.item_pairs(answers, 0.6).tolist() == [[1, 0]]
    assert careless.item_pairs(answers, 0.6, antonyms=True).tolist() == [[2, 0], [2, 1]]
    pairs = np.array([[0, 1], [2, 3], [4, 5]])
    found = careless.psychsyn(np.array([[1, 2, 3, 4, 5, 6], [1, 6, 3, 4, 5, 2], [1, np.nan, 3, 4, 5, 2]], float), pairs)
    assert found[:2].tolist() == pytest.approx([1, -1])
    assert np.isnan(found[2])


def test_mahalanobis_has_its_beta_distribution():
    """Sum of the squared distances k (n - 1); the cut-off cuts what it says, where χ² cuts nobody."""
    rng = np.random.default_rng(4)
    n, k = 75, 20
    distances = np.concatenate([careless.mahalanobis(rng.standard_normal((n, k))) for _ in range(300)])
    assert distances[:n].sum() == pytest.approx(k * (n - 1))
    cutoff = careless.mahalanobis_cutoff(n, k, 0.01)
    assert cutoff == pytest.approx((n - 1) ** 2 / n * stats.beta.ppf(0.99, k / 2, (n - k - 1) / 2), rel=1e-10)
    assert (distances > cutoff).mean() == pytest.approx(0.01, abs=0.002)
    assert careless.mahalanobis_cutoff(10**7, k, 0.01) == pytest.approx(stats.chi2.ppf(0.99, k), rel=1e-4)


def test_what_does_not_matter():
    """Order of respondents, another origin of the codes, chunks, keying that the data follow."""
    answers = simulated()
    scales = [scale(f"s{j}", 4) for j in range(5)]
    one = run(answers, scales).ledger
    order = np.random.default_rng(2).permutation(len(answers))
    other = run(answers[order], scales).ledger
    names = ["longstring", "irv", "even_odd", "psychsyn", "mahalanobis", "flags"]
    for name in names:
        np.testing.assert_allclose(other[name].astype(float), one[name].to_numpy(float)[order], atol=1e-9, err_msg=name)
    keyed = answers.copy()
    keyed[:, 1::4] = 8 - keyed[:, 1::4]
    turned = run(keyed, [scale(f"s{j}", 4, (2,)) for j in range(5)]).ledger
    np.testing.assert_allclose(turned[["even_odd", "mahalanobis"]], one[["even_odd", "mahalanobis"]], atol=1e-9)


def test_many_people_go_in_chunks(monkeypatch):
    answers = simulated()
    before = run(answers).ledger
    monkeypatch.setattr(careless, "CELLS", 100)
    pd.testing.assert_frame_equal(run(answers).ledger, before)


def test_different_response_ranges_do_not_make_people_consistent():
    """A scale from 0 to 100 beside one from 1 to 7: in percent, a random person is not consistent by the range alone."""
    rng = np.random.default_rng(5)
    answers = rng.integers(1, 8, (200, 20)).astype(float)
    wide = answers.copy()
    wide[:, :4] = (wide[:, :4] - 1) / 6 * 100
    same = run(answers, [scale(f"s{j}", 4) for j in range(5)])
    mixed = run(wide, [scale("s0", 4, (), 0, 100), *(scale(f"s{j}", 4) for j in range(1, 5))])
    np.testing.assert_allclose(mixed.ledger["even_odd"], same.ledger["even_odd"], atol=1e-9)
    assert "percent of the response range" in index(mixed, "even_odd")["note"]


def test_careless_people_are_flagged_and_attentive_ones_hardly():
    """Random answers among attentive ones, and a straight line."""
    answers = simulated(300)
    rng = np.random.default_rng(8)
    answers[:20] = rng.integers(1, 8, (20, 20))
    answers[20] = 4
    found = run(answers, [scale(f"s{j}", 4) for j in range(5)]).ledger
    assert found["flagged"][:20].mean() > 0.7
    assert found["flagged"][21:].mean() < 0.02
    assert found["kept"].all()
    assert found["reason"].isna().all()


@pytest.mark.parametrize(
    ("answers", "scales", "reasons"),
    [
        pytest.param(simulated(100), None, {"even_odd": "requires 3 scales"}, id="one scale"),
        pytest.param(
            np.full((40, 20), np.nan),
            None,
            {
                "longstring": "no respondent answered",
                "irv": "no respondent answered",
                "psychsyn": "0 item pairs",
                "mahalanobis": "0 respondents",
                "seconds_per_item": "does not record total time",
            },
            id="all missing",
        ),
        pytest.param(simulated(59), None, {"mahalanobis": "59 respondents answered all 20 items"}, id="fewer than 3p"),
        pytest.param(
            np.where(np.arange(20) == 2, 3, simulated(100)), None, {"mahalanobis": "same answer to a_3"}, id="a constant item"
        ),
        pytest.param(
            np.hstack([simulated(100), simulated(100)[:, :1]]), None, {"mahalanobis": "determined by the others"}, id="redundant"
        ),
        pytest.param(
            np.full((100, 20), 4.0), None, {"mahalanobis": "same answer", "psychsyn": "0 item pairs"}, id="all constant"
        ),
        pytest.param(
            simulated(100)[:, :9], None, {"duplicate": "requires 10 items", "longstring": "no cut-off"}, id="nine items"
        ),
        pytest.param(np.empty((0, 12)), None, {"mahalanobis": "0 respondents"}, id="nobody"),
    ],
)
def test_no_number_without_ground(answers, scales, reasons):
    """Empty, with the reason, and never a flag."""
    found = run(answers, scales)
    for name, words in reasons.items():
        row = index(found, name)
        assert words in row["note"], name
        assert pd.isna(row["cutoff"]), name
        assert row["flagged"] == 0, name
        if not row["note"].startswith("no cut-off"):
            assert found.ledger[name].isna().all(), name


def test_without_scales():
    """A study of variables only."""
    frame = pd.DataFrame({"respondent": ["a", "b"], "age": [1.0, 2.0]})
    quality = frame[["respondent"]].assign(duration_seconds=np.nan, finished=np.nan)
    found = screening.screen(frame, quality, pd.DataFrame({"row": [], "reason": []}), [], ["age"], Screening())
    assert found.ledger["kept"].all()
    assert not found.ledger["flagged"].any()


def test_copies_and_their_pairs():
    """The same answers, missing ones included, and the same age; not straight lines, nor fewer than ten answers."""
    answers = simulated(30)
    answers[[2, 5]] = np.nan
    answers[[2, 5], :12] = answers[0, :12]
    answers[[7, 8, 9]] = answers[6]
    answers[[11, 12]] = 4
    answers[[13, 14]] = np.nan
    answers[[13, 14], :9] = answers[1, :9]
    age = np.where(np.arange(30) == 9, 40.0, 30.0)
    found = run(answers, age=age).ledger
    assert found["duplicate"].dropna()[lambda x: x > 0].to_dict() == {2: 1, 5: 1, 6: 2, 7: 2, 8: 2}
    assert found["duplicate_of"].dropna().to_dict() == {5: "R2", 7: "R6", 8: "R6"}


QUALITY = {
    "finished": [1, 0, 1, 0, np.nan, 1, 1, 1],
    "duration_seconds": [100, 5, 5, 100, 100, 100, np.nan, 100],
    "check": [1, 1, 1, 0, 1, np.nan, 1, 0],
}


@pytest.mark.parametrize(
    ("rules", "removed", "reasons"),
    [
        (["unfinished", "too_fast", "checks"], [2, 1, 1], {1: "unfinished", 2: "too_fast", 3: "unfinished", 7: "checks"}),
        (["checks", "too_fast", "unfinished"], [2, 2, 0], {1: "too_fast", 2: "too_fast", 3: "checks", 7: "checks"}),
        (["duplicates", "checks"], [1, 2], {3: "checks", 6: "duplicates", 7: "checks"}),
        ([], [], {}),
    ],
)
def test_hard_rules_in_their_order(rules, removed, reasons):
    """Each counts those whom no earlier one removed; who has no value stays."""
    answers = simulated(8, items=4)
    answers[6] = answers[0]
    left = ["preview", "spam", "preview"]
    found = run(answers, settings={"exclude": rules, "checks": {"check": 3}}, quality=QUALITY, left_out=left)
    assert found.flow["removed"].tolist() == [0, 2, 1, *removed, 0]
    assert found.flow["step"].tolist() == ["opened", "left_out", "left_out", *["excluded"] * len(rules), "analysed"]
    assert found.flow["reason"].iloc[1] == "preview"
    assert found.flow["reason"].iloc[3:-1].tolist() == rules
    assert found.ledger["reason"].dropna().to_dict() == reasons
    assert (found.ledger["kept"] == found.ledger["reason"].isna()).all()
    assert index(found, "failed_checks")["note"] == "2 failed check"


def test_seconds_are_per_answered_item():
    answers = simulated(3, items=4)
    answers[1, :15] = np.nan
    answers[2] = np.nan
    found = run(answers, quality={"duration_seconds": [30, 30, 30]}).ledger["seconds_per_item"]
    assert found[:2].tolist() == [1.5, 6.0]
    assert np.isnan(found[2])


def test_cutoffs_and_their_number_are_the_studys():
    """null switches an index off; one flag may be enough; missing answers may count."""
    answers = simulated(100)
    answers[0] = 4
    answers[1, :15] = np.nan
    scales = [scale(f"s{j}", 4) for j in range(5)]
    off = dict.fromkeys(["longstring", "irv", "even_odd", "psychsyn", "psychant", "mahalanobis", "failed_checks", "duplicate"])
    found = run(answers, scales, {"cutoffs": off | {"missing_share": 0.5}, "flags_to_report": 1})
    assert found.ledger.index[found.ledger["flagged"]].tolist() == [1]
    assert found.indices["cutoff"].notna().sum() == 1
    found = run(answers, scales, {"cutoffs": {"longstring": 1.0}, "flags_to_report": 1})
    assert index(found, "longstring")["cutoff"] == 20
    assert found.ledger["flagged"][0]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("unfinished", "the export does not record completion"),
        ("too_fast", "[^()]+"),
        ("duplicates", "requires 10 items, but there are 5"),
        ("checks", "[^()]+"),
    ],
)
def test_a_rule_that_the_data_cannot_answer_is_a_mistake(rule, why):
    sentence = rf"has '{rule}', which cannot be applied to these data \({why}\); remove the rule or correct the data\.$"
    with pytest.raises(StudyError, match=sentence):
        run(simulated(20, items=1), settings={"exclude": [rule], "checks": {"check": 3}}, quality={"check": np.nan})


def test_a_rule_that_leaves_nobody_is_a_mistake():
    with pytest.raises(StudyError, match="exclude every respondent"):
        run(simulated(5), settings={"exclude": ["unfinished"]}, quality={"finished": 0})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"exclude": ["checks"]}, "no attention check"),
        ({"exclude": ["unfinished", "unfinished"]}, "twice"),
        ({"exclude": ["slow"]}, "exclude"),
        ({"checks": {"finished": 1}}, "rename"),
        ({"checks": {"pride_1": 1}}, "item or variable"),
        ({"cutoffs": {"longstrings": 1}}, "longstring"),
    ],
)
def test_mistakes_in_the_section(writer, change, words):
    with pytest.raises(StudyError, match=words):
        writer.load({"config.screening": change})


def test_the_section_runs_the_stage_and_its_tables(writer):
    """Without it, there is no table of it, nor one that needs it."""
    without, with_it = writer.load(), writer.load({"config.screening": {}})
    assert Part(with_it, "s").stages == ["ingest", "screening", *Part(without, "s").stages[1:]]
    new = set(Part(with_it, "s").tables()) - set(Part(without, "s").tables())
    assert new == {"screening/ledger", "screening/indices", "screening/flow", "moderation/main/screening"}
    checked = writer.load({"config.screening": {"checks": {"check": 3}}})
    assert Part(checked, "s").digest("ingest") != Part(with_it, "s").digest("ingest")


MODEL = Model(outcome="y", predictor="x", moderator="w", covariates=["c"])
SETTINGS = Moderation(models={"main": MODEL}, bootstrap={"resamples": 100})


def test_the_interaction_without_the_flagged_is_a_direct_refit(survey):
    """Both rows equal a fit of exactly those respondents, with the standard errors of the conclusion."""
    scores = survey.assign(respondent=[f"R{i}" for i in range(len(survey))])
    scores.loc[3, "x"] = np.nan
    flagged = scores["respondent"][[1, 3, 5, 8]]
    found = moderation.without_flagged(scores, flagged, "main", MODEL, SETTINGS)
    tables.schema("moderation/main/screening").validate(found)
    assert found["n"].tolist() == [149, 146]
    for row, people in zip(found.itertuples(), (scores, scores[~scores["respondent"].isin(flagged)]), strict=True):
        whole = moderation.analyse(people, "main", MODEL, SETTINGS, np.random.default_rng(1))
        expected = whole["coefficients"].set_index("term").loc["x:w"]
        assert row.interval == "hc3"
        assert row.estimate == pytest.approx(expected["estimate"], rel=1e-12)
        for column in ("std_error", "t", "p_value", "ci_low", "ci_high"):
            assert getattr(row, column) == pytest.approx(expected[f"{column}_hc3"], rel=1e-12)


def test_nobody_flagged_or_too_few_left(survey):
    """No row; or a row with the reason."""
    scores = survey.assign(respondent=[f"R{i}" for i in range(len(survey))])
    empty = moderation.without_flagged(scores, pd.Series(["X"]), "main", MODEL, SETTINGS)
    assert len(tables.schema("moderation/main/screening").validate(empty)) == 0
    found = moderation.without_flagged(scores, scores["respondent"][4:], "main", MODEL, SETTINGS)
    assert found["n"].tolist() == [150, 4]
    assert found["estimate"].notna().tolist() == [True, False]
    assert "4 respondents" in found["note"][1]
