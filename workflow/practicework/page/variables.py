"""Variables: single questions, their categories, codes for missing answers, and questions with several answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request

from practicework.commands import corrections
from practicework.commands.confirming import WHAT
from practicework.commands.evidence import Answers
from practicework.page.changes import Refused
from practicework.page.desk import Desk, bars
from practicework.stages.ingest.deidentify import SMALL
from practicework.study import CONFIG, Study
from practicework.study.editing import REMOVE, edited
from practicework.tables.files.numbers import number

MOST_CATEGORIES = 12
"""Distinct whole numbers up to which a variable may have categories."""

ALL = "all columns"
"""Codes for missing answers that are those of every column."""

RULES = {
    "duplicates": "later copies of the same answers",
    "checks": "failed attention checks",
    "unfinished": "unfinished answers",
    "too_fast": "faster than one second per item",
}
"""Rules that exclude respondents, in words."""


def view(desk: Desk, request: Request) -> tuple[str, dict]:
    """Every variable with its answers."""
    study = desk.study()
    answers, config = desk.answers(study), study.config
    rows = [
        {
            "name": name, "question": answers.questions.get(name, ""), "identifier": name in config.quasi_identifiers,
            "bars": bars(Counter(cell for cell in answers.cells.get(name, []) if cell)),
            "named": _lines(answers, name, config.categories.get(name, {})),
            "categories": [
                {"code": code, "text": texts[0] if texts else str(code)}
                for code, texts in config.categories.get(name, {}).items()
            ],
            "fixed": answers.contain_codes([name], config.categories.get(name, {})),
        }
        for name in study.variables
    ]  # fmt: skip
    missing = [
        {"sample": sample, "name": name, "codes": "; ".join(codes)}
        for sample, spec in config.samples.items()
        for name, codes in (spec.missing.items() if isinstance(spec.missing, dict) else [(ALL, spec.missing)])
    ]
    questions = [
        {"name": name, "label": one.label, "options": [texts[0] for texts in one.options.values()],
         "parts": [texts[0] for texts in one.by.values()], "states": answers.states.get(name, [])}
        for name, one in config.multiple.items()
    ]  # fmt: skip
    open_ = [WHAT[point.key] for point in desk.points(study).get("variables", [])]
    return "variables.html", {
        "variables": rows, "missing": missing, "questions": questions, "points": open_, "all_rules": RULES,
        "problem": answers.problem, "seen": desk.mark(CONFIG.as_posix()),
        "screening": config.screening is not None, "rules": config.screening.exclude if config.screening else (),
    }  # fmt: skip


def save(desk: Desk, request: Request, form: FormData) -> str:
    """Propose which variables and questions are kept, their categories and quasi-identifiers, and that they are accepted."""
    study, file = desk.study(), CONFIG.as_posix()
    desk.check_seen(form, file)
    text = desk.changes.text(file) or ""
    changes: corrections.Changes = {}
    dropped = [name for name in study.variables if name in form.getlist("drop")]
    if dropped:
        changes |= corrections.variables(study, lambda _prompt: " ".join(dropped))
    questions = [name for name in study.config.multiple if name in form.getlist("drop_question")]
    if questions:
        changes |= corrections.multiple(study, lambda _prompt: " ".join(questions))
    ordered = _categories(study.config.categories, form, dropped)
    if ordered is not None:
        changes[("categories",)] = ordered or REMOVE
    named = _named(study, form, dropped)
    if named:
        changes[("categories",)] = _kept(study, ordered, dropped) | named
    for sample, spec in study.config.samples.items():
        known = spec.missing if isinstance(spec.missing, dict) else {ALL: spec.missing}
        if (codes := _codes(sample, known, form)) is not None:
            kept = codes.get(ALL) if known.keys() == {ALL} else {k: v for k, v in codes.items() if k not in dropped}
            changes[("samples", sample, "missing")] = kept or REMOVE
    identifiers = [name for name in study.variables if name in form.getlist("identifier") and name not in dropped]
    if set(identifiers) != {*study.config.quasi_identifiers} - {*study.clusters}:
        changes[("quasi_identifiers",)] = identifiers or REMOVE
    changes |= _screening(study, form)
    if form.get("decision") == "accept":
        if study.config.confirm:
            changes[("confirm",)] = REMOVE
        for sample, spec in study.config.samples.items():
            if spec.confirm:
                changes[("samples", sample, "confirm")] = REMOVE
    for path, value in changes.items():
        text = edited(text, path, value)
    accepted = form.get("decision") == "accept"
    title, back = ("Accept the variables", "/models") if accepted else ("Change the variables", "/variables")
    return f"/change/{desk.changes.propose(title, back, {file: text}).id}"


def _screening(study: Study, form: FormData) -> corrections.Changes:
    """Whether respondents are screened, and the rules that exclude some."""
    if "screened" not in form:  # the field is always sent, so that an empty choice is one
        return {}
    old, wanted = study.config.screening, form.get("screening") == "yes"
    rules = [rule for rule in RULES if rule in form.getlist("rule")]
    if not wanted:
        return {("screening",): REMOVE} if old is not None else {}
    if old is None:
        return {("screening",): {"exclude": rules} if rules else {}}
    if set(rules) == {*old.exclude}:
        return {}
    if not rules and old.model_fields_set <= {"exclude"}:
        return {("screening",): {}}
    return {("screening", "exclude"): rules or REMOVE}


def _values(cells: list[str]) -> list[str]:
    """The few whole numbers of a variable that may be codes of categories, as lines of a form; none if it is a quantity."""
    values = Counter(value for cell in cells if cell and (value := number(cell)) is not None)
    if not 2 <= len(values) <= MOST_CATEGORIES or any(value % 1 for value in values) or min(values.values()) < SMALL:
        return []
    return [f"{int(value)} = " for value in sorted(values)]


def _lines(answers: Answers, name: str, categories: Mapping[int, tuple[str, ...]]) -> str:
    """Categories whose codes the file contains, or values that may be codes of some, as lines of a form."""
    if not categories:
        return "\n".join(_values(answers.cells.get(name, [])))
    if not answers.contain_codes([name], categories):
        return ""
    return "\n".join(f"{code} = {texts[0] if texts else ''}" for code, texts in categories.items())


def _named(study: Study, form: FormData, dropped: list[str]) -> dict:
    """The categories that a form names anew: lines such as `1 = Man`."""
    found = {}
    for name in study.variables:
        lines = [line.partition("=") for line in str(form.get(f"names_{name}", "")).splitlines() if line.strip()]
        texts = [text.strip() for _code, _mark, text in lines]
        if not any(texts) or name in dropped:
            continue
        if not all(texts):
            raise Refused(f"Name every category of {name}, or none.", f"names_{name}")
        try:
            codes = [int(code) for code, _mark, _text in lines]
        except ValueError:
            raise Refused(f"The categories of {name} are lines such as '1 = Man'.", f"names_{name}") from None
        known = study.config.categories.get(name, {})
        own = {code: (text, *known.get(code, ())[1:]) for code, text in zip(codes, texts, strict=True)}
        if own != known:
            found[name] = corrections.texts_of(own)
    return found


def _kept(study: Study, ordered: dict | None, dropped: list[str]) -> dict:
    """The categories of a study as they are after the other changes of the form."""
    if ordered is not None:
        return ordered
    return {name: corrections.texts_of(codes) for name, codes in study.config.categories.items() if name not in dropped}


def _codes(sample: str, known: Mapping[str, tuple[str, ...]], form: FormData) -> dict | None:
    """The codes for missing answers of a form; None if nothing changes."""
    found = {}
    for name, codes in known.items():
        typed = str(form.get(f"missing_{sample}_{name}", "; ".join(codes)))
        found[name] = [corrections.code_of(code.strip()) for code in typed.split(";") if code.strip()]
    if found == {name: [corrections.code_of(code) for code in codes] for name, codes in known.items()}:
        return None
    return {name: codes for name, codes in found.items() if codes}


def _categories(known, form: FormData, dropped: list[str]) -> dict | None:
    """The categories with their texts in the order of the form; None if nothing changes."""
    found, changed = {}, False
    for name, codes in known.items():
        if name in dropped:
            continue
        order = list(codes)
        try:
            places = [int(str(form.get(f"place_{name}_{code}", at))) for at, code in enumerate(order, 1)]
        except ValueError:
            raise Refused(f"The places of the categories of {name} are numbers.", f"variable-{name}") from None
        if sorted(places) != list(range(1, len(order) + 1)):
            raise Refused(f"Each place from 1 to {len(order)} belongs to one category of {name}.", f"variable-{name}")
        texts = {order[place - 1]: codes[code] for place, code in zip(places, order, strict=True)}
        found[name] = {code: texts[code][0] if len(texts[code]) == 1 else list(texts[code]) for code in order}
        changed |= any(texts[code] != codes[code] for code in order)
    return found if changed else None
