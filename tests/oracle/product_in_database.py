"""The product as it really runs: verbs, sweeps and mails on the database, driven by the facts of the plain reckoning.

Each agreement and each calendar is published anew when terms change, as somebody would who edits them.
"""

from dataclasses import replace
from datetime import datetime

from naive_facts import OF_CASE, OF_STEP, VENDOR, Fact, Promise, Situation, Terms
from naive_time import Window
from random_calendars import DrawnCalendar

from outbox.delivery import deliver
from outbox.models import Message
from sla.clocks import pause
from sla.models import Agreement
from tickets import escalation, lifecycle, vendor_cases
from tickets.changing import Changes, change
from tickets.edits import notice_edits
from tickets.facts import MANAGER_RESPOND, MOST_CHASES
from tickets.loading import ended_clocks, open_clocks
from tickets.models import CustodyChange, Ticket, TicketEvent, VendorCase
from tickets.status import CLOSED
from tickets.work import RunningClock
from tiers.models import Tier
from vendors.models import ContactPoint, Service, Vendor
from world import World

NAMES = ("L1", "L2", "L3")
PRIORITIES, SEVERITY = ("P1", "P2"), "A"
LADDER = [{"tier": name} for name in NAMES]
VENDORS = ("Vendor one", "Vendor two")
AFTER_A_WAIT = {True: "LET_GO", False: "CLIENT_ANSWERED"}


class Provider:
    """A world whose promises are drawn: an agreement with the client, one for each tier, and one with all vendors."""

    def __init__(self, world: World) -> None:
        self.world, self.calendars = world, dict[str, DrawnCalendar]()
        self.targets: dict[str, dict[str, dict[str, str]]] = {}
        world.publish({"ladders": dict.fromkeys(PRIORITIES, LADDER), "exceptions": [], "routing": []})
        self.uc = Agreement.objects.create(name="Vendors", kind="UC")
        self.olas = {name: Agreement.objects.create(name=f"OLA {name}", kind="OLA") for name in NAMES}
        for name, ola in self.olas.items():
            Tier.objects.filter(name=name).update(ola=ola)
        for name in VENDORS:
            self._vendor(name)

    def _vendor(self, name: str) -> None:
        service = Service.objects.create(
            name=name,
            vendor=Vendor.objects.create(name=name),
            commitment=self.uc,
            severity_of=dict.fromkeys(PRIORITIES, SEVERITY),
            template={"subject": "{{title}}", "body": "{{title}}"},
        )
        ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="support@vendor.example")

    def publish(self, terms: Terms, priority: str) -> None:
        """What holds for this priority from now on; what is promised for others stays."""
        counts = all(promise.vendor_time_counts for promise in terms.to_client.values())
        self._publish(self.world.sla, priority, terms.to_client, "", vendor_time_counts=counts)
        self._publish(self.uc, SEVERITY, terms.by_vendor, "VENDOR_")
        for name, promises in zip(NAMES, terms.by_step, strict=True):
            self._publish(self.olas[name], priority, promises, "OLA_")

    def _publish(
        self, agreement: Agreement, level: str, promises: dict[str, Promise], prefix: str, **rules: bool
    ) -> None:
        """Publish what differs from what holds: the calendar of this agreement and level, the agreement, or both."""
        self._publish_calendar(_hours(agreement, level), promises)
        rows = self.targets.setdefault(agreement.name, {})
        rows[level] = {metric.removeprefix(prefix): f"{promise.seconds}s" for metric, promise in promises.items()}
        own = {level: _hours(agreement, level) for level in rows if _hours(agreement, level) in self.calendars}
        document = {"calendar": "24x7", "calendars": own, "targets": dict(rows), **rules}
        live = agreement.versions.order_by("-number").first()
        if live is None or live.document != document:
            self.world.agreement(agreement.name, agreement.kind, document)

    def _publish_calendar(self, name: str, promises: dict[str, Promise]) -> None:
        for calendar in {promise.calendar for promise in promises.values()}:
            if self.calendars.get(name) is not calendar:
                self.world.calendar(name, dict(calendar.document))
                self.calendars[name] = calendar


def _hours(agreement: Agreement, level: str) -> str:
    """The name of the calendar that the promises of this agreement for this level share."""
    return f"Hours of {agreement.name} {level}"


class ProductInDatabase:
    """One ticket, through the verbs. All moments are seconds since the window of the calendars began."""

    def __init__(self, provider: Provider, fact: Fact, window: Window) -> None:
        self.provider, self.world, self.window = provider, provider.world, window
        self.world.now = self.moment(fact.at)
        self.priority = PRIORITIES[0]
        provider.publish(fact.terms, self.priority)
        self.ticket = self.world.open(priority=self.priority)
        self.key, self.cases, self.seen_events = self.ticket.key, [], 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """What there are verbs for: a case is closed only by resolving."""
        return tuple(VERBS)

    def moment(self, at: int) -> datetime:
        return self.window.moment(at)

    @property
    def row(self) -> Ticket:
        return self.world.fresh(self.ticket)

    @property
    def closed(self) -> bool:
        return self.row.status == CLOSED

    # what happens --------------------------------------------------------------------------------------------------

    def tell(self, fact: Fact) -> None:
        self.world.now = self.moment(fact.at)
        VERBS[fact.kind](self, fact, {"key": self.key, "by": self.world.l1, "now": self.world.now})
        self._news()

    def check_at(self) -> int | None:
        """When the sweep must look next, or a mail must leave."""
        mails = Message.objects.filter(state="PENDING").order_by("not_before").values_list("not_before", flat=True)
        ahead = [at for at in (self.row.check_at, mails.first()) if at]
        return self.window.seconds_to(min(ahead)) if ahead else None

    def may(self, fact: Fact, now: Situation) -> Fact | None:
        """This fact as the verbs can tell it, None when they cannot: they mean the case that a person would."""
        if fact.kind == "VENDOR_ANSWERED":
            return replace(fact, case=now.holding_case) if now.holder == VENDOR else None
        if fact.kind == "HANDED_BACK":
            return replace(fact, case=max(now.balls)) if VENDOR not in now.balls.values() else None
        if fact.kind == "TERMS_CHANGED" and not now.resolved:
            return replace(fact, kind="TERMS_PUBLISHED")
        return fact

    def sweep(self, at: int) -> list[Fact]:
        """One round of beat at this moment; returns what it brought about."""
        self.world.now = self.moment(at)
        before = self.row.status
        self._send()
        escalation.sweep(now=self.world.now)
        return [fact for event in self._news() for fact in self._facts(event, before, at)]

    def _send(self) -> None:
        while deliver(now=self.world.now, clock=lambda: self.world.now):
            pass
        vendor_cases.note_settled(now=self.world.now)

    def _news(self) -> list[TicketEvent]:
        events = list(TicketEvent.objects.filter(ticket=self.ticket, seq__gt=self.seen_events).order_by("seq"))
        self.seen_events += len(events)
        return events

    def _facts(self, event: TicketEvent, before: str, at: int) -> list[Fact]:
        if event.kind == "ESCALATED":
            return [Fact(at, "ESCALATED", step=event.step)]
        return [Fact(at, AFTER_A_WAIT[before == "ON_HOLD"])] if event.kind == "WOKE" else []

    # what is seen --------------------------------------------------------------------------------------------------

    def all_clocks(self) -> list[RunningClock]:
        return sorted(open_clocks([self.ticket.pk])[self.ticket.pk] + ended_clocks(self.ticket.pk), key=lambda c: c.id)

    def mail_keys(self) -> list[str]:
        return list(Message.objects.values_list("key", flat=True))

    def clocks(self) -> dict[tuple[str, int | None], list[RunningClock]]:
        found: dict[tuple[str, int | None], list[RunningClock]] = {}
        for clock in self.all_clocks():
            if clock.metric != MANAGER_RESPOND:  # of managers the reckoning knows nothing
                found.setdefault((clock.metric, self._subject(clock)), []).append(clock)
        return found

    def _subject(self, clock: RunningClock) -> int | None:
        number = clock.subject.partition(":")[2]
        if clock.metric in OF_STEP:
            return int(number)
        return self.cases.index(int(number)) if clock.metric in OF_CASE else None

    def warnings(self, clock: RunningClock) -> list[tuple[int, int]]:
        """At which percentages of this clock somebody was told, each with its moment, as the timeline has them."""
        events = TicketEvent.objects.filter(ticket=self.ticket, kind__in=("THRESHOLD", "CASE_CHASED")).order_by("seq")
        return [
            (event.why["percent"], self.window.seconds_to(event.at))
            for event in events
            if event.why["percent"] != 100 and _is_of(event.why, clock)
        ]

    def chased_enough(self, clock: RunningClock) -> bool:
        """Whether nobody is told any more that this vendor is late."""
        case = clock.metric in OF_CASE and VendorCase.objects.get(pk=int(clock.subject.partition(":")[2]))
        return bool(case) and case.chases > MOST_CHASES

    def consumed(self, clock: RunningClock, at: int) -> float:
        if clock.running_since is None:
            return clock.consumed_seconds
        since, calendar = clock.running_since, clock.calendar.calendar
        return pause(
            consumed_seconds=clock.consumed_seconds, running_since=since, now=self.moment(at), calendar=calendar
        )

    def custody(self) -> list[tuple[int, str, int | None]]:
        rows = CustodyChange.objects.filter(ticket=self.ticket).select_related("tier").order_by("seq")
        return [
            (self.window.seconds_to(row.began_at), "HELD" if row.held else row.holder_kind, self._whose(row))
            for row in rows
        ]

    def _whose(self, row: CustodyChange) -> int | None:
        if row.vendor_case_id:
            return self.cases.index(row.vendor_case_id)
        return NAMES.index(row.tier.name) if row.tier else None

    # the verbs -----------------------------------------------------------------------------------------------------

    def _acknowledge(self, fact: Fact, common: dict) -> None:
        lifecycle.acknowledge(**common)

    def _reply(self, fact: Fact, common: dict) -> None:
        lifecycle.reply(text="We are at it.", public=True, **common)

    def _wait_on_client(self, fact: Fact, common: dict) -> None:
        lifecycle.wait(on="CLIENT", why="Which one?", **common)

    def _hold(self, fact: Fact, common: dict) -> None:
        lifecycle.wait(on="HOLD", why="Parts", until=self.moment(fact.until), **common)

    def _wait_on_vendor(self, fact: Fact, common: dict) -> None:
        lifecycle.wait(on="VENDOR", why="Still theirs", **common)

    def _resume(self, fact: Fact, common: dict) -> None:
        lifecycle.resume(why="It is over", **common)

    def _escalate(self, fact: Fact, common: dict) -> None:
        lifecycle.escalate(to=NAMES[fact.step], why="Too deep for us", **common)

    def _lodge(self, fact: Fact, common: dict) -> None:
        """By hand, with the vendor that has no open case; its mail leaves in the same moment."""
        busy = VendorCase.objects.filter(ticket=self.ticket).exclude(status="CLOSED").values_list("vendor__name")
        name = next(name for name in VENDORS if (name,) not in busy)
        case = lifecycle.lodge_case(service=name, answers={}, why="Theirs", **common)
        self.cases.append(case.pk)
        self._send()

    def _change_terms(self, fact: Fact, common: dict) -> None:
        """Published, noticed, and followed by the ticket in the next sweep, all in one moment."""
        self.provider.publish(fact.terms, self.priority)
        notice_edits(now=self.world.now)
        escalation.sweep(now=self.world.now)

    def _change_priority(self, fact: Fact, common: dict) -> None:
        """From one of two priorities to the other, for which other terms were published just before."""
        self.priority = next(other for other in PRIORITIES if other != self.priority)
        self.provider.publish(fact.terms, self.priority)
        change(changes=Changes(priority=self.priority), why="It is worse than it seemed", **common)

    def _resolve(self, fact: Fact, common: dict) -> None:
        lifecycle.resolve(summary="Done.", automatic=not fact.by_person, **common)

    def _reopen(self, fact: Fact, common: dict) -> None:
        lifecycle.reopen(why="Not done", **common)


def _is_of(why: dict, clock: RunningClock) -> bool:
    """Whether a record is about this clock: the same promise in the same round, decided while it ran."""
    about, decided = why["clock"], datetime.fromisoformat(why["decided_at"])
    same = (about["metric"], about["subject"], about["round"]) == (clock.metric, clock.subject, clock.round)
    return same and clock.counted_from <= decided and (clock.stopped_at is None or decided <= clock.stopped_at)


VERBS = {
    "ACKNOWLEDGED": ProductInDatabase._acknowledge,
    "REPLIED": ProductInDatabase._reply,
    "WAITED_ON_CLIENT": ProductInDatabase._wait_on_client,
    "CLIENT_ANSWERED": ProductInDatabase._resume,
    "HELD": ProductInDatabase._hold,
    "LET_GO": ProductInDatabase._resume,
    "ESCALATED": ProductInDatabase._escalate,
    "LODGED": ProductInDatabase._lodge,
    "VENDOR_ANSWERED": ProductInDatabase._resume,
    "HANDED_BACK": ProductInDatabase._wait_on_vendor,
    "TERMS_CHANGED": ProductInDatabase._change_terms,
    "TERMS_PUBLISHED": ProductInDatabase._change_terms,
    "PRIORITY_CHANGED": ProductInDatabase._change_priority,
    "RESOLVED": ProductInDatabase._resolve,
    "REOPENED": ProductInDatabase._reopen,
}
