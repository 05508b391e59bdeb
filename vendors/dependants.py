"""What a vendor's page shows of what leans on it: clients, policies, open tickets; its sheet; what the lint says."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.roles import MANAGERS
from clients.models import Client
from vendors.models import Service, ServiceAccount, Vendor
from vendors.use import Naming, use_of


def dependants(services: list[Service], reader: User) -> dict[str, Any]:
    """`clients` with why each depends on it, `everyone` the rules for all, `tickets` and `open_count`.

    Only clients that `reader` may see are named.
    """
    use = use_of(services, reader=reader)
    clients = {client.name: client for client in Client.objects.visible_to(reader)}
    why: dict[str, list[Any]] = {}
    held = ServiceAccount.objects.filter(service__in=services, client__in=clients.values())
    for client, service in held.order_by("client__name", "service__name").values_list("client__name", "service__name"):
        why.setdefault(client, []).append({"text": f"has an account with {service}"})
    for naming in (*use.namings, *use.reaching):
        if naming.client in clients:
            why.setdefault(naming.client, []).append(_named(naming))
    return {
        "clients": [{"client": clients[name], "why": found} for name, found in sorted(why.items())],
        "everyone": [_named(naming) for naming in use.namings if not naming.client],
        "tickets": use.tickets,
        "open_count": use.open_count,
    }


def _named(naming: Naming) -> dict[str, str]:
    where = f"leads to {naming.service}" if naming.service else "passes a ticket to the vendor that it is about"
    return {"text": f"{naming.place} {where}", "policy": naming.policy, "slug": naming.slug}


def sheet_of(vendor: Vendor, reader: User) -> str:
    """The slug of the vendor's sheet among the documents, "" for none."""
    return str(import_string(settings.VENDOR_SHEET)(vendor.slug, reader))


def faults_of(services: list[Service], reader: User, *, now: datetime) -> list[str]:
    """What the lint of the live policies says of these services, for who may mend it."""
    if not reader.roles & MANAGERS:
        return []
    offered = [service.name for service in services if service.retired_at is None]
    return list(import_string(settings.SERVICE_FAULTS)(offered, now=now))
