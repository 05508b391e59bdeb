"""To whom a side conversation may go: a team's people, the contacts of the ticket's vendors, or somebody else.

Never to the client: what is said in one is not for it.
"""

import re
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from accounts.models import User
from accounts.roles import OF_A_CLIENT
from clients.models import Contact
from tickets.models import Ticket
from tickets.working import BadAnswer
from tiers.models import Member, Team
from vendors.models import ContactPoint

MOST = 10
BETWEEN = re.compile(r"[,;\s]+")


def addresses_in(text: str) -> list[str]:
    """The mail addresses that somebody typed, with commas, semicolons or space between them."""
    return [part for part in BETWEEN.split(text.strip()) if part]


def of_team(team: Team) -> list[str]:
    """The team's own address, or else those of its people."""
    if team.email:
        return [team.email]
    people = Member.objects.filter(team=team, user__is_active=True)
    return list(people.values_list("user__email", flat=True))


def beside(team: Team, to: Iterable[str]) -> list[str]:
    """Those of these addresses that are neither the team's own nor one of its people's."""
    people = Member.objects.filter(team=team).values_list("user__email", flat=True)
    theirs = {address.lower() for address in (team.email, *people)}
    return [address for address in to if address.lower() not in theirs]


def vendor_contacts(ticket: Ticket) -> list[ContactPoint]:
    """Where the support of the ticket's service, and of those that it has cases with, can be written to."""
    services = {ticket.service_id, *ticket.vendor_cases.values_list("service_id", flat=True)} - {None}
    points = ContactPoint.objects.filter(service__in=services, kind=ContactPoint.Kind.EMAIL)
    return list(points.select_related("service__vendor").order_by("service__name", "order"))


def checked(to: Iterable[str], *, client_id: int) -> list[str]:
    """These addresses, each once. Raises BadAnswer for none, too many, a wrong one, the client's or our own."""
    found = list({address.lower(): address for address in to}.values())
    if not found:
        raise BadAnswer("to", "Give at least one mail address to write to.")
    if len(found) > MOST:
        raise BadAnswer("to", f"These are {len(found)} addresses; a side conversation has {MOST} at most.")
    for address in found:
        _check_form(address)
    _check_is_outside(found, client_id=client_id)
    return found


def _check_form(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise BadAnswer("to", f"“{address}” is no mail address.") from None
    ours = (settings.REPLY_ADDRESS.format(token=""), settings.ESCALATIONS_ADDRESS)
    head, at, domain = ours[0].lower().rpartition("@")
    wanted = address.lower()
    if wanted == ours[1].lower() or (wanted.startswith(head) and wanted.endswith(at + domain)):
        raise BadAnswer("to", f"{address} is the portal's own address.")


def _check_is_outside(found: Sequence[str], *, client_id: int) -> None:
    """The client's people must never read one, so nobody of it is written to."""
    named = [Q(email__iexact=address) for address in found]
    any_of_them = Q()
    for one in named:
        any_of_them |= one
    contact = Contact.objects.filter(any_of_them, client=client_id).select_related("client").first()
    if contact:
        words = f"{contact.email} is {contact} of {contact.client}, who must not read a side conversation."
        raise BadAnswer("to", f"{words} Write a public reply instead.")
    user = User.objects.filter(any_of_them, groups__name__in=OF_A_CLIENT).first()
    if user:
        raise BadAnswer("to", f"{user.email} signs in for a client, and no client reads side conversations.")
