"""What every verb shares: the lock, who may, what it brings about beside its own, and the write: one transaction."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.roles import MANAGERS
from tickets import explain
from tickets.facts import MANAGER_RESPOND, ClockFacts, Facts
from tickets.loading import locked
from tickets.moves import event, stop_metric
from tickets.notices import tell_breach, tell_taken_away
from tickets.permissions import check_can_work
from tickets.status import OPEN_STATUSES, NotAllowedNow, words
from tickets.work import Work, write


class BadAnswer(ValueError):
    """A value that this ticket cannot take; `field` names where it was given."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@contextmanager
def working(
    key: str, *, by: User, now: datetime, touch: bool = True, check: Callable[[User, Work], None] = check_can_work
) -> Iterator[tuple[Work, datetime]]:
    """Lock the ticket for a verb and write what the verb changed; time never runs backwards on it."""
    with transaction.atomic():
        work = locked(key, by=by, now=now)
        check(by, work)
        at = max(now, work.last_event_at)
        with observed(work, by=by, now=at, touch=touch):
            yield work, at
        write([work], now=now)


@contextmanager
def observed(work: Work, *, by: User, now: datetime, touch: bool = True) -> Iterator[None]:
    """What a verb brings about beside its own.

    A promise it ends too late is told of, who had the ticket and has it no more is told, a called manager has acted.
    """
    before, had = work.facts(), work.assignee
    with telling_missed(work, now=now):
        yield
    tell_taken_away(work, had, because=work.events[0]["text"] if work.events else "", by=by, now=now)
    if touch and by.is_person:
        _manager_acted(work, before, by=by, now=now)
    work.touched = work.touched or touch


@contextmanager
def telling_missed(work: Work, *, now: datetime) -> Iterator[None]:
    """A target that was reached before this act, and that no sweep has seen, is told of with it."""
    before, clocks = work.facts(), {id(clock): clock.facts() for clock in work.open_clocks}
    yield
    _tell_missed(work, before, clocks, now=now)


def _tell_missed(work: Work, before: Facts, clocks: Mapping[int, ClockFacts], *, now: datetime) -> None:
    for clock in work.clocks:
        seen = clocks.get(id(clock))
        if seen and not seen.breached and clock.breached_at:
            tell_breach(work, clock, explain.why(before, rule="BREACH", now=now, clock=seen), now=now)


def _manager_acted(work: Work, before: Facts, *, by: User, now: datetime) -> None:
    """A manager who acts on a ticket that a manager was called to has answered the call."""
    called = any(clock.metric == MANAGER_RESPOND for clock in before.clocks)
    if called and not MANAGERS.isdisjoint(by.roles):
        stop_metric(work, MANAGER_RESPOND, now=now)
        event(work, "MANAGER_ANSWERED", f"{by} has answered as a manager.", now=now, by=by)


def check_open(work: Work, done: str) -> None:
    """Raise NotAllowedNow unless the ticket is open; `done` is what was to be done to it."""
    if work.status not in OPEN_STATUSES:
        raise NotAllowedNow(f"A ticket that is {words(work.status)} cannot be {done}.")


def need(text: str, field: str, message: str) -> None:
    """Raise BadAnswer for words that are missing."""
    if not text.strip():
        raise BadAnswer(field, message)
