"""The operations page: what is stuck, who shows life, what is overdue; and the two buttons that help."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from escalation_portal.health import OVERDUE_AFTER
from escalation_portal.words import coarse_words
from integrations.models import Mailbox
from outbox.alarms import clear_alarm
from outbox.delivery import retry
from outbox.models import Alarm, Heartbeat, Message
from tickets.facts import METRIC_WORDS
from tickets.models import Clock, Ticket

MOST = 50
# Beat, worker and watchdog beat every few seconds; a sweep that is behind for longer than this is behind.
SILENT_AFTER_SECONDS = 30
LATE_AFTER_SECONDS = 15


@never_cache
@for_roles(MANAGERS)
def ops(request: HttpRequest) -> HttpResponse:
    """Everything on one page, the trouble first."""
    now = database_now()
    overdue = list(_overdue(request.user, now))
    context = {
        "now": now,
        "tiles": [*_outbox_tiles(now), _sweep_tile(now), _overdue_tile(overdue)],
        "alarms": Alarm.objects.filter(cleared_at=None).order_by("-raised_at")[:MOST],
        "dead": Message.objects.filter(state=Message.State.DEAD).order_by("-created_at")[:MOST],
        "overdue": overdue,
        "mailboxes": Mailbox.objects.order_by("name"),
        "heartbeats": [_heartbeat(row, now) for row in Heartbeat.objects.order_by("name")],
    }
    return render(request, "ops/ops.html", context)


@require_POST
@for_roles(MANAGERS)
def retry_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a dead message up again, and its alarm away."""
    message, now = get_object_or_404(Message, pk=pk), database_now()
    if message.state == Message.State.DEAD:
        retry(message, now=now)
        clear_alarm(f"outbox:{message.pk}", now=now)
        messages.success(request, f"{message.key} is being sent again.")
    else:
        messages.info(request, f"{message.key} is {message.state.lower()} already.")
    return redirect("ops")


@require_POST
@for_roles(MANAGERS)
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has looked at it; it comes back when it holds again."""
    alarm = get_object_or_404(Alarm, pk=pk)
    clear_alarm(alarm.key, now=database_now())
    messages.success(request, "Alarm cleared. It is raised again if the trouble comes back.")
    return redirect("ops")


def _outbox_tiles(now: datetime) -> list[dict[str, Any]]:
    waiting, dead = Q(state=Message.State.PENDING), Q(state=Message.State.DEAD)
    open_messages = Message.objects.filter(waiting | dead)
    found = open_messages.aggregate(
        pending=Count("pk", filter=waiting), dead=Count("pk", filter=dead), oldest=Min("not_before", filter=waiting)
    )
    late = (now - found["oldest"]).total_seconds() if found["oldest"] else 0
    note = f"oldest due {coarse_words(late)} ago" if late > 0 else "none is due"
    return [
        _tile("To be sent", found["pending"], note, level="amber" if late > LATE_AFTER_SECONDS else "none"),
        _tile("Could not be sent", found["dead"], "until somebody retries", level="red" if found["dead"] else "none"),
    ]


def _sweep_tile(now: datetime) -> dict[str, Any]:
    oldest = Ticket.objects.filter(check_at__lte=now).aggregate(oldest=Min("check_at"))["oldest"]
    lag = (now - oldest).total_seconds() if oldest else 0
    level = "red" if lag > OVERDUE_AFTER.total_seconds() else "amber" if lag > LATE_AFTER_SECONDS else "none"
    return _tile("Sweep behind by", coarse_words(lag), "the ticket that waits longest", level=level)


def _overdue_tile(overdue: list[dict[str, Any]]) -> dict[str, Any]:
    count = f"{len(overdue)}+" if len(overdue) == MOST else len(overdue)
    return _tile("Overdue, unnoticed", count, "passed over a minute ago", level="red" if overdue else "none")


def _tile(label: str, value: Any, note: str, *, level: str) -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "level": level}


def _overdue(user: User, now: datetime):
    """The deadlines that nothing noticed, on tickets that this user may see."""
    missed = Clock.objects.filter(stopped_at=None, breached_at=None, due_at__lt=now - OVERDUE_AFTER)
    seen = missed.filter(ticket__in=Ticket.objects.visible_to(user)).select_related("ticket__client").order_by("due_at")
    for clock in seen[:MOST]:
        yield {"ticket": clock.ticket, "due_at": clock.due_at, "metric": METRIC_WORDS.get(clock.metric, clock.metric)}


def _heartbeat(row: Heartbeat, now: datetime) -> dict[str, Any]:
    return {"row": row, "silent": (now - row.beaten_at).total_seconds() > SILENT_AFTER_SECONDS}
