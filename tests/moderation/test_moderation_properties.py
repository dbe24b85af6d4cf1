"""Moderation keeps its invariances and seeds, lists whom it leaves out, and tells in one sentence what cannot be fitted."""

import logging
import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from moderation_runs import MODEL, analyse

from practicework import tables
from practicework.errors import StudyError
from practicework.numerics.seeds import generator
from practicework.study.settings import Model

# invariances ----------------------------------------------------------------------------------------------

UNITS = [
    pytest.param(10, 3, 2, -5, id="other units and zeros"),
    pytest.param(1, 0, -1, 0, id="a moderator turned around"),
    pytest.param(1, 0, 3, 2015, id="a year"),
    pytest.param(1e9, 5e9, 1e5, 1e6, id="euros and heads"),
    pytest.param(1e-9, 0, 1e-9, 0, id="tiny units"),
    pytest.param(1e-12, 0, 1e8, 0, id="units far apart"),
]


@pytest.mark.parametrize("center", ["none", "mean"])
@pytest.mark.parametrize(("a", "shift_x", "b", "shift_w"), UNITS)
def test_units_do_not_matter(survey, a, shift_x, b, shift_w, center):
    """Rescaling and shifting predictor and moderator rescales effects and boundaries and changes no test."""
    plain = analyse(survey, MODEL, center=center)
    other = analyse(survey.assign(x=a * survey["x"] + shift_x, w=b * survey["w"] + shift_w), MODEL, center=center)

    one, two = (found["coefficients"].set_index("term").loc["x:w"] for found in (plain, other))
    for column in ("estimate", "std_error", "std_error_hc3", "boot_std_error"):
        assert abs(two[column]) * a * abs(b) == pytest.approx(abs(one[column]), rel=1e-7), column
    assert two["p_value"] == pytest.approx(one["p_value"], rel=1e-7)
    assert two["p_value_hc3"] == pytest.approx(one["p_value_hc3"], rel=1e-7)
    columns = ["n", "df_residual", "r_squared", "r_squared_change", "f_change", "p_change"]
    np.testing.assert_allclose(other["fit"][columns].astype(float), plain["fit"][columns].astype(float), rtol=1e-7)

    # percentiles change places where the moderator is turned around
    one, two = (found["conditional_effects"].sort_values("effect", ignore_index=True) for found in (plain, other))
    for column in ("effect", "std_error", "ci_low", "ci_high", "boot_low", "boot_high"):
        np.testing.assert_allclose(a * two[column], one[column], rtol=1e-6, atol=1e-9, err_msg=column)
    np.testing.assert_allclose((two["moderator_value"] - shift_w) / b, one["moderator_value"], rtol=1e-6, atol=1e-9)

    edges = np.sort((other["johnson_neyman"]["boundary"] - shift_w) / b)
    np.testing.assert_allclose(edges, plain["johnson_neyman"]["boundary"], rtol=1e-6)
    order = slice(None, None, 1 if b > 0 else -1)
    assert other["johnson_neyman_regions"]["sign"].tolist()[order] == plain["johnson_neyman_regions"]["sign"].tolist()
    percents = plain["johnson_neyman_regions"]["percent"]
    np.testing.assert_allclose(other["johnson_neyman_regions"]["percent"].to_numpy()[order], percents, rtol=1e-9)


def test_a_predictor_turned_around_turns_every_sign(survey):
    """-x: effects and regions change sign, boundaries stay."""
    plain, turned = analyse(survey, MODEL), analyse(survey.assign(x=-survey["x"]), MODEL)
    opposite = {"positive": "negative", "negative": "positive", "not significant": "not significant"}
    signs = [opposite[sign] for sign in plain["johnson_neyman_regions"]["sign"]]
    assert turned["johnson_neyman_regions"]["sign"].tolist() == signs
    assert len(set(signs)) > 1
    np.testing.assert_allclose(turned["johnson_neyman"]["boundary"], plain["johnson_neyman"]["boundary"], rtol=1e-9)
    np.testing.assert_allclose(turned["conditional_effects"]["effect"], -plain["conditional_effects"]["effect"], rtol=1e-9)


def test_centring_changes_only_what_depends_on_zero(survey):
    """Interaction, its tests, covariate, conditional effects, boundaries, R² and bootstrap are the same."""
    data = survey.assign(x=survey["x"] + 4, w=survey["w"] + 7)
    none, mean = (analyse(data, MODEL, center=center) for center in ("none", "mean"))
    one, two = (found["coefficients"].set_index("term").drop(columns=["note", "vif"]) for found in (none, mean))
    same = ["x:w", "c"]
    np.testing.assert_allclose(one.loc[same].astype(float), two.loc[same].astype(float), rtol=1e-9)
    assert abs(one.loc["x", "estimate"] - two.loc["x", "estimate"]) > 0.5
    for name in ("conditional_effects", "johnson_neyman", "fit", "simple_slopes", "effect_curve"):
        one, two = (found[name].select_dtypes("number").astype(float) for found in (none, mean))
        np.testing.assert_allclose(one, two, rtol=1e-8, atol=1e-10, err_msg=name)
    centred = mean["coefficients"].set_index("term").loc["x"]
    at_mean = mean["conditional_effects"].set_index("probe").loc["mean"]
    shared = ["std_error", "p_value", "boot_low", "boot_high"]
    np.testing.assert_allclose(centred[shared].astype(float), at_mean[shared].astype(float), rtol=1e-9)


def test_the_order_of_covariates_and_the_sample_s_other_columns_do_not_count(survey):
    """Nor does a respondent who is left out."""
    data = survey.assign(d=survey["c"] ** 2, unused=np.nan)
    one = analyse(data, Model(outcome="y", predictor="x", moderator="w", covariates=("c", "d")))
    two = analyse(data, Model(outcome="y", predictor="x", moderator="w", covariates=("d", "c")))
    np.testing.assert_allclose(
        one["coefficients"].set_index("term").loc[["x:w", "c", "d"]].drop(columns="note").astype(float),
        two["coefficients"].set_index("term").loc[["x:w", "c", "d"]].drop(columns="note").astype(float),
        rtol=1e-9,
    )
    more = pd.concat([data, data.iloc[:5].assign(y=np.nan)], ignore_index=True)
    three = analyse(more, Model(outcome="y", predictor="x", moderator="w", covariates=("c", "d")))
    pd.testing.assert_frame_equal(three["coefficients"], one["coefficients"])
    assert three["fit"][["n", "dropped"]].to_numpy().tolist() == [[150, 5]]


# seeds ----------------------------------------------------------------------------------------------------


def test_same_seed_same_bytes(survey):
    """Another seed changes the bootstrap alone."""
    one, two, other = (analyse(survey, MODEL, generator(seed, "m"))["coefficients"] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    boot = ["boot_std_error", "boot_low", "boot_high"]
    pd.testing.assert_frame_equal(one.drop(columns=boot), other.drop(columns=boot), check_exact=True)
    assert (one[boot] != other[boot]).all(axis=None)


@pytest.fixture
def stage(root, tmp_path, monkeypatch, survey):
    """Runs the stage's script in a study folder of this config and gives the files it wrote, by sample and name."""
    monkeypatch.chdir(tmp_path)

    def run(samples: list[str], models: str, seed: int = 5, bootstrap: str = "resamples: 100") -> dict[str, bytes]:
        listed = "".join(f"  {one}: {{file: data/raw/{one}.csv}}\n" for one in samples)
        text = f"seed: {seed}\nsamples:\n{listed}variables: [y, x, w, c]\n"
        text += (
            f"moderation:\n  bootstrap: {{{bootstrap}}}\n  simulation: {{studies: 100, resamples: 100}}\n  models:\n{models}\n"
        )
        for name, content in {"config/config.yaml": text, **{f"data/raw/{one}.csv": "y\n1\n" for one in samples}}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content)
        for sample in samples:
            frame = survey.assign(respondent=[f"R{number}" for number in range(len(survey))])
            tables.write({"scoring/scores": frame}, sample)
            job = SimpleNamespace(
                log=[f"results/{sample}/logs/moderation.log"],
                rule="moderation",
                wildcards=SimpleNamespace(sample=sample),
            )
            runpy.run_path(str(root / "workflow/scripts/stage.py"), init_globals={"snakemake": job})
        written = tmp_path.glob("results/*/moderation/*/*.csv")
        return {path.relative_to(tmp_path / "results").as_posix(): path.read_bytes() for path in written}

    yield run
    logging.captureWarnings(False)
    logging.basicConfig(force=True)


MAIN = "    main: {outcome: y, predictor: x, moderator: w}"
USE = "    use: {outcome: y, predictor: x, moderator: w}"


def test_another_model_or_sample_changes_no_other_number(stage):
    """Every file of the one model stays the same to the byte; the same model by another name has its own draws."""
    alone = stage(["a"], MAIN)
    made = [
        name
        for name, contract in tables.CONTRACTS.items()
        if name.startswith("moderation/{") and contract.needs is None and not contract.generalized
    ]
    assert len(alone) == len(made)
    more = stage(["b", "a"], USE + "\n" + MAIN)
    assert {name: more[name] for name in alone} == alone
    name = "moderation/main/coefficients.csv"
    assert more[f"b/{name}"] != more[f"a/{name}"] != more["a/moderation/use/coefficients.csv"]


def test_the_bootstrap_may_have_a_seed_of_its_own(stage):
    """Then the study's seed no longer counts."""
    name, own = "a/moderation/main/coefficients.csv", "resamples: 100, seed: 9"
    assert stage(["a"], MAIN, seed=5)[name] != stage(["a"], MAIN, seed=6)[name]
    assert stage(["a"], MAIN, seed=5, bootstrap=own)[name] == stage(["a"], MAIN, seed=6, bootstrap=own)[name]
    assert stage(["a"], MAIN, seed=5, bootstrap=own)[name] == stage(["a"], MAIN, seed=9)[name]


# who is left out, and what cannot be fitted ---------------------------------------------------------------


def test_respondents_left_out_are_listed(survey):
    """By id, with what is missing, in the sample's order."""
    data = survey.assign(respondent=[f"{number:03d}" for number in range(150)])
    data.loc[7, "y"] = data.loc[3, "x"] = data.loc[3, "c"] = np.nan
    found = analyse(data, MODEL)
    assert found["dropped"].to_numpy().tolist() == [["003", "missing: x, c"], ["007", "missing: y"]]
    assert found["fit"][["n", "dropped"]].to_numpy().tolist() == [[148, 2]]
    assert analyse(survey, MODEL)["dropped"].empty


def test_a_respondent_who_alone_determines_a_coefficient(survey):
    """A group of one: HC3 is empty and says why; the rest is there, and resamples without that one are drawn again."""
    found = analyse(survey.assign(c=(np.arange(150) == 40).astype(float)), MODEL)
    table = found["coefficients"]
    assert table[["std_error_hc3", "p_value_hc3"]].isna().all(axis=None)
    assert table["note"].str.contains("HC3 is not computable: one respondent alone determines a coefficient").all()
    assert np.isfinite(table[["estimate", "std_error", "boot_std_error"]].astype(float)).all(axis=None)
    assert found["fit"]["redrawn"].iloc[0] > 20


def spoil(data: pd.DataFrame, how: str) -> pd.DataFrame:
    """Data that the model cannot be fitted to."""
    match how:
        case "five respondents for five coefficients":
            return data.iloc[:5]
        case "nobody with all values":
            return data.assign(c=np.nan)
        case "a constant outcome":
            return data.assign(y=3.0)
        case "a constant moderator among the complete":
            return data.assign(w=np.where(data.index < 30, 2.0, data["w"]), c=np.where(data.index < 30, data["c"], np.nan))
        case "a covariate that is a sum":
            return data.assign(c=2 * data["x"] - data["w"] + 1)
        case "a predictor that is the moderator":
            return data.assign(x=data["w"], c=data["w"] ** 2)
        case _:
            return data.assign(y=1 + data["x"] - 2 * data["w"] + 0.5 * data["x"] * data["w"])


@pytest.mark.parametrize("center", ["none", "mean"])
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("five respondents for five coefficients", "5 respondents have all its values and it estimates 5 coefficients"),
        ("nobody with all values", "0 respondents have all its values"),
        ("a constant outcome", r"'y' has the same value \(3\) for all 150 respondents"),
        ("a constant moderator among the complete", r"'w' has the same value \(2\) for all 30 respondents"),
        ("a covariate that is a sum", "are not identified"),
        ("a predictor that is the moderator", "are not identified"),
        ("a perfect fit", "explains 'y' perfectly"),
    ],
)
def test_a_model_that_cannot_be_fitted_is_told_in_one_sentence(survey, how, message, center):
    """A StudyError that names the model and the reason, never numbers."""
    with pytest.raises(StudyError, match=message) as error:
        analyse(spoil(survey, how), MODEL, center=center)
    text = str(error.value)
    assert text.startswith("Model 'main' in config/config.yaml ")
    assert text.endswith(".")
    assert "\n" not in text


def test_one_respondent_more_than_coefficients_is_enough(survey):
    """n = 6 for five coefficients: one degree of freedom."""
    fit = analyse(survey.iloc[:6], MODEL)["fit"].iloc[0]
    assert fit[["n", "df_residual"]].tolist() == [6, 1]
