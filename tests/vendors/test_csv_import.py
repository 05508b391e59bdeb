"""A table of vendors brought into the directory: all of it or nothing, through the door of every other edit."""

import pytest
from django.core.exceptions import PermissionDenied

from sla.models import Agreement
from vendors.configuration import export_vendors
from vendors.csv_export import written
from vendors.csv_import import NotImported, import_table
from vendors.csv_import_columns import guessed
from vendors.csv_import_table import table
from vendors.models import ContactPoint, DirectoryEdit, Service, ServiceAccount, Vendor
from world import NINE, TENANT

ISP = (
    "Vendor,Website,Service,Category,Email,Phone,Hours,Calendar,Owner,Interval,Client,Circuit id\n"
    "Northline,https://northline.example,Fibre,network,faults@northline.example,'+44 113 496 0200,daytime,Office,"
    "boss@msp.example,30,Acme,NL-1\n"
)


@pytest.fixture
def imports(world):
    def run(text, *, by=None, dry_run=False):
        found = table(text)
        return import_table(found, guessed(found.headings), by=by or world.manager, now=NINE, dry_run=dry_run)

    return run


def faults(imports, text, **how):
    with pytest.raises(NotImported) as caught:
        imports(text, **how)
    return [str(fault) for fault in caught.value.faults]


def test_a_row_becomes_a_vendor_with_service_contacts_and_account(imports, world):
    imports(ISP)
    service = Service.objects.get(name="Fibre")
    assert service.vendor.website == "https://northline.example" and service.category == "network"
    mail, phone = service.contact_points.all()
    assert (mail.kind, mail.value, mail.calendar.name) == ("EMAIL", "faults@northline.example", "Office")
    assert (phone.kind, phone.value) == ("HOTLINE", "+44 113 496 0200")
    assert mail.owner == world.manager and mail.interval_days == 30
    assert ServiceAccount.objects.get(service=service, client=world.acme).facts == {"circuit_id": "NL-1"}


def test_who_imported_it_stands_in_the_history(imports, world):
    imports(ISP)
    edit = DirectoryEdit.objects.get(vendor__name="Northline")
    assert edit.by == world.manager and edit.note == "Imported from a table" and edit.at == NINE


def test_the_same_table_again_changes_nothing(imports):
    imports(ISP)
    said = imports(ISP)
    assert [act.what for act in said.acts] == ["unchanged"]
    assert DirectoryEdit.objects.filter(vendor__name="Northline").count() == 1


def test_a_dry_run_says_the_same_and_changes_nothing(imports):
    said = imports(ISP, dry_run=True)
    assert [act.what for act in said.acts] == ["create"]
    assert not Vendor.objects.filter(name="Northline").exists() and not DirectoryEdit.objects.exists()


def test_what_a_known_vendor_has_beside_stays(imports, world):
    imports("Vendor,Service,Phone\nMicrosoft,Microsoft 365,+44 20\n")
    points = ContactPoint.objects.filter(service=world.m365)
    assert sorted(p.value for p in points) == ["+44 20", "support@vendor.example"]
    service = Service.objects.get(pk=world.m365.pk)
    assert service.required == world.m365.required and service.commitment == Agreement.objects.get(name="M365")
    assert ServiceAccount.objects.get(client=world.acme).facts == {"tenant_id": TENANT}


@pytest.mark.parametrize("text, expected", [
    ("Vendor,Service,Email\nN,S,not an address\n", 'Line 2, Email: "not an address" is not a mail address'),
    ("Vendor,Service,Portal\nN,S,nowhere\n", 'Line 2, Portal: "nowhere" is not a web address'),
    ("Vendor,Website\nN,nowhere\n", 'Line 2, Website: "nowhere" is not a web address'),
    ("Vendor,Service,Email,Owner\nN,S,a@b.example,bos@msp.example\n",
     'Line 2, Owner: there is no user "bos@msp.example"; did you mean "boss@msp.example"?'),
    ("Vendor,Service,Email,Calendar\nN,S,a@b.example,Ofice\n",
     'Line 2, Calendar: there is no calendar "Ofice"; did you mean "Office"?'),
    ("Vendor,Service,Client,Tenant id\nN,S,Acne,1\n",
     'Line 2, Client: there is no client "Acne"; did you mean "Acme"?'),
    ("Vendor,Service,Contact kind,Contact value\nN,S,fax,1\n",
     'Line 2, Contact kind: "fax" is not one of email, portal, hotline'),
    ("Vendor,Service,Lodge by\nN,S,pigeon\n", 'Line 2, Lodge by: "PIGEON" is not one of MAIL, PORTAL, API'),
    ("Vendor,Service,Email,Verified on\nN,S,a@b.example,31.2.2026\n", "Line 2, Verified on"),
    ("Vendor,Service,Email,Interval\nN,S,a@b.example,often\n", "Line 2, Interval: must be a whole number"),
    ("Vendor,Service,Plan\nN,S," + "x" * 81 + "\n", "Line 2, Plan: should have at most 80 characters"),
    ("Vendor,Service\nN,Microsoft 365\n", "Line 2, Service: "),
    ("Vendor,Website\nImport,https://a.example\n", "Line 2, Vendor: “Import” cannot be an address"),
])  # fmt: skip
def test_a_cell_that_is_refused_is_named_by_line_and_column(imports, text, expected):
    [said] = faults(imports, text)
    assert said.startswith(expected)
    assert Vendor.objects.count() == 1


def test_one_bad_row_keeps_all_others_out(imports):
    text = "Vendor,Service,Email\nA,S1,a@a.example\nB,S2,broken\nC,S3,c@c.example\nD,S4,broken too\n"
    said = faults(imports, text)
    assert [line[:6] for line in said] == ["Line 3", "Line 5"]
    assert Vendor.objects.count() == 1


def test_a_service_of_two_vendors_is_refused(imports):
    said = faults(imports, "Vendor,Service,Plan\nA,Same,x\nB,Same,x\n")
    assert len(said) == 1 and said[0].startswith("Line 3, Service: ")


def test_only_those_who_may_edit_the_directory_import(imports, world):
    with pytest.raises(PermissionDenied):
        imports(ISP, by=world.l1)
    assert Vendor.objects.count() == 1


def test_the_directory_written_out_changes_nothing_when_it_comes_back(imports, world):
    imports(ISP)
    imports("Vendor,Mail domains,Service,Lodge by,Number pattern\nNorthline,a.example b.example,Fibre,portal,[0-9]+\n")
    text = written(export_vendors(), clients=["Acme"])
    assert "'+44 113 496 0200" in text and TENANT in text
    said = imports(text)
    assert [act.what for act in said.acts] == ["unchanged"] * len(said.acts)
    assert len(said.acts) == 5


def test_the_written_directory_makes_the_same_one_elsewhere(imports, world):
    imports(ISP)
    text = written(export_vendors(), clients=["Acme"])
    before = [form for form in export_vendors() if form["name"] == "Northline"]
    Vendor.objects.filter(name="Northline").delete()
    imports(text)
    assert [form for form in export_vendors() if form["name"] == "Northline"] == before


def test_no_secret_and_no_account_of_another_s_client_is_written_out(world):
    forms = [
        {
            "name": "V",
            "services": [{"name": "S", "required": [{"key": "pin", "source": "account.pin", "secret": True}]}],
            "accounts": [
                {"client": "Acme", "service": "S", "facts": {"pin": "1234", "id": "7"}},
                {"client": "Hidden", "service": "S", "facts": {"id": "8"}},
            ],
        }
    ]
    text = written(forms, clients=["Acme"])
    assert "7" in text and "1234" not in text and "Hidden" not in text and "8" not in text


def test_a_vendor_without_a_service_and_an_account_without_a_fact_have_a_row():
    forms = [
        {"name": "Bare", "website": "https://bare.example"},
        {"name": "V", "services": [{"name": "S"}], "accounts": [{"client": "Acme", "service": "S"}]},
    ]
    lines = written(forms, clients=["Acme"]).splitlines()
    assert len(lines) == 3 and lines[1].startswith("Bare,https://bare.example") and ",Acme,," in lines[2]


def test_many_vendors_are_read_in_as_few_queries_as_one(imports, world, django_assert_max_num_queries):
    """Both ways: written out, and brought in again without a change."""
    rows = "".join(f"Vendor {n},Service {n},a{n}@isp.example,Acme,{n}\n" for n in range(30))
    text = f"Vendor,Service,Email,Client,Circuit id\n{rows}"
    imports(text)
    with django_assert_max_num_queries(5):
        assert len(export_vendors()) == 31
    with django_assert_max_num_queries(12):
        assert {act.what for act in imports(text).acts} == {"unchanged"}
