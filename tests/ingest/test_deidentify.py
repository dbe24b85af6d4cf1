"""De-identification: what is personal is recognised, what is not is left alone, and k-anonymity is counted right."""

import numpy as np
import pandas as pd
import pytest
from personal_forms import ORDINARY, PERSONAL

from practicework.stages.ingest import deidentify
from practicework.tables.files import personal
from practicework.tables.files.raw import CONTACT, DIRECT, FREE_TEXT, LOCATION, METADATA, NETWORK, UNDECLARED, RawTable


@pytest.mark.parametrize(("text", "kind"), [(text, kind) for kind, texts in PERSONAL.items() for text in texts])
def test_personal_texts(text, kind):
    assert personal.personal(text) == kind
    assert text not in personal.shown(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_texts_are_not_personal(text):
    assert personal.personal(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("strongly", "'strongly'"),
        ("42.5", "'42.5'"),
        ("Jane Roe", "a text of 8 characters"),
        ("abcdefghijklm", "a text of 13 characters"),
    ],
)
def test_messages_show_short_tokens_only(text, words):
    assert personal.shown(text) == words


def test_random_decimals_and_dates_are_not_personal():
    """Ten thousand weights, dates and times in the forms of exports."""
    rng = np.random.default_rng(1)
    for number in rng.normal(0, [1, 100, 1e5], (2_000, 3)).ravel():
        for text in (repr(float(number)), f"{number:.2f}", f"{number:.9f}".replace(".", ",")):
            assert personal.personal(text) is None, text
    for stamp in pd.to_datetime(rng.integers(0, 2**31, 2_000), unit="s"):
        for form in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y%m%d"):
            assert personal.personal(stamp.strftime(form)) is None, stamp.strftime(form)


@pytest.mark.parametrize(
    ("heading", "cells", "reason"),
    [
        ("RecipientEmail", ["x"], CONTACT),
        ("Adresse e-mail", ["x"], CONTACT),
        ("IPAddress", ["x"], NETWORK),
        ("ip_address", ["x"], NETWORK),
        ("LocationLatitude", ["48.1"], LOCATION),
        ("Last name", ["x"], DIRECT),
        ("PROLIFIC_PID", ["x"], DIRECT),
        ("V12", ["a@b.example", "c@d.example"], CONTACT),
        ("V13", ["10.1.2.3"], NETWORK),
        ("V14", ["I think that it depends on the customer, really, and on the day of the week."], FREE_TEXT),
        ("shipping", ["1"], UNDECLARED),
        ("relationship_1", ["4"], UNDECLARED),
        ("flat_rate", ["4"], UNDECLARED),
        ("Q5_1", ["4", "5"], UNDECLARED),
    ],
)
def test_why_a_column_stays_behind(heading, cells, reason):
    raw = RawTable("f.csv", [heading], [[cell] for cell in cells], list(range(2, len(cells) + 2)))
    assert deidentify.why_dropped(raw, 0) == reason


def test_what_the_format_knows_wins():
    raw = RawTable("f.csv", ["Progress"], [["100"]], [4], reasons={0: METADATA})
    assert deidentify.why_dropped(raw, 0) == METADATA


def test_a_heading_that_is_a_datum_is_not_shown():
    """An export without a header has a person in its first row."""
    assert personal.heading("jane@example.com") == "(an e-mail address)"
    assert personal.heading("two\r\nlines") == "two lines"


def test_anonymity_by_hand():
    """Ages 30, 30, 30, 40, 40, NA with sexes 0, 0, 1, 1, 1, 1: groups by both of 2, 1, 2 and 1 people."""
    people = pd.DataFrame({"age": [30, 30, 30, 40, 40, np.nan], "sex": [0, 0, 1, 1, 1, 1.0]})
    table = deidentify.anonymity(people, ["age", "sex"]).set_index("identifiers")
    assert table.loc["age"].tolist() == [6, 3, 1, 1, 6]
    assert table.loc["sex"].tolist() == [6, 2, 2, 0, 6]
    assert table.loc["age × sex"].tolist() == [6, 4, 1, 2, 6]
    assert deidentify.anonymity(people, []).empty


def test_small_groups_are_pooled():
    people = pd.DataFrame({"age": [30.0] * 5 + [40] * 4 + [50] * 3 + [np.nan] * 6})
    table = deidentify.categories(people, ["age"])
    assert table[["category", "n"]].to_numpy().tolist() == [
        ["30", 5],
        ["missing", 6],
        ["2 values, some with fewer than 5 respondents", 7],
    ]


def test_a_single_small_group_is_not_found_by_subtraction():
    """Pooling takes in another group where one alone would be left."""
    people = pd.DataFrame({"sex": [0.0] * 20 + [1.0] * 2})
    assert deidentify.categories(people, ["sex"])["n"].tolist() == [22]
