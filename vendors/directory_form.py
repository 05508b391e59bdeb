"""The directory written out in the form of the configuration, without what is empty. Secrets never stand in it."""

from typing import Any

from sla.configuration import live_document
from sla.models import AgreementVersion
from vendors.contact_points import contact_forms
from vendors.models import Service, ServiceAccount, Vendor

JSON_KEYS = ("severity_of", "required", "engage_when", "template")


def vendor_form(vendor: Vendor) -> dict[str, Any]:
    """One vendor with its services and its clients' accounts."""
    services = vendor.services.order_by("name").select_related("commitment")
    accounts = ServiceAccount.objects.filter(service__vendor=vendor).select_related("client", "service")
    return _written(
        name=vendor.name,
        website=vendor.website,
        protocol=vendor.protocol,
        mail_domains=vendor.mail_domains,
        retired=vendor.retired_at is not None,
        services=[service_form(service) for service in services],
        accounts=[
            _written(client=a.client.name, service=a.service.name, facts=a.facts)
            for a in accounts.order_by("client__name", "service__name")
        ],
    )


def service_form(service: Service) -> dict[str, Any]:
    """One service with everything that a case with it needs."""
    return _written(
        name=service.name,
        category=service.category,
        plan=service.plan,
        client_text=service.client_text,
        client_text_in=service.client_text_in,
        contacts=contact_forms(service),
        commitment=live_document(AgreementVersion, service.commitment) if service.commitment else {},
        lodge_by="" if service.lodge_by == Service.Channel.MAIL else service.lodge_by,
        number_pattern=service.number_pattern,
        sources=service.sources,
        verify_first=service.verify_first,
        retired=service.retired_at is not None,
        **{key: getattr(service, key) for key in JSON_KEYS},
    )


def _written(**form: Any) -> dict[str, Any]:
    """Without what is empty."""
    return {key: value for key, value in form.items() if value}
