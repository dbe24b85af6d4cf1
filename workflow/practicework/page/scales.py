"""Scales: what the draft inferred about each, with its evidence, and corrections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from starlette.datastructures import FormData
from starlette.requests import Request

from practicework.commands import evidence
from practicework.commands.confirming import WHAT
from practicework.commands.corrections import Changes, code_of, response_changes, reversed_keys, without_items
from practicework.errors import StudyError
from practicework.numerics.seeds import streams
from practicework.page import instruments
from practicework.page.changes import Refused
from practicework.page.desk import Desk, bars, inside
from practicework.report import apa
from practicework.report.context import records
from practicework.stages.ingest import ingest
from practicework.stages.reliability import analyse
from practicework.study import CONFIG, Study
from practicework.study.documents import parsed, read_yaml
from practicework.study.editing import REMOVE, dump, edited
from practicework.study.scale import FOLDER, Scale, load_scale

NEW = "new_scale"
"""Where items move that become a scale of their own."""


def overview(desk: Desk, request: Request) -> tuple[str, dict]:
    """All scales, and what is open in each; without a study, the scale files that exist."""
    if desk.exists:
        study = desk.study()
        scales, points = list(study.scales.values()), desk.points(study)
    else:
        scales = [load_scale(desk.folder, path.stem) for path in sorted((desk.folder / FOLDER).glob("*.yaml"))]
        points = {}
    rows = [
        {"id": scale.id, "label": scale.label, "count": len(scale.items), "open": len(points.get(f"scales/{scale.id}", []))}
        for scale in scales
    ]
    return "scales.html", {"scales": rows, "exists": desk.exists, "instruments": instruments.exported(desk)}


def _scale(study: Study, request: Request) -> Scale:
    name = request.path_params["scale"]
    if name not in study.scales:
        raise Refused("The study has no such scale.")
    return study.scales[name]


def view(desk: Desk, request: Request) -> tuple[str, dict]:
    """One scale with its evidence."""
    study = desk.study()
    scale, answers = _scale(study, request), desk.answers(study)
    values = np.array([evidence.coded(scale, answers.cells.get(item.id, []), reverse=item.reverse) for item in scale.items])
    rests = evidence.item_rest(values)
    items = [
        {
            "id": item.id, "text": item.text if item.text != item.id else "", "reverse": item.reverse,
            "rest": "" if np.isnan(r) or "order" in scale.confirm else f"{r:.2f}".replace("-", "−").replace("0.", ".", 1),
            "doubt": against and "order" not in scale.confirm,
            "bars": bars(Counter(cell for cell in answers.cells.get(item.id, []) if cell), scale.response.codes),
        }
        for item, r, against in zip(scale.items, rests, evidence.opposed(values), strict=True)
    ]  # fmt: skip
    names = list(study.scales)
    after = names[names.index(scale.id) + 1 :]
    labels = [{"code": code, "text": texts[0] if texts else str(code)} for code, texts in sorted(scale.response.labels.items())]
    return "scale.html", {
        "scale": scale, "items": items, "labels": labels, "points": [WHAT[key] for key in scale.confirm],
        "order": "order" in scale.confirm, "problem": answers.problem, "seen": desk.mark(f"scales/{scale.id}.yaml"),
        "fixed": answers.contain_codes(scale.item_ids, scale.response.labels),
        "others": [(one.id, one.label) for one in study.scales.values() if one.id != scale.id and one.response == scale.response],
        "reliability": None if scale.confirm else _reliability(desk, study, scale),
        "following": next((f"/scales/{one}" for one in after if study.scales[one].confirm), "/variables"),
    }  # fmt: skip


def _reliability(desk: Desk, study: Study, scale: Scale) -> dict | None:
    """The reliability of a confirmed scale in the first sample, with its items; None if it cannot be scored yet."""
    sample, raw = next(iter(desk.raws(study).items()), (None, None))
    if raw is None:
        return None
    none = dict.fromkeys(("variables", "screening", "moderation", "process"))
    none |= {"quasi_identifiers": (), "multiple": {}}
    config = study.config.model_copy(update=none)
    try:
        responses = ingest(raw, Study(study.folder, config, {scale.id: scale}), sample).responses
    except StudyError as error:
        return {"problem": str(error), "row": None, "items": []}
    found = analyse(responses, [scale], streams(study.config.seed, "reliability", sample)).tables()
    row = records(found["reliability/scales"])[0]
    items = [
        {"item": one["item"], "mean": apa.number(one["mean"]), "sd": apa.number(one["sd"]), "rest": apa.unit(one["item_rest_r"]),
         "dropped": apa.unit(one["alpha_if_dropped"])}
        for one in records(found["reliability/items"])
    ]  # fmt: skip
    words = {"alpha": apa.unit(row["alpha"]), "interval": apa.interval(row["alpha_low"], row["alpha_high"], of_unit=True),
             "n": apa.integer(row["n"]), "note": row.get("note")}  # fmt: skip
    return {"problem": "", "row": words, "items": items}


def save(desk: Desk, request: Request, form: FormData) -> str:
    """Propose the corrections of a scale, and that it is accepted."""
    study = desk.study()
    scale = _scale(study, request)
    file, back = f"scales/{scale.id}.yaml", f"/scales/{scale.id}"
    desk.check_seen(form, file)
    if form.get("decision") == "leave_out":
        names = [name for name in study.config.scales if name != scale.id]
        config = edited(desk.changes.text(CONFIG.as_posix()) or "", ("scales",), names or REMOVE)
        title = f"Leave {scale.label} out of the study"
        return f"/change/{desk.changes.propose(title, '/scales', {CONFIG.as_posix(): config}).id}"
    text = desk.changes.text(file) or ""
    changes = corrections(scale, read_yaml(desk.folder / file, file)["items"], form)
    ordered = bool(form.get("ordered"))
    if form.get("decision") == "accept":
        if "order" in scale.confirm and not ordered:
            raise Refused("The order of the labels is a guess. Put them in order and tick that they are, then accept.", "order")
        if scale.confirm:
            changes[("confirm",)] = REMOVE
        back = str(form.get("following", back))
    elif "order" in scale.confirm and not ordered and not changes:
        raise Refused("Put the labels in order, and tick that they are.", "order")
    elif "order" in scale.confirm and ordered:
        changes[("confirm",)] = [key for key in scale.confirm if key != "order"] or REMOVE
    for path, value in changes.items():
        text = edited(text, path, value)
    texts: dict[str, str | None] = {file: text}
    dropped = {str(one) for one in form.getlist("drop")}
    if moves := {item: to for item in scale.item_ids if (to := str(form.get(f"move_{item}", ""))) and item not in dropped}:
        if dropped | moves.keys() == {*scale.item_ids} and dropped:
            raise Refused("No item would be left; leave out the scale instead, or keep an item.", f"item-{scale.item_ids[0]}")
        texts = moved(desk, study, scale, text, moves)
        back = "/scales"
    title = f"{'Accept' if form.get('decision') == 'accept' else 'Change'} {scale.label}"
    return f"/change/{desk.changes.propose(title, inside(back), texts).id}"


def moved(desk: Desk, study: Study, scale: Scale, text: str, moves: Mapping[str, str]) -> dict[str, str | None]:
    """Return the files after items move to other scales or to a new one; a scale without items is removed.

    The scales that change stay or become undecided about their items.
    """
    own = parsed(text, f"scales/{scale.id}.yaml")
    taken = {to: [item for item in own["items"] if moves.get(item["id"]) == to] for to in dict.fromkeys(moves.values())}
    rest = [item for item in own["items"] if item["id"] not in moves]
    names, texts = list(study.scales), {}
    for to, items in taken.items():
        if to == NEW:
            name = f"{scale.id}_2"
            while name in study.scales or desk.changes.text(f"scales/{name}.yaml") is not None:
                name += "_2"
            document = own | {"id": name, "label": f"{own['label']} 2", "items": items}
            document.pop("published", None)  # which describes the whole scale
            texts[f"scales/{name}.yaml"] = _undecided(dump(document))
            names.insert(names.index(scale.id) + 1, name)
        elif to in study.scales and to != scale.id:
            if study.scales[to].response != scale.response:
                raise Refused(f"{study.scales[to].label} has other responses, so items of {scale.label} cannot move there.")
            target = desk.changes.text(f"scales/{to}.yaml") or ""
            texts[f"scales/{to}.yaml"] = _undecided(edited(target, ("items",), [*parsed(target)["items"], *items]))
        else:
            raise Refused("Choose the scale to which an item moves.")
    texts[f"scales/{scale.id}.yaml"] = _undecided(edited(text, ("items",), rest)) if rest else None
    names = [name for name in names if rest or name != scale.id]
    config = desk.changes.text(CONFIG.as_posix()) or ""
    if names != list(study.scales):
        config = edited(config, ("scales",), names)
    for sample, spec in study.config.samples.items():
        if isinstance(spec.missing, Mapping) and scale.id in spec.missing:  # items keep their codes for missing answers
            codes = {key: [code_of(code) for code in found] for key, found in spec.missing.items()}
            codes |= {item: codes.get(item, codes[scale.id]) for item in moves}
            if not rest:
                del codes[scale.id]
            config = edited(config, ("samples", sample, "missing"), codes)
    return texts | {CONFIG.as_posix(): config}


def _undecided(text: str) -> str:
    """A scale file whose items are to be confirmed."""
    keys = parsed(text).get("confirm") or []
    return text if "items" in keys else edited(text, ("confirm",), ["items", *keys])


def corrections(scale: Scale, items: list[dict], form: FormData) -> Changes:
    """Return the changes of a scale's file that a form asks for; the same that `practicework confirm` makes."""
    changes: Changes = {}
    label = str(form.get("label", scale.label)).strip()
    if not label:
        raise Refused("The name is empty.", "label")
    if label != scale.label:
        changes[("label",)] = label
    if (scoring := _scoring(scale, form)) is not None:
        changes[("scoring",)] = scoring
    if (response := _response(scale, form)) is not None:
        changes |= response_changes(scale, response)
    reverse, dropped = {str(one) for one in form.getlist("reverse")}, {str(one) for one in form.getlist("drop")}
    if dropped == {*scale.item_ids}:
        raise Refused("A scale needs at least one item.", f"item-{scale.item_ids[0]}")
    return changes | reversed_keys(items, reverse) | without_items(items, dropped)


def _scoring(scale: Scale, form: FormData) -> dict | None:
    """The scoring rule of a form, if it changes."""
    method = str(form.get("method", scale.scoring.method))
    try:
        valid = float(str(form.get("min_valid", scale.scoring.min_valid)))
    except ValueError:
        raise Refused("The share of items that must be answered is a number, such as 0.8.", "min_valid") from None
    if (method, valid) == (scale.scoring.method, scale.scoring.min_valid):
        return None
    return {"method": method, "min_valid": _plain(valid)}


def _response(scale: Scale, form: FormData) -> dict | None:
    """The response range of a form, if it or the order of the labels changes."""
    old = scale.response
    try:
        low, high = (float(str(form.get(name, value))) for name, value in (("low", old.min), ("high", old.max)))
        codes = sorted(old.labels)
        places = [int(str(form.get(f"place_{code}", at))) for at, code in enumerate(codes, 1)]
    except ValueError:
        raise Refused("The ends of the range and the places of the labels are numbers.", "low") from None
    if low >= high:
        raise Refused("The lowest response must be smaller than the highest.", "low")
    if sorted(places) != list(range(1, len(codes) + 1)):
        raise Refused(f"Each place from 1 to {len(codes)} belongs to one label.", "order")
    labels = {codes[place - 1]: _texts(old.labels[code]) for place, code in zip(places, codes, strict=True)}
    labels = {code: labels[code] for code in codes if low <= code <= high}
    if (low, high) == (old.min, old.max) and labels == {code: _texts(texts) for code, texts in old.labels.items()}:
        return None
    document: dict = {"min": _plain(low), "max": _plain(high)}
    if labels:
        document["labels"] = labels
    if old.step != 1:
        document["step"] = old.step
    if old.continuous:
        document["continuous"] = True
    return document


def _texts(texts: tuple[str, ...]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else list(texts)


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value
