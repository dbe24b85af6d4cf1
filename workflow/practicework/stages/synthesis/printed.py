"""The published interaction as the interval that print allows: "β = .02, p < .05" is a range of coefficients and of t."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from practicework.study.published import Printed, parse
from practicework.study.replication import Claim, alternatives

LARGEST = 30.0
"""The absolute t that stands for all larger ones, where print sets no limit."""


@dataclass(frozen=True)
class Published:
    """A published coefficient, as far as it is printed.

    Attributes
    ----------
    estimate : tuple of float
        The lowest and highest coefficient that rounds to the printed one; NaN if none is printed.
    t : tuple of float
        The lowest and highest absolute t; the highest may be infinite.
    df : int
    n : int
    sign : int
        1 or −1; 0 if the direction is not printed.
    how : str
        From what the range of t follows.
    """

    estimate: tuple[float, float]
    t: tuple[float, float]
    df: int
    n: int
    sign: int
    how: str

    def corners(self, metric: str) -> list[tuple[float, float]]:
        """Return the pairs of effect and standard error at the ends of what is printed.

        Verdicts are evaluated there, with the side of the limits on which each corner is (`verdicts.at_corners`). A
        coefficient without t has no standard error, and t without a direction has no sign; both are then absent.
        """
        if self.sign == 0:
            return []
        limits = [min(t, LARGEST) for t in self.t]
        if metric == "partial_r":
            return [(self.sign * float(np.arcsinh(t / np.sqrt(self.df))), 1 / np.sqrt(self.df - 1)) for t in limits]
        if metric != "coefficient" or np.isnan(self.estimate).any() or self.t[0] <= 0:
            return []
        return [(b, abs(b) / t) for b in self.estimate for t in limits]


def published(claims: Iterable[Claim], model: str, term: str, predictors: int) -> Published | None:
    """Return what a publication prints of a model's interaction; None without its test or the number of respondents.

    An exact p, t or standard error is known up to its rounding. "< a" means a t between that of p = a and that of the next
    stricter threshold that the same publication uses, or without an upper limit if it uses none; "> a" means a t from 0 to
    that of a.

    Parameters
    ----------
    claims : iterable of Claim
        The published values of the sample.
    model, term : str
        The model and its product term.
    predictors : int
        The number of terms of the model without the intercept, for the degrees of freedom.
    """
    claims = list(claims)
    found = _about(claims, model, term)
    if lacking(claims, model, term):
        return None
    n = int(found["n"].number)
    df = n - predictors - 1
    if df < 2:
        return None
    used = [parse(claim.published) for claim in claims if claim.column == "p_value"]
    low, high, how = _t(found, df, [one.number for one in used if one.sign in ("<", "≤")])
    estimate = _rounded(found["estimate"]) if "estimate" in found and not found["estimate"].sign else (np.nan, np.nan)
    signs = {*np.sign(estimate)} if not np.isnan(estimate).any() else set()
    if "t" in found and not found["t"].sign and not signs:
        signs = {np.sign(found["t"].number)}
    sign = int(signs.pop()) if len(signs) == 1 else 0
    return Published(estimate, (low, high), df, n, sign, how)


def lacking(claims: Iterable[Claim], model: str, term: str) -> str | None:
    """Return what claims about a model's interaction lack for a comparison; None if they lack nothing."""
    found = _about(claims, model, term)
    if "n" not in found:
        return f"the claims do not give the number of respondents (table moderation/{model}/fit, column n)"
    if not {"p_value", "t", "std_error"} & found.keys():
        return "the claims give no test of the interaction (p_value, t or std_error)"
    return None


def _about(claims: Iterable[Claim], model: str, term: str) -> dict[str, Printed]:
    """What print tells of a model's interaction by column, and n."""
    found: dict[str, Printed] = {}
    for claim in claims:
        if (
            claim.table == f"moderation/{model}/coefficients"
            and alternatives(claim.row.get("term", "")) == (term,)
            and claim.column
        ):
            found[claim.column] = parse(claim.published)
        if claim.table == f"moderation/{model}/fit" and claim.column == "n":
            found["n"] = parse(claim.published)
    return found


def _rounded(value: Printed) -> tuple[float, float]:
    half = 0.5 * 10.0**-value.decimals
    return value.number - half, value.number + half


def _plain(p: float) -> str:
    return f"{p:g}".removeprefix("0")


def _critical(p: float, df: int) -> float:
    return float(-stdtrit(df, p / 2)) if p > 0 else np.inf


def _t(found: Mapping[str, Printed], df: int, thresholds: list[float]) -> tuple[float, float, str]:
    """The range of |t|, and from what it follows."""
    if "t" in found and not found["t"].sign:
        low, high = (abs(one) for one in _rounded(found["t"]))
        return min(low, high), max(low, high), "printed t"
    if "std_error" in found and "estimate" in found and not found["std_error"].sign:
        b, se = _rounded(found["estimate"]), _rounded(found["std_error"])
        sizes = sorted(abs(one) for one in b)
        if b[0] * b[1] > 0 and se[0] > 0:
            return sizes[0] / se[1], sizes[1] / se[0], "printed standard error"
    if "p_value" not in found:
        return 0.0, np.inf, "print gives no test"
    p = found["p_value"]
    if not p.sign:
        low, high = _rounded(p)
        return _critical(min(high, 1.0), df), _critical(max(low, 0.0), df), "printed p"
    if p.sign in (">", "≥"):
        return 0.0, _critical(p.number, df), f"p > {_plain(p.number)}"
    stricter = [level for level in thresholds if level < p.number]
    return _critical(p.number, df), _critical(max(stricter), df) if stricter else np.inf, f"p < {_plain(p.number)}"
