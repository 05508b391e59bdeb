"""What happens next if nobody acts, as the ticket's page tells it: when, why, and who hears of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tickets.arrivals import promise
from tickets.models import Ticket, VendorCase
from tickets.outlook import MANAGERS, Coming, outlook
from tickets.status import CLIENT, TIER
from tickets.work import Work

Shown = dict[str, Any]


def coming(
    work: Work, ticket: Ticket, case: VendorCase | None, vendors: Mapping[str, str], *, now: datetime
) -> list[Shown]:  # fmt: skip
    """The next three things: `at`, `what`, `why`, `reaches` (who hears of it, in words), `climbs`."""
    vendor = case.vendor.name if case else work.service
    holding = work.case_with_vendor.vendor if work.case_with_vendor else ""

    def promised(index: int, metric: str, at: datetime) -> tuple[int, datetime] | None:
        return promise(work, index, metric, at)

    def gaps(at: datetime) -> tuple[str, ...]:
        return work.roster.gaps(work.ladder, work.roster.absences(at))

    ahead = outlook(work.facts(), promise=promised, gaps=gaps, vendor=vendor, vendors=vendors, holding=holding)
    return [_told(work, ticket, one, now=now) for one in ahead]


def _told(work: Work, ticket: Ticket, one: Coming, *, now: datetime) -> Shown:
    reaches = _reaches(work, ticket, one, at=max(now, one.at))
    return {"at": one.at, "what": one.what, "why": one.why, "reaches": reaches, "climbs": one.to is not None}


def _reaches(work: Work, ticket: Ticket, one: Coming, *, at: datetime) -> str:
    """Who hears of it then."""
    match one.reaches:
        case kind if kind == TIER:
            step = one.to if one.to is not None else work.ladder.home(work.step)
            return _of_tier(work, step, at)
        case kind if kind == MANAGERS:
            return (
                _listed([work.roster.called(one) for one in work.roster.managers])
                or work.roster.teams[work.team_id].name
            )
        case kind if kind == CLIENT:
            return str(ticket.contact or "")
    return ""


def _of_tier(work: Work, index: int, at: datetime) -> str:
    team = work.roster.tiers[work.ladder.steps[index].tier].team
    on_call = work.roster.called(team.on_call(at))
    return f"{on_call}, on call for {team.name}" if on_call else team.name


def _listed(people: Sequence[str]) -> str:
    """Two by name, the others by their number."""
    if len(people) <= 2:
        return " and ".join(people)
    return f"{', '.join(people[:2])} and {len(people) - 2} more"
