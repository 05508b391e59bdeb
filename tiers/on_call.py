"""Who of a team is on call. Pure: a rotation and a moment in, an address out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def on_call_at(rotation: Mapping[str, Any], members: Sequence[str], now: datetime) -> str:
    """The address of who is on call at `now`; "" when nobody is.

    `rotation` is `{timezone, hand_over: "mon 09:00", days: 7, from: "2026-01-05", order: [addresses]}`; without one,
    the first member is. People hand over every `days` days, at the
    local time of the hand-over, also across DST changes.
    """
    order = [m for m in rotation.get("order") or members if m in members]
    if not order:
        return ""
    if not rotation:
        return order[0]
    local = now.astimezone(ZoneInfo(rotation["timezone"]))
    turns = (local.replace(tzinfo=None) - first_hand_over(rotation)) // timedelta(days=rotation.get("days", 7))
    return order[turns % len(order)]


def first_hand_over(rotation: Mapping[str, Any]) -> datetime:
    """The local moment at which the first of the order begins: the hand-over's weekday on or after `from`."""
    weekday, _, clock = rotation["hand_over"].partition(" ")
    start = date.fromisoformat(str(rotation["from"]))
    day = start + timedelta(days=(DAYS.index(weekday) - start.weekday()) % 7)
    return datetime.combine(day, time.fromisoformat(clock))
