"""`manage.py check_alignment [--json]`: can every promise be kept? Exit 1 when one cannot."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.clock import database_now
from clients.models import Client
from sla.alignment import Stay
from sla.business_time import NeverOpens
from sla.durations import words
from tiers.policies import NoPolicy
from tiers.promises import Finding, Promise, check


class Command(BaseCommand):
    """Hold every promise against the longest way that the policies allow."""

    help = "Check for every minute of the coming year whether each promise can be kept; exit 1 when one cannot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, **options: Any) -> None:
        try:
            findings = check(Client.objects.all(), now=database_now())
        except (NoPolicy, NeverOpens) as error:
            raise CommandError(str(error), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps({"promises": [_row(finding) for finding in findings]}))
        else:
            self._tell(findings)
        self._note_untimed(findings)
        if not all(finding.alignment.attainable for finding in findings):
            sys.exit(1)

    def _tell(self, findings: list[Finding]) -> None:
        broken = [finding for finding in findings if not finding.alignment.attainable]
        self.stdout.write(f"{len(findings)} promises were checked, {len(broken)} cannot be kept.")
        for finding in broken:
            self.stdout.write(f"\n{_title(finding.promise)}: {words(-finding.alignment.slack_seconds)} short at worst.")
            for stay in finding.walk:
                self.stdout.write(f"  {_line(stay)}")

    def _note_untimed(self, findings: list[Finding]) -> None:
        for finding in findings:
            for who in finding.promise.untimed:
                self.stderr.write(
                    f"{_title(finding.promise)}: nothing says how long {who} may take, so it is in no sum."
                )


def _row(finding: Finding) -> dict[str, Any]:
    promise, found = finding.promise, finding.alignment
    return {
        "client": promise.client,
        "priority": promise.priority,
        "service": promise.service or None,
        "metric": promise.metric,
        "attainable": found.attainable,
        "worst_slack_seconds": found.slack_seconds,
        "counterexample": None if found.attainable else _counterexample(finding),
    }


def _counterexample(finding: Finding) -> dict[str, Any]:
    path = [
        {"who": stay.leg.who, "from": _z(stay.began_at), "until": _z(stay.ended_at), "open_seconds": stay.leg.seconds}
        for stay in finding.walk
    ]
    return {"start": _z(finding.alignment.worst_start), "path": path}


def _z(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _title(promise: Promise) -> str:
    about = ", ".join(part for part in (promise.client, promise.priority, promise.service) if part)
    calendar = promise.target.calendar.name
    return f"{about}: {promise.metric.lower()} within {words(promise.target.seconds)} ({calendar})"


def _line(stay: Stay) -> str:
    wall = round((stay.ended_at - stay.began_at).total_seconds())
    return (
        f"{stay.leg.who}: {stay.began_at:%a %d %b %Y %H:%M} to {stay.ended_at:%a %d %b %Y %H:%M} UTC, "
        f"{words(stay.leg.seconds)} open in {words(wall)}, {words(stay.counted_seconds)} of the promise"
    )
