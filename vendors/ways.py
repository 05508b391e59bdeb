"""By which way a case reaches a service's support: by mail, through its API, or by hand, and through whom. Pure.

A contact point that mail came back from is passed over, until somebody has mended it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

EMAIL, PORTAL, HOTLINE = "EMAIL", "PORTAL", "HOTLINE"
BY_MAIL, BY_HAND, BY_API = "MAIL", "PORTAL", "API"


class Point(Protocol):
    """What is looked at of a contact point; `bad_since` is when it was found not to hold."""

    pk: int
    order: int
    kind: str
    value: str
    bad_since: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """How a case is lodged, and through which contact point, None where there is none and for an API.

    `because` says why not as the service wants it, "" where it is done so.
    """

    channel: str
    point: Point | None
    because: str = ""


def way(name: str, lodge_by: str, points: Iterable[Point]) -> Way:
    """How a case about the service of this name is lodged, which wants it by `lodge_by`.

    Where no mail address works it is lodged by hand; a service without a portal or hotline is written to.
    """
    holding = _holding(points)
    by_hand = [point for point in holding if point.kind != EMAIL]
    mails = [point for point in holding if point.kind == EMAIL]
    if lodge_by == BY_API:
        return Way(BY_API, None)
    if lodge_by == BY_MAIL and not mails:
        return Way(BY_HAND, next(iter(by_hand), None), _no_mail(name, points))
    if lodge_by == BY_HAND and (by_hand or not mails):
        return Way(BY_HAND, _first(by_hand, PORTAL), "" if by_hand else f"no portal and no hotline of {name} is known")
    return Way(BY_MAIL, mails[0], "" if lodge_by == BY_MAIL else f"no portal and no hotline of {name} is known")


def following(points: Iterable[Point], after: int | None) -> Point | None:
    """The next contact point that holds after the one with this id, the first where that is none; None for no such."""
    known = sorted(points, key=lambda point: point.order)
    orders = [point.order for point in known if point.pk == after]
    later = [point for point in _holding(known) if not orders or point.order > orders[0]]
    return next(iter(later), None)


def _holding(points: Iterable[Point]) -> list[Point]:
    return [point for point in sorted(points, key=lambda point: point.order) if point.bad_since is None]


def _first(points: Sequence[Point], kind: str) -> Point | None:
    return next((point for point in points if point.kind == kind), next(iter(points), None))


def _no_mail(name: str, points: Iterable[Point]) -> str:
    bad = [point.value for point in points if point.kind == EMAIL]
    return f"mail to {' and '.join(bad)} came back" if bad else f"{name} has no mail address"
