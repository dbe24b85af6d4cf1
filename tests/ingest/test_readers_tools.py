"""Readers of survey tools: each quirk of their exports is read as the tool meant it."""

import exports
import pytest
from reading import reasons, refused

from practicework.tables.files.raw import CONTACT, DIRECT, FREE_TEXT, LOCATION, METADATA, NETWORK
from practicework.tables.readers import qualtrics

# Qualtrics


def test_qualtrics_headings(written):
    """Visible names, import ids, questions without HTML; the row of a matrix even where the stem has a dash."""
    raw = written["qualtrics numeric"]
    at = raw.header.index("Q2_1")
    assert raw.texts[at] == "On a scale of 1 - 5: how far do you agree? - My manager supports me"
    assert {"QID2_1", "My manager supports me"} <= {*raw.aliases[at]}
    assert raw.texts[raw.header.index("Q5")] == "Any comment ? Please write"
    assert (raw.header[raw.duration], raw.header[raw.finished]) == ("Duration (in seconds)", "Finished")


@pytest.mark.parametrize("name", [name for name in exports.EXPORTS if name.startswith("qualtrics") and "legacy" not in name])
def test_qualtrics_reasons(name, written):
    """Whatever the language of the questions."""
    expected = {
        **{"IPAddress": NETWORK, "RecipientEmail": CONTACT, "Mobile": CONTACT, "Q5": FREE_TEXT},
        **dict.fromkeys(("LocationLatitude", "LocationLongitude"), LOCATION),
        **dict.fromkeys(("ResponseId", "RecipientLastName", "RecipientFirstName", "ExternalReference", "PROLIFIC_PID"), DIRECT),
        **dict.fromkeys(("StartDate", "Status", "Finished", "UserLanguage", "Q6_First Click", "Q7_Browser"), METADATA),
        **dict.fromkeys(("Q6_Page Submit", "Q7_Resolution", "Q_RecaptchaScore", "Duration (in seconds)"), METADATA),
    }
    found = reasons(written[name])
    assert expected.items() <= found.items()
    assert not {*exports.NAMES.values()} & found.keys()


def test_qualtrics_legacy(written):
    """V1 to V10 are known by the row below; the separators at the end are no column."""
    raw = written["qualtrics legacy"]
    assert raw.header[-1] == "LocationLongitude"
    found = reasons(raw)
    assert [found[f"V{number}"] for number in (1, 3, 4, 5, 6)] == [DIRECT, DIRECT, DIRECT, CONTACT, NETWORK]
    assert raw.header[raw.finished] == "V10"
    assert "Q1_1" not in found


def test_qualtrics_legacy_with_a_separator_only_in_the_headings(read):
    head = "V1,V2,V3,V4,Q1,\nResponseID,ResponseSet,Name,Status,Good?,\n"
    assert read(head + "R_1,Default,Ann,0,4\nR_2,Default,Ben,1,5\n").rows == [["R_1", "Default", "Ann", "0", "4"]]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        *((code, None) for code in ("0", "4", "16", "32", "48", "132", "", "IP Address", "Imported", "Offline Response")),
        *((code, "preview") for code in ("1", "1.0", "17", "Survey Preview", "Offline Survey Preview", "Umfragevorschau")),
        *((code, "spam") for code in ("8", "12", "40", "Spam", "Imported Spam")),
        *((code, "preview and spam") for code in ("9", "Survey Preview Spam")),
        *(("2", "test"), ("Survey Test", "test"), ("256", "synthetic"), ("Synthetic", "synthetic")),
    ],
)
def test_qualtrics_status(status, why):
    assert qualtrics.why_left_out(status) == why


def test_qualtrics_previews_are_known_by_their_channel_where_the_status_is_translated(read):
    rows = exports.qualtrics(text=exports.ENGLISH)
    status = rows[0].index("Status")
    for row in rows[3:]:
        row[status] = "Adresse"
    assert read(exports.separated(rows)).left_out == [(4, "preview")]


@pytest.mark.parametrize(("removed", "first"), [((1, 2), 2), ((2,), 3), ((1,), 3)])
def test_qualtrics_without_the_extra_rows(read, removed, first):
    """Somebody deleted the questions, the import ids, or both."""
    rows = [row for place, row in enumerate(exports.qualtrics()) if place not in removed]
    raw = read(exports.separated(rows))
    assert (raw.tool, len(raw.rows), raw.left_out) == ("Qualtrics", 12, [(first, "preview"), (first + 1, "test")])
    assert reasons(raw)["RecipientEmail"] == CONTACT
    assert raw.header[raw.duration] == "Duration (in seconds)"


def test_qualtrics_names_may_be_questions(read):
    """An author's own column Status or Email with an import id of a question is an answer."""
    head = 'Status,Email,Finished\nSt,E,F\n"{""ImportId"":""QID1_1"",""choiceId"":""4""}","{""ImportId"":""QID2""}",'
    raw = read(head + '"{""ImportId"":""finished""}"\n1,2,1\n2,3,0\n')
    assert (len(raw.rows), raw.left_out, reasons(raw)) == (2, [], {"Finished": METADATA})
    assert raw.aliases[0] == ("QID1_1", "QID1_1_4")


def test_qualtrics_with_nobody_but_its_author(read):
    refused(read, exports.separated(exports.qualtrics()[:5]), "has only previews, tests or spam; export the responses")
    refused(read, exports.separated(exports.qualtrics()[:3]), "has a header but no respondent")


# LimeSurvey


def test_limesurvey_tells_not_shown_from_unanswered(written):
    """NULL has no quotes; an empty answer has."""
    raw = written["limesurvey code"]
    shown, answer = raw.header.index("G01Q02[SQ001]"), raw.header.index("G01Q01[SQ002]")
    assert [row[shown] is None for row in raw.rows] == [person.answers["s_1"] == exports.NOT_SHOWN for person in exports.PEOPLE]
    assert [row[answer] for row in raw.rows][6] == ""
    assert raw.rows[3][raw.finished] == ""  # no date is an answer in itself
    assert [row[-1] for row in raw.rows] == [person.comment for person in exports.PEOPLE]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('"1";"";"";"x"', ["1", "", "", "x"]),
        ('"1";"";;"x"', ["1", "", None, "x"]),
        ('"1";"";"a;"";""b";', ["1", "", 'a;";"b', None]),
        ('"1";"";"""";""', ["1", "", '"', ""]),
        ('"1";"";"a\n;;""\nb";', ["1", "", 'a\n;;"\nb', None]),
        ('"1";;"";', ["1", "", "", None]),
        ("1;;;x", ["1", "", None, "x"]),
    ],
)
@pytest.mark.parametrize("delimiter", [";", ","])
def test_limesurvey_quotes(read, row, cells, delimiter):
    """Separators, quotes and line ends inside of an answer."""
    head = '"id";"submitdate";"lastpage";"c"\r\n'
    raw = read((head + row + "\r\n\r\n").replace(";", delimiter))
    assert raw.rows == [[cell and cell.replace(";", delimiter) for cell in cells]]


def test_limesurvey_saved_again_tells_no_difference(read):
    """A spreadsheet takes all quotes off."""
    assert read("id;submitdate;lastpage;c\r\n1;;;\r\n2;;1;2\r\n").rows == [["1", "", "", ""], ["2", "", "1", "2"]]


@pytest.mark.parametrize("name", ["limesurvey code", "limesurvey full french", "limesurvey code and text"])
def test_limesurvey_reasons(name, written):
    """In every form of headings."""
    found = list(written[name].reasons.items())
    assert found[:11] == list(enumerate([*[METADATA] * 7, NETWORK, NETWORK, DIRECT, DIRECT]))
    assert [why for _, why in found[11:]] == [FREE_TEXT]


def test_limesurvey_headings(written):
    """A code is an alias of `code. text`; SPSS's spelling and the row of the matrix, too."""
    raw = written["limesurvey code and text"]
    at = next(at for at, heading in enumerate(raw.header) if heading.startswith("G01Q01[SQ002]"))
    assert raw.header[at] == "G01Q01[SQ002]. How far do you agree? [I say what's good about it - and why]"
    assert {"G01Q01[SQ002]", "G01Q01_SQ002", exports.WORDING["p_2"]} <= {*raw.aliases[at]}
    assert raw.texts[at] == "How far do you agree? [I say what's good about it - and why]"


def test_limesurvey_full_answers_say_where_there_is_none(read):
    raw = read('"id";"submitdate";"lastpage";"Q1"\n"1";"x";"1";"N/A"\n"2";"x";"1";"Yes"\n')
    assert raw.missing == {3: frozenset({"N/A"})}


def test_limesurvey_times(read):
    """The total time is a duration; dates are not, since they may all be 1980-01-01."""
    raw = read('"id";"submitdate";"lastpage";"Q1";"interviewtime";"groupTime12"\n"1";"1980-01-01 00:00:00";"1";"2";"61.5";"61"\n')
    assert (raw.duration, raw.finished) == (4, 1)
    assert {raw.reasons[4], raw.reasons[5]} == {METADATA}


# Google Forms and REDCap


@pytest.mark.parametrize(
    ("first", "mail"),
    [
        ("Timestamp", "Email Address"),
        ("Timestamp", "Username"),
        ("Horodateur", "Adresse e-mail"),
        ("Zeitstempel", "E-Mail-Adresse"),
        ("Marca temporal", "Dirección de correo electrónico"),
        ("Carimbo de data/hora", "Endereço de e-mail"),
    ],
)
@pytest.mark.parametrize(
    "stamp", ["2024/03/01 5:05:12 PM GMT+1", "01/03/2024 17:05:12", "3/1/2024 17:05:12", "01.03.2024 17:05", ""]
)
def test_google_forms_in_any_language(read, first, mail, stamp):
    raw = read(f"{first},{mail},How? [Row one],Why?\n{stamp},a@b.example,Yes,No\n")
    assert (raw.tool, raw.reasons, raw.aliases[2]) == ("Google Forms", {0: METADATA, 1: CONTACT}, ("Row one",))
    assert raw.texts == raw.header


def test_a_column_of_timestamps_alone_is_no_google_form(read):
    assert read("timestamp,a\nsoon,1\n").tool == "CSV"


def test_redcap(written, read):
    raw = written["redcap"]
    assert reasons(raw)["redcap_survey_identifier"] == DIRECT
    assert {"record_id", "redcap_event_name", "practice_timestamp", "practice_complete"} <= reasons(raw).keys()
    assert raw.header[raw.finished] == "practice_complete"
    assert raw.aliases[raw.header.index("channels___2")] == ("channels(2)",)
    labelled = read('Record ID,Survey Identifier,"Good, or not?",Complete?\n1,x,4,Complete\n')
    assert (labelled.tool, reasons(labelled)["Survey Identifier"]) == ("REDCap", DIRECT)
    assert read("record_id,task_complete,a\n1,2,3\n").tool == "REDCap"
    assert read("id,task_complete,a\n1,2,3\n").tool == "CSV"
