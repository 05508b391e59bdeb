"""Rows as CSV that no spreadsheet takes for formulas, nor for Latin-1. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from accounts.csv_cells import MARK, guarded


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], *, zone: tzinfo) -> str:
    """One header row, then the rows; moments in this zone in ISO form with their offset, what is None empty.

    A text that would be read as a formula has an apostrophe before it, and the file its mark.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([_cell(value, zone) for value in row] for row in rows)
    return MARK + file.getvalue()


def _cell(value: object, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment_text(value, zone=zone)
    if isinstance(value, (int, float)):
        return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
    return guarded(str(value))


def moment_text(at: datetime, *, zone: tzinfo) -> str:
    """A moment in ISO form with the offset of this zone."""
    return at.astimezone(zone).isoformat(timespec="seconds")
