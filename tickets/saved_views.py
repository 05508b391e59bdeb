"""Saved views: named filters of the queue, a person's own or a team's, and who has pinned which to the rail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, Q, QuerySet
from django.http import QueryDict

from accounts.models import User
from accounts.roles import MANAGERS
from tickets.filter_names import gone
from tickets.models import SavedView
from tickets.queue_filters import LONGEST_QUERY, canonical, filtered, given, problems
from tiers.models import Member, Team

MOST = 100


@dataclass(frozen=True, slots=True)
class Pinned:
    """A saved view that the reader has pinned."""

    id: int
    name: str
    query: str


class CannotSave(ValueError):
    """A view that cannot be kept so; `field` is what is wrong with it: name, team or query."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def visible_to(user: User) -> QuerySet[SavedView]:
    """The views that `user` may use: the own ones, those of the own teams, and for managers those of every team."""
    managing = Exists(User.groups.through.objects.filter(user=user, group__name__in=MANAGERS))
    of_teams = Q(team__in=Member.objects.filter(user=user).values("team"))
    return SavedView.objects.filter(Q(owner=user, team=None) | of_teams | (Q(team__isnull=False) & Q(managing)))


def pinned(user: User) -> QuerySet[SavedView]:
    """The views that stand in the rail of `user`, by name."""
    return visible_to(user).filter(pinned_by=user).order_by("name", "pk")


def own_teams(user: User) -> QuerySet[Team]:
    """The teams that `user` may keep views for: the own ones, for managers every team."""
    if user.roles & MANAGERS:
        return Team.objects.order_by("name")
    return Team.objects.filter(members__user=user).order_by("name")


def may_change(user: User, view: SavedView) -> bool:
    """Whether `user` may rename or delete it: whoever made it, and managers what is a team's."""
    return view.owner_id == user.pk or (view.team_id is not None and bool(user.roles & MANAGERS))


def faults(user: User, queries: Sequence[str]) -> list[list[str]]:
    """For each query why it cannot be read now, or what it names that is gone, sentences; nothing for good ones."""
    asked = [given(QueryDict(query)) for query in queries]
    unread = [problems(filtered(user, params)) for params in asked]
    missing = gone([{} if wrong else params for params, wrong in zip(asked, unread, strict=True)], user)
    return [[*wrong, *names] for wrong, names in zip(unread, missing, strict=True)]


@transaction.atomic
def save_view(*, name: str, query: str, team: Team | None, by: User, now: datetime) -> SavedView:
    """Keep these filters under a name, for oneself or a team, pinned to one's own rail. Raises CannotSave."""
    if visible_to(by).filter(owner=by).count() >= MOST:
        raise CannotSave("name", f"You have {MOST} views, which is as many as there can be. Delete one first.")
    view = SavedView(owner=by, made_at=now)
    _put(view, name=name, query=query, team=team, by=by)
    view.pinned_by.add(by)
    return view


@transaction.atomic
def change_view(view: SavedView, *, name: str, query: str, team: Team | None, by: User) -> None:
    """Rename it, give it other filters, or to a team; without one it is its owner's alone. Raises CannotSave."""
    if not may_change(by, view):
        raise CannotSave("name", f"“{view.name}” belongs to {view.owner}; save one of your own.")
    _put(view, name=name, query=query, team=team, by=by)


def remove_view(view: SavedView, *, by: User) -> None:
    """Delete it for everybody who uses it. Raises CannotSave."""
    if not may_change(by, view):
        raise CannotSave("name", f"“{view.name}” belongs to {view.owner}; unpin it if you do not need it.")
    view.delete()


def pin(view: SavedView, *, by: User) -> None:
    """It stands in the rail of `by`."""
    view.pinned_by.add(by)


def unpin(view: SavedView, *, by: User) -> None:
    """It stands there no more."""
    view.pinned_by.remove(by)


def _put(view: SavedView, *, name: str, query: str, team: Team | None, by: User) -> None:
    view.name, view.team, view.query = _name(name), team, _query(query, by)
    if team and not own_teams(by).filter(pk=team.pk).exists():
        raise CannotSave("team", f"You are not in {team}; save it for a team of yours, or for yourself.")
    with _one_of_a_name(view, by):
        view.save()


def _name(name: str) -> str:
    if not name.strip():
        raise CannotSave("name", "Give the view a name.")
    return name.strip()


def _query(query: str, by: User) -> str:
    kept = canonical(query)
    [wrong] = faults(by, [kept])
    if wrong:
        raise CannotSave("query", " ".join(wrong))
    if len(kept) > LONGEST_QUERY:
        raise CannotSave("query", "These filters are too long to be kept; shorten the words that are searched for.")
    return kept


@contextmanager
def _one_of_a_name(view: SavedView, by: User) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        whose = "You have" if view.team is None and view.owner == by else f"{view.team or view.owner} has"
        raise CannotSave("name", f"{whose} a view named “{view.name}” already; choose another name.") from error
