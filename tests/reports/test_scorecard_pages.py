"""The pages and files of the scorecards: what they show, to whom, in how many queries, and what is no period."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db.models import F

import pdf_text
from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from reports.scorecard_page import SHOWN
from tickets import lifecycle
from tickets.models import TicketEvent, VendorCase
from vendors.models import Service, Vendor

ALL, ONE = "/reports/vendors/", "/reports/vendors/microsoft/"
TENANT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def world(world):
    """At this very moment, which is what pages read, with a promise that counts at any hour."""
    world.now = database_now() - timedelta(hours=4)
    targets = {"A": {"RESPOND": "1h", "UPDATE": "2h", "RESOLVE": "8h"}}
    world.agreement("M365", "UC", {"calendar": "24x7", "targets": targets})
    return world


@pytest.fixture
def desk(world, client):
    client.force_login(world.manager)
    return client


def lived(world, minutes=90, title="Mail does not arrive"):
    """A case that was lodged and then answered after so many minutes."""
    ticket = world.open(title)
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={"tenant_id": TENANT}, why="Theirs")
    world.tick()
    world.now += timedelta(minutes=minutes)
    world.do(lifecycle.resume, ticket, why="They have found it")
    return ticket


def html(browser, path, status=200):
    answer = browser.get(path)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u00a0", " "))


def rows(answer):
    assert answer.status_code == 200 and answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# all vendors ---------------------------------------------------------------------------------------------------------


def test_every_vendor_is_listed_with_what_it_kept(world, desk):
    lived(world)
    Vendor.objects.create(name="Quiet Ltd")
    page = html(desk, ALL)
    assert "0 of 1" in page and "0.0 %" in page and "1 h 30 min" in page
    table, below = page[page.index("<tbody>") :].split("</tbody>")
    assert "Quiet Ltd" not in table and re.search(r"No case in this period:</span> <a [^>]+>Quiet Ltd</a></p>", below)


def test_a_retired_vendor_is_listed_only_where_it_had_a_case(world, desk):
    lived(world)
    Vendor.objects.create(name="Gone Ltd", retired_at=world.now)
    Vendor.objects.filter(slug="microsoft").update(retired_at=world.now)
    page = html(desk, ALL)
    assert "Microsoft" in page and "Gone Ltd" not in page
    assert "Microsoft" not in html(desk, f"{ALL}?from=2026-01-01&to=2026-01-31")


def test_without_a_vendor_and_without_a_case_the_page_says_so(world, desk):
    assert "No case was lodged with a vendor in this period" in html(desk, ALL)
    Service.objects.all().delete()
    Vendor.objects.all().delete()
    assert "No vendor yet" in html(desk, ALL)


def test_where_nothing_is_promised_no_share_is_invented(world, desk):
    Service.objects.update(severity_of={})
    lived(world)
    page = html(desk, ALL)
    assert "Nothing promised" in page and "100.0 %" not in page


def test_the_list_can_be_sorted_and_keeps_its_period(world, desk):
    lived(world)
    service = Service.objects.create(vendor=Vendor.objects.create(name="Alpha"), name="Line")
    VendorCase.objects.create(
        ticket=world.open(), vendor=service.vendor, service=service, status="CLOSED", ball_count=1, step=0,
        because="x", opened_at=world.now, lodged_at=world.now,
    )  # fmt: skip
    page = html(desk, f"{ALL}?sort=cases&period=quarter")
    body = page[page.index("<tbody>") :]
    assert body.index("Alpha") < body.index("Microsoft")
    page = html(desk, f"{ALL}?sort=time&period=quarter")
    body = page[page.index("<tbody>") :]
    assert body.index("Alpha") < body.index("Microsoft")
    page = html(desk, f"{ALL}?sort=kept&period=quarter")
    body = page[page.index("<tbody>") :]
    assert body.index("Microsoft") < body.index("Alpha")
    page = html(desk, f"{ALL}?sort=cases&period=quarter")
    assert 'aria-sort="descending"' in page and "sort=kept&amp;period=quarter" in page
    by_name = html(desk, f"{ALL}?sort=nonsense")
    assert by_name[by_name.index("<tbody>") :].index("Alpha") < by_name[by_name.index("<tbody>") :].index("Microsoft")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=decade", "is no period"),
        ("from=nonsense", "Write it like 2026-05-03"),
        ("from=2026-02-02&amp;to=2026-02-01".replace("&amp;", "&"), "Choose a later one"),
    ],
)
def test_what_is_no_period_is_told_with_a_way_out_and_the_page_stands(world, desk, query, words):
    for path in (ALL, ONE):
        page = html(desk, f"{path}?{query}", status=400)
        assert words in page and "Last 30 days" in page
    for path in (f"{ALL}scorecards.csv", f"{ONE}scorecard.csv", f"{ONE}scorecard.pdf"):
        assert words in html(desk, f"{path}?{query}", status=400)


def test_what_a_date_field_is_given_is_harmless(world, desk):
    assert "<script>alert" not in html(desk, f"{ALL}?from=<script>alert(1)</script>", status=400)


# one vendor ----------------------------------------------------------------------------------------------------------


def test_a_vendor_s_page_has_numbers_months_and_each_case_with_its_ticket(world, desk):
    ticket = lived(world)
    VendorCase.objects.update(number="MS-4711")
    page = html(desk, ONE)
    assert f'<a href="/tickets/{ticket.key}/">{ticket.key}</a>' in page and "MS-4711" in page and "Acme" in page
    assert "promised: 1 hour" in page and "30 min" in page and "answered too late" in page
    assert page.count("1 h 30 min") == 5  # of the answer and of the update, in all and by severity; by month
    assert 'href="/vendors/microsoft/"' in page


def test_a_vendor_without_a_case_and_an_unknown_one(world, desk):
    assert "No case in this period" in html(desk, ONE)
    html(desk, "/reports/vendors/nobody/", status=404)
    html(desk, "/reports/vendors/nobody/scorecard.pdf", status=404)


def test_an_earlier_period_has_none_of_today_s_cases(world, desk):
    lived(world)
    assert "No case in this period" in html(desk, f"{ONE}?from=2026-01-01&to=2026-01-31")


def test_of_very_many_cases_the_latest_are_shown(world, desk):
    ticket, service = world.open(), world.m365
    VendorCase.objects.bulk_create(
        VendorCase(
            ticket=ticket, vendor=service.vendor, service=service, status="CLOSED", ball_count=1, step=0, because="x",
            number=f"No-{number:03}", opened_at=world.now, lodged_at=world.now + timedelta(seconds=number),
        )
        for number in range(SHOWN + 1)
    )  # fmt: skip
    page = html(desk, ONE)
    assert f"The latest {SHOWN} are shown; the files have all {SHOWN + 1}." in page
    assert f"No-{SHOWN:03}" in page and "No-000" not in page
    assert len(rows(desk.get(f"{ONE}scorecard.csv"))) == SHOWN + 1


def test_the_rail_marks_the_scorecards_and_not_the_reports_too(world, desk):
    page = html(desk, ALL)
    assert re.findall(r'<a class="rail-link" href="([^"]+)" aria-current="page"', page) == [ALL]


# whose ---------------------------------------------------------------------------------------------------------------


def test_an_account_manager_reads_of_own_clients_alone_everywhere(world, client):
    ticket = lived(world)
    nadia = world.person("nadia@msp.example", roles.ACCOUNT_MANAGER)
    client.force_login(nadia)
    for path in (ALL, ONE, f"{ONE}scorecard.csv"):
        assert ticket.key not in html(client, path)
    assert rows(client.get(f"{ALL}scorecards.csv"))[0]["cases"] == "0"
    give_role(nadia, roles.ACCOUNT_MANAGER, world.acme)
    own = "of the clients that you look after"
    assert ticket.key in html(client, ONE) and own in html(client, ONE) and own in html(client, ALL)
    told = "the clients that the account manager looks after"
    assert rows(client.get(f"{ALL}scorecards.csv"))[0]["counted"] == told
    assert rows(client.get(f"{ONE}scorecard.csv"))[0]["counted"] == told
    assert told in pdf_text.text(client.get(f"{ONE}scorecard.pdf").content)


def test_a_manager_reads_of_all_clients_and_is_told_nothing_else(world, desk):
    lived(world)
    for path in (ALL, ONE):
        assert "look after" not in html(desk, path)
    assert rows(desk.get(f"{ALL}scorecards.csv"))[0]["counted"] == "all clients"
    assert "looks after" not in pdf_text.text(desk.get(f"{ONE}scorecard.pdf").content)


# files ---------------------------------------------------------------------------------------------------------------


def test_the_csv_of_all_has_the_numbers_of_each_service_and_severity(world, desk):
    lived(world)
    Vendor.objects.create(name="=Quiet()")
    found = {row["vendor"]: row for row in rows(desk.get(f"{ALL}scorecards.csv"))}
    one = found["Microsoft"]
    assert (one["service"], one["severity"], one["cases"], one["not_closed"]) == ("Microsoft 365", "A", "1", "1")
    assert (one["answers_decided"], one["answers_kept"], one["answer_promised_seconds"]) == ("1", "0", "3600")
    assert (one["answers_not_needed"], one["updates_decided"], one["update_promised_seconds"]) == ("0", "1", "7200")
    assert (one["cases_before"], one["answers_kept_percent"], one["answers_kept_trend"]) == ("0", "0", "")
    assert found["'=Quiet()"]["cases"] == "0"


def test_the_csv_of_all_says_how_each_part_moved_against_the_period_before(world, desk):
    lived(world, minutes=10)
    VendorCase.objects.update(lodged_at=F("lodged_at") - timedelta(days=40))
    lived(world)
    [one] = rows(desk.get(f"{ALL}scorecards.csv"))
    assert (one["cases"], one["cases_before"], one["answers_kept"]) == ("1", "1", "0")
    assert (one["answers_kept_percent"], one["answers_kept_percent_before"]) == ("0", "100")
    assert (one["answers_kept_trend"], one["answer_median_trend"]) == ("worse", "")


def test_what_we_solved_ourselves_is_no_success_of_the_vendor(world, desk):
    ticket = world.open()
    world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={"tenant_id": TENANT}, why="Theirs")
    world.tick()
    world.now += timedelta(minutes=30)
    world.do(lifecycle.resolve, ticket, summary="We restarted it ourselves")
    page = html(desk, ONE)
    assert "100.0 %" not in page and "1 not needed any more" in page and "promised: 8 hours" in page
    assert "1 not needed any more" in pdf_text.text(desk.get(f"{ONE}scorecard.pdf").content)
    [one] = rows(desk.get(f"{ALL}scorecards.csv"))
    assert (one["solutions_decided"], one["solutions_not_needed"], one["not_closed"]) == ("0", "1", "0")


def test_the_csv_of_a_vendor_names_clients_only_when_asked(world, desk):
    ticket = lived(world)
    VendorCase.objects.update(number="=cmd|' /C calc'!A0")
    [row] = rows(desk.get(f"{ONE}scorecard.csv"))
    assert (row["ticket"], row["late_seconds"], "client" in row) == (ticket.key, "1800", False)
    assert row["vendor_number"].startswith("'=") and re.fullmatch(r"[\dT:-]+\+00:00", row["lodged_at"])
    assert rows(desk.get(f"{ONE}scorecard.csv?clients=on"))[0]["client"] == "Acme"


def test_the_pdf_is_tagged_and_names_no_client_unless_asked_no_person_and_no_note(world, desk):
    ticket = lived(world, title="Mail of the board")
    answer = desk.get(f"{ONE}scorecard.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"/StructTreeRoot" in answer.content
    said = pdf_text.text(answer.content)
    assert "Microsoft" in said and ticket.key in said and "0 of 1" in said
    assert "promised: 2 hours" in said.replace("\u00a0", " ")
    for internal in ("Acme", "Mail of the board", world.l1.name, world.manager.name, "They have found it", "Theirs"):
        assert internal not in said
    assert "Acme" in pdf_text.text(desk.get(f"{ONE}scorecard.pdf?clients=on").content)


def test_in_the_pdf_a_long_number_is_broken_and_each_chase_says_what_was_done(world, desk):
    ticket = lived(world)
    case = VendorCase.objects.get()
    number = "TRACKINGID#2411230040001234-ABCDEFGHIJ"
    VendorCase.objects.update(number=number, chases=1)
    TicketEvent.objects.create(
        ticket=ticket, seq=900, kind="CASE_CHASED", at=world.now, text="Late",
        why={"case": {"id": case.pk}, "done": "FORWARDED"},
    )  # fmt: skip
    said = pdf_text.text(desk.get(f"{ONE}scorecard.pdf").content)
    assert "TRACKINGID#" in said and number not in said and "next contact" in said
    assert "next contact" in html(desk, ONE)
    [row] = rows(desk.get(f"{ONE}scorecard.csv"))
    assert (row["vendor_number"], row["chased_how"]) == (number, "next contact")
    assert row["chased_at"] == world.now.replace(microsecond=0).isoformat()


def test_a_pdf_without_a_case_says_so(world, desk):
    assert "No case was lodged" in pdf_text.text(desk.get(f"{ONE}scorecard.pdf").content)


# queries -------------------------------------------------------------------------------------------------------------


def test_each_page_asks_six_queries_whatever_it_shows(world, desk, django_assert_num_queries):
    lived(world, minutes=10)
    desk.get(ONE)
    for _ in range(2):
        for path in (ALL, ONE):
            with django_assert_num_queries(6):  # session, user, roles; sight; cases; what the rail counts
                html(desk, path)
        lived(world, minutes=10)
