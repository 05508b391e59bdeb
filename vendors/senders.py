"""Whose mail an address is: that of a vendor's contact point, or of a domain that is the vendor's own, or beneath it.

This says only whose an address would be; whether a mail truly comes from it our own mail server must vouch for.
"""

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import Lower

from vendors.models import ContactPoint, Vendor

# Domains at which anybody has an address: one at them is that contact's alone.
PUBLIC = frozenset({
    "aol.com", "freenet.de", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
    "live.com", "mail.com", "me.com", "msn.com", "outlook.com", "outlook.de", "posteo.de", "proton.me",
    "protonmail.com", "t-online.de", "web.de", "yahoo.com", "yahoo.de", "zoho.com",
})  # fmt: skip
DOMAIN = Lower(Func(F("value"), Value("@"), Value(2), function="split_part", output_field=CharField()))


def is_of(address: str, vendor: Vendor) -> bool:
    """Whether the address is one of this vendor's."""
    return any(found.pk == vendor.pk for found in vendors_of(address))


def is_contact_of(address: str, vendor: Vendor) -> bool:
    """Whether the very address is a contact point of this vendor's."""
    points = ContactPoint.objects.filter(service__vendor=vendor, kind=ContactPoint.Kind.EMAIL)
    return "@" in address and points.filter(value__iexact=address).exists()


def vendors_of(address: str) -> list[Vendor]:
    """The vendors whose address it is; few, and mostly one."""
    domains = _domains(address)
    if not domains:
        return []
    private = [domain for domain in domains if domain not in PUBLIC]
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL).alias(domain=DOMAIN)
    points = points.filter(Q(value__iexact=address) | Q(domain__in=private))
    known = Q(services__contact_points__in=points) | Q(mail_domains__has_any_keys=domains)
    return list(Vendor.objects.filter(known).distinct().order_by("pk"))


def _domains(address: str) -> list[str]:
    """The address's domain and those above it, without the last of all: at a.b.example also b.example."""
    labels = address.rpartition("@")[2].lower().split(".")
    if "@" not in address or not all(labels):
        return []
    return [".".join(labels[place:]) for place in range(max(1, len(labels) - 1))]
