"""The vendor directory as configuration: vendors, their services with promise, case data and template, and accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

import re2
from cryptography.fernet import InvalidToken
from django.core.exceptions import ImproperlyConfigured

from accounts.configuration import Change, Entry, Run, refuse_twins
from accounts.encryption import decrypt, encrypt
from clients.models import Client
from sla.configuration import import_commitment, live_document, refuse_agreement, written
from sla.models import Agreement, AgreementVersion
from vendors.contact_alarms import settle_alarms
from vendors.contact_points import check_contacts, settle_contacts
from vendors.directory_form import JSON_KEYS, vendor_forms
from vendors.edits import record_edit, standing
from vendors.models import Service, ServiceAccount, Vendor
from vendors.naming import wrong_name
from vendors.pattern_words import pattern_words
from vendors.placeholders import BUILT_IN, faults
from vendors.schema import AccountRow, ServiceRow, VendorRow
from vendors.use import reasons_to_stay, services_of, use_of

PLAIN_KEYS = (
    "category", "plan", "client_text", "client_text_in", "lodge_by", "number_pattern", "sources", "verify_first",
)  # fmt: skip


def import_vendors(entries: Sequence[Entry[VendorRow]], run: Run) -> None:
    """Import the section of some files; what changes is kept in each vendor's history."""
    services = [service for entry in entries for service in entry.inside("services")]
    refuse_twins(run, services)
    run.declare(Service, (service.row.name for service in services))
    for entry in entries:
        with run.importing(entry):
            row = Vendor.objects.filter(name=entry.row.name).first() or Vendor(name=entry.row.name)
            before = standing(row)
            import_vendor(entry, row, run)
            record_edit(row, before, note=entry.note, by=None, now=run.now)


def import_vendor(entry: Entry[VendorRow], row: Vendor, run: Run) -> None:
    """Bring one vendor, new or known, to what the entry says."""
    _check_name(entry, row, run)
    values = entry.values("website", "protocol", "mail_domains") | _retired(entry, row, run)
    run.checked()
    run.record(row, run.settle(row, values))
    _settle_alarms(row, values, run)
    for key, import_one in (("services", _import_service), ("accounts", _import_account)):
        for child in entry.inside(key):
            with run.importing(child):
                import_one(child, row, run)


def _import_service(entry: Entry[ServiceRow], vendor: Vendor, run: Run) -> None:
    name = entry.row.name
    row = Service.objects.filter(name=name).first() or Service(name=name, vendor=vendor)
    if row.vendor != vendor:
        run.refuse(entry, f"{name} belongs to {row.vendor}", "name")
    _check_name(entry, row, run)
    _check_service(entry, row, run)
    retired = _retired(entry, row, run)
    run.checked()
    values = entry.values(*PLAIN_KEYS) | _documents(entry) | retired
    promised = Change()
    if entry.gives("commitment"):
        values["commitment"], promised = import_commitment(entry, name, _commitment(entry), run)
    change = run.settle(row, values)
    change.version = promised.version
    if promised.keys:
        change.note("commitment", "before", "after")
    if entry.gives("contacts"):
        settle_contacts(row, entry.row.contacts, change, now=run.now)
    _settle_alarms(row, retired, run)
    run.record(row, change)


def _check_name(entry: Entry[Any], row: Vendor | Service, run: Run) -> None:
    """A new row's name makes an address of its own."""
    if row.pk is None and (wrong := wrong_name(row)):
        run.refuse(entry, wrong, "name")


def _retired(entry: Entry[Any], row: Vendor | Service, run: Run) -> dict[str, Any]:
    """When it was retired, as far as the entry says so; nothing that is in use can be."""
    if not entry.gives("retired") or entry.row.retired == (row.retired_at is not None):
        return {}
    services = services_of(row) if row.pk else []
    for reason in reasons_to_stay(use_of(services)) if entry.row.retired else ():
        run.refuse(entry, reason, "retired")
    return {"retired_at": run.now if entry.row.retired else None}


def _settle_alarms(row: Vendor | Service, values: Mapping[str, Any], run: Run) -> None:
    """Alarms of its contact points go and come with it."""
    if "retired_at" in values:
        settle_alarms(services_of(row), now=run.now)


def _documents(entry: Entry[ServiceRow]) -> dict[str, Any]:
    """The keys that are stored as they are written."""
    given = entry.row.given()
    return {key: given[key] or Service._meta.get_field(key).get_default() for key in JSON_KEYS if key in given}


def _commitment(entry: Entry[ServiceRow]) -> dict[str, Any] | None:
    """The whole commitment as it is stored: a file gives all of it or nothing."""
    return written(entry.row.commitment.given()) if entry.row.commitment else None


def _check_service(entry: Entry[ServiceRow], row: Service, run: Run) -> None:
    if commitment := _commitment(entry):
        refuse_agreement(entry, commitment, Agreement.Kind.UC, run, "commitment")
    check_contacts(entry, run)
    _check_severities(entry, row, run)
    _check_required(entry, run)
    _check_template(entry, row, run)


def _check_severities(entry: Entry[ServiceRow], row: Service, run: Run) -> None:
    """Our priorities map to severities for which something is promised."""
    known = _promised_severities(entry, row)
    for priority, severity in (entry.row.severity_of or {}).items():
        if known and severity not in known:
            message = f'the commitment has no severity "{severity}" (it has {", ".join(known)})'
            run.refuse(entry, message, "severity_of", priority)


def _promised_severities(entry: Entry[ServiceRow], row: Service) -> list[str]:
    if entry.gives("commitment"):
        return list(entry.row.commitment.targets) if entry.row.commitment else []
    stored = live_document(AgreementVersion, row.commitment) if row.commitment else {}
    return list(stored.get("targets", ()))


def _check_required(entry: Entry[ServiceRow], run: Run) -> None:
    required = entry.inside("required")
    refuse_twins(run, required, key="key")
    for datum in required:
        if datum.row.secret and not datum.row.source.startswith("account."):
            run.refuse(datum, "a secret comes from the client's account: write account.…", "source")


def _check_template(entry: Entry[ServiceRow], row: Service, run: Run) -> None:
    """Every placeholder is built in or one of the required data, as both will be after this import."""
    documents = _documents(entry)
    template = documents.get("template", row.template)
    required = {datum["key"] for datum in documents.get("required", row.required)}
    blamed = "template" if entry.gives("template") else "required"
    for part, text in template.items():
        for fault in faults(text, BUILT_IN | required, of="subject" if part == "subject" else "text"):
            run.refuse(entry, fault, *((blamed, part) if blamed == "template" else (blamed,)))


def _import_account(entry: Entry[AccountRow], vendor: Vendor, run: Run) -> None:
    client = run.find(Client, entry.row.client, entry, "client")
    service = run.find(Service, entry.row.service, entry, "service")
    if service and service.vendor != vendor:
        run.refuse(entry, f"{service} belongs to {service.vendor}", "service")
    run.checked()
    known = ServiceAccount.objects.filter(client=client, service=service).first()
    row = known or ServiceAccount(client=client, service=service)
    values = entry.values("facts")
    _refuse_open_secrets(entry, service, run)
    _refuse_misshapen(entry, row, run)
    secrets = _secrets(entry, row, run)
    run.checked()
    if secrets:
        values["secrets"] = {**row.secrets, **secrets}
    run.record(row, run.settle(row, values))


def _refuse_open_secrets(entry: Entry[AccountRow], service: Service, run: Run) -> None:
    """What a service calls a secret is not written in a file."""
    secret = {datum["source"].removeprefix("account.") for datum in service.required if datum.get("secret")}
    for key in secret & set(entry.row.facts or ()):
        run.refuse(entry, "this is a secret: name its environment variable under secrets_env", "facts", key)


def _refuse_misshapen(entry: Entry[AccountRow], row: ServiceAccount, run: Run) -> None:
    """A fact that is new has the form that cases with the service ask for."""
    for key, value in (entry.row.facts or {}).items():
        wrong = value and value != row.facts.get(key) and _wanted_form(row.service, key, value)
        if wrong:
            run.refuse(entry, f"it does not have the form that they ask for. {wrong}", "facts", key)


def _wanted_form(service: Service, key: str, value: str) -> str:
    """The form that `value` lacks as what cases take from the account under `key`, in words; "" where it fits."""
    patterns = [d.get("pattern") for d in service.required if d["source"] == f"account.{key}"]
    lacking = [pattern for pattern in patterns if pattern and not re2.fullmatch(pattern, value)]
    return pattern_words(lacking[0]) if lacking else ""


def _secrets(entry: Entry[AccountRow], row: ServiceAccount, run: Run) -> dict[str, str]:
    """The ciphertexts of those secrets that the environment holds and that are not stored yet."""
    fresh: dict[str, str] = {}
    for key, variable in (entry.row.secrets_env or {}).items():
        value = run.environ.get(variable, "")
        if not value:
            run.remark(f"{row}: {variable} is not set, so {key} stays as it is")
        elif _wanted_form(row.service, key, value):  # once it is stored, nothing looks into it any more
            run.refuse(entry, f"what {variable} holds does not have the expected form", "secrets_env", key)
        else:
            fresh |= _sealed(entry, row, key, value, run)
    return fresh


def _sealed(entry: Entry[AccountRow], row: ServiceAccount, key: str, value: str, run: Run) -> dict[str, str]:
    """The secret's ciphertext by its key; nothing when the same secret is stored already."""
    try:
        return {} if _is_stored(row, key, value) else {key: encrypt(value)}
    except ImproperlyConfigured as error:
        run.refuse(entry, str(error), "secrets_env", key)
        return {}


def _is_stored(row: ServiceAccount, key: str, value: str) -> bool:
    try:
        return key in row.secrets and decrypt(row.secrets[key]) == value
    except InvalidToken:  # sealed with a key that was retired: seal it again
        return False


def export_vendors() -> list[dict[str, Any]]:
    """Every vendor's form, in as many queries however many they are."""
    rows = list(Vendor.objects.order_by("name"))
    forms = vendor_forms(rows)
    return [forms[row.pk] for row in rows]
