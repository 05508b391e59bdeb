"""Hand-over notes: what somebody who ends a shift leaves to the next on call, and who has read it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from clients.access import sight
from tickets import lifecycle
from tickets.models import HandOver, Ticket
from tickets.permissions import NotYours, can_work
from tickets.status import NotAllowedNow
from tickets.telling import tell_apart
from tickets.working import BadAnswer, need
from tiers.models import Member, Team

LONGEST_TEXT = 10_000
KEY = re.compile(r"\bESC-\d{1,12}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Left:
    """A note that was left, and the tickets that could not be handed on with it, each with why in words."""

    note: HandOver
    refused: Sequence[tuple[str, str]] = ()


@transaction.atomic
def leave(
    *, team: Team, text: str, to: User | None, keys: Sequence[str], assign: bool, by: User, now: datetime
) -> Left:  # fmt: skip
    """Leave a note to somebody, who is told, with the tickets that it is about; `assign` gives those to that person.

    A ticket that cannot be given on stays where it is, and is named; the note is left all the same. Raises NotYours
    for whoever is not in the team, BadAnswer for missing words, a receiver who is none, or a ticket that is not for
    the eyes of its readers.
    """
    if not Member.objects.filter(team=team, user=by).exists():
        raise NotYours(f"You are not in {team}.")
    need(text, "text", "Write what the next one must know.")
    if len(text) > LONGEST_TEXT:
        raise BadAnswer("text", f"Write at most {LONGEST_TEXT} characters.")
    receiver = _receiver(to, by)
    tickets = _tickets(keys, by)
    _check_eyes(tickets, _tickets(KEY.findall(text), by), team, receiver)
    note = HandOver.objects.create(team=team, by=by, to=receiver, text=text.strip(), at=now)
    note.tickets.set(tickets)
    _tell(note, receiver, now=now)
    refused = [told for ticket in tickets if assign and (told := _given(ticket, receiver, by=by, now=now))]
    return Left(note, refused)


def _receiver(to: User | None, by: User) -> User:
    if to is None:
        raise BadAnswer("to", "Choose who takes over.")
    if to == by:
        raise BadAnswer("to", "Choose somebody else than yourself.")
    if not Member.objects.filter(user=to, user__is_active=True).exists():
        raise BadAnswer("to", f"{to} is in no team.")
    return to


def _tickets(keys: Sequence[str], by: User) -> list[Ticket]:
    """The tickets that `by` sees of these, in one order for all who lock them."""
    wanted = Q()
    for key in keys:
        wanted |= Q(pk__in=Ticket.objects.by_key(key).values("pk"))
    return list(Ticket.objects.visible_to(by).filter(wanted).order_by("pk")) if keys else []


def _check_eyes(ticked: Collection[Ticket], named: Collection[Ticket], team: Team, receiver: User) -> None:
    """What goes along is for the receiver's eyes, what is named in the words for those of the whole team."""
    for field, tickets, people, words in (
        ("tickets", ticked, [receiver], "Untick {key}: {who} may not see its client."),
        ("text", named, [*readers(team), receiver], "Take {key} out of the note: {who} may not see its client."),
    ):
        hidden = hidden_from(people, {ticket.client_id for ticket in tickets})
        for ticket in tickets:
            if ticket.client_id in hidden:
                raise BadAnswer(field, words.format(key=ticket.key, who=hidden[ticket.client_id]))


def readers(team: Team) -> list[User]:
    """Who reads the notes of a team."""
    return list(User.objects.filter(is_active=True, memberships__team=team).order_by("name", "email"))


def hidden_from(people: Sequence[User], clients: Collection[int]) -> Mapping[int, User]:
    """The clients that not all of these people may see, each with the first who may not. At most one query."""
    seen = sight(clients, [person.pk for person in people]) if clients else set()
    blind = {client: [person for person in people if (client, person.pk) not in seen] for client in clients}
    return {client: found[0] for client, found in blind.items() if found}


def _tell(note: HandOver, receiver: User, *, now: datetime) -> None:
    lines = [f"{note.by} hands over for {note.team}:", "", note.text, "", f"{settings.PUBLIC_URL}/shift/"]
    subject = f"Hand-over from {note.by}: {note.team}"
    tell_apart(f"hand-over:{note.pk}", people=(receiver.email,), subject=subject, lines=lines, now=now)


def _given(ticket: Ticket, to: User, *, by: User, now: datetime) -> tuple[str, str] | None:
    """Give the ticket on; what hinders it, in words."""
    if not can_work(to, ticket.client_id):
        return ticket.key, f"{to} may not work on it."
    try:
        with transaction.atomic():
            lifecycle.assign(key=ticket.key, to=to.email, by=by, now=now)
    except (NotAllowedNow, NotYours) as error:
        return ticket.key, str(error)
    return None


@transaction.atomic
def read(*, pk: int, by: User, now: datetime) -> HandOver:
    """Say that the note was read; whoever said so first has. Raises HandOver.DoesNotExist for what is not for `by`,
    NotAllowedNow for one's own note."""
    note = readable(by).select_for_update(of=("self",)).get(pk=pk)
    if note.by_id == by.pk:
        raise NotAllowedNow("You left this note yourself.")
    if note.read_at is None:
        note.read_by, note.read_at = by, now
        note.save(update_fields=["read_by", "read_at"])
    return note


def readable(user: User) -> QuerySet[HandOver]:
    """The notes that are for the person: of its teams, to it, or by it."""
    teams = Member.objects.filter(user=user).values("team")
    return HandOver.objects.filter(Q(team__in=teams) | Q(to=user) | Q(by=user))
