"""Which live policies name a vendor's service; settings name it for the floor of vendors, which knows no policies."""

from collections.abc import Collection, Iterator
from typing import Any

from tiers.models import PolicyVersion
from tiers.policies import live_policies


def services_in_policies(names: Collection[str]) -> list[dict[str, Any]]:
    """Each place of a live policy that names one of the services: service, policy, slug, place, client."""
    return [row for version in live_policies() for row in _places(version) if row["service"] in names]


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
