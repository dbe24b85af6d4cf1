"""Of a stack of matrices, those without a solution stop no other."""

import numpy as np

from practicework.numerics.matrices import definite, solved


def test_matrices_that_are_not_finite_or_not_definite_are_left_out():
    stack = np.stack([np.eye(3), np.full((3, 3), np.nan), np.ones((3, 3)), np.diag([1, np.inf, 1]), np.diag([2, 1, 1e-9])])
    assert definite(stack, 1e-6).tolist() == [True, False, False, False, False]
    assert definite(stack[1:2], 1e-6).tolist() == [False]
    assert definite(stack[:0], 1e-6).tolist() == []


def test_a_singular_system_leaves_the_solutions_of_the_others():
    rng = np.random.default_rng(1)
    stack, right = rng.standard_normal((5, 3, 3)), rng.standard_normal((5, 3, 2))
    every, regular = solved(stack, right)
    assert regular.all()
    stack[2] = 0
    found, regular = solved(stack, right)
    assert regular.tolist() == [True, True, False, True, True]
    np.testing.assert_array_equal(found, every[[0, 1, 3, 4]])
    assert solved(np.zeros((2, 3, 3)), right[:2])[0].shape == (0, 3, 2)
