"""Screening: flag careless responding by indices, and exclude respondents by rules stated in advance."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from practicework.errors import StudyError
from practicework.numerics import careless
from practicework.numerics.careless import MIN_ITEMS, MIN_PAIRS
from practicework.numerics.seeds import Streams
from practicework.study.pipeline import Part
from practicework.study.scale import Scale
from practicework.study.settings import Screening
from practicework.tables.files.raw import EMPTY_ROW

INDICES = {
    "longstring": (
        "at least",
        "Johnson (2005); half of the items: Curran (2016)",
        "weak; assumes that items were shown in the order of the config",
    ),
    "irv": ("below", "Dunn et al. (2018)", "weak; low for straight-lining, high for random answers; no accepted cut-off"),
    "even_odd": ("above", "Johnson (2005); Curran (2016)", "with few scales, many attentive respondents exceed it"),
    "psychsyn": ("below", "Meade & Craig (2012)", "with few pairs, many attentive respondents fall below it"),
    "psychant": ("above", "Johnson (2005); Meade & Craig (2012)", "with few pairs, many attentive respondents exceed it"),
    "mahalanobis": (
        "above",
        "Meade & Craig (2012); Gnanadesikan & Kettenring (1972)",
        "unusual respondents are not necessarily careless",
    ),
    "seconds_per_item": ("below", "Wood et al. (2017)", "total time, including pauses; detects few who hurry"),
    "failed_checks": ("at least", "Meade & Craig (2012)", "an unanswered check does not count as failed"),
    "duplicate": (
        "at least",
        "Kuriakose & Robbins (2016)",
        "with few items and many respondents, chance duplicates occur; straight-lining never counts",
    ),
    "missing_share": ("at least", "descriptive", "no accepted cut-off; missing answers are handled by the scoring rule"),
}
"""Each index: on which side of its cut-off it flags, its source, and a caveat."""


@dataclass(frozen=True)
class Screened:
    """The respondents kept and flagged, the results of each index, and the number removed at each step."""

    ledger: pd.DataFrame
    indices: pd.DataFrame
    flow: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {f"screening/{name}": table for name, table in vars(self).items()}


@dataclass
class _Index:
    """One index: a value per respondent, the cut-off in its units, and a note."""

    values: np.ndarray
    cutoff: float | None = None
    note: str | None = None


def screen(
    responses: pd.DataFrame,
    quality: pd.DataFrame,
    left_out: pd.DataFrame,
    scales: list[Scale],
    variables: list[str],
    settings: Screening,
) -> Screened:
    """Compute every index of careless responding and apply the exclusion rules.

    Parameters
    ----------
    responses : DataFrame
        `respondent`, items and variables, coded; NaN where there is no answer.
    quality : DataFrame
        `respondent`, `duration_seconds`, `finished` (1 or 0) and the attention checks (1 passed, 0 failed).
    left_out : DataFrame
        `row`, `reason`: rows of the file that are not responses; empty rows are not counted as opened.
    scales : list of Scale
        In the order in which respondents saw them, like their items.
    variables : list of str
    settings : Screening

    Returns
    -------
    Screened
        Indices that depend on the whole sample (item pairs, means and covariances) use all respondents in
        `responses`, before any exclusion.

    Raises
    ------
    StudyError
        A rule cannot be applied to the data, or the rules exclude every respondent.
    """
    quality = quality.set_index("respondent").reindex(responses["respondent"])
    found, first = _indices(responses, quality, scales, variables, settings)
    names = responses["respondent"].to_numpy()
    fires = {name: _fires(name, index) for name, index in found.items()}
    flags = np.sum(list(fires.values()), axis=0)
    kept, reason = np.ones(len(names), bool), np.full(len(names), None, object)
    left_out = left_out[left_out["reason"] != EMPTY_ROW]
    steps = [("opened", None, 0, len(names) + len(left_out))]
    for why, rows in left_out.groupby("reason", sort=False):
        steps.append(("left_out", why, len(rows), steps[-1][3] - len(rows)))
    for rule in settings.exclude:
        removed = kept & _excluded(rule, found, first, quality, settings)
        kept &= ~removed
        reason[removed] = rule
        steps.append(("excluded", rule, int(removed.sum()), int(kept.sum())))
    if len(names) and not kept.any():
        raise StudyError("config/config.yaml: the rules under 'screening.exclude' exclude every respondent; remove one of them.")
    steps.append(("analysed", None, 0, int(kept.sum())))
    columns = {name: index.values for name, index in found.items()}
    columns["duplicate_of"] = np.where(first >= 0, names[first] if len(names) else None, None)
    ledger = pd.DataFrame({"respondent": names, "kept": kept, "reason": reason, "flagged": flags >= settings.flags_to_report})
    ledger = ledger.assign(flags=flags, **columns)
    order = [*ledger.columns[:5], *(name for name in INDICES if name != "missing_share"), "duplicate_of", "missing_share"]
    rows = [_row(name, index, fires[name], kept) for name, index in found.items()]
    return Screened(ledger[order], pd.DataFrame(rows), pd.DataFrame(steps, columns=["step", "reason", "removed", "remaining"]))


def _fires(name: str, index: _Index) -> np.ndarray:
    """Return which respondents the index flags; none if it has no cut-off or no value."""
    if index.cutoff is None:
        return np.zeros(len(index.values), bool)
    compare = {"at least": np.greater_equal, "above": np.greater, "below": np.less}[INDICES[name][0]]
    return compare(index.values, index.cutoff)  # comparisons with NaN are false


def _row(name: str, index: _Index, fires: np.ndarray, kept: np.ndarray) -> dict:
    direction, source, caveat = INDICES[name]
    return {
        "index": name,
        "cutoff": index.cutoff,
        "direction": direction,
        "flagged": int(fires.sum()),
        "flagged_kept": int((fires & kept).sum()),
        "computable": int(np.isfinite(index.values).sum()),
        "source": source,
        "caveat": caveat,
        "note": index.note,
    }


def _excluded(rule: str, found: dict[str, _Index], first: np.ndarray, quality: pd.DataFrame, settings: Screening) -> np.ndarray:
    """Return which respondents a rule excludes; those without a value are kept."""
    index = {"duplicates": "duplicate", "checks": "failed_checks", "too_fast": "seconds_per_item"}.get(rule)
    values = found[index].values if index else quality["finished"].to_numpy(float)
    if len(values) and np.isnan(values).all():
        why = (found[index].note or "no respondent has a value") if index else "the export does not record completion"
        raise StudyError(
            f"config/config.yaml: 'screening.exclude' has '{rule}', which cannot be applied to these data "
            f"({why.removeprefix('not computable: ')}); remove the rule or correct the data."
        )
    if rule == "duplicates":
        return first >= 0
    if rule == "checks":
        return values >= 1
    return values < settings.min_seconds_per_item if rule == "too_fast" else values == 0


def _indices(
    responses: pd.DataFrame, quality: pd.DataFrame, scales: list[Scale], variables: list[str], settings: Screening
) -> tuple[dict[str, _Index], np.ndarray]:
    """Return all indices in order, and for each duplicate the position of the first identical respondent (otherwise -1)."""
    items = [item for scale in scales for item in scale.item_ids]
    answers = responses[items].to_numpy(float)
    k, cut = len(items), settings.cutoffs
    ranges = {(scale.response.min, scale.response.max) for scale in scales}
    # otherwise items with the same response range would be similar for that reason alone
    mixed = len(ranges) > 1
    keyed = [scale.keyed(responses) for scale in scales]
    if mixed:
        low = np.concatenate([np.full(len(scale.items), scale.response.min) for scale in scales])
        high = np.concatenate([np.full(len(scale.items), scale.response.max) for scale in scales])
        comparable = 100 * (answers - low) / (high - low)
        keyed = [100 * (x - s.response.min) / (s.response.max - s.response.min) for s, x in zip(scales, keyed, strict=True)]
    else:
        comparable = answers
    percent = "answers in percent of the response range, since the scales' ranges differ" if mixed else None
    found = {
        "longstring": _Index(careless.longstring(answers), None if cut.longstring is None else cut.longstring * k),
        "irv": _Index(careless.irv(comparable), cut.irv, percent),
        "even_odd": _Index(careless.even_odd([block.to_numpy() for block in keyed], len(answers)), cut.even_odd, percent),
        "psychsyn": _synonyms(comparable, settings, cut.psychsyn, False, percent),
        "psychant": _synonyms(comparable, settings, cut.psychant, True, percent),
        "mahalanobis": _distance(answers, items, cut.mahalanobis),
        "seconds_per_item": _speed(answers, quality, settings),
        "failed_checks": _checks(quality, settings),
    }
    if k < MIN_ITEMS and found["longstring"].cutoff is not None:
        found["longstring"].cutoff = None
        found["longstring"].note = f"no cut-off: the study has fewer than {MIN_ITEMS} items"
    halves = sum(len(scale.items) > 1 for scale in scales)
    if halves < MIN_PAIRS:
        found["even_odd"].note = f"not computable: requires {MIN_PAIRS} scales of two or more items, but there are {halves}"
    counts, first = careless.duplicates(answers, responses[variables].to_numpy(float))
    note = None if k >= MIN_ITEMS else f"not computable: requires {MIN_ITEMS} items, but there are {k}"
    found["duplicate"] = _Index(counts, cut.duplicate, note)
    share = np.isnan(answers).mean(axis=1) if k else np.full(len(answers), np.nan)
    found["missing_share"] = _Index(share, cut.missing_share)
    for index in found.values():
        if not index.note and not np.isfinite(index.values).any():
            index.note = "not computable: no respondent answered enough items"
        if not np.isfinite(index.values).any():
            index.cutoff = None
    return found, first


def _synonyms(answers: np.ndarray, settings: Screening, cutoff: float | None, antonyms: bool, percent: str | None) -> _Index:
    pairs = careless.item_pairs(answers, settings.pair_correlation, antonyms=antonyms)
    sign, size = ("r < -", len(pairs)) if antonyms else ("r > ", len(pairs))
    told = f"{size} item pair{'s' * (size != 1)} with {sign}{settings.pair_correlation:g}"
    if size < MIN_PAIRS:
        return _Index(np.full(len(answers), np.nan), None, f"not computable: {told}, but {MIN_PAIRS} are required")
    return _Index(careless.psychsyn(answers, pairs), cutoff, "; ".join(filter(None, [told, percent])))


def _distance(answers: np.ndarray, items: list[str], p_value: float | None) -> _Index:
    """Compute squared Mahalanobis distances with their Beta cut-off, or note why there are none."""
    whole = ~np.isnan(answers).any(axis=1)
    n, k = int(whole.sum()), len(items)
    constant = [item for item, same in zip(items, (np.ptp(answers[whole], axis=0) == 0) if n else [], strict=False) if same]
    reason = None
    if not k or n < 3 * k:
        reason = f"{n:,} respondents answered all {k} items, but three per item are required"
    elif constant:
        reason = f"everyone gave the same answer to {', '.join(constant)}"
    values = np.full(len(answers), np.nan)
    if reason is None:
        try:
            values[whole] = careless.mahalanobis(answers[whole])
        except ValueError as error:
            reason = str(error)
    if reason:
        return _Index(values, None, f"not computable: {reason}")
    note = None if n == len(answers) else f"for the {n:,} respondents who answered all items"
    return _Index(values, None if p_value is None else careless.mahalanobis_cutoff(n, k, p_value), note)


def _speed(answers: np.ndarray, quality: pd.DataFrame, settings: Screening) -> _Index:
    seconds = quality["duration_seconds"].to_numpy(float)
    given = (~np.isnan(answers)).sum(axis=1)
    fine = (given > 0) & (seconds >= 0)
    values = np.divide(seconds, given, out=np.full(len(given), np.nan), where=fine)
    note = None if np.isfinite(seconds).any() else "not computable: the export does not record total time"
    return _Index(values, settings.min_seconds_per_item, note)


def _checks(quality: pd.DataFrame, settings: Screening) -> _Index:
    if not settings.checks:
        return _Index(np.full(len(quality), np.nan), None, "not computable: no attention check is declared")
    given = quality.reindex(columns=list(settings.checks)).to_numpy(float)
    failed = given == 0
    values = np.where(np.isnan(given).all(axis=1), np.nan, failed.sum(axis=1))
    told = ", ".join(f"{count:,} failed {name}" for name, count in zip(settings.checks, failed.sum(axis=0), strict=True))
    note = told if np.isfinite(values).any() else "not computable: no attention check has an answer"
    return _Index(values, settings.cutoffs.failed_checks, note)


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    study = part.study
    frames = [inputs[f"ingest/{name}"] for name in ("responses", "quality", "left_out")]
    return screen(*frames, list(study.scales.values()), study.variables, study.config.screening).tables()
