"""The cases that a scorecard is made of, read with their clocks and letters: one query, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Extract, JSONObject

from accounts.models import User
from clients.models import Client
from reports import scorecard
from reports.scorecard import Promise, Turn, promises
from tickets.facts import VENDOR_RESOLVE, VENDOR_RESPOND, VENDOR_UPDATE
from tickets.models import CaseMessage, Clock, VendorCase
from vendors.models import Vendor

METRICS = [VENDOR_RESPOND, VENDOR_UPDATE, VENDOR_RESOLVE]
CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())
SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Listed:
    """A vendor of the directory."""

    id: int
    slug: str
    name: str
    retired: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """The present moment, whose cases a reader may see, and the vendors there are, by name."""

    now: datetime
    clients: tuple[int, ...]
    vendors: tuple[Listed, ...]


def sight(reader: User) -> Sight:
    """What `reader` looks at, in one query."""
    listed = JSONObject(id="pk", slug="slug", name="name", retired=Q(retired_at__isnull=False))
    clients = ArraySubquery(Client.objects.visible_to(reader).values("pk"))
    vendors = ArraySubquery(Vendor.objects.order_by("name").values_list(listed))
    row = User.objects.filter(pk=reader.pk).values_list(CLOCK, clients, vendors).get()
    return Sight(row[0], tuple(row[1]), tuple(Listed(**vendor) for vendor in row[2]))


def read_cases(
    seen: Sight, *, since: datetime, until: datetime, whole_since: datetime | None = None
) -> list[scorecard.Case]:
    """The cases of the clients in sight that were lodged between the moments, in one query.

    Of those before `whole_since` the first answer alone is read, which is what others are compared with.
    """
    lodged = lodged_cases(seen, since=since, until=until)
    return [case_of(row) for row in lodged.values_list(*columns(whole_since or since))]


def lodged_cases(
    seen: Sight, *, since: datetime, until: datetime, vendor_id: int | None = None
) -> QuerySet[VendorCase]:  # fmt: skip
    """Those that a vendor has had: one whose ticket had ended before its mail left is not its to answer for."""
    lodged = VendorCase.objects.filter(
        ticket__client__in=seen.clients, lodged_at__gte=since, lodged_at__lt=until, ball_count__gt=0
    )
    return lodged.filter(vendor=vendor_id) if vendor_id else lodged


def columns(whole_since: datetime) -> tuple[Any, ...]:
    """What `case_of` takes, in its order; of cases that were lodged before, no more than the first answer."""
    return (
        "vendor__slug", "service__name", "severity", "lodged_at", _after("answered_at"), _after("closed_at"),
        "overridden_by", "chases", turns(whole_since), Case(When(lodged_at__gte=whole_since, then=letters())),
    )  # fmt: skip


def case_of(row: Sequence[Any]) -> scorecard.Case:
    """A case from its columns."""
    vendor, service, severity, lodged_at, answer, closed, overridden_by, chases, clocks, kinds = row
    kinds = kinds or ()
    answers = [kind for kind in kinds if kind != CaseMessage.Kind.BOUNCE]
    return scorecard.Case(
        vendor, service, severity, lodged_at, answer, None if answer is None else closed, closed is not None,
        overridden_by is not None, chases, len(kinds) - len(answers),
        bool(answers) and answers[0] == CaseMessage.Kind.AUTO_REPLY, promises_of(clocks),
    )  # fmt: skip


def turns(whole_since: datetime) -> ArraySubquery:
    """The clocks of the case in the order in which they were begun, each packed into one text.

    They are found by the case and not by its ticket: one that was merged has left some on another.
    """
    packed = Func(
        Value(SEPARATOR), "metric", "round", "state", _is(Q(breached_at__isnull=False)), "target_seconds",
        _is(_by_act()), _is(_over()), "consumed_seconds", function="CONCAT_WS", output_field=CharField(),
    )  # fmt: skip
    wanted = Q(metric=VENDOR_RESPOND) | Q(lodged_at__gte=whole_since)
    of_case = clocks_of_case().annotate(**{name: _of_case(name) for name in ("lodged_at", "answered_at", "closed_at")})
    return ArraySubquery(of_case.filter(wanted).order_by("pk").values_list(packed))


def _by_act() -> Q:
    """What the clock waits for has stopped it: an answer, or of a vendor that has answered the end of the case."""
    answer = Q(metric=VENDOR_RESPOND, stopped_at=F("answered_at"))
    closing = Q(closed_at__isnull=False, stopped_at=F("closed_at"))
    update = Q(metric=VENDOR_UPDATE, state__in=["MET", "BREACHED"], stopped_at__isnull=False) & ~closing
    return answer | update | closing & Q(metric=VENDOR_RESOLVE, answered_at__isnull=False)


def _over() -> Q:
    """It ended, and not since its terms changed; or the case was closed without a word of the vendor."""
    not_its = Q(metric=VENDOR_RESOLVE, state="MET", answered_at__isnull=True)
    return Q(state="ENDED", because="") | not_its


def _of_case(moment: str) -> ExpressionWrapper:
    return ExpressionWrapper(OuterRef(moment), output_field=DateTimeField())


def clocks_of_case() -> QuerySet[Clock]:
    """The vendor's clocks of the case in the query around it."""
    subject = Concat(Value("case:"), Cast(OuterRef("pk"), CharField()))
    return Clock.objects.filter(metric__in=METRICS, subject=subject)


def letters() -> ArraySubquery:
    """The kinds of what came from the vendor about the case, in order."""
    came = CaseMessage.objects.filter(case=OuterRef("pk")).exclude(kind__in=CaseMessage.FROM_US)
    return ArraySubquery(came.order_by("seq").values("kind"))


def promises_of(packed: Sequence[str]) -> list[Promise]:
    """What packed clocks stand for."""
    apart = (text.rpartition(SEPARATOR) for text in packed)
    return promises([(_turn(head), float(seconds)) for head, _, seconds in apart])


def _after(moment: str) -> Extract:
    """Seconds from the lodging to this moment."""
    passed = ExpressionWrapper(F(moment) - F("lodged_at"), output_field=DurationField())
    return Cast(Extract(passed, "epoch"), FloatField())


def _is(condition: Q) -> Coalesce:
    """True or false, also where something is missing: what is null would not be packed at all."""
    return Coalesce(ExpressionWrapper(condition, output_field=BooleanField()), Value(False))


@lru_cache(maxsize=4096)
def _turn(packed: str) -> Turn:
    """Few clocks differ in anything but their seconds."""
    metric, round_, state, missed, target, by_act, over = packed.split(SEPARATOR)
    return Turn(metric, int(round_), state, missed == "t", int(target), by_act == "t", over == "t")
