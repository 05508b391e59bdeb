"""Clients with their sites, contacts and assets as configuration. Who has a name of its own is never deleted here."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from accounts import roles
from accounts.access_log import What, record
from accounts.configuration import Change, Entry, Run, refuse_twins
from accounts.language import DEFAULT
from accounts.models import User
from accounts.schema import Email, Language, Name, OptionalZone, Row, Zone, text
from clients.access import give_role, grant_defaults, group_of, take_role
from clients.models import Asset, Client, ClientOwned, Contact, Site
from clients.page_configuration import PageRow, page_form, settle_page
from sla.configuration import find_agreement
from sla.models import Agreement

AssetType = Annotated[
    Literal["server", "workstation", "network", "mobile", "cloud", "service", "other"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
]


class SiteRow(Row):
    """Where a client works."""

    name: Name
    address: text(300) = None
    timezone: OptionalZone = None


class ContactRow(Row):
    """A person at the client."""

    name: Name
    email: Email = None
    phone: text(40) = None
    decision_maker: bool = None


class AssetRow(Row):
    """A device, service or licence that tickets are about; facts may be asked for by a vendor's case."""

    name: Name
    type: AssetType = None
    os: text(80) = None
    serial: text(80) = None
    site: Name = None
    facts: dict[str, text(300)] = None


class ClientRow(Row):
    """An organisation whose IT we look after."""

    name: Name
    timezone: Zone = None
    language: Language = None
    agreement: Name = None
    account_managers: list[Email] = None
    teams: Annotated[list[Name], Field(description="Only their technicians see the client; empty: all of them")] = None
    sites: list[SiteRow] = None
    contacts: list[ContactRow] = None
    assets: list[AssetRow] = None
    page: PageRow = None


# Teams stand on a floor above: whoever imports and exports brings along what is done with their names.
SettleTeams = Callable[[Entry[ClientRow], Client, Change, Run], None]
TeamsOf = Callable[[Client], list[str]]


def import_clients(entries: Sequence[Entry[ClientRow]], run: Run, *, settle_teams: SettleTeams) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_client(entry, run, settle_teams)


def _import_client(entry: Entry[ClientRow], run: Run, settle_teams: SettleTeams) -> None:
    row = Client.objects.filter(name=entry.row.name).first() or Client(name=entry.row.name)
    run.needs(entry, row, "timezone", "agreement")
    values = entry.values("timezone", "language")
    if entry.gives("agreement"):
        values["agreement"] = find_agreement(run, Agreement.Kind.SLA, entry.row.agreement, entry, "agreement")
    managers = _account_managers(entry, run)
    run.checked()
    change = run.settle(row, values)
    if change.created:
        grant_defaults(row)
    if entry.gives("account_managers"):
        _set_account_managers(row, managers, change, run)
    if entry.gives("teams"):
        settle_teams(entry, row, change, run)
        run.checked()
    if entry.gives("page"):
        settle_page(entry, row, change, run)
    run.record(row, change)
    _import_belongings(entry, row, run)


def _account_managers(entry: Entry[ClientRow], run: Run) -> list[User | None]:
    emails = entry.row.account_managers or []
    return [run.find(User, email, entry, "account_managers", i, by="email") for i, email in enumerate(emails)]


def _set_account_managers(client: Client, managers: list[User | None], change: Change, run: Run) -> None:
    """Exactly these people hold the role for this client."""
    before, after = set(group_of(client, roles.ACCOUNT_MANAGER).user_set.all()), set(managers)
    change.note("account_managers", before, after)
    role, known = roles.ACCOUNT_MANAGER, {"about": client.slug, "by": None, "now": run.now}
    for user in before - after:
        take_role(user, role, client)
        record(What.ACCESS, person=user, before=role, **known)
    for user in after - before:
        give_role(user, role, client)
        record(What.ACCESS, person=user, after=role, **known)


def _import_belongings(entry: Entry[ClientRow], client: Client, run: Run) -> None:
    for key, import_one in (("sites", _import_site), ("contacts", _import_contact), ("assets", _import_asset)):
        children = entry.inside(key)
        refuse_twins(run, children)
        for child in children:
            with run.importing(child):
                import_one(child, client, run)


def _import_site(entry: Entry[SiteRow], client: Client, run: Run) -> None:
    _settle(entry, _of(client, Site, entry), entry.values("address", "timezone"), run)


def _import_contact(entry: Entry[ContactRow], client: Client, run: Run) -> None:
    row = _of(client, Contact, entry)
    run.needs(entry, row, "email")
    run.checked()
    _settle(entry, row, entry.values("email", "phone", "decision_maker"), run)


def _import_asset(entry: Entry[AssetRow], client: Client, run: Run) -> None:
    row = _of(client, Asset, entry)
    run.needs(entry, row, "type")
    values = entry.values("os", "serial", "facts")
    if entry.gives("type"):
        values["type"] = entry.row.type.upper()
    if entry.gives("site"):
        values["site"] = _site(entry, client, run)
    run.checked()
    _settle(entry, row, values, run)


def _site(entry: Entry[AssetRow], client: Client, run: Run) -> Site | None:
    site = client.sites.filter(name=entry.row.site).first()
    if site is None:
        known = ", ".join(client.sites.values_list("name", flat=True)) or "none"
        run.refuse(entry, f'{client} has no site "{entry.row.site}" (it has {known})', "site")
    return site


def _of(client: Client, model: type[ClientOwned], entry: Entry[Any]) -> Any:
    name = entry.row.name
    return model.objects.filter(client=client, name=name).first() or model(client=client, name=name)


def _settle(entry: Entry[Any], row: ClientOwned, values: dict[str, Any], run: Run) -> None:
    run.record(row, run.settle(row, values), name=f"{row.client.name} / {entry.row.name}")


def export_clients(*, teams_of: TeamsOf) -> list[dict[str, Any]]:
    clients = Client.objects.order_by("name").select_related("agreement")
    return [_client_form(c, teams_of(c)) for c in clients.prefetch_related("sites", "contacts", "assets__site")]


def _client_form(client: Client, teams: list[str]) -> dict[str, Any]:
    managers = group_of(client, roles.ACCOUNT_MANAGER).user_set.order_by("email")
    return _written(
        name=client.name,
        timezone=client.timezone,
        language="" if client.language == DEFAULT else client.language,
        agreement=client.agreement.name,
        account_managers=[user.email for user in managers],
        teams=teams,
        sites=[_written(name=s.name, address=s.address, timezone=s.timezone) for s in client.sites.all()],
        contacts=[
            _written(name=c.name, email=c.email, phone=c.phone, decision_maker=c.decision_maker)
            for c in client.contacts.all()
        ],
        assets=[_asset_form(asset) for asset in client.assets.all()],
        page=page_form(client),
    )


def _asset_form(asset: Asset) -> dict[str, Any]:
    site = asset.site.name if asset.site else ""
    return _written(
        name=asset.name, type=asset.type.lower(), os=asset.os, serial=asset.serial, site=site, facts=asset.facts
    )


def _written(**form: Any) -> dict[str, Any]:
    """Without what is empty."""
    return {key: value for key, value in form.items() if value}
