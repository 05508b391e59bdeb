"""How the queue stands for a reader: what its views count, whether its list has changed, what is unread. One query."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import reduce
from operator import and_
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import BitXor
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Extract, JSONObject, Now, TruncDate
from django.http import QueryDict
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.roles import MANAGERS
from tickets.calls import open_calls
from tickets.filter_names import names_hold
from tickets.models import DeskProfile, SavedView
from tickets.notified import unread
from tickets.queue_filters import filtered, given
from tickets.saved_views import Pinned, pinned
from vendors.verification import asked_of

SOON = "1h"
NO_TICKETS = "0.0"
# No view is counted further: it would cost more than it tells.
COUNTED_TO = 1000


@dataclass(frozen=True, slots=True)
class View:
    """A named view of the queue: the filters that make it, its title and icon."""

    query: str
    title: str
    icon: str


VIEWS = (
    View("", "All open", "inbox"),
    View("mine=true", "Mine", "user"),
    View("my_team=true", "My team", "users"),
    View("status=NEW", "Unacknowledged", "bell"),
    View("assignee=none", "Unassigned", "user-x"),
    View("holder=VENDOR", "With vendors", "truck"),
    View(f"breaching_within={SOON}", f"Breaching within {SOON[:-1]} h", "octagon-alert"),
    View("snoozed=true", "Snoozed", "pause"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts by a view's query, None where its filters cannot be read. `version` is compared, never read. `beside` is
    what waits on other pages, by the names of their URLs: calls to managers, mails to look at, contacts to verify.
    """

    version: str
    unread: int
    keys_on: bool
    beside: Mapping[str, int] = field(default_factory=dict)
    pinned: tuple[Pinned, ...] = ()
    counts: Mapping[str, int | None] = field(default_factory=dict)


class CountOf(Subquery):
    """How many rows a query has; one that is cut at some number is counted no further."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def standing(user: User, *, tickets: QuerySet | None = None, views: Iterable[Pinned] | None = None) -> Standing:
    """How it stands now; `tickets` is the list whose version is wanted, `views` are the pinned ones.

    Where those are not known yet, they are read in the same query, and counted in a second one.
    """
    known = tuple(views or ())
    counted = _counters(user, [*(view.query for view in VIEWS), *(view.query for view in known)])
    columns = {f"count_{i}": of for i, of in enumerate(counted.values()) if of is not None}
    waiting = {f"beside_{name}": CountOf(rows.order_by().values("pk")[:COUNTED_TO]) for name, rows in _waiting(user)}
    wanted = {**columns, **_desk(user), **waiting, "version": version(user, tickets)}
    if views is None:
        wanted["pinned"] = ArraySubquery(_pinned(user))
    row = User.objects.filter(pk=user.pk).values(**wanted).get()
    found = {query: row.get(f"count_{i}") for i, query in enumerate(counted)}
    if row.get("pinned"):
        known = tuple(Pinned(**one) for one in row["pinned"])
        found |= counts(user, [view.query for view in known])
    beside = {name.removeprefix("beside_"): row[name] for name in waiting}
    return Standing(row["version"], row["unread"], row["keys_on"], beside, known, found)


def counts(user: User, queries: Iterable[str]) -> dict[str, int | None]:
    """How many tickets stand in the views with these filters, up to COUNTED_TO; None where filters are wrong."""
    counted = _counters(user, queries)
    columns = {f"count_{i}": of for i, of in enumerate(counted.values()) if of is not None}
    row = User.objects.filter(pk=user.pk).values(**columns).get() if columns else {}
    return {query: row.get(f"count_{i}") for i, query in enumerate(counted)}


def version(user: User, tickets: QuerySet | None) -> Any:
    """What a list is compared by: its tickets, what happened on each, its deadlines; and what the rail shows beside it.

    It depends on what stands there, not on the order in which it came: nothing that is committed late is missed.
    """
    text, dot = TextField(), Value(".", output_field=TextField())
    nothing = Value(NO_TICKETS, output_field=text)
    listed = Coalesce(Subquery(_digest(tickets)), nothing) if tickets is not None else nothing
    told = Cast(CountOf(_unread(user)), text)
    return Concat(listed, dot, Cast(Coalesce(Subquery(_views_digest(user)), 0), text), dot, told)


def of_list(tickets: QuerySet, *, user: User) -> str:
    """The version of this list for `user`, by itself."""
    return str(User.objects.filter(pk=user.pk).values_list(version(user, tickets), flat=True).get())


def _counters(user: User, queries: Iterable[str]) -> dict[str, Any]:
    return {query: _counter(user, given(QueryDict(query))) for query in queries}


def _counter(user: User, params: QueryDict) -> Any:
    """The count of a list; None, in the database as well, for filters that cannot be read or name what is gone."""
    wanted = filtered(user, params)
    if not wanted.is_valid():
        return None
    count = CountOf(wanted.qs.order_by().values("pk")[:COUNTED_TO])
    known = names_hold(params, user)
    return Case(When(reduce(and_, known), then=count)) if known else count


def _desk(user: User) -> dict[str, Any]:
    """What else the desk's pages show of the reader."""
    keys = DeskProfile.objects.filter(user=OuterRef("pk")).values("single_keys")
    on = Value(True, output_field=BooleanField())
    return {"unread": CountOf(_unread(user)), "keys_on": Coalesce(Subquery(keys), on)}


def _waiting(user: User) -> Iterator[tuple[str, QuerySet]]:
    """What waits for the reader beside the queue, by the name of the URL where it does."""
    manages = bool(user.roles & MANAGERS)
    yield "calls", open_calls(user)
    yield "verification", asked_of(user, today=TruncDate(Now(), tzinfo=UTC), nobodys=manages)
    if manages:
        yield "mails-to-look-at", import_string(settings.MAILS_TO_LOOK_AT)()


def _unread(user: User) -> QuerySet:
    return unread(user).order_by().values("pk")[:COUNTED_TO]


def _pinned(user: User) -> QuerySet:
    return pinned(user).values_list(JSONObject(id="pk", name="name", query="query"), flat=True)


def _digest(tickets: QuerySet) -> QuerySet:
    """How many, and one number of all of them in whatever order: a row for a list that is not empty."""
    due = Coalesce(Cast(Extract("next_due_at", "epoch"), BigIntegerField()), 0, output_field=BigIntegerField())
    seen = _hash("hashint8extended", F("pk"), due + _hash("hashint8", F("event_count")))
    text = TextField()
    parts = (Cast(Count("pk"), text), Value(".", output_field=text), Cast(BitXor(seen), text))
    return _in_all(tickets, Concat(*parts))


def _views_digest(user: User) -> QuerySet:
    views = SavedView.objects.filter(pinned_by=user)
    words = Concat("name", Value("?"), "query", output_field=TextField())
    return _in_all(views, BitXor(_hash("hashtextextended", words, F("pk"))))


def _in_all(rows: QuerySet, digest: Any) -> QuerySet:
    """One value of all rows; nothing where there are none."""
    whole = rows.order_by().annotate(whole=Value(1)).values("whole")
    return whole.annotate(digest=digest).values_list("digest", flat=True)


def _hash(function: str, *of: Any) -> Func:
    return Func(*of, function=function, output_field=BigIntegerField())
