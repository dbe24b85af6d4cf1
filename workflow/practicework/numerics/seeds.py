"""Random numbers that do not depend on other stages, samples or models."""

import hashlib
from collections.abc import Callable
from functools import partial

import numpy as np

Streams = Callable[..., np.random.Generator]
"""Returns the generator for further names, such as a model's."""


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the independent generator of (seed, names), such as stage, sample and model.

    Adding a sample, a model or a core changes no other generator's numbers.
    """
    digest = hashlib.sha256("/".join(names).encode()).digest()
    words = [int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4)]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


def streams(seed: int, *names: str) -> Streams:
    """Return `generator` with the seed and the first names fixed, such as stage and sample."""
    return partial(generator, seed, *names)
