"""Random numbers that depend on the seed and the names alone."""

import numpy as np
import pytest

from practicework.numerics.seeds import generator


def first(seed: int, *names: str) -> list[int]:
    """The first raw numbers of a generator."""
    return generator(seed, *names).bit_generator.random_raw(4).tolist()


def test_same_seed_and_names_give_the_same_numbers():
    """No state is shared between generators."""
    assert first(2021, "moderation", "s", "main") == first(2021, "moderation", "s", "main")


@pytest.mark.parametrize(
    "names",
    [
        ("moderation", "s", "use"),
        ("moderation", "t", "main"),
        ("profiles", "s", "main"),
        ("moderation", "smain"),
        ("s", "moderation", "main"),
    ],
)
def test_another_name_gives_other_numbers(names):
    """Stage, sample and model each count, and so does their order."""
    assert first(2021, *names) != first(2021, "moderation", "s", "main")


def test_another_seed_gives_other_numbers():
    """The study's seed counts."""
    assert first(2022, "moderation", "s", "main") != first(2021, "moderation", "s", "main")


def test_generators_are_unrelated():
    """Numbers of 50 models with neighbouring names do not correlate."""
    draws = np.array([generator(1, "moderation", "s", f"m{number}").standard_normal(4000) for number in range(50)])
    r = np.corrcoef(draws)[np.triu_indices(50, 1)]
    assert np.abs(r).max() < 5 / np.sqrt(4000)
    assert r.std() == pytest.approx(1 / np.sqrt(4000), rel=0.1)


def test_numbers_stay_as_they_were():
    """The derivation is part of every result: changing it changes published numbers."""
    raw = [9989192314857062530, 11905580173874268853, 5462911604125299548, 13092734091335909672]
    assert first(2021, "moderation", "schmitt2021", "main") == raw
