"""Everything that keeps a document from being a policy: its form, what it refers to, and whom it is for."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from accounts.closest import did_you_mean
from accounts.models import User
from accounts.schema_problems import refusals
from accounts.yaml_source import Path
from clients.models import Client
from sla.agreements import latest
from sla.models import Agreement, Calendar
from sla.priorities import PRIORITIES
from tiers.models import PolicyVersion, Team, Tier
from tiers.policy_form import PolicyRow, StepRow, references
from vendors.models import Service

Refusal = tuple[Path, str]
MODELS = {"client": Client, "service": Service, "tier": Tier, "team": Team, "calendar": Calendar}


def problems(document: Mapping[str, Any], *, name: str) -> list[Refusal]:
    """Where in the document of the policy `name` something is wrong, and what; nothing when it can be published."""
    try:
        policy = PolicyRow.model_validate({**document, "name": name})
    except ValidationError as error:
        return refusals(error, schema=PolicyRow)
    missing = [(("ladders",), "is missing: every priority needs a ladder")] if policy.ladders is None else []
    return [*missing, *unknown(policy, known_names()), *ladder_problems(policy), *rivals(name, document)]


def normal(document: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    """A document in which `problems` finds nothing, in the form in which it is stored."""
    return PolicyRow.model_validate({**document, "name": name}).given("name")


def known_names() -> dict[str, Collection[str]]:
    """The names that a policy may refer to, by kind; one query for each kind."""
    names: dict[str, Collection[str]] = {
        kind: set(model._default_manager.values_list("name", flat=True))
        for kind, model in MODELS.items()
        if model is not Service
    }
    names["service"] = set(Service.objects.offered().values_list("name", flat=True))
    names["person"] = set(User.objects.filter(kind=User.Kind.PERSON).values_list("email", flat=True))
    names["agreement"] = set(Agreement.objects.filter(kind=Agreement.Kind.SLA).values_list("name", flat=True))
    return names


def unknown(policy: PolicyRow, names: Mapping[str, Collection[str]]) -> Iterator[Refusal]:
    """What the policy names and nobody knows."""
    for kind, name, path in references(policy):
        if name not in names[kind]:
            yield path, f"there is no {_KINDS.get(kind, kind)} “{name}”{did_you_mean(name, names[kind])}"


_KINDS = {"agreement": "agreement with clients called", "person": "person with the address"}


def ladder_problems(policy: PolicyRow) -> Iterator[Refusal]:
    """Every priority has a ladder, and in each of them somebody of ours holds the ticket from the first step on."""
    if policy.ladders is None:
        return
    for priority in PRIORITIES:
        if priority not in policy.ladders:
            yield ("ladders", priority), "is missing: every priority needs a ladder"
    for priority, steps in policy.ladders.items():
        yield from _step_problems(steps, ("ladders", priority))
    for index, exception in enumerate(policy.exceptions or ()):
        yield from _step_problems(exception.steps or [], ("exceptions", index, "steps"))


def _step_problems(steps: Sequence[StepRow], path: Path) -> Iterator[Refusal]:
    """Somebody of ours must hold the ticket, also while a vendor is being engaged."""
    if steps and all(step.vendor for step in steps):
        yield path, "at least one step needs a tier"
    elif steps and steps[0].vendor:
        yield (*path, 0), "the first step needs a tier; straight_to_vendor goes to a vendor step at once"


def rivals(name: str, document: Mapping[str, Any]) -> Iterator[Refusal]:
    """No client may have two policies, and only one is for everyone else."""
    for version in latest(PolicyVersion):
        both = "" if version.of.name == name else _shared(document, version.document)
        if both:
            yield ("clients",), f'{both} has the policy "{version.of.name}" already'


def _shared(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The clients that both policies are for, in words."""
    mine, theirs = set(one.get("clients") or ()), set(other.get("clients") or ())
    return "everyone else" if not (mine or theirs) else ", ".join(sorted(mine & theirs))
