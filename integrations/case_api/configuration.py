"""Connections to vendors' APIs as configuration: for which service, where, with which secret, where the number is."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from accounts.configuration import Entry, Run, refuse_twins
from integrations.http_out import check_url
from integrations.http_out_answer import CannotWork
from integrations.models import CaseConnection, Integration
from vendors.models import Service

SYSTEM = "case_api"
# Secrets of the portal's own, which are no vendor's: a file from elsewhere must not have them sent away.
OURS = frozenset({
    "SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "IMAP_URL", "OIDC_PROVIDERS", "OIDC_SECRET",
})  # fmt: skip


def import_connections(entries: Sequence[Entry[Any]], run: Run) -> None:
    refuse_twins(run, [entry for entry in entries if entry.gives("service")], "service")
    for entry in entries:
        with run.importing(entry):
            _import_connection(entry, run)
    _remark_on_services_without(run)


def _import_connection(entry: Entry[Any], run: Run) -> None:
    if not entry.gives("service"):
        run.refuse(entry, "is missing: say about which service cases are lodged there", "service")
    run.checked()
    service = run.find(Service, entry.row.service, entry, "service")
    run.checked()
    assert service is not None
    row = CaseConnection.objects.filter(service=service).first() or CaseConnection(service=service, name=entry.row.name)
    run.needs(entry, row, "url", "secret_env")
    _check(entry, run)
    run.checked()
    values = entry.values("name", "url", "number_at")
    run.record(
        row, run.settle(row, values | ({"secret_name": entry.row.secret_env} if entry.gives("secret_env") else {}))
    )


def _check(entry: Entry[Any], run: Run) -> None:
    if entry.gives("url"):
        try:
            check_url(entry.row.url)
        except CannotWork as error:
            run.refuse(entry, str(error), "url")
    variable = entry.row.secret_env
    if variable and _is_ours(variable, run.environ.get(variable, "")):
        run.refuse(
            entry, f"{variable} is a secret of the portal's own; give the vendor's a variable of its own", "secret_env"
        )
    elif variable and not run.environ.get(variable):
        run.remark(f"{entry.row.name}: {variable} is not set here; the worker needs it to lodge cases")


def _is_ours(variable: str, value: str) -> bool:
    """Whether it is a secret of the portal's own, by which people sign in, or by which another system is let in.

    Of the last the digest alone is known.
    """
    if variable in OURS or variable in {provider.secret_env for provider in settings.IDENTITY_PROVIDERS}:
        return True
    digest = hashlib.sha256(value.encode()).hexdigest()
    return bool(value) and Integration.objects.filter(token_digests__contains=[digest]).exists()


def _remark_on_services_without(run: Run) -> None:
    """A case about one of these could not leave."""
    for service in (
        Service.objects.offered().filter(lodge_by=Service.Channel.API, case_connection=None).order_by("name")
    ):
        run.remark(f'{service.name}: its cases go by API, and no system "{SYSTEM}" is configured for it')


def export_connections() -> list[dict[str, Any]]:
    """With the names of the variables, without what they hold."""
    return [_form(row) for row in CaseConnection.objects.select_related("service").order_by("service__name")]


def _form(row: CaseConnection) -> dict[str, Any]:
    form = {"name": row.name, "system": SYSTEM, "service": row.service.name, "secret_env": row.secret_name}
    return {**form, "url": row.url, **({"number_at": row.number_at} if row.number_at else {})}
