"""Histories by chance through the real verbs and sweeps: what is stored is what the plain reckoning says.

The moves in memory are held against the same reckoning in `test_histories.py`, so both come to the same. More by

    ORACLE_STORED=400 pytest tests/oracle/test_stored_histories.py -n 2
"""

import os
from functools import partial
from random import Random

import pytest
from product_in_database import ProductInDatabase, Provider
from random_calendars import AUTUMN, pool
from trial import Trial

from tickets.auditing import audit, is_clean

EXAMPLES = int(os.environ.get("ORACLE_STORED", "40"))


@pytest.mark.parametrize("number", range(EXAMPLES))
def test_a_stored_history_is_told_alike_and_audits_clean(world, number):
    begin = partial(ProductInDatabase, Provider(world))
    trial = Trial(Random(f"stored:{number}"), pool(0, AUTUMN), AUTUMN, begin, late=0)
    try:
        trial.run()
    except Exception as error:
        raise AssertionError(f"{error}\n{trial}") from error
    report = audit(now=world.now)
    assert is_clean(report), (report, str(trial))
