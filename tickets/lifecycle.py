"""What people do to a ticket. Each verb: lock, check who, check what, move, write, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from tickets import vendor_cases
from tickets.escalation import back_to_tier, climb_to, end_hold
from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, OLA_RESOLVE, RESOLVE, VENDOR_RESPOND
from tickets.loading import locked
from tickets.models import Clock, VendorCase
from tickets.moves import arrive, event, leave_tier, mail, start_clock, stop_metric, take_custody
from tickets.notices import body, headline, tell_step
from tickets.permissions import check_can_work
from tickets.status import (
    CLIENT,
    IN_PROGRESS,
    NEW,
    NOBODY,
    ON_HOLD,
    OPEN_STATUSES,
    RESOLVED,
    TIER,
    WAITING_ON_CLIENT,
    WAITING_ON_VENDOR,
    NotAllowedNow,
    check_move,
    words,
)
from tickets.work import Work, write
from tiers.models import Member
from vendors.models import Service, ServiceAccount
from vendors.secrets import encrypt

OPEN_DAYS_TO_CLOSE = 5
OPEN_DAYS_FOR_CLIENT = 2
LONGEST_WAIT = timedelta(days=366)


class AlreadyAcknowledged(NotAllowedNow):
    """Somebody else took it first; the message says who and when."""


class BadAnswer(ValueError):
    """A value that this ticket cannot take; `field` names where it was given."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@contextmanager
def working(key: str, *, by: User, now: datetime, touch: bool = True) -> Iterator[tuple[Work, datetime]]:
    """Lock the ticket for a verb and write what the verb changed; time never runs backwards on it."""
    with transaction.atomic():
        work = locked(key, by=by, now=now)
        check_can_work(by, work)
        yield work, max(now, work.last_event_at)
        work.touched = work.touched or touch
        write([work], now=now)


def acknowledge(*, key: str, by: User, now: datetime, automatic: bool = False) -> None:
    """`by` takes the ticket: the acknowledgement clocks stop. Raises AlreadyAcknowledged, NotAllowedNow."""
    with working(key, by=by, now=now, touch=not automatic) as (work, at):
        if work.acknowledged_at and work.status == IN_PROGRESS:
            who = _name(work.acknowledged_by_id) or "somebody"
            raise AlreadyAcknowledged(f"{who} took it at {work.acknowledged_at:%H:%M} UTC.")
        if work.status != NEW:
            raise NotAllowedNow(f"A ticket that is {words(work.status)} cannot be acknowledged.")
        take(work, by=by, now=at)
        event(work, "ACKNOWLEDGED", f"{by} acknowledged it at {work.tier.name}.", now=at, by=by,
              client_text="Somebody is working on your request.")  # fmt: skip


def take(work: Work, *, by: User, now: datetime) -> None:
    """Mark it as taken here; who takes an unassigned ticket gets it."""
    work.status, work.touched = IN_PROGRESS, True
    work.acknowledged_at, work.acknowledged_by_id = now, by.pk
    if work.assignee_id is None and by.is_person:
        work.assignee_id, work.assignee = by.pk, by.email
    stop_metric(work, ACKNOWLEDGE, now=now)
    stop_metric(work, OLA_ACKNOWLEDGE, now=now)


def assign(*, key: str, to: str, by: User, now: datetime) -> None:
    """Give it to a person, by address or name. Raises BadAnswer for one who is in no team."""
    with working(key, by=by, now=now) as (work, at):
        _check_open(work, "assigned")
        person = _person(to)
        work.assignee_id, work.assignee = person.pk, person.email
        event(work, "ASSIGNED", f"{by} assigned it to {person}.", now=at, by=by)
        if person != by:
            lines = body(work, f"{by} assigned this ticket to you.")
            mail(work, f"assigned:{work.event_count}", to=(person.email,), subject=headline(work), lines=lines, now=at)


def escalate(*, key: str, why: str, by: User, now: datetime, to: str = "") -> None:
    """Pass it to the next step that can be reached, or to the step named `to`; down is a new round.

    Raises BadAnswer for a missing why or an unknown step, NotAllowedNow where no step is left.
    """
    with working(key, by=by, now=now) as (work, at):
        _check_open(work, "escalated")
        _need(why, "why", "Say why: the next tier reads it first.")
        index = _wanted_step(work, to)
        if index <= work.step:
            work.round += 1
        came_from = work.tier.name
        text = f"{came_from} → {work.ladder.steps[index].name}: {by} escalated it: {why}"
        why_record = {"by_hand": why, "from": came_from, "to": work.ladder.steps[index].name, "policy": work.policy}
        climb_to(work, index, text=text, because=text, now=at, why=why_record, by=by)
        if work.ladder.steps[index].vendor:
            vendor_cases.prepare([vendor_cases.Request(work, work.service_id or 0, text, by=by)], now=at)


def wait(*, key: str, on: str, why: str, by: User, now: datetime, until: datetime | None = None) -> None:
    """Wait on the client, on the vendor of an open case, or hold until a moment; always with a why."""
    with working(key, by=by, now=now) as (work, at):
        _need(why, "why", "Say what you are waiting for.")
        if until is not None and until <= at:
            raise BadAnswer("until", "Give a moment that lies ahead.")
        if until is not None and until > at + LONGEST_WAIT:
            raise BadAnswer("until", "Give a moment within a year.")
        match on:
            case "CLIENT":
                _wait_on_client(work, why, until, by=by, now=at)
            case "VENDOR":
                _wait_on_vendor(work, why, by=by, now=at)
            case "HOLD":
                _hold(work, why, until, by=by, now=at)
            case _:
                raise BadAnswer("on", "Must be one of CLIENT, VENDOR, HOLD.")


def _wait_on_client(work: Work, why: str, until: datetime | None, *, by: User, now: datetime) -> None:
    check_move(work.status, WAITING_ON_CLIENT)
    if work.status == WAITING_ON_CLIENT:
        raise NotAllowedNow("It is waiting on the client already.")
    if work.status == NEW:
        take(work, by=by, now=now)
    leave_tier(work, now=now)
    work.status = WAITING_ON_CLIENT
    work.wake_at = until or _after_open_days(work, OPEN_DAYS_FOR_CLIENT, now=now)
    take_custody(work, CLIENT, now=now, because=why)
    text = f"{by} waits for the client until {work.wake_at:%Y-%m-%d %H:%M} UTC: {why}"
    event(work, "WAITING", text, now=now, by=by, client_text="We need an answer from you before we can go on.")


def _wait_on_vendor(work: Work, why: str, *, by: User, now: datetime) -> None:
    case = _open_case(work)
    if case is None or case.lodged_at is None:
        raise NotAllowedNow("No case is lodged with a vendor; lodge one first.")
    if work.status == WAITING_ON_VENDOR:
        raise NotAllowedNow(f"It is waiting on {case.vendor.name} already.")
    case.ball, case.status = VendorCase.Ball.VENDOR, "LODGED"
    case.save(update_fields=["ball", "status"])
    vendor_cases.give_to_vendor(work, case, now=now)
    event(work, "WAITING", f"{by} waits for {case.vendor.name}: {why}", now=now, by=by,
          client_text=f"We are waiting for {case.vendor.name}.")  # fmt: skip


def _hold(work: Work, why: str, until: datetime | None, *, by: User, now: datetime) -> None:
    check_move(work.status, ON_HOLD)
    if until is None:
        raise BadAnswer("until", "Say until when; a hold ends by itself.")
    if work.holder_kind != TIER:
        raise NotAllowedNow(f"It is {words(work.status)}; resume it before you hold it.")
    work.status, work.wake_at = ON_HOLD, until
    take_custody(work, TIER, now=now, because=why, tier_id=work.tier_id, held=True)
    event(work, "WAITING", f"{by} holds it until {until:%Y-%m-%d %H:%M} UTC: {why}", now=now, by=by)


def resume(*, key: str, by: User, now: datetime, why: str = "") -> None:
    """The wait is over: a hold ends, the client has answered, or the vendor has (its answer clock stops)."""
    with working(key, by=by, now=now) as (work, at):
        if work.status == ON_HOLD:
            end_hold(work, now=at, because=f"{by} ended the hold")
            event(work, "RESUMED", f"{by} ended the hold. {why}".strip(), now=at, by=by)
        elif work.status == WAITING_ON_CLIENT:
            _client_answered(work, why, by=by, now=at)
        elif work.status == WAITING_ON_VENDOR:
            _vendor_answered(work, why, by=by, now=at)
        else:
            raise NotAllowedNow(f"A ticket that is {words(work.status)} is not waiting.")


def _client_answered(work: Work, why: str, *, by: User, now: datetime) -> None:
    back_to_tier(work, now=now, because=f"The client has answered. {why}".strip())
    event(work, "RESUMED", f"{by}: the client has answered. {why}".strip(), now=now, by=by,
          client_text="We have your answer and go on.")  # fmt: skip


def _vendor_answered(work: Work, why: str, *, by: User, now: datetime) -> None:
    case = _open_case(work)
    name = case.vendor.name if case else "the vendor"
    if case:
        case.status, case.ball = "ANSWERED", VendorCase.Ball.US
        case.answered_at = case.answered_at or now
        case.save(update_fields=["status", "ball", "answered_at"])
        stop_metric(work, VENDOR_RESPOND, now=now, subject=f"case:{case.pk}")
    back_to_tier(work, now=now, because=f"{name} has answered. {why}".strip())
    event(work, "VENDOR_ANSWERED", f"{by}: {name} has answered. {why}".strip(), now=now, by=by,
          client_text=f"{name} has answered; we go on from there.")  # fmt: skip


def resolve(*, key: str, summary: str, by: User, now: datetime, automatic: bool = False) -> None:
    """It is done: clocks stop with their verdicts, open cases close, nobody holds it. The client reads the summary."""
    with working(key, by=by, now=now, touch=not automatic) as (work, at):
        check_move(work.status, RESOLVED)
        _check_open(work, "resolved")
        _need(summary, "summary", "Say in a sentence what was done; the client reads it.")
        finish(work, summary, now=at)
        event(work, "RESOLVED", f"{by} resolved it: {summary}", now=at, by=by, client_text=f"Resolved: {summary}")


def finish(work: Work, summary: str, *, now: datetime) -> None:
    """Stop the clocks and let go of the ticket."""
    for metric in (ACKNOWLEDGE, RESOLVE, OLA_ACKNOWLEDGE, OLA_RESOLVE):
        stop_metric(work, metric, now=now)
    stop_metric(work, VENDOR_RESPOND, now=now, met=False)
    # What is on its way to a vendor is closed when it has left, so that the timeline tells of it.
    VendorCase.objects.filter(ticket_id=work.id).exclude(status__in=["CLOSED", "QUEUED"]).update(
        status="CLOSED", ball=VendorCase.Ball.US, closed_at=now
    )
    work.status, work.resolved_at, work.resolution = RESOLVED, now, summary
    work.wake_at = _after_open_days(work, OPEN_DAYS_TO_CLOSE, now=now)
    take_custody(work, NOBODY, now=now, because="Resolved")


def reopen(*, key: str, why: str, by: User, now: datetime) -> None:
    """It was not done after all: back to its last tier, in a new round; what was left of its time is left."""
    with working(key, by=by, now=now) as (work, at):
        if work.status != RESOLVED:
            raise NotAllowedNow(f"A ticket that is {words(work.status)} cannot be reopened; open a new one.")
        _need(why, "why", "Say what is still wrong.")
        open_again(work, why, by=by, now=at)


def open_again(work: Work, why: str, *, by: User | None, now: datetime) -> None:
    """Back to the last tier; the old verdict stands, a new RESOLVE clock goes on with what was left."""
    work.resolved_at, work.resolution = None, ""
    work.round += 1
    last = Clock.objects.filter(ticket_id=work.id, metric=RESOLVE).order_by("-id").first()
    home = work.ladder.steps.index(work.ladder.tier_at_or_below(work.step))
    arrive(work, home, now=now, because=f"Reopened: {why}", left=work.used_seconds)
    target = work.roster.terms[work.agreement_id].target(work.priority, RESOLVE)
    start_clock(work, RESOLVE, target, now=now, consumed=last.consumed_seconds if last else 0)
    event(work, "REOPENED", f"{by or 'Monitoring'} reopened it: {why}", now=now, by=by,
          client_text="We have reopened your request.")  # fmt: skip
    tell_step(work, work.ladder.steps[home], because=f"Reopened: {why}", now=now)


def reply(*, key: str, text: str, public: bool, by: User, now: datetime, automatic: bool = False) -> None:
    """A public reply, which the client reads, or a work note, which it never does."""
    with working(key, by=by, now=now, touch=not automatic) as (work, at):
        _need(text, "body", "Write something.")
        kind = "PUBLIC_REPLY" if public else "WORK_NOTE"
        event(work, kind, text, now=at, by=by, client_text=text if public else "")


def lodge_case(
    *, key: str, service: str, answers: dict[str, str], why: str, by: User, now: datetime
) -> VendorCase:  # fmt: skip
    """Open a case by hand, or answer what an incomplete one still needs. Raises BadAnswer, NotAllowedNow."""
    with working(key, by=by, now=now) as (work, at):
        _check_open(work, "passed to a vendor")
        chosen = _service(service)
        answers = _without_secrets(work, chosen, answers)
        request = vendor_cases.Request(work, chosen.pk, why, answers=answers, by=by)
        opened = VendorCase.objects.filter(ticket_id=work.id, vendor=chosen.vendor).exclude(status="CLOSED").first()
        if opened is None:
            _need(why, "why", "Say why the vendor is needed.")
            if not chosen.contact_points.filter(kind="EMAIL").exists():
                raise BadAnswer("service", f"{chosen.name} has no address to write to; add one to its contact points.")
            return vendor_cases.prepare([request], now=at)[0]
        if opened.status not in ("INCOMPLETE", "FAILED"):
            raise NotAllowedNow(f"A case about {opened.service.name} is {opened.status.lower()} already.")
        because = why or opened.because
        request = vendor_cases.Request(work, opened.service_id, because, answers={**opened.answers, **answers}, by=by)
        return vendor_cases.complete(opened, request, now=at)


def _without_secrets(work: Work, service: Service, answers: dict[str, str]) -> dict[str, str]:
    """The answers that may be stored as they are; a secret goes, encrypted, to the client's account."""
    secret = {d["key"] for d in service.required if d.get("secret") and answers.get(d["key"], "").strip()}
    if secret:
        account, _ = ServiceAccount.objects.get_or_create(client_id=work.client_id, service=service)
        account.secrets |= {_of_account(service, key): encrypt(answers[key].strip()) for key in secret}
        account.save(update_fields=["secrets"])
    return {key: answer for key, answer in answers.items() if key not in secret}


def _of_account(service: Service, key: str) -> str:
    """Under which name the account keeps what a required datum asks for."""
    source = next(d["source"] for d in service.required if d["key"] == key)
    return source.removeprefix("account.") if source.startswith("account.") else key


def _service(name: str) -> Service:
    found = Service.objects.filter(name__iexact=name).first() or Service.objects.filter(slug=name).first()
    if found is None:
        raise BadAnswer("service", f"There is no vendor service “{name}”.")
    return found


def _person(name: str) -> User:
    active = Member.objects.filter(user__is_active=True).select_related("user")
    member = active.filter(user__email__iexact=name).first() or active.filter(user__name__iexact=name).first()
    if member is None:
        raise BadAnswer("to", f"Nobody in a team is called “{name}”.")
    return member.user


def _wanted_step(work: Work, to: str) -> int:
    """The index to go to: the next reachable step, or the one named; `vendor` names the vendor's."""
    steps = work.ladder.steps
    if to:
        named = [i for i, step in enumerate(steps) if step.name.lower() == to.lower()]
        if not named:
            raise BadAnswer("to", f"“{to}” is no step of this ladder; it has {', '.join(s.name for s in steps)}.")
        candidates: range | list[int] = named
    else:
        candidates = work.ladder.following(work.step)
    found = next((i for i in candidates if not work.obstacles[i]), None)
    if found is None:
        reasons = "; ".join(f"{steps[i].name}: {work.obstacles[i]}" for i in candidates)
        raise NotAllowedNow(f"No step can be reached from {steps[work.step].name}. {reasons}".strip())
    return found


def _open_case(work: Work) -> VendorCase | None:
    """The lodged case that matters: the latest whose ball is with its vendor, else the latest."""
    lodged = VendorCase.objects.filter(ticket_id=work.id, lodged_at__isnull=False).exclude(status="CLOSED")
    cases = list(lodged.select_related("vendor", "service__vendor").order_by("-id"))
    return next((case for case in cases if case.ball == VendorCase.Ball.VENDOR), cases[0] if cases else None)


def _after_open_days(work: Work, days: int, *, now: datetime) -> datetime:
    calendar = work.roster.terms[work.agreement_id].calendar_for(work.priority).calendar
    return calendar.after_open_days(now, days)


def _check_open(work: Work, done: str) -> None:
    if work.status not in OPEN_STATUSES:
        raise NotAllowedNow(f"A ticket that is {words(work.status)} cannot be {done}.")


def _need(text: str, field: str, message: str) -> None:
    if not text.strip():
        raise BadAnswer(field, message)


def _name(user_id: int | None) -> str:
    return str(User.objects.filter(pk=user_id).first() or "")
