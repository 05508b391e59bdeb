"""Whose mail an address is: a contact's, or of a domain of the vendor's or beneath it, never of a mere look-alike."""

import pytest

from vendors.models import ContactPoint, Service, Vendor
from vendors.senders import is_contact_of, is_of, vendors_of


@pytest.fixture
def vendor(world):
    Vendor.objects.update(mail_domains=["cases.example", "co.example"])
    return Vendor.objects.get()


@pytest.mark.parametrize(
    "address, theirs",
    [
        ("support@vendor.example", True), ("SUPPORT@Vendor.Example", True), ("mia@vendor.example", True),
        ("robot@mail.vendor.example", True), ("mia@cases.example", True), ("mia@eu.west.cases.example", True),
        ("mia@notvendor.example", False), ("mia@vendor.example.evil.example", False), ("mia@example", False),
        ("mia@cases.example.org", False), ("mia@ases.example", False), ("vendor.example", False), ("", False),
        ("mia@", False), ("mia@.example", False), ("mia@vendor..example", False),
    ],
)  # fmt: skip
def test_an_address_is_the_vendor_s_by_its_domain_or_one_beneath(vendor, address, theirs):
    assert is_of(address, vendor) is theirs


@pytest.mark.parametrize(
    "address, theirs",
    [("support@gmail.com", True), ("Support@GMAIL.com", True), ("evil@gmail.com", False), ("x@mail.gmail.com", False)],
)
def test_where_anybody_has_an_address_only_the_contact_s_own_counts(vendor, address, theirs):
    ContactPoint.objects.update(value="support@gmail.com")
    assert is_of(address, vendor) is theirs


def test_two_vendors_may_share_a_domain_and_a_contact_is_of_one_alone(vendor):
    other = Vendor.objects.create(name="Reseller")
    service = Service.objects.create(name="Mail", vendor=other)
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="desk@vendor.example")
    assert vendors_of("mia@vendor.example") == [vendor, other]
    assert is_contact_of("Desk@vendor.example", other) and not is_contact_of("desk@vendor.example", vendor)
    assert not is_contact_of("mia@vendor.example", other) and not is_contact_of("", other)


def test_a_number_to_call_is_nobody_s_mail(vendor):
    ContactPoint.objects.update(kind="HOTLINE", value="+44 20 7946 0000")
    assert vendors_of("+44 20 7946 0000") == [] and vendors_of("mia@vendor.example") == []
