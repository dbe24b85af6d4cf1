"""Latent interactions for other programs: code for LMS in the R package modsem and in Mplus."""

from textwrap import wrap

from practicework.commands.exporters import r
from practicework.commands.exporters.lavaan import factor
from practicework.study import Study
from practicework.study.scale import Scale
from practicework.study.settings import Model

FEWEST_ITEMS = 3
LINE = 84
"""Characters of a line; Mplus reads at most 90."""

MISSING = -999
"""The code of a missing answer in the file that Mplus reads."""


def modsem(scales: list[Scale], study: Study | None) -> str:
    """Return R code that estimates the latent interaction of each suitable model by LMS with the package modsem.

    Run on a data frame `responses`, the code creates the fitted models `fit_<model>` (Klein & Moosbrugger, 2000).

    Raises
    ------
    StudyError
        If an item's name is a reserved word in R.
    """
    models = suitable(scales, study)
    r.check(scales)
    lines = r.head("Latent interactions by LMS with the R package modsem; practicework itself uses local SAM.", "modsem")
    used = _used(models, scales)
    turned = [
        f"keyed${item} <- {scale.response.min:g} + {scale.response.max:g} - keyed${item}"
        for scale in used for item in scale.reversed_ids
    ]  # fmt: skip
    lines += ["keyed <- responses", *turned, ""]
    known, items = {scale.id: scale for scale in scales}, {item for scale in scales for item in scale.item_ids}
    for name, model in models.items():
        lines.append(f'model_{name} <- "')
        names = {}
        for variable in model.variables:
            scale = known.get(variable)
            names[variable] = factor(variable, items) if scale else f"f_{variable}"
            # modsem treats a factor with a single indicator as measured without error
            lines.append(f"  {names[variable]} =~ {' + '.join(scale.item_ids) if scale else variable}")
        y, x, w, *others = (names[one] for one in model.variables)
        lines += [f"  {' + '.join([f'{y} ~ {x}', w, f'{x}:{w}', *others])}", '"']
        lines += [f'fit_{name} <- modsem(model_{name}, data = keyed, method = "lms")', f"summary(fit_{name})", ""]
    return "\n".join(lines)


def mplus(scales: list[Scale], study: Study | None) -> str:
    """Return an Mplus input that estimates the latent interaction of the first suitable model by LMS (XWITH).

    The commands of further models are comments, since an input has one model. Names are shortened to eight characters, which
    comments explain.
    """
    models = suitable(scales, study)
    used = _used(models, scales)
    variables = dict.fromkeys(one for model in models.values() for one in model.variables if one not in study.scales)
    columns = [*(item for scale in used for item in scale.item_ids), *variables]
    short = {column: f"v{place}" for place, column in enumerate(columns, 1)}
    factors = {scale.id: f"f{place}" for place, scale in enumerate(used, 1)}
    lines = ["! The latent interaction by LMS; practicework uses local SAM and does not run Mplus."]
    lines += ["! The columns of responses.dat are v1, v2, ... In R, with the data frame responses:"]
    lines += [f"!   {line}" for line in f"columns <- {r.strings(columns, LINE - 20)}".split("\n")]
    lines += [f'!   write.table(responses[columns], "responses.dat", na = "{MISSING}",']
    lines += ["!     row.names = FALSE, col.names = FALSE)"]
    lines += [f"!   {own}: {scale}" for scale, own in factors.items()]
    lines += ["TITLE: Latent interaction by LMS", "DATA: FILE = responses.dat;", "VARIABLE:", f"  NAMES = v1-v{len(columns)};"]
    first, *others = models.items()
    lines += _command("USEVARIABLES =", [short[one] for one in _columns(first[1], scales)])
    lines.append(f"  MISSING = ALL ({MISSING});")
    reverse = [
        f"  {short[item]} = {scale.response.min + scale.response.max:g} - {short[item]};"
        for scale in used for item in scale.reversed_ids if item in _columns(first[1], scales)
    ]  # fmt: skip
    lines += ["DEFINE: ! reverse-keyed items", *reverse] if reverse else []
    lines += ["ANALYSIS:", "  TYPE = RANDOM;", "  ALGORITHM = INTEGRATION;", f"MODEL: ! {first[0]}"]
    lines += _model(first[1], scales, short, factors)
    lines.append("OUTPUT: CINTERVAL;")
    for name, model in others:
        lines += ["!", f"! The model {name}: use these lines instead"]
        own = _command("USEVARIABLES =", [short[one] for one in _columns(model, scales)])
        lines += [f"! {line}" for line in [*own, *_model(model, scales, short, factors)]]
    return "\n".join(lines) + "\n"


def suitable(scales: list[Scale], study: Study | None) -> dict[str, Model]:
    """Return the models by least squares with one interaction between scales of three items, for which there is a latent one."""
    known = {scale.id: scale for scale in scales}

    def fits(model: Model) -> bool:
        main = model.variables[:3]
        measured = all(name in known and len(known[name].items) >= FEWEST_ITEMS for name in main)
        categories = study.config.categories
        return model.pooled and not model.quadratic and measured and not any(one in categories for one in model.covariates)

    return {name: model for name, model in (study.models if study else {}).items() if fits(model)}


def _used(models: dict[str, Model], scales: list[Scale]) -> list[Scale]:
    named = {one for model in models.values() for one in model.variables}
    return [scale for scale in scales if scale.id in named]


def _columns(model: Model, scales: list[Scale]) -> list[str]:
    """The columns of a model: the items of its scales, and its variables."""
    known = {scale.id: scale for scale in scales}
    return [column for name in model.variables for column in (known[name].item_ids if name in known else [name])]


def _model(model: Model, scales: list[Scale], short: dict[str, str], factors: dict[str, str]) -> list[str]:
    """The commands of a model."""
    known, lines = {scale.id: scale for scale in scales}, []
    for name in model.variables:
        if name in known:
            lines += _command(f"{factors[name]} BY", [short[item] for item in known[name].item_ids])
            if len(known[name].items) == 1:
                lines.append(f"  {short[known[name].item_ids[0]]}@0;")
    y, x, w, *others = (factors.get(name, short.get(name)) for name in model.variables)
    return [*lines, f"  xw | {x} XWITH {w};", *_command(f"{y} ON", [x, w, "xw", *others])]


def _command(head: str, names: list[str]) -> list[str]:
    """A command with its names, in lines that Mplus can read."""
    return wrap(f"{head} {' '.join(names)};", LINE, initial_indent="  ", subsequent_indent="    ")
