"""What people do to a ticket. Each verb: lock, check who, check what, move, write, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from tickets import handing, vendor_cases
from tickets.arrivals import skipped
from tickets.attached import enclose
from tickets.cases.answers import given_to, note_answers, without_secrets
from tickets.cases.engaging import check_reachable
from tickets.escalation import climb_to
from tickets.facts import RESOLVE, RESPOND, UPDATE
from tickets.handing import (
    answered,
    end_client_wait,
    end_hold,
    finish,
    hand_back,
    hold,
    pass_ball_to_us,
    take,
    take_ball,
    wait_on_client,
)
from tickets.loading import ended_clocks
from tickets.missing import begin_missing, note_terms
from tickets.models import VendorCase
from tickets.moves import event, start_update_clock, told_client
from tickets.notices import tell_assigned, tell_assignee, tell_managers, tell_step
from tickets.sentences import REOPENED, internal
from tickets.status import (
    CLOSED,
    IN_PROGRESS,
    MERGED,
    NEW,
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
from tickets.work import CaseInHand, Work
from tickets.working import BadAnswer, check_open, need, working
from tiers.models import Member
from vendors.models import Service

BOUNCES_TO_TELL = 3
LONGEST_WAIT = timedelta(days=366)


class AlreadyAcknowledged(NotAllowedNow):
    """Somebody else took it first; the message says who and when."""


def acknowledge(*, key: str, by: User, now: datetime, automatic: bool = False) -> None:
    """`by` takes the ticket: the acknowledgement clocks stop. Raises AlreadyAcknowledged, NotAllowedNow."""
    with working(key, by=by, now=now, touch=not automatic) as (work, at):
        if work.acknowledged_at and work.status == IN_PROGRESS:
            who = _name(work.acknowledged_by_id) or "somebody"
            raise AlreadyAcknowledged(f"{who} took it at {work.acknowledged_at:%Y-%m-%d %H:%M} UTC.")
        status = work.status
        if status not in (NEW, WAITING_ON_CLIENT, ON_HOLD) or (status != NEW and work.acknowledged_at):
            raise NotAllowedNow(f"A ticket that is {words(status)} cannot be acknowledged.")
        _take(work, by=by, now=at)
        if status != NEW:  # taken while it waits: the wait goes on
            work.status = status
        event(work, "ACKNOWLEDGED", f"{by} acknowledged it at {work.tier.name}.", now=at, by=by,
              client_text=work.say("Somebody is working on your request."))  # fmt: skip


def _take(work: Work, *, by: User, now: datetime) -> None:
    take(work, by_id=by.pk, by_email=by.email if by.is_person else "", now=now)


def assign(*, key: str, to: str, by: User, now: datetime) -> None:
    """Give it to a person, by address or name. Raises BadAnswer for one who is in no team."""
    with working(key, by=by, now=now) as (work, at):
        check_open(work, "assigned")
        person = _person(to)
        work.assignee_id, work.assignee = person.pk, person.email
        event(work, "ASSIGNED", f"{by} assigned it to {person}.", now=at, by=by)
        tell_assigned(work, person, by=by, now=at)


def escalate(*, key: str, why: str, by: User, now: datetime, to: str = "", tried: str = "") -> None:
    """Pass it to the next step that can be reached, or to the step named `to`; down is a new round.

    In: `tried`, what was tried so far, for those who get it.
    Raises BadAnswer for a missing why or an unknown step, NotAllowedNow where no step is left.
    """
    with working(key, by=by, now=now) as (work, at):
        check_open(work, "escalated")
        need(why, "why", "Say why: the next tier reads it first.")
        index = _wanted_step(work, to)
        if index == work.step and work.holder_kind == TIER:
            raise NotAllowedNow(f"It stands at {work.ladder.steps[index].name} already.")
        _take_back(work, why, now=at, to_vendor=work.ladder.steps[index].vendor)
        down = index <= work.step
        if down:
            work.round, work.bounces = work.round + 1, work.bounces + 1
        why_record = _why_escalated(work, index, why, tried)
        text = f"{why_record['from']} → {why_record['to']}: {by} escalated it: {why}"
        text += f" Tried: {tried}" if tried.strip() else ""
        climb_to(work, index, text=text, because=text, now=at, why=why_record, by=by)
        if work.ladder.steps[index].vendor:
            vendor_cases.prepare([vendor_cases.Request(work, work.service_id or 0, text, by=by)], now=at)
        if down and work.bounces == BOUNCES_TO_TELL:
            tell_managers(work, because=f"It bounces between tiers. {text}", now=at, occasion="bounces")


def _why_escalated(work: Work, index: int, why: str, tried: str) -> dict[str, Any]:
    record = {"by_hand": why, "from": work.tier.name, "to": work.ladder.steps[index].name, "policy": work.policy}
    told = {"tried": tried, "skipping": [work.ladder.steps[i].name for i in skipped(work, index)]}
    return record | {name: value for name, value in told.items() if value}


def _take_back(work: Work, why: str, *, now: datetime, to_vendor: bool) -> None:
    """Who passes a ticket on that a vendor has takes the ball back: the vendor's promises pause until it has it.

    On its way to another vendor the tier has the ticket, until that one's case is sent.
    """
    for case in [case for case in work.cases if case.with_vendor]:
        take = take_ball if to_vendor else pass_ball_to_us
        take(work, case, now=now, because=f"Taken back: {why}")


def wait(*, key: str, on: str, why: str, by: User, now: datetime, until: datetime | None = None) -> None:
    """Wait on the client, on the vendor of an open case, or hold until a moment; always with a why."""
    with working(key, by=by, now=now) as (work, at):
        need(why, "why", "Say what you are waiting for.")
        if until is not None and until <= at:
            raise BadAnswer("until", "Give a moment that lies ahead.")
        if until is not None and until > at + LONGEST_WAIT:
            raise BadAnswer("until", "Give a moment within a year.")
        match on:
            case "CLIENT":
                _wait_on_client(work, why, until, by=by, now=at)
            case "VENDOR":
                _wait_on_vendor(work, why, until, by=by, now=at)
            case "HOLD":
                _hold(work, why, until, by=by, now=at)
            case _:
                raise BadAnswer("on", "Must be one of CLIENT, VENDOR, HOLD.")


def _wait_on_client(work: Work, why: str, until: datetime | None, *, by: User, now: datetime) -> None:
    check_move(work.status, WAITING_ON_CLIENT)
    if work.status == WAITING_ON_CLIENT:
        raise NotAllowedNow("It is waiting on the client already.")
    wait_on_client(work, now=now, because=why, until=until)
    text = f"{by} waits for the client until {work.wake_at:%Y-%m-%d %H:%M} UTC: {why}"
    told = work.say("We need an answer from you before we can go on.")
    event(work, "WAITING", text, now=now, by=by, client_text=told)


def _wait_on_vendor(work: Work, why: str, until: datetime | None, *, by: User, now: datetime) -> None:
    case = _lodged_case(work)
    if case is None:
        raise NotAllowedNow("No case is lodged with a vendor; lodge one first.")
    if work.status == WAITING_ON_VENDOR:
        raise NotAllowedNow(f"It is waiting on {case.vendor} already.")
    hand_back(work, case, now=now, because=why)
    work.wake_at = until
    event(work, "WAITING", f"{by} waits for {case.vendor}: {why}", now=now, by=by,
          client_text=work.say("We are waiting for {vendor}.", vendor=case.vendor))  # fmt: skip


def _hold(work: Work, why: str, until: datetime | None, *, by: User, now: datetime) -> None:
    check_move(work.status, ON_HOLD)
    if until is None:
        raise BadAnswer("until", "Say until when; a hold ends by itself.")
    if work.holder_kind != TIER:
        raise NotAllowedNow(f"It is {words(work.status)}; resume it before you hold it.")
    hold(work, now=now, because=why, until=until)
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
    because = f"The client has answered. {why}".strip()
    end_client_wait(work, now=now, because=because)
    _tell_arrival(work, because, now=now)
    event(work, "RESUMED", f"{by}: the client has answered. {why}".strip(), now=now, by=by,
          client_text=work.say("We have your answer and go on."))  # fmt: skip


def _vendor_answered(work: Work, why: str, *, by: User, now: datetime) -> None:
    case = work.case_with_vendor
    assert case, "a ticket waits on a vendor only while its case has the ball"
    because = f"{case.vendor} has answered. {why}".strip()
    answered(work, case, now=now, because=because)
    event(work, "VENDOR_ANSWERED", f"{by}: {because}", now=now, by=by,
          client_text=work.say("{vendor} has answered; we go on from there.", vendor=case.vendor))  # fmt: skip
    _tell_arrival(work, because, now=now)


def _tell_arrival(work: Work, because: str, *, now: datetime) -> None:
    """The tier that has it again is told; a vendor that has it is not."""
    if work.status == NEW:
        tell_step(work, work.ladder.steps[work.step], because=because, now=now)


def resolve(
    *, key: str, summary: str, by: User, now: datetime, automatic: bool = False, files: Sequence[UploadedFile] = ()
) -> None:  # fmt: skip
    """It is done: clocks stop with their verdicts, open cases close, nobody holds it. The client reads the summary, and
    `files` go with it."""
    with working(key, by=by, now=now, touch=not automatic) as (work, at):
        check_move(work.status, RESOLVED)
        check_open(work, "resolved")
        need(summary, "summary", "Say in a sentence what was done; the client reads it.")
        finish(work, summary, now=at, by_person=not automatic)
        told = work.say("Resolved: {summary}", summary=summary)
        enclosed = enclose(work, files, public=True, by=by, now=at)
        text = f"{by} resolved it: {summary}"
        event(work, "RESOLVED", text, now=at, by=by, client_text=told, enclosed=enclosed)


def reopen(*, key: str, why: str, by: User, now: datetime) -> None:
    """It was not done after all: back to its last tier, in a new round; what was left of its time is left."""
    with working(key, by=by, now=now) as (work, at):
        if work.status != RESOLVED:
            follow = f" that follows {work.key}" if work.status == CLOSED else ""
            raise NotAllowedNow(f"A ticket that is {words(work.status)} cannot be reopened; open a new one{follow}.")
        need(why, "why", "Say what is still wrong.")
        open_again(work, why, by=by, now=at)


def open_again(work: Work, why: str, *, by: User | None, now: datetime) -> None:
    """Back to the last tier; the old verdict stands, a new RESOLVE clock goes on with what was left."""
    handing.open_again(work, now=now, because=f"Reopened: {why}", spent=_spent(work))
    begin_missing(work, now=now)
    note_terms(work)
    record = {} if by else {"rule": "CAME_BACK", "because": why}
    text = f"{by} reopened it: {why}" if by else internal(record)
    event(work, "REOPENED", text, now=now, by=by, client_text=work.say(REOPENED), why=record)
    _tell_arrival(work, f"Reopened: {why}", now=now)


def _spent(work: Work) -> dict[str, float]:
    """What RESOLVE had consumed when the ticket was resolved, and what a resolution without words has only ended."""
    ended = {clock.metric: clock for clock in ended_clocks(work.id) if clock.state != "SUPERSEDED"}
    replied = work.updated_at is not None and work.updated_at == work.resolved_at
    waiting = [m for m in (RESPOND, UPDATE) if m in ended and ended[m].stopped_at == work.resolved_at and not replied]
    goes_on = [m for m in (RESOLVE, *waiting) if m in ended]
    return {metric: ended[metric].consumed_seconds for metric in goes_on}


def reply(
    *, key: str, text: str, public: bool, by: User, now: datetime, automatic: bool = False,
    files: Sequence[UploadedFile] = (),
) -> None:  # fmt: skip
    """A public reply, which the client reads, or a work note, which it never does; `files` go with it."""
    with working(key, by=by, now=now, touch=not automatic) as (work, at):
        if work.status == MERGED:
            raise NotAllowedNow("A ticket that is merged is not written on; write on the one that goes on.")
        need(text, "body", "Write something.")
        kind = "PUBLIC_REPLY" if public else "WORK_NOTE"
        if public and work.status == CLOSED:
            raise NotAllowedNow(f"{work.key} is closed, the client reads it no more; open one that follows it.")
        if public and not automatic:
            told_client(work, now=at)
        enclosed = enclose(work, files, public=public, by=by, now=at)
        event(work, kind, text, now=at, by=by, client_text=text if public else "", enclosed=enclosed)
        said = f"{by} {'replied to the client' if public else 'noted'}: {text}"
        tell_assignee(work, said, by=by, now=at, occasion="written")
        if public and not automatic and work.status in OPEN_STATUSES:
            start_update_clock(work, now=at)


def lodge_case(
    *, key: str, service: str, answers: dict[str, str], why: str, by: User, now: datetime
) -> VendorCase:  # fmt: skip
    """Open a case by hand, or answer what an incomplete one still needs. Raises BadAnswer, NotAllowedNow."""
    with working(key, by=by, now=now) as (work, at):
        check_open(work, "passed to a vendor")
        chosen = _service(service)
        answers = without_secrets(work, chosen, answers)
        request = vendor_cases.Request(work, chosen.pk, why, answers=answers, by=by)
        opened = VendorCase.objects.filter(ticket_id=work.id, vendor=chosen.vendor).exclude(status="CLOSED").first()
        if opened is None:
            need(why, "why", "Say why the vendor is needed.")
            check_reachable(chosen)
            case = vendor_cases.prepare([replace(request, engaged_by=VendorCase.EngagedBy.HAND)], now=at)[0]
            note_answers(work, case, answers, by=by, now=at)
            return case
        if opened.status not in ("INCOMPLETE", "FAILED"):
            raise NotAllowedNow(f"A case about {opened.service.name} is {opened.status.lower()} already.")
        because = why or opened.because
        given = given_to(opened) | answers
        request = vendor_cases.Request(work, opened.service_id, because, answers=given, by=by)
        case = vendor_cases.complete(opened, request, now=at)
        note_answers(work, case, answers, by=by, now=at)
        return case


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


def _lodged_case(work: Work) -> CaseInHand | None:
    """The lodged case that matters: the latest whose ball is with its vendor, else the latest."""
    lodged = [case for case in work.cases if case.lodged_at]
    return work.case_with_vendor or (lodged[-1] if lodged else None)


def _name(user_id: int | None) -> str:
    return str(User.objects.filter(pk=user_id).first() or "")
