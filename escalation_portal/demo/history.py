"""The demo's past: some two hundred tickets lived through with the portal's own verbs, by a clock that is moved.

Nothing is made up afterwards: custody, clocks, reasons and verdicts are what the engine itself wrote.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from accounts.models import User
from escalation_portal.demo.problems import Fault, faults
from outbox.models import Message
from tickets import lifecycle
from tickets.changing import Changes, change
from tickets.escalation import sweep_until_done
from tickets.intake import NewTicket, open_ticket
from tickets.managing import call_manager
from tickets.models import Notification, Ticket
from tickets.status import NotAllowedNow
from tickets.vendor_cases import note_settled
from tiers.models import Member

PAST, STILL_OPEN, DAYS, SEED = 188, 12, 60, 20260302
LONG_MINUTES = 60
STILL_NEWS = timedelta(hours=2)  # what people were told before that they have read
Act = Callable[[Ticket, datetime], None]


def live_through(*, now: datetime) -> int:
    """Write the past up to `now`; returns how many tickets it has. Nothing of it is sent."""
    chance = random.Random(SEED)
    drawn = faults(PAST + STILL_OPEN, chance)
    ended, still_open = drawn[:PAST], drawn[PAST:]
    moments = sorted(now - timedelta(days=2 + chance.random() * DAYS) for _ in ended)
    for fault, opened_at in zip(ended, moments, strict=False):
        _live(fault, _working_hours(opened_at, chance), chance, until=now)
    for number, fault in enumerate(still_open):
        _begin_only(fault, now - timedelta(minutes=6 + 11 * number), chance, number, until=now)
    _count_as_sent(now)
    Notification.objects.filter(at__lt=now - STILL_NEWS).update(read_at=now)
    return len(drawn)


def _working_hours(moment: datetime, chance: random.Random) -> datetime:
    """Most faults are noticed on a weekday between seven and six; alerts come at any hour."""
    if chance.random() < 0.25:
        return moment
    day = moment - timedelta(days=max(0, moment.weekday() - 4))
    return day.replace(hour=chance.randint(7, 17), minute=chance.randint(0, 59))


def _live(fault: Fault, opened_at: datetime, chance: random.Random, *, until: datetime) -> None:
    ticket = _open(fault, opened_at)
    at = opened_at
    for delay, act in _acts(fault, chance):
        at = _let_pass(ticket, at, at + delay)
        if at >= until - timedelta(hours=1):
            return
        _try(act, ticket, at)


def _acts(fault: Fault, chance: random.Random) -> Iterator[tuple[timedelta, Act]]:
    """What people do to it and after how long; now and then too late, so that the portal has to act."""
    late = chance.random() < 0.22
    yield timedelta(minutes=chance.uniform(45, 200) if late else chance.uniform(1, 9)), _acknowledge
    if chance.random() < 0.85:
        yield timedelta(minutes=chance.uniform(1, 8)), _answer_client
    if chance.random() < 0.08:
        yield timedelta(minutes=chance.uniform(3, 12)), _make_more_urgent
    if chance.random() < 0.04:
        yield timedelta(minutes=chance.uniform(3, 12)), _call_manager
    if chance.random() < 0.18:
        yield timedelta(minutes=chance.uniform(5, 20)), _ask_client
        yield timedelta(minutes=chance.uniform(20, 240)), _go_on
        yield timedelta(minutes=chance.uniform(1, 8)), _acknowledge
    if fault.with_vendor and chance.random() < 0.7:
        yield timedelta(minutes=chance.uniform(10, 30)), _pass_to_vendor
        yield timedelta(minutes=chance.uniform(15, 150)), _go_on
        yield timedelta(minutes=chance.uniform(1, 10)), _acknowledge
    elif chance.random() < 0.2:
        yield timedelta(minutes=chance.uniform(10, 25)), _escalate
        yield timedelta(minutes=chance.uniform(2, 10)), _acknowledge
    if fault.minutes >= LONG_MINUTES:
        yield timedelta(minutes=chance.uniform(10, 40)), _tell_how_it_stands
    yield timedelta(minutes=fault.minutes * chance.uniform(0.3, 1.6)), _resolver(fault)


def _begin_only(fault: Fault, opened_at: datetime, chance: random.Random, number: int, *, until: datetime) -> None:
    """A ticket that is still open, in one of the states that a desk sees of a morning."""
    ticket = _open(fault, opened_at)
    acts = [
        (_acknowledge, _answer_client),
        (_acknowledge, _ask_client),
        (_acknowledge, _answer_client, _pass_to_vendor),
        (),
    ][number % 4]
    at = opened_at
    for act in acts:
        at = _let_pass(ticket, at, min(until, at + timedelta(minutes=chance.uniform(1, 4))))
        _try(act, ticket, at)
    _let_pass(ticket, at, until)


def _open(fault: Fault, at: datetime) -> Ticket:
    wanted = NewTicket(
        title=fault.title,
        description=f"{fault.title}. Reported by {fault.contact.name}.",
        fallback_priority=fault.priority,
        device_name=fault.asset.name,
        device_type=fault.asset.type,
        device_os=fault.asset.os,
        error_code=fault.error_code,
        contact=fault.contact,
    )
    return open_ticket(client=fault.client, wanted=wanted, by=None, now=at)


def _let_pass(ticket: Ticket, since: datetime, until: datetime) -> datetime:
    """Let time pass on one ticket, with the engine at work whenever something is due; mails count as sent at once."""
    at = since
    while True:
        due = Ticket.objects.values_list("check_at", flat=True).get(pk=ticket.pk)
        if due is None or due > until:
            return until
        at = max(due, at)
        sweep_until_done(now=at)
        _count_as_sent(at)


def _count_as_sent(at: datetime) -> None:
    """Mails of the past count as sent at once, so that cases pass to their vendors."""
    if Message.objects.filter(state="PENDING").update(state="SENT", sent_at=at):
        note_settled(now=at)


def _try(act: Act, ticket: Ticket, at: datetime) -> None:
    """People come too late sometimes: what the ticket does not allow any more is left alone."""
    try:
        act(ticket, at)
    except NotAllowedNow:
        return


def _somebody(ticket: Ticket) -> User:
    """A member of the team that holds it; the same one for the same ticket."""
    fresh = Ticket.objects.get(pk=ticket.pk)
    members = list(Member.objects.filter(team=fresh.team).select_related("user"))
    return members[ticket.pk % len(members)].user


def _acknowledge(ticket: Ticket, at: datetime) -> None:
    lifecycle.acknowledge(key=ticket.key, by=_somebody(ticket), now=at)


def _answer_client(ticket: Ticket, at: datetime) -> None:
    text = "Thank you, I am looking at it now and will tell you what I find."
    lifecycle.reply(key=ticket.key, text=text, public=True, by=_somebody(ticket), now=at)


def _tell_how_it_stands(ticket: Ticket, at: datetime) -> None:
    text = "We have found where it comes from and are working on it; nothing is needed from you."
    lifecycle.reply(key=ticket.key, text=text, public=True, by=_somebody(ticket), now=at)


def _make_more_urgent(ticket: Ticket, at: datetime) -> None:
    urgent = {"P4": "P3", "P3": "P2", "P2": "P1"}.get(ticket.priority)
    if urgent:
        why = "More people are affected than first reported"
        change(key=ticket.key, changes=Changes(priority=urgent), why=why, by=_somebody(ticket), now=at)


def _call_manager(ticket: Ticket, at: datetime) -> None:
    why = "The client's director has called and asks who is on it"
    call_manager(key=ticket.key, why=why, by=_somebody(ticket), now=at)


def _ask_client(ticket: Ticket, at: datetime) -> None:
    why = "Waiting for the client to say when we may restart it"
    lifecycle.wait(key=ticket.key, on="CLIENT", why=why, by=_somebody(ticket), now=at)


def _go_on(ticket: Ticket, at: datetime) -> None:
    lifecycle.resume(key=ticket.key, by=_somebody(ticket), now=at)


def _escalate(ticket: Ticket, at: datetime) -> None:
    why = "Needs rights on the server that the helpdesk does not have; restart and event log were checked"
    lifecycle.escalate(key=ticket.key, why=why, by=_somebody(ticket), now=at)


def _pass_to_vendor(ticket: Ticket, at: datetime) -> None:
    why = "The cause lies outside what we can reach; our own side was checked"
    service = Ticket.objects.select_related("service").get(pk=ticket.pk).service
    if service is None:
        return
    answers = {d["key"]: _answer(d["key"]) for d in service.required if not d.get("secret")}
    lifecycle.lodge_case(key=ticket.key, service=service.name, answers=_fitting(answers), why=why,
                         by=_somebody(ticket), now=at)  # fmt: skip
    _count_as_sent(at)


def _answer(key: str) -> str:
    return {"lights": "power green, line red", "affected": "everybody at the site, since this morning"}.get(key, "")


def _fitting(answers: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in answers.items() if value}


def _resolver(fault: Fault) -> Act:
    def resolve(ticket: Ticket, at: datetime) -> None:
        lifecycle.resolve(key=ticket.key, summary=fault.fix, by=_somebody(ticket), now=at)

    return resolve
