"""Who has a ticket before them now: a beat every ten seconds says so, and after thirty without one they have gone."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from tickets.models import Presence

GONE_AFTER = timedelta(seconds=30)
KEPT = timedelta(days=1)
# One statement; whoever comes first to a ticket also clears away what nobody asks for any more.
_BEAT = f"""
    INSERT INTO {Presence._meta.db_table} AS before (ticket_id, user_id, seen_at, writing) VALUES (%s, %s, %s, %s)
    ON CONFLICT (ticket_id, user_id) DO UPDATE
    SET seen_at = greatest(before.seen_at, EXCLUDED.seen_at), writing = EXCLUDED.writing
    RETURNING xmax = 0
"""


def beat(*, ticket_id: int, by: User, writing: bool, now: datetime) -> None:
    """`by` has the ticket open at `now`, and is writing or not. Two beats at once leave one row."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [ticket_id, by.pk, now, writing])
        [came] = cursor.fetchone()
    if came:
        Presence.objects.filter(seen_at__lt=now - KEPT).delete()


def leave(*, ticket_id: int, by: User) -> None:
    """`by` has closed the ticket's page."""
    Presence.objects.filter(ticket=ticket_id, user=by).delete()


def others(ticket_id: int, *, user: User, now: datetime) -> list[str]:
    """What the others are doing at the ticket, in words: "Lena is writing", "Omar is viewing"."""
    rows = _here(now).filter(ticket=ticket_id).exclude(user=user).order_by("-writing", "user__name", "user_id")
    found = rows.values_list("user__name", "user__email", "writing")
    return [f"{name or email} is {'writing' if writing else 'viewing'}" for name, email, writing in found]


def _here(now: datetime) -> QuerySet[Presence]:
    """Those whose last beat is no older than thirty seconds."""
    return Presence.objects.filter(seen_at__gte=now - GONE_AFTER, user__is_active=True)
