"""Which policy applies: the live version for a client, and published documents by version."""

from collections.abc import Iterable, Sequence
from typing import Any

from sla.agreements import latest
from tiers.models import PolicyVersion


class NoPolicy(Exception):
    """No published policy covers this client; nobody would know who acts next."""


def live_policies() -> tuple[PolicyVersion, ...]:
    """The live version of every policy, in one query."""
    return tuple(latest(PolicyVersion))


def live_policy(client_name: str, versions: Sequence[PolicyVersion] | None = None) -> PolicyVersion:
    """The live version of the policy that lists the client, else of the one that is for everyone else.

    `versions` are the live ones, when they were read before. Raises NoPolicy when there is neither.
    """
    versions = live_policies() if versions is None else versions
    named = [v for v in versions if client_name in (v.document.get("clients") or ())]
    general = [v for v in versions if not v.document.get("clients")]
    if not (named or general):
        raise NoPolicy(f"No published policy covers {client_name}. Import or publish one first.")
    return (named or general)[0]


# Published versions never change, so their documents can be kept by id.
_documents: dict[int, tuple[str, dict[str, Any]]] = {}


def policy_documents(ids: Iterable[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Name ("Standard v7") and document of each version by id; those seen before cost no query."""
    wanted = set(ids)
    unknown = wanted - _documents.keys()
    if unknown:
        for version in PolicyVersion.objects.filter(pk__in=unknown).select_related("of"):
            _documents[version.pk] = (str(version), version.document)
    return {pk: _documents[pk] for pk in wanted}


def forget_documents() -> None:
    """Drop what is kept: for a database that was emptied, whose ids may come again."""
    _documents.clear()
