"""Taking a pack: what it would do to the directory, and doing it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.configuration import Entry, Run, in_turn
from accounts.models import User
from sla.configuration import import_calendars
from sla.models import Calendar
from vendors.directory_form import vendor_form
from vendors.editing import Refused, check_may_edit, save
from vendors.models import Service, Vendor
from vendors.packs import Pack
from vendors.packs.comparing import Part, compared, form_of, is_known, renamed, taken

NOTE = "Taken from the pack {}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking the pack would do: `parts` held against what the directory says, in which `known` is the vendor."""

    vendor: Vendor | None
    known: dict[str, Any]
    wanted: dict[str, Any]
    parts: list[Part]
    calendars: tuple[str, ...]
    refusal: str = ""

    def taken(self, over: Collection[str] = ()) -> list[Part]:
        return taken(self.parts, over=over)

    @property
    def new_services(self) -> list[str]:
        names = [service["name"] for service in self.wanted["services"]]
        return [name for name in names if not is_known(self.known, name)]

    @property
    def changes_nothing(self) -> bool:
        """Whether all that it brings is there already."""
        return not (self.taken() or self.new_services or any(part.what == "DIFFERS" for part in self.parts))


def plan(pack: Pack, *, vendor: str = "", service: str = "") -> Plan:
    """What the pack would do under these names; its own where they are empty."""
    wanted = renamed(pack.vendor, vendor=vendor, service=service)
    found = Vendor.objects.filter(name__iexact=wanted["name"]).first()
    if found:
        wanted["name"] = found.name
    known = vendor_form(found) if found else {}
    missing = [row.name for row in pack.form.calendars if not Calendar.objects.filter(name=row.name).exists()]
    return Plan(found, known, wanted, compared(known, wanted), tuple(missing), _refusal(wanted, found))


def _refusal(wanted: dict[str, Any], vendor: Vendor | None) -> str:
    """Why the pack cannot be taken under these names."""
    names = [service["name"] for service in wanted["services"]]
    for service in Service.objects.filter(name__in=names).exclude(vendor=vendor).select_related("vendor"):
        return f"The service “{service}” belongs to {service.vendor}: give this one another name."
    return ""


@transaction.atomic
def take(
    pack: Pack, *, vendor: str = "", service: str = "", over: Collection[str], by: User, now: datetime,
    seen: int | None = None,
) -> Vendor:  # fmt: skip
    """Write what the directory lacks, and of what differs the parts named in `over`; calendars that are there stay.

    `seen` is the edit that was the latest when `over` was chosen. Raises what `editing.save` raises; nothing is
    half-taken.
    """
    check_may_edit(by)
    in_turn()
    found = plan(pack, vendor=vendor, service=service)
    if found.refusal:
        raise Refused([((), found.refusal)])
    _add_calendars(pack, found.calendars, now=now)
    form = form_of(found.taken(over), found.known, found.wanted)
    return save(found.vendor, form, note=NOTE.format(pack.source.name), by=by, now=now, seen=seen)


def _add_calendars(pack: Pack, names: Collection[str], *, now: datetime) -> None:
    run = Run(now=now)
    rows = enumerate(pack.form.calendars)
    import_calendars([Entry(row, pack.source, ("calendars", i)) for i, row in rows if row.name in names], run)
    if run.problems:
        raise Refused(((), str(problem)) for problem in run.problems)
