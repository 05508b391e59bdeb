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
from tiers.lint_vendors import vendor_faults
from tiers.models import PolicyVersion, Tier
from tiers.policies import live_policies


def services_in_policies(names: Collection[str]) -> list[dict[str, Any]]:
    """Each place of a live policy that names one of the services: service, policy, slug, place, client."""
    return [row for version in live_policies() for row in _places(version) if row["service"] in names]


def tier_levels() -> list[int]:
    """The level of each tier, from the first on."""
    return list(Tier.objects.order_by("level").values_list("level", flat=True))


def _places(version: PolicyVersion) -> Iterator[dict[str, Any]]:
    """Exceptions and rules that name a service, in order."""
    policy = {"policy": version.of.name, "slug": version.of.slug}
    for index, row in enumerate(version.document.get("exceptions") or (), start=1):
        if row.get("service"):
            yield policy | {
                "service": row["service"], "place": f"client exception {index}", "client": row.get("client", ""),
            }  # fmt: skip
    for rule in version.document.get("routing") or ():
        if (rule.get("then") or {}).get("service"):
            client = (rule.get("when") or {}).get("client", "")
            yield policy | {"service": rule["then"]["service"], "place": f"rule “{rule['name']}”", "client": client}


def faults_of(names: Collection[str], *, now: datetime) -> list[str]:
    """What the lint of the live policies says of these services, each with its way out, each once."""
    about = known(now=now)
    only = replace(about, services={name: row for name, row in about.services.items() if name in names})
    budget = Budget(MOST_STEPS)
    found = [
        f"{fault.words} {fault.remedy}"
        for version in live_policies()
        for fault in vendor_faults(version.document, only, now=now, budget=budget)
    ]
    return list(dict.fromkeys(found))
