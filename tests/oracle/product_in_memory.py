"""The product's own moves on a ticket that is in no database, driven by the same facts as the plain reckoning.

Nothing is written: what `work.write` would store stays on the `Work`. A step of the ladder never is a vendor's here; a
case is lodged as it is once its mail was sent.
"""

from datetime import datetime

from naive_facts import OF_CASE, OF_STEP, Fact, Promise, Terms
from random_calendars import DrawnCalendar

from sla import agreements
from sla.clocks import pause
from tickets import handing, moves
from tickets.decisions import Climb, Wake, Warn, decide
from tickets.escalation import Swept, _apply, climb_to, follow_terms
from tickets.facts import OLA_RESOLVE, RESOLVE, RESPOND, UPDATE
from tickets.importing import begin_promises
from tickets.status import CLOSED, NEW, OPEN_STATUSES, TIER
from tickets.terms import follow
from tickets.vendor_decisions import Chase
from tickets.work import CaseInHand, RunningClock, Work
from tiers.ladder import Ladder, Situation, Step
from tiers.roster import Roster, TeamInfo, TierInfo

CLIENT_SLA, UC = 1, 2
PRIORITY, SEVERITY = "P1", "A"
NAMES = ("L1", "L2", "L3")
LADDER = Ladder(tuple(Step(name, False, None, None, ("on_call",), 0) for name in NAMES), 0)
TEAM = TeamInfo(1, "Team", "", False, {}, ("anna@msp.example",), (1,))
# Cases are numbered when they are opened and lodged when they were sent: the latest lodged is not the latest opened.
CASE_IDS = (7, 3, 9, 5, 8, 2, 6, 1, 4)


class ProductInMemory:
    """One ticket. All moments are seconds since the window of the calendars began, as in `naive_ledger`."""

    def __init__(self, fact: Fact, window, thresholds: tuple[int, ...] = ()) -> None:
        self.window, self.thresholds, self.versions = window, thresholds, 0
        self.warned: dict[int, list[tuple[int, int]]] = {}
        self.work = _work(self._roster(fact.terms), self.moment(fact.at))
        moves.arrive(self.work, fact.step, now=self.moment(fact.at), because="Opened")
        begin_promises(self.work, now=self.moment(fact.at))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What can be told to it: a case is closed only by resolving, another priority needs what is stored."""
        return tuple(MOVES)

    def moment(self, at: int) -> datetime:
        return self.window.moment(at)

    @property
    def closed(self) -> bool:
        return self.work.status == CLOSED

    # what happens --------------------------------------------------------------------------------------------------

    def tell(self, fact: Fact) -> None:
        now = self.moment(fact.at)
        MOVES[fact.kind](self, self.work, fact, now)
        moves.event(self.work, fact.kind, "", now=now)

    def check_at(self) -> int | None:
        """When the sweep must look next."""
        at = self.work.check_at()
        return None if at is None else self.window.seconds_to(at)

    def may(self, fact: Fact, now: object) -> Fact | None:
        """This fact as it can be told, None when it cannot: of two cases lodged in one moment none is the latest."""
        lodged_now = [case for case in self.work.cases if case.lodged_at == self.moment(fact.at)]
        return None if fact.kind == "LODGED" and lodged_now else fact

    def sweep(self, at: int) -> list[Fact]:
        """One look at this moment; returns what it brought about."""
        facts, work, now = [], self.work, self.moment(at)
        before = work.status
        self._note_used()
        for action in decide(work.facts(), now=now):
            if isinstance(action, Warn | Chase) and action.percent != 100:
                self._note_warning(action, at)
            _apply(work, action, Swept(), now=now)
            if isinstance(action, Climb):
                facts.append(Fact(at, "ESCALATED", step=action.to))
            if isinstance(action, Wake) and before in WOKEN:
                facts.append(Fact(at, WOKEN[before]))
        follow_terms(work, now=now)
        return facts

    def _note_warning(self, action: Warn | Chase, at: int) -> None:
        told = action.clock
        clock = self.work.clock(told.metric, told.subject)
        self.warned.setdefault(id(clock), []).append((action.percent, at))

    # what is seen --------------------------------------------------------------------------------------------------

    def all_clocks(self) -> list[RunningClock]:
        return self.work.clocks

    def mail_keys(self) -> list[str]:
        return [message["key"] for message in self.work.messages]

    def clocks(self) -> dict[tuple[str, int | None], list[RunningClock]]:
        """The clocks of each metric and subject as the plain reckoning names them, in the order of their beginning."""
        found: dict[tuple[str, int | None], list[RunningClock]] = {}
        for clock in self.all_clocks():
            found.setdefault((clock.metric, _subject(clock)), []).append(clock)
        return found

    def warnings(self, clock: RunningClock) -> list[tuple[int, int]]:
        """At which percentages of this clock somebody was told, each with its moment, in the order of telling."""
        return self.warned.get(id(clock), [])

    def chased_enough(self, clock: RunningClock) -> bool:
        """Whether nobody is told any more that this vendor is late; here it is noted all the same."""
        return False

    def consumed(self, clock: RunningClock, at: int) -> float:
        if clock.running_since is None:
            return clock.consumed_seconds
        return pause(
            consumed_seconds=clock.consumed_seconds,
            running_since=clock.running_since,
            now=self.moment(at),
            calendar=clock.calendar.calendar,
        )

    def custody(self) -> list[tuple[int, str, int | None]]:
        """Each change of custody as (from, holder, step or case); "HELD" is a tier that holds it."""
        return [
            (self.window.seconds_to(row["began_at"]), "HELD" if row["held"] else row["holder_kind"], _whose(row))
            for row in self.work.custody
        ]

    # what is promised ----------------------------------------------------------------------------------------------

    def _roster(self, terms: Terms) -> Roster:
        self.versions += 10
        of_client = self._terms(CLIENT_SLA, PRIORITY, terms.to_client, "")
        of_vendor = self._terms(UC, SEVERITY, terms.by_vendor, "VENDOR_")
        tiers = {
            name: TierInfo(i, name, name, i, TEAM, self._terms(10 + i, PRIORITY, terms.by_step[i], "OLA_"))
            for i, name in enumerate(NAMES)
        }
        return Roster(tiers, {TEAM.id: TEAM}, {CLIENT_SLA: of_client, UC: of_vendor}, {})

    def _terms(self, pk: int, priority: str, promises: dict[str, Promise], prefix: str) -> agreements.Terms:
        """An agreement in the product's form; its promises share a calendar and a word on the vendor's time."""
        calendars = {promise.calendar for promise in promises.values()}
        assert len(calendars) <= 1, "an agreement has one calendar for a priority"
        return agreements.Terms(
            agreement_id=pk,
            version_id=self.versions + pk,
            name=f"Agreement {pk}",
            vendor_time_counts=all(promise.vendor_time_counts for promise in promises.values()),
            targets={priority: {metric.removeprefix(prefix): p.seconds for metric, p in promises.items()}},
            calendars={},
            calendar=_reference(*calendars) if calendars else agreements.ALWAYS,
            thresholds=self.thresholds if pk == CLIENT_SLA else (),
        )

    # the moves -----------------------------------------------------------------------------------------------------

    def _acknowledge(self, work: Work, fact: Fact, now: datetime) -> None:
        handing.take(work, by_id=1, by_email="", now=now)

    def _reply(self, work: Work, fact: Fact, now: datetime) -> None:
        moves.told_client(work, now=now)
        moves.start_update_clock(work, now=now)

    def _wait_on_client(self, work: Work, fact: Fact, now: datetime) -> None:
        handing.wait_on_client(work, now=now, because="Which one?")

    def _end_client_wait(self, work: Work, fact: Fact, now: datetime) -> None:
        self._note_used()
        handing.end_client_wait(work, now=now, because="Answered")

    def _hold(self, work: Work, fact: Fact, now: datetime) -> None:
        handing.hold(work, now=now, because="Parts", until=self.moment(fact.until))

    def _end_hold(self, work: Work, fact: Fact, now: datetime) -> None:
        handing.end_hold(work, now=now, because="Parts are here")

    def _escalate(self, work: Work, fact: Fact, now: datetime) -> None:
        for case in work.cases:
            if case.with_vendor:
                moves.pass_ball(work, case, "US", now=now, because="Taken back")
        if fact.step <= work.step:
            work.round += 1
        climb_to(work, fact.step, text="By hand", because="By hand", now=now, why={})

    def _lodge(self, work: Work, fact: Fact, now: datetime) -> None:
        case = CaseInHand(
            id=CASE_IDS[fact.case],
            vendor=f"Vendor {fact.case}",
            service="",
            commitment_id=UC,
            severity=SEVERITY,
            step=work.step,
            status="QUEUED",
            ball="US",
            ball_count=0,
            lodged_at=None,
            answered_at=None,
        )
        work.cases.append(case)
        handing.lodge(work, case, now=now)

    def _answer(self, work: Work, fact: Fact, now: datetime) -> None:
        self._note_used()
        handing.answered(work, work.case(CASE_IDS[fact.case]), now=now, because="Answered")

    def _hand_back(self, work: Work, fact: Fact, now: datetime) -> None:
        handing.hand_back(work, work.case(CASE_IDS[fact.case]), now=now, because="Still theirs")

    def _change_terms(self, work: Work, fact: Fact, now: datetime) -> None:
        work.roster = self._roster(fact.terms)
        if work.status in OPEN_STATUSES:
            follow(work, now=now, because="Other terms")

    def _resolve(self, work: Work, fact: Fact, now: datetime) -> None:
        handing.finish(work, "Done", now=now, by_person=fact.by_person)
        work.cases = [case for case in work.cases if case.status != "CLOSED"]

    def _reopen(self, work: Work, fact: Fact, now: datetime) -> None:
        self._note_used()
        handing.open_again(work, now=now, because="Not done", spent=self._spent())

    def _note_used(self) -> None:
        """As `loading.in_hand` notes it for a ticket that no tier has."""
        if self.work.holder_kind != TIER:
            stopped = [c for c in self.work.clocks if c.metric == OLA_RESOLVE and c.stopped_at]
            self.work.used = {clock.tier_id: clock.consumed_seconds for clock in stopped}

    def _spent(self) -> dict[str, float]:
        """As `lifecycle` reads it from the clocks that have ended."""
        ended = {c.metric: c for c in self.work.clocks if c.stopped_at and c.state != "SUPERSEDED"}
        resolved_at = self.work.resolved_at
        replied = self.work.updated_at is not None and self.work.updated_at == resolved_at
        waiting = [m for m in (RESPOND, UPDATE) if m in ended and ended[m].stopped_at == resolved_at and not replied]
        return {m: ended[m].consumed_seconds for m in (RESOLVE, *waiting) if m in ended}


MOVES = {
    "ACKNOWLEDGED": ProductInMemory._acknowledge,
    "REPLIED": ProductInMemory._reply,
    "WAITED_ON_CLIENT": ProductInMemory._wait_on_client,
    "CLIENT_ANSWERED": ProductInMemory._end_client_wait,
    "HELD": ProductInMemory._hold,
    "LET_GO": ProductInMemory._end_hold,
    "ESCALATED": ProductInMemory._escalate,
    "LODGED": ProductInMemory._lodge,
    "VENDOR_ANSWERED": ProductInMemory._answer,
    "HANDED_BACK": ProductInMemory._hand_back,
    "TERMS_CHANGED": ProductInMemory._change_terms,
    "RESOLVED": ProductInMemory._resolve,
    "REOPENED": ProductInMemory._reopen,
}
# What a wait that ends by itself is to the reckoning, by the status that it ends.
WOKEN = {"ON_HOLD": "LET_GO", "WAITING_ON_CLIENT": "CLIENT_ANSWERED"}


def _work(roster: Roster, now: datetime) -> Work:
    return Work(
        id=1,
        client_id=1,
        client="Acme",
        agreement_id=CLIENT_SLA,
        title="Mail does not arrive",
        priority=PRIORITY,
        service="",
        service_id=None,
        opened_at=now,
        assignee="",
        contact_email="",
        situation=Situation("Acme", PRIORITY),
        client_agreement_id=CLIENT_SLA,
        policy_version_id=1,
        policy="Standard v1",
        ladder=LADDER,
        obstacles=("",) * len(NAMES),
        roster=roster,
        status=NEW,
        holder_kind=TIER,
        tier_id=0,
        team_id=TEAM.id,
        assignee_id=None,
        step=0,
        round=1,
        touched=False,
        bounces=0,
        manager_calls=0,
        acknowledged_at=None,
        acknowledged_by_id=None,
        responded_at=None,
        updated_at=None,
        resolved_at=None,
        resolution="",
        wake_at=None,
        remind_at=None,
        reminders=0,
        last_event_at=now,
        event_count=0,
        custody_count=0,
    )


def _reference(calendar: DrawnCalendar) -> agreements.CalendarRef:
    return agreements.CalendarRef(calendar.number + 1, f"Calendar {calendar.number}", calendar.product, 1)


def _subject(clock: RunningClock) -> int | None:
    if clock.metric in OF_STEP:
        return int(clock.subject.removeprefix("step:"))
    if clock.metric in OF_CASE:
        return CASE_IDS.index(int(clock.subject.removeprefix("case:")))
    return None


def _whose(row: dict) -> int | None:
    case = row["vendor_case_id"]
    return row["tier_id"] if case is None else CASE_IDS.index(case)
