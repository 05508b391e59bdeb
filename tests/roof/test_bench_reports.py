"""The bench of the reports: what it measures is what it says, and it leaves nothing behind."""

import pytest

from accounts.clock import database_now
from accounts.models import User
from bench import reports
from bench.rows import Row
from tickets.load import NoTiers
from tickets.models import Clock, Ticket, VendorCase
from vendors.models import Vendor


def test_pages_and_their_queries_are_measured_and_nothing_is_left_behind(world):
    rows = reports.run(now=database_now(), cases=200)
    assert [set(row) for row in rows] == [set(Row.__annotations__)] * 6
    assert [row["unit"] for row in rows] == ["ms", "queries"] * 3
    assert all("600 clocks" in row["what"] for row in rows) and all(row["ours"] > 0 for row in rows)
    # What does not hang on the machine is met.
    assert [row["ours"] for row in rows if row["unit"] == "queries"] == [6, 6, 6]
    for model in (Ticket, VendorCase, Clock):
        assert not model.objects.exists()
    assert not Vendor.objects.filter(name__startswith="Bench").exists()
    assert not User.objects.filter(email="bench-manager@provider.example").exists()


def test_without_tiers_nothing_can_be_measured(db):
    with pytest.raises(NoTiers):
        reports.run(now=database_now(), cases=10)
