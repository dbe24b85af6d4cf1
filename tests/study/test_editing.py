"""Changes of single keys leave the rest of a YAML file as it is."""

import pytest
import yaml

from practicework.study.documents import parsed
from practicework.study.editing import REMOVE, edit, edited

TEXT = """\
# head
title: x  # note
samples:
  s:
    file: data/raw/a.csv
    missing:
      use: [1, 2]
    # about confirm
    confirm: [missing]

# scales
scales: [use]
confirm: [variables, categories]
# tail
"""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("samples", "s", "confirm"), REMOVE),
        (("samples", "s", "missing"), {"use": [9]}),
        (("samples", "s", "missing"), REMOVE),
        (("samples", "s", "missing", "use"), [3]),
        (("samples", "s", "columns"), {"a": "How old: are you?"}),
        (("confirm",), ["categories"]),
        (("confirm",), REMOVE),
        (("title",), "No"),
        (("variables",), ["a", "b"]),
        (("categories",), {"x": {1: "No", 2: ["Yes", "Oui"]}}),
    ],
)
def test_one_key_changes_and_the_rest_stays(path, value):
    text = edited(TEXT, path, value)
    expected = yaml.safe_load(TEXT)
    inner = expected
    for key in path[:-1]:
        inner = inner[key]
    if value is REMOVE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    assert yaml.safe_load(text) == expected
    assert [line for line in TEXT.splitlines() if line.startswith("#")] == [line for line in text.splitlines() if line[:1] == "#"]
    assert "    # about confirm\n" in text


@pytest.mark.parametrize(
    "text", ["samples: {s: {file: a, confirm: [missing]}}\nx: 1\n", "samples:\n  s: {file: a, confirm: [missing]}\nx: 1"]
)
def test_mappings_in_braces(text):
    assert yaml.safe_load(edited(text, ("samples", "s", "confirm"), REMOVE)) == {"samples": {"s": {"file": "a"}}, "x": 1}


def test_a_file_without_a_last_line_break():
    assert edited("a: 1", ("b",), 2) == "a: 1\nb: 2\n"
    assert edited("a: 1", ("a",), 2) == "a: 2\n"


def test_a_key_above_that_does_not_exist():
    with pytest.raises(KeyError):
        edited(TEXT, ("samples", "other", "confirm"), REMOVE)


def test_a_file_is_replaced_as_a_whole(tmp_path):
    (tmp_path / "a.yaml").write_text(TEXT)
    edit(tmp_path / "a.yaml", {("title",): "y", ("confirm",): REMOVE})
    assert yaml.safe_load((tmp_path / "a.yaml").read_text())["title"] == "y"
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


SCALE = """\
id: a  # the id
response:
  min: 1  # as printed
  max: 5
  labels:  # order checked
    1: No
    5: Yes
items:
# first block
- id: a_1  # core
  text: One.
- {id: a_2, text: Two., reverse: true}  # in braces
# second block
- id: a_3
  text: Three.
  reverse: true  # checked
# the end
scoring: {method: mean}
"""


def test_items_of_lists_change_one_by_one_and_comments_stay():
    text = edited(SCALE, ("items", 0, "reverse"), True)
    assert text == SCALE.replace("  text: One.\n", "  text: One.\n  reverse: true\n")
    text = edited(SCALE, ("items", 1, "reverse"), REMOVE)
    assert text == SCALE.replace("{id: a_2, text: Two., reverse: true}  # in", "{id: a_2, text: Two.}  # in")
    text = edited(SCALE, ("items", 2, "reverse"), REMOVE)
    assert text == SCALE.replace("  reverse: true  # checked\n", "")
    text = edited(SCALE, ("items", 1), REMOVE)
    assert text == SCALE.replace("- {id: a_2, text: Two., reverse: true}  # in braces\n", "")
    text = edited(edited(SCALE, ("items", 2), REMOVE), ("items", 0), REMOVE)
    assert [item["id"] for item in parsed(text)["items"]] == ["a_2"]
    assert edited(SCALE, ("response", "max"), 7) == SCALE.replace("max: 5", "max: 7")


def test_a_document_in_braces_is_written_anew():
    text = edited('{"title": "T", "samples": {"s": {"file": "x"}}}\n', ("title",), "New")
    assert parsed(text) == {"title": "New", "samples": {"s": {"file": "x"}}}
    text = edited("a: [{x: 1}, {x: No}]\n", ("a", 1, "y"), 2)
    assert parsed(text) == {"a": [{"x": 1}, {"x": "No", "y": 2}]}
