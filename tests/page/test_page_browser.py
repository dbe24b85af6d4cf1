"""Three people use the page in headless Chromium: a newcomer, a reviewer, and two at once; nothing is lost, nothing blocked."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from browser import CHROMIUM
from clients import Client
from newcomer import export

from practicework.study import load_study
from practicework.study.editing import edited

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)"),
]


@pytest.fixture
def visit(chromium, served):
    """Opens the page with a browser of its own, closed before its server ends; at the end the console must be silent."""
    contexts, messages = [], []

    def enter(guard, **options):
        context = chromium.new_context(viewport={"width": 1100, "height": 900}, **options)
        page = context.new_page()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.set_default_timeout(20_000)
        page.goto(guard.address)
        contexts.append(context)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert messages == []


def waits(field, value: str) -> None:
    """Until a field has a value, which the page's script restores."""
    from playwright.sync_api import expect

    expect(field).to_have_value(value, timeout=20_000)


def write(page) -> None:
    page.click("button[value=write]")


def confirmed(page, folder: Path) -> None:
    """From an empty folder to a study without open points, by clicks and the keyboard."""
    page.click("main a.button")
    page.set_input_files("#export", folder)
    page.click("text=Read the file")
    page.click("text=Draft a study")
    write(page)
    page.click("text=Next:")
    page.wait_for_selector(".sortable.live")
    place = lambda: [one.strip() for one in page.locator(".sortable label").all_inner_texts()]  # noqa: E731
    for at, label in enumerate(("Rather cold", "Lukewarm", "Warm", "Burning")):
        while place().index(label) > at:
            page.focus(f'button[aria-label="Move {label} up"]')
            page.keyboard.press("Enter")
    page.check("input[name=ordered]")
    page.click("text=Set the order")
    write(page)
    assert page.locator("fieldset.doubt legend").inner_text().startswith("zeal_3")
    page.check("input[name=reverse][value=zeal_3]")
    for _ in range(3):
        page.click("text=Accept this scale")
        write(page)
    page.click("text=Accept the variables")
    write(page)


def test_a_newcomer_gets_from_an_export_to_a_report_and_a_reviewer_to_the_verdict(visit, served, tmp_path):
    """The newcomer sees which numbers move after a change, and hands over a package; a second tab sees the same run."""
    (tmp_path / "team survey.csv").write_text(export())
    guard = served(tmp_path / "study")
    page = visit(guard)
    start = time.monotonic()
    confirmed(page, tmp_path / "team survey.csv")
    for role, name in (("moderator", "help"), ("predictor", "use"), ("outcome", "zeal")):
        page.select_option(f"#{role}", name)
    page.click("form.sentence button")
    write(page)
    page.wait_for_selector("text=Next: Run the study")
    config = tmp_path / "study/config/config.yaml"  # in an editor meanwhile: fewer simulations and no figure files
    text = edited(config.read_text(), ("moderation", "simulation"), {"studies": 100, "resamples": 100})
    config.write_text(edited(text, ("report",), {"formats": ["html", "word", "tables"]}))
    page.click("text=Next: Run the study")
    page.click("text=Run the study")
    tab = page.context.new_page()
    tab.goto(f"http://127.0.0.1:{guard.port}/run")
    page.wait_for_selector("text=Read the report", timeout=180_000)
    assert time.monotonic() - start < 300
    tab.wait_for_selector("text=Read the report")
    page.click("text=Read the report")
    report = page.frame_locator("iframe")
    assert "effect of use on zeal" in report.locator(".answer").inner_text()
    with page.expect_download() as found:
        page.click("text=manuscript.docx")
    assert found.value.suggested_filename == "sample_manuscript.docx"
    study = load_study(tmp_path / "study")
    assert study.scales["zeal"].items[2].reverse
    assert study.scales["zeal"].confirm == study.config.confirm == ()
    page.goto(f"http://127.0.0.1:{guard.port}/scales/use")
    page.select_option("select[name=method]", "sum")
    page.click("text=Show the changes")
    write(page)
    page.goto(f"http://127.0.0.1:{guard.port}/run")
    page.click("text=Run the study")
    page.wait_for_selector("text=Read the report", timeout=180_000)
    page.click("text=Read the report")
    page.wait_for_selector(".card li")
    changed = page.locator(".card li").all_inner_texts()
    assert any("moderation_main_coefficients" in line and "→" in line for line in changed)
    text = edited(config.read_text(), ("samples", "sample", "publish"), "raw")
    config.write_text(edited(text, ("samples", "sample", "publish_columns"), ["IPAddress", "ResponseId"]))
    page.click("text=Hand over")
    page.click("text=Write a replication package")
    page.wait_for_selector('.task:not([data-state="running"])', timeout=180_000)
    assert "Verdict: All" in page.locator("main").inner_text()
    reviewer = visit(served(tmp_path / "study/results/package/study"))
    reviewer.click("text=Hand over")
    reviewer.click("button:has-text('Verify')")
    reviewer.wait_for_selector('.task:not([data-state="running"])', timeout=180_000)
    assert re.search(r"All [\d,]+ expected numbers were reproduced", reviewer.locator("main").inner_text())


def ready(guard) -> None:
    """A study without open points, made without a screen."""
    client = Client(guard).enter()
    client.post("/data/upload", {}, ("team.csv", export().encode()))
    client.change("/data/draft", {"file": "data/raw/team.csv"})
    client.change("/scales/zeal", {"ordered": "1", "decision": "save"})
    for path in ("/scales/zeal", "/scales/use", "/scales/help", "/variables"):
        client.change(path, {"decision": "accept"})


def test_a_lab_member_gets_from_a_new_scale_to_its_questionnaire(visit, served, tmp_path):
    """Without data, with the keyboard."""
    page = visit(served(tmp_path / "lab"))
    page.click("nav >> text=Scales")
    page.click("text=New scale")
    fields = {
        "#id": "trust",
        "#label": "Trust",
        "#labels": "Never\nAlways",
        "#items": "I trust my manager.\nI doubt my manager. (R)",
    }
    for field, text in fields.items():
        page.focus(field)
        page.keyboard.insert_text(text)
    page.reload()  # what was typed is still there
    waits(page.locator("#items"), fields["#items"])
    page.click("text=Show the change")
    write(page)
    page.click("text=Write the questionnaire")
    with page.context.expect_page() as opened:
        page.click("text=questionnaire.html")
    opened.value.wait_for_load_state()
    assert opened.value.locator("tbody tr").all_inner_texts()[1].startswith("2")
    assert "I doubt my manager." in opened.value.locator("main").inner_text()


def test_what_is_typed_before_the_script_runs_is_kept(visit, served, tmp_path):
    guard = served(tmp_path / "lab")
    page = visit(guard)
    held = []

    def hold(route) -> None:
        held.append(route)

    page.route("**/page.js", hold, times=1)
    page.goto(f"http://127.0.0.1:{guard.port}/instruments", wait_until="commit")
    page.fill("#id", "trust")
    page.select_option("#status", "adapted")
    held[0].continue_()
    page.wait_for_load_state()
    page.fill("#label", "Trust")
    page.reload()
    for field, text in (("#id", "trust"), ("#status", "adapted"), ("#label", "Trust")):
        waits(page.locator(field), text)


def test_what_was_discarded_does_not_return(visit, served, tmp_path):
    guard = served(tmp_path / "study")
    ready(guard)
    page = visit(guard)
    page.goto(f"http://127.0.0.1:{guard.port}/scales/use")
    page.check("input[name=drop][value=use_1]")
    page.click("text=Show the changes")
    page.click("button[value=discard]")
    page.wait_for_selector("text=The change was discarded.")
    page.goto(f"http://127.0.0.1:{guard.port}/scales/use")
    assert not page.is_checked("input[name=drop][value=use_1]")


def test_a_mistake_leads_to_its_field(visit, served, tmp_path):
    """Also inside of what is folded; the keyboard is there, and the field is described by the sentence."""
    guard = served(tmp_path / "study")
    ready(guard)
    page = visit(guard)
    base = f"http://127.0.0.1:{guard.port}"
    page.goto(f"{base}/scales/use")
    page.fill("#high", "1")
    page.click("text=Show the changes")
    page.wait_for_selector("#low[aria-invalid=true][aria-describedby=said]")
    assert page.evaluate("document.activeElement.id") == "low"
    assert page.locator("#said").inner_text() == "The lowest response must be smaller than the highest."
    waits(page.locator("#high"), "1")  # what was typed is still there
    page.goto(f"{base}/models")
    page.click("summary >> text=Mediation")
    page.select_option("#process_outcome", "zeal")
    page.select_option("#process_predictor", "use")
    page.click("details[open] button")
    page.wait_for_selector("details[open] #process_mediators[aria-describedby=said]")


def test_two_people_at_once_see_each_others_changes_and_overwrite_nothing(visit, served, tmp_path):
    guard = served(tmp_path / "study")
    ready(guard)
    one, other = visit(guard), visit(guard)
    address = f"http://127.0.0.1:{guard.port}/scales/use"
    for page, field, text in ((one, "#label", "Usefulness"), (other, "[name=min_valid]", "0.5")):
        page.goto(address)
        page.fill(field, text)
        page.click("text=Show the changes")
    write(one)
    write(other)
    assert "was changed meanwhile" in other.locator(".said").inner_text()
    waits(other.locator("[name=min_valid]"), "0.5")  # what was typed is still there
    assert load_study(tmp_path / "study").scales["use"].label == "Usefulness"


def test_a_run_survives_the_server_and_can_be_stopped(visit, served, chromium, tmp_path):
    """The server is killed during a run; the page opens again, says so, and finishes the rest."""
    folder = tmp_path / "study"
    ready(served(folder))
    command = [sys.executable, "-m", "practicework.commands.cli", "open", str(folder), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            page = chromium.new_page()
            page.goto(process.stdout.readline().strip())
            page.click("nav >> text=Run")
            page.click("text=Run the study")
            page.wait_for_selector('.task[data-state="running"]')
            time.sleep(3)
        finally:
            process.kill()
    page.close()
    page = visit(served(folder))
    page.click("nav >> text=Run")
    page.click("button:has-text('Run the study')")
    page.wait_for_selector('.task[data-state="done"], .task[data-state="failed"]', timeout=180_000)
    if "is using this study" in page.locator("main").inner_text():  # the run goes on without its server
        while "is using this study" in page.locator("main").inner_text():
            time.sleep(2)
            page.click("button:has-text('Run the study')")
            page.wait_for_selector('.task[data-state="done"], .task[data-state="failed"]', timeout=180_000)
    assert page.locator('.task[data-state="done"]').count()
    shutil.rmtree(folder / "results")
    page.goto(page.url)
    page.click("button:has-text('Run the study')")
    page.wait_for_selector('.task[data-state="running"]')
    page.click("text=Stop")
    page.wait_for_selector('.task[data-state="cancelled"]')
    assert "The run was stopped" in page.locator("main").inner_text()


def test_a_page_of_another_site_can_do_nothing(visit, served, chromium, tmp_path):
    """A hostile page posts forms and loads pictures and frames of the page, with the person's cookie in the browser."""
    folder = tmp_path / "study"
    guard = served(folder)
    ready(guard)
    page = visit(guard)
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    base = f"http://127.0.0.1:{guard.port}"
    hostile = page.context.new_page()
    body = f"""<iframe id=frame src="{base}/scales/use"></iframe>
        <form id=form method=post action="{base}/undo"></form>
        <script>fetch("{base}/run", {{method: "POST", credentials: "include", mode: "no-cors"}});</script>"""
    hostile.route("http://evil.example/**", lambda route: route.fulfill(content_type="text/html", body=body))
    hostile.goto("http://evil.example/")
    hostile.wait_for_timeout(500)
    assert all(frame.locator("form").count() == 0 for frame in hostile.frames[1:])
    with hostile.expect_response(f"{base}/undo") as refused:
        hostile.evaluate("document.getElementById('form').submit()")
    assert refused.value.status == 403
    assert guard.desk.tasks.task is None
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


@pytest.mark.parametrize(("width", "colours"), [(390, "light"), (1600, "dark")])
def test_no_barrier_and_no_sideways_scrolling(visit, served, tmp_path, width, colours):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    guard = served(tmp_path / "study")
    ready(guard)
    page = visit(guard, color_scheme=colours)
    page.set_viewport_size({"width": width, "height": 900})
    shown = guard.desk.changes.propose("A change", "/", {"config/config.yaml": "title: x\n"})
    for path in ("/", "/data", "/scales", "/scales/zeal", "/instruments", "/variables", "/models", "/run", "/read", "/handover",
                 f"/change/{shown.id}"):  # fmt: skip
        page.goto(f"http://127.0.0.1:{guard.port}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = axe.Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], path
