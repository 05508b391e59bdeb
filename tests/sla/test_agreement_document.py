"""Everything that is wrong with an agreement is named by its key, with a way out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.agreement_document import DEFAULT_THRESHOLDS, METRICS, check_agreement
from sla.durations import parse

NAMES = {"24x7", "London office"}
SOUND: dict[str, dict[str, Any]] = {
    "SLA": {
        "calendar": "London office",
        "calendars": {"P1": "24x7"},
        "vendor_time_counts": False,
        "effective_from": "2026-01-01",
        "effective_until": "2026-12-31",
        "thresholds": [50, 100],
        "targets": {
            "P1": {"ACKNOWLEDGE": "15m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"},
            "P4": {"UPDATE": "none", "RESOLVE": "40h"},
        },
    },
    "OLA": {"calendar": "24x7", "targets": {"P1": {"ACKNOWLEDGE": "15m", "RESOLVE": "1h"}}},
    "UC": {"calendars": {"A": "24x7"}, "targets": {"A": {"RESPOND": "1h", "UPDATE": "2h"}, "B": {"RESPOND": "none"}}},
}


def found(kind: str = "SLA", **changes: Any) -> dict[str, str]:
    """What is wrong with the sound agreement once it is changed, by dotted key."""
    document = {key: value for key, value in {**SOUND[kind], **changes}.items() if value is not None}
    problems = check_agreement(document, kind=kind, calendar_names=NAMES)
    assert len({path for path, _ in problems}) == len(problems)
    return {".".join(map(str, path)): message for path, message in problems}


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_agreement_of_each_kind_has_nothing_wrong_with_it(kind):
    assert found(kind) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"effective_from": None},
        {"effective_until": None},
        {"effective_until": "2026-01-01"},  # one day long
        {"effective_from": "2020-01-01", "effective_until": "2020-12-31"},  # over; import and page say so
        {"thresholds": None},
        {"thresholds": []},
        {"thresholds": [1, 1000]},
        {"thresholds": list(DEFAULT_THRESHOLDS)},
        {"calendar": None, "calendars": {"P1": "24x7", "P4": "24x7"}},
        {"calendar": None, "targets": {"P1": {"RESOLVE": "4h"}, "P2": {"RESOLVE": "none"}, "P3": {}}},
        {"calendars": {}},
        {"targets": {"P1": {"RESOLVE": "none"}}},
        {"targets": {"P1": {"ACKNOWLEDGE": "4h", "RESPOND": "4h", "UPDATE": "4h", "RESOLVE": "4h"}}},
        {"targets": {"P1": {"ACKNOWLEDGE": "40h", "RESOLVE": "none"}}},
        {"targets": {"P1": {"ACKNOWLEDGE": "2h", "RESPOND": "1h"}, "P2": {"ACKNOWLEDGE": "9h"}}},
    ],
)
def test_what_may_be_left_out_may_be_left_out(changes):
    assert found(**changes) == {}


NOT_A_TIME = "is not a duration: write it like 20s, 15m, 4h or 1h30m, or none where nothing is promised"


@pytest.mark.parametrize(
    "changes, key, message",
    [
        ({"calendar": "Londen office"}, "calendar",
         'there is no calendar "Londen office"; did you mean "London office"?'),
        ({"calendars": {"P1": "24/7"}}, "calendars.P1", 'there is no calendar "24/7"; did you mean "24x7"?'),
        ({"calendars": {"P5": "24x7"}}, "calendars.P5", '"P5" is not one of P1, P2, P3, P4'),
        ({"calendar": None, "calendars": None}, "calendar",
         "is missing: write one, or one for each of the targets under calendars"),
        ({"calendar": ""}, "calendars.P4", "no calendar counts the time of P4: write one here, or calendar for all"),
        ({"targets": {}}, "targets",
         "there is no target at all: write at least one, or none for what is not promised"),
        ({"targets": {"P1": {}}}, "targets",
         "there is no target at all: write at least one, or none for what is not promised"),
        ({"targets": {"Urgent": {"RESOLVE": "4h"}}}, "targets.Urgent", '"Urgent" is not one of P1, P2, P3, P4'),
        ({"targets": {"P1": {"RESOLVED": "4h"}}}, "targets.P1.RESOLVED",
         "an agreement of kind SLA has only ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE"),
        ({"targets": {"P1": {"RESOLVE": "soon"}}}, "targets.P1.RESOLVE", f"'soon' {NOT_A_TIME}"),
        ({"targets": {"P1": {"RESOLVE": "2d"}}}, "targets.P1.RESOLVE",
         "'2d': a day is ambiguous (24 hours, or an opening day?): write hours, as in 24h or 8h, "
         "or none where nothing is promised"),
        ({"targets": {"P1": {"RESOLVE": "0m"}}}, "targets.P1.RESOLVE",
         '"0m" is no time at all: write at least 1s, or none where nothing is promised'),
        ({"targets": {"P1": {"ACKNOWLEDGE": "5h", "RESOLVE": "4h"}}}, "targets.P1.ACKNOWLEDGE",
         "5h is longer than 4h, in which P1 is resolved: shorten it, or give RESOLVE more time"),
        ({"targets": {"P2": {"RESPOND": "241m", "RESOLVE": "4h"}}}, "targets.P2.RESPOND",
         "241m is longer than 4h, in which P2 is resolved: shorten it, or give RESOLVE more time"),
        ({"targets": {"P3": {"UPDATE": "4h1s", "RESOLVE": "4h"}}}, "targets.P3.UPDATE",
         "4h1s is longer than 4h, in which P3 is resolved: shorten it, or give RESOLVE more time"),
        ({"effective_from": "1 May"}, "effective_from", '"1 May" is not a date, such as 2026-12-31'),
        ({"effective_until": "20261231"}, "effective_until", '"20261231" is not a date, such as 2026-12-31'),
        ({"effective_until": "2025-12-31"}, "effective_until",
         "it would end before it begins: write 2026-01-01 or a later day, or leave it out"),
        ({"thresholds": [0, 50]}, "thresholds.0", "0 is not a percentage from 1 to 1000"),
        ({"thresholds": [50, 1001]}, "thresholds.1", "1001 is not a percentage from 1 to 1000"),
        ({"thresholds": [50, 90, 75]}, "thresholds.2",
         "75 stands after 90: write them in ascending order, each once"),
        ({"thresholds": [50, 50]}, "thresholds.1", "50 stands after 50: write them in ascending order, each once"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_key_and_a_way_out(changes, key, message):
    assert found(**changes) == {key: message}


@pytest.mark.parametrize(
    "kind, changes, key, message",
    [
        ("OLA", {"thresholds": [50]}, "thresholds", "only an SLA has thresholds: leave them out"),
        ("UC", {"thresholds": []}, "thresholds", "only an SLA has thresholds: leave them out"),
        ("OLA", {"vendor_time_counts": True}, "vendor_time_counts",
         "only an SLA says whether a vendor's time counts"),
        ("OLA", {"targets": {"P1": {"UPDATE": "none"}}}, "targets.P1.UPDATE",
         "an agreement of kind OLA has only ACKNOWLEDGE, RESOLVE"),
        ("UC", {"targets": {"A": {"ACKNOWLEDGE": "1h"}}}, "targets.A.ACKNOWLEDGE",
         "an agreement of kind UC has only RESPOND, UPDATE, RESOLVE"),
        ("UC", {"targets": {"A": {"RESPOND": "3h", "RESOLVE": "2h"}}}, "targets.A.RESPOND",
         "3h is longer than 2h, in which A is resolved: shorten it, or give RESOLVE more time"),
        ("UC", {"calendar": "24x7", "calendars": {"Z": "24x7"}}, "calendars.Z", '"Z" is not one of A, B'),
        ("UC", {"effective_from": "2026-05-01", "effective_until": "2026-04-30"}, "effective_until",
         "it would end before it begins: write 2026-05-01 or a later day, or leave it out"),
    ],
)  # fmt: skip
def test_each_kind_has_what_belongs_to_it(kind, changes, key, message):
    assert found(kind, **changes) == {key: message}


def test_all_mistakes_are_named_together():
    problems = found(
        calendar=None,
        calendars={"P2": "Nowhere"},
        targets={"P1": {"UPDATE": "2h", "RESPOND": "x", "RESOLVE": "1h"}, "P9": {"RESOLVE": "1h"}},
        effective_from="x",
        thresholds=[9, 9],
    )
    assert list(problems) == [
        "calendars.P2", "calendars.P1", "calendars.P9", "targets.P1.RESPOND", "targets.P1.UPDATE", "targets.P9",
        "effective_from", "thresholds.1",
    ]  # fmt: skip


WRITTEN = st.sampled_from(["none", "0s", "5m", "1h", "90m", "4h", "1d", "", "later"])
TARGETS = st.dictionaries(
    st.sampled_from(["P1", "P2", "P4", "A"]), st.dictionaries(st.sampled_from([*METRICS["SLA"], "FIX"]), WRITTEN)
)
CALENDARS = st.sampled_from(["24x7", "London office", "Paris office", ""])


DAY = st.none() | st.dates().map(str) | st.text(max_size=10)
DOCUMENTS = st.fixed_dictionaries(
    {
        "calendar": st.none() | CALENDARS,
        "calendars": st.dictionaries(st.sampled_from(["P1", "P2", "P4", "A"]), CALENDARS),
        "targets": TARGETS,
        "effective_from": DAY,
        "effective_until": DAY,
        "thresholds": st.none() | st.lists(st.integers(-1, 1002), max_size=3),
    }
)


@given(kind=st.sampled_from([*METRICS]), document=DOCUMENTS)
def test_whatever_is_not_refused_promises_times_that_a_calendar_counts(kind, document):
    problems = check_agreement(document, kind=kind, calendar_names=NAMES)
    if problems:
        assert all(message and path[0] in document for path, message in problems)
        return
    for level, row in document["targets"].items():
        seconds = {metric: parse(written) for metric, written in row.items() if written != "none"}
        assert set(row) <= set(METRICS[kind])
        assert all(seconds.values())
        assert not seconds or {document["calendars"].get(level), document["calendar"]} & NAMES
        assert max(seconds.values(), default=0) == seconds.get("RESOLVE", max(seconds.values(), default=0))
    assert sorted(set(document["thresholds"] or ())) == (document["thresholds"] or [])
