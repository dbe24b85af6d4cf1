"""The published study's reports and overview in headless Chromium, used as a person does: no error, no request, no barrier.

`make test` skips these tests where Chromium is not installed; `make test-browser` says so.
"""

import pandas as pd
import pytest
from browser import CHROMIUM

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")

PAGES = ("schmitt2021/report/report.html", "schmitt2021_interviews/report/report.html", "overview.html")


@pytest.fixture
def visit(chromium, published):
    """Opens a page of the results; at the end the console must be silent and nothing asked for over a network."""
    opened, messages, requests = [], [], []

    def open_page(name=PAGES[0], width=1280, **options):
        page = chromium.new_page(viewport={"width": width, "height": 900}, **options)
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda asked: requests.append(asked.url))
        page.goto((published.folder / "results" / name).as_uri())
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.close()
    assert messages == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_the_page_fits_its_width_and_every_figure_is_drawn(visit, name, width):
    """Wide tables and figures scroll in their own frames; the page itself never scrolls sideways."""
    page = visit(name, width)
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.eval_on_selector_all("img", "images => images.map(i => [i.complete, i.naturalWidth, i.naturalHeight])")
    assert all(complete and across > 300 and down > 100 for complete, across, down in sizes)
    assert len(sizes) == page.locator("figure.drawing").count()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_no_barrier(visit, name, colours):
    """Everything unfolded, in light and dark; contrast included."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(name, color_scheme=colours)
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = axe.run(page).response["violations"]
    assert [(one["id"], one["impact"], one["nodes"][0]["html"][:120]) for one in found] == []


def test_contents_lead_to_sections_and_follow_the_reader(visit):
    page = visit()
    targets = page.eval_on_selector_all("nav a", "links => links.map(one => one.getAttribute('href').slice(1))")
    assert targets[0] == "ingest"
    assert all(page.query_selector(f"[id='{target}']") for target in targets)
    page.click("nav a[href='#profiles']")
    page.wait_for_selector("nav a[href='#profiles'][aria-current]")


def test_the_first_screen_answers(visit):
    """Question, answer, three numbers with their intervals, sample and the ledger's verdict, without scrolling."""
    page = visit()
    for selector in (".question", ".answer", ".tiles.key", ".tiles:not(.key)", ".banner"):
        box = page.locator(selector).bounding_box()
        assert box["y"] + box["height"] < 900, selector
    key = page.locator(".tiles.key li")
    assert key.count() == 3
    assert all("95% CI [" in text for text in key.all_inner_texts())


def test_the_slider_shows_the_stored_effect(visit, published):
    """At each end and in the middle: words, marker and moving line are those of the tables."""
    results = published.results("schmitt2021") / "moderation/main"
    curve = pd.read_csv(results / "effect_curve.csv")
    slopes = pd.read_csv(results / "simple_slopes.csv")
    page = visit()
    explorer = page.locator(".explorer").first
    slider = explorer.locator("input")
    for key, place in (("Home", 0), ("End", len(curve) - 1)):
        slider.press(key)
        row = curve.iloc[place]
        words = explorer.locator("output").inner_text()
        assert f"Perceived training and support = {row['moderator_value']:.1f}" in words
        ends = (f"{row[end]:.3f}".replace("-", "−") for end in ("ci_low_hc3", "ci_high_hc3"))
        assert f"effect {row['effect']:.3f}, 95% CI [{', '.join(ends)}]" in words
        assert slider.get_attribute("aria-valuetext").endswith(": positive" if row["ci_low_hc3"] > 0 else ": not significant")
    # halfway between two stored lines the moving one is their mean
    slider.press("Home")
    low = moving(explorer)
    slider.press("End")
    high = moving(explorer)
    slider.fill(str((len(curve) - 1) // 2))
    assert moving(explorer) == pytest.approx([(a + b) / 2 for a, b in zip(low, high, strict=True)], abs=0.01)
    # and at a probe it lies on the stored line
    p50 = slopes[slopes["probe"] == "p50"]
    nearest = (curve["moderator_value"] - p50["moderator_value"].iloc[0]).abs().idxmin()
    assert curve["moderator_value"][nearest] == pytest.approx(p50["moderator_value"].iloc[0])
    slider.fill(str(nearest))
    drawn, fixed = (
        moving(explorer),
        explorer.locator(".fixed").evaluate_all("all => all.map(e => [e.y1, e.y2].map(v => v.baseVal.value))"),
    )
    stored = {probe: [rows["predicted"].iloc[0], rows["predicted"].iloc[-1]] for probe, rows in slopes.groupby("probe")}
    for end in (0, 1):
        scale = (fixed[0][end] - fixed[1][end]) / (stored["p16"][end] - stored["p84"][end])
        assert drawn[end] == pytest.approx(fixed[0][end] + scale * (stored["p50"][end] - stored["p16"][end]), abs=0.05)


def moving(explorer) -> list[float]:
    return explorer.locator(".moving").evaluate("e => [e.y1.baseVal.value, e.y2.baseVal.value]")


def test_sorting_sorts_by_the_number(visit):
    """By all digits, empty cells last, both ways, by keyboard, and told to screen readers."""
    page = visit()
    table = page.locator("table[data-sortable]", has_text="Published α").first
    alphas = "rows => rows.map(row => Number(row.cells[3].dataset.value))"
    before = table.locator("tbody tr").evaluate_all(alphas)
    heading = table.locator("thead th").nth(3)
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert table.locator("tbody tr").evaluate_all(alphas) == sorted(before) != before
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert table.locator("tbody tr").evaluate_all(alphas) == sorted(before, reverse=True)
    table.locator("thead th").nth(0).locator("button").click()
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names)
    assert heading.get_attribute("aria-sort") is None
    assert page.locator("table:not([data-sortable]) thead button").count() == 0  # rows under headings stay there


def test_figures_enlarge_and_close(visit):
    page = visit()
    figure = page.locator("figure.drawing:visible").nth(1)
    figure.locator("button").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    assert dialog.is_visible()
    assert dialog.locator("img").bounding_box()["width"] > figure.locator("img").bounding_box()["width"]
    assert dialog.locator("figcaption").inner_text() == figure.locator("figcaption").inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    figure.locator("img").click()
    dialog.locator(".close").click()
    assert not dialog.is_visible()


def test_colours_follow_the_system_and_the_reader(visit):
    background = "getComputedStyle(document.body).backgroundColor"
    page = visit(color_scheme="dark")
    assert page.evaluate(background) == "rgb(20, 25, 30)"
    page.click("button.theme")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.reload()
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_print_is_light_unfolded_and_without_controls(visit):
    page = visit(color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for selector in ("nav", ".explorer", ".theme", ".enlarge", ".copy"):
        assert not page.locator(selector).first.is_visible(), selector
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() <= 1


def test_a_link_into_what_is_folded_opens_it(visit):
    page = visit()
    assert not page.locator("#table-s1").is_visible()
    page.evaluate("location.hash = '#table-s1'")
    page.wait_for_selector("#table-s1", state="visible")


def test_without_script_all_is_there(visit):
    page = visit(java_script_enabled=False)
    assert page.locator("#table-1").is_visible()
    assert not page.locator(".explorer").first.is_visible()


def test_the_overview_leads_to_the_reports(visit):
    page = visit("overview.html")
    page.click("a[href='schmitt2021/report/report.html']")
    assert page.locator("h1").inner_text() == "Salespeople's promotion of social selling"
    assert page.url.endswith("schmitt2021/report/report.html")
