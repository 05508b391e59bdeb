"""A small provider whose clock the test moves: no server, no sleep, the real database, sweep and delivery.

What leaves goes through the real outbox and Django's in-memory mail backend, the one place where the outside begins.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core import mail
from django.db.models import Min

from accounts import roles
from accounts.models import User
from clients.access import give_role, grant_defaults
from clients.models import Asset, Client, Contact
from outbox.delivery import deliver
from outbox.models import Message
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion
from tickets import escalation, vendor_cases
from tickets.intake import NewTicket, open_ticket
from tickets.models import EventSource, Mapping, Ticket, TicketEvent, VendorCase
from tickets.reported import FIRING, ReportedEvent
from tiers.models import Member, Policy, PolicyVersion, Team, Tier
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor

# A Monday morning, well inside office hours in London.
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

LADDER = [
    {"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "45m", "notify": ["on_call"], "repeat": 0},
    {"tier": "L2", "acknowledge_within": "15m", "hand_over_after": "60m", "notify": ["on_call"]},
    {"tier": "L3", "acknowledge_within": "30m", "hand_over_after": "2h", "notify": ["team"]},
    {"vendor": True, "acknowledge_within": "30m"},
]
ROUTING = [
    {"name": "Sign-in code", "when": {"error_code": ["0x8004de40"]}, "then": {"service": "Microsoft 365"}},
    {"name": "Firewalls", "when": {"device_type": "NETWORK"}, "then": {"tier": "L2", "tags": ["network"]}},
    {"name": "Ransom", "when": {"keywords": ["ransom"]}, "then": {"tier": "L3", "priority": "P1"}},
]
REQUIRED = [
    {"key": "tenant_id", "label": "Tenant id", "source": "account.tenant_id", "pattern": "[0-9a-f-]{36}"},
    {"key": "problem", "label": "Problem", "source": "ticket.title"},
    {"key": "users", "label": "Affected users", "source": "question", "question": "How many users are affected?"},
]
TENANT = "11111111-2222-4333-8444-555555555555"
PRIORITIES = ("P1", "P2", "P3", "P4")


def march(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 in UTC; the 2nd is a Monday. London's clocks go forward on the 29th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


class World:
    """The provider, its client Acme, the vendor Microsoft, and `now`."""

    def __init__(self) -> None:
        self.now = NINE
        self._agreements()
        self._people()
        self._client()
        self._vendor()
        self._policy()

    # the provider ------------------------------------------------------------------------------------------------

    def _agreements(self) -> None:
        hours = {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
        self.calendar("Office", {"timezone": "Europe/London", "hours": hours})
        self.calendar("24x7", {"timezone": "UTC", "always": True})
        slow = {"ACKNOWLEDGE": "1h", "RESOLVE": "8h"}
        targets = {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "4h"}, "P2": slow, "P3": slow, "P4": slow}
        self.sla = self.agreement("Gold", "SLA", {"calendar": "24x7", "targets": targets})
        ola = {p: {"ACKNOWLEDGE": "30m", "RESOLVE": "2h"} for p in ("P1", "P2", "P3", "P4")}
        self.ola = self.agreement("OLA", "OLA", {"calendar": "24x7", "targets": ola})
        self.uc = self.agreement("M365", "UC", {"calendar": "Office", "targets": {"A": {"RESPOND": "1h"}}})

    def calendar(self, name: str, document: dict[str, Any]) -> None:
        row, _ = Calendar.objects.get_or_create(name=name)
        CalendarVersion.publish(row, document, author=None, note="", now=self.now)

    def agreement(self, name: str, kind: str, document: dict[str, Any]) -> Agreement:
        row, _ = Agreement.objects.get_or_create(name=name, defaults={"kind": kind})
        AgreementVersion.publish(row, document, author=None, note="", now=self.now)
        return row

    def _people(self) -> None:
        self.tiers = {}
        for level, name in enumerate(("L1", "L2", "L3"), start=1):
            team = Team.objects.create(name=f"{name} team")
            title = {"L1": "our helpdesk", "L2": "our technical specialists", "L3": "our senior engineers"}[name]
            self.tiers[name] = Tier.objects.create(name=name, level=level, title=title, team=team, ola=self.ola)
            setattr(self, name.lower(), self.person(f"{name.lower()}@msp.example", roles.TECHNICIAN, team))
        managers = Team.objects.create(name="Managers", managers=True)
        self.manager = self.person("boss@msp.example", roles.MANAGER, managers)

    def person(self, email: str, role: str, team: Team | None = None) -> User:
        user = User.objects.create_user(email, "a good password", name=email.split("@")[0].title())
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        if team:
            Member.objects.create(team=team, user=user)
        return user

    def _client(self) -> None:
        self.acme = self.client("Acme")
        Contact.objects.create(client=self.acme, name="Dana", email="dana@acme.example", phone="+44 20 7946 0000")
        Asset.objects.create(client=self.acme, name="esx01", type="SERVER", os="ESXi 8", serial="SN-1")
        self.ninja = EventSource.objects.create(name="NinjaOne", kind="ninjaone")
        Mapping.objects.create(source=self.ninja, external_org="2", client=self.acme)

    def client(self, name: str) -> Client:
        client = Client.objects.create(name=name, timezone="Europe/London", agreement=self.sla)
        grant_defaults(client)
        return client

    def reader(self, client: Client, role: str = roles.DECISION_MAKER) -> User:
        """Somebody at the client who signs in."""
        user = User.objects.create_user(f"{role.split()[0]}@{client.slug}.example", "a good password", name="Reader")
        give_role(user, role, client)
        return user

    def _vendor(self) -> None:
        microsoft = Vendor.objects.create(name="Microsoft")
        self.m365 = Service.objects.create(
            name="Microsoft 365", vendor=microsoft, commitment=self.uc, severity_of={"P1": "A", "P2": "A"},
            required=REQUIRED[:2],
            template={"subject": "{{client}}: {{problem}}", "body": "Tenant {{tenant_id}}\n{{problem}}\n{{timeline}}"},
        )  # fmt: skip
        ContactPoint.objects.create(service=self.m365, order=1, kind="EMAIL", value="support@vendor.example")
        self.account = ServiceAccount.objects.create(client=self.acme, service=self.m365, facts={"tenant_id": TENANT})

    def _policy(self) -> None:
        self.policy = Policy.objects.create(name="Standard")
        self.publish({"ladders": dict.fromkeys(("P1", "P2", "P3", "P4"), LADDER), "exceptions": [], "routing": ROUTING})

    def publish(self, document: dict[str, Any]) -> PolicyVersion:
        return PolicyVersion.publish(self.policy, document, author=None, note="", now=self.now)

    def gold(self, calendar: str = "Office", more: dict[str, Any] | None = None, **targets: Any) -> AgreementVersion:
        """From now on Gold promises these targets, by metric for every priority, or by priority."""
        by_priority = targets if set(targets) <= set(PRIORITIES) else dict.fromkeys(PRIORITIES, targets)
        row = self.agreement("Gold", "SLA", {"calendar": calendar, "targets": by_priority, **(more or {})})
        return AgreementVersion.objects.get(of=row, number=row.versions.count())

    def ladder(self, *steps: dict[str, Any], exceptions: Any = (), **of_priority: Any) -> PolicyVersion:
        """From now on these are the steps for every priority, but for those that are given their own."""
        ladders = {priority: list(steps) for priority in PRIORITIES} | of_priority
        return self.publish({"ladders": ladders, "exceptions": list(exceptions), "routing": ROUTING})

    # what happens ------------------------------------------------------------------------------------------------

    def do(self, verb: Any, ticket: Ticket, by: User | None = None, **said: Any) -> Any:
        """Somebody, the technician of L1 unless another is named, does this to the ticket now."""
        return verb(key=ticket.key, by=by or self.l1, now=self.now, **said)

    def open(self, title: str = "Mail does not arrive", **wanted: Any) -> Ticket:
        wanted.setdefault("priority", "P1")
        return open_ticket(client=self.acme, wanted=NewTicket(title=title, **wanted), by=None, now=self.now)

    def alert(self, **changes: Any) -> ReportedEvent:
        event = {
            "delivery_id": "1", "dedupe_key": "series-1", "state": FIRING, "severity": "CRITICAL",
            "title": "esx01: memory", "occurred_at": self.now, "external_org": "2", "device_name": "esx01",
            "device_type": "SERVER", "error_code": "0x8004de40",
        }  # fmt: skip
        return ReportedEvent(**(event | changes))

    def tick(self) -> None:
        """One round of beat: deliver, settle, sweep, deliver."""
        for _ in range(3):
            while deliver(now=self.now, clock=lambda: self.now):
                pass
            vendor_cases.note_settled(now=self.now)
            escalation.sweep_until_done(now=self.now)

    def forward(self, **by: float) -> None:
        """Move the clock on, from one moment at which something is due to the next, with a round of beat at each."""
        end = self.now + timedelta(**by)
        while self.now < end:
            self.now = min([end, *self._ahead()])
            self.tick()

    def until(self, moment: datetime) -> None:
        """Move the clock on to this moment, with a round of beat at each at which something is due."""
        self.forward(seconds=(moment - self.now).total_seconds())

    def _ahead(self) -> list[datetime]:
        checks = Ticket.objects.filter(check_at__gt=self.now).aggregate(at=Min("check_at"))["at"]
        sends = Message.objects.filter(state="PENDING", not_before__gt=self.now).aggregate(at=Min("not_before"))["at"]
        return [at for at in (checks, sends) if at]

    # what is seen ------------------------------------------------------------------------------------------------

    def fresh(self, ticket: Ticket) -> Ticket:
        return Ticket.objects.get(pk=ticket.pk)

    def kinds(self, ticket: Ticket) -> list[str]:
        return list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("kind", flat=True))

    def open_case(self, ticket: Ticket) -> VendorCase:
        return VendorCase.objects.exclude(status="CLOSED").get(ticket=ticket)

    def mails_to(self, address: str) -> list[Any]:
        return [m for m in mail.outbox if address in m.to]

    def clock(self, ticket: Ticket, metric: str, subject: str = "") -> Any:
        return ticket.clocks.filter(metric=metric, subject=subject).latest("round", "revision")

    def clocks(self, ticket: Ticket, metric: str) -> list[Any]:
        """Every row that this promise has had on the ticket, the first first."""
        return list(ticket.clocks.filter(metric=metric).order_by("id"))

    def said(self, ticket: Ticket, kind: str) -> list[str]:
        """What the timeline says in events of this kind."""
        return list(TicketEvent.objects.filter(ticket=ticket, kind=kind).order_by("seq").values_list("text", flat=True))

    def custody(self, ticket: Ticket) -> list[str]:
        rows = ticket.custody.select_related("tier", "vendor_case__vendor")
        return [r.tier.name if r.tier else r.vendor_case.vendor.name if r.vendor_case else r.holder_kind for r in rows]

    def pending(self) -> list[Message]:
        return list(Message.objects.filter(state="PENDING"))
