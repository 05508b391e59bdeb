"""What spreadsheets make of CSV: how a cell is kept from being run, and a file from being read as Latin-1. Pure."""

# Without it at the beginning of a file Excel takes UTF-8 for Latin-1.
MARK = "\ufeff"
# What a spreadsheet reads as the beginning of a formula, or skips before one.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: with an apostrophe before what would begin one."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def plain(cell: str) -> str:
    """A cell as it is meant: without the apostrophe that keeps it from being run."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
