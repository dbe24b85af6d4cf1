"""Only that person, on this machine, is let in; hostile files, names, links and pages leave nothing."""

import http.client
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from clients import Client, files
from newcomer import export

from practicework.commands import cli
from practicework.page.changes import Changes, Refused
from practicework.page.server import _listening


def test_only_a_browser_with_the_token_is_let_in(served, tmp_path):
    guard = served(tmp_path / "study")
    stranger = Client(guard)
    for path in ("/", "/data", "/status", "/files/page.js", "/results/s/report/report.html"):
        assert stranger.get(path).status == 403
    assert stranger.get("/enter?token=wrong").status == 403
    assert stranger.get("/enter").status == 403
    entered = stranger.get(guard.address.partition(str(guard.port))[2])
    assert (entered.status, entered.place) == (303, "/")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(entered.headers["set-cookie"].split("; "))
    assert "token" not in entered.place
    assert stranger.get("/", Cookie=f"practicework_{guard.port}=guessed").status == 403
    used = entered.headers["set-cookie"]
    assert used
    address = guard.address.partition(str(guard.port))[2]
    assert stranger.get(address).status == 303
    assert stranger.get(address).status == 403  # an address works once


def test_other_hosts_and_other_pages_are_refused(client):
    """A name that resolves to this machine (rebinding), and forms of other sites."""
    for host in ("evil.example", f"evil.example:{client.guard.port}", "127.0.0.1", "[::1]"):
        assert client.get("/", Host=host).status == 403
    assert client.get("/", Host=f"localhost:{client.guard.port}").status == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"https://127.0.0.1:{client.guard.port}"):
        assert client.post("/run", {}, Origin=origin).status == 403
    assert client.post("/run", {}, **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert client._ask("POST", "/run", b"", {}).status == 403  # without an origin
    for method in ("PUT", "DELETE", "PATCH"):
        assert client._ask(method, "/data", b"", {}).status == 403


def test_every_answer_has_the_policy_and_reports_are_in_a_sandbox(drafted):
    page = drafted.get("/data")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert 'style="' not in page.text
    assert page.headers["cache-control"] == "no-store"
    report = drafted.guard.desk.folder / "results/sample/report/report.html"
    report.parent.mkdir(parents=True)
    report.write_text("<script>1</script>")
    policy = drafted.get("/results/sample/report/report.html").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts allow-popups;")
    assert "allow-same-origin" not in policy
    for path in ("sample/ingest/responses.csv", "../config/config.yaml", "sample/report/../../../config/config.yaml",
                 "sample/report/secret.txt", "%2e%2e/config/config.yaml"):  # fmt: skip
        assert drafted.get(f"/results/{path}").status == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.exe", b"a,b\n1,2\n", "Exports end in"),
        ("empty.csv", b"", "The file is empty"),
        ("page.csv", b"<!doctype html><html></html>", "web page"),
        ("noise.sav", b"\x00\x01", "SPSS"),
        ("noise.xlsx", b"PK\x03\x04", "workbook"),
    ],
)
def test_files_that_are_no_exports_leave_nothing(client, name, content, words):
    answer = client.post("/data/upload", {"back": "/data"}, (name, content))
    assert words in client.follow(answer.place).text
    assert files(client.guard.desk.folder) == {}


def test_uploads_stay_in_the_study_whatever_their_name(client, tmp_path):
    for name in ("../../evil.csv", "..\\\\evil2.csv", "/etc/evil3.csv", ".evil4.csv"):
        client.post("/data/upload", {}, (name, b"id,q_1,q_2\n1,2,3\n2,3,4\n"))
    assert {path.parent for path in tmp_path.rglob("*evil*")} == {tmp_path / "study/data/raw"}
    again = client.post("/data/upload", {"back": "/data"}, ("evil.csv", b"id,q_1,q_2\n1,5,5\n2,3,4\n"))
    assert "already exists and is another file" in client.follow(again.place).text
    same = client.post("/data/upload", {}, ("evil.csv", b"id,q_1,q_2\n1,2,3\n2,3,4\n"))
    assert same.place == "/data/file?file=data%2Fraw%2Fevil.csv"


def test_large_uploads_are_refused_before_they_are_read(client):
    assert client._ask("POST", "/data/upload", b"x", {"Origin": f"http://127.0.0.1:{client.guard.port}",
                                                      "Content-Length": str(10**12)}).status == 413  # fmt: skip


def test_links_that_leave_the_study_are_refused(client, tmp_path):
    folder, outside = client.guard.desk.folder, tmp_path / "outside"
    outside.mkdir()
    (folder / "data").mkdir()
    (folder / "data/raw").symlink_to(outside)
    answer = client.post("/data/upload", {"back": "/data"}, ("a.csv", b"id,q_1\n1,2\n"))
    assert "is a link" in client.follow(answer.place).text
    (folder / "scales").symlink_to(outside)
    with pytest.raises(Refused, match="is a link"):
        Changes(folder).propose("t", "/", {"scales/a.yaml": "x"})
    with pytest.raises(Refused, match="is not a file that the page writes"):
        Changes(folder).propose("t", "/", {"../a.yaml": "x"})
    assert list(outside.iterdir()) == []


def test_links_beside_files_are_not_followed(drafted, tmp_path):
    folder, victim = drafted.guard.desk.folder, tmp_path / "victim"
    victim.write_text("mine")
    (folder / "config/.config.yaml.new").symlink_to(victim)
    drafted.change("/study", {"title": "Other"})
    assert victim.read_text() == "mine"
    (folder / "results").mkdir()
    (folder / "results/instruments").symlink_to(tmp_path)
    assert "is a link" in drafted.follow(drafted.post("/instruments/export", {"back": "/scales"}).place).text
    report = folder / "results/sample/report/report.html"
    report.parent.mkdir(parents=True)
    report.symlink_to(folder / "data/raw/team_survey.csv")
    assert drafted.get("/results/sample/report/report.html").status == 404


def test_no_cell_of_a_respondent_is_sent(drafted):
    pages = ["/", "/data", "/data/file?file=data/raw/team_survey.csv", "/scales", "/scales/zeal", "/variables", "/models", "/run"]
    text = "".join(drafted.get(page).text for page in pages)
    assert "192.0.2." not in text
    assert "R_1" not in text


def test_the_command_needs_the_libraries_and_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "practicework.page.server", raising=False)
    monkeypatch.delattr("practicework.page.server", raising=False)
    assert cli.main(["open", str(tmp_path / "study")]) == 1
    assert "pip install 'practicework[page]'" in capsys.readouterr().err


def test_the_server_listens_on_this_machine_only_and_ends(tmp_path):
    """Whoever opens the address at once, while the server still starts, waits and is not refused."""
    command = [sys.executable, "-m", "practicework.commands.cli", "open", str(tmp_path / "new"), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        server = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(address).port)
        server.request("GET", "/")
        assert server.getresponse().status == 403
        server.close()
        process.terminate()
        assert process.wait(20) in (0, 143)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        again = process.stdout.readline().strip()
        process.terminate()
        process.wait(20)
    # the same port, for which the browser keeps what was typed, and another token
    assert urllib.parse.urlsplit(again).port == urllib.parse.urlsplit(address).port
    assert again != address
    assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize("known", ["22", "99999", "x", "-1"])
def test_a_port_that_no_page_uses_is_ignored(known, tmp_path):
    note = tmp_path / ".snakemake/page_port"
    note.parent.mkdir()
    note.write_text(known)
    listening = _listening(note)
    port = listening.getsockname()[1]
    assert note.read_text() == str(port) != known
    other = _listening(note)  # the port is in use
    assert other.getsockname()[1] != port
    listening.close()
    other.close()


def test_long_names_and_folders_that_cannot_be_written(client, monkeypatch):
    """A sentence, and nothing half-written."""
    answer = client.post("/data/upload", {"back": "/data"}, ("調査データ" * 25 + ".csv", export().encode()))
    assert answer.place.startswith("/data/file?")

    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", "/x/data/raw")

    monkeypatch.setattr(Path, "mkdir", refuse)
    answer = client.post("/data/upload", {"back": "/data"}, ("other.csv", b"a\n1\n"))
    assert "raw cannot be read or written (Permission denied)" in client.follow(answer.place).text
