"""What one talks about at a meeting with a vendor: each case with what was promised, when it was answered, how late."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, JSONObject

from reports import scorecard
from reports.scorecard_words import rough_words
from reports.vendor_cases import Sight, case_of, clocks_of_case, columns, lodged_cases
from sla.agreements import ALWAYS, calendars_by_version
from sla.business_time import BusinessCalendar
from tickets.facts import VENDOR_RESPOND
from tickets.models import TicketEvent

NOT_CHASED = "STOP"  # what is written when it was chased as often as it may be


@dataclass(frozen=True, slots=True)
class Evidence:
    """One case. `late_seconds` are open ones of the vendor's calendar, up to now where it has not answered."""

    case: scorecard.Case
    ticket: str
    client: str
    number: str
    promised_by: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    late_seconds: float | None
    chased_at: tuple[datetime, ...]

    @property
    def late_words(self) -> str:
        return rough_words(self.late_seconds) if self.late_seconds else ""


def read_evidence(
    seen: Sight, vendor_id: int, *, since: datetime, until: datetime, told_since: datetime | None = None
) -> list[Evidence]:  # fmt: skip
    """One vendor's cases that were lodged between the moments, the latest first, in one query.

    Of those before `told_since` the first answer alone is read; by when it was promised and chases are left out.
    Calendars that were never asked for before cost one more query.
    """
    lodged = lodged_cases(seen, since=since, until=until, vendor_id=vendor_id).order_by("-lodged_at", "-pk")
    rows = list(lodged.values_list(*columns(told_since or since), *_own_columns(told_since or since)))
    calendars = _calendars(row[-3] for row in rows)
    return [_evidence(row, calendars, now=seen.now) for row in rows]


def _own_columns(told_since: datetime) -> tuple[Any, ...]:
    """After what tells of the case: its first answer's terms, and when it was chased, here and where it was before.

    Those are two queries within the one, since either alone goes by an index and both together by none.
    """
    told, chased = Q(lodged_at__gte=told_since), Q(lodged_at__gte=told_since, chases__gt=0)
    here, before = _chases()
    return (
        "ticket", "ticket__client__name", "number", "answered_at", "closed_at",
        Case(When(told, then=_terms())), Case(When(chased, then=here)), Case(When(chased, then=before)),
    )  # fmt: skip


def _terms() -> Subquery:
    """Those of the first answer's clock; where it has several rows, of the one that was missed first, else the last."""
    terms = JSONObject(
        calendar="calendar_version", target="target_seconds", inherited="inherited_seconds", since="counted_from",
        due="due_at", breached="breached_at",
    )  # fmt: skip
    first_missed = F("breached_at").asc(nulls_last=True)
    answer = clocks_of_case().filter(metric=VENDOR_RESPOND).exclude(state="ENDED").order_by(first_missed, "-pk")
    return Subquery(answer.values(terms=terms)[:1])


def _chases() -> tuple[ArraySubquery, ArraySubquery]:
    """When it was chased on its ticket, and on those that were merged into that."""
    case, how = KeyTextTransform("id", KeyTransform("case", "why")), KeyTextTransform("how", "why")
    chased = TicketEvent.objects.filter(kind="CASE_CHASED").annotate(of_case=case)
    of_case = chased.filter(of_case=Cast(OuterRef("pk"), CharField())).order_by("at", "pk")
    told = of_case.values(told=JSONObject(at="at", how=how))
    return (
        ArraySubquery(told.filter(ticket=OuterRef("ticket"))),
        ArraySubquery(told.filter(ticket__merged_into=OuterRef("ticket"))),
    )


def _calendars(terms: Iterable[dict[str, Any] | None]) -> dict[int | None, BusinessCalendar]:
    """By version id; none is the house's own around the clock."""
    ids = {row["calendar"] for row in terms if row and row["calendar"]}
    return {None: ALWAYS.calendar} | {pk: ref.calendar for pk, ref in calendars_by_version(ids).items()}


def _evidence(row: Sequence[Any], calendars: dict[int | None, BusinessCalendar], *, now: datetime) -> Evidence:
    *of_case, ticket, client, number, answered_at, closed_at, terms, here, before = row
    promised_by = late = None
    if terms:
        calendar = calendars[terms["calendar"]]
        promised_by = _promised_by(terms, calendar)
        ended = answered_at or closed_at or now
        late = calendar.elapsed(promised_by, ended) if ended > promised_by else None
    chased = tuple(_moment(chase["at"]) for chase in (*(before or ()), *(here or ())) if chase["how"] != NOT_CHASED)
    return Evidence(
        case_of(of_case), f"ESC-{ticket}", client, number, promised_by, answered_at, closed_at, late, chased
    )  # fmt: skip


def _promised_by(terms: dict[str, Any], calendar: BusinessCalendar) -> datetime:
    """When the first answer was due: as its clock says, or as it would have fallen due had nobody answered."""
    if known := terms["breached"] or terms["due"]:
        return _moment(known)
    return calendar.add(_moment(terms["since"]), max(terms["target"] - terms["inherited"], 0))


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)
