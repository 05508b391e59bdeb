"""A vendor's sheet: how it is reached, when, with what, and what it promised."""

from dataclasses import replace

import pytest
from generated_facts import ALWAYS, HOUR, MICROSOFT_365, OFFICE, level, part

from documents.generated.facts import Promised, Vendor
from documents.generated.vendor_sheet import vendor_sheet

MICROSOFT = Vendor("Microsoft", "https://admin.microsoft.example/", "One case per tenant.", (MICROSOFT_365,))
DOCUMENT = vendor_sheet(MICROSOFT)


def sheet(**service):
    """The sheet with another service."""
    return vendor_sheet(replace(MICROSOFT, services=(replace(MICROSOFT_365, **service),)))


def test_it_says_how_the_vendor_wants_to_be_engaged():
    assert "- **Website:** https://admin.microsoft.example/" in DOCUMENT
    assert part(DOCUMENT, "How this vendor wants to be engaged") == "One case per tenant."


def test_each_contact_point_has_its_hours_its_owner_and_when_it_was_verified():
    assert part(DOCUMENT, "How to reach it") == (
        "| By | Where | Hours | Language | Verified | Owner |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| Email | support@microsoft.example | around the clock | en | 2 November 2026, every 90 days | Amara |\n"
        "| Hotline | \\+44 20 7946 0110 | - | - | never, every 90 days | nobody |"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"interval_days": 30}, "2 November 2026, every 30 days"),
        ({"interval_days": 1}, "2 November 2026, every day"),
        (
            {"bad": "since 20 November 2026: 550 <no> such user"},
            "**does not hold** since 20 November 2026: 550 \\<no\\> such user",
        ),
    ],
)
def test_how_often_it_is_verified_is_said_and_what_does_not_hold_is_marked(changes, said):
    point = replace(MICROSOFT_365.contacts[0], **changes)
    assert f"| en | {said} | Amara |" in sheet(contacts=(point,))


def test_its_commitment_is_told_by_its_own_severity_with_ours_beside_it():
    assert part(DOCUMENT, "What it promised") == (
        "| Its severity | Our priority | First answer within | An update at least every | Solved within | Counted |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| A | P1 | 1 hour | declined | - | day and night |\n\n"
        "It holds from 1 January 2026."
    )


def test_severities_stand_in_the_order_of_our_priorities():
    levels = tuple(level(name, OFFICE, respond=HOUR) for name in ("Low", "Normal", "Spare", "Urgent"))
    said = sheet(commitment=Promised("M", "M v1", levels), severity_of={"P3": "Low", "P1": "Urgent", "P2": "Normal"})
    rows = part(said, "What it promised").splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| Urgent", "| Normal", "| Low", "| Spare"]


@pytest.mark.parametrize(
    "commitment, said",
    [
        (None, "It promised nothing, or nobody wrote it down: no clock measures it."),
        (Promised("M", "M v1", lapsed="M ended on 2026-06-30."), "M ended on 2026-06-30."),
        (
            Promised("M", "M v1", (level("P1", OFFICE, respond=HOUR),), ends="2026-12-31"),
            "It holds until the end of 31 December 2026.",
        ),
        (
            Promised("M", "M v1", (level("P1", ALWAYS, respond=HOUR),), begins="2026-01-01", ends="2026-12-31"),
            "It holds from 1 January 2026 until the end of 31 December 2026.",
        ),
    ],
)
def test_until_when_it_holds_and_when_there_is_none(commitment, said):
    assert part(sheet(commitment=commitment), "What it promised").endswith(said)


def test_conditions_are_told_with_what_must_hold():
    assert part(DOCUMENT, "When to engage it") == "- A sign-in error that only they can clear. (error code 0x1)"


def test_what_it_needs_to_know_is_told_with_where_it_comes_from():
    told = part(DOCUMENT, "What it needs to know")
    assert "| Tenant id | the client's account: tenant id | What is it? |" in told
    assert "| PIN (secret) | asked | - |" in told


def test_the_case_template_is_shown_letter_by_letter():
    assert part(DOCUMENT, "What we write") == (
        "**Subject:** \\[{{severity}}\\] {{title}}\n\n```text\nDear support,\n\n{{description}}\n```"
    )


def test_empty_states_are_said():
    bare = sheet(contacts=(), required=(), conditions=(), subject="", body="")
    assert "No contact point is written down: nobody can be reached." in bare
    assert "When its step is reached; it sets no condition." in bare
    assert "Nothing in particular." in bare and "There is no case template yet." in bare
    assert "No service of this vendor is in the directory." in vendor_sheet(replace(MICROSOFT, services=()))
    assert "*Not written down yet.*" in vendor_sheet(replace(MICROSOFT, protocol=""))
