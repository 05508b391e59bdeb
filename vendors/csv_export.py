"""The directory as a table, one row for each contact point and each fact of a client's account. Secrets stay here."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

from accounts.csv_cells import guarded
from vendors.csv_import_columns import FACT, FIELDS, OF_CONTACT, OF_SERVICE, OF_VENDOR

COLUMNS = (
    "vendor", *OF_VENDOR, "service", *OF_SERVICE, "kind", "value", *OF_CONTACT,
    "account_client", "account_key", "account_value",
)  # fmt: skip
HEADINGS = {
    "mail_domains": "Mail domains", "client_text": "Client text", "lodge_by": "Lodge by",
    "number_pattern": "Number pattern", "kind": "Contact kind", "value": "Contact value", "hours": "Hours",
    "calendar": "Calendar", "language": "Language", "verified_on": "Verified on", "owner": "Owner",
    "interval_days": "Interval days", "protocol": "Protocol", "account_client": "Account client",
    "account_key": "Account key", "account_value": "Account value", "plan": "Plan",
    "email": "E-mail", "portal": "Portal", "hotline": "Hotline", FACT: "Tenant id, or another name",
}  # fmt: skip
Row = dict[str, str]


def heading(field: str) -> str:
    """How the column of a field is called."""
    return HEADINGS.get(field, FIELDS[field][0])


def written(vendors: Iterable[Mapping[str, Any]], *, clients: Iterable[str]) -> str:
    """The vendors' forms as CSV; of accounts those of `clients`. No cell is one that a spreadsheet would run."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(map(heading, COLUMNS))
    shown = set(clients)
    for vendor in vendors:
        for row in _rows(vendor, shown):
            writer.writerow(guarded(row.get(name, "")) for name in COLUMNS)
    return text.getvalue()


def _rows(vendor: Mapping[str, Any], clients: set[str]) -> Iterator[Row]:
    """The vendor's rows; what is its own stands in the first, what is a service's in the first of that service."""
    own = {"vendor": vendor["name"]} | {key: _cell(vendor.get(key)) for key in OF_VENDOR}
    services = vendor.get("services") or ()
    if not services:
        yield own
    for service in services:
        for row in _of_service(service, vendor, clients):
            yield own | row
            own = {"vendor": vendor["name"]}


def _of_service(service: Mapping[str, Any], vendor: Mapping[str, Any], clients: set[str]) -> Iterator[Row]:
    first: Row = {key: _cell(service.get(key)) for key in OF_SERVICE}
    if not first["lodge_by"]:
        first["lodge_by"] = "MAIL"
    for row in [*_contacts(service), *_facts(service, vendor, clients)] or [{}]:
        yield {"service": service["name"]} | first | row
        first = {}


def _contacts(service: Mapping[str, Any]) -> Iterator[Row]:
    for point in service.get("contacts") or ():
        yield {key: _cell(point.get(key)) for key in ("kind", "value", *OF_CONTACT)}


def _facts(service: Mapping[str, Any], vendor: Mapping[str, Any], clients: set[str]) -> Iterator[Row]:
    """The facts of the accounts; what the service calls a secret is none of them, wherever it is stored."""
    secret = {d["source"].removeprefix("account.") for d in service.get("required") or () if d.get("secret")}
    for account in vendor.get("accounts") or ():
        if account["service"] == service["name"] and account["client"] in clients:
            facts = {key: value for key, value in (account.get("facts") or {}).items() if key not in secret}
            for key, value in facts.items() or (("", ""),):
                yield {"account_client": account["client"], "account_key": key, "account_value": str(value)}


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
