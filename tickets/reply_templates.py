"""Words kept ready for replies, notes and the words that verbs ask for: whose they are, and filled for a ticket."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from accounts.languages import say_in
from accounts.models import User
from accounts.roles import MANAGERS
from documents.guide.plain_words import long_moment
from tickets.facts import RESOLVE
from tickets.models import Clock, ReplyTemplate, Ticket
from tickets.placeholders import fault, filled, first_name
from tickets.working import BadAnswer
from tiers.models import Member, Team

Use = ReplyTemplate.Use
LONGEST = 5_000
LONGEST_NAME = 60
MOST_QUICK = 9
# Which words each verb's form takes: by its noun, the field and what stands in it.
USES = {
    "escalation": {"why": Use.ESCALATION, "tried": Use.TRIED},
    "wait": {"why": Use.WAIT},
    "resolution": {"summary": Use.RESOLUTION},
}
RELATED = ("client", "contact", "asset", "service__vendor", "team")


class NotYourTemplate(Exception):
    """This template belongs to another team, or to all, and is a manager's to change."""


def offered(user: User) -> QuerySet[ReplyTemplate]:
    """Those that `user` may insert: all people's, and those of one's own teams."""
    own = Member.objects.filter(user=user).values("team")
    return ReplyTemplate.objects.filter(Q(team=None) | Q(team__in=own)).order_by("use", "order", "name", "pk")


def quick_words(*, noun: str, ticket_id: int, user: User) -> list[dict[str, Any]]:
    """What a verb's dialog offers: for each `field` a `label` and at most nine `words`, filled for this ticket.

    Each text has its `number` (the key that inserts it), `name` and `words`. Two or three queries; none for a verb that
    takes no such words.
    """
    uses = USES.get(noun, {})
    rows = list(offered(user).filter(use__in=uses.values())) if uses else []
    if not rows:
        return []
    facts = facts_of(ticket_id, user=user)
    groups = [(field, [row for row in rows if row.use == use][:MOST_QUICK]) for field, use in uses.items()]
    return [
        {"field": field, "label": Use(uses[field]).label, "words": _numbered(found, facts)}
        for field, found in groups
        if found
    ]


def _numbered(rows: list[ReplyTemplate], facts: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"number": number, "name": row.name, "words": filled(row.text, facts)} for number, row in enumerate(rows, 1)
    ]


def composer(ticket_id: int, *, user: User) -> list[dict[str, Any]]:
    """The templates of public replies and work notes: each with `use`, its `label`, `name` and `words`."""
    rows = list(offered(user).filter(use__in=(Use.REPLY, Use.NOTE)).order_by("-use", "order", "name", "pk"))
    facts = facts_of(ticket_id, user=user) if rows else {}
    return [
        {"use": row.use, "label": row.get_use_display(), "name": row.name, "words": filled(row.text, facts)}
        for row in rows
    ]  # fmt: skip


def facts_of(ticket_id: int, *, user: User) -> dict[str, str]:
    """What the placeholders stand for on this ticket when `user` writes."""
    ticket = Ticket.objects.select_related(*RELATED).get(pk=ticket_id)
    contact = ticket.contact.name if ticket.contact else ""
    return {
        "client": ticket.client.name,
        "contact": contact,
        "contact_first_name": first_name(contact),
        "key": ticket.key,
        "title": ticket.title,
        "service": ticket.service.name if ticket.service else "",
        "vendor": ticket.service.vendor.name if ticket.service else "",
        "device": ticket.asset.name if ticket.asset else ticket.device_name,
        "error_code": ticket.error_code,
        "me": user.name or user.email,
        "team": ticket.team.name,
        "due": _due(ticket),
    }


def _due(ticket: Ticket) -> str:
    """By when a solution was promised, on the client's clock and in its language; "" while nothing is promised or its
    time stands still."""
    promised = Clock.objects.filter(ticket=ticket, metric=RESOLVE, stopped_at=None, due_at__isnull=False)
    due: datetime | None = promised.order_by(F("due_at")).values_list("due_at", flat=True).first()
    if due is None:
        return ""
    return long_moment(due, zone=ZoneInfo(ticket.client.timezone), say=say_in(ticket.client.language))


def teams_of(user: User) -> QuerySet[Team]:
    """The teams whose templates `user` may edit: all for managers, else one's own."""
    teams = Team.objects.order_by("name")
    return teams if is_manager(user) else teams.filter(members__user=user)


def is_manager(user: User) -> bool:
    """Whether `user` keeps the templates that belong to nobody's team."""
    return not MANAGERS.isdisjoint(user.roles)


@transaction.atomic
def keep(
    template: ReplyTemplate, *, name: str, use: str, text: str, team: Team | None, by: User, order: int = 0
) -> ReplyTemplate:  # fmt: skip
    """Keep a new template, or an edited one. Raises NotYourTemplate, and BadAnswer with the field that is wrong."""
    if template.pk:
        _check_whose(template.team_id, by)
    _check_whose(team.pk if team else None, by)
    _check_words(name, text)
    template.name, template.use, template.text = name.strip(), use, text.strip()
    template.team, template.order = team, order
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        whose = f"{team} has" if team else "There is"
        raise BadAnswer("name", f"{whose} a template “{name}” for this already: choose another name.") from None
    return template


def _check_words(name: str, text: str) -> None:
    if not name.strip():
        raise BadAnswer("name", "Give it a short name, by which it is found.")
    if not text.strip():
        raise BadAnswer("text", "Write the words that are to be inserted.")
    if wrong := fault(text):
        raise BadAnswer("text", wrong)


def remove(template: ReplyTemplate, *, by: User) -> None:
    """Take a template away; what was written with it stays. Raises NotYourTemplate."""
    _check_whose(template.team_id, by)
    template.delete()


def _check_whose(team_id: int | None, by: User) -> None:
    if not is_manager(by) and (team_id is None or not teams_of(by).filter(pk=team_id).exists()):
        whose = "of another team" if team_id else "for everybody"
        raise NotYourTemplate(f"Templates {whose} are kept by managers; you keep those of your own teams.")
