"""Whether those exist whom filters name: a list that is empty because of a typing mistake says so."""

from collections.abc import Mapping

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts.models import User
from clients.models import Client
from tickets.filters import ME, NOBODY, TicketFilter, named, parts
from tiers.models import Team, Tier
from vendors.models import Service, Vendor

WORDS = {"tier": "tier", "team": "team", "client": "client", "service": "service", "vendor": "vendor"}


def unknown(chosen: TicketFilter) -> dict[str, str]:
    """By filter, a sentence about the first name in it that nobody has; one query, and none where no name is given."""
    given = {name: chosen.form.cleaned_data.get(name) or "" for name in (*WORDS, "assignee")}
    given = {name: value for name, value in given.items() if value}
    queries = [_known(name, value, chosen.request.user) for name, value in given.items()]
    if not queries:
        return {}
    first, *others = queries
    known = {(kind, name.lower()) for row in first.union(*others, all=True) for kind, name in _spellings(*row)}
    return {name: sentence for name, value in given.items() if (sentence := _sentence(name, value, known))}


def _known(name: str, value: str, user: User) -> QuerySet:
    """Kind, name and slug of those whom the value names."""
    if name == "assignee":
        whom = Q(pk=None)
        for address in _addresses(value):
            whom |= Q(email__iexact=address)
        address = Cast("email", TextField())
        return User.objects.filter(whom).order_by().values_list(Value(name), address, address)
    rows: Mapping[str, QuerySet] = {
        "tier": Tier.objects.all(), "team": Team.objects.all(), "client": Client.objects.visible_to(user),
        "service": Service.objects.all(), "vendor": Vendor.objects.all(),
    }  # fmt: skip
    found = rows[name].filter(named("name", value, slugs=True)).order_by()
    return found.values_list(Value(name), Cast(F("name"), TextField()), Cast(F("slug"), TextField()))


def _spellings(kind: str, name: str, slug: str) -> list[tuple[str, str]]:
    return [(kind, name), (kind, slug)]


def _addresses(value: str) -> list[str]:
    return [person for person in parts(value.lower()) if person not in (ME, NOBODY)]


def _sentence(name: str, value: str, known: set[tuple[str, str]]) -> str:
    if name == "assignee":
        missing = [person for person in _addresses(value) if (name, person) not in known]
        return f"Nobody has the address “{missing[0]}”; write an address, me or none." if missing else ""
    if (name, value.strip().lower()) in known:
        return ""
    missing = [part for part in parts(value) or [value] if (name, part.lower()) not in known]
    return f"There is no {WORDS[name]} “{missing[0]}”." if missing else ""
