"""What would be if a policy's document were live: which promises could then not be kept, and by which way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.models import Client
from tiers.models import Policy, PolicyVersion
from tiers.policies import live_policies
from tiers.promise_alarms import broken_in
from tiers.promises import Finding, survey


@dataclass(frozen=True, slots=True)
class Preview:
    """The promises that break by it, in words; every one that could not be kept; and what could not be checked."""

    newly: tuple[str, ...]
    broken: tuple[Finding, ...]
    checked: int
    faults: tuple[str, ...]


def preview(document: Mapping[str, Any], *, policy: Policy, now: datetime) -> Preview:
    """Hold every promise against the policies with `document` in place of the live version of `policy`.

    The document must be one in which `policy_check.problems` finds nothing: another has no ladder to be walked.
    """
    clients = Client.objects.all()
    live = live_policies()
    others = [version for version in live if version.of_id != policy.pk]
    before = broken_in(survey(clients, now=now, policies=live))
    found = survey(clients, now=now, policies=[*others, PolicyVersion(of=policy, document=dict(document))])
    findings = [finding for one in found for finding in one.findings]
    return Preview(
        newly=tuple(words for key, words in broken_in(found).items() if key not in before),
        broken=tuple(finding for finding in findings if not finding.alignment.attainable),
        checked=len(findings),
        faults=tuple(dict.fromkeys(fault for one in found for fault in one.faults)),
    )
