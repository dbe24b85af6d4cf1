"""The design of a moderation model: how variables become columns, and when they cannot."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from practicework.errors import StudyError
from practicework.numerics.coded import Coded
from practicework.study.settings import Model


@dataclass(frozen=True)
class Design:
    """The design of a model in a sample.

    The columns are intercept, predictor, moderator, each product of their columns, the columns of a second moderator (itself, its
    product with the predictor and, in a three-way interaction, with the moderator and with both), covariates.

    Attributes
    ----------
    data : DataFrame
        The respondents with all values.
    matrix : ndarray of shape (n, p)
    outcome : ndarray of shape (n,)
    """

    name: str
    model: Model
    data: pd.DataFrame
    predictor: Coded
    moderator: Coded
    second: Coded | None
    covariates: tuple[Coded, ...]
    matrix: np.ndarray
    outcome: np.ndarray

    @property
    def where(self) -> str:
        """The model's name in messages."""
        return f"Model '{self.name}' in config/config.yaml"

    @property
    def terms(self) -> list[str]:
        """The columns' names."""
        covariates = [term for one in self.covariates for term in one.terms]
        return ["intercept", *self.predictor.terms, *self.moderator.terms, *self.products, *self.with_second, *covariates]

    @property
    def products(self) -> list[str]:
        """The names of the product terms."""
        return [f"{x}:{w}" for x in self.predictor.terms for w in self.moderator.terms]

    @property
    def with_second(self) -> list[str]:
        """The names of the columns of the second moderator, if there is one; all variables then have one column each."""
        if self.second is None:
            return []
        (x,), (w,), (z,) = self.predictor.terms, self.moderator.terms, self.second.terms
        return [z, f"{x}:{z}", *([f"{w}:{z}", f"{x}:{w}:{z}"] if self.model.three_way else [])]

    @property
    def first_product(self) -> int:
        """The position of the first product of predictor and moderator."""
        return 1 + len(self.predictor.terms) + len(self.moderator.terms)

    @property
    def interaction(self) -> np.ndarray:
        """The positions of the product terms under test: predictor by moderator, or the three-way product."""
        if self.model.three_way:
            return np.array([self.terms.index(self.with_second[-1])])
        return np.arange(self.first_product, self.first_product + len(self.products))

    def contrasts(self, effect: int, values: np.ndarray, second: np.ndarray | None = None) -> np.ndarray:
        """Return the linear combinations of coefficients that give an effect of the predictor at moderator values.

        Parameters
        ----------
        effect : int
            Which of the predictor's terms.
        values : ndarray of shape (m,)
            Moderator values in their own units.
        second : ndarray of shape (m,), optional
            Values of the second moderator, if the model has one; by default its mean.

        Returns
        -------
        ndarray of shape (m, p)
        """
        rows = np.zeros((len(values), self.matrix.shape[1]))
        rows[:, 1 + effect] = 1
        width = len(self.moderator.terms)
        start = self.first_product + effect * width
        rows[:, start : start + width] = w = self.moderator.code(values)
        if self.second is not None:
            z = self._second(second, len(values))
            place = self.first_product + len(self.products)
            rows[:, place + 1] = z[:, 0]
            if self.model.three_way:
                rows[:, place + 3] = (w * z)[:, 0]
        return rows

    def at(self, predictor: np.ndarray, moderator: np.ndarray, second: np.ndarray | None = None) -> np.ndarray:
        """Return rows of the design at values of predictor and moderators, covariates at their means."""
        rows = np.tile(self.matrix.mean(axis=0), (len(predictor), 1))
        z = None if self.second is None else self._second(second, len(predictor))
        columns = _columns(self.predictor.code(predictor), self.moderator.code(moderator), z, self.model.three_way)
        rows[:, : columns.shape[1]] = columns
        if self.model.square:  # the last covariate follows the predictor
            rows[:, -1] = (np.asarray(predictor, float) - self.data[self.model.predictor].mean()) ** 2
        return rows

    def _second(self, values: np.ndarray | None, size: int) -> np.ndarray:
        """Values of the second moderator as a column; by default the column's mean."""
        if values is None:
            return np.full((size, 1), self.matrix[:, self.first_product + len(self.products)].mean())
        return self.second.code(values)


def build(complete: pd.DataFrame, name: str, model: Model, center: str = "mean", categories: Collection[str] = ()) -> Design:
    """Build the design of a model.

    Parameters
    ----------
    complete : DataFrame
        The respondents with all values: `respondent` and the model's variables.
    name : str
        The model's name, for messages.
    model : Model
    center : {"mean", "none"}
        Whether predictor and moderator are mean-centred; covariates and categorical variables never are.
    categories : collection of str
        The categorical variables; the lowest code is the reference.

    Raises
    ------
    StudyError
        If there are too few respondents, a variable is constant, or the predictor does not vary in a category.
    """
    where = f"Model '{name}' in config/config.yaml"
    for variable in model.variables:
        if complete[variable].nunique() == 1 and len(complete) > 1:
            raise StudyError(
                f"{where} cannot be fitted: '{variable}' has the same value ({complete[variable].iloc[0]:g}) for all "
                f"{len(complete)} respondents with all values; remove it or use other data."
            )

    def coded(variable: str, centred: bool) -> Coded:
        values = complete[variable].to_numpy(float)
        if variable in categories:
            return Coded(variable, 0.0, np.unique(values))
        return Coded(variable, float(values.mean()) if centred and len(values) else 0.0, None)

    x, w = (coded(one, center == "mean") for one in (model.predictor, model.moderator))
    z = coded(model.second_moderator, center == "mean") if model.second_moderator else None
    if model.square:
        values = complete[model.predictor].to_numpy(float)
        if model.predictor in categories or len(np.unique(values)) == 2:
            raise StudyError(f"{where} cannot be fitted: '{model.predictor}' has no square to hold constant; remove 'quadratic'.")
        complete = complete.assign(**{model.square: (values - values.mean()) ** 2})
    covariates = tuple(coded(one, False) for one in [*model.covariates, *filter(None, [model.square])])
    parts = {one.name: one.code(complete[one.name].to_numpy(float)) for one in (x, w, *filter(None, [z]), *covariates)}
    first = _columns(parts[x.name], parts[w.name], parts[z.name] if z else None, model.three_way)
    matrix = np.column_stack([first, *(parts[one.name] for one in covariates)])
    if len(complete) <= matrix.shape[1]:
        raise StudyError(
            f"{where} cannot be fitted: {len(complete)} respondents have all its values and it estimates {matrix.shape[1]} "
            "coefficients; add respondents or remove covariates."
        )
    for group, other in ((w, x), (x, w), *([(z, x)] if z else [])):
        for code in () if group.levels is None else group.levels:
            inside = complete.loc[complete[group.name] == code, other.name]
            if inside.nunique() < (2 if other.levels is None else len(other.levels)):
                raise StudyError(
                    f"{where} cannot be fitted: for '{group.name}' = {code:g} (n = {len(inside)}), "
                    f"'{other.name}' has too few values; combine the category with another one or exclude these respondents."
                )
    return Design(name, model, complete, x, w, z, covariates, matrix, complete[model.outcome].to_numpy(float))


def _columns(x: np.ndarray, w: np.ndarray, z: np.ndarray | None, three_way: bool) -> np.ndarray:
    """Intercept, predictor, moderator and their products; the second moderator and its products."""
    products = (x[:, :, None] * w[:, None, :]).reshape(len(x), x.shape[1] * w.shape[1])
    columns = [np.ones(len(x)), x, w, products]
    if z is not None:
        columns += [z, x * z] + ([w * z, x * w * z] if three_way else [])
    return np.column_stack(columns)
