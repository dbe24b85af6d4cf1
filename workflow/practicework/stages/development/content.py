"""Content validity: tables of the sorting task, the rating task, the experts and the cognitive pretest."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtr

from practicework.numerics import content_validity
from practicework.numerics.exact import holm
from practicework.numerics.proportions import wilson
from practicework.study.development import STAGES, Criteria, Material
from practicework.tables import frame

FEW_EXPERTS = 5
"""Experts up to which all must agree."""


def sorting(answers: pd.DataFrame, material: Material) -> dict[str, pd.DataFrame]:
    """Return the tables `sorting` and `sorting_matrix`; items that no judge saw have no rows.

    Parameters
    ----------
    answers : DataFrame
        `judge, item, chosen`.
    material : Material
    """
    constructs = list(material.by_id)
    rows, matrix = [], []
    for item, one in material.items.items():
        chosen = answers.loc[answers["item"] == item, "chosen"]
        n = len(chosen)
        if not n:
            continue
        counts = np.array([(chosen == construct).sum() for construct in constructs])
        own = constructs.index(one.construct_id)
        low, high = wilson(int(counts[own]), n)
        others = counts.copy()
        others[own] = 0
        row = {"item": item, "construct": one.construct_id, "n": n, "hits": int(counts[own]), "ci_low": low, "ci_high": high}
        row["strongest_other"] = constructs[int(others.argmax())] if others.max() else None
        rows.append(row | content_validity.sorting(counts, own, n))
        for construct, number in [*zip(constructs, counts, strict=True), (None, int(chosen.isna().sum()))]:
            matrix.append({"item": item, "construct": one.construct_id, "chosen": construct, "n": int(number)})
    return {"sorting": frame("development/sorting", rows), "sorting_matrix": frame("development/sorting_matrix", matrix)}


def ratings(answers: pd.DataFrame, material: Material, criteria: Criteria) -> dict[str, pd.DataFrame]:
    """Return the tables `ratings` and `ratings_contrasts`.

    The ANOVA compares the definitions within judges (in R: ``aov(rating ~ construct + Error(judge / construct))``, corrected by
    Greenhouse and Geisser); the contrasts are one-sided paired t tests with Holm's correction, as recommended by Hinkin and
    Tracey (1999). Judges without all ratings of an item are not in its row.

    Parameters
    ----------
    answers : DataFrame
        `judge, item, construct, rating`.
    material : Material
    criteria : Criteria
    """
    rows, contrasts = [], []
    for item, one in material.items.items():
        own = answers[answers["item"] == item].pivot_table(index="judge", columns="construct", values="rating").dropna()
        if not len(own) or one.construct_id not in own:
            continue
        others = [name for name in material.by_id if name in own and name != one.construct_id]
        difference = own[[one.construct_id]].to_numpy() - own[others].to_numpy()
        mean = float(own[one.construct_id].mean())
        row = {"item": item, "construct": one.construct_id, "n": len(own), "mean_own": mean, "htc": mean / criteria.anchors}
        if others:
            row["htd"] = float(difference.mean() / (criteria.anchors - 1))
        rows.append(row | _anova(own.to_numpy()))
        tests = [_paired(difference[:, place]) for place in range(len(others))]
        corrected = holm(pd.Series([p for _t, p in tests], dtype=float)).tolist()
        for place, (other, (t, p)) in enumerate(zip(others, tests, strict=True)):
            contrasts.append({"item": item, "construct": one.construct_id, "other": other, "n": len(own),
                              "difference": float(difference[:, place].mean()), "t": t, "df": len(own) - 1, "p_value": p,
                              "p_holm": corrected[place]})  # fmt: skip
    return {"ratings": frame("development/ratings", rows), "ratings_contrasts": frame("development/ratings_contrasts", contrasts)}


def _anova(values: np.ndarray) -> dict[str, float | str]:
    """One-way repeated-measures ANOVA of values (judges, definitions), corrected by Greenhouse and Geisser's epsilon."""
    n, k = values.shape
    if n < 2 or k < 2:
        return {"note": "no test: fewer than two judges or definitions"}
    columns, rows, grand = values.mean(axis=0), values.mean(axis=1), values.mean()
    between = n * ((columns - grand) ** 2).sum()
    error = ((values - columns - rows[:, None] + grand) ** 2).sum()
    if error <= 1e-12:
        return {"note": "no test: all judges differ between the definitions in the same way"}
    # epsilon from the covariance of the definitions, centred by rows and columns (Greenhouse & Geisser, 1959)
    centred = np.cov(values.T)
    centred = centred - centred.mean(axis=0) - centred.mean(axis=1)[:, None] + centred.mean()
    epsilon = float(np.trace(centred) ** 2 / ((k - 1) * (centred**2).sum()))
    df1, df2 = epsilon * (k - 1), epsilon * (k - 1) * (n - 1)
    f = (between / (k - 1)) / (error / ((k - 1) * (n - 1)))
    return {"f": float(f), "df1": df1, "df2": df2, "epsilon": epsilon, "p_value": float(fdtrc(df1, df2, f))}


def _paired(difference: np.ndarray) -> tuple[float | None, float | None]:
    """Paired t and its one-sided p; none if all differences are equal."""
    n = len(difference)
    if n < 2 or np.ptp(difference) == 0:
        return None, (0.0 if n > 1 and difference[0] > 0 else 1.0 if n > 1 else None)
    t = float(difference.mean() / (difference.std(ddof=1) / np.sqrt(n)))
    return t, float(stdtr(n - 1, -t))


def experts(answers: pd.DataFrame, material: Material) -> pd.DataFrame:
    """Return the table `experts`.

    Parameters
    ----------
    answers : DataFrame
        `judge, item, relevance, essential, clarity`.
    material : Material
    """
    rows = []
    for item in material.items:
        own = answers[answers["item"] == item]
        n = len(own)
        if not n:
            continue
        relevant = int((own["relevance"] >= 3).sum())
        v, low, high = content_validity.aiken(own["relevance"].to_numpy(), 1, 4)
        row = {"item": item, "n": n, "relevant": relevant, "i_cvi": relevant / n, "kappa": content_validity.kappa(relevant, n),
               "v": v, "v_low": low, "v_high": high}  # fmt: skip
        essential = own["essential"].dropna()
        if len(essential):
            row["essential"] = int((essential == 3).sum())
            row["cvr"], row["cvr_p"] = content_validity.ratio(row["essential"], len(essential))
        row["clarity"] = own["clarity"].mean()
        rows.append(row)
    return frame("development/experts", rows)


def cognitive(problems: pd.DataFrame, participants: int, material: Material) -> pd.DataFrame:
    """Return the table `cognitive`, with a row for every item of the pool."""
    rows = []
    for item in material.items:
        own = problems[problems["item"] == item]
        row = {stage: own.loc[own["code"] == stage, "participant"].nunique() for stage in STAGES}
        rows.append({"item": item, "participants": participants, **row, "problems": own["participant"].nunique()})
    return frame("development/cognitive", rows)


def scales(found: dict[str, pd.DataFrame], material: Material, criteria: Criteria) -> pd.DataFrame:
    """Return the table `scales`: means over each construct's items, with Colquitt et al.'s bands for naive judges."""
    rows = []
    for construct in material.targets:
        orbiting = criteria.orbiting_r.get(construct) if isinstance(criteria.orbiting_r, dict) else criteria.orbiting_r
        for table, indices in (("sorting", ("p_sa", "c_sv")), ("ratings", ("htc", "htd"))):
            own = found[table][found[table]["construct"] == construct]
            for index in indices:
                if own[index].notna().any():
                    value = float(own[index].mean())
                    rows.append({"construct": construct, "items": len(own), "index": index, "value": value,
                                 "band": content_validity.band(index, value, orbiting), "orbiting_r": orbiting})  # fmt: skip
        items = [one.id for one in material.of(construct)]
        own = found["experts"][found["experts"]["item"].isin(items)]
        if len(own):
            rows.append({"construct": construct, "items": len(own), "index": "s_cvi_ave", "value": own["i_cvi"].mean()})
            rows.append({"construct": construct, "items": len(own), "index": "s_cvi_ua", "value": (own["i_cvi"] == 1).mean()})
    return frame("development/scales", rows)


def judges(answers: dict[str, pd.DataFrame], material: Material, criteria: Criteria) -> pd.DataFrame:
    """Return the table `judges`: agreement of each judge, and the largest change of a construct's mean without the judge."""
    own = {item: one.construct_id for item, one in material.items.items()}
    rows = []
    for task, values in answers.items():
        if task == "sorting":
            scored = values.assign(score=(values["chosen"] == values["item"].map(own)).astype(float))
        elif task == "ratings":
            scored = values[values["construct"] == values["item"].map(own)]
            scored = scored.assign(score=scored["rating"] / criteria.anchors)
        else:
            scored = values.assign(score=(values["relevance"] >= 3).astype(float))
        scored = scored.assign(construct=scored["item"].map(own))
        whole = _means(scored)
        for judge, some in scored.groupby("judge", sort=False):
            left = scored[scored["judge"] != judge]
            if task == "ratings":
                other = left.groupby("item")["score"].mean().reindex(some["item"]).to_numpy()
                mine = some["score"].to_numpy()
                fine = ~np.isnan(other)
                varies = fine.sum() > 2 and np.ptp(other[fine]) > 0 and np.ptp(mine[fine]) > 0
                agreement = float(np.corrcoef(mine[fine], other[fine])[0, 1]) if varies else None
            else:
                agreement = float(some["score"].mean())
            change = (_means(left) - whole).dropna()
            rows.append({"task": task, "judge": judge, "items": some["item"].nunique(), "agreement": agreement,
                         "change": float(change.iloc[change.abs().argmax()]) if len(change) else None})  # fmt: skip
    return frame("development/judges", rows)


def _means(scored: pd.DataFrame) -> pd.Series:
    """The mean over items of the items' means, by construct."""
    items = scored.groupby(["construct", "item"])["score"].mean()
    return items.groupby("construct").mean()


def flags(
    found: dict[str, pd.DataFrame], material: Material, criteria: Criteria, chosen: Callable[[str], list[str]]
) -> pd.DataFrame:
    """Return the table `decisions`: which criteria flag each item, and what people decided; nothing is decided here."""
    by = {name: found[name].set_index("item") for name in ("sorting", "ratings", "experts", "cognitive", "pilot_items")}
    contrasts = found["ratings_contrasts"].dropna(subset=["p_holm"]).groupby("item")["p_holm"].max()
    rows = []
    for item, one in material.items.items():
        row: dict[str, object] = {"item": item, "construct": one.construct_id}
        if item in by["sorting"].index:
            row["sorting"] = bool(by["sorting"].loc[item, "p_value"] > criteria.sorting_alpha)
        if item in contrasts.index:
            row["ratings"] = bool(contrasts[item] > criteria.sorting_alpha)
        if item in by["experts"].index:
            expert = by["experts"].loc[item]
            row["experts"] = bool(expert["i_cvi"] < (1.0 if expert["n"] <= FEW_EXPERTS else criteria.i_cvi))
        if item in by["cognitive"].index:
            row["cognitive"] = bool(by["cognitive"].loc[item, "problems"] >= criteria.problems)
        if item in by["pilot_items"].index and not pd.isna(by["pilot_items"].loc[item, "loading"]):
            pilot = by["pilot_items"].loc[item]
            row["loading"] = bool(pilot["loading"] < criteria.loading)
            if not pd.isna(pilot["cross_loading"]):
                row["cross_loading"] = bool(pilot["cross_loading"] > criteria.cross)
        row["flags"] = sum(value is True for value in row.values())
        decided = material.decisions.items.get(item)
        if decided:
            row |= {"decision": decided.decision, "by": decided.by, "why": decided.why}
        rows.append(row | {"chosen": item in chosen(one.construct_id)})
    return frame("development/decisions", rows)
