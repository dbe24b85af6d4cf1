"""The published study's report in headless Chromium: no error, no request, every figure drawn.

`make test` skips these tests where Chromium is not installed; `make test-browser` says so.
"""

import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        chromium = session.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[1280, 390], ids=["desktop", "phone"])
def opened(request, browser, published):
    """The page at a width, the messages of its console, and what it asked for over a network."""
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    messages, requests = [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda asked: requests.append(asked.url))
    address = (published.results("schmitt2021") / "report/report.html").as_uri()
    page.goto(address)
    yield page, messages, [url for url in requests if url != address and not url.startswith("data:")]
    page.close()


def test_no_error_and_no_request(opened):
    _, messages, requests = opened
    assert messages == []
    assert requests == []


def test_every_figure_is_drawn(opened):
    page, _, _ = opened
    sizes = page.eval_on_selector_all("img", "images => images.map(i => [i.complete, i.naturalWidth, i.naturalHeight])")
    assert len(sizes) == 13
    assert all(complete and width > 300 and height > 150 for complete, width, height in sizes)


def test_the_page_fits_its_width(opened):
    """Wide tables and figures scroll in their own frames; the page itself never scrolls sideways."""
    page, _, _ = opened
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_contents_lead_to_sections(opened):
    page, _, _ = opened
    targets = page.eval_on_selector_all("nav a", "links => links.map(one => one.getAttribute('href').slice(1))")
    assert targets[0] == "ingest"
    assert all(page.query_selector(f"section#{target} h2") for target in targets)
