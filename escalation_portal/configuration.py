"""Configuration as code: every app's sections in their order, imported as a whole or not at all, and written out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, get_args

import yaml
from django.db import models, transaction
from pydantic import ValidationError

from accounts.configuration import CHANGE, CREATE, UNCHANGED, Entry, Line, Run, in_turn, refuse_twins
from accounts.models import User
from accounts.schema import Row
from accounts.schema_problems import problems_of
from accounts.yaml_source import BadYaml, Problem, Source, read
from clients.configuration import ClientRow, export_clients, import_clients
from clients.models import Client
from documents.configuration import DocumentRow, export_documents, import_documents
from documents.models import Document
from integrations.configuration import IntegrationRow, export_integrations, import_integrations
from sla.configuration import (
    AgreementRow,
    CalendarRow,
    export_agreements,
    export_calendars,
    import_agreements,
    import_calendars,
)
from sla.models import Agreement, Calendar
from tickets.models import EventSource, ReplyTemplate
from tickets.reply_template_configuration import ReplyTemplateRow, export_reply_templates, import_reply_templates
from tiers import client_teams
from tiers.configuration import TeamRow, TierRow, export_teams, export_tiers, import_teams, import_tiers
from tiers.models import Policy, Team, Tier
from tiers.policy_configuration import export_policies, import_policies
from tiers.policy_form import PolicyRow
from vendors.configuration import export_vendors, import_vendors
from vendors.models import Vendor
from vendors.schema import VendorRow


class Configuration(Row):
    """What a provider's files may say. Sections and keys that are absent are left untouched."""

    calendars: list[CalendarRow] = []
    agreements: list[AgreementRow] = []
    teams: list[TeamRow] = []
    tiers: list[TierRow] = []
    clients: list[ClientRow] = []
    vendors: list[VendorRow] = []
    policies: list[PolicyRow] = []
    documents: list[DocumentRow] = []
    reply_templates: list[ReplyTemplateRow] = []
    integrations: list[IntegrationRow] = []


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a configuration: what its rows become, and how they come in and go out."""

    key: str
    model: type[models.Model]
    import_rows: Callable[[Sequence[Entry[Any]], Run], None]
    export_rows: Callable[[], list[dict[str, Any]]]
    apart: tuple[str, ...] = ()  # keys beside the name that tell one row from another


# In the order in which one refers to another: only to what stands above it.
SECTIONS = (
    Section("calendars", Calendar, import_calendars, export_calendars),
    Section("agreements", Agreement, import_agreements, export_agreements),
    Section("teams", Team, import_teams, export_teams),
    Section("tiers", Tier, import_tiers, export_tiers),
    Section(
        "clients", Client, partial(import_clients, settle_teams=client_teams.settle),
        partial(export_clients, teams_of=client_teams.written),
    ),
    Section("vendors", Vendor, import_vendors, export_vendors),
    Section("policies", Policy, import_policies, export_policies),
    Section("documents", Document, import_documents, export_documents),
    Section(
        "reply_templates", ReplyTemplate, import_reply_templates, export_reply_templates, apart=("use", "team")
    ),
    Section("integrations", EventSource, import_integrations, export_integrations),
)  # fmt: skip


class BadConfiguration(Exception):
    """The files cannot be imported; nothing was changed. `problems` are all that were found, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does, or would do."""

    lines: tuple[Line, ...]
    remarks: tuple[str, ...]

    def __str__(self) -> str:
        counts = ", ".join(f"{self.count(what)} {word}" for what, word in _COUNTED)
        return "\n".join([*map(str, self.lines), *(f"note       {remark}" for remark in self.remarks), f"{counts}."])

    def count(self, what: str) -> int:
        return sum(line.what == what for line in self.lines)


_COUNTED = ((CREATE, "to create"), (CHANGE, "to change"), (UNCHANGED, "unchanged"))


def import_configuration(
    files: Iterable[tuple[str, bytes]], *, now: datetime, environ: Mapping[str, str], dry_run: bool = False
) -> Plan:
    """Bring the database to what the files (name, content) say, in one transaction, and return what that took.

    With `dry_run` the same is worked out and thrown away. Raises BadConfiguration when anything is wrong.
    """
    read_files = _read(files)
    run = Run(now=now, environ=environ)
    with transaction.atomic():
        in_turn()
        _import_sections(read_files, run)
        if run.problems:
            raise BadConfiguration(_in_order(run.problems, read_files))
        transaction.set_rollback(dry_run)
    return Plan(tuple(run.lines), tuple(run.remarks))


def export_configuration() -> str:
    """Everything that is configured, in the form that `import_configuration` takes."""
    form = {section.key: [_in_order_of_keys(section.key, row) for row in section.export_rows()] for section in SECTIONS}
    written = {key: rows for key, rows in form.items() if rows}
    return yaml.dump(written, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _in_order_of_keys(section: str, form: dict[str, Any]) -> dict[str, Any]:
    """As the schema orders the keys; the database keeps those of a document in an order of its own."""
    [row] = get_args(Configuration.model_fields[section].annotation)
    try:
        return row.model_validate(form).model_dump(mode="json", by_alias=True, exclude_unset=True)
    except ValidationError:  # published elsewhere under other rules; the import will say which
        return form


def json_schema() -> dict[str, Any]:
    """The JSON Schema of one configuration file."""
    schema = _without_empty_defaults(Configuration.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _read(files: Iterable[tuple[str, bytes]]) -> list[tuple[Source, Configuration]]:
    """The files, read and held against the schema. Raises BadConfiguration with the problems of all of them."""
    found: list[tuple[Source, Configuration]] = []
    problems: list[Problem] = []
    for name, content in files:
        try:
            source = read(name, content)
            found.append((source, Configuration.model_validate({} if source.value is None else source.value)))
        except BadYaml as error:
            problems += error.problems
        except ValidationError as error:
            problems += sorted(problems_of(error, source=source, schema=Configuration))
    if problems:
        raise BadConfiguration(problems)
    return found


def _import_sections(files: Sequence[tuple[Source, Configuration]], run: Run) -> None:
    entries = {section.key: _entries(files, section.key) for section in SECTIONS}
    for section in SECTIONS:
        run.declare(section.model, (entry.row.name for entry in entries[section.key]))
    run.declare(User, (member.row.email for team in entries["teams"] for member in team.inside("members")))
    for section in SECTIONS:
        refuse_twins(run, entries[section.key], apart=section.apart)
        section.import_rows(entries[section.key], run)


def _entries(files: Sequence[tuple[Source, Configuration]], key: str) -> list[Entry[Any]]:
    whole = [Entry(configuration, source, ()) for source, configuration in files]
    return [entry for file in whole for entry in file.inside(key)]


def _in_order(problems: list[Problem], files: Sequence[tuple[Source, Configuration]]) -> list[Problem]:
    """As one reads the files: by file as given, then by line; each said once."""
    place = {source.name: index for index, (source, _) in enumerate(files)}
    ordered = sorted(problems, key=lambda problem: (place[problem.file], problem.line, problem.path, problem.message))
    return [problem for problem, _ in groupby(ordered)]


def _without_empty_defaults(schema: Any) -> Any:
    """An absent key is untouched, which `default: null` would misstate."""
    if isinstance(schema, dict):
        return {k: _without_empty_defaults(v) for k, v in schema.items() if (k, v) not in (("default", None),)}
    return [_without_empty_defaults(item) for item in schema] if isinstance(schema, list) else schema


class _Dumper(yaml.SafeDumper):
    """Lists stand indented under their key, and texts of several lines in blocks, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _block(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block)
