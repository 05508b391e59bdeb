"""The built-in packs themselves: what each must hold to be worth taking, and that files and pages take the same."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from escalation_portal.configuration import export_configuration, import_configuration
from sla.models import CalendarVersion
from vendors.completeness import PLACEHOLDER
from vendors.configuration import export_vendors
from vendors.models import Service
from vendors.packs import FOLDER, packs, remark_of
from vendors.packs.remaining import left_to_do
from vendors.packs.taking import take
from vendors.placeholders import BUILT_IN
from world import NINE

EXPECTED = {"microsoft-365", "google-workspace", "sentinelone", "crowdstrike", "internet-provider", "hardware-maker"}
EVERY = pytest.mark.parametrize("slug", sorted(EXPECTED))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def service(slug):
    [only] = packs()[slug].vendor["services"]
    return only


def imported(*slugs, dry_run=False):
    files = [(f"{slug}.yaml", (FOLDER / f"{slug}.yaml").read_bytes()) for slug in slugs]
    return import_configuration(files, now=NOW, environ={}, dry_run=dry_run)


def test_there_is_a_pack_for_each_of_them():
    assert set(packs()) == EXPECTED == {path.stem for path in Path(FOLDER).glob("*.yaml")}


@EVERY
def test_a_pack_says_where_it_comes_from_and_that_it_is_to_be_verified(slug):
    assert "Verify before use" in packs()[slug].remark[0]
    assert any("filled in by you" in paragraph for paragraph in packs()[slug].remark)
    assert service(slug)["verify_first"] is True
    assert service(slug)["sources"] and all(re.match(r"https?://", s) for s in service(slug)["sources"])


@EVERY
def test_a_pack_has_what_a_case_needs(slug):
    found = service(slug)
    assert len(found["required"]) >= 3 and found["engage_when"] and found["template"]
    assert {"P1", "P2", "P3", "P4"} == set(found["severity_of"])
    assert any("error_codes" in row for row in found["engage_when"])
    assert found["client_text"] and found["client_text_in"]["de"]


@EVERY
def test_every_required_datum_stands_in_the_case(slug):
    found = service(slug)
    used = set(PLACEHOLDER.findall(found["template"]["subject"] + found["template"]["body"]))
    keys = {datum["key"] for datum in found["required"]}
    assert keys <= used
    assert used <= keys | BUILT_IN


@EVERY
def test_no_pack_knows_a_mail_address_or_a_number_that_only_a_contract_gives(slug):
    points = service(slug).get("contacts", [])
    assert {point["kind"] for point in points} <= {"portal"}
    assert all(point["value"].startswith("https://") and "verified_on" not in point for point in points)


@EVERY
def test_every_severity_that_something_is_promised_for_is_one_of_the_vendor_s(slug):
    found = service(slug)
    if promised := found.get("commitment"):
        assert set(found["severity_of"].values()) == set(promised["targets"])
        assert promised["calendar"] in [row.name for row in packs()[slug].form.calendars]
        assert {metric for row in promised["targets"].values() for metric in row} == {"RESPOND"}


def test_only_a_secret_is_asked_for_as_one():
    secrets = {d["key"] for slug in EXPECTED for d in service(slug)["required"] if d.get("secret")}
    assert secrets == {"support_pin"}


@pytest.mark.django_db
@EVERY
def test_a_pack_is_imported_by_itself_and_again_without_a_change(slug):
    plan_of_all = imported(slug)
    assert plan_of_all.count("create") == len(plan_of_all.lines)
    again = imported(slug)
    assert again.count("unchanged") == len(again.lines)


@pytest.mark.django_db
def test_all_packs_are_imported_together_and_come_out_as_they_went_in():
    imported(*sorted(EXPECTED))
    written = export_configuration().encode()
    again = import_configuration([("all.yaml", written)], now=NOW, environ={}, dry_run=True)
    assert again.count("unchanged") == len(again.lines) and again.count("create") == 0
    assert {form["name"] for form in export_vendors()} == {pack.vendor["name"] for pack in packs().values()}


@EVERY
def test_a_pack_taken_by_page_is_what_its_file_imports(slug, world):
    world.m365.vendor.delete()
    by_page = take(packs()[slug], over=(), by=world.manager, now=NINE)
    again = imported(slug, dry_run=True)
    assert [line.what for line in again.lines] == ["unchanged"] * len(again.lines)
    assert by_page.services.get().verify_first


def test_taking_a_pack_creates_its_calendar_and_leaves_one_that_is_there(world):
    world.calendar("SentinelOne support", {"timezone": "Europe/Berlin", "hours": {"mon": ["09:00-17:00"]}})
    for slug in ("sentinelone", "google-workspace"):
        take(packs()[slug], over=(), by=world.manager, now=NINE)
    assert CalendarVersion.objects.get(of__name="SentinelOne support").document["timezone"] == "Europe/Berlin"
    assert CalendarVersion.objects.get(of__name="Google Workspace support").document["always"] is True


def test_a_generic_pack_is_taken_once_for_each_of_ones_own_vendors(world):
    pack = packs()["internet-provider"]
    for vendor, line in (("Northline", "Northline fibre"), ("Eastnet", "Eastnet DSL")):
        take(pack, vendor=vendor, service=line, over=(), by=world.manager, now=NINE)
    assert {str(s.vendor): s.name for s in Service.objects.filter(category="network")} == {
        "Northline": "Northline fibre", "Eastnet": "Eastnet DSL",
    }  # fmt: skip


@EVERY
def test_a_fresh_pack_tells_what_is_left_to_do(slug):
    said = "\n".join(todo.words for todo in left_to_do(packs()[slug].vendor))
    assert "Note the account of each client" in said and "confirm it" in said
    assert ("Note what your contract" in said) == (slug not in ("google-workspace", "sentinelone"))
    assert ("by hand on the portal" in said) == bool(service(slug).get("contacts"))
    assert ("fill in the mail address" in said.lower()) == (not service(slug).get("contacts"))


def test_nothing_is_left_once_it_is_filled_in():
    found = service("internet-provider") | {
        "contacts": [
            {"kind": "email", "value": "faults@isp.example", "verified_on": "2026-03-01"},
            {"kind": "hotline", "value": "+44 20 7946 0000", "verified_on": "2026-03-01"},
        ],
        "commitment": {"calendar": "24x7", "targets": {"Total loss": {"RESPOND": "1h"}}},
        "verify_first": False,
    }  # fmt: skip
    filled = {"services": [found], "accounts": [{"client": "Acme", "service": found["name"]}]}
    assert left_to_do(filled) == []


def test_nothing_is_left_for_what_is_retired():
    found = service("internet-provider")
    assert left_to_do({"services": [found]}) and not left_to_do({"services": [found | {"retired": True}]})
    assert left_to_do({"services": [found], "retired": True}) == []


@pytest.mark.parametrize("text, expected", [
    ("", ()),
    ("vendors: []\n# not above it\n", ()),
    ("# One\n# and the same.\n#\n# Two.\nvendors: []\n", ("One and the same.", "Two.")),
])  # fmt: skip
def test_the_comment_above_a_file_is_read_by_paragraphs(text, expected):
    assert remark_of(text) == expected
