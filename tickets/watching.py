"""The watchdog: a second, independent way by which nothing that is due is forgotten. It needs no broker."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from outbox.alarms import beat, clear_alarm, raise_alarm
from outbox.delivery import deliver
from outbox.models import Message
from tickets.auditing import overdue
from tickets.digests import send_due
from tickets.escalation import sweep_until_done
from tickets.models import Clock, Ticket
from tickets.vendor_cases import note_settled

ALARM_AFTER = timedelta(seconds=60)
ALARM = "watchdog:overdue"
DIGESTS_AFTER = timedelta(minutes=2)


def watch(*, now: datetime, clock: Callable[[], datetime]) -> int:
    """Look by the clocks' own deadlines; do what sweep or digests left undone. Returns how many tickets were late."""
    beat("watchdog", now=now)
    grace = timedelta(seconds=settings.WATCHDOG_GRACE_SECONDS)
    late = Clock.objects.filter(stopped_at__isnull=True, breached_at__isnull=True, due_at__lt=now - grace)
    ids = set(late.values_list("ticket_id", flat=True)[:1000])
    if ids:
        # Independent of the sweep's own column: whatever check_at says, these are due.
        Ticket.objects.filter(pk__in=ids, postponed=0).update(check_at=now)
        sweep_until_done(now=now)
    _tell(now=now)
    send_due(now=now, late=DIGESTS_AFTER)
    # Last, since a mail server that hangs must not keep deadlines waiting.
    _deliver_late(now=now, grace=grace, clock=clock)
    return len(ids)


def _deliver_late(*, now: datetime, grace: timedelta, clock: Callable[[], datetime]) -> None:
    late = Message.objects.filter(state="PENDING", not_before__lt=now - grace, attempts=0)
    if late.exists():
        deliver(now=now, clock=clock)
        note_settled(now=now)


def _tell(*, now: datetime) -> None:
    left = overdue(now=now, grace=ALARM_AFTER)
    if left:
        text = f"{len(left)} deadlines passed unnoticed, the oldest {left[0]['seconds']} s ago ({left[0]['ticket']})."
        raise_alarm(ALARM, text, now=now)
    else:
        clear_alarm(ALARM, now=now)
