"""Connected systems as configuration: which organisation over there is which client, and who lets them in."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from accounts.configuration import Change, Entry, Run
from accounts.schema import Name, Row, text
from clients.models import Client
from integrations.case_api import configuration as case_api
from integrations.case_api.configuration import SYSTEM as CASE_API
from integrations.models import Integration
from integrations.vendor_hook.source import SYSTEM as VENDOR
from tickets.models import EventSource, Mapping
from vendors.models import Vendor

System = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
NumberAt = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$", max_length=120)]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class IntegrationRow(Row):
    """An outside system; its token is taken from an environment variable, and only the digest is stored.

    Of the system “case_api”, which we ask and which does not ask us, the variable's name is stored instead.
    """

    name: Name
    system: System = None
    secret_env: Variable = None
    organisations: dict[text(120, shortest=1), Name] = None
    vendor: Annotated[Name, Field(description="Whose cases a system of the kind “vendor” may tell of")] = None
    service: Annotated[Name, Field(description="About which service cases are lodged there; “case_api” only")] = None
    url: Annotated[text(500, shortest=1), Field(description="To which cases are sent; “case_api” only")] = None
    number_at: Annotated[NumberAt, Field(description="Where its answer has the vendor's number: data.id")] = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, said: Any) -> Any:
        """A connection for cases may go without a name: there is one for each service."""
        nameless = isinstance(said, dict) and said.get("system") == CASE_API and "name" not in said
        return {"name": f"{said.get('service')} by API"[:120], **said} if nameless else said


def import_integrations(entries: Sequence[Entry[IntegrationRow]], run: Run) -> None:
    connections = [entry for entry in entries if entry.row.system == CASE_API]
    for entry in entries:
        with run.importing(entry):
            _refuse_strangers(entry, run)
            if entry not in connections:
                _import_integration(entry, run)
    case_api.import_connections(connections, run)


def _refuse_strangers(entry: Entry[IntegrationRow], run: Run) -> None:
    """Keys that only the other kind of system has."""
    if entry.row.system == CASE_API:
        for key in ("organisations", "vendor"):
            if entry.gives(key):
                run.refuse(entry, f'a system "{CASE_API}" sends us nothing, so it has none', key)
        return
    for key in ("service", "url", "number_at"):
        if entry.gives(key):
            run.refuse(entry, f'only the system "{CASE_API}" has this', key)


def _import_integration(entry: Entry[IntegrationRow], run: Run) -> None:
    source = EventSource.objects.filter(name=entry.row.name).first() or EventSource(name=entry.row.name)
    run.needs(entry, source, "system")
    clients = {
        organisation: run.find(Client, name, entry, "organisations", organisation)
        for organisation, name in (entry.row.organisations or {}).items()
    }
    known = Integration.objects.filter(source=source).first() if source.pk else None
    integration = known or Integration(source=source)
    vendor = _vendor(entry, source, integration, run)
    run.checked()
    change = run.settle(source, {"kind": entry.row.system} if entry.gives("system") else {})
    settled = run.settle(integration, {"system": source.kind, **vendor, **_token(entry, integration, run)})
    change.keys += [key for key in settled.keys if key != "system"]
    if entry.gives("organisations"):
        _settle_mappings(source, clients, change)
    run.record(integration, change, name=source.name)


def _vendor(
    entry: Entry[IntegrationRow], source: EventSource, integration: Integration, run: Run
) -> dict[str, Vendor | None]:  # fmt: skip
    """Whose system it is: a vendor's belongs to one, and no other system does."""
    system = entry.row.system if entry.gives("system") else source.kind
    if not entry.gives("vendor"):
        if system == VENDOR and integration.vendor_id is None:
            run.refuse(entry, "is missing: say whose cases it may tell of", "vendor")
        return {}
    if system != VENDOR:
        run.refuse(entry, f'only the system "{VENDOR}" belongs to a vendor', "vendor")
    return {"vendor": run.find(Vendor, entry.row.vendor, entry, "vendor")}


def _token(entry: Entry[IntegrationRow], integration: Integration, run: Run) -> dict[str, Any]:
    """The digest of the token in the environment, unless it is let in already."""
    variable = entry.row.secret_env
    token = run.environ.get(variable, "") if variable else ""
    if variable and not token:
        run.remark(f"{entry.row.name}: {variable} is not set, so its tokens stay as they are")
    digest = hashlib.sha256(token.encode()).hexdigest()
    return {"token_digests": [digest]} if token and digest not in integration.token_digests else {}


def _settle_mappings(source: EventSource, clients: dict[str, Client | None], change: Change) -> None:
    """The source reaches exactly these clients."""
    before = {m.external_org: m.client for m in source.mappings.select_related("client")}
    if not change.note("organisations", before, clients):
        return
    source.mappings.exclude(external_org__in=clients).delete()
    for organisation, client in clients.items():
        Mapping.objects.update_or_create(source=source, external_org=organisation, defaults={"client": client})


def export_integrations() -> list[dict[str, Any]]:
    """Without tokens; of what they came from only the variables that are read again at each sending."""
    rows = Integration.objects.select_related("source", "vendor").order_by("source__name")
    return [*(_form(row) for row in rows), *case_api.export_connections()]


def _form(row: Integration) -> dict[str, Any]:
    mappings = row.source.mappings.select_related("client").order_by("external_org")
    organisations = {mapping.external_org: mapping.client.name for mapping in mappings}
    form = {"name": row.source.name, "system": row.system, **({"vendor": row.vendor.name} if row.vendor else {})}
    return {**form, "organisations": organisations} if organisations else form
