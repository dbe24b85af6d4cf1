"""Process models against R, Hayes's printed values, and simulated truth."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from practicework.errors import StudyError
from practicework.stages.process import analyse, why_not_fitted
from practicework.study.process import NUMBERS, Process, ProcessModel

TAL = {"outcome": "reaction", "predictor": "cond", "mediators": ["pmi"]}
GARCIA = {"outcome": "liking", "predictor": "x", "mediators": ["respappr"], "moderator": "sexism"}
PATHS = {"5": ["direct"], "7": ["a"], "8": ["a", "direct"], "14": ["b"], "15": ["b", "direct"], "58": ["a", "b"],
         "59": ["a", "b", "direct"]}  # fmt: skip


def run(scores: pd.DataFrame, model: dict, resamples: int = 500, seed: int = 1, **keys: object) -> dict[str, pd.DataFrame]:
    """The tables of one model."""
    settings = Process.model_validate(
        {"bootstrap": {"resamples": resamples} | keys.pop("bootstrap", {}), "models": {"m": model}} | keys
    )
    return analyse(scores, "m", settings.models["m"], settings, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def sets(root) -> dict[str, pd.DataFrame]:
    """The two data sets of Hayes (2022)."""
    found = {name: pd.read_csv(root / f"examples/{name}/data/raw/{name}.csv") for name in ("tal_or", "garcia")}
    return {name: one.assign(respondent=[f"R{n}" for n in range(len(one))]) for name, one in found.items()}


@pytest.fixture(scope="module")
def r(golden) -> dict[tuple[str, str], float]:
    """R's values by model and name."""
    table = golden("process")
    return {(str(row.model), row.what): row.value for row in table.itertuples()}


def test_simple_mediation_equals_r_and_print(sets, r):
    """Model 4: a, b, direct, total and indirect effect, OLS and HC3 errors, standardised effects (Hayes prints .241)."""
    found = run(sets["tal_or"], TAL)
    paths = found["paths"].set_index(["equation", "term"])
    assert paths.loc[("pmi", "cond"), ["estimate", "std_error"]].tolist() == pytest.approx([r["tal", "a"], r["tal", "se_a"]])
    own = paths.loc["reaction", "pmi"]
    assert own[["estimate", "std_error", "std_error_hc3"]].tolist() == pytest.approx(
        [r["tal", "b"], r["tal", "se_b"], r["tal", "hc3_b"]], rel=1e-10
    )
    effects = found["effects"].set_index("kind")
    for kind in ("total", "direct", "indirect"):
        assert effects.loc[kind, "estimate"] == pytest.approx(r["tal", kind], rel=1e-10)
    assert effects.loc["indirect", "estimate"] == pytest.approx(0.241, abs=5e-4)
    assert effects.loc["total", "std_error"] == pytest.approx(r["tal", "hc3_total"], rel=1e-10)
    for column in ("standardised_y", "standardised_xy"):
        assert effects.loc["indirect", column] == pytest.approx(r["tal", column], rel=1e-10)
    assert found["sensitivity"]["rho"].tolist() == pytest.approx([r["tal", "rho"]], rel=1e-10)
    assert found["fit"]["number"].tolist() == [4, 4]


def test_parallel_and_serial_mediators_equal_r(sets, r):
    """With covariates in all equations; the total effect is the sum, as in a regression without mediators."""
    model = TAL | {"mediators": ["import", "pmi"], "covariates": ["age", "gender"]}
    parallel = run(sets["tal_or"], model)["effects"].set_index(["kind", "through"])["estimate"]
    assert parallel["indirect", "import"] == pytest.approx(r["parallel", "import"], rel=1e-10)
    assert parallel["indirect", "pmi"] == pytest.approx(r["parallel", "pmi"], rel=1e-10)
    assert parallel["indirect", "all"] == pytest.approx(r["parallel", "import"] + r["parallel", "pmi"], rel=1e-10)
    found = run(sets["tal_or"], model | {"serial": True})
    serial = found["effects"].set_index(["kind", "through"])["estimate"]
    for through in ("import", "pmi", "import > pmi"):
        assert serial["indirect", through] == pytest.approx(r["serial", through], rel=1e-10)
    total = found["effects"].query("kind == 'total'")["estimate"].item()
    assert total == pytest.approx(r["parallel", "total"], rel=1e-10)
    assert found["fit"]["number"].unique().tolist() == [6]
    contrast = run(sets["tal_or"], model)["contrasts"].iloc[0]
    assert (contrast["through_a"], contrast["through_b"]) == ("import", "pmi")
    assert contrast["estimate"] == pytest.approx(r["parallel", "pmi"] - r["parallel", "import"], rel=1e-10)


@pytest.mark.parametrize("number", PATHS)
def test_moderated_mediation_equals_r(sets, r, number):
    """Effects at the percentiles of the moderator in models 5, 7, 8, 14, 15, 58 and 59, and the index where there is one."""
    found = run(sets["garcia"], GARCIA | {"moderates": PATHS[number]})
    effects = found["effects"]
    for kind in ("indirect", "direct"):
        own = effects[effects["kind"] == kind].set_index("probe", drop=False)
        for probe in ("p16", "p50", "p84"):
            row = own.loc[probe] if probe in own.index else own.iloc[0]
            assert row["estimate"] == pytest.approx(r[number, f"{kind}_{probe[1:]}"], rel=1e-9), (kind, probe)
    assert "total" not in set(effects["kind"])
    assert found["fit"]["number"].unique().tolist() == [int(number)]
    index = found["index"]["estimate"].tolist()
    assert index == pytest.approx([r[number, "index"]] if (number, "index") in r else [], rel=1e-9)
    probed = effects[effects["kind"] == "indirect"].set_index("probe")["at"].dropna()
    assert probed.tolist() == pytest.approx([4.25, 5.12, 5.896] if len(probed) else [], abs=1e-9)


def test_bootstrap_intervals_equal_r(sets, golden):
    """To Monte Carlo error: the indirect effect of Tal-Or et al., and the index of model 7, each with 20,000 resamples."""
    theirs = golden("process_bootstrap").set_index("what")
    tal = run(sets["tal_or"], TAL, 20_000)["effects"].query("kind == 'indirect'").iloc[0]
    index = run(sets["garcia"], GARCIA | {"moderates": ["a"]}, 20_000)["index"].iloc[0]
    for own, name in ((tal, "tal"), (index, "7")):
        assert own["boot_se"] == pytest.approx(theirs.loc[name].iloc[0], rel=0.02)
        error = 0.05 * own["boot_se"]
        assert [own["ci_low"], own["ci_high"]] == pytest.approx(theirs.loc[name].iloc[1:].tolist(), abs=error)


def test_all_equations_share_the_resamples(sets):
    """The sum of direct and indirect effects has, in the same draws, the bootstrap error of the total effect."""
    effects = run(sets["tal_or"], TAL, 2_000)["effects"].set_index("kind")
    from practicework.numerics import bootstrap

    scores = sets["tal_or"]
    design = np.column_stack([np.ones(len(scores)), scores["cond"]])
    alone = bootstrap.ols(design, scores["reaction"].to_numpy(float), 2_000, np.random.default_rng(1))[:, 1]
    assert effects.loc["total", "boot_se"] == pytest.approx(alone.std(ddof=1), rel=1e-9)


def test_bca_equals_its_definition(sets):
    """The bias-corrected and accelerated interval of a product from refits without each respondent."""
    from practicework.numerics import bootstrap

    found = run(sets["tal_or"], TAL, 2_000, bootstrap={"interval": "bca"})["effects"].query("kind == 'indirect'").iloc[0]
    scores = sets["tal_or"]
    jackknife = []
    for left in range(len(scores)):
        some = scores.drop(index=left)
        x, m, y = (some[name].to_numpy(float) for name in ("cond", "pmi", "reaction"))
        a = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), m, rcond=None)[0][1]
        jackknife.append(a * np.linalg.lstsq(np.column_stack([np.ones(len(x)), x, m]), y, rcond=None)[0][2])
    systems = [
        (np.column_stack([np.ones(len(scores)), scores["cond"]]), scores["pmi"].to_numpy(float)),
        (np.column_stack([np.ones(len(scores)), scores["cond"], scores["pmi"]]), scores["reaction"].to_numpy(float)),
    ]
    (a, b), _ = bootstrap.resample_equations(systems, 2_000, np.random.default_rng(1))
    draws = (a[:, 1] * b[:, 2])[:, None]
    low, high = bootstrap.bca(draws, np.array([found["estimate"]]), np.array(jackknife)[:, None], 0.95)
    assert [found["ci_low"], found["ci_high"]] == pytest.approx([low[0], high[0]], rel=1e-9)


def simulated(n: int, moderates: tuple[str, ...], rng: np.random.Generator) -> pd.DataFrame:
    """X, W, two mediators and Y with known paths: a = .5, b = .4, direct = .2, and .3 per unit of W where a path is moderated."""
    x, w, c = rng.standard_normal((3, n))
    a, b, direct = (base + 0.3 * w * (path in moderates) for path, base in (("a", 0.5), ("b", 0.4), ("direct", 0.2)))
    m = a * x + 0.1 * w + 0.2 * c + rng.standard_normal(n)
    k = -0.3 * x + rng.standard_normal(n)
    y = direct * x + b * m + 0.5 * k + 0.1 * w + 0.2 * c + rng.standard_normal(n)
    return pd.DataFrame({"respondent": np.arange(n).astype(str), "x": x, "w": w, "c": c, "m": m, "k": k, "y": y})


@pytest.mark.parametrize("moderates", sorted(NUMBERS), ids=lambda paths: str(NUMBERS[paths]))
def test_the_truth_is_recovered(moderates):
    """In a large sample, for every set of moderated paths: indirect effects at the probes and the index."""
    scores = simulated(40_000, moderates, np.random.default_rng(3))
    model = {"outcome": "y", "predictor": "x", "mediators": ["m", "k"], "covariates": ["c"]}
    model |= {"moderator": "w", "moderates": list(moderates)} if moderates else {"covariates": ["c", "w"]}
    found = run(scores, model, 100)
    for row in found["effects"].query("kind == 'indirect' and through == 'm'").itertuples():
        at = 0.0 if np.isnan(row.at) else row.at
        a, b = 0.5 + 0.3 * at * ("a" in moderates), 0.4 + 0.3 * at * ("b" in moderates)
        assert row.estimate == pytest.approx(a * b, abs=0.03)
    for row in found["index"].itertuples():
        # the other mediator's second path is moderated in the model but not in truth
        truth = {("m", "a"): 0.3 * 0.4, ("m", "b"): 0.5 * 0.3, ("k", "a"): 0.0, ("k", "b"): 0.0}[row.through, row.path]
        assert row.estimate == pytest.approx(truth, abs=0.03)
    assert found["effects"].query("through == 'k'")["estimate"].tolist() == pytest.approx(
        [-0.15] * len(found["effects"].query("through == 'k'")), abs=0.03
    )


def test_the_interval_of_the_index_contains_the_truth():
    """In about 95% of samples of 100."""
    rng, inside = np.random.default_rng(4), []
    model = {"outcome": "y", "predictor": "x", "mediators": ["m"], "moderator": "w", "moderates": ["a"], "covariates": ["k", "c"]}
    for _ in range(120):
        row = run(simulated(100, ("a",), rng), model, 300, seed=int(rng.integers(1e9)))["index"].iloc[0]
        inside.append(row["ci_low"] < 0.12 < row["ci_high"])
    assert 0.88 < np.mean(inside) < 0.995


def test_clusters_of_respondents(sets):
    """CR2 for paths, and the bootstrap draws clusters; too few are refused."""
    scores = sets["tal_or"].assign(firm=np.arange(123) % 12)
    found = run(scores, TAL, cluster="firm")
    assert found["paths"]["std_error_cr2"].notna().all()
    assert set(found["effects"]["errors"].dropna()) == {"cr2"}
    settings = Process.model_validate({"cluster": "firm", "models": {"m": TAL}})
    reason = why_not_fitted(scores.assign(firm=np.arange(123) % 3), "m", settings.models["m"], settings, ())
    assert "belong to 3 clusters ('firm')" in reason


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cond": 1}, "'cond' has the same value"),
        ({"pmi": "cond"}, "explains 'pmi' perfectly"),
        ({"reaction": "pmi"}, "explains 'reaction' perfectly"),
    ],
)
def test_what_cannot_be_fitted_is_said(sets, changes, sentence):
    """One sentence each; too few respondents as well."""
    scores = sets["tal_or"].copy()
    for name, value in changes.items():
        scores[name] = 2.0 * scores[value] if isinstance(value, str) else float(value)
    with pytest.raises(StudyError, match=sentence):
        run(scores, TAL)
    twice = sets["tal_or"].assign(gender=lambda d: 2 * d["age"])
    with pytest.raises(StudyError, match="a variable follows from the others"):
        run(twice, TAL | {"covariates": ["age", "gender"]})
    with pytest.raises(StudyError, match="3 respondents have all its values and the equation of 'reaction' estimates 3"):
        run(sets["tal_or"].iloc[[0, 1, 5]].assign(cond=[0, 1, 1]), TAL)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"moderates": ["a"]}, "there is no 'moderator'"),
        ({"moderator": "age"}, "'moderator' needs 'moderates'"),
        ({"moderator": "age", "moderates": ["a", "a"]}, "names a path twice"),
        ({"moderator": "age", "moderates": ["a"], "serial": True}, "serial mediation cannot be moderated here"),
        ({"mediators": []}, "at least 1 item"),
        ({"moderator": "age", "moderates": ["c"]}, "'a', 'b' or 'direct'"),
    ],
)
def test_other_models_are_refused(changes, sentence):
    """With what to do, or which software fits them."""
    with pytest.raises(ValidationError, match=sentence):
        ProcessModel.model_validate(TAL | changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mediators": ["pride"]}, "uses 'pride' more than once"),
        ({"outcome": "prid"}, "outcome is 'prid', which is not a scale or variable"),
        ({"moderator": "age", "moderates": ["a"], "predictor": "age"}, "uses 'age' more than once"),
    ],
)
def test_mistakes_in_a_study(writer, changes, sentence):
    """One sentence each."""
    model = {"outcome": "pride", "predictor": "age", "mediators": ["ease"]} | changes
    with pytest.raises(StudyError, match=sentence):
        writer.load({"config.process": {"models": {"m": model}}})
