"""A draft and a past policy held against real tickets: the review's panel, and `manage.py simulate`."""

import json
from copy import deepcopy
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from accounts.clock import database_now
from reports.policy_replay import compare
from tickets.lifecycle import acknowledge
from tiers.drafts import save_draft, start_draft


@pytest.fixture
def present(world):
    """A page reads the database's clock, so the world's stands there."""
    world.now = database_now()


@pytest.fixture
def draft(world):
    """A draft by which printers begin at L2, and L1 has two hours to acknowledge a P3."""
    draft = start_draft(policy=world.policy, by=world.manager, now=world.now)
    document = deepcopy(draft.document)
    document["ladders"]["P3"][0] = {**document["ladders"]["P3"][0], "acknowledge_within": "2h"}
    document["routing"].append({"name": "Printers", "when": {"keywords": ["printer"]}, "then": {"tier": "L2"}})
    return save_draft(policy=world.policy, document=document, revision=1, by=world.manager, now=world.now)


@pytest.fixture
def tickets(world):
    """Three: a printer taken at once, a question that climbed once, and one of a client that the manager cannot see."""
    printer, question = world.open("The printer jams", priority="P3"), world.open("A question", priority="P3")
    world.do(acknowledge, printer, by=world.l1)
    world.forward(minutes=20)
    world.do(acknowledge, question, by=world.l2)
    return printer, question


def test_a_draft_tells_which_tickets_would_have_gone_another_way(world, tickets, draft):
    found = compare(draft, reader=world.manager, now=world.now)
    assert (found.tickets, found.climbs_before, found.climbs_after) == (2, 1, 0)
    ways = {row.after.past.title: (row.before.began.tier, row.after.began.tier) for row in found.moved}
    assert ways == {"The printer jams": ("L1", "L2"), "A question": ("L1", "L1")}


def test_tickets_of_clients_whom_the_reader_may_not_see_are_in_no_count(world, tickets, draft):
    stranger = world.person("new@msp.example", "account manager")
    assert compare(draft, reader=stranger, now=world.now).tickets == 0


def test_tickets_older_than_thirty_days_are_left_out(world, tickets, draft):
    assert compare(draft, reader=world.manager, now=world.now + timedelta(days=31)).tickets == 0


def test_a_draft_for_a_single_client_is_tried_on_its_tickets_alone(world, tickets, draft):
    world.client("Other")
    document = {**draft.document, "clients": ["Other"]}
    for_other = save_draft(
        policy=world.policy, document=document, revision=draft.revision, by=world.manager, now=world.now
    )  # fmt: skip
    with pytest.raises(Exception, match="No published policy covers Acme"):
        compare(for_other, reader=world.manager, now=world.now)


def page(world, who=None, **headers):
    browser = Browser()
    browser.force_login(who or world.manager)
    return browser.get(f"/policies/{world.policy.slug}/draft/replay/", headers=headers)


def test_the_panel_shows_each_ticket_with_both_ways(present, world, tickets, draft):
    text = page(world).content.decode()
    assert "Of 2 tickets" in text and "The printer jams" in text and "P3 at L2" in text


def test_the_panel_alone_is_sent_to_htmx(world, tickets, draft):
    assert "<html" not in page(world, **{"HX-Request": "true"}).content.decode()


def test_the_panel_says_when_there_is_nothing_to_replay(world):
    assert "There is no draft" in page(world).content.decode()
    start_draft(policy=world.policy, by=world.manager, now=world.now)
    assert "No ticket of these clients" in page(world).content.decode()


def test_an_unfinished_draft_is_not_replayed(world, tickets, draft):
    save_draft(policy=world.policy, document={}, revision=draft.revision, by=world.manager, now=world.now)
    assert "not complete yet" in page(world).content.decode()


def test_the_panel_costs_no_query_per_ticket(present, world, draft, django_assert_max_num_queries):
    browser = Browser()
    browser.force_login(world.manager)
    for number in range(8):
        world.open(f"Printer {number}")
    with django_assert_max_num_queries(40):
        browser.get(f"/policies/{world.policy.slug}/draft/replay/")


def simulate(*arguments):
    out = StringIO()
    call_command("simulate", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_what_is_live_makes_of_past_tickets_what_it_made_of_them(world, tickets):
    told = simulate("--policy", "live", "--since", "2026-03-01")
    assert told == {"tickets": 2, "differences": [], "escalations": {"before": 1, "after": 1}}


def test_another_version_tells_which_tickets_began_elsewhere(world, tickets):
    document = deepcopy(world.policy.versions.get().document)
    document["routing"] = [{"name": "All", "when": {}, "then": {"tier": "L3"}}]
    world.publish(document)
    printer, question = tickets
    told = simulate("--policy", "Standard@2", "--since", "2026-03-01")
    assert told["differences"] == [
        {"ticket": t.key, "stored": {"tier": "L1", "priority": "P3"}, "replayed": {"tier": "L3", "priority": "P3"}}
        for t in (question, printer)
    ]


def test_a_file_s_policy_is_tried_as_it_stands_there(world, tickets, tmp_path):
    ladder = "[{tier: L2, acknowledge_within: 5m}, {tier: L3, acknowledge_within: 5m}]"
    ladders = "\n".join(f"      {p}: {ladder}" for p in ("P1", "P2", "P3", "P4"))
    file = tmp_path / "policy.yaml"
    file.write_text(f"policies:\n  - name: Trial\n    ladders:\n{ladders}\n")
    told = simulate("--policy", str(file), "--since", "2026-03-01")
    assert [row["replayed"]["tier"] for row in told["differences"]] == ["L2", "L2"]
    assert told["escalations"] == {"before": 1, "after": 1}


@pytest.mark.parametrize(
    "policy, since, said",
    [
        ("live", "yesterday", "is not a day such as"),
        ("Standard@9", "2026-03-01", "there is no version 9"),
        ("nowhere.yaml", "2026-03-01", "No such file"),
    ],
)
def test_wrong_use_is_told_and_exits_2(world, policy, since, said):
    with pytest.raises(CommandError, match=said) as error:
        simulate("--policy", policy, "--since", since)
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    "text, said",
    [
        ("policies: []", "exactly one policy"),
        ("policies:\n  - name: A\n    ladders: {P1: [{tier: L9}]}", "there is no tier"),
        ("policies: [", "not YAML"),
    ],
)
def test_a_file_that_describes_no_policy_is_told(world, tmp_path, text, said):
    file = tmp_path / "p.yaml"
    file.write_text(text)
    with pytest.raises(CommandError, match=said):
        simulate("--policy", str(file), "--since", "2026-03-01")


def test_words_are_written_without_json(world, tickets):
    out = StringIO()
    call_command("simulate", "--policy", "live", "--since", "2026-03-01", stdout=out)
    assert "2 tickets were replayed; 0 would begin elsewhere." in out.getvalue()
