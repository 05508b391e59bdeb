"""Alarms: something a person must look at, raised once while it lasts."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from outbox.models import Alarm, Heartbeat

_RAISE = """
    INSERT INTO outbox_alarm (key, text, raised_at, seen_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (key) WHERE cleared_at IS NULL DO UPDATE SET seen_at = EXCLUDED.seen_at, text = EXCLUDED.text
"""


def raise_alarm(key: str, text: str, *, now: datetime) -> None:
    """Raise the alarm, or note that it still holds; two who raise it at once raise one."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [key, text[:500], now, now])


def clear_alarm(key: str, *, now: datetime) -> None:
    """The trouble is over; nothing happens when there was none."""
    Alarm.objects.filter(key=key, cleared_at__isnull=True).update(cleared_at=now)


def clear_alarms(keys: Collection[str], *, now: datetime) -> None:
    """The same for many troubles at once."""
    if keys:
        Alarm.objects.filter(key__in=keys, cleared_at__isnull=True).update(cleared_at=now)


def beat(name: str, *, now: datetime) -> None:
    """Show life."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": now})
