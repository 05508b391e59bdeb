"""From the database to facts: everything that a document needs, as people wrote it, and no secret."""

from datetime import date

import pytest

from accounts import roles
from accounts.encryption import encrypt
from documents.generated.facts import Condition, Contact, Datum, Person
from documents.generated.playbook import playbook
from documents.generated.policy import policy
from documents.generated.reading import ground, policy_facts, vendor_facts
from documents.generated.sources import PREFIXES, sources
from documents.generated.vendor_sheet import vendor_sheet
from documents.markdown import rendered
from sla.models import Agreement, Calendar
from tiers.models import Policy, PolicyVersion, Team, Tier
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from vendors.verification import mark_bad
from world import LADDER


def of_policy(world, name="Standard"):
    known = ground(now=world.now)
    [version] = [version for version in known.policies if version.of.name == name]
    return policy_facts(version, known)


def of_vendor(world):
    known = ground(now=world.now)
    return vendor_facts(known.vendors[0], known)


def test_a_version_has_its_author_by_name_and_its_moment(world):
    PolicyVersion.publish(world.policy, {"ladders": {"P1": LADDER}}, author=world.manager, note="Why", now=world.now)
    version = of_policy(world).version
    assert (version.policy, version.number, version.author, version.note) == ("Standard", 2, "Boss", "Why")
    assert version.at == world.now


def test_people_who_have_left_are_no_members_any_more(world):
    team = Tier.objects.get(name="L1").team
    left = world.person("left@msp.example", roles.TECHNICIAN, team)
    left.is_active = False
    left.save()
    world.person("second@msp.example", roles.TECHNICIAN, team)
    found = of_policy(world).tier("L1").team
    assert found.members == (Person("L1", "l1@msp.example"), Person("Second", "second@msp.example"))


def test_tiers_stand_in_the_order_of_their_levels_with_their_agreements(world):
    Tier.objects.filter(name="L1").update(level=9, title="")
    tiers = of_policy(world).tiers
    assert [tier.name for tier in tiers] == ["L2", "L3", "L1"]
    assert tiers[-1].title == "our team"  # where nobody wrote a title
    assert (tiers[0].ola.title, tiers[0].ola.level("P1").targets) == ("OLA v1", {"ACKNOWLEDGE": 1800, "RESOLVE": 7200})


def test_each_client_belongs_to_the_policy_that_covers_it(world):
    world.client("Borealis")
    own = Policy.objects.create(name="Own")
    document = {"clients": ["Borealis"], "ladders": {"P1": LADDER}}
    PolicyVersion.publish(own, document, author=None, note="", now=world.now)
    general, special = of_policy(world), of_policy(world, "Own")
    assert (general.clients, general.named) == (("Acme",), False)
    assert (special.clients, special.named) == (("Borealis",), True)


def test_contact_points_are_told_as_they_are_to_be_tried_with_the_hours_of_their_calendar(world):
    mail = world.m365.contact_points.get()
    office = Calendar.objects.get(name="Office")
    ContactPoint.objects.create(
        service=world.m365, order=2, kind="HOTLINE", value="+44 1", calendar=office, hours="ask for Amy",
        interval_days=7,
    )  # fmt: skip
    mark_bad(mail, because="550 no such user", now=world.now)
    [hotline, bad] = of_vendor(world).services[0].contacts
    assert (hotline.hours, hotline.interval_days, hotline.bad) == (
        "Monday to Friday 09:00 to 17:30, London time, ask for Amy", 7, "",
    )  # fmt: skip
    assert (bad.value, bad.bad) == ("support@vendor.example", "since 2 March 2026: 550 no such user")


def test_a_service_has_its_contacts_its_data_and_its_conditions_in_words(world):
    ContactPoint.objects.update(verified_on=date(2026, 2, 1), owner=world.l1, hours="always", language="en")
    Service.objects.update(
        plan="Premier", engage_when=[{"words": "It is theirs.", "tier_level": 2, "minutes": 30}],
        required=[{"key": "pin", "label": "PIN", "source": "account.pin", "question": "Which?", "secret": True}],
    )  # fmt: skip
    [service] = of_vendor(world).services
    assert service.contacts == (Contact("EMAIL", "support@vendor.example", "always", "en", "2026-02-01", "L1"),)
    assert service.contacts[0].interval_days == 90
    assert service.required == (Datum("PIN", "the client's account: pin", "Which?", secret=True),)
    assert service.conditions == (Condition("It is theirs.", ("level 2 or higher reached", "30 minutes spent")),)
    assert (service.plan, service.clients, service.severity("P1"), service.severity("P4")) == (
        "Premier", ("Acme",), "A", "P4",
    )  # fmt: skip


def test_what_a_client_s_account_holds_is_not_even_read(world):
    ServiceAccount.objects.update(facts={"tenant_id": "canary-fact"}, secrets={"pin": encrypt("canary-secret")})
    known = ground(now=world.now)
    assert "canary" not in repr([policy_facts(known.policies[0], known), vendor_facts(known.vendors[0], known)])
    assert not any("canary" in source.render() for source in sources(known))


def test_a_commitment_that_has_ended_says_so_and_one_that_was_never_published_is_empty(world):
    targets = {"A": {"RESPOND": "1h"}}
    world.agreement("M365", "UC", {"calendar": "Office", "effective_until": "2026-01-31", "targets": targets})
    [service] = of_vendor(world).services
    assert (service.commitment.lapsed, service.commitment.levels) == ("M365 ended on 2026-01-31.", ())
    Service.objects.update(commitment=Agreement.objects.create(name="Unwritten", kind="UC"))
    [service] = of_vendor(world).services
    assert service.commitment.levels == () and not service.commitment.lapsed
    Service.objects.update(commitment=None)
    assert of_vendor(world).services[0].commitment is None


def test_each_source_has_a_key_of_its_own_and_is_for_one_audience(world):
    world.client("Borealis")
    found = list(sources(ground(now=world.now)))
    keys = [source.key for source in found]
    assert len(set(keys)) == len(keys) == 7 and all(key.startswith(PREFIXES) for key in keys)
    assert {source.key for source in found if source.audience == "CLIENT"} == {
        "contract:acme", "guide:acme", "contract:borealis", "guide:borealis",
    }  # fmt: skip
    assert all((source.client is not None) == (source.audience == "CLIENT") for source in found)


def test_another_name_or_another_body_is_another_digest(world):
    first, second, *_ = sources(ground(now=world.now))
    assert first.digest("same") != second.digest("same") and first.digest("same") != first.digest("other")
    assert first.digest("same") == first.digest("same")


NASTY = ["<script>alert(1)</script>", "# Heading", "| a | b |", "```", "[x](javascript:alert(1))", "![x](http://x/y)"]


@pytest.fixture
def hostile(world):
    """Whatever staff can write is written to break out."""
    words = "\n".join(NASTY)
    Tier.objects.filter(name="L1").update(responsibilities=words, title=NASTY[0])
    Team.objects.filter(name="L1 team").update(name="# <b>team</b> | x")
    Vendor.objects.update(protocol=words, name="<i>Vendor</i> | ```")
    Service.objects.update(
        name="# | <u>Service</u>", template={"subject": words, "body": words}, engage_when=[{"words": words}],
        required=[{"key": "k", "label": words, "source": "question", "question": words}],
    )  # fmt: skip
    world.ladder(*LADDER, exceptions=[{"client": "Acme", "priority": "P1", "reason": words, "client_text": words}])
    return world


def test_nothing_that_people_wrote_breaks_out_of_a_document(hostile):
    known = ground(now=hostile.now)
    facts = policy_facts(known.policies[0], known)
    texts = [policy(facts), playbook(facts), vendor_sheet(vendor_facts(known.vendors[0], known))]
    texts += [source.render() for source in sources(known)]
    for text in texts:
        page = rendered(text)
        assert not any(tag in page.html for tag in ("<script", "<b>", "<i>", "<u>", "<img", 'javascript:alert(1)"'))
        assert "Heading" not in [heading.words for heading in page.contents]
        assert page.html.count("<table>") == text.count("| --- |\n") + text.endswith("| --- |")
