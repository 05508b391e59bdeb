"""Ledgers as they are stored, read for projections."""

from collections import defaultdict
from collections.abc import Iterable

from tickets.models import BallChange, CustodyChange
from tickets.projection import Ball, Held


def custody_of(ticket_id: int) -> list[Held]:
    """One ticket's custody in the order of time, without what it inherited from others."""
    return custody_by_ticket([ticket_id])[ticket_id]


def custody_by_ticket(ids: Iterable[int]) -> dict[int, list[Held]]:
    """The custody of each of these tickets in the order of time, without what they inherited."""
    rows = CustodyChange.objects.filter(ticket_id__in=ids, seq__gt=0)
    found: dict[int, list[Held]] = defaultdict(list)
    for ticket_id, *held in rows.order_by("ticket_id", "seq").values_list(
        "ticket_id", "holder_kind", "held", "began_at"
    ):
        found[ticket_id].append(Held(*held))
    return found


def balls_by_case(ticket_ids: Iterable[int]) -> dict[int, list[Ball]]:
    """The ball of each case of these tickets in the order of time."""
    rows = BallChange.objects.filter(case__ticket_id__in=ticket_ids).order_by("case_id", "seq")
    found: dict[int, list[Ball]] = defaultdict(list)
    for case_id, ball, began_at in rows.values_list("case_id", "ball", "began_at"):
        found[case_id].append(Ball(ball == "VENDOR", began_at))
    return found
