"""Whether those exist whom filters name: a list that is empty because of a typing mistake says so, and so does a saved
view whose names are gone.

What holds a name is looked for among the clients that the reader may see: one that is hidden is as one that never was.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_

from django.db.models import Exists, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts.models import User
from clients.models import Client
from tickets.filters import ME, NOBODY, TicketFilter, called, named, parts
from tiers.models import Team, Tier
from vendors.models import Service, Vendor

NAMING = ("tier", "team", "client", "service", "vendor")
ASSIGNEE = "assignee"

Known = set[tuple[str, str]]


def unknown(chosen: TicketFilter, *, among: Collection[str] = (*NAMING, ASSIGNEE)) -> dict[str, str]:
    """By filter, a sentence about the first name in it that nobody has; one query, and none where no name is given.

    In: `among`, the filters of which anything is told.
    """
    given = {name: value for name in among if (value := chosen.form.cleaned_data.get(name))}
    known = _known({name: [value] for name, value in given.items()}, chosen.request.user)
    return {name: sentence for name, value in given.items() if (sentence := _sentence(name, value, known))}


def gone(filters: Sequence[Mapping[str, str]], user: User) -> list[list[str]]:
    """For each of these filters the names in them that nothing bears, a sentence each; one query for all of them."""
    given = {name: [params[name] for params in filters if name in params] for name in NAMING}
    known = _known({name: values for name, values in given.items() if values}, user)
    return [list(_gone(params, known)) for params in filters]


def _gone(params: Mapping[str, str], known: Known) -> Iterator[str]:
    for name in NAMING:
        for missing in _missing(name, params[name], known) if name in params else ():
            nothing = "No client that you may see" if name == "client" else "Nothing"
            yield f"{name}: {nothing} is called “{missing}”; it may have been renamed."


def names_hold(params: Mapping[str, str], user: User) -> list[Q]:
    """For each filter that names rows whether none is `gone`, to be asked within another query."""
    return [_hold(rows, params[name]) for name, rows in _rows(user).items() if name in params]


def _hold(rows: QuerySet, value: str) -> Q:
    """Whether all of it is one name, or each of those that commas part."""
    whole, *apart = [Q(Exists(rows.filter(called("name", name, slugs=True)))) for name in (value, *parts(value))]
    return whole | reduce(and_, apart) if len(apart) > 1 else whole


def _rows(user: User) -> dict[str, QuerySet]:
    """What bears the names, by filter."""
    return {
        "tier": Tier.objects.all(), "team": Team.objects.all(), "client": Client.objects.visible_to(user),
        "service": Service.objects.all(), "vendor": Vendor.objects.all(),
    }  # fmt: skip


def _known(given: Mapping[str, Collection[str]], user: User) -> Known:
    """Of the names that are given, by filter, those that somebody has: in small letters, with their slugs."""
    queries = [_bearing(name, values, user) for name, values in given.items()]
    if not queries:
        return set()
    first, *others = queries
    return {(kind, name.lower()) for kind, *spellings in first.union(*others, all=True) for name in spellings}


def _bearing(name: str, values: Collection[str], user: User) -> QuerySet:
    """Kind, name and slug of those whom the values name."""
    whom = Q(pk=None)
    if name == ASSIGNEE:
        for address in (address for value in values for address in _addresses(value)):
            whom |= Q(email__iexact=address)
        address = Cast("email", TextField())
        return User.objects.filter(whom).order_by().values_list(Value(name), address, address)
    for value in values:
        whom |= named("name", value, slugs=True)
    found = _rows(user)[name].filter(whom).order_by()
    return found.values_list(Value(name), Cast(F("name"), TextField()), Cast(F("slug"), TextField()))


def _addresses(value: str) -> list[str]:
    return [person for person in parts(value.lower()) if person not in (ME, NOBODY)]


def _missing(name: str, value: str, known: Known) -> list[str]:
    """The names in it that nobody has; none where all of it is one name."""
    if (name, value.strip().lower()) in known:
        return []
    return [part for part in parts(value) or [value] if (name, part.lower()) not in known]


def _sentence(name: str, value: str, known: Known) -> str:
    if name == ASSIGNEE:
        missing = [person for person in _addresses(value) if (name, person) not in known]
        return f"Nobody has the address “{missing[0]}”; write an address, me or none." if missing else ""
    missing = _missing(name, value, known)
    return f"There is no {name} “{missing[0]}”." if missing else ""
