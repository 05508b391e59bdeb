"""What one talks about at a meeting with a vendor: each case with what was promised, when it was answered, how late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, OuterRef, Q, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, JSONObject

from reports import scorecard
from reports.scorecard_words import open_words
from reports.vendor_cases import Sight, case_of, clocks_of_case, columns, lodged_cases
from sla.agreements import ALWAYS, calendars_by_version
from sla.business_time import BusinessCalendar
from tickets.facts import VENDOR_RESPOND
from tickets.models import BallChange, TicketEvent

# What was done about a late vendor. What is written when it was chased as often as it may be is no chase.
DONE = {
    "REMINDED": "reminded",
    "AGAIN": "reminded again",
    "FORWARDED": "next contact",
    "CALL": "to be called",
    "NOBODY": "no contact left",
    "MANAGER": "manager called",
}
Clock = Mapping[str, Any]
Ball = Mapping[str, str]
Calendars = Mapping[int | None, BusinessCalendar]


class Chased(NamedTuple):
    """When the vendor was chased, and what was done."""

    at: datetime
    done: str


@dataclass(frozen=True, slots=True)
class Due:
    """What the first answer was promised by; or, while we have the case, what the vendor then has left of it.

    `late_seconds` are what it took above what was promised, up to now where it has not answered: open ones of the
    vendor's calendar, and only while the vendor had the case.
    """

    by: datetime | None = None
    left_seconds: float | None = None
    late_seconds: float | None = None

    @property
    def left_words(self) -> str:
        return "" if self.left_seconds is None else open_words(self.left_seconds)

    @property
    def late_words(self) -> str:
        return "" if self.late_seconds is None else open_words(self.late_seconds)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One case."""

    case: scorecard.Case
    ticket: str
    client: str
    number: str
    due: Due
    answered_at: datetime | None
    closed_at: datetime | None
    chased: tuple[Chased, ...]


def read_evidence(
    seen: Sight, vendor_id: int, *, since: datetime, until: datetime, told_since: datetime | None = None
) -> list[Evidence]:  # fmt: skip
    """One vendor's cases that were lodged between the moments, the latest first, in one query.

    Of those before `told_since` the first answer alone is read; by when it was promised and chases are left out.
    Calendars that were never asked for before cost one more query.
    """
    lodged = lodged_cases(seen, since=since, until=until, vendor_id=vendor_id).order_by("-lodged_at", "-pk")
    rows = list(lodged.values_list(*columns(told_since or since), *_own_columns(told_since or since)))
    calendars = _calendars(terms for row in rows for terms in row[-4] or ())
    return [_evidence(row, calendars, now=seen.now) for row in rows]


def _own_columns(told_since: datetime) -> tuple[Any, ...]:
    """After what tells of the case: the clocks of its first answer, where its ball was, and when it was chased.

    It was chased here and on tickets that were merged into this. Those are two queries within the one, since either
    alone goes by an index and both together by none.
    """
    told, chased = Q(lodged_at__gte=told_since), Q(lodged_at__gte=told_since, chases__gt=0)
    here, before = _chases()
    return (
        "ticket", "ticket__client__name", "number", "answered_at", "closed_at", Case(When(told, then=_terms())),
        Case(When(told, then=_balls())), Case(When(chased, then=here)), Case(When(chased, then=before)),
    )  # fmt: skip


def _terms() -> ArraySubquery:
    """The clocks of the first answer, in the order in which they were begun."""
    terms = JSONObject(
        calendar="calendar_version", target="target_seconds", consumed="consumed_seconds", running="running_since",
        due="due_at", breached="breached_at", stopped="stopped_at", state="state", because="because",
    )  # fmt: skip
    return ArraySubquery(clocks_of_case().filter(metric=VENDOR_RESPOND).order_by("pk").values(terms=terms))


def _balls() -> ArraySubquery:
    """Where the ball of the case was, and since when, in order."""
    balls = BallChange.objects.filter(case=OuterRef("pk")).order_by("seq")
    return ArraySubquery(balls.values(change=JSONObject(ball="ball", at="began_at")))


def _chases() -> tuple[ArraySubquery, ArraySubquery]:
    """When it was chased on its ticket, and on those that were merged into that."""
    case, done = KeyTextTransform("id", KeyTransform("case", "why")), KeyTextTransform("done", "why")
    chased = TicketEvent.objects.filter(kind="CASE_CHASED").annotate(of_case=case)
    of_case = chased.filter(of_case=Cast(OuterRef("pk"), CharField())).order_by("at", "pk")
    told = of_case.values(told=JSONObject(at="at", done=done))
    return (
        ArraySubquery(told.filter(ticket=OuterRef("ticket"))),
        ArraySubquery(told.filter(ticket__merged_into=OuterRef("ticket"))),
    )


def _calendars(terms: Iterable[Clock]) -> Calendars:
    """By version id; none is the house's own around the clock."""
    ids = {row["calendar"] for row in terms if row["calendar"]}
    return {None: ALWAYS.calendar} | {pk: ref.calendar for pk, ref in calendars_by_version(ids).items()}


def _evidence(row: Sequence[Any], calendars: Calendars, *, now: datetime) -> Evidence:
    *of_case, ticket, client, number, answered_at, closed_at, terms, balls, here, before = row
    chases = (Chased(_moment(one["at"]), DONE.get(one["done"], "")) for one in (*(before or ()), *(here or ())))
    return Evidence(
        case_of(of_case), f"ESC-{ticket}", client, number, _due(terms or (), balls or (), calendars, now=now),
        answered_at, closed_at, tuple(chase for chase in chases if chase.done),
    )  # fmt: skip


def _due(terms: Sequence[Clock], balls: Sequence[Ball], calendars: Calendars, *, now: datetime) -> Due:
    """What the clocks of one promise come to: the terms that were missed first count, else the last."""
    if not terms:
        return Due()
    last = terms[-1]
    missed = min((row for row in terms if row["breached"]), key=_breached, default=None)
    used = _used(last, calendars, now=now)
    if missed:
        return Due(_breached(missed), late_seconds=max(used - missed["target"], 0))
    if last["state"] == "SUPERSEDED" or (last["state"] == "ENDED" and last["because"]):
        return Due()
    return _kept(last, used, balls, calendars)


def _kept(clock: Clock, used: float, balls: Sequence[Ball], calendars: Calendars) -> Due:
    """Of a promise that was not missed, or of which no sweep has seen that it was."""
    left = clock["target"] - used
    if clock["due"]:
        return Due(_moment(clock["due"]), late_seconds=-left if left < 0 else None)
    if clock["stopped"] and _with_vendor(balls, _moment(clock["stopped"])):
        return Due(calendars[clock["calendar"]].add(_moment(clock["stopped"]), max(left, 0)))
    return Due(left_seconds=max(left, 0))


def _used(clock: Clock, calendars: Calendars, *, now: datetime) -> float:
    """The vendor's open time that a clock has counted, with what runs now."""
    running = calendars[clock["calendar"]].elapsed(_moment(clock["running"]), now) if clock["running"] else 0
    return clock["consumed"] + running


def _with_vendor(balls: Sequence[Ball], at: datetime) -> bool:
    """Whether the vendor had the ball up to this moment."""
    until = [change for change in balls if _moment(change["at"]) <= at]
    had = [change["ball"] for change in until if change["ball"] == "VENDOR" or _moment(change["at"]) < at]
    return had[-1:] == ["VENDOR"]


def _breached(clock: Clock) -> datetime:
    return _moment(clock["breached"])


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
