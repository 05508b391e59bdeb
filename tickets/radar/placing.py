"""Putting a ticket on the radar, moving it there, and taking it off. The client never hears of it.

A place on the radar says how the trouble is looked at, and does nothing about it: it answers no call of a manager, and
a ticket that nobody has touched stays one.
"""

from datetime import datetime

from accounts.models import User
from tickets.changing import Conflict
from tickets.models import RadarEntry, TicketEvent
from tickets.moves import event
from tickets.radar.lanes import jira_key as key_of
from tickets.radar.lanes import lane_of, stands, version
from tickets.status import CLOSED, MERGED, NotAllowedNow, words
from tickets.work import Work
from tickets.working import BadAnswer, working

RADAR = "RADAR"
NOWHERE = ""


class MovedMeanwhile(NotAllowedNow):
    """Somebody else moved it since the caller looked: `who` did, `at` which moment, and where it `stands` now."""

    def __init__(self, who: str, at: datetime | None, stands_now: str) -> None:
        super().__init__(f"{who} moved it meanwhile; it stands at {stands_now} now.")
        self.who, self.at, self.stands = who, at, stands_now


def place(
    *, key: str, score: int | None, jira_key: str, by: User, now: datetime, why: str = "", seen: str | None = None,
    read: int | None = None,
) -> None:  # fmt: skip
    """Put the ticket on the radar, or change its score or issue there; what is so already stays as it is.

    `seen` is the version (see `version_of`) that the caller looked at, and `read` the number of the ticket's events;
    None for whatever it is. Raises BadAnswer for a score or key that is none, MovedMeanwhile, Conflict, NotAllowedNow
    for a ticket that is closed or merged.
    """
    with working(key, by=by, now=now, touch=False) as (work, at):
        _check_state(work)
        entry = RadarEntry.objects.filter(ticket_id=work.id).first()
        _check_seen(work, entry, seen, read)
        issue = _checked(score, jira_key)
        if entry and (entry.score, entry.jira_key) == (score, issue):
            return
        RadarEntry.objects.update_or_create(
            ticket_id=work.id, defaults={"score": score, "jira_key": issue, "changed_by": by, "changed_at": at}
        )
        _tell(work, entry, stands(score, issue), why, by=by, now=at)


def remove(
    *, key: str, by: User, now: datetime, why: str = "", seen: str | None = None, read: int | None = None
) -> None:  # fmt: skip
    """Take the ticket off the radar. Raises NotAllowedNow where it is not on it, MovedMeanwhile, Conflict."""
    with working(key, by=by, now=now, touch=False) as (work, at):
        _check_state(work)
        entry = RadarEntry.objects.filter(ticket_id=work.id).first()
        _check_seen(work, entry, seen, read)
        if entry is None:
            raise NotAllowedNow(f"{work.key} is not on the radar.")
        entry.delete()
        _tell(work, entry, "off the radar", why, by=by, now=at)


def version_of(entry: RadarEntry | None) -> str:
    """What a place on the radar is compared by: each change of it makes another."""
    return version(entry.changed_at, entry.score, entry.jira_key) if entry else NOWHERE


def _check_state(work: Work) -> None:
    if work.status in (CLOSED, MERGED):
        raise NotAllowedNow(f"A ticket that is {words(work.status)} has no place on the radar.")


def _check_seen(work: Work, entry: RadarEntry | None, seen: str | None, read: int | None) -> None:
    if read not in (None, work.event_count):
        raise Conflict(f"{work.key} has changed since you read it.")
    if seen in (None, version_of(entry)):
        return
    last = TicketEvent.objects.filter(ticket=work.id, kind=RADAR).select_related("actor").order_by("-seq").first()
    here = stands(entry.score, entry.jira_key) if entry else "no place on the radar"
    raise MovedMeanwhile(str(last.actor) if last else "Somebody", last.at if last else None, here)


def _checked(score: int | None, written: str) -> str:
    try:
        lane_of(score)
    except ValueError as error:
        raise BadAnswer("score", str(error)) from None
    try:
        return key_of(written)
    except ValueError as error:
        raise BadAnswer("jira_key", str(error)) from None


def _tell(work: Work, before: RadarEntry | None, after: str, why: str, *, by: User, now: datetime) -> None:
    """The timeline says from where to where, and the why where one was given."""
    was = stands(before.score, before.jira_key) if before else "not on the radar"
    because = f": {why.strip()}" if why.strip() else ""
    record = {"by_hand": why.strip(), "changed": {"radar": [was, after]}}
    event(work, RADAR, f"{by} moved it on the radar: {was} → {after}{because}", now=now, by=by, why=record)
