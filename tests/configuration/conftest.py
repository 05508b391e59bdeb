"""The small provider, imported."""

from collections.abc import Callable

import pytest
from small_provider import SMALL, bring_in

from escalation_portal.configuration import Plan


@pytest.fixture
def small(db: None) -> Callable[..., Plan]:
    """The small provider is in the database; calling it imports further files."""
    bring_in(SMALL)
    return bring_in
