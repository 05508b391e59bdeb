"""What above this floor leans on services: policies that name them, and tickets. Settings say who knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User
from vendors.models import Service, Vendor

MOST_TICKETS = 20


@dataclass(frozen=True, slots=True)
class Naming:
    """One place of a live policy that names a service; `client` is whom it is for, "" for everyone.

    Of `service` "": it takes a ticket to whichever service that is about.
    """

    service: str
    policy: str
    slug: str
    place: str
    client: str

    def __str__(self) -> str:
        return f"{self.policy}, {self.place}"


@dataclass(frozen=True, slots=True)
class Use:
    """What leans on some services. `tickets` are the first open ones (key, title); `ended` is how many were before.

    `reaching` are the client exceptions that can take a ticket to them without naming them.
    """

    namings: tuple[Naming, ...]
    tickets: tuple[tuple[str, str], ...]
    open_count: int
    ended_count: int
    reaching: tuple[Naming, ...] = ()

    @property
    def keeps(self) -> bool:
        """Whether something must be changed elsewhere before these services can go."""
        return bool(self.namings or self.open_count)


def services_of(row: Vendor | Service) -> list[Service]:
    """The services that come and go with it."""
    return [row] if isinstance(row, Service) else list(row.services.all())


def use_of(services: Sequence[Service], *, reader: User | None = None) -> Use:
    """What leans on these services. Titles are those that `reader` may see; without one, of all tickets."""
    namings: list[dict[str, Any]] = import_string(settings.SERVICES_IN_POLICIES)([row.name for row in services])
    tickets, opened, ended = import_string(settings.SERVICES_IN_TICKETS)(
        [row.pk for row in services], reader=reader, most=MOST_TICKETS
    )
    places = [Naming(**row) for row in namings]
    named, reaching = (tuple(p for p in places if bool(p.service) == names) for names in (True, False))
    return Use(named, tuple(tickets), opened, ended, reaching)


def reasons_to_stay(use: Use) -> list[str]:
    """Why services cannot go yet, each with a way out; none when they can."""
    said = [f"{row.service} stands in the policy {row}: publish the policy without it first" for row in use.namings]
    if use.open_count:
        keys = ", ".join(key for key, _ in use.tickets[:MOST_TICKETS])
        more = f" and {use.open_count - len(use.tickets)} more" if use.open_count > len(use.tickets) else ""
        one = use.open_count == 1
        said.append(
            f"{'a ticket is' if one else f'{use.open_count} tickets are'} open about it ({keys}{more}): "
            f"resolve {'it' if one else 'them'} or change {'its' if one else 'their'} service first"
        )
    return said
