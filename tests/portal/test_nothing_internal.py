"""What is internal never reaches a client: unique words are planted in every internal field, and none may come out."""

import re
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.encryption import encrypt
from clients.models import Contact
from clients.share_links import make_link
from pdf_text import text
from sla.models import Agreement, Calendar
from tickets import changing, lifecycle, managing, merging
from tickets.changing import Changes
from tickets.models import EventSource, Ticket
from tiers.models import Policy, Team, Tier
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from world import LADDER

TITLES = ("our helpdesk", "our technical specialists", "our senior engineers")


class Canaries:
    """Hands out words that can come from nowhere else."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def __call__(self, where: str) -> str:
        word = f"canary{len(self.planted):03}x"
        self.planted[word] = where
        return word

    def found_in(self, html: str) -> list[str]:
        return [where for word, where in self.planted.items() if word in html.lower()]


@pytest.fixture
def canary():
    return Canaries()


@pytest.fixture
def planted(world, canary):
    """Every internal field of the world holds a canary, and a ticket has gone all the way."""
    _people(world, canary)
    _promises(world, canary)
    _policy(world, canary)
    _vendor(world, canary)
    world.now = database_now()
    return _tickets(world, canary)


def _people(world, canary):
    for tier in Tier.objects.all():
        tier.name, tier.slug = canary("tier name"), canary("tier slug")
        tier.responsibilities = canary("responsibilities")
        world.names = {**getattr(world, "names", {}), tier.level: tier.name}
        tier.title = TITLES[tier.level - 1]
        tier.save()
    for team in Team.objects.all():
        team.name, team.email = canary("team name"), f"{canary('team address')}@msp.example"
        team.save()
    for user in (world.l1, world.l2, world.l3, world.manager):
        user.name, user.email = canary("member name"), f"{canary('member address')}@msp.example"
        user.save()


def _promises(world, canary):
    Agreement.objects.filter(pk=world.ola.pk).update(name=canary("OLA name"))
    Agreement.objects.filter(pk=world.uc.pk).update(name=canary("commitment name"))
    Agreement.objects.filter(pk=world.sla.pk).update(name=canary("agreement name"))
    assert Calendar.objects.count() == 2


def _policy(world, canary):
    def named(step):
        people = [f"{canary('notified person')}@msp.example"]
        return {**step, "tier": world.names[int(step["tier"][1])], "notify": people} if "tier" in step else step

    ladders = {priority: [named(step) for step in LADDER] for priority in ("P1", "P2", "P3", "P4")}
    exceptions = [
        {"client": "Acme", "category": canary("exception category"), "reason": canary("exception reason"),
         "people": [f"{canary('exception person')}@msp.example"], "client_text": "You have a named specialist."},
        {"client": "Other", "reason": canary("reason of another client"), "client_text": canary("another's text")},
    ]  # fmt: skip
    routing = [
        {"name": canary("rule name"), "when": {"error_code": ["0x8004de40"]},
         "then": {"service": "Microsoft 365", "tags": [canary("tag")]}},
        {"name": canary("rule name"), "when": {"keywords": [canary("keyword")]}, "then": {"priority": "P1"}},
    ]  # fmt: skip
    Policy.objects.update(name=canary("policy name"), slug=canary("policy slug"))
    world.publish({"ladders": ladders, "exceptions": exceptions, "routing": routing})


def _vendor(world, canary):
    Vendor.objects.update(protocol=canary("vendor protocol"), website=f"https://{canary('website')}.example")
    ContactPoint.objects.update(value=f"{canary('vendor address')}@vendor.example", hours=canary("vendor hours"))
    required = [{"key": "tenant_id", "label": canary("datum"), "source": "account.tenant_id"}]
    template = {"subject": f"{canary('case subject')} {{{{tenant_id}}}}", "body": canary("case body")}
    conditions = [{"words": canary("engagement condition"), "tier_level": 1}]
    Service.objects.update(required=required, template=template, engage_when=conditions, plan=canary("plan"))
    secrets = {"pin": encrypt(canary("secret"))}
    ServiceAccount.objects.update(facts={"tenant_id": canary("account fact")}, secrets=secrets)
    EventSource.objects.update(name=canary("source name"))


def _tickets(world, canary):
    """One that reached the vendor, one in work, one on hold, one resolved: with notes and whys all along."""
    contact = Contact.objects.get(client=world.acme)
    facts = {"description": canary("description"), "category": canary("category"), "device_name": canary("device")}
    ticket = world.open("Mail does not arrive", error_code="0x8004de40", contact=contact, **facts)
    world.forward(minutes=61)
    lifecycle.reply(key=ticket.key, text=canary("work note"), public=False, by=world.l1, now=world.now)
    taken, held, done = world.open("In work"), world.open("On hold"), world.open("Done")
    lifecycle.acknowledge(key=taken.key, by=world.l1, now=world.now)
    lifecycle.assign(key=taken.key, to=world.l2.email, by=world.l1, now=world.now)
    lifecycle.escalate(key=taken.key, why=canary("why"), by=world.l1, now=world.now)
    until = world.now.replace(year=world.now.year + 1)
    lifecycle.wait(key=held.key, on="HOLD", why=canary("hold reason"), until=until, by=world.l1, now=world.now)
    lifecycle.resolve(key=done.key, summary="It works again.", by=world.l1, now=world.now)
    again, merged = world.open("Reported again"), world.open("Reported twice")
    changes = Changes(priority="P2", category=canary("category"))
    changing.change(key=again.key, changes=changes, why=canary("why it changed"), by=world.l1, now=world.now)
    managing.call_manager(key=again.key, why=canary("why a manager"), by=world.l1, now=world.now)
    lifecycle.reply(key=again.key, text=canary("manager's note"), public=False, by=world.manager, now=world.now)
    merging.merge(key=merged.key, into=again.key, why=canary("why one"), by=world.l1, now=world.now)
    past = world.open("Brought in", opened_at=world.now - timedelta(hours=3))
    Ticket.objects.update(tags=[canary("ticket tag")], routed_because=[canary("routing reason")])
    return [ticket, taken, held, done, again, merged, past]


@pytest.mark.parametrize("role", [roles.DECISION_MAKER, "manager"])
def test_no_internal_word_reaches_the_client_s_pages(role, client, world, canary, planted):
    reader = world.manager if role == "manager" else world.reader(world.acme)
    client.force_login(reader)
    for path in ("/portal/acme/", *(f"/portal/acme/tickets/{t.key}/" for t in planted)):
        answer = client.get(path)
        html = answer.content.decode()
        assert answer.status_code == 200 and "canary" not in path
        assert canary.found_in(html) == [], path
        assert not re.search(r"\bL[1-9]\b|\bP[1-4]\b|\bOLA\b|msp\.example|24x7|Office", html), path


def test_no_internal_word_is_in_the_file_or_behind_a_share_link(client, world, canary, planted):
    ends = database_now()
    _, token = make_link(client=world.acme, label=canary("label of a link"), days=9, by=world.manager, now=ends)
    shared = client.get(f"/share/{token}/")
    client.force_login(world.reader(world.acme))
    file = client.get("/portal/acme/page.pdf")
    assert (shared.status_code, file.status_code) == (200, 200)
    for said in (shared.content.decode(), text(file.content), file.content.decode("latin-1")):
        assert canary.found_in(said) == []
    for said in (shared.content.decode(), text(file.content)):
        assert not re.search(r"\bL[1-9]\b|\bP[1-4]\b|\bOLA\b|msp\.example|24x7|Office", said)
    assert "You have a named specialist." in text(file.content)


def test_a_tier_without_a_title_is_our_team(client, world, canary):
    tier = world.tiers["L1"]
    name = canary("tier name")
    world.publish({"ladders": {"P1": [{"tier": name, "acknowledge_within": "15m"}]}})
    Tier.objects.filter(pk=tier.pk).update(title="", name=name)
    client.force_login(world.reader(world.acme))
    html = client.get("/portal/acme/").content.decode()
    assert "read first by our team" in html and canary.found_in(html) == []


def test_a_tier_without_a_title_is_our_team_in_the_story_too(client, world):
    Tier.objects.filter(pk=world.tiers["L1"].pk).update(title="")
    ticket = world.open()
    client.force_login(world.reader(world.acme))
    html = client.get(f"/portal/acme/tickets/{ticket.key}/").content.decode()
    words = re.sub(r"\bvalue=\"[^\"]+\"", "", html)  # a token against forgery may hold any letters
    assert "L1" not in words


def test_the_canaries_do_sing_on_the_desk_s_pages(client, world, canary, planted):
    """The words are there to be found: otherwise finding none would prove nothing."""
    client.force_login(world.manager)
    desk = "".join(
        client.get(path).content.decode()
        for path in (f"/policies/{world.policy.__class__.objects.get().slug}/", "/vendors/microsoft/")
    )
    sung = set(canary.found_in(desk))
    assert {"tier name", "rule name", "exception reason", "responsibilities", "vendor protocol", "account fact"} <= sung
    assert "secret" not in sung
