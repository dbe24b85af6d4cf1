"""Models: what is tested, in the form of a sentence, and what it can show with this sample."""

from __future__ import annotations

import re

from starlette.datastructures import FormData
from starlette.requests import Request

from practicework.numerics import power
from practicework.page.changes import Refused
from practicework.page.desk import Desk
from practicework.report import apa
from practicework.study import CONFIG, Study
from practicework.study.editing import REMOVE, edited
from practicework.study.settings import Model

PATHS = {"a": "to the mediators", "b": "from the mediators to the outcome", "direct": "from the predictor to the outcome"}
"""The paths that a moderator may change, in words."""

PROFILES = 4
"""Profiles that the form offers."""


def view(desk: Desk, request: Request) -> tuple[str, dict]:
    """The models of the study, and a sentence for a new one."""
    study = desk.study()
    known = [{"name": name, "label": study.label(name)} for name in (*study.scales, *study.variables)]
    sizes = {sample: len(raw.rows) for sample, raw in desk.raws(study).items()}
    largest = max(sizes, key=sizes.get, default="")
    n, where = sizes.get(largest, 0), f" ({largest}, the largest sample)" if len(sizes) > 1 else ""
    rows = [
        {"name": name, "outcome": study.label(one.outcome), "predictor": study.label(one.predictor),
         "moderator": study.label(one.moderator), "covariates": [study.label(other) for other in one.covariates],
         "power": _power(study, one, n, where)}
        for name, one in study.moderation_models.items()
    ]  # fmt: skip
    process = [
        {"name": name, "number": one.number, "outcome": study.label(one.outcome), "predictor": study.label(one.predictor),
         "mediators": [study.label(other) for other in one.mediators], "moderator": one.moderator and study.label(one.moderator),
         "paths": [PATHS[path] for path in one.moderates], "covariates": [study.label(other) for other in one.covariates]}
        for name, one in study.process_models.items()
    ]  # fmt: skip
    own = study.config.profiles
    real = [name for name, sample in study.config.samples.items() if not sample.synthetic]
    sections = ("multiverse", "multiple_tests", "nominal", "ordinal", "development", "replication")
    return "models.html", {
        "models": rows, "known": known, "n": n, "process": process,
        "scales": [(one.id, one.label) for one in study.scales.values()],
        "profiles": None if own is None else {"indicators": own.indicators, "prototypes": own.prototypes},
        "numbers": range(1, PROFILES + 1), "real": real, "samples": list(study.config.samples),
        "syntheses": [{"name": name, "samples": one.samples or real, "declared": name in (study.config.synthesis or ())}
                      for name, one in study.syntheses.items()],
        "others": [name.replace("_", " ") for name in sections if getattr(study.config, name)],
    }  # fmt: skip


def _power(study: Study, model: Model, n: int, where: str) -> str:
    """What a model can show with n respondents."""

    def width(name: str) -> int:
        return len(study.config.categories[name]) - 1 if name in study.config.categories else 1

    change = study.config.moderation.smallest_change
    terms = width(model.predictor) * width(model.moderator)
    parameters = 1 + width(model.predictor) + width(model.moderator) + terms + sum(map(width, model.covariates))
    if n <= parameters:
        return f"{n} respondents{where} are too few for {parameters} coefficients."
    own = power.power(change, 0.0, n, n - parameters, 0.05, terms)
    needed = power.required_n(change, 0.0, parameters, 0.05, terms)
    wanted = f"80% power requires {needed:,} respondents" if needed else "no sample of up to a million reaches 80% power"
    return (
        f"With {n:,} respondents{where}, power to detect an interaction of ΔR² = {apa.unit(change, 3)} is {apa.unit(own)}; "
        f"{wanted} (if all other terms explain nothing; less if they explain more)."
    )


def save(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a further model."""
    study, file = desk.study(), CONFIG.as_posix()
    roles = {role: str(form.get(role, "")) for role in ("outcome", "predictor", "moderator")}
    if missing := [role for role, name in roles.items() if not name]:
        raise Refused(f"Choose the {missing[0]}.", missing[0])
    covariates = [name for name in (*study.scales, *study.variables) if name in form.getlist("covariates")]
    if twice := next((name for name in [*roles.values(), *covariates] if [*roles.values(), *covariates].count(name) > 1), None):
        raise Refused(
            f"{study.label(twice)} has two places in the sentence, but a variable cannot explain or moderate itself.", "moderator"
        )
    name = _name(str(form.get("name", "")), study.moderation_models)
    model = roles | ({"covariates": covariates} if covariates else {})
    path, value = (("moderation", "models", name), model)
    if not study.config.moderation:
        path, value = ("moderation",), {"models": {name: model}}
    text = edited(desk.changes.text(file) or "", path, value)
    return f"/change/{desk.changes.propose(f'Add the model {name}', '/models', {file: text}).id}"


def remove(desk: Desk, request: Request, form: FormData) -> str:
    """Propose to remove a model or the profiles; with the last model, its section."""
    study, file, name, section = desk.study(), CONFIG.as_posix(), str(form.get("name", "")), str(form.get("section", ""))
    known = {"moderation": study.moderation_models, "process": study.process_models}.get(section, {})
    if section == "profiles":
        path = ("profiles",)
    elif section == "synthesis" and name in (study.config.synthesis or ()):
        path = (section, name) if len(study.config.synthesis) > 1 else (section,)
    elif name in known:
        path = (section, "models", name) if len(known) > 1 else (section,)
    else:
        raise Refused("The study has no such model.")
    text = edited(desk.changes.text(file) or "", path, REMOVE)
    return f"/change/{desk.changes.propose(f'Remove the model {name}', '/models', {file: text}).id}"


def save_process(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a mediation model."""
    study, file = desk.study(), CONFIG.as_posix()
    known = [*study.scales, *study.variables]
    mediators = [name for name in known if name in form.getlist("mediators")]
    model: dict = {role: str(form.get(role, "")) for role in ("outcome", "predictor")}
    if missing := next((role for role, name in model.items() if not name), None):
        raise Refused(f"Choose the {missing}.", f"process_{missing}")
    if not mediators:
        raise Refused("Choose at least one variable through which the predictor may act.", "process_mediators")
    model["mediators"] = mediators
    paths = [path for path in ("a", "b", "direct") if path in form.getlist("moderates")]
    if moderator := str(form.get("moderator", "")):
        if not paths:
            raise Refused("Choose the paths that the moderator may change, or no moderator.", "process_moderator")
        model |= {"moderator": moderator, "moderates": paths}
    elif paths:
        raise Refused("Choose the moderator of these paths, or none of the paths.", "process_moderator")
    if covariates := [name for name in known if name in form.getlist("covariates")]:
        model["covariates"] = covariates
    name = _name(str(form.get("name", "")), study.process_models)
    section = study.config.process
    path, value = (("process", "models", name), model) if section else (("process",), {"models": {name: model}})
    text = edited(desk.changes.text(file) or "", path, value)
    return f"/change/{desk.changes.propose(f'Add the process model {name}', '/models', {file: text}).id}"


def save_profiles(desk: Desk, request: Request, form: FormData) -> str:
    """Propose profiles: which scales are high and which are low in each."""
    study, file = desk.study(), CONFIG.as_posix()
    indicators = [name for name in study.scales if name in form.getlist("indicators")]
    if not indicators:
        raise Refused("Choose the scales that define the profiles.", "indicators")
    prototypes = {}
    for place in range(1, PROFILES + 1):
        name = re.sub(r"[^a-z0-9]+", "_", str(form.get(f"profile_{place}", "")).lower()).strip("_")
        if name:
            high = form.getlist(f"high_{place}")
            prototypes[name] = {one: 75 if one in high else 25 for one in indicators}
    if len(prototypes) < 2:
        raise Refused("Name at least two profiles.", "profile_1")
    text = edited(desk.changes.text(file) or "", ("profiles",), {"indicators": indicators, "prototypes": prototypes})
    return f"/change/{desk.changes.propose('Set the profiles', '/models', {file: text}).id}"


def _name(wanted: str, used) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_") or "main"
    while name in used:
        name += "_2"
    return name


def save_synthesis(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a synthesis of samples."""
    study, file = desk.study(), CONFIG.as_posix()
    config = study.config
    samples = [name for name in config.samples if name in form.getlist("samples")]
    if not samples:
        raise Refused("Choose the samples to pool.", "synthesis_samples")
    synthetic = [name for name in samples if config.samples[name].synthetic]
    if synthetic and len(synthetic) < len(samples):
        raise Refused("Synthetic samples are pooled only among themselves; choose other samples.", "synthesis_samples")
    automatic = {*study.syntheses} - {*(config.synthesis or ())}  # which a declared synthesis replaces
    name = _name(str(form.get("name", "")) or "synthesis", {*study.part_names} - automatic)
    entry: dict = {"samples": samples}
    if form.get("same_people") in ("yes", "no"):
        entry["same_people"] = form["same_people"] == "yes"
    if synthetic:
        entry["synthetic"] = config.samples[synthetic[0]].synthetic
    path, value = (("synthesis", name), entry) if config.synthesis else (("synthesis",), {name: entry})
    text = edited(desk.changes.text(file) or "", path, value)
    return f"/change/{desk.changes.propose(f'Add the synthesis {name}', '/models', {file: text}).id}"
