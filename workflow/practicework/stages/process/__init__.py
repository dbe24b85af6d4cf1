"""Process models: through which variables a predictor affects an outcome, and under which conditions (Hayes, 2022)."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.errors import NotComputable, StudyError
from practicework.numerics import assumptions, bootstrap
from practicework.numerics.johnson_neyman import boundaries
from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.seeds import Streams
from practicework.stages.process import copula, instrumented, outcomes
from practicework.stages.process import equations as systems
from practicework.stages.process.effects import Effect, Effects, probes
from practicework.stages.process.equations import ROBUST, Equation
from practicework.study.pipeline import Part
from practicework.study.process import Process, ProcessModel
from practicework.tables import dropped, frame

TABLE = "process/{model}"

CURVE_POINTS = 51


def analyse(
    scores: pd.DataFrame,
    name: str,
    model: ProcessModel,
    settings: Process,
    rng: np.random.Generator,
    categories: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Return every table of one process model.

    Each mediator and the outcome is regressed by ordinary least squares on what the model says, with all equations in the same
    respondents. An indirect effect is the product of its paths, and its interval the percentile or BCa interval of one set of
    case resamples of all equations (of clusters, if there are any).

    Parameters
    ----------
    scores : DataFrame
        `respondent` and one float column per variable and cluster; NaN where missing (listwise).
    name : str
        The model's name, for messages.
    model : ProcessModel
    settings : Process
    rng : numpy.random.Generator
    categories : collection of str
        The categorical variables, whose numbers are codes.

    Returns
    -------
    dict of DataFrame
        The tables `process/{model}/*`, by the last part of their names.

    Raises
    ------
    StudyError
        If a model cannot be fitted; see `equations.build`.

    Notes
    -----
    In R: ``lm(m ~ x * w + c)``, ``lm(y ~ x + m + c)``, and ``boot::boot`` of their product; PROCESS 4 with the model number that
    `ProcessModel.number` gives.
    """
    cluster = settings.cluster_of(model)
    data = scores[["respondent", *model.variables, *([cluster] if cluster else [])]]
    complete = data.dropna()
    made = systems.build(complete, name, model, cluster, categories)
    where = f"Process model '{name}' in config/config.yaml"
    if model.generalized:
        made[-1] = outcomes.Generalized.of(made[-1], model, where)
        draws, parameters, redrawn = outcomes.resampled(made, settings.bootstrap.resamples, rng, where)
    else:
        draws, redrawn = systems.resampled(made, settings.bootstrap.resamples, rng, where)
    bca = settings.bootstrap.interval == "bca"
    without = None
    if bca:
        without = outcomes.jackknife(made) if model.generalized else ([systems.jackknife(one) for one in made], None)
    solved = [one.estimates[None] for one in made]
    moderator = complete[model.moderator].to_numpy(float) if model.moderator else None
    inference = Inference(
        Effects(model, made, solved), Effects(model, made, draws),
        Effects(model, made, without[0]) if without else None, settings.confidence,
    )  # fmt: skip
    places = probes(model, moderator)
    for_copula = rng.spawn(1)[0]
    with_instruments = instrumented.rows(model, made, scores.loc[complete.index], settings.confidence)
    predictions = []
    if model.generalized:
        own = (solved, made[-1].fitted.parameters[None])
        predictions = outcomes.Predictions(model, made, complete).rows(
            places, own, (draws, parameters), without, inference.interval
        )
    return {
        "paths": _paths(made, draws, without, settings),
        "effects": inference.effects(places, made, complete),
        "contrasts": inference.contrasts(places),
        "index": inference.index(),
        "curve": inference.curve(moderator),
        "predictions": frame(f"{TABLE}/predictions", predictions),
        "fit": frame(f"{TABLE}/fit", [{"equation": one.outcome} | one.fit() | _shared(model, settings, redrawn) for one in made]),
        "johnson_neyman": _regions(model, made, moderator, settings.confidence),
        "checks": _checks(made),
        "sensitivity": _sensitivity(model, made),
        "instruments": frame(f"{TABLE}/instruments", with_instruments),
        "copula": frame(f"{TABLE}/copula", copula.rows(model, made, settings.confidence, for_copula)),
        "dropped": dropped(f"{TABLE}/dropped", data),
    }


def why_not_fitted(
    scores: pd.DataFrame, name: str, model: ProcessModel, settings: Process, categories: Collection[str]
) -> str | None:
    """Return why a model cannot be fitted to the scores, as `analyse` would state it; None if it can."""
    cluster = settings.cluster_of(model)
    try:
        complete = scores[[*model.variables, *([cluster] if cluster else [])]].dropna()
        made = systems.build(complete, name, model, cluster, categories)
        if model.generalized:
            outcomes.Generalized.of(made[-1], model, f"Process model '{name}' in config/config.yaml")
    except StudyError as problem:
        return str(problem)
    return None


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return every table of every process model of a sample; a model that cannot be fitted has its reason in `process/models`."""
    study, settings, scores = part.study, part.study.config.process, inputs["scoring/scores"]
    if study.clusters:
        scores = scores.join(inputs["ingest/responses"].set_index("respondent")[study.clusters], on="respondent")
    found, models = {}, []
    for name, model in settings.models.items():
        models.append({"model": name, "number": model.number, "fitted": True})
        try:
            tables = analyse(scores, name, model, settings, rng(name), study.config.categories)
        except StudyError as problem:
            models[-1] |= {"fitted": False, "note": str(problem)}
            found |= {table: frame(table, []) for table in part.tables("process") if table.startswith(f"process/{name}/")}
            continue
        if not any(one.instruments for one in settings.models.values()):
            del tables["instruments"]
        if not any(one.copula for one in settings.models.values()):
            del tables["copula"]
        if not any(one.generalized for one in settings.models.values()):
            del tables["predictions"]
        models[-1]["n"] = int(tables["fit"]["n"].iloc[0])
        found |= {f"process/{name}/{table}": made for table, made in tables.items()}
    return found | {"process/models": frame("process/models", models)}


class Inference:
    """Estimates, draws and, for BCa intervals, the jackknife of the effects of a model."""

    def __init__(self, estimates: Effects, draws: Effects, jackknife: Effects | None, confidence: float) -> None:
        """Keep them."""
        self.estimates, self.draws, self.jackknife, self.confidence = estimates, draws, jackknife, confidence

    def interval(self, estimate: np.ndarray, draws: np.ndarray, jackknife: np.ndarray | None) -> dict[str, float]:
        """Return the estimate with its bootstrap standard error and interval."""
        if jackknife is None:
            low, high = bootstrap.percentile(draws[:, None], self.confidence)
        else:
            low, high = bootstrap.bca(draws[:, None], estimate, jackknife[:, None], self.confidence)
        return {"estimate": float(estimate[0]), "boot_se": float(draws.std(ddof=1)), "ci_low": float(low[0]),
                "ci_high": float(high[0])}  # fmt: skip

    def effects(self, places: dict, made: list[Equation], complete: pd.DataFrame) -> pd.DataFrame:
        """Return the table `effects`; standardised by the standard deviations of the model's respondents."""
        model, rows = self.estimates.model, []
        s_y, s_x = complete[model.outcome].std(), complete[model.predictor].std()
        jack = self.jackknife.all(places) if self.jackknife else None
        for at, (own, drawn) in enumerate(zip(self.estimates.all(places), self.draws.all(places), strict=True)):
            row = {"kind": own.kind, "through": own.through or None, "probe": own.probe, "at": own.at}
            row |= self.interval(own.values, drawn.values, jack[at].values if jack else None)
            if not model.generalized:
                row |= {"standardised_y": row["estimate"] / s_y, "standardised_xy": row["estimate"] * s_x / s_y}
            rows.append(row | self._tested(own, made))
        return frame(f"{TABLE}/effects", rows)

    def _tested(self, own: Effect, made: list[Equation]) -> dict[str, float | str]:
        """The test of a direct or total effect, which is a linear combination of the coefficients of one regression."""
        model, last = self.estimates.model, made[-1]
        if own.kind == "indirect":
            return {}
        if own.kind == "total":
            kept = [place for place, term in enumerate(last.terms) if term not in model.mediators]
            last = Equation(last.outcome, [last.terms[place] for place in kept], [None] * len(kept), last.matrix[:, kept],
                            last.values, last.clusters)  # fmt: skip
        row = np.zeros((1, len(last.terms)))
        row[0, last.terms.index(model.predictor)] = 1
        if own.at is not None:
            row[0, last.terms.index(f"{model.predictor}:{model.moderator}")] = own.at
        tests = last.tests(row, last.deciding, self.confidence)
        return {key: float(tests[key][0]) for key in ("std_error", "t", "df", "p_value")} | {"errors": last.deciding}

    def contrasts(self, places: dict) -> pd.DataFrame:
        """Return the table `contrasts`, from the draws of the effects themselves."""
        rows, jack = [], self.jackknife.contrasts(places) if self.jackknife else None
        drawn = self.draws.contrasts(places)
        for at, (first, second, values) in enumerate(self.estimates.contrasts(places)):
            row = {"through_a": first.through, "probe_a": first.probe, "through_b": second.through, "probe_b": second.probe}
            rows.append(row | self.interval(values, drawn[at][2], jack[at][2] if jack else None))
        return frame(f"{TABLE}/contrasts", rows)

    def index(self) -> pd.DataFrame:
        """Return the table `index`."""
        drawn, jack = self.draws.index(), self.jackknife.index() if self.jackknife else None
        rows = [
            {"through": through, "path": path} | self.interval(values, drawn[at][2], jack[at][2] if jack else None)
            for at, (through, path, values) in enumerate(self.estimates.index())
        ]
        return frame(f"{TABLE}/index", rows)

    def curve(self, moderator: np.ndarray | None) -> pd.DataFrame:
        """Return the indirect effects over the observed range of the moderator, if it changes them."""
        model = self.estimates.model
        if moderator is None or not {"a", "b"} & {*model.moderates} or len(np.unique(moderator)) == 2:
            return frame(f"{TABLE}/curve", [])
        rows = []
        for at in np.linspace(moderator.min(), moderator.max(), CURVE_POINTS):
            drawn = self.draws.indirect(at)
            for through, values in self.estimates.indirect(at).items():
                low, high = bootstrap.percentile(drawn[through][:, None], self.confidence)
                rows.append({"moderator_value": at, "through": through, "effect": float(values[0]), "ci_low": float(low[0]),
                             "ci_high": float(high[0])})  # fmt: skip
        return frame(f"{TABLE}/curve", rows)


def _shared(model: ProcessModel, settings: Process, redrawn: int) -> dict:
    return {"resamples": settings.bootstrap.resamples, "redrawn": redrawn, "number": model.number}


def _paths(made: list[Equation], draws: list[np.ndarray], without: tuple | None, settings: Process) -> pd.DataFrame:
    """Return the table `paths`: every coefficient of every equation, with OLS, HC3 and CR2 tests and bootstrap intervals."""
    frames = []
    for place, (equation, own) in enumerate(zip(made, draws, strict=True)):
        unit = np.eye(len(equation.terms))
        table: dict[str, object] = {"equation": equation.outcome, "path": equation.paths, "term": equation.terms}
        table["estimate"] = equation.estimates
        generalized = isinstance(equation, outcomes.Generalized)
        tests = equation.tests(unit, equation.deciding if generalized else "ols", settings.confidence)
        table |= {key: tests[key] for key in ("std_error", "t", "p_value", "ci_low", "ci_high")}
        for errors in ROBUST:
            if errors in equation.covariances:
                tests = equation.tests(unit, errors, settings.confidence)
                table |= {f"{key}_{errors}": tests[key] for key in ("std_error", "t", "p_value", "ci_low", "ci_high")}
                table |= {"df_cr2": tests["df"]} if errors == "cr2" else {}
        low, high = bootstrap.percentile(own, settings.confidence)
        if without:
            low, high = bootstrap.bca(own, equation.estimates, without[0][place], settings.confidence)
        table |= {"boot_std_error": own.std(axis=0, ddof=1), "boot_low": low, "boot_high": high}
        rows = frame(f"{TABLE}/paths", table)
        frames.append(rows[rows["estimate"].notna()])  # thresholds stand in for the intercept of an ordered outcome
    return pd.concat(frames, ignore_index=True)


def _regions(model: ProcessModel, made: list[Equation], moderator: np.ndarray | None, confidence: float) -> pd.DataFrame:
    """Return the table `johnson_neyman`: where each moderated path is just significant, with HC3 or OLS standard errors.

    There are no rows with clusters, whose critical values vary, and for a moderator with two values.
    """
    rows = []
    for equation in made:
        for term, path in zip(equation.terms, equation.paths, strict=True):
            closed = not (isinstance(equation, outcomes.Generalized) or equation.clustered)
            if not (path or "").startswith("moderated ") or not closed or len(np.unique(moderator)) == 2:
                continue
            source = term.removesuffix(f":{model.moderator}")
            first, second = equation.terms.index(source), equation.terms.index(term)
            v, b = equation.covariances[equation.deciding], equation.estimates
            critical = float(stdtrit(equation.df, (1 + confidence) / 2))
            roots = boundaries(b[first], b[second], v[first, first], v[first, second], v[second, second], critical)
            for root in roots:
                rows.append(
                    {"equation": equation.outcome, "path": path.removeprefix("moderated "), "of": source, "boundary": root,
                     "in_range": bool(moderator.min() <= root <= moderator.max()),
                     "percent_below": 100 * float((moderator < root).mean()), "errors": equation.deciding}
                )  # fmt: skip
    return frame(f"{TABLE}/johnson_neyman", rows)


def _checks(made: list[Equation]) -> pd.DataFrame:
    """Return the table `checks`: normality and equal variances of the residuals of each equation."""
    rows = []
    for equation in made:
        for check, test in (
            ("shapiro_wilk", lambda one: assumptions.shapiro_wilk(one.residuals)),
            ("breusch_pagan", lambda one: assumptions.breusch_pagan(one.squares, one.residuals)),
        ):
            row = {"equation": equation.outcome, "check": check}
            if isinstance(equation, outcomes.Generalized):
                rows.append(row | {"note": "not computable: the outcome is not a quantity"})
                continue
            try:
                row |= test(equation)
            except NotComputable as reason:
                row["note"] = f"not computable: {reason}"
            rows.append(row)
    return frame(f"{TABLE}/checks", rows)


def _sensitivity(model: ProcessModel, made: list[Equation]) -> pd.DataFrame:
    """Return the correlation of the errors of mediator and outcome at which each indirect effect vanishes.

    An unmeasured common cause of mediator and outcome correlates their errors by ρ. In linear models without a moderated second
    path, the indirect effect is zero at ρ = the correlation of the residuals of mediator and outcome on the predictor, the
    covariates and the other mediators (Imai, Keele & Yamamoto, 2010). In R: ``cor(resid(lm(m ~ x + c)), resid(lm(y ~ x + c)))``;
    `mediation::medsens` finds the same on a grid.
    """
    rows = []
    for one in model.mediators:
        row = {"through": one, "rho": np.nan}
        if model.generalized:
            rows.append(row | {"note": "not computed: the outcome is not a quantity"})
            continue
        if "b" in model.moderates:
            rows.append(row | {"note": "not computed: the path from the mediator is moderated"})
            continue
        last = made[-1]
        kept = [place for place, term in enumerate(last.terms) if term != one]
        rest = LeastSquares(last.matrix[:, kept])
        mediator, outcome = (rest.residuals(values) for values in (last.matrix[:, last.terms.index(one)], last.values))
        rows.append(row | {"rho": float(mediator @ outcome / np.sqrt((mediator @ mediator) * (outcome @ outcome)))})
    return frame(f"{TABLE}/sensitivity", rows)
