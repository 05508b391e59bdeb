"""The form of the vendor directory in configuration files."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from accounts.patterns import expression
from accounts.schema import (
    Day,
    Email,
    Label,
    Language,
    Name,
    OptionalUrl,
    Row,
    Text,
    Upper,
    Words,
    in_order,
    or_empty,
    text,
)
from sla.agreement_document import METRICS
from sla.configuration import FirstDay, LastDay, Priority, Target
from vendors.models import DAYS_TO_VERIFY


def _shaped(pattern: str, wanted: str, *, limits: StringConstraints | None = None, **said: Any) -> Any:
    """Text of this form; any other is refused by what is wanted, in words. `said` is for the schema's readers."""

    def checked(written: str) -> str:
        if not re.fullmatch(pattern, written):
            raise ValueError(f'"{written}" is not {wanted}')
        return written

    shown = Field(json_schema_extra={"pattern": f"^{pattern}$", **said})
    return Annotated[str, limits or StringConstraints(), AfterValidator(checked), shown]


Severity = text(20, shortest=1)
Key = _shaped("[a-z0-9_]{1,40}", "a key: write small letters, digits and _, such as tenant_id")
Origin = _shaped(
    r"(question|(ticket|asset|account|event|client|contact)\.[a-z0-9_]{1,40})",
    "a source: write question, or where it stands, such as account.tenant_id, asset.serial or ticket.error_code",
    examples=["account.tenant_id", "asset.serial", "question"],
)
Domain = _shaped(
    r"([a-z0-9-]+\.)+[a-z0-9-]{2,}", "a domain, such as vendor.example",
    limits=StringConstraints(to_lower=True, max_length=120),
)  # fmt: skip
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Promised = Annotated[dict[Literal["RESPOND", "UPDATE", "RESOLVE"], Target], in_order(METRICS["UC"])]
Kind = Annotated[
    Literal["email", "portal", "hotline"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
]


class ContactPointRow(Row):
    """One way to reach a service's support; the order of the list is the order in which they are tried."""

    kind: Kind
    value: text(300, shortest=1)
    hours: Annotated[text(120), Field(description="In words, beside the calendar")] = ""
    calendar: Annotated[Name | None, Field(description="When somebody answers there")] = None
    language: text(20) = ""
    verified_on: Day | None = None
    owner: Email | None = None
    interval_days: Annotated[int, Field(ge=1, le=3650, description="How often it is to be verified")] = DAYS_TO_VERIFY


class CommitmentRow(Row):
    """What the vendor promised, by its own severity, on its own calendar: an underpinning contract."""

    effective_from: FirstDay | None = None
    effective_until: LastDay | None = None
    calendar: Name | None = None
    calendars: Annotated[dict[Severity, Name], Field(description="Calendars of single severities")] = None
    targets: Annotated[dict[Severity, Promised], Field(min_length=1)]


class RequiredRow(Row):
    """What the vendor wants to be told, and where it comes from; what is unknown is asked for."""

    key: Key
    label: Label
    source: Origin
    question: Words = None
    pattern: Annotated[text(300, shortest=1), AfterValidator(expression)] = None
    secret: bool = None


class ConditionRow(Row):
    """When the vendor may be engaged: all parts of one of the conditions."""

    error_codes: Annotated[list[Label], Field(min_length=1)] = None
    categories: Annotated[list[Label], Field(min_length=1)] = None
    tier_level: Annotated[int, Field(ge=1, le=99)] = None
    minutes: Annotated[int, Field(ge=1)] = None
    impact: Annotated[Literal["HIGH", "MEDIUM", "LOW"], Upper] = None
    automatic: Annotated[bool, Field(description="Engage as soon as it holds, without waiting for the ladder")] = None
    words: Words


class TemplateRow(Row):
    """The case as it is sent: flat placeholders only, nothing is evaluated."""

    subject: text(300, shortest=1)
    body: Annotated[Text, Field(min_length=1)]


class ServiceRow(Row):
    """What a vendor provides, and how it is engaged."""

    name: text(100, shortest=1)
    category: text(40) = None
    plan: text(80) = None
    client_text: Annotated[text(300), Field(description="When and why it is engaged, for clients")] = None
    client_text_in: Annotated[
        dict[Language, text(300)], Field(description="The same in other languages, by their code")
    ] = None
    contacts: list[ContactPointRow] = None
    commitment: CommitmentRow | None = None
    severity_of: dict[Priority, Severity] = None
    required: list[RequiredRow] = None
    engage_when: list[ConditionRow] = None
    template: TemplateRow | None = None
    lodge_by: Annotated[Literal["MAIL", "PORTAL", "API"], Upper] = None
    number_pattern: Annotated[
        text(300),
        AfterValidator(or_empty(expression)),
        Field(description="What the vendor's own case numbers look like"),
    ] = None
    sources: Annotated[list[text(300, shortest=1)], Field(description="Where what is written here comes from")] = None
    verify_first: Annotated[bool, Field(description="Nobody here has confirmed it yet")] = None
    retired: Annotated[bool, Field(description="Kept for the record, offered no more")] = None


class AccountRow(Row):
    """A client's account with a service; secrets come from environment variables and are never written out."""

    client: Name
    service: text(100, shortest=1)
    facts: dict[Key, text(300)] = None
    secrets_env: dict[Key, Variable] = None


class VendorRow(Row):
    """A company outside that may hold the ball."""

    name: Name
    website: OptionalUrl = None
    protocol: Annotated[Text, Field(description="How this vendor wants to be engaged, in words")] = None
    mail_domains: Annotated[
        list[Domain], Field(description="Domains that its mail comes from, beside those of its contact points")
    ] = None
    retired: Annotated[bool, Field(description="Kept for the record, offered no more")] = None
    services: list[ServiceRow] = None
    accounts: list[AccountRow] = None
