"""A case that did not reach its vendor goes on: to the next contact by itself, or to one that a person sends it to.

What was said so far goes with it, and the vendor's number. An address that is known to be bad is never written to.
"""

from datetime import datetime

from accounts.models import User
from outbox.alarms import raise_alarm
from tickets import handing
from tickets.cases import letters, tasks
from tickets.cases.chasing import said_about, to_call
from tickets.cases.delivered import is_undelivered
from tickets.cases.drafting import secrets_in, way_of
from tickets.cases.letter_words import lodged_anew
from tickets.cases.letters import Letter
from tickets.cases.lodging import MARKED, case_of, checked_number, keep_what_was_lodged
from tickets.cases.writing import give_back
from tickets.facts import VENDORS
from tickets.models import CaseMessage, CaseTask, VendorCase
from tickets.moves import event
from tickets.notices import tell_step
from tickets.sentences import internal
from tickets.status import NotAllowedNow
from tickets.vendor_cases import to_lodge
from tickets.work import Work
from tickets.working import check_open, working
from vendors.models import ContactPoint
from vendors.ways import BY_API, BY_HAND, EMAIL, Way, following


def to_next_contact(work: Work, case: VendorCase, *, to: str, because: str, now: datetime) -> None:
    """Mail about the case came back from the address `to`: who holds next gets it. In: the case of a ticket in hand.

    Where nobody can be written to, the vendor does not have the case: the ball is ours, and somebody is told and must
    call.
    """
    point = _after(case, to)
    if point is not None and point.kind == EMAIL:
        _write_to(work, case, point, letters.MAIL, came_back=to, because=because, by=None, now=now)
        return
    get_stuck(work, case, point, because=because, now=now)


def get_stuck(work: Work, case: VendorCase, point: ContactPoint | None, *, because: str, now: datetime) -> None:
    """Nothing can be sent: the ball is ours, somebody is told and must call `point` or, without one, find a contact."""
    held = work.case(case.pk)
    why = {"rule": "CASE_STUCK", "vendor": held.vendor, "because": because, "to": point.value if point else ""}
    if point is None and case.service.contact_points.filter(bad_since=None).exists():
        why["holds"] = True
    text = internal(why)
    event(work, "CASE_STUCK", text, now=now, why=why)
    tasks.open_task(case, *to_call(case, point), now=now)
    if held.with_vendor:
        handing.take_ball(work, held, now=now, because=text)
    home = work.ladder.tier_at_or_below(work.step)
    tell_step(work, home, because=text, now=now, occasion=f":stuck:{work.event_count}")
    raise_alarm(f"case:{case.pk}", f"{work.key}: {text}", now=now)


def is_stuck(case: VendorCase) -> bool:
    """Whether a person may send the case on: its contact does not hold, or what we sent did not reach the vendor.

    One that was only taken back is still with the vendor, and is not lodged again.
    """
    if case.status != VendorCase.Status.LODGED:
        return False
    ours = case.ball == VendorCase.Ball.US
    return is_with_bad_contact(case) or (ours and (is_undelivered(case) or _is_asked_for(case)))


def _is_asked_for(case: VendorCase) -> bool:
    """Whether somebody was asked to hand it over by telephone or on a portal."""
    wanted = to_lodge(case)
    return CaseTask.objects.filter(case=case, kind=CaseTask.Kind.CALL, text=wanted[:300], done_at=None).exists()


def is_with_bad_contact(case: VendorCase) -> bool:
    """Whether its contact point does not hold; what went through an API went to none."""
    point = case.contact_point
    return case.channel != BY_API and point is not None and point.bad_since is not None


def send_to_contact(*, key: str, case_id: int, by: User, now: datetime) -> None:
    """Send a stuck case, with what was said so far, to the contact that is usable now, after which the vendor has it.

    Where that is a portal or a hotline, somebody is asked to hand it over there. Raises NotAllowedNow where the case is
    not stuck, no contact holds or that was asked for already; NoSuchCase, NotYours.
    """
    with working(key, by=by, now=now) as (work, at):
        case = _stuck(work, case_id)
        way = way_of(case.service)
        if way.channel == BY_HAND:
            _ask(work, case, way, by=by, now=at)
            return
        before = case.contact_point.value if case.contact_point and case.contact_point.bad_since else ""
        channel = letters.API if way.channel == BY_API else letters.MAIL
        because = f"{by} has sent it on, with what was said so far"
        _write_to(work, case, way.point, channel, came_back=before, because=because, by=by, now=at)
        case.channel = way.channel
        case.save(update_fields=["channel"])
        _given(work, case, because=f"{by} has sent the case on", by=by, now=at)


def hand_over(*, key: str, case_id: int, number: str, by: User, now: datetime) -> None:
    """A person has given a stuck case to the vendor by telephone or on its portal: from now on the vendor has it.

    Raises BadAnswer for a number that is too long, NotAllowedNow where the case is not stuck; NoSuchCase, NotYours.
    """
    with working(key, by=by, now=now) as (work, at):
        case, number = _stuck(work, case_id), checked_number(number)
        case.number, case.channel = number or case.number, BY_HAND
        case.save(update_fields=["number", "channel"])
        _is_with(work, case, _by_hand(case))
        keep_what_was_lodged(case, by=by, now=at)
        named = f", their number is {number}" if number else ""
        text = f"{by} gave the case to {case.vendor} by hand{named}."
        event(work, MARKED, text, now=at, by=by, why={"case": case.pk, "number": number})
        _given(work, case, because=text, by=by, now=at)


def _after(case: VendorCase, to: str) -> ContactPoint | None:
    """Who gets it next: whom it was sent to where only a person of the vendor's was not reached, else the one after."""
    before = case.contact_point
    if before and before.bad_since is None and before.value.lower() != to.lower():
        return before
    return following(case.service.contact_points.all(), before.pk if before else None)


def _stuck(work: Work, case_id: int) -> VendorCase:
    case = case_of(work, case_id)
    check_open(work, "passed to a vendor")
    if case.lodged_at is None:
        raise NotAllowedNow("This case was not lodged yet; lodge it.")
    if not is_stuck(case):
        raise NotAllowedNow(f"{case.vendor} has this case: write to them, or note what they said.")
    return case


def _write_to(
    work: Work, case: VendorCase, point: ContactPoint | None, channel: str, *, came_back: str, because: str,
    by: User | None, now: datetime,
) -> None:  # fmt: skip
    """The case with what was said goes there, and counts as sent there from now on."""
    place = point.value if channel == letters.MAIL and point else "its API"
    why = {"rule": "CASE_FORWARDED", "vendor": case.vendor.name, "because": because, "to": place}
    event(work, "CASE_FORWARDED", internal(why), now=now, by=by, why=why)
    subject, body = lodged_anew(
        work.key, case.subject, instead_of=came_back, number=case.number, body=case.body,
        said=said_about([case.pk])[case.pk], zone=_zone(work, case),
    )  # fmt: skip
    known = channel == letters.API and _took_by_api(case)  # which is told of its case, and makes none anew
    kind = CaseMessage.Kind.REPLY if known else CaseMessage.Kind.LODGED
    letter = Letter(
        case, kind, key=f"{work.key}:case:{case.pk}:anew:{letters.next_seq(case)}",
        to=point.value if channel == letters.MAIL and point else "", subject=f"{subject} [{work.key}]", body=body,
        by=by, channel=channel, secrets=secrets_in(case),
    )  # fmt: skip
    letters.post([letter], now=now)
    _is_with(work, case, point)


def _took_by_api(case: VendorCase) -> bool:
    sent = CaseMessage.objects.filter(case=case, kind=CaseMessage.Kind.LODGED, message__kind=letters.API)
    return sent.filter(message__state="SENT").exists()


def _is_with(work: Work, case: VendorCase, point: ContactPoint | None) -> None:
    case.contact_point = point
    case.save(update_fields=["contact_point"])
    work.case(case.pk).contact_bad_since = None


def _by_hand(case: VendorCase) -> ContactPoint | None:
    """The portal or hotline that takes the case, None where none is known."""
    point = case.contact_point
    if point and point.bad_since is None and point.kind != EMAIL:
        return point
    way = way_of(case.service)
    return way.point if way.channel == BY_HAND else None


def _ask(work: Work, case: VendorCase, way: Way, *, by: User, now: datetime) -> None:
    """Somebody hands it over where nothing can be sent to; who did so says it by `hand_over`."""
    if way.point is None:
        raise NotAllowedNow(f"No contact of {case.service} holds: mend or add one in the directory, then send it.")
    _is_with(work, case, way.point)
    wanted, held = to_lodge(case), work.case(case.pk)
    if _is_asked_for(case):
        raise NotAllowedNow(f"That is asked for already: {wanted} Then say that they have it.")
    tasks.done(case, CaseTask.Kind.CONTACT, by=by, now=now)
    tasks.open_task(case, CaseTask.Kind.CALL, wanted, now=now)
    case.channel = BY_HAND
    case.save(update_fields=["channel"])
    text = f"{by} asks for it: {wanted}"
    event(work, "CASE_FORWARDED", text, now=now, by=by, why={"case": case.pk})
    if held.with_vendor:
        handing.take_ball(work, held, now=now, because=text)


def _given(work: Work, case: VendorCase, *, because: str, by: User, now: datetime) -> None:
    """Nobody need look for a contact or call any more, and the ball is the vendor's."""
    tasks.done(case, CaseTask.Kind.CONTACT, CaseTask.Kind.CALL, by=by, now=now)
    held = work.case(case.pk)
    if not held.with_vendor:
        give_back(work, held, now=now, because=because)


def _zone(work: Work, case: VendorCase) -> str:
    """The vendor's, as far as anything is promised on a calendar of its own."""
    targets = (handing.vendor_target(work, work.case(case.pk), metric) for metric in sorted(VENDORS))
    return next((target.calendar.calendar.timezone for target in targets if target), "UTC")
