"""Through whose eyes a client's page is read: one's own, or with `?see_as=` those of a person of the client."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from accounts.access_log import What, record
from accounts.models import User
from accounts.roles import MANAGERS, OF_A_CLIENT
from accounts.speech import asked_language
from clients.models import Client

DIGITS = 10
NOTED = "seen_as"
READ = "Their page was read as they see it"


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who reads, the `person` whose page is shown to somebody else, if it is, and the language that was asked for."""

    reader: User
    person: User | None = None
    lang: str = ""

    @property
    def query(self) -> str:
        """What the links of the page carry on: "?see_as=12&lang=de", or nothing."""
        carried = {"see_as": self.person.pk if self.person else "", "lang": self.lang}
        query = urlencode({key: value for key, value in carried.items() if value})
        return f"?{query}" if query else ""


def eyes(request: HttpRequest, client: Client, *, now: datetime) -> Eyes:
    """Whose page this is. Managers may read it as a person of the client does, and that they did is recorded,
    once for each person while they are signed in.

    Raises Http404 for everybody else who asks for it, and for a person who is not the client's.
    """
    asked, lang = request.GET.get("see_as"), asked_language(request)
    if asked is None:
        return Eyes(request.user, lang=lang)
    person = _person(asked, client) if request.user.roles & MANAGERS else None
    if person is None:
        raise Http404
    _note(request, person, client, now=now)
    return Eyes(person, person, lang)


def _note(request: HttpRequest, person: User, client: Client, *, now: datetime) -> None:
    noted, this = request.session.get(NOTED, []), [person.pk, client.pk]
    if this not in noted:
        record(What.ACCESS, by=request.user, person=person, about=client.slug, after=READ, now=now)
        request.session[NOTED] = [*noted, this]


def _person(asked: str, client: Client) -> User | None:
    if not (asked.isascii() and asked.isdigit() and len(asked) < DIGITS):
        return None
    groups = [f"{role} of {client.slug}" for role in OF_A_CLIENT]
    return User.objects.filter(pk=int(asked), is_active=True, groups__name__in=groups).distinct().first()
