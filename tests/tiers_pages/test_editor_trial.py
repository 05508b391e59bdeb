"""“Try it”: which rules fire on a text or a past ticket, why the others do not, and where it would begin."""

import re

import pytest

from tiers.drafts import save_draft, start_draft

PATH = "/policies/standard/draft/trial/"


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


@pytest.fixture
def edit(world):
    def change(**sections):
        draft = start_draft(policy=world.policy, by=world.manager, now=world.now)
        document = {**draft.document, **sections}
        return save_draft(
            policy=world.policy, document=document, revision=draft.revision, by=world.manager, now=world.now
        )

    return change


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def states(answer) -> list[str]:
    return re.findall(r'<li data-state="([A-Z_]*)"', answer.content.decode())


def test_each_rule_says_why_it_fired_or_why_not(desk, edit):
    edit()
    answer = desk.post(PATH, {"title": "Ransom note on the screen", "client": "Acme", "device_type": "SERVER"})
    assert states(answer) == ["NOT", "NOT", "FIRED"]
    said = words(answer)
    assert "1 of 3 rules fired" in said and "It found the keyword “ransom”" in said
    assert "The device type is SERVER, not NETWORK." in said and "There is no error code “0x8004de40”" in said
    assert "Begins at L3 , P1" in said


def test_a_rule_that_stops_keeps_those_below_it_from_being_reached(desk, edit):
    edit()
    answer = desk.post(PATH, {"title": "ransom", "device_type": "NETWORK"})
    assert states(answer) == ["NOT", "FIRED", "NOT_REACHED"] and "“Firewalls” fired and ended the search." in words(
        answer
    )


def test_it_is_the_draft_that_is_tried_and_without_one_what_is_live(desk, edit):
    assert "There is no draft: this tries what is live." in words(desk.get(PATH))
    assert len(states(desk.post(PATH, {"title": "vpn"}))) == 3
    edit(routing=[{"name": "VPN", "when": {"keywords": ["vpn"]}, "then": {"tier": "L2"}}])
    assert states(desk.post(PATH, {"title": "vpn is down"})) == ["FIRED"]


def test_a_client_exception_is_named_with_its_reason(desk, edit):
    edit(exceptions=[{"client": "Acme", "start_tier": "L2", "reason": "Their contract"}])
    said = words(desk.post(PATH, {"title": "Hello", "client": "acme"}))
    assert "Begins at L2" in said and "Client exception: Acme. Their contract" in said


def test_what_is_asked_for_outweighs_the_rules(desk, edit):
    edit()
    said = words(desk.post(PATH, {"title": "ransom", "priority": "P4", "service": "Microsoft 365"}))
    assert "Begins at L3 , P4, Microsoft 365" in said


def test_a_draft_that_is_not_finished_says_what_its_rules_do_and_not_more(desk, edit):
    rules = [
        {"name": "Broken", "when": {"regex": "(vpn"}, "then": {}},
        {"name": "VPN", "when": {"keywords": ["vpn"]}, "then": {"tier": "L2"}},
    ]
    edit(routing=rules)
    answer = desk.post(PATH, {"title": "vpn"})
    assert answer.status_code == 200 and states(answer) == ["BROKEN", "FIRED"]
    assert "Where it would begin can be told once 2 things in the draft are put right." in words(answer)


def test_without_rules_it_begins_at_the_first_step(desk, edit):
    edit(routing=[])
    assert "There are no rules: it begins at L1, P3." in words(desk.post(PATH, {"title": "vpn"}))


def test_what_was_tried_last_is_tried_again_on_what_the_draft_says_now(desk, edit):
    edit()
    desk.post(PATH, {"title": "printer", "client": "Acme"})
    edit(routing=[{"name": "Printers", "when": {"keywords": ["printer"]}, "then": {"tier": "L2"}}])
    page = desk.get(PATH)
    assert states(page) == ["FIRED"] and 'value="printer"' in page.content.decode()
    assert "Which rules fire?" in words(desk.get(PATH, {"afresh": ""}))


def test_a_title_is_needed_and_nothing_is_lost_without_it(desk, edit):
    edit()
    answer = desk.post(PATH, {"title": "", "body": "Half written"})
    assert answer.status_code == 422 and "Write what the ticket says first: its title." in words(answer)
    assert "Half written" in answer.content.decode()


def test_a_script_gets_what_was_found_alone(desk, edit):
    edit()
    answer = desk.post(PATH, {"title": "ransom"}, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode() and 'id="found"' in answer.content.decode()


def test_what_is_tried_is_text(desk, edit):
    edit(routing=[{"name": "<b>VPN", "when": {"regex": "<script>.*"}, "then": {"tier": "L2"}}])
    said = desk.post(PATH, {"title": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in said and "<b>VPN" not in said


# Past tickets


def test_a_past_ticket_is_looked_up_by_its_key(desk, world, edit):
    edit()
    ticket = world.open("Ransom note", description="On esx01", category="security", device_name="esx01")
    answer = desk.get(PATH, {"ticket": ticket.key})
    assert (answer.status_code, answer.url) == (303, f"{PATH}{ticket.key}/")
    page = desk.get(answer.url)
    assert page.status_code == 200 and states(page) == ["NOT", "NOT", "FIRED"]
    said = page.content.decode()
    assert (
        'value="Ransom note"' in said and "On esx01" in said and 'value="security"' in said and 'value="Acme"' in said
    )
    assert '<option value="SERVER" selected' in said and 'value="ESXi 8"' in said


def test_a_category_that_a_rule_set_is_not_taken_for_a_given_one(desk, world, edit):
    rules = [{"name": "VPN", "when": {"keywords": ["vpn"]}, "then": {"category": "network"}}]
    world.publish({**world.policy.versions.get(number=1).document, "routing": rules})
    ticket = world.open("vpn is down")
    assert ticket.category == "network"
    page = desk.get(f"{PATH}{ticket.key}/")
    assert 'name="category" value="network"' not in page.content.decode() and states(page) == ["FIRED"]


@pytest.mark.parametrize("key", ["ESC-999999", "nonsense", "ESC-", "<b>"])
def test_a_ticket_that_is_not_there_is_told_at_the_field(desk, edit, key):
    edit()
    answer = desk.get(f"{PATH}{key}/")
    assert answer.status_code == 404 and "Write its key like ESC-123." in words(answer)
    assert "<b>" not in answer.content.decode()


def test_a_key_with_a_slash_leads_nowhere_else(desk, edit):
    edit()
    answer = desk.get(PATH, {"ticket": "../../review"})
    assert answer.status_code == 303 and answer.url.startswith(PATH)


def test_others_than_managers_look_up_no_ticket(client, world, edit):
    edit()
    ticket = world.open()
    client.force_login(world.l1)
    assert client.get(f"{PATH}{ticket.key}/").status_code == 403
