"""What is published anew stands in the documents soon after, in those that it concerns and in no others."""

from datetime import timedelta

import pytest
from generated_documents import bodies, document, live, live_policy, numbers

from accounts import roles
from clients.models import Client, PageWords
from documents.catch_up import catch_up
from documents.generated.reading import client_page, ground
from documents.guide.reading import page_at
from documents.guide.shelf import shelf
from documents.models import Document, Receipt
from documents.writing import write
from sla.models import Calendar
from tiers.models import PolicyVersion, Tier
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from world import LADDER, march

INTERNAL = {"policy:standard", "playbook:standard", "vendor:microsoft"}
OF_ACME = {"contract:acme", "guide:acme"}
OF_BOREALIS = {"contract:borealis", "guide:borealis"}
OWN_STEPS = {
    "client": "Borealis", "reason": "They pay for it.", "client_text": "You are called at once.",
    "steps": [{"tier": "L3", "acknowledge_within": "5m", "hand_over_after": "1h"}],
}  # fmt: skip


@pytest.fixture
def caught_up(world):
    """Two clients, Borealis on a ladder of its own, and every document in its first version."""
    world.client("Borealis")
    world.ladder(*LADDER, exceptions=[OWN_STEPS])
    assert catch_up(now=world.now) == len(INTERNAL | OF_ACME | OF_BOREALIS)
    assert set(numbers().values()) == {1}
    return world


def renewed(world):
    """The keys of the documents that a catch-up renews, a minute on."""
    before = numbers()
    world.now += timedelta(minutes=1)
    count = catch_up(now=world.now)
    after = numbers()
    changed = {key for key in after if after[key] != before.get(key)}
    assert count == len(changed) and all(after[key] == before.get(key, 0) + 1 for key in changed)
    return changed


def test_whatever_follows_from_policy_agreements_and_vendors_is_written_down_for_its_readers(caught_up):
    found = {d.source_key: (d.kind, d.audience, d.client and d.client.name) for d in Document.objects.all()}
    assert found == {
        "policy:standard": ("POLICY", "INTERNAL", None),
        "playbook:standard": ("PLAYBOOK", "INTERNAL", None),
        "vendor:microsoft": ("VENDOR_SHEET", "INTERNAL", None),
        "contract:acme": ("CONTRACT", "CLIENT", "Acme"),
        "guide:acme": ("CLIENT_GUIDE", "CLIENT", "Acme"),
        "contract:borealis": ("CONTRACT", "CLIENT", "Borealis"),
        "guide:borealis": ("CLIENT_GUIDE", "CLIENT", "Borealis"),
    }


def test_who_reads_a_client_s_documents_are_its_decision_makers_and_staff_who_see_it(caught_up):
    own, other = caught_up.reader(caught_up.acme), caught_up.reader(Client.objects.get(name="Borealis"))
    assert {d.source_key for d in Document.objects.visible_to(own)} == OF_ACME
    assert {d.source_key for d in Document.objects.visible_to(other)} == OF_BOREALIS
    user = caught_up.reader(caught_up.acme, roles.CLIENT_USER)
    assert not Document.objects.visible_to(user).filter(audience="INTERNAL").exists()
    assert {d.source_key for d in Document.objects.visible_to(caught_up.l1)} >= INTERNAL


def test_a_step_that_is_edited_and_published_is_in_every_document_that_it_concerns(caught_up):
    steps = [{**LADDER[0], "hand_over_after": "20m"}, *LADDER[1:]]
    caught_up.publish({**live_policy(), "ladders": dict.fromkeys(("P1", "P2", "P3", "P4"), steps)})
    assert renewed(caught_up) == {"policy:standard", "playbook:standard", "guide:acme"}
    assert "| 1 | L1, L1 team | 15 minutes | 20 minutes | 24x7 |" in bodies()["policy:standard"]
    assert "after 20 minutes if it is not solved" in bodies()["playbook:standard"]
    assert "Taken up within 15 minutes" not in bodies()["guide:borealis"]
    assert "15 minutes; passed on if not solved within 20 minutes" in bodies()["guide:acme"]


def test_a_version_says_what_it_follows_and_what_it_changed(caught_up):
    document = {**live_policy(), "routing": live_policy()["routing"][1:2]}
    caught_up.publish(document)
    renewed(caught_up)
    note = live("policy:standard").note
    assert note.startswith("Follows Standard v3. Changed: its beginning, ") and "“Where a ticket begins”" in note
    assert live("guide:acme").number == 1 and live("guide:acme").note == "The first version."


def test_what_its_author_said_of_a_version_stands_in_the_note(caught_up):
    PolicyVersion.publish(
        caught_up.policy, live_policy(), author=caught_up.manager, note="Reviewed in May", now=caught_up.now
    )
    renewed(caught_up)
    assert live("playbook:standard").note == "Follows Standard v3. Reviewed in May. Changed: its beginning."
    assert "- **Published by:** Boss\n- **Why:** Reviewed in May\n" in bodies()["policy:standard"]


def test_a_version_in_which_much_has_changed_names_the_first_of_it(caught_up):
    Tier.objects.update(title="our people", responsibilities="All.")
    caught_up.ladder({**LADDER[0], "hand_over_after": "5m"}, *LADDER[1:])
    caught_up.calendar("24x7", {"timezone": "UTC", "hours": {"mon": ["09:00-12:00"]}})
    renewed(caught_up)
    assert live("policy:standard").note == (
        "Follows Standard v3. Changed: its beginning, “Tiers, and what each is for”, “The ladder of each priority”, "
        "“What is different for single clients” and 1 more."
    )


def test_a_client_is_told_what_changed_in_words_that_say_nothing_of_us(caught_up):
    steps = [{**LADDER[0], "acknowledge_within": "5m"}, *LADDER[1:]]
    caught_up.ladder(*steps, exceptions=[OWN_STEPS])
    renewed(caught_up)
    assert live("guide:acme").note == "Changed: “The steps, and how long each takes”, “For example”."


def test_what_changes_for_one_client_changes_no_other_client_s_guide(caught_up):
    caught_up.ladder(*LADDER, exceptions=[{**OWN_STEPS, "client_text": "You are called within minutes."}])
    assert renewed(caught_up) == {"policy:standard", "playbook:standard", "guide:borealis"}
    assert "You are called within minutes." in bodies()["guide:borealis"]


def test_a_reason_that_changes_is_no_news_for_the_client(caught_up):
    caught_up.ladder(*LADDER, exceptions=[{**OWN_STEPS, "reason": "Their new contract says so."}])
    assert renewed(caught_up) == {"policy:standard", "playbook:standard"}


def test_words_that_people_added_survive(caught_up):
    sheet = document("policy:standard")
    write(
        document=sheet, body="not taken", added="Ask **Jo** first.", by=caught_up.manager, note="Jo knows",
        base_number=1, now=caught_up.now,
    )  # fmt: skip
    assert catch_up(now=caught_up.now + timedelta(seconds=10)) == 0
    caught_up.ladder(*LADDER)
    assert "policy:standard" in renewed(caught_up)
    version = live("policy:standard")
    assert (version.number, version.added) == (3, "Ask **Jo** first.")
    assert "v3" in version.body and "not taken" not in version.body


def test_an_agreement_that_is_edited_is_in_the_contract_and_on_the_page_of_those_who_have_it(caught_up):
    caught_up.agreement("Silver", "SLA", {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "9h"}}})
    assert renewed(caught_up) == set()
    caught_up.gold(calendar="24x7", P2={"RESOLVE": "7h"}, P1={"ACKNOWLEDGE": "20m", "RESOLVE": "4h"})
    assert renewed(caught_up) == OF_ACME | OF_BOREALIS
    assert "| 7 hours |" in bodies()["contract:acme"]


def test_another_agreement_of_a_client_is_in_its_own_documents_and_the_playbook(caught_up):
    silver = caught_up.agreement("Silver", "SLA", {"calendar": "24x7", "targets": {"P1": {"UPDATE": "2h"}}})
    renewed(caught_up)
    Client.objects.filter(name="Acme").update(agreement=silver)
    assert renewed(caught_up) == OF_ACME | {"playbook:standard"}
    assert "| Acme | - | - | 2 hours | - | day and night |" in bodies()["playbook:standard"]


def test_terms_of_a_later_day_are_announced_and_hold_when_it_comes(caught_up):
    caught_up.gold(calendar="24x7", more={"effective_from": "2026-04-01"}, P1={"ACKNOWLEDGE": "20m", "RESOLVE": "2h"})
    assert renewed(caught_up) == {"contract:acme", "contract:borealis"}
    assert "From 1 April 2026 on other terms hold." in bodies()["contract:acme"]
    caught_up.until(march(31, 23, 58))
    assert renewed(caught_up) == set()
    caught_up.now += timedelta(minutes=1)  # the agreement's calendar is one of UTC
    assert renewed(caught_up) == OF_ACME | OF_BOREALIS | {"playbook:standard"}
    assert "other terms" not in bodies()["contract:acme"] and "| 2 hours |" in bodies()["contract:acme"]


def test_a_vendor_s_commitment_that_is_edited_is_on_its_sheet_and_in_the_contracts_that_it_binds(caught_up):
    caught_up.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "1h", "RESOLVE": "6h"}}})
    assert renewed(caught_up) == {"vendor:microsoft", "contract:acme"}
    assert "| Critical | 1 hour | 6 hours |" in bodies()["contract:acme"]


def test_a_vendor_s_first_answer_is_on_the_client_s_page_as_well(caught_up):
    caught_up.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "2h"}}})
    assert renewed(caught_up) == {"vendor:microsoft", *OF_ACME}


def test_a_contact_point_that_is_edited_is_where_people_look_for_it(caught_up):
    ContactPoint.objects.update(value="new@vendor.example")
    assert renewed(caught_up) == {"vendor:microsoft", "playbook:standard"}
    assert (
        "new@vendor.example" in bodies()["vendor:microsoft"] and "new@vendor.example" in bodies()["playbook:standard"]
    )


def test_a_service_that_a_client_gets_is_in_its_documents(caught_up):
    borealis = Client.objects.get(name="Borealis")
    ServiceAccount.objects.create(client=borealis, service=caught_up.m365)
    assert renewed(caught_up) == OF_BOREALIS | {"vendor:microsoft", "playbook:standard"}


def test_hours_that_change_are_told_wherever_they_count(caught_up):
    assert Calendar.objects.filter(name="Office").exists()
    caught_up.calendar("Office", {"timezone": "Europe/London", "hours": {"mon": ["09:00-12:00"]}})
    assert renewed(caught_up) == {"vendor:microsoft", *OF_ACME}


def test_a_tier_s_duties_are_in_the_policy_and_the_playbook_only(caught_up):
    Tier.objects.filter(name="L1").update(responsibilities="Reads everything first.")
    assert renewed(caught_up) == {"policy:standard", "playbook:standard"}


def test_people_who_come_and_go_ask_nobody_to_read_the_policy_again(caught_up):
    asked = Receipt.objects.count()
    caught_up.person("new@msp.example", roles.TECHNICIAN, Tier.objects.get(name="L1").team)
    assert renewed(caught_up) == set()  # without a rotation the first of the team stays on call
    team = Tier.objects.get(name="L1").team
    team.rotation = {"timezone": "UTC", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05"}
    team.save()
    assert renewed(caught_up) == {"policy:standard", "playbook:standard"}
    after = Receipt.objects.count()
    caught_up.person("newer@msp.example", roles.TECHNICIAN, team)
    assert renewed(caught_up) == {"playbook:standard"}
    assert (after > asked, Receipt.objects.count()) == (True, after)


def test_the_people_of_the_teams_are_asked_to_read_a_new_policy(caught_up):
    def asked():
        return set(Receipt.objects.values_list("version__of__source_key", "version__number", "user__email"))

    first = asked()
    assert {row[:2] for row in first} == {("policy:standard", 1)}
    assert {row[2] for row in first} >= {"l1@msp.example", "l2@msp.example", "l3@msp.example", "boss@msp.example"}
    caught_up.ladder(*LADDER)
    renewed(caught_up)
    assert {row[:2] for row in asked() - first} == {("policy:standard", 2)}


def test_a_new_client_has_its_documents(caught_up):
    caught_up.client("Cirrus")
    assert renewed(caught_up) == {"contract:cirrus", "guide:cirrus", "playbook:standard"}


def test_a_client_that_is_called_otherwise_keeps_its_documents_and_their_addresses(caught_up):
    slug = document("guide:acme").slug
    Client.objects.filter(slug="acme").update(name="Acme Works")
    assert renewed(caught_up) >= OF_ACME
    assert (document("guide:acme").name, document("guide:acme").slug) == ("How we handle requests of Acme Works", slug)


def test_a_guide_without_a_policy_is_out_of_force_until_there_is_one(caught_up):
    caught_up.publish({**live_policy(), "clients": ["Borealis"]})
    assert "guide:acme" not in renewed_or_left(caught_up)
    assert document("guide:acme").out_of_force_at == caught_up.now
    assert document("contract:acme").out_of_force_at is None and live("guide:acme").number == 1
    caught_up.ladder(*LADDER, exceptions=[OWN_STEPS])
    renewed_or_left(caught_up)
    assert (document("guide:acme").out_of_force_at, live("guide:acme").number) == (None, 1)


def renewed_or_left(world):
    """The keys of the documents with a new version; others may have been put out of force or back."""
    before = numbers()
    world.now += timedelta(minutes=1)
    catch_up(now=world.now)
    return {key for key, number in numbers().items() if number != before.get(key)}


def test_the_sheet_of_a_vendor_that_is_gone_stays_out_of_force_and_is_marked_once(caught_up):
    Service.objects.all().delete()
    Vendor.objects.all().delete()
    assert "vendor:microsoft" not in renewed_or_left(caught_up)
    sheet = document("vendor:microsoft")
    assert sheet.out_of_force_at == caught_up.now and live("vendor:microsoft").body
    assert [change.text for change in sheet.changes.all()] == ["Out of force from now on."]
    caught_up.ladder(*LADDER)
    renewed_or_left(caught_up)
    assert document("vendor:microsoft").changes.count() == 1


@pytest.mark.parametrize("name", ["Acme", "Borealis"])
def test_the_guide_is_made_from_the_very_page_that_the_client_sees(caught_up, name):
    client = Client.objects.get(name=name)
    till = {"title": "Your till stops", "text": "We come."}
    words = {"intro": "Good morning.", "scenarios": [till], "hidden": ["server"]}
    PageWords.publish(client, words, author=caught_up.manager, note="Asked for", now=caught_up.now)
    assert renewed(caught_up) == {f"guide:{client.slug}"}
    assert "Good morning." in live(f"guide:{client.slug}").body
    assert client_page(client, ground(now=caught_up.now)) == page_at(shelf(client), now=caught_up.now)
