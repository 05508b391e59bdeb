"""Files go with a note or a reply: kept with it or not at all, and saved by who may see the ticket."""

from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from clients.models import Contact
from tickets import attached, lifecycle, merging
from tickets.attached import by_entry, files_of
from tickets.file_limits import LARGEST, MEGABYTE, MOST_OF_A_TICKET
from tickets.models import TicketFile
from tickets.working import BadAnswer


def file(name="plan.pdf", content=b"%PDF-1.7 plan"):
    upload = SimpleUploadedFile("x", content)
    upload._name = name  # as a program could send it, before any cleaning
    return upload


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


def write(world, ticket, *files, public=True, text="See the file", by=None):
    world.do(lifecycle.reply, ticket, by or world.l1, text=text, public=public, files=list(files))
    return ticket.files.order_by("pk").last()


def post(browser, ticket, *files, audience="note", body="See the file", **more):
    return browser.post(f"/tickets/{ticket.key}/replies/", {"audience": audience, "body": body, "files": files, **more})


@pytest.fixture
def ticket(world):
    return world.open(contact=Contact.objects.get(name="Dana"))


@pytest.mark.parametrize("public", [False, True])
def test_a_file_belongs_to_the_text_that_it_came_with(world, ticket, public):
    kept = write(world, ticket, file(), public=public)
    event = ticket.timeline.get(kind="PUBLIC_REPLY" if public else "WORK_NOTE")
    assert (kept.seq, kept.public, kept.added_by, kept.size) == (event.seq, public, world.l1, 13)
    assert bytes(kept.content) == b"%PDF-1.7 plan" and kept.sha256 == sha256(b"%PDF-1.7 plan").hexdigest()


def test_the_mail_to_the_client_names_the_files_of_a_reply_and_where_they_are(world, ticket):
    write(world, ticket, file("a.pdf"), file("b.pdf"))
    write(world, ticket, file("secret.pdf"), public=False)
    world.tick()
    [told] = [mail for mail in world.mails_to("dana@acme.example") if "See the file" in mail.body]
    assert "With it come: a.pdf, b.pdf." in told.body and f"/portal/acme/tickets/{ticket.key}/" in told.body
    assert not any("secret" in mail.body for mail in world.mails_to("dana@acme.example"))


def test_files_go_with_what_resolves_and_the_client_is_written_to_once(world):
    world.now = database_now()
    ticket = world.open(contact=Contact.objects.get(name="Dana"))
    answer = post(browser_of(world.l1), ticket, file("new.pdf"), audience="public", body="Replaced it", then="resolve")
    assert answer.status_code == 303 and world.kinds(ticket)[-1] == "RESOLVED"
    assert "PUBLIC_REPLY" not in world.kinds(ticket)
    kept = ticket.files.get()
    assert (kept.seq, kept.public) == (ticket.timeline.get(kind="RESOLVED").seq, True)
    world.now = database_now()
    world.tick()
    [told] = [mail for mail in world.mails_to("dana@acme.example") if "Replaced it" in mail.body]
    assert "Resolved: Replaced it" in told.body and "With it come: new.pdf." in told.body
    page = browser_of(world.reader(world.acme)).get(f"/portal/acme/tickets/{ticket.key}/").content.decode()
    assert "new.pdf" in page and "Resolved: Replaced it" in page and "We wrote:" not in page


def test_a_file_that_cannot_be_kept_resolves_nothing(world, ticket):
    said = {"audience": "public", "body": "Replaced it", "then": "resolve"}
    answer = post(browser_of(world.l1), ticket, file("empty.log", b""), **said)
    assert answer.status_code == 422 and "“empty.log” is empty" in answer.content.decode()
    assert world.fresh(ticket).status == "NEW" and not TicketFile.objects.exists()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([file("dump.zip", b"x" * (30 * MEGABYTE))], ("“dump.zip” has 30.0 MB", "Make it smaller")),
        ([file("ok.txt"), file("empty.log", b"")], ("“empty.log” is empty", "leave it out")),
        ([file(f"{n}.txt") for n in range(11)], ("You chose 11 files", "Send the others")),
    ],
    ids=["30 MB", "empty", "an eleventh"],
)
def test_a_file_that_cannot_be_kept_is_told_and_nothing_is_half_written(world, ticket, files, words):
    answer = post(browser_of(world.l1), ticket, *files, audience="public", body="kept words")
    html = answer.content.decode()
    assert answer.status_code == 422 and all(word in html for word in words)
    assert "kept words</textarea>" in html and 'value="public"' in html
    assert not TicketFile.objects.exists() and "PUBLIC_REPLY" not in world.kinds(ticket)


def test_a_file_of_exactly_25_megabytes_is_taken(world, ticket):
    assert post(browser_of(world.l1), ticket, file("a.iso", b"x" * LARGEST)).status_code == 303
    assert ticket.files.values_list("size", flat=True).get() == LARGEST


def test_a_ticket_takes_200_megabytes_in_all(world, ticket):
    write(world, ticket, file())
    ticket.files.update(size=MOST_OF_A_TICKET - 5)
    with pytest.raises(BadAnswer, match=r"room for 0\.1 MB more"):
        write(world, ticket, file())
    other = world.open()
    assert write(world, other, file()).ticket == other


def test_a_page_takes_several_files_at_once(world, ticket):
    answer = post(browser_of(world.l1), ticket, file("../../a.txt"), file("C:\\b.txt"), file("ü.txt"))
    assert answer.status_code == 303
    assert list(ticket.files.values_list("name", flat=True)) == ["a.txt", "b.txt", "ü.txt"]


def test_a_text_without_files_is_written_as_ever(world, ticket):
    assert post(browser_of(world.l1), ticket).status_code == 303 and not TicketFile.objects.exists()


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "plan.pdf", "Übersicht.pdf"])
def test_whatever_is_in_it_a_browser_only_saves_it(world, ticket, name):
    kept = write(world, ticket, file(name, b"<script>alert(1)</script>"))
    answer = browser_of(world.l2).get(f"/tickets/{ticket.key}/files/{kept.pk}/")
    assert answer.status_code == 200 and answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Type"] == "application/octet-stream" and answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"] and "sandbox" in answer["Content-Security-Policy"]


def test_a_file_is_saved_by_staff_who_see_its_ticket_and_through_no_other_one(world, ticket):
    kept, other = write(world, ticket, file()), world.open()
    beta = world.client("Beta")
    keeper = world.person("keeper@msp.example", roles.TECHNICIAN)
    keeper.groups.clear()
    give_role(keeper, roles.ACCOUNT_MANAGER, beta)
    url = f"/tickets/{ticket.key}/files/{kept.pk}/"
    assert browser_of(keeper).get(url).status_code == 404
    assert browser_of(world.l1).get(f"/tickets/{other.key}/files/{kept.pk}/").status_code == 404
    assert browser_of(world.l1).post(url).status_code == 405


def test_the_panel_shows_the_latest_first_and_what_came_with_a_merged_ticket(world, ticket, django_assert_num_queries):
    write(world, ticket, file("first.txt"), public=False)
    twin = world.open("The same")
    write(world, twin, file("theirs.txt"))
    world.forward(minutes=1)
    write(world, ticket, file("second.txt"))
    world.do(merging.merge, twin, into=ticket.key, why="One trouble")
    with django_assert_num_queries(1) as seen:
        rows = files_of(ticket, user=world.l1)
    assert [(row["name"], row["of"]) for row in rows] == [
        ("second.txt", ""), ("theirs.txt", twin.key), ("first.txt", "")
    ]  # fmt: skip
    assert '"content"' not in seen.captured_queries[0]["sql"]
    page = browser_of(world.l1).get(f"/tickets/{ticket.key}/").content.decode()
    assert "theirs.txt" in page and f"from {twin.key}" in page and "team only" in page
    assert browser_of(world.l1).get(rows[1]["url"]).content == b"%PDF-1.7 plan"


def test_files_stand_under_their_entry_in_the_order_in_which_they_were_chosen(world, ticket):
    write(world, ticket, file("a.txt"), file("b.txt"))
    seq = ticket.timeline.get(kind="PUBLIC_REPLY").seq
    assert [row["name"] for row in by_entry(files_of(ticket, user=world.l1))[seq]] == ["a.txt", "b.txt"]


def test_who_only_reads_the_ticket_is_not_asked_for_files(world, ticket):
    assert attached.panel(ticket, user=world.l1, may_work=False)["may_enclose"] is False
