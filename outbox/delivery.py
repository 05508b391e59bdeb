"""The delivery loop: claim with a lease, send outside any transaction, settle after. Never marked before it is sent."""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from outbox.alarms import raise_alarm
from outbox.backoff import delay_seconds, is_dead
from outbox.models import Message

log = logging.getLogger(__name__)
# A batch that times out on every message must still end within its lease.
BATCH = 10
LEASE = timedelta(seconds=180)


class CannotEverSend(Exception):
    """The channel refuses this message for good: no retry would help."""


class TryLater(Exception):
    """It was not sent this time. The receiver wants no other attempt before `seconds` have passed."""

    def __init__(self, words: str, *, seconds: float = 0.0) -> None:
        super().__init__(words)
        self.seconds = seconds


def deliver(*, now: datetime, clock: Callable[[], datetime], limit: int = BATCH) -> int:
    """Send what is due; return how many messages were tried. `clock` tells when each send ended."""
    messages = _lease(now=now, limit=limit)
    for message in messages:
        _send(message, clock=clock)
    return len(messages)


def retry(message: Message, *, now: datetime) -> None:
    """Take a dead message up again, from the first attempt."""
    Message.objects.filter(pk=message.pk, state=Message.State.DEAD).update(
        state=Message.State.PENDING, attempts=0, not_before=now, leased_until=None
    )


@transaction.atomic
def _lease(*, now: datetime, limit: int) -> list[Message]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    due = Message.objects.filter(free, state=Message.State.PENDING, not_before__lte=now).order_by("not_before")
    messages = list(due.select_for_update(skip_locked=True, no_key=True)[:limit])
    Message.objects.filter(pk__in=[m.pk for m in messages]).update(leased_until=now + LEASE)
    return messages


def _send(message: Message, *, clock: Callable[[], datetime]) -> None:
    try:
        channel: Callable[[str, dict[str, Any]], None] = import_string(settings.OUTBOX_CHANNELS[message.kind])
        channel(message.key, message.payload)
    except CannotEverSend as error:
        _settle_failed(message, str(error), now=clock(), final=True)
    except TryLater as error:
        _settle_failed(message, str(error), now=clock(), final=False, seconds=error.seconds)
    except Exception as error:  # whatever a channel raises must not stop the others
        log.warning("message %s was not sent: %s", message.key, error)
        _settle_failed(message, f"{type(error).__name__}: {error}", now=clock(), final=False)
    else:
        _ours(message).update(state=Message.State.SENT, sent_at=clock(), leased_until=None)


def _ours(message: Message) -> Any:
    """The row while nobody has settled it since: a lease may have run out under us."""
    return Message.objects.filter(pk=message.pk, state=Message.State.PENDING)


def _settle_failed(message: Message, error: str, *, now: datetime, final: bool, seconds: float = 0.0) -> None:
    """Note why, and when the next attempt is: after its own wait, and not before `seconds` have passed."""
    attempts = message.attempts + 1
    dead = final or is_dead(attempts)
    _ours(message).update(
        attempts=attempts,
        last_error=error[:2000],
        leased_until=None,
        state=Message.State.DEAD if dead else Message.State.PENDING,
        not_before=now + timedelta(seconds=max(delay_seconds(attempt=attempts, jitter=random.random()), seconds)),
    )
    if dead:
        raise_alarm(f"outbox:{message.pk}", f"{message.key} could not be sent: {error}", now=now)
