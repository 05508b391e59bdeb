"""Policies as configuration: what they refer to exists, every priority has a ladder, and each client has one policy."""

from collections.abc import Sequence
from typing import Any

from accounts.configuration import Entry, Run
from accounts.models import User
from sla.agreements import latest
from sla.configuration import find_agreement, live_document
from sla.models import Agreement
from tiers.lint_remarks import remark_faults
from tiers.models import Policy, PolicyVersion
from tiers.policy_check import MODELS, ladder_problems, rivals
from tiers.policy_form import PolicyRow, references


def import_policies(entries: Sequence[Entry[PolicyRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_policy(entry, run)
    for entry in entries:
        _refuse_rivals(entry, run)
    if not run.problems:
        remark_faults((entry.row.name for entry in entries), run)


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
    for path, message in ladder_problems(entry.row):
        run.refuse(entry, message, *path)


def _refuse_rivals(entry: Entry[PolicyRow], run: Run) -> None:
    policy = Policy.objects.filter(name=entry.row.name).first()
    live = PolicyVersion.live(policy) if policy else None
    for path, message in rivals(entry.row.name, live.document) if live else ():
        run.refuse(entry, message, *path)


def export_policies() -> list[dict[str, Any]]:
    versions = sorted(latest(PolicyVersion), key=lambda version: version.of.name)
    return [{"name": version.of.name, **version.document} for version in versions]
