"""What the policy page shows, made from one version of the document and the roster. No queries here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sla.agreements import Terms
from sla.durations import words as duration_words
from sla.priorities import PRIORITIES
from tiers import policy_words
from tiers.ladder import Step, steps_of
from tiers.roster import Roster, TierInfo

Shown = dict[str, Any]
METRICS = {"ACKNOWLEDGE": "acknowledge", "RESPOND": "respond", "RESOLVE": "resolve or hand over"}


def ladders(document: Mapping[str, Any], staff: Roster) -> list[Shown]:
    """Each ladder as a picture, with the priorities that climb it; equal neighbours stand together."""
    known = [p for p in PRIORITIES if p in document.get("ladders", {})]
    pictures = groupby(known, key=lambda p: steps(document["ladders"][p], staff, priority=p))
    return [{"priorities": " · ".join(same), "steps": picture} for picture, same in pictures]


def steps(rows: Sequence[Mapping[str, Any]], staff: Roster, *, priority: str, calendar: str = "") -> list[Shown]:
    """The steps of one ladder as `components/ladder.html` takes them; `calendar` replaces the OLA's where it is set."""
    return [_step(step, staff.tiers.get(step.tier), priority, calendar) for step in steps_of(rows)]


def _step(step: Step, tier: TierInfo | None, priority: str, calendar: str) -> Shown:
    if step.vendor:
        wait = f"{policy_words.step_waits(step)} a case that lacks data" if step.acknowledge_within else ""
        return {"kind": "VENDOR", "vendor": True, "level": None, "title": "The vendor", "wait": wait,
                "subtitle": "A case with the ticket's service"}  # fmt: skip
    hours = calendar or (tier.ola.calendar_for(priority).name if tier else "")
    return {
        "kind": "TIER",
        "level": tier.level if tier else 1,
        "title": step.tier,
        "subtitle": f"{tier.team.name}, waits count on {hours}" if tier else "There is no such tier any more",
        "notify": policy_words.step_tells(step),
        "wait": policy_words.step_waits(step),
    }


def tiers(staff: Roster, responsibilities: Mapping[int, str]) -> list[Shown]:
    """The tiers from the first level up, with what each is for and what it promised to the others."""
    return [
        {"tier": tier, "responsibilities": responsibilities.get(tier.id, ""), "promises": promises(tier.ola)}
        for tier in sorted(staff.tiers.values(), key=lambda tier: tier.level)
    ]


def promises(terms: Terms) -> list[str]:
    """An agreement's targets, a line for each group of priorities: "P2 · P3: acknowledge within 1 hour"."""
    lines: list[str] = []
    for said, group in groupby(terms.targets.items(), key=lambda row: _said(row[1], terms, row[0])):
        lines.append(f"{' · '.join(priority for priority, _ in group)}: {said}")
    return lines


def _said(targets: Mapping[str, int], terms: Terms, priority: str) -> str:
    parts = [
        f"{words} within {duration_words(targets[metric])}" for metric, words in METRICS.items() if metric in targets
    ]
    return f"{', '.join(parts)} ({terms.calendar_for(priority).name})"


def exceptions(document: Mapping[str, Any], staff: Roster) -> list[Shown]:
    """The client exceptions in words, those with a ladder of their own with its picture."""
    return [
        {
            "when": policy_words.exception_when(row),
            "then": policy_words.exception_then(row),
            "reason": row.get("reason", ""),
            "client_text": row.get("client_text", ""),
            "steps": _own_steps(row, staff),
        }
        for row in document.get("exceptions") or ()
    ]


def _own_steps(exception: Mapping[str, Any], staff: Roster) -> list[Shown]:
    priority, calendar = exception.get("priority") or PRIORITIES[0], exception.get("calendar") or ""
    return steps(exception.get("steps") or (), staff, priority=priority, calendar=calendar)


def rules(document: Mapping[str, Any]) -> list[Shown]:
    """The routing rules in their order, in words."""
    return [
        {
            "name": rule["name"],
            "when": policy_words.rule_when(rule["when"]),
            "then": policy_words.rule_then(rule["then"]),
            "goes_on": not rule.get("stop", True),
        }
        for rule in document.get("routing") or ()
    ]


def on_call(staff: Roster, names: Mapping[str, str], *, now: datetime) -> list[Shown]:
    """Who is on call now, for each team, by name."""
    teams = sorted(staff.teams.values(), key=lambda team: team.name)
    found = [(team, team.on_call(now)) for team in teams]
    return [{"team": team, "name": names.get(address, address), "address": address} for team, address in found]
