"""What a client's guide is made from, as it stands or as it stood: read here, in a fixed number of queries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clients.models import Client
from documents.guide.provision import UNTITLED, Provision, PublicTier
from sla.agreements import CalendarRef, Terms, live_calendars, live_terms
from sla.as_of import calendars_as_of, terms_as_of
from tiers.models import PolicyVersion, Tier
from tiers.policies import live_policies, live_policy
from vendors.models import ServiceAccount


def provision(
    client: Client, *, now: datetime, as_of: datetime | None = None, policy: Mapping[str, Any] | None = None
) -> Provision:
    """What holds for the client at `now`, or what held at `as_of`; under the document `policy` where one is given.

    Policies, agreements and calendars are those of `as_of`; who serves the client, and with what, is known only as it
    is now. Five queries, or four where a policy is given. Raises NoPolicy where no published policy covers the client.
    """
    document = policy if policy is not None else live_policy(client.name, _policies(as_of)).document
    calendars, terms = _promises(now, as_of)
    known = Tier.objects.values_list("name", "title", "level", "ola_id")
    accounts = ServiceAccount.objects.filter(client=client).select_related("service__vendor").order_by("service__name")
    return Provision(
        client=client.name,
        agreement_id=client.agreement_id,
        document=document,
        tiers={name: PublicTier(title or UNTITLED, level, terms.get(ola)) for name, title, level, ola in known},
        terms=terms,
        calendars={name: ref.calendar for name, ref in calendars.items()},
        services=tuple(account.service for account in accounts),
    )


def _policies(as_of: datetime | None) -> tuple[PolicyVersion, ...]:
    """The version of every policy that was the latest at `as_of`."""
    if as_of is None:
        return live_policies()
    published = PolicyVersion.objects.filter(number__isnull=False, published_at__lte=as_of).select_related("of")
    return tuple(published.order_by("of_id", "-number").distinct("of_id"))


def _promises(now: datetime, as_of: datetime | None) -> tuple[dict[str, CalendarRef], dict[int, Terms]]:
    if as_of is None:
        calendars = live_calendars()
        return calendars, live_terms(calendars, now=now)
    calendars = calendars_as_of(as_of)
    return calendars, terms_as_of(calendars, as_of=as_of)
