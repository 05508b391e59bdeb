"""The directory written out in the form of the configuration, without what is empty. Secrets never stand in it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sla.agreements import latest
from sla.models import AgreementVersion
from vendors.contact_points import contact_form
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor

JSON_KEYS = ("severity_of", "required", "engage_when", "template")
Form = dict[str, Any]


def vendor_form(vendor: Vendor) -> Form:
    """One vendor with its services and its clients' accounts."""
    return vendor_forms([vendor])[vendor.pk]


def vendor_forms(vendors: Collection[Vendor]) -> dict[int, Form]:
    """The form of each vendor by its id, in as many queries whichever and however many they are."""
    rows = list(Service.objects.filter(vendor__in=vendors).order_by("name"))
    written = service_forms(rows)
    services: dict[int, list[Form]] = defaultdict(list)
    for row in rows:
        services[row.vendor_id].append(written[row.pk])
    accounts = _accounts(rows)
    return {vendor.pk: _vendor(vendor, services[vendor.pk], accounts[vendor.pk]) for vendor in vendors}


def service_form(service: Service) -> Form:
    """One service with everything that a case with it needs."""
    return service_forms([service])[service.pk]


def service_forms(services: Collection[Service]) -> dict[int, Form]:
    """The form of each service by its id, in two queries."""
    contacts: dict[int, list[Form]] = defaultdict(list)
    points = ContactPoint.objects.filter(service__in=services).select_related("owner", "calendar")
    for point in points.order_by("service", "order"):
        contacts[point.service_id].append(contact_form(point))
    promised = latest(AgreementVersion).filter(of__in={s.commitment_id for s in services if s.commitment_id})
    documents = {version.of_id: version.document for version in promised}
    return {s.pk: _service(s, contacts[s.pk], documents.get(s.commitment_id) or {}) for s in services}


def _vendor(vendor: Vendor, services: list[Form], accounts: list[Form]) -> Form:
    return _written(
        name=vendor.name,
        website=vendor.website,
        protocol=vendor.protocol,
        mail_domains=vendor.mail_domains,
        retired=vendor.retired_at is not None,
        services=services,
        accounts=accounts,
    )


def _service(service: Service, contacts: list[Form], commitment: Mapping[str, Any]) -> Form:
    return _written(
        name=service.name,
        category=service.category,
        plan=service.plan,
        client_text=service.client_text,
        client_text_in=service.client_text_in,
        contacts=contacts,
        commitment=dict(commitment),
        lodge_by="" if service.lodge_by == Service.Channel.MAIL else service.lodge_by,
        number_pattern=service.number_pattern,
        sources=service.sources,
        verify_first=service.verify_first,
        retired=service.retired_at is not None,
        **{key: getattr(service, key) for key in JSON_KEYS},
    )


def _accounts(services: Iterable[Service]) -> dict[int, list[Form]]:
    """Clients' accounts by vendor."""
    found: dict[int, list[Form]] = defaultdict(list)
    rows = ServiceAccount.objects.filter(service__in=services).select_related("client", "service")
    for row in rows.order_by("client__name", "service__name"):
        form = _written(client=row.client.name, service=row.service.name, facts=row.facts)
        found[row.service.vendor_id].append(form)
    return found


def _written(**form: Any) -> Form:
    """Without what is empty."""
    return {key: value for key, value in form.items() if value}
