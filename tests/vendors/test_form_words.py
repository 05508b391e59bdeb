"""Values of the configuration as people say them."""

import pytest

from vendors.form_words import origin, promised


@pytest.mark.parametrize(("targets", "expected"), [
    ({"RESPOND": "1h", "UPDATE": "2h", "RESOLVE": "8h"},
     "first answer within 1h, updates every 2h, solved within 8h"),
    ({"RESOLVE": "1d"}, "solved within 1d"),
    ({"RESPOND": "1h", "UPDATE": "none", "RESOLVE": "none"}, "first answer within 1h; declined: updates, solution"),
    ({"UPDATE": "none", "RESOLVE": "none"}, "nothing promised"),
    ({}, "nothing promised"),
])  # fmt: skip
def test_promises_are_said_in_the_order_of_a_case(targets, expected):
    assert promised(targets) == expected


@pytest.mark.parametrize(("source", "expected"), [
    ("account.tenant_id", "the client's account: tenant id"),
    ("event.code", "the alert: code"),
    ("question", "asked of the technician"),
])  # fmt: skip
def test_where_a_datum_comes_from_is_said(source, expected):
    assert origin(source) == expected
