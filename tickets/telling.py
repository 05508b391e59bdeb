"""Telling colleagues of tickets: always in the page, by mail at once or later as each of them chose.

What is urgent goes through to everybody at once: a P1, and what somebody hears because it is on call for the team, or
because a manager was called. Addresses that are no colleague's, such as a team's mailbox, always get their mail at
once; who has left hears nothing, and where that would be all who should, the ticket's team hears of it instead.
`tell` is the one place through which mail about a ticket goes to our own people; `tell_apart` does the same for what
no ticket in hand causes.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import columnar
from accounts.models import User
from columnar import Json
from outbox.models import Message
from sla.agreements import live_calendars
from tickets.desk_profile import Listeners, listeners
from tickets.models import Notification
from tickets.moves import event, mail
from tickets.work import Work

URGENT_PRIORITY = "P1"
TITLE_LENGTH = 300
RUNG = "Told at once: everybody who should hear of it has quiet hours now or reads mail later."
GONE = "Told {who} instead: everybody who should hear of it has left."


def tell(
    work: Work, suffix: str, *, people: tuple[str, ...], subject: str, lines: list[str], now: datetime,
    urgent: bool = False, rung: Collection[str] = (), heard: bool = False, by: User | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Tell these addresses of the ticket in hand; the same `suffix` is one occasion, and is told once.

    In: `rung`, those whom it reaches at once since they are on call or called; `heard`, whether somebody must hear of
    it: where all would stay silent, all are told at once, and the timeline says so; `by`, who did what is told of.
    Returns whom it told.
    """
    people = _who_is_here(people, work.listeners) or _in_their_stead(work, people, by=by, now=now)
    urgent = urgent or work.priority == URGENT_PRIORITY
    now_told = _at_once(people, work.listeners, rung, urgent=urgent, now=now)
    if heard and people and not now_told:
        now_told, lines = people, [*lines, "", RUNG]
        event(work, "RUNG", RUNG, now=now, why={"told": list(people)})
    mail(work, suffix, to=now_told, subject=subject, lines=lines, now=now)
    occasion = _occasion(f"{work.key}:{suffix}", work.id, subject, lines, urgent=urgent, now=now)
    work.notifications += _rows(people, now_told, work.listeners, occasion)
    return people


def has_left(work: Work, address: str) -> bool:
    """Whether the address is that of somebody who worked here and does no more."""
    return not _who_is_here((address,), work.listeners)


def _who_is_here(people: Sequence[str], known: Listeners) -> tuple[str, ...]:
    return tuple(a for a in people if not ((listener := known.get(a.lower())) and listener.has_left))


def _in_their_stead(work: Work, left: Sequence[str], *, by: User | None, now: datetime) -> tuple[str, ...]:
    """The team that has the ticket, else the managers, where all who should hear of it have left; never `by` itself."""
    if not left:
        return ()
    team = work.roster.teams[work.team_id]
    of_team = (team.email,) if team.email else team.members
    for who, people in ((team.name, of_team), ("the managers", work.roster.managers)):
        if told := tuple(address for address in people if by is None or address != by.email):
            why = {"told": list(told), "left": list(left)}
            event(work, "RUNG", GONE.format(who=who), now=now, why=why)
            return told
    return ()


def was_told(work: Work, address: str) -> bool:
    """Whether whatever is being done to the ticket has told this colleague something already."""
    listener = work.listeners.get(address.lower())
    return listener is not None and any(row["user_id"] == listener.user_id for row in work.notifications)


def tell_apart(
    key: str, *, people: tuple[str, ...], subject: str, lines: list[str], now: datetime, ticket_id: int | None = None,
    urgent: bool = False,
) -> None:  # fmt: skip
    """Tell these addresses of something beside a ticket in hand, such as a hand-over; written at once.

    The same `key` is one occasion: a second time raises IntegrityError.
    """
    known = listeners(live_calendars())
    people = _who_is_here(people, known)
    now_told = _at_once(people, known, (), urgent=urgent, now=now)
    if now_told:
        payload = {"to": list(now_told), "subject": subject, "text": "\n".join(lines)}
        columnar.insert(Message, key=[key], kind="MAIL", payload=Json(payload), not_before=now, created_at=now)
    occasion = _occasion(key, ticket_id, subject, lines, urgent=urgent, now=now)
    columnar.insert_rows(Notification, _rows(people, now_told, known, occasion))


def _occasion(
    key: str, ticket_id: int | None, subject: str, lines: list[str], *, urgent: bool, now: datetime
) -> dict[str, Any]:  # fmt: skip
    text = "\n".join(lines)
    return {
        "ticket_id": ticket_id, "key": key, "title": subject[:TITLE_LENGTH], "text": text, "at": now, "urgent": urgent,
    }  # fmt: skip


def _at_once(
    people: Sequence[str], known: Listeners, rung: Collection[str], *, urgent: bool, now: datetime
) -> tuple[str, ...]:  # fmt: skip
    """Those whose mail leaves now."""
    return tuple(
        address
        for address in people
        if address in rung
        or not (listener := known.get(address.lower()))
        or listener.choice.leaves_at(now, urgent=urgent) == now
    )


def _rows(
    people: Sequence[str], now_told: Collection[str], known: Listeners, occasion: dict[str, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """One row for each colleague; what did not leave by mail waits for a digest, unless mail is never wanted."""
    found: dict[int, dict[str, Any]] = {}
    for address in people:
        if listener := known.get(address.lower()):
            mailed = address in now_told
            waits = not mailed and listener.choice.leaves_at(occasion["at"]) is not None
            row = {"user_id": listener.user_id, "to_mail": waits, "mailed_at": occasion["at"] if mailed else None}
            found[listener.user_id] = {**occasion, **row}
    return list(found.values())
