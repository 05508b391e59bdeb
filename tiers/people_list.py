"""The list of people: who stands on it, and the few words that each row has."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import DateTimeField, Func, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import QueryDict

from accounts.clock import database_now
from accounts.models import Invitation, User
from accounts.people import NO_PASSWORD, STAFF_ROLES, has_joined, staff_role
from accounts.roles import CLIENT_USER, DECISION_MAKER
from clients.models import Client
from tiers.models import Member

PAGE_SIZE = 50
MOST_NAMES = 3
ACTIVE, INVITED, WAITING, LEFT = "active", "invited", "waiting", "deactivated"
STATES = {
    "": "Active and invited", INVITED: "Invited", WAITING: "Not joined", LEFT: "Deactivated", "all": "Everybody",
}  # fmt: skip
Row = dict[str, Any]


def context(params: QueryDict) -> dict[str, Any]:
    """What the list's template shows: four queries, whatever the number of people."""
    seen_by, now = clients_by_group()
    page = _page(params.get("page", ""))
    found = list(_filtered(params, now=now)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    return {
        "now": now,
        "rows": [row_of(user, seen_by) for user in found[:PAGE_SIZE]],
        "search": {"name": "q", "value": params.get("q", ""), "label": "Search people"},
        "filters": _filters(params),
        "narrowed": any(params.get(name) for name in ("q", "role", "state")),
        "previous_url": _url(params, page - 1) if page > 1 else "",
        "next_url": _url(params, page + 1) if len(found) > PAGE_SIZE else "",
        "words": f"{(page - 1) * PAGE_SIZE + 1}-{(page - 1) * PAGE_SIZE + min(len(found), PAGE_SIZE)}",
    }


def with_facts(users: QuerySet[User], *, now: datetime) -> QuerySet[User]:
    """Users with groups, teams and `invited_until`, as `row_of` reads them."""
    open_ones = Invitation.objects.filter(
        user=OuterRef("pk"), used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    members = Prefetch("memberships", queryset=Member.objects.select_related("team").order_by("team__name"))
    return users.prefetch_related("groups", members).annotate(invited_until=Subquery(open_ones.values("expires_at")))


def clients_by_group() -> tuple[dict[str, set[str]], datetime]:
    """The names of the clients that each group sees, by the group's name, and the moment at which that was so.

    "" has all clients there are.
    """
    seeing = ArrayAgg(
        "clientgroupobjectpermission__group__name", distinct=True, default=[],
        filter=Q(clientgroupobjectpermission__permission__codename="read_client_page"),
    )  # fmt: skip
    found: dict[str, set[str]] = {"": set()}
    at = Func(function="clock_timestamp", output_field=DateTimeField())
    rows = list(Client.objects.order_by().annotate(seeing=seeing).values_list("name", "seeing", at))
    for name, groups, _ in rows:
        for group in ["", *groups]:
            found.setdefault(group, set()).add(name)
    return found, rows[-1][2] if rows else database_now()


def row_of(user: User, seen_by: Mapping[str, set[str]]) -> Row:
    """One person in the words of the list."""
    groups = [group.name for group in user.groups.all()]
    state = state_of(user)
    return {
        "user": user,
        "role": role_words(user, groups),
        "teams": [member.team for member in user.memberships.all()],
        "clients": clients_words(groups, seen_by),
        "state": state,
    }


def state_of(user: User) -> str:
    """How a user that `with_facts` has read stands."""
    if not user.is_active:
        return LEFT
    if has_joined(user):
        return ACTIVE
    return INVITED if user.invited_until else WAITING


def role_words(user: User, groups: Iterable[str]) -> str:
    """The provider's role, or what a client's person is; "None" for neither."""
    of_clients = [role for role in (DECISION_MAKER, CLIENT_USER) if role in groups]
    return (staff_role(user) or " and ".join(of_clients) or "none").capitalize()


def clients_words(groups: Iterable[str], seen_by: Mapping[str, set[str]]) -> str:
    """Which clients these groups see, shortly."""
    seen = set().union(*(seen_by.get(group, ()) for group in groups))
    every = seen_by[""]
    if not seen:
        return "None"
    if seen == every and len(every) > 1:
        return "All"
    if len(seen) <= MOST_NAMES:
        return ", ".join(sorted(seen))
    return f"{len(seen)} of {len(every)}"


def _filtered(params: QueryDict, *, now: datetime) -> QuerySet[User]:
    users = with_facts(User.objects.filter(kind=User.Kind.PERSON), now=now).order_by("name", "pk")
    if words := params.get("q", "").strip():
        users = users.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if role := params.get("role", ""):
        users = users.filter(groups__name=role)
    never = Q(password__startswith=NO_PASSWORD, last_login__isnull=True)
    states = {
        "": Q(is_active=True),
        INVITED: Q(is_active=True, invited_until__isnull=False),
        WAITING: never & Q(is_active=True, invited_until__isnull=True),
        LEFT: Q(is_active=False),
    }
    return users.filter(states.get(params.get("state", ""), Q()))


def _filters(params: QueryDict) -> list[dict[str, Any]]:
    roles = {"": "All", **{role: role.capitalize() for role in (*STAFF_ROLES, DECISION_MAKER, CLIENT_USER)}}
    return [_select(params, "role", "Role", roles), _select(params, "state", "Who", STATES)]


def _select(params: QueryDict, name: str, label: str, words: Mapping[str, str]) -> dict[str, Any]:
    chosen = params.get(name, "")
    return {
        "name": name,
        "label": label,
        "options": [{"value": value, "label": said, "selected": value == chosen} for value, said in words.items()],
    }


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text[:6]) > 0 and len(text) < 7 else 1


def _url(params: QueryDict, page: int) -> str:
    place = params.copy()
    place["page"] = str(page)
    return f"?{place.urlencode()}"
