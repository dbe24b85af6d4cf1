"""The published study's reports, rendered once, and what they show."""

from types import SimpleNamespace

import pytest

from practicework import report
from practicework.report import style
from practicework.report.section import flat
from practicework.study import load_study
from practicework.study.pipeline import Part


class Rendered(SimpleNamespace):
    """A part's results and its report."""

    def cells(self, name: str) -> list[dict[str, str]]:
        """A table as it is shown: its rows by the keys of the columns."""
        table = next(entry.content for entry in self.report.contents.tables if entry.name == name)
        return [dict(zip(table.columns, row, strict=True)) for row in table.rows]

    @property
    def texts(self) -> list[str]:
        """Every paragraph and item of its sections."""
        blocks = [block for section in self.report.sections for block in flat(section.body)]
        found = [text for block in blocks for text in (getattr(block, "text", ""), *getattr(block, "items", ()))]
        return [str(text).replace("\u00a0", " ") for text in found if text]


def rendered(folder, name: str) -> Rendered:
    study = load_study(folder)
    part = Part(study, name)
    sets = {one: Part(study, one).results() for one in study.config.coding} if name in study.config.samples else {}
    results = part.results()
    return Rendered(study=study, part=part, results=results, sets=sets, report=report.render(part, results, sets))


class Reports(dict):
    """Reports by part, each rendered when it is first asked for."""

    def __init__(self, folder) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, name: str) -> Rendered:
        self[name] = rendered(self.folder, name)
        return self[name]


@pytest.fixture
def undrawn(monkeypatch) -> None:
    """Reports rendered in the test itself have empty figures: for tests of words, whose figures others draw."""
    monkeypatch.setattr(style, "svg", lambda figure: "<svg/>")


@pytest.fixture(scope="session")
def reports(published) -> Reports:
    return Reports(published.folder)


@pytest.fixture(scope="session")
def sample(reports) -> Rendered:
    return reports["schmitt2021"]
