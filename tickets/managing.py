"""Hierarchical escalation: a manager is called to a ticket, custody stays where it is."""

from datetime import datetime

from accounts.models import User
from accounts.roles import MANAGERS, STAFF
from tickets.facts import MANAGER_RESPOND
from tickets.models import TicketEvent
from tickets.moves import event, start_clock
from tickets.notices import body, headline, tell_manager_on_call
from tickets.permissions import NotYours, check_can_work
from tickets.status import NotAllowedNow
from tickets.telling import tell
from tickets.terms import MANAGER
from tickets.work import Work
from tickets.working import check_open, need, working


def call_manager(*, key: str, why: str, by: User, now: datetime) -> None:
    """Call a manager, who has an hour at any time of day to act; then all are told, three times at most.

    Staff who may only read the ticket, such as its account manager, may call one too. Raises NotYours, BadAnswer for a
    missing why, NotAllowedNow.
    """
    with working(key, by=by, now=now, touch=False, check=_check_may_call) as (work, at):
        check_open(work, "escalated")
        need(why, "why", "Say why: the manager reads it first.")
        work.manager_calls += 1
        text = f"{by} called a manager: {why}"
        event(work, "MANAGER_CALLED", text, now=at, by=by, why={"by_hand": why, "policy": work.policy})
        tell_manager_on_call(work, because=text, now=at)
        start_clock(work, MANAGER_RESPOND, MANAGER, now=at, subject=f"escalation:{work.manager_calls}")


def answer_call(*, key: str, text: str, by: User, now: datetime) -> None:
    """A manager says what will be done; whatever else a manager does on the ticket answers the call as well.

    Raises NotYours for anybody else, NotAllowedNow where no call is open, BadAnswer for missing words.
    """
    with working(key, by=by, now=now) as (work, at):
        check_open(work, "answered")
        if MANAGERS.isdisjoint(by.roles):
            raise NotYours("Only a manager answers a call to one.")
        if not any(clock.metric == MANAGER_RESPOND for clock in work.open_clocks):
            raise NotAllowedNow("No manager was called who has not answered yet.")
        need(text, "why", "Say what will be done.")
        event(work, "WORK_NOTE", text, now=at, by=by)
        tell(
            work, f"call-answered:{work.event_count}", people=_callers(work, by), now=at,
            subject=f"Manager answered: {headline(work)}", lines=body(work, f"{by} answered your call: {text}"),
        )  # fmt: skip


def _callers(work: Work, by: User) -> tuple[str, ...]:
    """Who waits for the answer: those who called since a manager last answered, but for the one who answers."""
    called = TicketEvent.objects.filter(ticket_id=work.id, kind="MANAGER_CALLED", actor__is_active=True)
    answered = TicketEvent.objects.filter(ticket_id=work.id, kind="MANAGER_ANSWERED").order_by("-seq").first()
    recent = called.filter(seq__gt=answered.seq if answered else 0).exclude(actor=by).order_by("seq")
    return tuple(dict.fromkeys(recent.values_list("actor__email", flat=True)))


def _check_may_call(by: User, work: Work) -> None:
    if by.is_person and not STAFF.isdisjoint(by.roles):
        return
    try:
        check_can_work(by, work)
    except NotYours:
        raise NotYours(f"You may read {work.key} but not call a manager to it.") from None
