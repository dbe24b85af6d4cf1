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

    The columns are intercept, predictor, moderator, each product of their columns, covariates.

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
        return ["intercept", *self.predictor.terms, *self.moderator.terms, *self.products, *covariates]

    @property
    def products(self) -> list[str]:
        """The names of the product terms."""
        return [f"{x}:{w}" for x in self.predictor.terms for w in self.moderator.terms]

    @property
    def interaction(self) -> np.ndarray:
        """The positions of the product terms among the columns."""
        first = 1 + len(self.predictor.terms) + len(self.moderator.terms)
        return np.arange(first, first + len(self.products))

    def contrasts(self, effect: int, values: np.ndarray) -> np.ndarray:
        """Return the linear combinations of coefficients that give an effect of the predictor at moderator values.

        Parameters
        ----------
        effect : int
            Which of the predictor's terms.
        values : ndarray of shape (m,)
            Moderator values in their own units.

        Returns
        -------
        ndarray of shape (m, p)
        """
        rows = np.zeros((len(values), self.matrix.shape[1]))
        rows[:, 1 + effect] = 1
        width = len(self.moderator.terms)
        rows[:, self.interaction[effect * width : (effect + 1) * width]] = self.moderator.code(values)
        return rows

    def at(self, predictor: np.ndarray, moderator: np.ndarray) -> np.ndarray:
        """Return rows of the design at values of predictor and moderator, covariates at their means."""
        rows = np.tile(self.matrix.mean(axis=0), (len(predictor), 1))
        columns = _columns(self.predictor.code(predictor), self.moderator.code(moderator))
        rows[:, : columns.shape[1]] = columns
        if self.model.square:  # the last covariate follows the predictor
            rows[:, -1] = (np.asarray(predictor, float) - self.data[self.model.predictor].mean()) ** 2
        return rows


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
    if model.square:
        values = complete[model.predictor].to_numpy(float)
        if model.predictor in categories or len(np.unique(values)) == 2:
            raise StudyError(f"{where} cannot be fitted: '{model.predictor}' has no square to hold constant; remove 'quadratic'.")
        complete = complete.assign(**{model.square: (values - values.mean()) ** 2})
    covariates = tuple(coded(one, False) for one in [*model.covariates, *filter(None, [model.square])])
    parts = [one.code(complete[one.name].to_numpy(float)) for one in (x, w, *covariates)]
    matrix = np.column_stack([_columns(parts[0], parts[1]), *parts[2:]])
    if len(complete) <= matrix.shape[1]:
        raise StudyError(
            f"{where} cannot be fitted: {len(complete)} respondents have all its values and it estimates {matrix.shape[1]} "
            "coefficients; add respondents or remove covariates."
        )
    for group, other in ((w, x), (x, w)):
        for code in () if group.levels is None else group.levels:
            inside = complete.loc[complete[group.name] == code, other.name]
            if inside.nunique() < (2 if other.levels is None else len(other.levels)):
                raise StudyError(
                    f"{where} cannot be fitted: for '{group.name}' = {code:g} (n = {len(inside)}), "
                    f"'{other.name}' has too few values; combine the category with another one or exclude these respondents."
                )
    return Design(name, model, complete, x, w, covariates, matrix, complete[model.outcome].to_numpy(float))


def _columns(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Intercept, predictor, moderator and their products."""
    products = (x[:, :, None] * w[:, None, :]).reshape(len(x), x.shape[1] * w.shape[1])
    return np.column_stack([np.ones(len(x)), x, w, products])
