"""Printed values: what they say, and which unrounded values would be printed so."""

import pytest

from practicework.study.published import Printed, parse


@pytest.mark.parametrize(
    ("text", "number", "decimals", "sign"),
    [
        (".82", 0.82, 2, ""),
        ("0.82", 0.82, 2, ""),
        (".90", 0.9, 2, ""),
        ("75", 75, 0, ""),
        ("75.", 75, 0, ""),
        ("-.27", -0.27, 2, ""),
        ("\N{MINUS SIGN}.27", -0.27, 2, ""),
        ("+1.5", 1.5, 1, ""),
        (" .82 ", 0.82, 2, ""),
        ("< .01", 0.01, 2, "<"),
        ("<.001", 0.001, 3, "<"),
        ("> .05", 0.05, 2, ">"),
        ("<= .05", 0.05, 2, "≤"),
        ("≥ 2", 2, 0, "≥"),
        (".00004481550959", 4.481550959e-05, 14, ""),
    ],
)
def test_parses_what_publications_print(text, number, decimals, sign):
    """Leading zero or not, unicode or ASCII minus, inequality or not."""
    assert parse(text) == Printed(number, decimals, sign)


@pytest.mark.parametrize(
    "text", ["", ".", "-", "<", "ns", "p < .01", ".82*", "1,234", "1.2.3", "1e-5", "--1", "nan", "inf", "< < 1", "= .05", ".8 2"]
)
def test_refuses_what_is_no_printed_value(text):
    """A ValueError that shows the text and how to write it."""
    with pytest.raises(ValueError, match="is not a printed value; write it as"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "agreeing", "disagreeing"),
    [
        (".82", [0.82, 0.8151, 0.8249, 0.815, 0.825], [0.8149, 0.8251, -0.82, 0.8]),
        (".90", [0.9, 0.8951, 0.9049], [0.8949, 0.9051, 0.87, 0.94]),
        (".9", [0.9, 0.87, 0.94, 0.85, 0.95], [0.84, 0.951]),
        ("-.27", [-0.27, -0.265, -0.275], [0.27, -0.2649, -0.2751]),
        ("75", [75, 74.5, 75.5], [74, 76, 74.49]),
        ("2.675", [2.675, 2.6745, 2.6755], [2.6744, 2.6756]),
        ("< .01", [0.0099999, 0, -1], [0.01, 0.011]),
        ("> .05", [0.050001, 1], [0.05, 0.04]),
        ("≤ .05", [0.05, 0.01], [0.0501]),
        (">= 2", [2, 3], [1.999]),
    ],
)
def test_agrees_at_the_printed_precision(text, agreeing, disagreeing):
    """A value agrees if it would be printed so; exactly half-way, either neighbour may have been printed."""
    printed = parse(text)
    assert [value for value in agreeing if not printed.agrees(value)] == []
    assert [value for value in disagreeing if printed.agrees(value)] == []


def test_half_way_agrees_with_both_neighbours_whatever_the_binary_rounding():
    """.005, .015, ..., .995: each is half-way between two printed values, though no float says so exactly."""
    for step in range(100):
        half = (10 * step + 5) / 1000
        assert parse(f"{step / 100:.2f}").agrees(half), half
        assert parse(f"{(step + 1) / 100:.2f}").agrees(half), half


def test_nothing_agrees_with_what_is_not_a_number():
    """A value that could not be computed proves nothing."""
    assert not any(parse(text).agrees(float("nan")) for text in (".82", "< .01", "> .05", "<= 1", ">= 0"))
