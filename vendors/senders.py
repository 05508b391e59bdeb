"""Whose mail an address is: that of a vendor's contact point, or of a domain that is the vendor's own.

This says only whose an address would be; whether a mail truly comes from it our own mail server must vouch for.
"""

from django.db.models import Q

from vendors.models import ContactPoint, Vendor

# Domains at which anybody has an address: one at them is that contact's alone.
PUBLIC = frozenset({
    "aol.com", "freenet.de", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
    "live.com", "mail.com", "me.com", "msn.com", "outlook.com", "outlook.de", "posteo.de", "proton.me",
    "protonmail.com", "t-online.de", "web.de", "yahoo.com", "yahoo.de", "zoho.com",
})  # fmt: skip


def is_of(address: str, vendor: Vendor) -> bool:
    """Whether the address is one of this vendor's."""
    return any(found.pk == vendor.pk for found in vendors_of(address))


def vendors_of(address: str) -> list[Vendor]:
    """The vendors whose address it is; few, and mostly one."""
    domain = address.rpartition("@")[2].lower()
    if "@" not in address or not domain:
        return []
    exact = Q(value__iexact=address)
    of_domain = Q(value__iendswith=f"@{domain}") if domain not in PUBLIC else Q(pk__in=())
    points = ContactPoint.objects.filter(exact | of_domain, kind=ContactPoint.Kind.EMAIL)
    known = Q(services__contact_points__in=points) | Q(mail_domains__contains=[domain])
    return list(Vendor.objects.filter(known).distinct().order_by("pk"))
