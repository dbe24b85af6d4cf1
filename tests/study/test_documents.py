"""YAML files are data: nothing in them grows without bound, surprises or hides."""

import time

import pytest

from practicework.errors import StudyError
from practicework.study.documents import read_yaml


def read(folder, text: str) -> dict:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    return read_yaml(folder / "a.yaml", "a.yaml")


BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BOMB, "aliases repeat too many values"),
        ("a: &a [*a]", "an alias contains itself"),
        ("b: &b {x: 1}\na:\n  <<: *b", "line 3, is not valid YAML: a key '<<' merges another mapping"),
        ("n: 0123", "'0123' would be read as another number"),
        ("n: 1:30", "'1:30' would be read as another number"),
        ("n: -0_7", "would be read as another number"),
        (r't: "a\x07b"', "the character U\\+0007 cannot be shown everywhere"),
        (r't: "\uD800"', "U\\+D800|not valid YAML"),
        ("t: \ue000", "the character U\\+E000 cannot be shown everywhere"),
    ],
)
def test_what_could_harm_or_surprise_is_one_sentence_within_a_second(tmp_path, text, sentence):
    start = time.perf_counter()
    with pytest.raises(StudyError, match=sentence):
        read(tmp_path, text)
    assert time.perf_counter() - start < 1


def test_ordinary_documents_are_read(tmp_path):
    text = "a: &a [1, 0, 0.5, -3, 1e3, 0.0, 00]\nb: *a\nt: '0123'\nu: \"1:30\"\nlines: |\n  one\n  two\tthree\nd: 2021-03-04\n"
    found = read(tmp_path, text)
    assert found["a"] == found["b"] == [1, 0, 0.5, -3, "1e3", 0.0, 0]
    assert (found["t"], found["u"], found["lines"]) == ("0123", "1:30", "one\ntwo\tthree\n")
