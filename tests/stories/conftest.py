"""Whatever a story tells, its books balance at the end."""

import pytest

from tickets.auditing import audit


@pytest.fixture(autouse=True)
def the_books_balance(request):
    """Every open clock is what the ledgers say, and every ledger is whole."""
    world = request.getfixturevalue("world") if "world" in request.fixturenames else None
    yield
    if world:
        report = audit(now=world.now)
        assert not report["differences"] and not report["ledger_faults"]
