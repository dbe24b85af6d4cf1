"""Models: what is tested, in the form of a sentence, and what it can show with this sample."""

from __future__ import annotations

import re

from starlette.datastructures import FormData
from starlette.requests import Request

from practicework.numerics import power
from practicework.page.changes import Refused
from practicework.page.desk import Desk
from practicework.report import apa
from practicework.study import CONFIG
from practicework.study.editing import REMOVE, edited


def view(desk: Desk, request: Request) -> tuple[str, dict]:
    """The models of the study, and a sentence for a new one."""
    study = desk.study()
    known = [{"name": name, "label": study.label(name)} for name in (*study.scales, *study.variables)]
    n = max((len(raw.rows) for raw in desk.raws(study).values()), default=0)
    rows = [
        {"name": name, "outcome": study.label(one.outcome), "predictor": study.label(one.predictor),
         "moderator": study.label(one.moderator), "covariates": [study.label(other) for other in one.covariates],
         "power": _power(n, len(one.covariates), study.config.moderation.smallest_change)}
        for name, one in study.moderation_models.items()
    ]  # fmt: skip
    others = [name for name, used in (("process models", study.process_models), ("profiles", study.config.profiles),
                                      ("multiverse", study.config.multiverse)) if used]  # fmt: skip
    return "models.html", {"models": rows, "known": known, "n": n, "others": others}


def _power(n: int, covariates: int, change: float) -> str:
    """What a model can show with n respondents."""
    parameters = 4 + covariates
    if n <= parameters:
        return f"{n} respondents are too few for {parameters} coefficients."
    own = power.power(change, 0.0, n, n - parameters, 0.05)
    needed = power.required_n(change, 0.0, parameters, 0.05)
    wanted = f"80% power requires {needed:,} respondents" if needed else "no sample of up to a million reaches 80% power"
    return (
        f"With {n:,} respondents, power to detect an interaction of ΔR² = {apa.unit(change, 3)} is {apa.unit(own)}; {wanted} (if "
        "all other terms explain nothing; less if they explain more)."
    )


def save(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a further model."""
    study, file = desk.study(), CONFIG.as_posix()
    roles = {role: str(form.get(role, "")) for role in ("outcome", "predictor", "moderator")}
    if missing := [role for role, name in roles.items() if not name]:
        raise Refused(f"Choose the {missing[0]}.")
    covariates = [name for name in (*study.scales, *study.variables) if name in form.getlist("covariates")]
    if twice := next((name for name in [*roles.values(), *covariates] if [*roles.values(), *covariates].count(name) > 1), None):
        raise Refused(f"{study.label(twice)} has two places in the sentence, but a variable cannot explain or moderate itself.")
    name = re.sub(r"[^a-z0-9]+", "_", str(form.get("name", "")).lower()).strip("_") or "main"
    while name in study.moderation_models:
        name += "_2"
    model = roles | ({"covariates": covariates} if covariates else {})
    path, value = (("moderation", "models", name), model)
    if not study.config.moderation:
        path, value = ("moderation",), {"models": {name: model}}
    text = edited(desk.changes.text(file) or "", path, value)
    return f"/change/{desk.changes.propose(f'Add the model {name}', '/models', {file: text}).id}"


def remove(desk: Desk, request: Request, form: FormData) -> str:
    """Propose to remove a model; with the last one, the section."""
    study, file, name = desk.study(), CONFIG.as_posix(), str(form.get("name", ""))
    if name not in study.moderation_models:
        raise Refused("The study has no such model.")
    path = ("moderation", "models", name) if len(study.moderation_models) > 1 else ("moderation",)
    text = edited(desk.changes.text(file) or "", path, REMOVE)
    return f"/change/{desk.changes.propose(f'Remove the model {name}', '/models', {file: text}).id}"
