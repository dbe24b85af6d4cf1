"""Total, direct and indirect effects of a process model as functions of its coefficients, and at values of the moderator."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from practicework.stages.process.equations import Equation
from practicework.study.process import ProcessModel

ALL = "all"
"""The sum of all indirect effects."""

ARROW = " > "


@dataclass(frozen=True)
class Effect:
    """One effect: its kind, the mediators in order, the probe and value of the moderator, and its value in each draw."""

    kind: str
    through: str
    probe: str | None
    at: float | None
    values: np.ndarray


class Effects:
    """The effects of a model for given coefficients.

    Parameters
    ----------
    model : ProcessModel
    equations : sequence of Equation
    coefficients : sequence of ndarray of shape (m, p)
        For each equation, the coefficients in m draws.
    """

    def __init__(self, model: ProcessModel, equations: Sequence[Equation], coefficients: Sequence[np.ndarray]) -> None:
        """Keep the coefficients by equation and term."""
        self.model = model
        self.by = {
            equation.outcome: dict(zip(equation.terms, draws.T, strict=True))
            for equation, draws in zip(equations, coefficients, strict=True)
        }

    def path(self, target: str, source: str, at: float | None) -> np.ndarray:
        """Return the effect of a variable in an equation at a value of the moderator, if the path is moderated."""
        own = self.by[target]
        product = own.get(f"{source}:{self.model.moderator}")
        return own[source] if product is None else own[source] + product * at

    def direct(self, at: float | None) -> np.ndarray:
        """Return the effect of the predictor on the outcome that passes no mediator."""
        return self.path(self.model.outcome, self.model.predictor, at)

    def indirect(self, at: float | None) -> dict[str, np.ndarray]:
        """Return the indirect effect of each chain of mediators: a product of paths."""
        model, found = self.model, {}
        sizes = range(1, len(model.mediators) + 1) if model.serial else (1,)
        for chain in (chain for size in sizes for chain in combinations(model.mediators, size)):
            stations = [model.predictor, *chain, model.outcome]
            steps = [self.path(target, source, at) for source, target in pairwise(stations)]
            found[ARROW.join(chain)] = np.prod(steps, axis=0)
        return found

    def index(self) -> list[tuple[str, str, np.ndarray]]:
        """Return the index of moderated mediation of each mediator: the change of its indirect effect per unit of the moderator.

        a₃b where the first path is moderated, a b₃ where the second is (Hayes, 2015). There is none if both are, since the
        indirect effect is then quadratic in the moderator.
        """
        model = self.model
        first, second = "a" in model.moderates, "b" in model.moderates
        if first == second:
            return []
        found = []
        for one in model.mediators:
            own, outcome = self.by[one], self.by[model.outcome]
            if first:
                values = own[f"{model.predictor}:{model.moderator}"] * outcome[one]
            else:
                values = own[model.predictor] * outcome[f"{one}:{model.moderator}"]
            found.append((one, "a" if first else "b", values))
        return found

    def all(self, probes: dict[str | None, float | None]) -> list[Effect]:
        """Return every effect at every probe of the moderator; effects that it does not change, once.

        The total effect is the sum of direct and indirect effects. It is given only without a moderator, as in PROCESS.
        """
        model, found, once = self.model, [], {None: None}
        at_direct = probes if "direct" in model.moderates else once
        at_indirect = probes if {"a", "b"} & {*model.moderates} else once
        if not model.moderates and not model.generalized:  # on the scale of a link, effects do not add up
            total = self.direct(None) + np.sum([*self.indirect(None).values()], axis=0)
            found.append(Effect("total", "", None, None, total))
        found += [Effect("direct", "", probe, at, self.direct(at)) for probe, at in at_direct.items()]
        for probe, at in at_indirect.items():
            own = self.indirect(at)
            found += [Effect("indirect", through, probe, at, values) for through, values in own.items()]
            if len(own) > 1:
                found.append(Effect("indirect", ALL, probe, at, np.sum([*own.values()], axis=0)))
        return found

    def contrasts(self, probes: dict[str | None, float | None]) -> list[tuple[Effect, Effect, np.ndarray]]:
        """Return differences of indirect effects, second minus first: between chains of mediators, and between two probes."""
        effects = [one for one in self.all(probes) if one.kind == "indirect" and one.through != ALL]
        found = []
        for probe in dict.fromkeys(one.probe for one in effects):
            own = [one for one in effects if one.probe == probe]
            found += [(first, second, second.values - first.values) for first, second in combinations(own, 2)]
        pairs = [("p16", "p84"), ("low", "high")]
        own_probes = [probe for probe in probes if probe and probe.startswith("at ")]
        for first, second in [*pairs, *combinations(own_probes, 2)]:
            for through in dict.fromkeys(one.through for one in effects):
                ends = {one.probe: one for one in effects if one.through == through}
                if first in ends and second in ends:
                    found.append((ends[first], ends[second], ends[second].values - ends[first].values))
        return found


def probes(model: ProcessModel, moderator: np.ndarray | None) -> dict[str | None, float | None]:
    """Return the values of the moderator at which effects are probed: percentiles at position p(n + 1), or its two values."""
    if moderator is None:
        return {None: None}
    if len(np.unique(moderator)) == 2:
        found = {"low": moderator.min(), "high": moderator.max()}
    else:
        found = dict(zip(("p16", "p50", "p84"), np.quantile(moderator, [0.16, 0.5, 0.84], method="weibull"), strict=True))
    found |= {f"at {value:g}": value for value in model.probes}
    return {probe: float(value) for probe, value in found.items()}
