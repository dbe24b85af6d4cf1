"""The works that the report cites, each once in `references.yaml` and cited by its key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml
from markupsafe import Markup, escape

from practicework.report.messages import listing


@cache
def known() -> dict[str, str]:
    """Return every work by its key, in alphabetical order; text between asterisks is in italics."""
    with files("practicework.report").joinpath("references.yaml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def listed(keys: Iterable[str], others: Iterable[str] = ()) -> list[Markup]:
    """Return a list of references as markup, in alphabetical order and without repetition.

    Parameters
    ----------
    keys : iterable of str
        Keys of `references.yaml`.
    others : iterable of str
        Further references, such as the sources of scales, in the same form.
    """
    found = dict.fromkeys([*(known()[key] for key in keys), *others])
    return [emphasised(one) for one in sorted(found, key=lambda one: one.replace("*", "").casefold())]


def emphasised(text: str) -> Markup:
    """Return a reference with what stands between asterisks in italics."""
    return Markup(re.sub(r"\*([^*]+)\*", r"<i>\1</i>", str(escape(text))))


def citation(reference: str) -> str:
    """Return `Yukl et al. (2008)` for a reference in APA style, or the reference itself if it is in another one."""
    head, bracket, rest = reference.partition(" (")
    year = rest.partition(")")[0]
    families = [part.split(",")[0].removeprefix("& ").strip() for part in head.split("., ")]
    if not bracket or not year[:4].isdigit() or not all(families):
        return reference.rstrip(".")
    if len(families) > 2:
        return f"{families[0]} et al. ({year})"
    return f"{listing(families)} ({year})"


def is_cited(reference: str, text: str) -> bool:
    """Return whether a text cites a work: the first author's family name and, later in the same citation, its year."""
    family, year = re.match(r"\*?([^,.(]+)", reference)[1].strip(), re.search(r"\((\d{4})", reference)
    if not year:
        return False
    words = " ".join(text.replace("&amp;", "&").split())
    return re.search(rf"{re.escape(family)}\b(?: et al\.)?[^.;()]*\(?[^.;()]*{year[1]}", words) is not None
