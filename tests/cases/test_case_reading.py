"""What a vendor's mail is read as, in English and German, and the number that it names."""

import time

import pytest

from tickets.cases.reading import ANSWER, CLOSING, QUESTION, own_words, read

MICROSOFT = r"\b(?:TrackingID|SR)#?(\d{16})\b"


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for contacting us. An engineer has been assigned.",
        "We have found the cause: a connector was misconfigured. A fix is being rolled out.",
        "The service is degraded in your region, see https://status.example/?incident=7&open=yes",
        "We are working on it and will update you by 17:00.",
        "The case has not been resolved yet; our engineers go on.",
        "We will close the case once you are satisfied.",
        "If we do not hear from you within three days, the ticket will be closed.",
        "Your case is open. Do you have any questions? Write to us.",
        "We restarted the node.\n\nHow did we do? Rate us!",
        "We have escalated this to our product group.\n\n--\nMia\nCan you imagine a better support?",
        "Wir haben die Ursache gefunden und arbeiten daran.",
        "Die Störung ist noch nicht behoben.",
        "Das Ticket wird geschlossen, sobald Sie zufrieden sind.",
        "Ein Techniker kommt morgen um 9 Uhr.\n\nHaben Sie noch Fragen? Rufen Sie an.",
        "Bitte zögern Sie nicht, sich zu melden.",
        "",
    ],
)
def test_an_answer(text):
    assert read(text).kind == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Which users are affected?",
        "Could you send us the logs.",
        "Please provide the tenant id and a screenshot.",
        "Please let us know whether the issue has been resolved.",
        "We need the output of the diagnostic tool.",
        "We cannot go on without it. Awaiting your reply.",
        "Hello,\nthanks for your case.\nSince when does it happen? It is known to us.",
        "A few things:\n- which version is it?\n- the logs",
        "Seit wann tritt das auf?",
        "Könnten Sie uns die Protokolle schicken.",
        "Bitte senden Sie uns die Seriennummer.",
        "Bitte teilen Sie uns mit, ob das Problem noch besteht.",
        "Wir benötigen noch die Kundennummer.",
        "Ist der Fehler inzwischen behoben, oder sehen Sie ihn noch? Bitte prüfen Sie das.",
    ],
)
def test_a_question(text):
    assert read(text).kind == QUESTION


@pytest.mark.parametrize(
    "text",
    [
        "The issue has been resolved.",
        "We have closed this case.",
        "We are closing this case as agreed.",
        "Your ticket was marked as resolved. Could you please verify?",
        "The incident is now fixed; users can sign in again.",
        "Status: Closed",
        "It works again. May we close the case?",
        "We've resolved it by restarting the connector.",
        "Das Problem wurde behoben.",
        "Ihr Ticket wurde geschlossen.",
        "Wir haben die Störung behoben, bitte prüfen Sie die Leitung.",
        "Wir schließen den Vorgang.",
        "Können wir das Ticket schließen?",
        "Die Leitung läuft wieder, die Störung ist behoben.",
    ],
)
def test_the_vendor_holds_it_for_done(text):
    assert read(text).kind == CLOSING


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 2 Mar 2026, Portal wrote:\n> How many users are affected?\n> The case was closed.",
        "-----Original Message-----\nFrom: Portal\nSent: Monday\n\nPlease send us your number. Is it known?",
        "> Could you look at it?\n> We have closed the old case.",
    ],
)
def test_what_it_quotes_of_ours_is_not_its_own_question(quoted):
    reading = read(f"We look at it.\n\n{quoted}")
    assert (reading.kind, reading.because) == (ANSWER, "")
    assert own_words(f"We look at it.\n\n{quoted}") == "We look at it."


def test_the_words_that_decided_are_told_and_are_short():
    assert read("Hello. Which users are affected? Thanks.").because == "Which users are affected?"
    assert len(read(f"Which {'x' * 500}?").because) <= 120


@pytest.mark.parametrize(
    "subject, text, pattern, number",
    [
        ("Re: Acme [ESC-1] - TrackingID#2603020040001234", "Hello", MICROSOFT, "2603020040001234"),
        ("Re: Acme", "Your number is SR2603020040001234.", MICROSOFT, "2603020040001234"),
        ("TrackingID#2603020040001111", "not SR2603020040002222", MICROSOFT, "2603020040001111"),
        ("Re: CS0012345", "", r"CS\d{7}", "CS0012345"),
        ("Re: Acme", "No number", MICROSOFT, ""),
        ("Re: 12345678", "", "", ""),
        ("Case #  77 12", "", r"#\s*\d+ \d+", "# 77 12"),
        ("x" * 100, "", "x+", ""),
    ],
)
def test_the_number_is_found_by_the_vendor_s_own_pattern_in_the_subject_first(subject, text, pattern, number):
    assert read(text, subject=subject, pattern=pattern).number == number


def test_no_number_is_taken_from_our_own_subject_or_from_what_is_quoted():
    ours = "Acme: error 20260302 on 12345678"
    text = "We look.\n\n> tenant 87654321"
    assert read(text, subject=f"Re: {ours} [ESC-1]", pattern=r"\d{8}", ours=ours).number == ""
    assert read(text, subject=f"Re: {ours} - 55555555", pattern=r"\d{8}", ours=ours).number == "55555555"


@pytest.mark.parametrize("text", ["?" * 200_000, "case " * 50_000, "please " * 40_000, "we have " * 40_000 + "closed"])
def test_however_long_a_mail_is_it_is_read_at_once(text):
    began = time.monotonic()
    read(text)
    assert time.monotonic() - began < 2
