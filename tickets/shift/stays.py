"""When a person was at the desk: a stay ends once nobody has seen the person there for half an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Func, Q, Subquery
from django.db.models.functions import Now

from accounts.clock import database_now
from accounts.models import User
from tickets.models import DeskProfile

STAY_ENDS_AFTER = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=1)
# An open queue is seen at least every five minutes.
HERE = timedelta(minutes=10)
CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())


@dataclass(frozen=True, slots=True)
class AtDesk:
    """The database's time, when the reader's stay before this one ended (None: never here), and who else is here."""

    now: datetime
    left_at: datetime | None
    others: tuple[str, ...]


def seen(user: User, *, now: datetime) -> datetime | None:
    """Note that the person looks at the desk; returns when the stay before this one ended, None for a first one.

    One query, and a write at most once a minute.
    """
    row = DeskProfile.objects.filter(user=user).values_list("seen_at", "left_at").first()
    return _noted(user, *(row or (None, None)), now=now)


def seen_at(user: User) -> Subquery:
    """When the person was seen last, as a column of a query that is made anyway."""
    return Subquery(DeskProfile.objects.filter(user=user).values("seen_at"))


def note(user: User, seen_at: datetime | None, *, now: datetime) -> None:
    """Note that the person looks at the desk, who is known to have been seen then: at most one write a minute."""
    if seen_at is None:
        first = DeskProfile(user=user, seen_at=now)
        DeskProfile.objects.bulk_create(
            [first], update_conflicts=True, unique_fields=["user"], update_fields=["seen_at"]
        )  # fmt: skip
    elif now - seen_at >= NOTED_EVERY:
        ended = {"left_at": seen_at} if now - seen_at > STAY_ENDS_AFTER else {}
        # Of two pages that note it at once, the first has said when the stay ended.
        DeskProfile.objects.filter(user=user, seen_at=seen_at).update(seen_at=now, **ended)


def at_desk(user: User) -> AtDesk:
    """The same for the start of a shift, with the time and who else is here, all by one query."""
    wanted = DeskProfile.objects.filter(Q(user=user) | Q(seen_at__gt=Now() - HERE, user__is_active=True))
    rows = list(
        wanted.order_by("user__name").values("user_id", "user__name", "user__email", "seen_at", "left_at", at=CLOCK)
    )
    own = next((row for row in rows if row["user_id"] == user.pk), None)
    others = tuple(row["user__name"] or row["user__email"] for row in rows if row is not own)
    now = rows[0]["at"] if rows else database_now()
    left_at = _noted(user, *((own["seen_at"], own["left_at"]) if own else (None, None)), now=now)
    return AtDesk(now, left_at, others)


def _noted(user: User, seen_at: datetime | None, left_at: datetime | None, *, now: datetime) -> datetime | None:
    note(user, seen_at, now=now)
    return seen_at if seen_at and now - seen_at > STAY_ENDS_AFTER else left_at
