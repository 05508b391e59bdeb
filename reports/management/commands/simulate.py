"""`manage.py simulate --policy live|NAME@7|FILE --since DATE [--json]`: past tickets under another policy."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.clock import database_now
from accounts.yaml_source import BadYaml, read
from reports.past_tickets import past_tickets, waits_of
from reports.policy_replay import policy_named
from reports.replay import Began, Past, Replayed, replay
from tickets.models import Ticket
from tiers.policies import NoPolicy, live_policies, live_policy
from tiers.policy_check import normal, problems
from tiers.roster import roster

Documents = Mapping[str, Any] | None  # None: to each client its live policy
EVERY = 10_000_000


class Command(BaseCommand):
    """Replay past tickets; see `reports.replay` for what is reckoned and what is not."""

    help = "Tell where past tickets would begin, and how far they would climb, under a policy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--policy", required=True, help="live, NAME@7 for a version, or a YAML file")
        parser.add_argument("--since", required=True, help="a day such as 2026-05-03, in UTC")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, **options: Any) -> None:
        since, document, now = _since(options["since"]), _document(options["policy"]), database_now()
        pasts = past_tickets(Ticket.objects.all(), since=since, limit=EVERY)
        try:
            replayed = _replayed(document, pasts, now=now)
            before = _under_their_own(pasts, now=now)
        except NoPolicy as error:
            raise CommandError(str(error), returncode=2) from None
        told = _told(replayed, before)
        self.stdout.write(json.dumps(told) if options["json"] else _words(told))


def _replayed(document: Documents, pasts: list[Past], *, now: datetime) -> list[Replayed]:
    live, waits = live_policies(), waits_of(roster(now=now))
    chosen = [document or live_policy(past.request.client, live).document for past in pasts]
    return [replay(one, [past], waits=waits, now=now)[0] for one, past in zip(chosen, pasts, strict=True)]


def _under_their_own(pasts: list[Past], *, now: datetime) -> list[Replayed]:
    waits = waits_of(roster(now=now))
    return [replay(past.own, [past], waits=waits, now=now)[0] for past in pasts]


def _told(replayed: list[Replayed], before: list[Replayed]) -> dict[str, Any]:
    return {
        "tickets": len(replayed),
        "differences": [_difference(row) for row in replayed if _place(row.began) != _place(row.past.stored)],
        "escalations": {"before": sum(r.climbs for r in before), "after": sum(r.climbs for r in replayed)},
    }


def _place(began: Began) -> tuple[str, str]:
    return began.tier, began.priority


def _difference(row: Replayed) -> dict[str, Any]:
    stored, now = ({"tier": b.tier, "priority": b.priority} for b in (row.past.stored, row.began))
    return {"ticket": row.past.key, "stored": stored, "replayed": now}


def _words(told: Mapping[str, Any]) -> str:
    escalations = told["escalations"]
    lines = [
        f"{told['tickets']} tickets were replayed; {len(told['differences'])} would begin elsewhere.",
        f"Escalations for want of an acknowledgement: {escalations['before']} before, {escalations['after']} after.",
    ]
    for row in told["differences"]:
        was, is_ = row["stored"], row["replayed"]
        lines.append(f"  {row['ticket']}: {was['priority']} at {was['tier']}, then {is_['priority']} at {is_['tier']}")
    return "\n".join(lines)


def _since(written: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(written), time(), tzinfo=UTC)
    except ValueError:
        raise CommandError(f"--since: “{written}” is not a day such as 2026-05-03", returncode=2) from None


def _document(written: str) -> Documents:
    if written == "live":
        return None
    name, at, number = written.rpartition("@")
    if at and number.isdigit():
        version = policy_named(name, int(number))
        if version is None:
            raise CommandError(f"--policy: there is no version {number} of a policy “{name}”", returncode=2)
        return version.document
    return _of_file(Path(written))


def _of_file(path: Path) -> Documents:
    """The one policy that a configuration file describes, complete as it stands there."""
    try:
        value = read(path.name, path.read_bytes()).value
    except OSError as error:
        raise CommandError(f"--policy: {path}: {error.strerror}; write live, NAME@7 or a file", returncode=2) from None
    except BadYaml as error:
        raise CommandError(str(error), returncode=2) from None
    policies = (value or {}).get("policies") if isinstance(value, dict | None) else None
    if not isinstance(policies, list) or len(policies) != 1 or not isinstance(policies[0], dict):
        raise CommandError(f"--policy: {path} does not describe exactly one policy under policies:", returncode=2)
    document = {key: part for key, part in policies[0].items() if key != "name"}
    name = str(policies[0].get("name") or "")
    # For whom it is does not matter here: it is tried on everybody.
    if wrong := [problem for problem in problems(document, name=name) if problem[0] != ("clients",)]:
        lines = [f"{path}: policies.0.{'.'.join(map(str, where))}: {words}" for where, words in wrong]
        raise CommandError("\n".join(lines), returncode=2)
    return normal(document, name=name)
