"""Everything that one ticket's page shows, read in a fixed number of queries; each panel has its own module."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from tickets import attached, linked
from tickets.cases.shown import cases_of
from tickets.clock_panel import clocks
from tickets.coming import coming
from tickets.custody_panel import custody
from tickets.drafts import draft_of
from tickets.facts import MANAGER_RESPOND, case_subject
from tickets.forms import TO_ANSWER
from tickets.loading import in_hand
from tickets.models import Ticket
from tickets.permissions import can_work
from tickets.presence import others
from tickets.queue import with_facts
from tickets.radar import panel as radar
from tickets.related import related
from tickets.reply_form import ReplyForm
from tickets.rows import row_of
from tickets.side import panel as side
from tickets.story import Asked, latest_call, story
from tickets.vendor_panel import vendors
from tickets.verbs import Verb, offered
from tickets.work import Work

Shown = dict[str, Any]

JOINED = (
    "client", "contact", "asset__site", "service__vendor", "source", "assignee", "acknowledged_by", "team", "tier",
    "policy_version__of",
)  # fmt: skip
# What one does at once stands as a button; the rest is in the menu beside them.
PRIMARY = ("acknowledgement", "resumption", "reopening")
AT_HAND = (*PRIMARY, "escalation", "wait", "resolution", "assignment")
# These have a place of their own on the page.
ELSEWHERE = ("replies", "case-answers")
KEYS = {
    "acknowledgement": "a", "escalation": "e", "wait": "w", "vendor-cases": "v", "resolution": "r",
}  # fmt: skip


def context(ticket: Ticket, *, user: User, wanted: Asked, now: datetime) -> Shown:
    """The template's whole context for a ticket that `user` may see; it comes with what JOINED names."""
    [work] = in_hand([ticket.pk], now=now)
    cases = cases_of(ticket)
    case = next((c for c in cases if c.status != "CLOSED"), None)
    values = with_facts(Ticket.objects.filter(pk=ticket.pk), user=user).get()
    may_work = bool(values["workable"])
    named = {case_subject(c.pk): c.vendor.name for c in cases}
    panels = _panels(ticket, user=user, may_work=may_work)
    return {
        "ticket": ticket,
        "row": row_of(values, now=now, zone=timezone.get_current_timezone()),
        "now": now,
        "may_work": may_work,
        "snoozed_until": values.get("snoozed_until"),
        **_way(ticket, wanted.came_from),
        **_offered(ticket, may_work=may_work),
        **_writing(work, ticket, user=user, now=now),
        "story": story(ticket, wanted, attached.by_entry(panels.get("files", ()))),
        "called": _called(work, ticket),
        **_merged(ticket, user=user),
        "coming": coming(work, ticket, case, named, now=now),
        "clocks": clocks(ticket, named, now=now),
        **custody(ticket, now=now),
        **vendors(work, ticket, cases, may_work=may_work, now=now),
        "asking": case if case and case.status in TO_ANSWER else None,
        "on_call": work.roster.called(work.tier.team.on_call(now)),
        **related(ticket, user=user),
        "others": others(ticket.pk, user=user, now=now),
        **panels,
    }


def part(ticket: Ticket, *, user: User, wanted: Asked, now: datetime) -> Shown:
    """Only what the timeline needs, for those who page or filter it."""
    files = attached.by_entry(attached.files_of(ticket, user=user))
    may_work = can_work(user, ticket.client_id)
    return {"ticket": ticket, "story": story(ticket, wanted, files), "now": now, "may_work": may_work}


def _way(ticket: Ticket, came_from: str) -> Shown:
    """Back to the list that the reader came from, and on to the ticket after this one; no way on without a list."""
    if not came_from:
        return {"back_url": "/tickets/", "next_url": ""}
    of_list = QueryDict(came_from, mutable=True)
    of_list.pop("at", None)
    query = of_list.urlencode()
    after = urlencode({"from": came_from, "after": ticket.key})
    return {"back_url": f"/tickets/?{query}" if query else "/tickets/", "next_url": f"/tickets/next/?{after}"}


def _panels(ticket: Ticket, *, user: User, may_work: bool) -> Shown:
    """What the page's own rooms add to it, each to be printed by its template in `tickets/parts/`."""
    rooms = (attached, linked, side, radar)
    return {name: value for room in rooms for name, value in room.panel(ticket, user=user, may_work=may_work).items()}


def _offered(ticket: Ticket, *, may_work: bool) -> Shown:
    """`can`, the nouns of what may be done now; `actions` as buttons, `more_actions` in the menu of who may work."""
    verbs = offered(ticket.status, may_work=may_work)
    shown = [_action(ticket, verb) for verb in verbs if verb.noun not in ELSEWHERE]
    return {
        "can": {verb.noun for verb in verbs},
        "actions": [action for action in shown if action["at_hand"] or not may_work],
        "more_actions": [action for action in shown if may_work and not action["at_hand"]],
    }


def _action(ticket: Ticket, verb: Verb) -> Shown:
    return {
        "url": f"/tickets/{ticket.key}/{verb.noun}/", "verb": verb, "primary": verb.noun in PRIMARY,
        "at_hand": verb.noun in AT_HAND, "key": KEYS.get(verb.noun, ""),
    }  # fmt: skip


def _writing(work: Work, ticket: Ticket, *, user: User, now: datetime) -> Shown:
    """The composer's form, with what the reader had begun to write."""
    draft = draft_of(ticket, user=user)
    begun = {"audience": draft.audience, "body": draft.body} if draft else None
    return {"draft": draft, "composer": ReplyForm(work=work, now=now, user=user, initial=begun)}


def _called(work: Work, ticket: Ticket) -> Shown | None:
    """The call of a manager that nobody has answered yet."""
    waits = any(clock.metric == MANAGER_RESPOND for clock in work.open_clocks)
    return latest_call(ticket) if waits else None


def _merged(ticket: Ticket, *, user: User) -> Shown:
    """The ticket that goes on for this one, and those that go on here, as far as `user` may see them."""
    tied = Q(pk__in=[ticket.merged_into_id, ticket.follows_id]) | Q(merged_into=ticket.pk) | Q(follows=ticket.pk)
    seen = Ticket.objects.visible_to(user).filter(tied)
    found: Sequence[Ticket] = list(seen.only("pk", "title", "merged_into", "follows").order_by("pk"))
    by_pk: Mapping[int, Ticket] = {t.pk: t for t in found}
    return {
        "goes_on_as": by_pk.get(ticket.merged_into_id or 0),
        "takes_up": by_pk.get(ticket.follows_id or 0),
        "taken_up_by": [t for t in found if t.follows_id == ticket.pk],
        "merged_from": [t for t in found if t.merged_into_id == ticket.pk],
    }
