"""A policy as configuration: ladders, client exceptions and routing rules, checked as far as one policy can be.

The stored document is this form without the name; device types stand in it in upper case, as on tickets.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, Field, model_validator

from accounts.patterns import expression
from accounts.schema import Email, Label, Listed, Name, Row, Text, Upper, Words, text
from accounts.yaml_source import Path
from sla.configuration import Duration, Priority

DeviceType = Annotated[
    Literal["SERVER", "WORKSTATION", "NETWORK", "MOBILE", "CLOUD", "SERVICE", "OTHER"],
    Upper,
    Field(json_schema_extra={"enum": ["server", "workstation", "network", "mobile", "cloud", "service", "other"]}),
]
NOTIFY = ("on_call", "team", "assignee", "managers")
ASSIGN = ("on_call", "round_robin")


def _one_of(words: tuple[str, ...]) -> Any:
    """One of these words, or somebody's mail address."""

    def check(written: str) -> str:
        if written in words:
            return written
        try:
            validate_email(written)
        except ValidationError:
            raise ValueError(f'"{written}" is neither {", ".join(words)} nor a mail address') from None
        return written.lower()

    return Annotated[text(254, shortest=1), AfterValidator(check)]


Expression = Annotated[text(300, shortest=1), AfterValidator(expression)]


class StepRow(Row):
    """One rung of a ladder: a tier, or the vendor."""

    tier: Name = None
    vendor: bool = None
    acknowledge_within: Duration = None
    hand_over_after: Duration = None
    notify: list[_one_of(NOTIFY)] = None
    repeat: Annotated[int, Field(ge=0, le=10)] = None

    @model_validator(mode="after")
    def one_of_both(self) -> "StepRow":
        if bool(self.vendor) == bool(self.tier):
            raise ValueError("a step has either a tier or vendor: true")
        return self


Steps = Annotated[list[StepRow], Field(min_length=1)]


class ExceptionRow(Row):
    """What is different for a client, a service, a category, a device type or a priority; the most specific wins."""

    client: Name = None
    service: Name = None
    category: Label = None
    device_type: DeviceType = None
    priority: Priority = None
    start_tier: Name = None
    steps: Steps = None
    straight_to_vendor: bool = None
    agreement: Name = None
    people: list[Email] = None
    calendar: Annotated[Name, Field(description="On which these steps' waits run, instead of the OLA's")] = None
    reason: Annotated[Text, Field(min_length=1, description="For staff only")]
    client_text: Annotated[Words, Field(description="What the client may read")] = None


class WhenRow(Row):
    """All of these must hold; a rule without any holds for every ticket."""

    keywords: Annotated[list[Label], Listed, Field(min_length=1)] = None
    regex: Expression = None
    device_type: DeviceType = None
    os: Label = None
    error_code: Annotated[list[Label], Listed, Field(min_length=1)] = None
    source: Name = None
    category: Label = None
    client: Name = None


class ThenRow(Row):
    """What the rule decides; the first rule to decide something wins, tags add up."""

    priority: Priority = None
    tier: Name = None
    team: Name = None
    assignee: _one_of(ASSIGN) = None
    service: Name = None
    category: text(60, shortest=1) = None
    tags: list[Label] = None

    @model_validator(mode="after")
    def decides_something(self) -> "ThenRow":
        if not self.model_fields_set:
            raise ValueError("a rule must decide something")
        return self


class RuleRow(Row):
    """A routing rule; rules are tried in order, until one stops."""

    name: Name
    when: WhenRow
    then: ThenRow
    stop: bool = None


class PolicyRow(Row):
    """Who acts, in which order and after how long; without clients it is for everyone else."""

    name: Name
    clients: list[Name] = None
    ladders: dict[Priority, Steps] = None
    exceptions: list[ExceptionRow] = None
    routing: list[RuleRow] = None


Reference = tuple[str, str, Path]


def references(policy: PolicyRow) -> Iterator[Reference]:
    """What the policy refers to, as (kind, name, path); kinds are client, service, tier, team, agreement, person."""
    for index, client in enumerate(policy.clients or ()):
        yield "client", client, ("clients", index)
    for priority, steps in (policy.ladders or {}).items():
        yield from _of_steps(steps, ("ladders", priority))
    for index, exception in enumerate(policy.exceptions or ()):
        yield from _of_exception(exception, ("exceptions", index))
    for index, rule in enumerate(policy.routing or ()):
        yield from _of_rule(rule, ("routing", index))


def _of_steps(steps: list[StepRow], path: Path) -> Iterator[Reference]:
    for index, step in enumerate(steps):
        if step.tier is not None:
            yield "tier", step.tier, (*path, index, "tier")
        yield from _people(step.notify, NOTIFY, (*path, index, "notify"))


def _of_exception(row: ExceptionRow, path: Path) -> Iterator[Reference]:
    kinds = {
        "client": "client",
        "service": "service",
        "start_tier": "tier",
        "agreement": "agreement",
        "calendar": "calendar",
    }
    yield from _named(row, kinds, path)
    yield from _people(row.people, (), (*path, "people"))
    yield from _of_steps(row.steps or [], (*path, "steps"))


def _of_rule(row: RuleRow, path: Path) -> Iterator[Reference]:
    yield from _named(row.when, {"client": "client"}, (*path, "when"))
    yield from _named(row.then, {"tier": "tier", "team": "team", "service": "service"}, (*path, "then"))
    assignee = [row.then.assignee] if row.then.assignee else []
    for _, email, _ in _people(assignee, ASSIGN, ()):
        yield "person", email, (*path, "then", "assignee")


def _named(row: Row, kinds: Mapping[str, str], path: Path) -> Iterator[Reference]:
    for key, kind in kinds.items():
        if key in row.model_fields_set:
            yield kind, getattr(row, key), (*path, key)


def _people(written: list[str] | None, words: tuple[str, ...], path: Path) -> Iterator[Reference]:
    for index, email in enumerate(written or ()):
        if email not in words:
            yield "person", email, (*path, index)
