"""Rows as CSV that no spreadsheet takes for formulas. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

# What a spreadsheet reads as the beginning of a formula, or skips before one.
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], *, zone: tzinfo) -> str:
    """One header row, then the rows; moments in this zone in ISO form with their offset, what is None empty.

    A text that would be read as a formula has an apostrophe before it.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([_cell(value, zone) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: object, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment_text(value, zone=zone)
    if isinstance(value, (int, float)):
        return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def moment_text(at: datetime, *, zone: tzinfo) -> str:
    """A moment in ISO form with the offset of this zone."""
    return at.astimezone(zone).isoformat(timespec="seconds")
