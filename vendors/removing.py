"""Taking a vendor or a service out of the directory: deleted where nothing remembers it, else retired and kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from accounts.configuration import in_turn
from accounts.models import User
from vendors.contact_alarms import close_alarms
from vendors.editing import Refused, check_may_edit, save
from vendors.edits import record_edit, standing
from vendors.models import Service, ServiceAccount, Vendor
from vendors.use import Use, reasons_to_stay, services_of, use_of

DELETED, RETIRED = "deleted", "retired"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would become of a vendor or service, and of what: `reasons` keep it; `accounts` are clients' with it."""

    use: Use
    reasons: tuple[str, ...]
    accounts: int

    @property
    def is_kept(self) -> bool:
        """Whether tickets of the past name it, so that it is retired and not deleted."""
        return self.use.ended_count > 0


def leaving(row: Vendor | Service, *, reader: User) -> Leaving:
    """What taking the row out would mean; titles are those that `reader` may see."""
    services = services_of(row)
    use = use_of(services, reader=reader)
    accounts = ServiceAccount.objects.filter(service__in=services).count()
    return Leaving(use, tuple(reasons_to_stay(use)), accounts)


@transaction.atomic
def take_out(row: Vendor | Service, *, note: str, by: User, now: datetime) -> str:
    """DELETED or RETIRED, which became of it. Raises PermissionDenied, and Refused with what leans on it still."""
    check_may_edit(by)
    in_turn()
    use = use_of(services_of(row))
    if reasons := reasons_to_stay(use):
        raise Refused([(("retired",), reason) for reason in reasons])
    if not use.ended_count and _deleted(row, note=note, by=by, now=now):
        return DELETED
    _set_retired(row, True, note=note, by=by, now=now)
    return RETIRED


def bring_back(row: Vendor | Service, *, note: str, by: User, now: datetime) -> None:
    """Offer it again. Raises PermissionDenied."""
    _set_retired(row, False, note=note, by=by, now=now)


def _deleted(row: Vendor | Service, *, note: str, by: User, now: datetime) -> bool:
    """Whether it could be deleted; a service's deletion is kept in the history of its vendor."""
    vendor = row.vendor if isinstance(row, Service) else None
    before: dict[str, Any] = standing(vendor) if vendor else {}
    try:
        with transaction.atomic():
            close_alarms(services_of(row), now=now)
            row.delete()
    except ProtectedError:  # something else of the past names it, such as a side conversation
        return False
    if vendor:
        record_edit(vendor, before, note=note, by=by, now=now)
    return True


def _set_retired(row: Vendor | Service, retired: bool, *, note: str, by: User, now: datetime) -> None:
    vendor = row.vendor if isinstance(row, Service) else row
    own = {"services": [{"name": row.name, "retired": retired}]} if isinstance(row, Service) else {"retired": retired}
    save(vendor, {"name": vendor.name, **own}, note=note, by=by, now=now)
