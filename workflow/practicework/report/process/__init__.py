"""Process models: each model's answer, path diagram, effects and checks."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, say, sentences
from practicework.report.process import figures, tables
from practicework.report.process import wording as words
from practicework.report.process.facts import ALL, Model
from practicework.report.section import Block, Fold, Heading, Items, Paragraph, Section, Tile, present
from practicework.report.table import Drawing


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    rows = context.rows("process/models")
    missing = tuple(_missing(context, row) for row in rows if not row["fitted"])
    models = [Model(context, row["model"]) for row in rows if row["fitted"]]
    made = [_Blocks(model) for model in models]
    several = len(models) > 1
    return Section(
        "process",
        _("Process models"),
        body=(*(Paragraph(one, "check") for one in missing), *(block for one in made for block in one.body)),
        links=tuple((f"process-{model.name}", model.title) for model in models) if several else (),
        warnings=missing,
        answer=(words.answer(models[0]),) if models else (),
        tiles=tuple(_tiles(models[0])) if models else (),
        manuscript={
            "analysis": (
                *(words.analysis(model, first=model is models[0]) for model in models),
                *filter(None, [words.inference(models)]),
            ),
            "results": (*(one.split(";")[0] + "." for one in missing), *(block for one in made for block in one.results)),
        },
        methods=((_("Process models"), _methods(models)),) if models else (),
        limitations=_limitations(models),
        references=(
            "hayes2015",
            "hayes2022",
            "imai2010",
            "maxwell2007",
            *(("becker2022", "eckert2023", "qian2025", "yang2025") if any(model.copula for model in models) else ()),
            *(("ai2003", "imaitingley2010") if any(model.spec.generalized for model in models) else ()),
        ),
    )


def _missing(context: Context, row: dict) -> str:
    reason = row["note"].split(": ", 1)[-1]
    model = context.config.process.models[row["model"]]
    return _("The process model {title} could not be fitted to this sample: {reason}", title=model.label or row["model"],
             reason=reason)  # fmt: skip


class _Blocks:
    """The blocks of one model, which page and manuscript share."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.effects, self.diagram, self.curve = tables.effects(model), _diagram(model), _curve(model)
        self.predictions = tables.predictions(model)
        self.paths, self.comparisons = tables.paths(model), tables.comparisons(model)

    @property
    def body(self) -> tuple[Block, ...]:
        """The model's part of the page."""
        model = self.model
        return present(
            Heading(model.title, id=f"process-{model.name}"),
            Paragraph(sentences(words.answer(model), words.conditional(model))),
            Paragraph(sentences(words.direct(model), words.contrasts(model))),
            Paragraph(words.predictions(model)),
            self.diagram,
            self.effects,
            self.predictions,
            self.curve,
            Items(
                tuple(filter(None, (words.hidden(model), words.instrumented(model), words.copula(model), words.design(model))))
            ),
            Fold(
                _("Comparisons of indirect effects, coefficients of the equations, and checks"),
                present(self.comparisons, self.paths, tables.regions(model), tables.checks(model)),
            ),
        )

    @property
    def results(self) -> tuple[Block | str, ...]:
        """The model's part of the manuscript."""
        model = self.model
        where = say("{table} contains the effects, {figure} the paths.", table=ref(self.effects), figure=ref(self.diagram))
        return (
            Heading(model.title, 4),
            Paragraph(
                sentences(words.answer(model), words.conditional(model), words.direct(model), words.contrasts(model),
                          words.predictions(model), where, words.hidden(model), words.instrumented(model), words.copula(model))
            ),
        )  # fmt: skip


def _tiles(model: Model) -> list[Tile]:
    rows = model.rows("index") or [row for row in model.effects("indirect") if row["through"] != ALL and row["probe"] is None]
    found = []
    for row in rows[:2]:
        digits = apa.decimals_for(row["boot_se"])
        ci = apa.interval(row["ci_low"], row["ci_high"], digits)
        what = (
            _("index of moderated mediation through {m}, {level} {ci}", m=model.through(row["through"]), level=model.level, ci=ci)
            if "path" in row
            else _("indirect effect through {m}, {level} {ci}", m=model.through(row["through"]), level=model.level, ci=ci)
        )
        found.append(Tile(apa.number(row["estimate"], digits), what))
    return found


def _diagram(model: Model) -> Drawing:
    spec = model.spec
    coefficients = {(row["equation"], row["term"]): row for row in model.rows("paths")}
    arrows, moderated = [], []

    def arrow(source: str, target: str) -> None:
        row, product = coefficients[target, source], coefficients.get((target, f"{source}:{spec.moderator}"))
        digits = apa.decimals_for(row["std_error"])
        by = model.suffix(target)
        if product is None:
            low, high = row[f"ci_low{by}"], row[f"ci_high{by}"]
            text = f"{apa.number(row['estimate'], digits)} {apa.interval(low, high, digits)}"
            arrows.append((source, target, text, low is not None and (low > 0 or high < 0)))
            return
        sign = "+" if product["estimate"] >= 0 else "−"
        size = apa.number(abs(product["estimate"]), apa.decimals_for(product["std_error"]))
        low, high = product[f"ci_low{by}"], product[f"ci_high{by}"]
        arrows.append((source, target, f"{apa.number(row['estimate'], digits)} {sign} {size} W",
                       low is not None and (low > 0 or high < 0)))  # fmt: skip
        moderated.append((source, target))

    for place, one in enumerate(spec.mediators):
        arrow(spec.predictor, one)
        for before in spec.mediators[:place] if spec.serial else ():
            arrow(before, one)
    for one in spec.mediators:
        arrow(one, spec.outcome)
    arrow(spec.predictor, spec.outcome)
    names = {one: model.context.label(one) for one in spec.variables}
    if spec.moderator:
        names[spec.moderator] = _("{w} (W)", w=names[spec.moderator])
    drawing = figures.diagram(arrows, names, spec.serial, list(spec.mediators), spec.moderator, moderated)
    caption = model.context.note(
        _("{model}: unstandardized coefficients with {level} ({errors}), N = {n}. Paths whose interval excludes zero are black, "
          "others grey.", model=model.title, level=model.level, errors=model.by.upper(), n=model.n),
        _("Paths to {y} are on the scale of {link}.", y=model.y, link=model.link) if spec.generalized else "",
        _("W = {w}; a dashed arrow marks a moderated path, whose effect is given as a function of W and which is black if the "
          "interval of its product with W excludes zero.", w=model.w) if moderated else "",
        _("Covariates are omitted.") if spec.covariates else "",
    )  # fmt: skip
    return Drawing(f"process_{model.name}_paths", drawing, caption, _("Boxes of variables, joined by arrows with coefficients."))


def _curve(model: Model) -> Drawing | None:
    curve = model.context.results[f"process/{model.name}/curve"]
    if curve.empty:
        return None
    names = {through: apa.upper(model.through(through)) for through in dict.fromkeys(curve["through"])}
    probes = [row for row in model.effects("indirect") if row["at"] is not None and row["through"] in names]
    words_ = _("Indirect effect of {x} on {y}", x=model.x, y=model.y)
    drawing = figures.indirect(curve, names, probes, model.context.axis(model.spec.moderator), words_)
    caption = model.context.note(
        _("{model}: indirect effect over the observed range of {w}, with pointwise {level} (percentile bootstrap), N = {n}. "
          "Points: probed values.", model=model.title, w=model.w, level=model.level, n=model.n)
    )  # fmt: skip
    return Drawing(f"process_{model.name}_indirect", drawing, caption, _("A line of the indirect effect with a band."))


def _methods(models: list[Model]) -> str:
    found = _(
        "Each mediator and the outcome are regressed by ordinary least squares on the same respondents (listwise). As in "
        "PROCESS, the moderator enters only the equations whose paths it moderates, covariates enter all, and no variable is "
        "centred, which changes no indirect effect. Indirect effects are products of paths; the index of moderated mediation is "
        "their change per unit of the moderator (Hayes, 2015) and exists if one of the two paths is moderated. All equations are "
        "estimated in the same resamples, from which differences are taken as well. The proportion mediated is not reported, "
        "since it is unstable and can exceed one. The correlation of errors at which an indirect effect vanishes is that of the "
        "residuals of mediator and outcome (Imai, Keele, & Yamamoto, 2010)."
    )
    if any(model.spec.generalized for model in models):
        found = sentences(found, _(
            "Outcomes that are not quantities are explained by maximum likelihood, refitted in each resample; resamples without "
            "a maximum are left out and counted. Their effects are also differences of predictions: each respondent keeps "
            "covariates and the residuals of the mediators, while predictor and mediators take the values that belong to a low "
            "and a high predictor (Imai, Keele, & Tingley, 2010)."
        ))  # fmt: skip
    return found


def _limitations(models: list[Model]) -> tuple[str, ...]:
    return (words.design(models[0]),) if models else ()
