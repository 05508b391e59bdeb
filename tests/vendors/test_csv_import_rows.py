"""What rows say of vendors: their forms, what each row creates or changes, and two rows that do not agree."""

import pytest

from vendors.csv_import_columns import guessed
from vendors.csv_import_rows import Fault, reading
from vendors.csv_import_table import table

KNOWN = {
    "Microsoft": {
        "name": "Microsoft",
        "website": "https://microsoft.example/",
        "services": [
            {
                "name": "Microsoft 365",
                "plan": "Basic",
                "required": [{"key": "pin", "source": "account.pin", "secret": True}],
                "contacts": [{"kind": "email", "value": "help@vendor.example", "hours": "office hours"}],
            }
        ],
        "accounts": [
            {"client": "Acme", "service": "Microsoft 365", "facts": {"tenant_id": "1", "domain": "a.example"}}
        ],
    }
}


def read(text, known=KNOWN):
    found = table(text)
    return reading(found, guessed(found.headings), known)


def form(text, vendor="Microsoft"):
    said = read(text)
    assert said.faults == []
    return said.drafts[vendor].form


def said_wrong(text):
    return [str(fault) for fault in read(text).faults]


def test_a_vendor_that_is_not_known_is_created_with_all_that_its_rows_say():
    said = read(
        "Vendor,Website,Service,Category,Email,Phone,Hours,Language\n"
        "Northline,https://northline.example,Fibre,network,faults@northline.example,+44 20,always,en\n"
    )
    assert said.drafts["Northline"].form == {
        "name": "Northline",
        "website": "https://northline.example",
        "services": [
            {
                "name": "Fibre",
                "category": "network",
                "contacts": [
                    {"kind": "email", "value": "faults@northline.example", "hours": "always", "language": "en"},
                    {"kind": "hotline", "value": "+44 20", "hours": "always", "language": "en"},
                ],
            }
        ],
    }
    [act] = said.acts
    assert (act.line, act.what) == (2, "create")
    assert act.creates == ["vendor Northline", "service Fibre", "email faults@northline.example", "hotline +44 20"]


def test_rows_of_one_vendor_and_service_add_up():
    found = form(
        "Vendor,Service,Plan,Contact kind,Contact value\n"
        "Northline,Fibre,Gold,mail,a@b.example\nnorthline,fibre,,Phone,+44\nNorthline,DSL,,web,https://b.example\n",
        "Northline",
    )
    fibre, dsl = found["services"]
    assert fibre["plan"] == "Gold" and [point["kind"] for point in fibre["contacts"]] == ["email", "hotline"]
    assert dsl == {"name": "DSL", "contacts": [{"kind": "portal", "value": "https://b.example"}]}


def test_what_the_directory_says_already_changes_nothing():
    said = read(
        "Vendor,Website,Service,Plan,Lodge by,Email,Hours,Client,Tenant id\n"
        "microsoft,https://microsoft.example/,MICROSOFT 365,Basic,mail,HELP@vendor.example,office hours,acme,1\n"
    )
    assert [act.what for act in said.acts] == ["unchanged"] and not said.drafts["Microsoft"].changed


def test_an_empty_cell_changes_nothing():
    assert form("Vendor,Website,Service,Plan,Email\nMicrosoft,,Microsoft 365,,\n") == {
        "name": "Microsoft", "services": [{"name": "Microsoft 365"}],
    }  # fmt: skip


def test_a_change_says_what_it_was_and_what_it_will_be():
    said = read("Vendor,Service,Plan,Email,Hours\nMicrosoft,Microsoft 365,Gold,help@vendor.example,always\n")
    assert said.acts[0].changes == ["plan: Basic → Gold", "hours of help@vendor.example: office hours → always"]
    assert said.acts[0].what == "change"


def test_a_new_contact_stands_behind_those_that_are_there():
    found = form("Vendor,Service,Phone\nMicrosoft,Microsoft 365,+44 20\n")
    assert [point["value"] for point in found["services"][0]["contacts"]] == ["help@vendor.example", "+44 20"]
    assert KNOWN["Microsoft"]["services"][0]["contacts"] == [
        {"kind": "email", "value": "help@vendor.example", "hours": "office hours"}
    ]


def test_facts_of_an_account_are_added_to_those_that_it_has():
    found = form("Vendor,Service,Client,Tenant id,Contract number\nMicrosoft,Microsoft 365,Acme,2,C-9\n")
    assert found["accounts"] == [
        {
            "client": "Acme",
            "service": "Microsoft 365",
            "facts": {"tenant_id": "2", "domain": "a.example", "contract_number": "C-9"},
        }
    ]
    assert KNOWN["Microsoft"]["accounts"][0]["facts"]["tenant_id"] == "1"


def test_a_fact_may_be_named_in_its_row():
    text = "Vendor,Service,Client,Account key,Account value\nMicrosoft,Microsoft 365,Birch,Tenant ID,7\n"
    assert form(text)["accounts"] == [{"client": "Birch", "service": "Microsoft 365", "facts": {"tenant_id": "7"}}]
    assert read(text).acts[0].creates == ["account of Birch"]


@pytest.mark.parametrize("row, expected", [
    ("2026-03-02", "2026-03-02"), ("2.3.2026", "2026-03-02"), ("02.03.2026", "2026-03-02"), ("3/2/2026", "3/2/2026"),
    ("soon", "soon"),
])  # fmt: skip
def test_only_dates_that_can_be_read_in_one_way_are_rewritten(row, expected):
    found = form(f"Vendor,Service,Email,Verified on\nN,S,a@b.example,{row}\n", "N")
    assert found["services"][0]["contacts"][0]["verified_on"] == expected


@pytest.mark.parametrize("text, expected", [
    ("Vendor,Plan\n,x\n", ["Line 2, Vendor: is empty: name the vendor in every row"]),
    ("Vendor,Plan\nMicrosoft,Gold\n", ["Line 2, Plan: says something of a service: choose the column that names it"]),
    ("Vendor,Service,Email\nMicrosoft,,a@b.example\n",
     ["Line 2, Email: says something of a service, and the row names none: fill in Service"]),
    ("Vendor,Website\nN,https://a.example\nN,https://b.example\n",
     ["Line 3, Website: says otherwise than line 2: https://a.example"]),
    ("Vendor,Service,Email,Hours\nN,S,a@b.example,day\nN,S,a@b.example,night\n",
     ["Line 3, Hours: says otherwise than line 2: day"]),
    ("Vendor,Service,Client,Tenant id\nN,S,Acme,1\nN,S,Acme,2\n", ["Line 3, Tenant id: says otherwise than line 2: 1"]),
    ("Vendor,Service,Client,Tenant id\nN,S,,1\n",
     ["Line 2, Tenant id: belongs to an account: name the client in this row"]),
    ("Vendor,Service,Client,Account key,Account value\nMicrosoft,Microsoft 365,Acme,PIN,1234\n",
     ["Line 2, Account value: is a secret, which does not belong in a file: enter it on the client's account"]),
    ("Vendor,Service,Client,Account key,Account value\nN,S,Acme,,1234\n",
     ["Line 2, Account value: has no name: fill in the name of the fact"]),
])  # fmt: skip
def test_what_cannot_be_is_told_with_its_line_and_column(text, expected):
    assert said_wrong(text) == expected


def test_more_vendors_than_can_be_saved_in_one_go_are_told_where_to_split():
    rows = "".join(f"V{n}\n" for n in range(501))
    assert said_wrong(f"Vendor\n{rows}") == [
        "Line 502, Vendor: is one more than the 500 vendors that can be changed at a time: split the table here"
    ]
    assert said_wrong("Vendor\n" + "".join(f"V{n}\n" for n in range(500))) == []


def test_saying_the_same_twice_is_no_fault():
    assert said_wrong("Vendor,Website,Service,Plan\nN,https://a.example,S,Gold\nN,https://a.example,S,Gold\n") == []


def test_each_value_is_known_by_where_it_was_written():
    draft = read("Vendor,Service,Email,Owner\nN,S,a@b.example,me\nN,S,c@d.example,you\n").drafts["N"]
    assert draft.origin(("services", 0, "contacts", 1, "owner")) == (3, "Owner")
    assert draft.origin(("services", 0, "contacts", 1, "value")) == (3, "Email")
    assert draft.origin(("services", 0, "contacts", 1, "language")) == (3, "Email")
    assert draft.origin(("services", 0, "template", "subject")) == (2, "Service")
    assert draft.origin(("website",)) == (2, "Vendor")


def test_a_known_vendor_s_own_parts_are_nobody_s_line():
    assert read("Vendor,Website\nMicrosoft,\n").drafts["Microsoft"].origin(("protocol",)) == (0, "")


def test_faults_are_told_in_the_order_of_lines():
    assert sorted([Fault(3, "A", "x"), Fault(2, "B", "y")])[0].line == 2
    assert str(Fault(3, "", "x")) == "Line 3: x"
