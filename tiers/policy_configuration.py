"""Policies as configuration: what they refer to exists, every priority has a ladder, and each client has one policy."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.configuration import Entry, Run
from accounts.models import User
from clients.models import Client
from sla.agreements import latest
from sla.configuration import find_agreement, live_document
from sla.models import Agreement, Calendar
from sla.priorities import PRIORITIES
from tiers.models import Policy, PolicyVersion, Team, Tier
from tiers.policy_form import PolicyRow, StepRow, references
from vendors.models import Service

MODELS = {"client": Client, "service": Service, "tier": Tier, "team": Team, "calendar": Calendar}


def import_policies(entries: Sequence[Entry[PolicyRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_policy(entry, run)
    for entry in entries:
        _refuse_rivals(entry, run)


def _import_policy(entry: Entry[PolicyRow], run: Run) -> None:
    row = Policy.objects.filter(name=entry.row.name).first() or Policy(name=entry.row.name)
    run.needs(entry, row, "ladders")
    _check_references(entry, run)
    _check_ladders(entry, run)
    run.checked()
    change = run.settle(row, {})
    document = {**live_document(PolicyVersion, row), **entry.row.given("name")}
    run.publish(PolicyVersion, row, entry, document, change)
    run.record(row, change)


def _check_references(entry: Entry[PolicyRow], run: Run) -> None:
    for kind, name, path in references(entry.row):
        if kind == "person":
            run.known(User, name, entry, *path, by="email")
        elif kind == "agreement":
            find_agreement(run, Agreement.Kind.SLA, name, entry, *path)
        else:
            run.known(MODELS[kind], name, entry, *path)


def _check_ladders(entry: Entry[PolicyRow], run: Run) -> None:
    if entry.row.ladders is None:
        return
    for priority in PRIORITIES:
        if priority not in entry.row.ladders:
            run.refuse(entry, "is missing: every priority needs a ladder", "ladders", priority)
    for priority, steps in entry.row.ladders.items():
        _check_steps(entry, steps, run, "ladders", priority)
    for index, exception in enumerate(entry.row.exceptions or ()):
        _check_steps(entry, exception.steps or [], run, "exceptions", index, "steps")


def _check_steps(entry: Entry[PolicyRow], steps: list[StepRow], run: Run, *path: str | int) -> None:
    """Somebody of ours must hold the ticket, also while a vendor is being engaged."""
    if steps and all(step.vendor for step in steps):
        run.refuse(entry, "at least one step needs a tier", *path)
    elif steps and steps[0].vendor:
        run.refuse(entry, "the first step needs a tier; straight_to_vendor goes to a vendor step at once", *path, 0)


def _refuse_rivals(entry: Entry[PolicyRow], run: Run) -> None:
    """No client may have two policies, and only one is for everyone else."""
    documents = {version.of.name: version.document for version in latest(PolicyVersion)}
    own = documents.pop(entry.row.name, None)
    if own is None:
        return
    for rival, document in documents.items():
        both = _shared(own, document)
        if both:
            run.refuse(entry, f'{both} has the policy "{rival}" already', "clients")


def _shared(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The clients that both policies are for, in words."""
    mine, theirs = set(one.get("clients") or ()), set(other.get("clients") or ())
    return "everyone else" if not (mine or theirs) else ", ".join(sorted(mine & theirs))


def export_policies() -> list[dict[str, Any]]:
    versions = sorted(latest(PolicyVersion), key=lambda version: version.of.name)
    return [{"name": version.of.name, **version.document} for version in versions]
