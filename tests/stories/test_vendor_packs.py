"""A story for each built-in pack: an alert engages the vendor, which stays silent, is chased, and answers.

Mail goes out over real SMTP and comes back over real IMAP. The moments in the table were worked out by hand, on each
vendor's own calendar; beside each stands how. 2026 in Berlin, London and New York; all moments are UTC.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from accounts.clock import database_now
from accounts.keys import digest
from integrations.mail.mailbox import read_mailbox
from integrations.models import Integration
from integrations.ninjaone.source import parse
from outbox.models import Message
from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.events import take_in
from tickets.models import CaseMessage, CaseTask, CustodyChange, Notification, Ticket, TicketEvent, VendorCase
from vendors.csv_import import import_table
from vendors.csv_import_columns import guessed
from vendors.csv_import_table import table
from vendors.editing import save
from vendors.models import Service
from vendors.packs import packs
from vendors.packs.taking import take

TENANT = "6f1d2c84-3b7a-4e19-9c55-0a8e4d2b71f3"
CORRELATION = "0f3a6d1e-5b7c-4d2a-9e8f-1a2b3c4d5e6f"
CID, AID = "9F3A6C1E42D84B7790AB5512CE08D3F4-1B", "4b9c1d7e2a6f4083b5d1c7e9a0f2d384"
UUID = "c1f0a9d2e4b84c7796a1d3f5b7e90812"
PIN = "481 516 2342"
OUR_SERVER = "mx.portal.example"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def utc(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def on_weekdays(*hours, **more):
    return {"hours": {day: list(hours) for day in WEEKDAYS}, **more}


@dataclass(frozen=True)
class Story:
    """What a provider fills in, what happens, and when what should follow."""

    slug: str
    code: str
    alerted: datetime
    lodged: datetime
    late: tuple[datetime, datetime, datetime]  # reminded, at the next contact, a manager called
    facts: dict[str, str]
    desk: str  # the vendor's mail domain, less .example
    secrets: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    calendar: dict | None = None
    promises: dict | None = None
    home: tuple[str, int] = ("L1", 0)  # whose step lodges it
    device: str = "esx01"
    node: str = "WINDOWS_SERVER"

    @property
    def wanted(self):
        """Every datum that must stand in the case."""
        return [*self.facts.values(), *self.secrets.values(), *self.answers.values()]


STORIES = [
    # Over a weekend. 2 h of London's 09:00-17:30, from Friday 16:30 on: an hour on Friday, one on Monday, so Monday
    # 10:00; 3 h are Monday 11:00, 4 h Monday 12:00. London is at UTC until the 29th of March.
    Story(
        slug="microsoft-365", code="AADSTS50000", desk="partner-desk", node="CLOUD_MONITOR_TARGET",
        alerted=utc(3, 6, 16), lodged=utc(3, 6, 16, 30), late=(utc(3, 9, 10), utc(3, 9, 11), utc(3, 9, 12)),
        facts={"tenant_id": TENANT, "primary_domain": "acme.example"}, answers={"correlation_id": CORRELATION},
        calendar=on_weekdays("09:00-17:30", timezone="Europe/London"),
        promises={"A": {"RESPOND": "2h"}, "B": {"RESPOND": "4h"}, "C": {"RESPOND": "8h"}},
    ),
    # Around the clock, as published: P1 within 1 h, in the night in which summer time begins in Europe. No code of
    # Google's engages it by itself, so the ladder does when nobody has acknowledged within 15 min.
    Story(
        slug="google-workspace", code="421 4.3.0", desk="reseller", node="CLOUD_MONITOR_TARGET",
        alerted=utc(3, 28, 23, 15), lodged=utc(3, 28, 23, 30),
        late=(utc(3, 29, 0, 30), utc(3, 29, 1), utc(3, 29, 1, 30)),
        facts={"customer_id": "C03k7m2qx", "primary_domain": "acme.example"}, secrets={"support_pin": PIN},
    ),
    # Around the clock, as published: Urgent within 4 h, overnight: 22:10 + 4 h, + 6 h, + 8 h.
    Story(
        slug="sentinelone", code="db_corruption", desk="distributor",
        alerted=utc(3, 5, 22), lodged=utc(3, 5, 22, 10), late=(utc(3, 6, 2, 10), utc(3, 6, 4, 10), utc(3, 6, 6, 10)),
        facts={"site_id": "1840027743921", "console_url": "https://usea1-001.sentinelone.example"},
        answers={"agent_id": UUID},
    ),
    # Over a holiday and a weekend. 1 h of New York's 08:00-18:00 from Thursday the 2nd of July, 17:30 there (UTC-4):
    # half an hour on Thursday; the 3rd is closed since the 4th is a Saturday; so Monday 08:30, 09:00 and 09:30 there.
    Story(
        slug="crowdstrike", code="reduced_functionality_mode", desk="falcon-desk",
        alerted=utc(7, 2, 21, 20), lodged=utc(7, 2, 21, 30),
        late=(utc(7, 6, 12, 30), utc(7, 6, 13), utc(7, 6, 13, 30)),
        facts={"cid": CID}, answers={"agent_id": AID, "sensor_version": "7.14.18408"},
        calendar=on_weekdays("08:00-18:00", timezone="America/New_York", holidays={"country": "US"}),
        promises={"P1": {"RESPOND": "1h"}, "P2": {"RESPOND": "4h"}, "P3": {"RESPOND": "8h"}},
    ),
    # Overnight and over Easter. 2 h of Berlin's 16:00-02:00. Lodged on the 3rd of April at 01:00 there (UTC+2), in the
    # opening that began on Thursday: an hour is left of it. Good Friday, the weekend and Easter Monday have none of
    # their own; Tuesday opens at 16:00, so 17:00, 18:00 and 19:00 there. What is a router's begins with L2.
    Story(
        slug="internet-provider", code="CIRCUIT_DOWN", desk="northline", node="NMS_ROUTER", device="rt01",
        home=("L2", 1),
        alerted=utc(4, 2, 23), lodged=utc(4, 2, 23), late=(utc(4, 7, 15), utc(4, 7, 16), utc(4, 7, 17)),
        facts={"circuit_id": "NL-204417", "site_contact": "Gate office, 555 0171", "access_hours": "daily 06:00-22:00"},
        calendar=on_weekdays("16:00-02:00", timezone="Europe/Berlin", holidays={"country": "DE"}),
        promises={"Total loss": {"RESPOND": "2h"}, "Degraded": {"RESPOND": "8h"}},
    ),
    # Over lunch, a weekend and the change of the clocks. 4 h of London's 09:00-12:30 and 13:00-17:00, from Friday 15:30
    # on (UTC): 1:30 on Friday, 2:30 on Monday from 09:00 there, which is 08:00 UTC by then: 10:30. 6 h are 4:30 on
    # Monday: 3:30 before lunch, one hour after it, 14:00 there. 8 h are 6:30 on Monday: 16:00 there.
    Story(
        slug="hardware-maker", code="PREDICTIVE_FAILURE", desk="maker", node="VMWARE_VM_HOST",
        alerted=utc(3, 27, 15, 30), lodged=utc(3, 27, 15, 30),
        late=(utc(3, 30, 10, 30), utc(3, 30, 13), utc(3, 30, 15)),
        facts={"warranty": "MC-550913 until 2028-01-31", "ship_to": "Acme, 1 Dock Road, for Dana"},
        calendar=on_weekdays("09:00-12:30", "13:00-17:00", timezone="Europe/London"),
        promises={"Down": {"RESPOND": "4h"}, "Degraded": {"RESPOND": "8h"}, "Question": {"RESPOND": "16h"}},
    ),
]  # fmt: skip


@pytest.fixture(autouse=True)
def our_server(settings):
    settings.TRUSTED_AUTHSERV_ID = OUR_SERVER


@dataclass
class Provider:
    """The world with a pack in use, and its mailboxes."""

    world: object
    office: object
    story: Story
    service: Service

    def mails(self, mailbox):
        return [message_from_bytes(raw, policy=policy.default) for raw in self.office.mails(mailbox)]

    @property
    def first(self):
        return f"cases@{self.story.desk}.example"

    @property
    def second(self):
        return f"duty@{self.story.desk}-duty.example"


@pytest.fixture(params=STORIES, ids=lambda story: story.slug)
def provider(request, world, post_office, settings):
    """Somebody has taken the pack, filled in whom to write to and what was promised, and noted the client's account."""
    story = request.param
    settings.IMAP_URL = post_office.url("portal")
    world.m365.vendor.delete()
    world.now = story.alerted - timedelta(days=2)
    pack = packs()[story.slug]
    vendor = take(pack, over=(), by=world.manager, now=world.now)
    service = vendor.services.get()
    found = Provider(world, post_office, story, service)
    _fill_in(found)
    if story.slug == "google-workspace":
        _route_by_code(world, story.code, service)
    world.tick()
    world.now = story.alerted
    return found


def _fill_in(provider):
    """By a table the contacts and the account, on the vendor's page what it promises and the secret."""
    world, story, service = provider.world, provider.story, provider.service
    rows = [f"{service.vendor};{service};{address};;;" for address in (provider.first, provider.second)]
    rows += [f"{service.vendor};{service};;Acme;{key};{value}" for key, value in story.facts.items()]
    text = "\n".join(["Vendor;Service;Support e-mail;Client;Account key;Account value", *rows])
    found = table(text)
    import_table(found, guessed(found.headings), by=world.manager, now=world.now)
    form = {"name": str(service.vendor)}
    if story.promises:
        world.calendar(f"{service.vendor} desk", story.calendar)
        promised = {"calendar": f"{service.vendor} desk", "targets": story.promises}
        form["services"] = [{"name": service.name, "commitment": promised}]
    if story.secrets:
        named = {key: key.upper() for key in story.secrets}
        form["accounts"] = [{"client": "Acme", "service": service.name, "secrets_env": named}]
    environ = {key.upper(): value for key, value in story.secrets.items()}
    save(service.vendor, form, note="Filled in", by=world.manager, now=world.now, secrets=environ)


def _route_by_code(world, code, service):
    rule = {"name": "Google", "when": {"error_code": [code]}, "then": {"service": service.name}}
    steps = [{"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "45m"}, {"vendor": True}]
    ladders = dict.fromkeys(("P1", "P2", "P3", "P4"), steps)
    world.publish({"ladders": ladders, "exceptions": [], "routing": [rule]})


def alert(provider):
    """The RMM reports the code, in the form in which it sends it."""
    world = provider.world
    outcome = take_in(source=world.ninja, reported=parse(activity(provider.story)), now=world.now)
    world.tick()
    return Ticket.objects.get(pk=outcome.ticket.pk)


def activity(story):
    """The body of NinjaOne's request."""
    return {
        "id": 100001, "activityTime": story.alerted.timestamp(), "deviceId": 7, "seriesUid": "series-1",
        "activityType": "CONDITION", "statusCode": "TRIGGERED", "status": "Ausgelöst", "severity": "CRITICAL",
        "sourceConfigUid": "config-1", "sourceName": "Vendor fault", "subject": "",
        "message": f"It reports {story.code}",
        "data": {"message": {"code": story.code}},
        "device": {
            "id": 7, "organizationId": 2, "nodeClass": story.node, "displayName": story.device,
            "references": {"organization": {"name": "Acme", "id": 2}},
        },
    }  # fmt: skip


def answer_what_is_missing(provider, ticket):
    """A technician takes the ticket and answers what nothing here knows; nothing has left before."""
    world, story = provider.world, provider.story
    case = world.open_case(ticket)
    assert (case.status, {row["key"] for row in case.missing}) == ("INCOMPLETE", set(story.answers))
    assert provider.office.mails(story.desk) == []
    world.do(lifecycle.acknowledge, ticket)
    world.until(story.lodged)
    world.do(lifecycle.lodge_case, ticket, service=provider.service.name, answers=story.answers, why="")
    world.tick()


def reply(provider, asked, text):
    """The vendor's second contact answers by mail, over SMTP into our mailbox; it is fetched over IMAP."""
    answer = EmailMessage()
    answer["From"], answer["To"] = provider.second, asked["Reply-To"]
    answer["Subject"], answer["Message-ID"] = f"Re: {asked['Subject']}", f"<answer@{provider.story.desk}.example>"
    answer["In-Reply-To"] = asked["Message-ID"]
    domain = provider.second.partition("@")[2]
    answer["Authentication-Results"] = f"{OUR_SERVER}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    answer.set_content(text)
    provider.office.send(answer.as_bytes(), to=[asked["Reply-To"]], sender=provider.second)
    reading = read_mailbox(clock=lambda: provider.world.now)
    assert (reading.taken, reading.trouble) == (1, "")
    provider.world.tick()


def chases(ticket):
    rows = TicketEvent.objects.filter(ticket=ticket, kind="CASE_CHASED").order_by("seq")
    return [(row.why["how"], row.at) for row in rows]


def stored_texts(ticket):
    """Everything that is kept about the ticket in words."""
    events = TicketEvent.objects.filter(ticket=ticket)
    said = [str(value) for row in events.values_list("text", "client_text", "why") for value in row]
    said += [str(value) for row in CaseMessage.objects.values_list("subject", "body") for value in row]
    said += [str(value) for row in VendorCase.objects.values_list("subject", "body", "answers") for value in row]
    said += [str(payload) for payload in Message.objects.values_list("payload", flat=True)]
    return "\n".join(said + list(Notification.objects.values_list("text", flat=True)))


def expect_lodged(provider, ticket):
    """The case left at its moment with all that the vendor wants to know, and custody passed with it."""
    world, story = provider.world, provider.story
    case = world.open_case(ticket)
    assert (case.status, case.ball, case.lodged_at) == ("LODGED", "VENDOR", story.lodged)
    assert case.severity == provider.service.severity_of["P1"]
    [lodged] = provider.mails(story.desk)
    text = whole(lodged)
    for datum in [*story.wanted, story.code, ticket.key, "Acme"]:
        assert datum in text
    assert "{{" not in text and "[[secret" not in text and lodged["To"] == provider.first
    assert ("SN-1" in text) == (story.slug == "hardware-maker")  # from the asset, which the alert named
    assert world.custody(ticket)[-1] == str(provider.service.vendor)
    return case


def expect_chased(provider, ticket):
    """Reminded, then the next contact, then a manager, each at its moment on the vendor's calendar."""
    world, story = provider.world, provider.story
    assert chases(ticket) == list(zip(("NUDGE", "NEXT", "MANAGER"), story.late, strict=True))
    _, nudge = provider.mails(story.desk)
    assert nudge["Subject"].startswith("Reminder: ") and ticket.key in whole(nudge)
    [passed_on] = provider.mails(f"{story.desk}-duty")
    assert all(datum in whole(passed_on) for datum in story.wanted)
    assert Notification.objects.filter(ticket=ticket, user=world.manager).exists()
    assert world.clock(ticket, "MANAGER_RESPOND", "escalation:1").started_at == story.late[2]
    for secret in story.secrets.values():  # in the mails that lodge the case, and nowhere else
        assert secret not in stored_texts(ticket) and secret not in whole(nudge)
    return passed_on


def expect_custody_back(provider, ticket, case, round_before):
    """At the step that lodged it, from the moment of the answer on."""
    world = provider.world
    now = VendorCase.objects.get(pk=case.pk)
    assert (now.ball, now.answered_at) == ("US", world.now)
    fresh = world.fresh(ticket)
    assert (fresh.tier.name, fresh.step, fresh.round) == (*provider.story.home, round_before + 1)
    assert world.custody(ticket)[-2:] == [str(provider.service.vendor), provider.story.home[0]]
    assert CustodyChange.objects.filter(ticket=ticket).latest("seq").began_at == world.now
    assert world.clock(ticket, "VENDOR_RESPOND", f"case:{case.pk}").stopped_at == world.now
    heard = CaseMessage.objects.filter(case=case).latest("seq")
    assert (heard.kind, heard.sender) == ("ANSWER", provider.second) and "mended it" in heard.body


def whole(mail):
    return f"{mail['Subject']}\n{mail.get_content()}"


def test_a_pack_serves_from_the_alert_to_the_end(provider):
    world, story = provider.world, provider.story
    ticket = alert(provider)
    if story.answers:
        answer_what_is_missing(provider, ticket)
    world.until(story.lodged)
    case, round_before = expect_lodged(provider, ticket), world.fresh(ticket).round

    world.until(story.late[2])
    passed_on = expect_chased(provider, ticket)

    world.now += timedelta(minutes=20)
    reply(provider, passed_on, "We have found the cause and mended it.")
    expect_custody_back(provider, ticket, case, round_before)

    world.forward(minutes=10)
    assert len(chases(ticket)) == 3
    world.do(lifecycle.resolve, ticket, summary="The vendor has mended it.")
    world.tick()
    assert world.fresh(ticket).status == "RESOLVED"
    assert VendorCase.objects.get(pk=case.pk).status == "CLOSED"
    assert not CaseTask.objects.filter(case=case, done_at=None).exists()
    report = audit(now=world.now)
    assert is_clean(report), report


@pytest.mark.parametrize("provider", [STORIES[4]], indirect=True, ids=["internet-provider"])
def test_an_answer_in_time_ends_the_chase_before_it_begins(provider):
    world, story = provider.world, provider.story
    ticket = alert(provider)
    [lodged] = provider.mails(story.desk)
    world.until(story.late[0] - timedelta(minutes=1))
    reply(provider, lodged, "Our engineer is on the way.")
    world.until(story.late[2] + timedelta(hours=1))
    assert chases(ticket) == []
    assert len(provider.mails(story.desk)) == 1 and provider.mails(f"{story.desk}-duty") == []
    assert world.clock(ticket, "VENDOR_RESPOND", f"case:{world.open_case(ticket).pk}").state == "MET"


@pytest.mark.parametrize("provider", [STORIES[5]], indirect=True, ids=["hardware-maker"])
def test_the_rmm_s_own_request_has_the_case_sent(provider, client):
    """Through the door for hooks, at the time of the database."""
    world, token = provider.world, "a long random token"
    hook = Integration.objects.create(source=world.ninja, system="ninjaone", token_digests=[digest(token)])
    world.now = database_now()
    answer = client.post(
        f"/hooks/ninjaone/{hook.pk}/", json.dumps(activity(provider.story)), content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    world.now = database_now()
    world.tick()
    assert answer.status_code == 200
    ticket = Ticket.objects.get()
    assert answer.json()["ticket"] == ticket.key and world.open_case(ticket).status == "LODGED"
    [lodged] = provider.mails(provider.story.desk)
    assert all(datum in whole(lodged) for datum in [*provider.story.wanted, ticket.key])


@pytest.mark.parametrize("provider", [STORIES[2]], indirect=True, ids=["sentinelone"])
def test_without_a_mail_address_a_case_is_made_ready_for_the_portal(provider):
    world, story = provider.world, provider.story
    provider.service.contact_points.filter(kind="EMAIL").delete()
    ticket = alert(provider)
    answer_what_is_missing(provider, ticket)
    case = world.open_case(ticket)
    assert (case.status, case.channel) == ("PREPARED", "PORTAL")
    assert case.contact_point.value == "https://support.sentinelone.com/"
    assert CaseTask.objects.get(case=case, done_at=None).kind == "LODGE"
    assert all(datum in f"{case.subject}\n{case.body}" for datum in story.wanted)
    world.until(story.late[2])
    assert chases(ticket) == [] and str(provider.service.vendor) not in world.custody(ticket)
    assert provider.mails(story.desk) == []
