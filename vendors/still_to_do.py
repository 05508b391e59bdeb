"""What a vendor from a pack still needs, each with the page on which it is done."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from vendors.models import Vendor
from vendors.packs.remaining import ACCOUNTS, CONFIRM, VERIFY, left_to_do


def still_to_do(vendor: Vendor, form: Mapping[str, Any]) -> list[dict[str, str]]:
    """Words and address of everything that is left to do; `form` is the vendor's in the configuration."""
    slugs = dict(vendor.services.values_list("name", "slug"))
    return [
        {"words": todo.words, "url": _url(vendor.slug, slugs[todo.service], todo.part)} for todo in left_to_do(form)
    ]


def _url(vendor: str, service: str, part: str) -> str:
    if part == CONFIRM:
        return f"{reverse('vendor', args=[vendor])}#service-{service}"
    if part == VERIFY:
        return reverse("verification")
    if part == ACCOUNTS:
        return reverse("account-new", args=[vendor, service])
    return reverse("service-part", args=[vendor, service, part])
