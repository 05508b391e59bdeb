"""Lint of where routing rules send: tiers, teams, assignees. Pure: document and provider in, faults out.

What senders ask for themselves comes first, so a rule for P1 may still meet a P4; but a rule that sets a priority is
only held against that priority's ladder.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sla.priorities import PRIORITIES
from tiers.lint_fault import ERROR, WARNING, Fault, rule_title
from tiers.lint_known import Known
from tiers.lint_ladders import person_fault
from tiers.policy_words import listing

Then = Mapping[str, Any]


def target_faults(document: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """What is wrong with where each rule sends."""
    for index, rule in enumerate(document.get("routing") or ()):
        title, then = rule_title(index, rule.get("name", "")), rule.get("then") or {}
        if then.get("tier"):
            yield from _tier(index, title, then, document)
        if then.get("team") in known.teams and not known.teams[then["team"]].members:
            words = f"{title} gives tickets to {then['team']}, where nobody works."
            yield Fault(
                "empty-team", ERROR, ("routing", index, "then", "team"), words, "Name another team, or add somebody."
            )
        if then.get("assignee"):
            yield from _assignee(index, title, then, known)


def _tier(index: int, title: str, then: Then, document: Mapping[str, Any]) -> Iterator[Fault]:
    """A tier that isn't on the ladder is no place to begin: the ticket begins where it would have without the rule."""
    tier, path = then["tier"], ("routing", index, "then", "tier")
    own = [row["steps"] for row in document.get("exceptions") or () if row.get("steps")]
    ladders = document.get("ladders") or {}
    lacking = [p for p in PRIORITIES if p in ladders and not _has(ladders[p], tier)]
    if len(lacking) == len(ladders) and not any(_has(steps, tier) for steps in own):
        words = f"{title} sends to {tier}, which is on no ladder: tickets begin where they would without it."
        yield Fault("tier-off-ladder", ERROR, path, words, f"Add a step of {tier} to a ladder, or send elsewhere.")
    elif missed := [p for p in lacking if then.get("priority") in (None, p)]:
        words = f"{title} sends to {tier}, which the ladder of {listing(missed)} lacks: there it counts for nothing."
        yield Fault("tier-off-ladder", WARNING, path, words, f"Add a step of {tier} there, or set the priority.")


def _has(steps: Any, tier: str) -> bool:
    return any(step.get("tier") == tier for step in steps)


def _assignee(index: int, title: str, then: Then, known: Known) -> Iterator[Fault]:
    who, path = then["assignee"], ("routing", index, "then", "assignee")
    if who == "on_call":
        tier = known.tiers.get(then.get("tier", ""))
        team = known.teams.get(then.get("team") or (tier.team if tier else ""))
        if team and team.gaps:
            words = f"{title} assigns to who is on call of {team.name}, where at times nobody is: then nobody gets it."
            yield Fault("no-on-call", WARNING, path, words, f"Fill the gap in {team.name}'s rotation.")
    elif who != "round_robin" and who not in known.people:
        yield person_fault(title, f"assigns to {who}", who, path, known)
    elif who != "round_robin" and who not in known.in_a_team:
        words = f"{title} assigns to {who}, who is in no team: it is assigned to nobody."
        yield Fault("in-no-team", ERROR, path, words, "Add them to a team, or name somebody else.")
