"""The record of the directory: each change of a vendor, in the form of the configuration, before and after."""

from datetime import datetime
from typing import Any

from accounts.models import User
from vendors.directory_form import vendor_form
from vendors.models import DirectoryEdit, Vendor


def last_edit(vendor: Vendor) -> DirectoryEdit | None:
    """The latest change of a vendor; None for one that nobody has changed since edits are kept."""
    return DirectoryEdit.objects.filter(vendor=vendor).select_related("by").order_by("-pk").first()


def standing(vendor: Vendor) -> dict[str, Any]:
    """The vendor as it stands, {} for one that is not stored."""
    return vendor_form(vendor) if vendor.pk else {}


def record_edit(
    vendor: Vendor, before: dict[str, Any], *, note: str, by: User | None, now: datetime
) -> DirectoryEdit | None:
    """Keep what became of `before`; None where nothing did. `by` None: a file."""
    after = standing(vendor)
    if after == before:
        return None
    return DirectoryEdit.objects.create(vendor=vendor, before=before, after=after, note=note[:300], by=by, at=now)
