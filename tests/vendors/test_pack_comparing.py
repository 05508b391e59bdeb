"""A pack held against the directory: what is missing is added, what somebody wrote stays unless they say otherwise."""

import pytest

from vendors.packs.comparing import compared, form_of, renamed, taken

PACK = {
    "name": "Acme Cloud",
    "website": "https://cloud.example/",
    "services": [{"name": "Cloud", "plan": "Basic", "severity_of": {"P1": "High"}, "verify_first": True}],
}


def parts(known, wanted=PACK):
    return {part.name: part.what for part in compared(known, wanted)}


def written(known, *over, wanted=PACK):
    """The form that would be saved over `known`."""
    found = compared(known, wanted)
    return form_of(taken(found, over=over), known, wanted)


def test_where_there_is_no_such_vendor_all_of_it_is_new():
    assert set(parts({}).values()) == {"NEW"}
    assert written({}) == PACK


def test_what_is_there_already_and_says_the_same_is_not_written_again():
    assert set(parts(PACK).values()) == {"SAME"}
    assert written(PACK) == {"name": "Acme Cloud"}


def test_what_somebody_wrote_stays():
    edited = {**PACK, "services": [PACK["services"][0] | {"plan": "Gold"}]}
    assert parts(edited)["Cloud:plan"] == "DIFFERS"
    assert written(edited) == {"name": "Acme Cloud"}


def test_what_somebody_wrote_is_replaced_when_they_choose_so():
    edited = {**PACK, "website": "https://own.example/", "services": [PACK["services"][0] | {"plan": "Gold"}]}
    assert written(edited, "Cloud:plan") == {"name": "Acme Cloud", "services": [{"name": "Cloud", "plan": "Basic"}]}
    assert written(edited, ":website") == {"name": "Acme Cloud", "website": "https://cloud.example/"}


def test_a_part_that_is_missing_is_added_beside_those_that_stay():
    known = {"name": "Acme Cloud", "website": "https://own.example/", "services": [{"name": "Cloud", "plan": "Gold"}]}
    expected = {"name": "Cloud", "severity_of": {"P1": "High"}, "verify_first": True}
    assert written(known) == {"name": "Acme Cloud", "services": [expected]}


def test_a_service_that_was_confirmed_is_not_to_be_confirmed_again():
    confirmed = {**PACK, "services": [{k: v for k, v in PACK["services"][0].items() if k != "verify_first"}]}
    assert written(confirmed) == {"name": "Acme Cloud"}


def test_a_part_that_is_the_same_cannot_be_chosen():
    assert written(PACK, "Cloud:plan", "Cloud:no-such-part", "nothing") == {"name": "Acme Cloud"}


def test_a_service_that_the_vendor_has_not_is_created_even_if_it_says_nothing():
    bare = {"name": "Acme Cloud", "services": [{"name": "Cloud"}]}
    assert written({"name": "Acme Cloud"}, wanted=bare) == bare


@pytest.mark.parametrize("vendor, service, expected", [
    ("", "", ("Acme Cloud", "Cloud")),
    ("Northline", "", ("Northline", "Cloud")),
    ("", "Line 1", ("Acme Cloud", "Line 1")),
    ("Northline", "Line 1", ("Northline", "Line 1")),
])  # fmt: skip
def test_a_pack_can_be_taken_under_other_names(vendor, service, expected):
    form = renamed(PACK, vendor=vendor, service=service)
    assert (form["name"], form["services"][0]["name"]) == expected
    assert PACK["name"] == "Acme Cloud" and PACK["services"][0]["name"] == "Cloud"
