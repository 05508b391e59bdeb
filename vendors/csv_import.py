"""Importing a table of vendors: all of it or nothing, through the same door as every other edit of the directory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.configuration import in_turn
from accounts.models import User
from vendors.csv_import_rows import MOST_VENDORS, Draft, Fault, Reading, reading
from vendors.csv_import_table import Table
from vendors.directory_form import vendor_forms
from vendors.editing import Refused, check_may_edit, save
from vendors.models import Vendor

NOTE = "Imported from a table"


class NotImported(Exception):
    """Nothing was changed. `reading` is what the table says, `faults` all that is wrong with it, by line."""

    def __init__(self, said: Reading, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.reading, self.faults = said, sorted(set(faults))


def import_table(
    table: Table, chosen: Sequence[str], *, by: User, now: datetime, dry_run: bool = False
) -> Reading:  # fmt: skip
    """Bring the directory to what the rows say, and return that; with `dry_run` it is worked out and thrown away.

    `chosen` is the field of each column. Raises PermissionDenied and NotImported.
    """
    check_may_edit(by)
    with transaction.atomic():
        in_turn()
        rows = {vendor.name: vendor for vendor in Vendor.objects.order_by("name")}
        said = reading(table, chosen, _known(rows, table, chosen))
        faults = said.faults + _save_all(said, rows, by=by, now=now)
        if faults:
            raise NotImported(said, faults)
        transaction.set_rollback(dry_run)
    return said


def _known(rows: Mapping[str, Vendor], table: Table, chosen: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The forms of the vendors that the table names; of the others the names alone."""
    place = chosen.index("vendor")
    named = {line.cells[place].casefold() for line in table.rows}
    forms = vendor_forms([vendor for name, vendor in rows.items() if name.casefold() in named])
    return {name: forms.get(vendor.pk, {"name": name}) for name, vendor in rows.items()}


def _save_all(said: Reading, rows: Mapping[str, Vendor], *, by: User, now: datetime) -> list[Fault]:
    """Save what changes; what is refused is gathered, so that all of it can be said at once."""
    faults: list[Fault] = []
    changed = [(name, draft) for name, draft in said.drafts.items() if draft.changed]
    for name, draft in changed[:MOST_VENDORS]:
        try:
            save(rows.get(name), draft.form, note=NOTE, by=by, now=now)
        except Refused as refused:
            faults += [_fault(draft, path, words) for path, words in refused.problems]
    return faults


def _fault(draft: Draft, path: tuple[str | int, ...], words: str) -> Fault:
    line, column = draft.origin(path)
    return Fault(line, column, words)
