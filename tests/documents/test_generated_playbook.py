"""The incident response playbook: a checklist with the live escalation path in it, and what stands behind it."""

from dataclasses import replace

import pytest
from generated_facts import (
    ALWAYS,
    HOUR,
    LADDER,
    MICROSOFT_365,
    MINUTE,
    OFFICE,
    POLICY,
    level,
    ola,
    part,
    policy_with,
)  # fmt: skip

from documents.generated.facts import Cadence
from documents.generated.playbook import playbook

DOCUMENT = playbook(POLICY)


def test_it_says_which_version_of_the_policy_it_follows():
    assert DOCUMENT.startswith("What to do when something critical has failed: a ticket of P1.\n\n")
    assert "- **Version:** Standard v3\n" in DOCUMENT


def test_every_line_of_the_checklist_can_be_ticked_off():
    lines = [line for line in part(DOCUMENT, "Checklist").splitlines() if line and not line.startswith("## ")]
    assert len(lines) > 20 and all(line.startswith("- [ ] ") for line in lines)


def test_the_checklist_begins_with_who_must_acknowledge_and_how_soon():
    first, *_ = part(DOCUMENT, "Take it").splitlines()
    assert first == (
        "- [ ] L1, Helpdesk: acknowledge the ticket within 10 minutes. Opening or reading it is no acknowledgement."
    )


@pytest.mark.parametrize(
    "ladder, said",
    [
        (
            LADDER,
            [
                "L2, Technical: it comes here after 10 minutes if nobody acknowledges, after 30 minutes if it is not "
                "solved.",
                "The vendor of the service: it comes here after 25 minutes if nobody acknowledges, after 1 hour 30 "
                "minutes if it is not solved.",
            ],
        ),
        (
            [{"tier": "L1"}, {"tier": "L2", "hand_over_after": "1h"}],  # the OLA: 20 minutes and 2 hours
            ["L2, Technical: it comes here after 20 minutes if nobody acknowledges, after 2 hours if it is not "
             "solved."],
        ),
        (
            [{"tier": "L1", "hand_over_after": "5m"}, {"tier": "L2"}],  # handed over before it must be acknowledged
            ["L2, Technical: it comes here after 5 minutes if nobody acknowledges, after 5 minutes if it is not "
             "solved."],
        ),
    ],
)  # fmt: skip
def test_the_way_up_with_its_times_is_in_the_checklist(ladder, said):
    escalate = part(playbook(policy_with(ladders={"P1": ladder})), "Escalate, and say why").splitlines()
    assert [line.removeprefix("- [ ] ") for line in escalate[: len(said)]] == said


def test_after_a_step_without_any_time_no_time_is_invented():
    known = policy_with(ladders={"P1": LADDER[:2]})
    tiers = [replace(tier, ola=replace(ola("OLA"), levels=())) for tier in known.tiers]
    ladder = {"P1": [{"tier": "L1", "acknowledge_within": "5m"}, {"tier": "L2"}]}
    told = part(playbook(replace(policy_with(ladders=ladder), tiers=tuple(tiers))), "Escalate, and say why")
    assert told.splitlines()[0] == "- [ ] L2, Technical: it comes here when the step before it passes it on."


def test_a_ladder_that_begins_at_the_vendor_names_the_tier_that_holds_it_meanwhile():
    document = playbook(policy_with(ladders={"P1": [LADDER[2], LADDER[1]]}))
    assert part(document, "Take it").startswith("- [ ] L2, Technical: acknowledge the ticket within 15 minutes.")


def test_steps_on_other_hours_carry_a_hint():
    other = replace(POLICY.tiers[1], ola=replace(ola("OLA"), levels=(level("P1", ALWAYS, acknowledge=MINUTE),)))
    told = part(playbook(replace(POLICY, tiers=(POLICY.tiers[0], other))), "The escalation path")
    assert told.endswith("Each wait counts on the hours of its own step: over night it may last longer.")
    assert "Each wait" not in part(DOCUMENT, "The escalation path")


def test_it_names_who_to_call():
    told = part(DOCUMENT, "Who does what")
    assert "| L1 | Helpdesk | helpdesk@msp.example |" in told
    assert part(told, "On call: Helpdesk").endswith("in this order: Amara, Ben.")
    assert "Managers: Always the first of the team: Miriam." in part(told, "Managers")


def test_exceptions_of_that_priority_are_told_with_their_own_path():
    rows = [
        {"client": "Acme", "steps": LADDER[1:2], "reason": "R"},
        {"client": "Borealis", "priority": "P2", "start_tier": "L2", "reason": "R"},
    ]
    told = part(playbook(policy_with(exceptions=rows)), "For whom it goes another way")
    assert told.startswith("- Acme: climbs a ladder of its own.") and "Borealis" not in told
    assert "| 1 | L2, Technical | 15 minutes | 1 hour | Office |" in part(told, "The path of Acme")


def test_how_often_the_client_is_written_to_follows_from_what_was_promised():
    cadences = (
        *POLICY.cadences, Cadence(("Zenith",), None),
        Cadence(("Fast",), level("P1", OFFICE, respond=2 * MINUTE, update=None, resolve=4 * HOUR)),
    )  # fmt: skip
    told = part(playbook(replace(POLICY, cadences=cadences)), "What was promised to whom")
    assert "| Acme and Borealis | 15 minutes | - | 1 hour | - | day and night |" in told
    assert "| Zenith | - | - | - | - | - |" in told
    assert "| Fast | - | 2 minutes | *declined* | 4 hours | Monday to Friday 09:00 to 17:30, London time |" in told


def test_each_service_has_its_contacts_its_condition_and_the_data_to_have_at_hand():
    told = part(DOCUMENT, "Microsoft 365 (Microsoft)")
    assert "- **Severity:** A for our P1\n- **Support plan:** Premier\n- **Clients:** Acme, Borealis" in told
    assert "| Email | support@microsoft.example | around the clock |" in told
    assert "| Hotline | \\+44 20 7946 0110 | - |" in told
    assert part(told, "Engage it when") == "- A sign-in error that only they can clear."
    assert part(told, "Have at hand") == (
        "- [ ] Tenant id (the client's account: tenant id)\n"
        "- [ ] PIN (asked; secret, it is filled in when the case is sent)"
    )


def test_a_contact_point_that_does_not_hold_is_marked():
    bad = replace(MICROSOFT_365.contacts[0], bad="since 2026-11-20: 550")
    document = playbook(replace(POLICY, services=(replace(MICROSOFT_365, contacts=(bad,)),)))
    assert "| Email | support@microsoft.example (**does not hold**) | around the clock |" in document


def test_what_the_vendor_promised_is_left_to_its_sheet():
    other = replace(MICROSOFT_365, commitment=None)
    assert playbook(replace(POLICY, services=(other,))) == DOCUMENT


def test_empty_states_are_said():
    bare = replace(MICROSOFT_365, contacts=(), required=(), conditions=())
    document = playbook(replace(POLICY, services=(bare,), cadences=()))
    assert "No way to reach its support is written down." in document
    assert "Its step is reached; it sets no condition." in document
    assert "No client is under this policy yet." in document
    assert "No service is in the directory." in playbook(replace(POLICY, services=()))
    assert "There is no ladder yet" in playbook(policy_with(ladders={}))


def test_afterwards_the_review_asks_what_could_have_been_faster():
    assert "Could it have been faster, had the right person or vendor been called sooner?" in part(
        DOCUMENT, "Afterwards"
    )
