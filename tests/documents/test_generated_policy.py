"""The internal policy document reads like one: who, in which order, after how long, for whom otherwise, and why."""

from dataclasses import replace

import pytest
from generated_facts import HELPDESK, L1, LADDER, MICROSOFT_365, OFFICE, POLICY, TECHNICAL, part, policy_with

from documents.generated.facts import Promised
from documents.generated.on_call_words import on_call_words
from documents.generated.policy import policy

DOCUMENT = policy(POLICY)


def test_it_begins_with_which_version_it_is_since_when_by_whom_and_why():
    assert DOCUMENT.startswith(
        "Who acts, in which order, and after how long.\n\n"
        "- **Version:** Standard v3\n"
        "- **Valid since:** Sunday 3 May 2026, 14:05 UTC\n"
        "- **Published by:** Miriam\n"
        "- **Why:** L2 is called sooner\n"
        "- **For:** every client that has no policy of its own\n"
    )


def test_a_policy_of_single_clients_names_them_and_an_import_has_no_author():
    known = replace(POLICY, named=True, version=replace(POLICY.version, author="", note=""))
    document = policy(known)
    assert "- **For:** Acme and Borealis\n" in document
    assert "- **Published by:** an import\n" in document and "**Why:**" not in document.partition("# ")[0]


def test_a_tier_is_told_with_its_team_its_duties_and_what_it_promises_to_the_others():
    assert part(DOCUMENT, "L1: our helpdesk") == (
        "Takes every request in.\nSolves what is known.\n\n"
        "- **Team:** Helpdesk (helpdesk@msp.example)\n"
        "- **Promises to the other tiers:** Helpdesk OLA v2\n\n"
        "| Priority | Acknowledge within | Resolve or hand over within | Counted on |\n"
        "| --- | --- | --- | --- |\n"
        "| P1 | 20 minutes | 2 hours | Office |"
    )


def test_a_tier_says_which_rules_begin_there():
    rules = [{"name": "VPN", "when": {}, "then": {"tier": "L2"}}, {"name": "Rest", "when": {}, "then": {"tier": "L1"}}]
    assert "- **Begins here:** “VPN”" in part(policy(policy_with(routing=rules)), "L2: our technical specialists")


def test_a_tier_without_duties_or_promises_says_so():
    lapsed = Promised("OLA", "OLA v1", lapsed="OLA ended on 2026-06-30.")
    document = policy(replace(POLICY, tiers=(replace(L1, responsibilities="", ola=lapsed),)))
    told = part(document, "L1: our helpdesk")
    assert "not written down yet" in told and "OLA v1. OLA ended on 2026-06-30." in told and "|" not in told


def test_priorities_that_climb_the_same_ladder_stand_together():
    assert part(DOCUMENT, "P1 and P2") == (
        "| Step | Who | Acknowledge within | Hand over after | Counted on | Tells |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| 1 | L1, Helpdesk | 10 minutes, reminded twice | 30 minutes | Office | who is on call |\n"
        "| 2 | L2, Technical | 15 minutes | 1 hour | Office | the team, Dev |\n"
        "| 3 | The vendor of the service | 20 minutes to complete a case that lacks data | - | - | - |"
    )


def test_a_step_without_a_time_of_its_own_has_that_of_the_ola():
    ladder = policy(policy_with(ladders={"P1": [{"tier": "L1"}], "P2": [{"tier": "L1", "repeat": 1}]}))
    assert "| 1 | L1, Helpdesk | 20 minutes | 2 hours | Office |" in part(ladder, "P1")
    assert "| 1 | L1, Helpdesk | -, reminded once | - | - |" in part(ladder, "P2")


def test_a_step_whose_tier_is_gone_says_that_it_is_skipped():
    document = policy(policy_with(ladders={"P1": [*LADDER[:1], {"tier": "L9", "acknowledge_within": "5m"}]}))
    assert "| 2 | L9, which is gone: this step is skipped | 5 minutes |" in document


EXCEPTION = {
    "client": "Acme", "priority": "P1", "steps": [{"tier": "L2", "acknowledge_within": "5s"}], "calendar": "24x7",
    "people": ["dev@msp.example", "left@msp.example"], "reason": "They pay for it.", "client_text": "You cannot wait.",
}  # fmt: skip


def test_a_client_exception_has_its_ladder_its_reason_and_what_the_client_reads():
    told = part(policy(policy_with(exceptions=[EXCEPTION])), "Acme, when the priority is P1")
    assert told == (
        "- **What is different:** Climbs a ladder of its own; Dev and left@msp.example told first; "
        "waits counted on 24x7\n"
        "- **Why:** They pay for it.\n"
        "- **The client reads:** You cannot wait.\n\n"
        "| Step | Who | Acknowledge within | Hand over after | Counted on | Tells |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| 1 | L2, Technical | 5 seconds | 2 hours | 24x7 | who is on call |"
    )


def test_an_exception_that_the_client_reads_nothing_of_says_so():
    exception = {"client": "Acme", "start_tier": "L2", "reason": "R"}
    told = part(policy(policy_with(exceptions=[exception])), "Acme")
    assert told.endswith("- **The client reads:** nothing of it")


@pytest.mark.parametrize(
    "rule, said",
    [
        (
            {"name": "VPN", "when": {"keywords": ["vpn"]}, "then": {"tier": "L2"}},
            "1. **VPN.** When the text has “vpn”: start at L2; then no other rule is read.",
        ),
        (
            {"name": "Tag", "when": {}, "then": {"tags": ["x"]}, "stop": False},
            "1. **Tag.** Always: tag it “x”; then the rules below are read too.",
        ),
        (
            {"name": "a|b", "when": {"regex": "(a|b)*"}, "then": {}},
            "1. **a\\|b.** When the text matches (a\\|b)\\*: decide nothing; then no other rule is read.",
        ),
    ],
)
def test_a_routing_rule_in_words(rule, said):
    assert said in part(policy(policy_with(routing=[rule])), "Where a ticket begins")


def test_what_there_is_none_of_is_said():
    document = policy(replace(POLICY, services=()))
    assert "Nothing is: every client climbs the same ladders." in part(document, "What is different for single clients")
    assert part(document, "Where a ticket begins").startswith("There are no rules.")
    assert "No service of a vendor is in the directory." in part(document, "When a vendor is engaged")


def test_vendors_are_told_with_when_they_are_engaged():
    silent = replace(MICROSOFT_365, name="A line", vendor="Northline", conditions=())
    told = part(policy(replace(POLICY, services=(MICROSOFT_365, silent))), "When a vendor is engaged")
    assert "| Microsoft 365 | Microsoft | A sign-in error that only they can clear. |" in told
    assert "| A line | Northline | its step is reached; it sets no condition. |" in told


def test_the_hours_behind_the_calendars_names_are_told():
    assert part(DOCUMENT, "The hours behind the names") == "- **Office:** Monday to Friday 09:00 to 17:30, London time"


def test_only_teams_that_a_ladder_can_call_are_told_of_on_call_and_no_person_by_name():
    product = replace(HELPDESK, name="Product")
    told = part(policy(replace(POLICY, teams=(*POLICY.teams, product))), "Who is on call")
    assert "Product" not in told and "Amara" not in told
    assert "This team answers when a manager is called." in part(told, "Managers")
    assert part(told, "Helpdesk (helpdesk@msp.example)") == (
        "Handed over every week on Monday at 09:00 (Europe/London)."
    )


LAYERS = {
    "timezone": "Europe/London",
    "layers": [
        {"name": "Days", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05", "order": ["ben@msp.example"]},
        {"name": "Nights", "timezone": "UTC", "hand_over": "tue 18:00", "days": 1, "from": "2026-01-06",
         "order": ["left@msp.example"], "hours": {"mon": ["18:00-24:00"], "tue": []}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    "team, said",
    [
        (HELPDESK, "Handed over every week on Monday at 09:00 (Europe/London), in this order: Amara, Ben."),
        (TECHNICAL, "Always the first of the team: Dev."),
        (replace(HELPDESK, members=()), "Nobody: the team has no active people."),
        (
            replace(HELPDESK, rotation={**HELPDESK.rotation, "days": 14, "order": ["ben@msp.example"]}),
            "Handed over every 14 days on Monday at 09:00 (Europe/London), in this order: Ben.",
        ),
        (
            replace(HELPDESK, rotation=LAYERS),
            "A later line goes before an earlier one:\n\n"
            "- Days: Handed over every week on Monday at 09:00 (Europe/London), in this order: Ben.\n"
            "- Nights: Handed over every day at 18:00 (UTC), to nobody who is still active; only Monday 18:00-24:00.",
        ),
    ],
)
def test_how_a_team_takes_turns_in_words(team, said):
    assert on_call_words(team) == said


def test_each_practice_has_its_part():
    parts = [line.removeprefix("# ") for line in DOCUMENT.splitlines() if line.startswith("# ")]
    assert parts == [
        "Tiers, and what each is for", "The ladder of each priority", "What is different for single clients",
        "Where a ticket begins", "Who is on call", "When a vendor is engaged", "Managers, and why",
        "What clients are told", "How this stays true", "The hours behind the names",
    ]  # fmt: skip
    assert OFFICE.name in DOCUMENT and "one hour" in part(DOCUMENT, "Managers, and why")
