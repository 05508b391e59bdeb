"""Where the policy version stands by which something was decided, from the name that its why-record gives."""

from collections.abc import Iterable

from tickets.models import Ticket
from tiers.models import Policy


def policy_links(ticket: Ticket, names: Iterable[str]) -> dict[str, str]:
    """The address by name ("Standard v7"); without those that no policy answers to any more.

    Those of the ticket's own policy cost no query.
    """
    wanted = {name: parts for name in names if (parts := _parts(name))}
    own = ticket.policy_version.of
    slugs = {own.name: own.slug}
    if others := {policy for policy, _ in wanted.values()} - slugs.keys():
        slugs |= dict(Policy.objects.filter(name__in=others).values_list("name", "slug"))
    return {
        name: f"/policies/{slugs[policy]}/?version={number}"
        for name, (policy, number) in wanted.items()
        if policy in slugs
    }


def _parts(name: str) -> tuple[str, str] | None:
    """ "Standard v7" as "Standard" and "7"; None for what is no published version's name."""
    policy, separator, number = str(name).rpartition(" v")
    return (policy, number) if separator and number.isascii() and number.isdigit() else None
