"""Columns are guessed from their headings, and choices that do not fit together are said in words."""

import pytest

from vendors.csv_export import heading
from vendors.csv_import_columns import FACT, FIELDS, MEANS, faults, guessed, is_named, key_of


@pytest.mark.parametrize("heading, expected", [
    ("Vendor", "vendor"), ("vendor name", "vendor"), ("HERSTELLER", "vendor"), ("Lieferant", "vendor"),
    ("E-Mail", "email"), ("Support e-mail", "email"), ("Phone number", "hotline"), ("Telefon", "hotline"),
    ("Portal URL", "portal"), ("Contact kind", "kind"), ("Contact value", "value"), ("Opening hours", "hours"),
    ("Sprache", "language"), ("Geprüft", "verified_on"), ("Account client", "account_client"),
    ("Kunde", "account_client"),
    ("Account key", "account_key"), ("Tenant ID", FACT), ("Contract number", FACT), ("Colour", ""), ("", ""),
])  # fmt: skip
def test_a_heading_is_understood(heading, expected):
    assert guessed([heading]) == [expected]


def test_the_second_of_two_that_mean_the_same_is_left_out():
    assert guessed(["Vendor", "Supplier", "Plan"]) == ["vendor", "", "plan"]


def test_there_may_be_many_facts():
    assert guessed(["Tenant id", "Circuit id"]) == [FACT, FACT]


def test_every_way_of_calling_a_field_means_that_field_alone():
    names = [name for _, names in FIELDS.values() for name in names]
    assert len(names) == len(set(names))
    assert all(guessed([name]) == [field] for field, (_, known) in FIELDS.items() for name in known)


def test_every_field_is_described_under_a_heading_that_is_known_again():
    assert set(MEANS) == set(FIELDS) and all(MEANS.values())
    assert [guessed([heading(field)]) for field in MEANS if field != FACT] == [[f] for f in MEANS if f != FACT]


@pytest.mark.parametrize("headings, expected", [
    (["nonsense"], False), (["Column 1"], False), (["Hersteller"], True), (["nonsense", "more"], True),
])  # fmt: skip
def test_a_single_heading_must_say_what_it_is(headings, expected):
    assert is_named(headings) is expected


@pytest.mark.parametrize("text, expected", [
    ("Tenant ID", "tenant_id"), ("  Circuit-Nr. ", "circuit_nr"), ("Größe", "groesse"), ("***", ""),
    ("a" * 50, "a" * 40),
])  # fmt: skip
def test_a_fact_is_called_as_its_column(text, expected):
    assert key_of(text) == expected


@pytest.mark.parametrize("chosen, words", [
    (["service", ""], "Choose the column that names the vendor."),
    (["vendor", "vendor"], "“A” and “B” cannot both be: Vendor."),
    (["vendor", "value"], "of which kind"),
    (["vendor", "kind"], "with the address or number"),
    (["vendor", FACT], "names the client"),
    (["vendor", "account_key"], "with the fact itself"),
    (["vendor", "account_value"], "names the fact"),
    (["vendor", "no_such_thing"], "“B” is no column of a vendor."),
])  # fmt: skip
def test_columns_that_do_not_fit_together_are_told(chosen, words):
    assert words in " ".join(faults(chosen, ["A", "B"]))


@pytest.mark.parametrize("chosen", [
    ["vendor"], ["vendor", "", ""], ["vendor", "kind", "value"], ["vendor", FACT, FACT, "account_client"],
])  # fmt: skip
def test_columns_that_fit_together_are_taken(chosen):
    assert faults(chosen, [f"C{n}" for n in range(len(chosen))]) == []
