"""Live policies and a vendor's services: who names them, and what the lint says of them.

Settings name these for the floor of vendors, which knows no policies.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.pattern_texts import Budget
from tiers.lint import MOST_STEPS
from tiers.lint_facts import known
from tiers.lint_known import Known
from tiers.lint_vendors import vendor_faults
from tiers.models import PolicyVersion, Tier
from tiers.policies import live_policies


def services_in_policies(names: Collection[str]) -> list[dict[str, Any]]:
    """Each place of a live policy that names one of the services: service, policy, slug, place, client.

    Where there are services, also each client exception that takes a ticket to whichever its own is: of service "".
    """
    reach = {*names, ""} if names else set()
    return [row for version in live_policies() for row in _places(version) if row["service"] in reach]


def tier_levels() -> list[int]:
    """The level of each tier, from the first on."""
    return list(Tier.objects.order_by("level").values_list("level", flat=True))


def _places(version: PolicyVersion) -> Iterator[dict[str, Any]]:
    """Exceptions and rules that name a service, in order; exceptions with a vendor step of their own name any."""
    policy = {"policy": version.of.name, "slug": version.of.slug}
    for index, row in enumerate(version.document.get("exceptions") or (), start=1):
        if row.get("service") or any(step.get("vendor") for step in row.get("steps") or ()):
            yield policy | {
                "service": row.get("service", ""), "place": f"client exception {index}",
                "client": row.get("client", ""),
            }  # fmt: skip
    for rule in version.document.get("routing") or ():
        if (rule.get("then") or {}).get("service"):
            client = (rule.get("when") or {}).get("client", "")
            yield policy | {"service": rule["then"]["service"], "place": f"rule “{rule['name']}”", "client": client}


def faults_of(names: Collection[str], *, now: datetime) -> list[str]:
    """What the lint of each live policy says of those of these services that it names, with its way out, each once."""
    about, budget = known(now=now), Budget(MOST_STEPS)
    found = [
        f"{fault.words} {fault.remedy}"
        for version in live_policies()
        for fault in vendor_faults(version.document, _named_in(version, about, names), now=now, budget=budget)
    ]
    return list(dict.fromkeys(found))


def _named_in(version: PolicyVersion, about: Known, names: Collection[str]) -> Known:
    """What is known, of services only those of `names` that the policy names itself."""
    named = {row["service"] for row in _places(version)}
    rows = {name: row for name, row in about.services.items() if name in names and name in named}
    return replace(about, services=rows)
