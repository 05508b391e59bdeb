"""An edit in words: old and new per field, whole rows at once, texts to be read, secrets never."""

import pytest

from vendors.edit_words import changes, with_names

LINE = {"name": "Line", "plan": "Basic", "contacts": [{"kind": "email", "value": "noc@isp.example"}]}


def said(before, after):
    return [(c.place, c.field, c.old, c.new) for c in changes(before, after)]


def isp(**keys):
    return {"name": "ISP", "services": [{**LINE, **keys}]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"name": "A"}, {"name": "A"}, []),
        ({"name": "A"}, {"name": "B"}, [("", "Name", "A", "B")]),
        ({"name": "A"}, {"name": "A", "website": "https://a.example"}, [("", "Website", "", "https://a.example")]),
        (isp(), isp(plan="Gold"), [("Line", "Support plan", "Basic", "Gold")]),
        (isp(), isp(retired=True), [("Line", "State", "offered", "retired")]),
        (isp(retired=True), isp(), [("Line", "State", "retired", "offered")]),
        ({"name": "A"}, {"name": "A", "retired": True}, [("", "State", "offered", "retired")]),
        (isp(), isp(verify_first=True), [("Line", "Confirmed", "yes", "not yet")]),
        (isp(), isp(lodge_by="API"), [("Line", "How a case is lodged", "by mail", "through the vendor's API")]),
        (
            isp(engage_when=[{"words": "W", "impact": "HIGH"}]),
            isp(engage_when=[{"words": "W", "impact": "LOW", "automatic": True}]),
            [
                ("Line, Condition W", "Impact", "high", "low"),
                ("Line, Condition W", "Engaged", "when the ladder gets there", "by itself"),
            ],
        ),
        (isp(), isp(severity_of={"P1": "A"}), [("Line", "Severity of P1", "", "A")]),
        (isp(), isp(client_text_in={"de": "Dort"}), [("Line", "What clients read de", "", "Dort")]),
        (
            isp(commitment={"calendar": "Office", "targets": {"A": {"RESPOND": "1h"}}}),
            isp(commitment={"calendar": "24x7", "targets": {"A": {"RESPOND": "2h"}}}),
            [
                ("Line", "Promise: calendar", "Office", "24x7"),
                ("Line", "Target A", "first answer within 1h", "first answer within 2h"),
            ],
        ),
        (
            isp(template={"subject": "A", "body": "B"}), isp(template={"subject": "A", "body": "C"}),
            [("Line", "Case: text", "B", "C")],
        ),
    ],
)  # fmt: skip
def test_each_field_says_what_it_was_and_is(before, after, expected):
    assert said(before, after) == expected


def test_a_row_that_came_or_went_is_one_change():
    more = isp(contacts=[*LINE["contacts"], {"kind": "hotline", "value": "+44 1", "language": "en"}])
    [added] = said(isp(), more)
    assert added == ("Line", "Contact point +44 1", "", "Kind: hotline; Address: +44 1; Language: en")
    [gone] = said(more, isp())
    assert gone[2:] == (added[3], "")


def test_a_service_that_came_is_one_change_with_all_that_is_in_it():
    [added] = said({"name": "ISP"}, isp())
    assert added[:3] == ("", "Service Line", "") and "noc@isp.example" in added[3]


def test_an_address_that_moved_is_a_change_of_the_order_alone():
    two = [{"kind": "email", "value": "a@isp.example"}, {"kind": "email", "value": "b@isp.example"}]
    [moved] = said(isp(contacts=two), isp(contacts=two[::-1]))
    assert moved == ("Line", "Order of contact points", "a@isp.example, b@isp.example", "b@isp.example, a@isp.example")


IDS = [{"key": key, "label": "Id", "source": f"account.{key}"} for key in ("a", "b")]


def test_two_data_of_the_same_label_are_told_apart():
    other = [IDS[0] | {"source": "question"}, IDS[1]]
    assert said(isp(required=IDS), isp(required=other)) == [
        ("Line, Needed a", "Taken from", "the client's account: a", "asked of the technician")
    ]  # fmt: skip


def test_two_conditions_in_the_same_words_are_told_apart():
    one, two = ({"words": "Theirs", "minutes": minutes} for minutes in (10, 20))
    assert said(isp(engage_when=[one, two]), isp(engage_when=[one | {"minutes": 15}, two])) == [
        ("Line, Condition Theirs", "Minutes", "10", "15")
    ]


@pytest.mark.parametrize(("key", "rows", "expected"), [
    ("required", IDS, ("Line", "Order of what a case needs", "a, b", "b, a")),
    ("engage_when", [{"words": "A"}, {"words": "B"}], ("Line", "Order of conditions", "A, B", "B, A")),
])  # fmt: skip
def test_rows_in_another_order_are_one_change(key, rows, expected):
    assert said(isp(**{key: rows}), isp(**{key: rows[::-1]})) == [expected]


def test_the_same_condition_in_other_terms_names_the_term():
    one, other = ({"words": "Theirs", "error_codes": codes} for codes in (["a"], ["a", "b"]))
    assert said(isp(engage_when=[one]), isp(engage_when=[other])) == [
        ("Line, Condition Theirs", "Error codes", "a", "a, b")
    ]


def test_a_fact_that_is_called_as_a_word_of_the_form_says_itself():
    before, after = ({"accounts": [{"client": "A", "service": "S", "facts": {"source": x, "impact": x}}]} for x in "XY")
    place = "Account of A at S"
    assert said(before, after) == [(place, "Fact source", "X", "Y"), (place, "Fact impact", "X", "Y")]


def test_a_whole_row_is_told_from_a_field():
    found = changes({"name": "ISP"}, isp() | {"website": "https://isp.example"})
    assert [(changed.field, changed.is_row) for changed in found] == [("Service Line", True), ("Website", False)]


def test_owners_are_called_by_their_names_as_far_as_these_are_known():
    points = [{"value": "a", "owner": "amy@msp.example"}, {"value": "b", "owner": "x@msp.example"}, {"value": "c"}]
    [service, other] = with_names(
        {"name": "ISP", "services": [LINE | {"contacts": points}, {"name": "Bare"}]},
        {"amy@msp.example": "Amy", "x@msp.example": ""},
    )["services"]
    assert [point.get("owner") for point in service["contacts"]] == ["Amy", "x@msp.example", None]
    assert other == {"name": "Bare"} and points[0]["owner"] == "amy@msp.example"
    assert with_names({}, {}) == {}


def test_what_is_a_secret_is_never_said():
    required = [{"key": "pin", "label": "PIN", "source": "account.pin", "secret": True}]
    account = {"client": "Acme", "service": "Line", "facts": {"pin": "4711", "number": "7"}}
    before = isp(required=required)
    found = said(before, before | {"accounts": [account]})
    assert "4711" not in str(found) and "Fact number: 7" in found[0][3]


def test_a_long_text_is_to_be_read():
    [changed] = changes({"name": "A", "protocol": "x"}, {"name": "A", "protocol": "one\ntwo"})
    assert changed.is_long
    [changed] = changes({"name": "A"}, {"name": "B"})
    assert not changed.is_long
