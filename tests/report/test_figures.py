"""Every figure of the published reports, with labels as they are and with long ones: no text outside the figure."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from practicework import report
from practicework.report import overview
from practicework.study import Study
from practicework.study.pipeline import Part

LONG = "The extent to which {} has been perceived as supportive by salespeople in the past twelve months"


def outside(drawing) -> list[str]:
    """The texts that are drawn and reach beyond the edges of their figure."""
    drawn, draw = [], Text.draw

    def recorded(text, renderer, *rest):
        if text.get_visible() and text.get_text().strip():
            drawn.append((text.get_text(), text.get_window_extent(renderer)))
        return draw(text, renderer, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", recorded)
        FigureCanvasAgg(drawing.figure).draw()
    edges, slack = drawing.figure.bbox, 2
    return [
        f"{drawing.name}: {words!r} at {box.extents.round()} of {edges.width:.0f} x {edges.height:.0f}"
        for words, box in drawn
        if box.x0 < -slack or box.y0 < -slack or box.x1 > edges.width + slack or box.y1 > edges.height + slack
    ]


def renamed(study: Study) -> Study:
    scales = {name: scale.model_copy(update={"label": LONG.format(scale.label.lower())}) for name, scale in study.scales.items()}
    return Study(study.folder, study.config, scales, study.codebooks)


@pytest.mark.parametrize("part", ["schmitt2021", "schmitt2021_interviews", "bercier2020_cases"])
def test_no_text_leaves_its_figure(reports, part):
    for entry in reports[part].report.contents.figures:
        assert outside(entry.content) == []


def test_long_labels_stay_inside(sample):
    study = renamed(sample.study)
    made = report.render(Part(study, sample.part.name), sample.results, {})
    assert [text for entry in made.contents.figures for text in outside(entry.content)] == []


def test_long_labels_stay_inside_the_overview(sample, monkeypatch):
    drawn = []
    study = renamed(sample.study)
    samples = study.config.samples | {"a_sample_with_a_rather_long_name_2026": study.config.samples["schmitt2021"]}
    config = study.config.model_copy(update={"samples": samples, "coding": {}})
    original = overview._forest
    monkeypatch.setattr(overview, "_forest", lambda *given: drawn.append(original(*given)) or drawn[-1])
    overview.render(Study(study.folder, config, study.scales), dict.fromkeys(samples, sample.results))
    assert len(drawn) == 2
    assert [text for one in drawn for text in outside(one)] == []
