"""The encoding of a text file: read right, or refused with what to do; never garbled."""

import pytest

from practicework.errors import StudyError
from practicework.tables.files.grid import Reading
from practicework.tables.readers import detect

FRENCH = "âge;utilité;commentaire\n34;Plutôt d'accord;Très bien, déjà vu\n45;Tout à fait d'accord;Œuvre – ça va « oui »\n"
GERMAN = "größe;straße;äußerung\nstimme völlig zu;mäßig;überhaupt nicht\n"
SPANISH = "¿Edad?;acuerdo;sí\nNiño;año;más o menos\n"
DANISH = "køn;tilfreds;på\nmeget enig;på arbejdet;ø\n"
POLISH = "płeć;ważność_1;ważność_2\nzdecydowanie się nie zgadzam;zgadzam się;nie zgadzam się\n" * 5
CZECH = "věk;užitečnost;práce\nspíše souhlasím;zcela nesouhlasím;ano\n" * 5
HUNGARIAN = "életkor;hasznosság;nem\negyetértek;teljesen egyetértek;nő\n" * 5
TURKISH = "yaş;fayda;iş\nkatılıyorum;hiç katılmıyorum;evet\n" * 5
RUSSIAN = "возраст;польза;да\nсогласен;не согласен;нет\n" * 5
GREEK = "ηλικία;χρησιμότητα;ναι\nσυμφωνώ;διαφωνώ;όχι\n" * 5
CHINESE = "年龄;我喜欢新工具;性别\n五四;四;男\n" * 5
JAPANESE = "年齢;役に立つ;性別\nそう思う;全くそう思わない;男\n" * 5


@pytest.mark.parametrize("text", [FRENCH, GERMAN, SPANISH, DANISH])
def test_windows_1252_is_read_where_its_letters_fit_a_language(tmp_path, text):
    (tmp_path / "a.csv").write_bytes(text.encode("cp1252"))
    raw = detect.read(tmp_path / "a.csv", "a.csv", None)
    assert raw.header == text.splitlines()[0].split(";")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "mac_roman"), (GERMAN, "mac_roman"), (POLISH, "cp1250"), (CZECH, "cp1250"), (HUNGARIAN, "cp1250"),
        (TURKISH, "cp1254"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"), (GREEK, "cp1253"), (CHINESE, "gb18030"),
        (JAPANESE, "shift_jis"),
    ],
)  # fmt: skip
def test_another_encoding_is_refused_and_read_if_it_is_declared(tmp_path, text, encoding):
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    with pytest.raises(StudyError, match=r"the encoding of the file is not certain; save the file as 'CSV UTF-8'.* 'encoding'"):
        detect.read(tmp_path / "a.csv", "a.csv", None)
    raw = detect.read(tmp_path / "a.csv", "a.csv", None, Reading(encoding=encoding))
    assert raw.header == text.splitlines()[0].split(";")


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("latin-9000", "'latin-9000' is not a known encoding"), ("ascii", "row 1, has a character that is not ascii")],
)
def test_a_declared_encoding_that_does_not_fit(tmp_path, encoding, words):
    (tmp_path / "a.csv").write_bytes(FRENCH.encode("cp1252"))
    with pytest.raises(StudyError, match=words):
        detect.read(tmp_path / "a.csv", "a.csv", None, Reading(encoding=encoding))


@pytest.mark.parametrize(("name", "key"), [("a.csv", {"sheet": "One"}), ("a.sav", {"encoding": "cp1252"})])
def test_keys_that_do_not_apply(tmp_path, name, key):
    (tmp_path / name).write_bytes(b"a,b\n1,2\n" if name == "a.csv" else b"$FL2" + b"\0" * 200)
    with pytest.raises(StudyError, match="does not apply; remove it"):
        detect.read(tmp_path / name, name, None, Reading(**key))
