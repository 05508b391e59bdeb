"""The radar's lanes are the guide's, and a Jira key is one."""

from datetime import UTC, datetime

import pytest

from tickets.radar.lanes import LANES, jira_address, jira_key, lane_of, stands, version

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "score, title",
    [
        (None, "Needs investigation"),
        (1, "Active bug being prioritised"),
        (6, "Active bug being prioritised"),
        (7, "Under review by Product/Dev"),
        (10, "Under review by Product/Dev"),
    ],
)
def test_a_score_leads_to_its_lane(score, title):
    assert lane_of(score).title == title


@pytest.mark.parametrize("score", [0, 11, -1])
def test_what_is_no_score_has_no_lane(score):
    with pytest.raises(ValueError, match="1 to 10"):
        lane_of(score)


def test_every_score_stands_in_exactly_one_lane():
    assert all(sum(lane.holds(score) for lane in LANES) == 1 for score in (None, *range(1, 11)))


def test_a_lane_suggests_a_score_of_its_own():
    assert all(lane.holds(lane.suggested) for lane in LANES)


@pytest.mark.parametrize(
    "written, key",
    [
        ("", ""),
        ("  ", ""),
        ("ABC-123", "ABC-123"),
        (" abc-9 ", "ABC-9"),
        ("https://example.atlassian.net/browse/OPS-7?focus=1", "OPS-7"),
        ("A_1-5", "A_1-5"),
    ],
)
def test_a_key_is_read_as_people_write_it(written, key):
    assert jira_key(written) == key


@pytest.mark.parametrize(
    "written", ["ABC", "123", "ABC-", "ABC-0", "1BC-2", "ABC-12 x", "javascript:alert(1)", "ÄBC-1", "A" * 30 + "-1"]
)
def test_what_is_no_key_is_refused(written):
    with pytest.raises(ValueError, match="ABC-123"):
        jira_key(written)


@pytest.mark.parametrize(
    "base, address",
    [
        ("https://jira.example/", "https://jira.example/browse/ABC-1"),
        ("https://jira.example", "https://jira.example/browse/ABC-1"),
        ("http://jira.example", ""),
        ("javascript:alert(1)//", ""),
        ("", ""),
    ],
)
def test_only_a_safe_address_is_linked(base, address):
    assert jira_address(base, "ABC-1") == address


def test_no_key_leads_nowhere():
    assert jira_address("https://jira.example", "") == ""


def test_a_place_is_told_in_words():
    assert stands(None, "") == "no score (Needs investigation)"
    assert stands(7, "ABC-1") == "7 (Under review by Product/Dev), ABC-1"


def test_each_place_has_a_version_of_its_own():
    assert len({version(NINE, 3, ""), version(NINE, 4, ""), version(NINE, 3, "A-1"), version(None, None, "")}) == 4
    assert version(None, None, "") == ""
