"""Finding anything: tickets, clients, vendors, documents, people, saved views, pages, and what can be done to a ticket.

Everybody finds what they may open, and nothing else. Tickets cost one query, all that has a name one more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Case, F, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from accounts.roles import DESK, MANAGERS
from clients.models import Client
from documents.models import Document
from tickets.filters import ANY
from tickets.models import Ticket
from tickets.saved_views import visible_to
from tickets.search import matching
from tickets.search_words import Piece, Search, Word, marked, nearest, searched
from tickets.standing import VIEWS
from tickets.status import OPEN_STATUSES, words
from tickets.verbs import offered
from vendors.models import Service, Vendor

PER_GROUP = 5
REMEMBERED = 300  # titles of the latest tickets, among which the right spelling of a word is looked for
TITLES = "title"  # the kind under which they are read


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its title, where it leads, its icon, and a few words that tell it from others."""

    title: str
    url: str
    icon: str
    note: str = ""
    words: tuple[Word, ...] = ()

    @property
    def pieces(self) -> list[Piece]:
        """The title with what was looked for told apart."""
        return marked(self.title, self.words)


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind; `more` leads to all of them, "" where these are all."""

    name: str
    hits: Sequence[Hit]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, what of the words was not looked for, and what may have been meant."""

    groups: list[Group]
    notes: tuple[str, ...] = ()
    meant: str = ""


def find(typed: str, *, user: User, about: str = "", pages: Iterable[Hit] = ()) -> Found:
    """What `user` finds by these words, in groups of at most five; without words what there is to do and to open.

    `about` is the key of the ticket that is looked at; `pages` are those that the user may open.
    """
    search = searched(typed)
    there_is_nothing = bool(search.notes) and not search.words
    tickets = _tickets(search, typed, user) if search.words else Group("Tickets", ())
    named = [] if there_is_nothing else _named(search, user, spelling=not tickets.hits)
    titles = [name for kind, _, name, _ in named if kind == TITLES]
    acts, goes = _with_words(_verbs(about, user), search), _with_words([*_actions(user), *pages, *_views()], search)
    ordered = [Group("Do", acts), tickets, *_groups(named), Group("Go to", goes if search.words else goes[:12])]
    groups = [] if there_is_nothing else [group for group in ordered if group.hits]
    known = [*titles, *(name for kind, _, name, _ in named if kind != TITLES)]
    meant = nearest(search.words, known) if search.words and not groups else ""
    return Found([_marked(group, search) for group in groups], search.notes, meant)


def _marked(group: Group, search: Search) -> Group:
    return replace(group, hits=[replace(hit, words=search.words) for hit in group.hits])


def _with_words(hits: Iterable[Hit], search: Search) -> list[Hit]:
    """Those in whose title every word stands."""
    return [hit for hit in hits if all(word.text in hit.title.lower() for word in search.words)]


# Tickets


def _tickets(search: Search, typed: str, user: User) -> Group:
    """The one whose key it is first, then open ones, then the latest."""
    keys = [word.ticket for word in search.words if word.ticket is not None] or [0]
    rank = Case(
        When(pk__in=keys, then=0), When(status__in=OPEN_STATUSES, then=1), default=2, output_field=IntegerField()
    )
    found = matching(Ticket.objects.visible_to(user), search)
    rows = found.order_by(rank, "-pk").values("pk", "title", "client__name", "status", "priority")
    hits = [_ticket(row) for row in rows[: PER_GROUP + 1]]
    return Group("Tickets", hits[:PER_GROUP], _in_queue(typed) if len(hits) > PER_GROUP else "")


def _ticket(row: Mapping[str, str]) -> Hit:
    key = f"ESC-{row['pk']}"
    note = f"{row['priority']} · {row['client__name']} · {words(row['status']).capitalize()}"
    return Hit(f"{key} {row['title']}", f"/tickets/{key}/", "ticket", note)


def _in_queue(typed: str) -> str:
    """The same search in the queue, with the tickets that ended, which are found here too."""
    place = QueryDict(mutable=True)
    place["status"], place["q"] = ANY.lower(), typed
    return f"{reverse('queue')}?{place.urlencode()}"


# What has a name: kind, what its address is made of, name, and a note

Row = tuple[str, str, str, str]
KINDS = {
    "client": ("Clients", "building-2"), "vendor": ("Vendors and services", "truck"),
    "document": ("Documents", "book-open"), "person": ("People", "user"), "view": ("Saved views", "filter"),
}  # fmt: skip


def _named(search: Search, user: User, *, spelling: bool) -> list[Row]:
    """What has these words in its name; `spelling`: titles of tickets too, to look for what may have been meant."""
    queries = list(_queries(search, user)) if search.words else [_views_of(search, user)]
    if spelling and search.words:
        titles = Ticket.objects.visible_to(user).order_by("-pk")
        queries.append(_as_rows(titles, TITLES, "title", "pk", Value(""), limit=REMEMBERED))
    first, *others = queries
    return sorted(first.union(*others, all=True), key=lambda row: row[2].lower())


def _queries(search: Search, user: User) -> Iterator[QuerySet]:
    """One for each kind that the user may open."""
    yield _as_rows(_holding(Client.objects.visible_to(user), search), "client", "name", "slug", Value(""))
    yield _as_rows(_holding(Vendor.objects.all(), search), "vendor", "name", "slug", Value(""))
    services = _holding(Service.objects.all(), search)
    yield _as_rows(services, "vendor", "name", "vendor__slug", F("vendor__name"))
    documents = _holding(Document.objects.visible_to(user), search)
    yield _as_rows(documents, "document", "name", "slug", F("kind"))
    yield _views_of(search, user)
    if user.roles & MANAGERS:
        people = User.objects.filter(kind=User.Kind.PERSON, is_active=True)
        yield _as_rows(_holding(people, search, "name", "email"), "person", "name", "pk", F("email"))


def _views_of(search: Search, user: User) -> QuerySet:
    return _as_rows(_holding(visible_to(user), search), "view", "name", "query", Value(""))


def _holding(rows: QuerySet, search: Search, *fields: str) -> QuerySet:
    """Those that have every word in one of the fields, in the name unless others are given."""
    for word in search.words:
        here = Q()
        for field in fields or ("name",):
            here |= Q(**{f"{field}__icontains": word.text})
        rows = rows.filter(here)
    return rows


def _as_rows(rows: QuerySet, kind: str, name: str, place: str, note: Value | F, *, limit: int = PER_GROUP) -> QuerySet:
    text = TextField()
    shown = (Value(kind, text), Cast(place, text), Cast(name, text), Cast(note, text))
    # Some kinds have an order of their own that reads other tables; what is cut here is cut by name.
    return (rows if rows.query.order_by else rows.order_by(name, "pk")).values_list(*shown)[:limit]


def _groups(rows: Iterable[Row]) -> Iterator[Group]:
    by_kind: dict[str, list[Hit]] = {kind: [] for kind in KINDS}
    for kind, place, name, note in rows:
        if kind in by_kind:
            by_kind[kind].append(Hit(name, _address(kind, place), KINDS[kind][1], _note(kind, note)))
    for kind, hits in by_kind.items():
        yield Group(KINDS[kind][0], hits[:PER_GROUP])


def _address(kind: str, place: str) -> str:
    if kind == "view":
        return f"{reverse('queue')}?{place}" if place else reverse("queue")
    return reverse(kind, args=[place])


def _note(kind: str, note: str) -> str:
    return Document.Kind(note).label if kind == "document" else note


# What can be done, and where one can go


def _verbs(about: str, user: User) -> list[Hit]:
    """The verbs that the ticket of this key allows the user now; nothing for one that the user may not see."""
    may_work = Q(client__in=Client.objects.visible_to(user, "work_client"))
    found = Ticket.objects.visible_to(user).annotate(may_work=may_work).values("pk", "status", "may_work")
    for row in found.by_key(about) if about else ():
        key = f"ESC-{row['pk']}"
        return [
            Hit(f"{verb.label} {key}", f"/tickets/{key}/{verb.noun}/", verb.icon)
            for verb in offered(row["status"], may_work=row["may_work"])
        ]
    return []


def _actions(user: User) -> Iterator[Hit]:
    if user.roles & DESK:
        yield Hit("New ticket", reverse("new-ticket"), "plus")


def _views() -> Iterator[Hit]:
    queue = reverse("queue")
    for view in VIEWS:
        yield Hit(f"Queue: {view.title}", f"{queue}?{view.query}" if view.query else queue, view.icon)
