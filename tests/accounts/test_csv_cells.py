"""Cells that spreadsheets would run, and those that only look so."""

import pytest

from accounts.csv_cells import MARK, guarded, plain


@pytest.mark.parametrize("cell", ["=1+1", "+44 20 7946 0000", "-5", "@here", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_guarded_and_comes_back_as_it_was(cell):
    assert guarded(cell) == f"'{cell}" and plain(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "Acme", "'tis", "''", "5-3", "a=b", "'"])
def test_other_cells_are_left_alone(cell):
    assert guarded(cell) == cell and plain(cell) == cell


def test_the_mark_is_what_readers_of_utf_8_leave_out():
    assert f"{MARK}Bär".encode().decode("utf-8-sig") == "Bär"
