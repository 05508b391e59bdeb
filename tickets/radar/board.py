"""The radar's board: which tickets stand in which lane. Read in two queries, three where a lane overflows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value

from accounts.models import User
from tickets.models import Ticket
from tickets.queue import FIRST_DUE, with_facts
from tickets.radar.lanes import INVESTIGATE, LANES, Lane, lane_of
from tickets.radar.standing import placed, unplaced

LANE_SIZE = 50
COUNTED_UP_TO = 1000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """A lane with the rows of its first tickets, next deadline first, and how many more there are.

    `more` is counted up to a limit only; at that it is "950 or more".
    """

    lane: Lane
    rows: Sequence[Row]
    more: int = 0

    @property
    def uncounted(self) -> bool:
        return len(self.rows) + self.more >= COUNTED_UP_TO


def board(user: User, *, client: str = "") -> list[Filled]:
    """The lanes as `user` sees them, of one client (by slug) or of all."""
    tickets = Ticket.objects.visible_to(user)
    if client:
        tickets = tickets.filter(client__slug=client)
    rows = _rows(tickets, user)
    lanes = {lane: [row for row in rows if lane_of(row["radar__score"]) is lane] for lane in LANES}
    full = [lane for lane, found in lanes.items() if len(found) > LANE_SIZE]
    counts = _counts(tickets, full)
    return [Filled(lane, found[:LANE_SIZE], max(counts.get(lane, 0) - LANE_SIZE, 0)) for lane, found in lanes.items()]


def _rows(tickets: QuerySet, user: User) -> list[Row]:
    """What all lanes show and one more of each, next deadline first."""
    first = [_first(found, LANE_SIZE + 1) for found in _parts(tickets)]
    shown = Ticket.objects.filter(pk__in=first[0].union(*first[1:], all=True))
    facts = with_facts(
        shown, user=user, opened=F("opened_at"), jira_key=F("radar__jira_key"), changed=F("radar__changed_at"),
        changed_by=F("radar__changed_by__name"),
    )  # fmt: skip
    return list(facts.order_by(FIRST_DUE, "pk"))


def _parts(tickets: QuerySet) -> list[QuerySet]:
    return [*(placed(tickets, lane) for lane in LANES), unplaced(tickets)]


def _first(tickets: QuerySet, most: int) -> QuerySet:
    return tickets.order_by(FIRST_DUE, "pk").values("pk")[:most]


def _counts(tickets: QuerySet, lanes: Sequence[Lane]) -> dict[Lane, int]:
    """How many stand in each of these lanes, as far as it is counted."""
    if not lanes:
        return {}
    parts = [(lane, placed(tickets, lane)) for lane in lanes]
    parts += [(lane, unplaced(tickets)) for lane in lanes if lane is INVESTIGATE]
    found = [Ticket.objects.filter(pk__in=_first(part, COUNTED_UP_TO)).order_by().annotate(lane=Value(lane.slug))
             .values("lane").annotate(n=Count("pk")).values_list("lane", "n") for lane, part in parts]  # fmt: skip
    counted = list(found[0].union(*found[1:], all=True))
    return {lane: min(sum(n for slug, n in counted if slug == lane.slug), COUNTED_UP_TO) for lane in lanes}
