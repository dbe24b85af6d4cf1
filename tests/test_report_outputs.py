"""Every table says the same in CSV, page, Word and LaTeX, and every number of it is a number of the result tables."""

import csv
import shutil
import subprocess
import zipfile

import outputs
import pytest
from PIL import Image

from practicework import report
from practicework.report import apa, latex, page, word_table
from practicework.report.contents import Contents, Entry
from practicework.report.table import Drawing, Table, slug
from practicework.study import load_study
from practicework.study.pipeline import Part

PARTS = ("schmitt2021", "schmitt2021_interviews", "bercier2020_cases")


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


def test_every_number_shown_is_that_of_the_csv_rounded(folder, shown, published):
    """The report made anew is the one on disk; each cell shows its numbers to half a unit of the last decimal, the CSV whole."""
    made = rendered(published.folder, folder.parent.name)
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
        plain = {row[column] for row in entry.content.rows for column in numeric if not isinstance(row[column], apa.Shown)}
        assert not any(character.isdigit() for text in plain for character in text), entry.content.name
    assert seen > 300


def rendered(study_folder, part: str) -> report.Report:
    study = load_study(study_folder)
    sets = {name: Part(study, name).results() for name in study.config.coding} if part in study.config.samples else {}
    return report.render(study, part, Part(study, part).results(), sets)


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
    for (number, decimals), value in zip(found, wanted, strict=False):
        assert abs(number - value) <= 0.5 * 10**-decimals + 1e-9, (name, cell, value)
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
        if row["name"] == "coded_evidence":  # the sample's report counts the sets' tables
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
    with zipfile.ZipFile(folder / "report.docx") as file:
        assert sum(name.startswith("word/media/") for name in file.namelist()) == len(listed)


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


def test_word_file_reads_as_the_page(published):
    """The words of the summary and of the manuscript, in order; supplements come last."""
    import docx

    document = docx.Document(str(published.results("schmitt2021") / "report/report.docx"))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "Salespeople's promotion of social selling"
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings[:2] == ["Text for a manuscript", "Sample"]
    assert headings[-1] == "Supplement"
    assert any(text.startswith("How sure one can be") for text in texts)
    assert not any("Explore" in text or "Enlarge" in text for text in texts)
    note = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("Note. N"))
    assert [run.text for run in note.runs if run.italic][:2] == ["Note. ", "N"]


# what the formats are made of


CELLS = [["a_b & 50% {x}", apa.joined("{} ({})", n=apa.integer(12), percent=apa.percent(16.4))], ["b", apa.interval(-0.5, 0.25)]]
SMALL = Table("Title: p < .05_x", ["", "n"], CELLS, "N = 12, p = .03; the a is a.")


def test_a_cell_remembers_its_numbers():
    assert apa.number(0.123456789) == "0.12"
    assert apa.number(0.123456789).values == {"": 0.123456789}
    assert apa.p(0.00001).values == {"": 0.00001}
    assert apa.interval(None, 1).values == {"low": None, "high": None}
    assert apa.unit(0.824).within("({})") == "(.82)"
    assert apa.unit(0.824).within("({})").values == {"": 0.824}
    assert SMALL.full() == (
        ["", "n n", "n percent %", "n low", "n high"],
        [["a_b & 50% {x}", 12, 16.4, None, None], ["b", None, None, -0.5, 0.25]],
    )


def test_headings_that_come_twice_are_told_apart():
    assert Table("t", ["Scale", "95% CI", "95% CI"], [["s", apa.interval(0, 1), apa.interval(2, 3)]]).full()[0] == [
        "Scale", "95% CI low", "95% CI high", "95% CI low (2)", "95% CI high (2)",
    ]  # fmt: skip


def test_latex_escapes_what_it_would_read_as_commands():
    text = latex.table(Entry("table", "1", "scoring", SMALL.name, SMALL))
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


def test_contents_number_tables_supplements_and_figures_apart():
    contents = Contents()
    contents.enter("scoring")
    one, two = Table("One", [], []), Table("Two", [], [])
    drawing = Drawing("figure_one", None, "What it shows. More.", "alternative")
    entries = [contents.add(one), contents.add(two, supplement=True), contents.add(drawing), contents.add(Table("Three", [], []))]
    assert [entry.row()[:3] for entry in entries] == [
        ["table", "1", "scoring"], ["table", "S1", "scoring"], ["figure", "1", "scoring"], ["table", "2", "scoring"],
    ]  # fmt: skip
    assert drawing.title == "What it shows"
    assert contents.add(Table("One!", [], [])).row() == ["table", "3", "scoring", "one_2", "One!"]  # its files are its own


def test_names_of_files():
    assert slug("Model “main”: coefficients, outcome Ä") == "model_main_coefficients_outcome"
    assert len(slug("a long label " * 40)) <= 120


def test_a_wide_table_lies_on_its_side():
    narrow = Table("t", ["a", "b"], [["x", apa.number(1)]])
    wide = Table("t", ["a", *["b"] * 20], [["x", *[apa.interval(0, 1)] * 20]])
    width = 16 * 360_000
    assert not word_table.is_too_wide(narrow, width)
    assert word_table.is_too_wide(wide, width)


def test_words_can_refer_to_what_comes_later_and_to_nothing_that_is_not_there(monkeypatch):
    """Numbers are filled in at the end; a private character in a study's own words is left alone."""
    table = Table("Later", ["a"], [["x"]])
    words = {
        "test.html": "{{ icon }} {{ ref(one) }} {{ table(one) if shown }}",
        "blocks.html": (page.TEMPLATES / "blocks.html").read_text(),
    }
    monkeypatch.setattr(page.jinja2, "FileSystemLoader", lambda _: page.jinja2.DictLoader(words))
    made = page.render("test.html", Contents(), one=table, shown=True, icon="\ue000!\ue001")
    assert made.startswith('\ue000!\ue001 <a class="ref" href="#table-1">Table\u00a01</a>')
    with pytest.raises(KeyError):
        page.render("test.html", Contents(), one=table, shown=False, icon="")
