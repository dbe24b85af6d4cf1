"""Every table says the same in CSV, page, Word and LaTeX, and every number of it is a number of the result tables."""

import csv
import shutil
import subprocess
import zipfile

import docx
import outputs
import pytest
from PIL import Image

from practicework.report import apa, latex, word_table
from practicework.report.contents import Contents, Entry, ref
from practicework.report.messages import say
from practicework.report.section import Fold, Paragraph, Section
from practicework.report.table import Drawing, Table, heading, interval, made, number, p, text

PARTS = ("schmitt2021", "schmitt2021_interviews", "bercier2020_cases", "practice_work")


@pytest.fixture(scope="module", params=PARTS)
def folder(request, published):
    return published.results(request.param) / "report"


@pytest.fixture(scope="module")
def shown(folder) -> dict[str, list[list[str]]]:
    """The page's tables by number, blanks as blanks."""
    return {number: unbroken(table) for number, table in outputs.page_tables(folder).items()}


def unbroken(table: list[list[str]]) -> list[list[str]]:
    return [[cell.replace("\u00a0", " ") for cell in row] for row in table]


def listed_tables(folder) -> list[dict[str, str]]:
    return [row for row in outputs.contents(folder) if row["kind"] == "table"]


def test_every_table_is_in_every_format(folder, shown):
    listed = listed_tables(folder)
    assert [row["number"] for row in listed] == list(shown)
    assert {path.stem for path in (folder / "tables").glob("*.*") if path.suffix} == {row["name"] for row in listed}
    word = outputs.word_tables(folder)
    assert set(word) == set(shown)
    for row in listed:
        assert unbroken(word[row["number"]]) == shown[row["number"]], row["name"]
        tex = outputs.latex_table(folder / "tables" / f"{row['name']}.tex")
        wanted = [[cell.replace("✗", "×") for cell in cells] for cells in shown[row["number"]]]  # LaTeX has no ballot mark
        assert unbroken(tex) == wanted, row["name"]


def test_every_number_shown_is_that_of_the_csv_rounded(folder, shown, reports):
    """The report made anew is the one on disk; each cell shows its numbers to half a unit of the last decimal, the CSV whole."""
    made = reports[folder.parent.name].report
    assert made.html == (folder / "report.html").read_text(encoding="utf-8")
    seen = 0
    for entry in made.contents.tables:
        header, rows = entry.content.full()
        with (folder / "tables" / f"{entry.name}.csv").open(encoding="utf-8", newline="") as file:
            read, *cells = csv.reader(file)
        assert read == header
        assert cells == [["" if value is None else str(value) for value in row] for row in rows]
        assert unbroken(entry.content.rows) == shown[entry.number][1:]
        for cell in (cell for row in entry.content.rows for cell in row):
            seen += rounds(cell, entry.content.name)
        printed = ("Published", "Claim")  # as the publication prints them
        numeric = [at for at, name in enumerate(entry.content.header) if at not in entry.content.words and name not in printed]
        rows = [row for at, row in enumerate(entry.content.rows) if at not in entry.content.groups]
        plain = {row[column] for row in rows for column in numeric if not isinstance(row[column], apa.Shown)}
        assert not any(character.isdigit() for text in plain for character in text), entry.content.name
    assert seen > (20 if folder.parent.name == "practice_work" else 300)  # a pool without judges has few numbers


def rounds(cell: str, name: str) -> int:
    """Hold the numbers that a cell shows against those that it remembers; how many there are."""
    wanted = [value for value in getattr(cell, "values", {}).values() if value is not None]
    if not wanted:
        return 0
    if cell.startswith(("< .001", "> .999", "< 1%")):
        assert wanted[0] < {"< .001": 0.001, "< 1%": 1}[cell] if cell[0] == "<" else wanted[0] >= 0.9995, name
        return 1
    found = outputs.numbers(cell.split("=")[-1])
    assert len(found) >= len(wanted), (name, cell)
    for (shown, decimals), value in zip(found, wanted, strict=False):
        assert abs(shown - value) <= 0.5 * 10**-decimals + 1e-9, (name, cell, value)
    return len(wanted)


def test_every_number_is_one_of_the_result_tables(folder):
    """No digit is typed or computed on the way: as it stands, or as a percentage of a share."""
    pool = set()
    for path in folder.parent.rglob("*.csv"):
        if folder not in path.parents:
            with path.open(encoding="utf-8", newline="") as file:
                pool |= {number for row in csv.reader(file) for cell in row for number in as_numbers(cell)}
    strangers = []
    for row in listed_tables(folder):
        if row["name"] == "coding_sets":  # the sample's report counts the sets' tables
            continue
        for cells in outputs.read_csv(folder / "tables" / f"{row['name']}.csv"):
            strangers += [(row["name"], name, cell) for name, cell in cells.items() if not pool.issuperset(as_numbers(cell)[:1])]
    assert strangers == []


def as_numbers(cell: str) -> list[float]:
    try:
        return [float(cell), 100 * float(cell)]
    except ValueError:
        return []


def test_figures_are_vectors_and_print_images(folder):
    listed = [row for row in outputs.contents(folder) if row["kind"] == "figure"]
    files = {path.relative_to(folder / "figures").as_posix() for path in (folder / "figures").rglob("*") if path.suffix}
    assert files == {f"{row['stage']}/{row['name']}.{kind}" for row in listed for kind in ("svg", "png")}
    for row in listed:
        with Image.open(folder / "figures" / row["stage"] / f"{row['name']}.png") as image:
            assert round(image.info["dpi"][0]) == 300
            assert image.width >= 1900  # six and a half inches, cut to what is drawn on
    media = 0
    for name in ("manuscript.docx", "supplement.docx"):
        with zipfile.ZipFile(folder / name) as file:
            media += sum(one.startswith("word/media/") for one in file.namelist())
    assert media == len(listed)


@pytest.mark.skipif(
    not shutil.which("pdflatex"),
    reason="LaTeX with threeparttable is not installed (Debian: apt-get install texlive-latex-extra)",
)
def test_latex_compiles(folder, tmp_path):
    inputs = "\n".join(rf"\input{{{path.name}}}\clearpage" for path in sorted((folder / "tables").glob("*.tex")))
    for path in (folder / "tables").glob("*.tex"):
        shutil.copy(path, tmp_path)
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{array,booktabs,threeparttable,amssymb}\begin{document}"
    (tmp_path / "all.tex").write_text(f"{head}\n{inputs}\n\\end{{document}}\n", encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1500:]


def test_the_word_files_divide_the_report(published, sample):
    """The manuscript has the text and what it cites; the supplement has everything else, in the order of the page."""
    folder = published.results("schmitt2021") / "report"
    manuscript, supplement = (docx.Document(str(folder / f"{name}.docx")) for name in ("manuscript", "supplement"))
    assert manuscript.paragraphs[0].text == "Salespeople's promotion of social selling"
    headings = [one.text for one in manuscript.paragraphs if one.style.name == "Heading 1"]
    assert headings == ["Method", "Results", "Limitations", "References"]
    for document, main in ((manuscript, True), (supplement, False)):
        numbers = {one.text.split()[-1] for one in document.paragraphs if one.style.name == "Table number"}
        assert numbers == {entry.number for entry in sample.report.contents.tables if entry.main is main}
    text = "\n".join(one.text for one in supplement.paragraphs)
    for section in sample.report.sections:
        assert section.stage == "manuscript" or section.title in text
    assert "Explore" not in text
    note = next(one for one in manuscript.paragraphs if one.text.startswith("Note. N"))
    assert [run.text for run in note.runs if run.italic][:2] == ["Note. ", "N"]


# what the formats are made of


ROWS = [{"name": "a_b & 50% {x}", "n": 12, "percent": 16.4}, {"name": "b", "low": -0.5, "high": 0.25}]


def _cell(row):
    return (
        apa.joined("{} ({})", n=apa.integer(row["n"]), percent=apa.percent(row["percent"]))
        if "n" in row
        else apa.interval(-0.5, 0.25)
    )


SMALL = Table.of("small", "Title: p < .05_x", [text("name", ""), made("found", "n", _cell)], ROWS, "N = 12, p = .03; the a is a.")


def test_a_cell_remembers_its_numbers():
    assert apa.number(0.123456789) == "0.12"
    assert apa.number(0.123456789).values == {"": 0.123456789}
    assert apa.p(0.00001).values == {"": 0.00001}
    assert apa.interval(None, 1).values == {"low": None, "high": None}
    assert apa.unit(0.824).within("({})") == "(.82)"
    assert apa.unit(0.824).within("({})").values == {"": 0.824}
    assert SMALL.full() == (
        ["row", "name", "found_n", "found_percent", "found_low", "found_high"],
        [["a_b & 50% {x}", "a_b & 50% {x}", 12, 16.4, None, None], ["b", "b", None, None, -0.5, 0.25]],
    )


def test_a_table_is_its_columns():
    """Header and cells come from the same columns; rows of headings stay empty; rows are found by their key."""
    columns = [text("scale", "Scale"), number("mean", "M", 1), interval("ci", "95% CI", "low", "high"), p("p_value", "p")]
    rows = [heading("First"), {"scale": "s", "key": "k", "mean": 1.26, "low": 0, "high": None, "p_value": 0.2}]
    table = Table.of("t", "T", columns, rows, row="key", bold=lambda row, key: key == "mean" and row.get("mean") == 1.26)
    assert table.header == ["Scale", "M", "95% CI", "p"]
    assert table.rows == [["First", "", "", ""], ["s", "1.3", "–", ".200"]]
    assert (table.row_keys, table.words, table.groups, table.bold) == (["First", "k"], (0,), (0,), ((1, 1),))
    assert table.full()[0] == ["row", "scale", "mean", "ci_low", "ci_high", "p_value"]


def test_latex_escapes_what_it_would_read_as_commands():
    text = latex.table(Entry("table", "1", "scoring", SMALL))
    assert r"a\_b \& 50\% \{x\} & 12 (16\%) \\" in text
    assert r"b & {[}\(-\)0.50, 0.25] \\" in text
    assert r"\item \textit{Note.} \textit{N} = 12, \textit{p} = .03; the a is a." in text
    assert r"\caption{Title: \textit{p} \(<\) .05\_x}" in text


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("p = .03, F(1, 71) = 5.29, ΔR² = .05", ["p", "F", "R"]),
        ("a model F: b: N < 5; t distribution", ["F", "b", "N"]),
        ("M and SD of r", ["SD"]),
        ("The study’s n, and “p = 1”", []),
    ],
)
def test_statistical_symbols_are_set_in_italics(text, symbols):
    pieces = apa.marked(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, symbol in pieces if symbol] == symbols


def small(key: str) -> Table:
    return Table.of(key, key.capitalize(), [text("a", "a")], [{"a": "x"}])


def test_contents_number_what_the_text_cites_first():
    """In the order of citation; the others are S1, S2, ... in the order of the page."""
    one, two, three, drawing = small("one"), small("two"), small("three"), Drawing("figure_one", None, "What it shows. More.", "")
    page_order = Section("scoring", "Scores", body=(one, Fold("more", (two, drawing)), three))
    cited = (Paragraph(say("{a} and {b}, as {a}.", a=ref(three), b=ref(one))),)
    contents = Contents.of([page_order], cited)
    assert [entry.row()[:4] for entry in contents.entries] == [
        ["table", "2", "scoring", "one"], ["table", "S1", "scoring", "two"], ["figure", "S1", "scoring", "figure_one"],
        ["table", "1", "scoring", "three"],
    ]  # fmt: skip
    assert drawing.title == "What it shows"
    assert contents.resolved(str(cited[0].text), lambda entry: entry.number) == "1 and 2, as 1."


def test_a_wide_table_lies_on_its_side():
    narrow = Table.of("t", "t", [text("a", "a"), number("b", "b")], [{"a": "x", "b": 1}])
    many = [interval(f"ci{place}", "b", "low", "high") for place in range(20)]
    wide = Table.of("t", "t", [text("a", "a"), *many], [{"a": "x", "low": 0, "high": 1}])
    width = 16 * 360_000
    assert not word_table.is_too_wide(narrow, width)
    assert word_table.is_too_wide(wide, width)


def test_private_characters_in_a_studys_own_words_are_left_alone():
    """Only a reference of ours becomes a number."""
    assert Contents.of([]).resolved("\ue000!\ue001", lambda entry: entry.number) == "\ue000!\ue001"
