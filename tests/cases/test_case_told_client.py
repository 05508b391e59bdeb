"""What whoever reported a ticket is told while a vendor has it: by mail and on their page, in the same words."""

import re
from datetime import datetime, timedelta

import pytest

from accounts.clock import database_now
from clients.models import Client, Contact
from outbox.models import Message
from tickets import changing, lifecycle
from tickets.auditing import audit, is_clean
from tickets.cases import receiving, writing
from tickets.client_updates import AUTOMATIC
from tickets.models import CaseTask, Clock, TicketEvent
from vendors.models import ContactPoint, Service, Vendor
from world import World, march

DANA = "dana@acme.example"
NEWS = {"ACKNOWLEDGE": "1h", "RESPOND": "1h", "UPDATE": "1h", "RESOLVE": "8h"}


QUESTION = {"key": "which", "label": "Line", "source": "question", "question": "Which line?"}


class Office(World):
    """A world whose client was promised an update each hour, day and night."""

    def __init__(self):
        super().__init__()
        self.gold("24x7", **NEWS)
        self.dana = Contact.objects.get(client=self.acme)

    def asked(self, *, contact=True, replied=True, service="Microsoft 365"):
        """A ticket that was passed to its vendor at nine, after a first reply."""
        ticket = self.open("Mail is down", contact=self.dana if contact else None, service=self.m365)
        self.do(lifecycle.acknowledge, ticket)
        if replied:
            self.do(lifecycle.reply, ticket, text="We look at it.", public=True)
        self.do(lifecycle.lodge_case, ticket, service=service, answers={}, why="Theirs")
        self.tick()
        return ticket

    def told(self, since=0):
        """The first lines of Dana's mails, from the one after so many."""
        return [message.body.split("\n")[0] for message in self.mails_to(DANA)][since:]

    def events(self, ticket, kind):
        return list(TicketEvent.objects.filter(ticket=ticket, kind=kind).order_by("seq"))


@pytest.fixture
def office(db):
    return Office()


def line(**more):
    """A second vendor's service, which promises nothing."""
    service = Service.objects.create(name="Line", vendor=Vendor.objects.create(name="Carrier"), **more)
    ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="noc@carrier.example")
    return service


def test_passing_it_on_is_told_with_the_promise_and_when_we_write_again(office):
    office.asked()
    assert office.told(-1)[-1] == (
        "We have passed your request to Microsoft. They promise a first answer within 1 hour, so by 10:00. "
        "We write to you again by 10:00."
    )
    mail = office.mails_to(DANA)[-1]
    assert "All times are London time." in mail.body and "Your reference is ESC-" in mail.body
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_vendor_that_is_late_is_told_of_once_and_that_it_was_reminded(office):
    ticket = office.asked()
    office.until(march(2, 13))  # at 150 and 200 % other contacts and a manager were tried
    late = [event.client_text for event in office.events(ticket, "CASE_CHASED") if event.client_text]
    assert late == [
        "Microsoft promised a first answer by 10:00, and we do not have it yet. We have reminded them. "
        "We write to you again by 11:00."
    ]
    assert len(office.events(ticket, "CASE_CHASED")) > 1
    assert office.told().count(late[0]) == 1


def test_each_time_that_an_update_is_due_a_mail_tells_how_it_stands(office):
    office.gold("24x7", **NEWS | {"UPDATE": "90m"})
    ticket = office.asked()
    office.until(march(2, 12))
    told = [event.client_text for event in office.events(ticket, "CLIENT_UPDATED")]
    assert told == [
        "We are still waiting for Microsoft, since 09:00. Their first answer was due by 10:00. "
        "We have reminded them. We write to you again by 12:00.",
        "We are still waiting for Microsoft, since 09:00. Their first answer was due by 10:00. "
        "We have reminded them. We write to you again by 13:30.",
    ]
    assert [event.at for event in office.events(ticket, "CLIENT_UPDATED")] == [march(2, 10, 30), march(2, 12)]
    assert all(text in office.told() for text in told)


def test_the_first_reply_falls_due_for_one_who_was_never_answered(office):
    office.gold("24x7", **NEWS | {"RESPOND": "30m"})
    ticket = office.asked(replied=False)
    office.until(march(2, 9, 30))
    [event] = office.events(ticket, "CLIENT_UPDATED")
    assert event.at == march(2, 9, 30) and "They promise a first answer by 10:00." in event.client_text


def test_no_clock_takes_an_automatic_mail_for_an_answer(office):
    ticket = office.asked()
    office.until(march(2, 14))
    assert len(office.events(ticket, "CLIENT_UPDATED")) >= 3
    clock = Clock.objects.get(ticket=ticket, metric="UPDATE", stopped_at=None)
    assert clock.breached_at == march(2, 10) and clock.state == "BREACHED"
    assert office.fresh(ticket).updated_at == march(2, 9)
    assert is_clean(audit(now=office.now))


def test_a_reply_of_a_person_begins_the_wait_for_the_next_update_anew(office):
    ticket = office.asked()
    office.until(march(2, 9, 50))
    office.do(lifecycle.reply, ticket, text="Microsoft is on it.", public=True)
    office.until(march(2, 10, 49))
    assert not office.events(ticket, "CLIENT_UPDATED")
    office.until(march(2, 10, 50))
    assert len(office.events(ticket, "CLIENT_UPDATED")) == 1


def test_nothing_is_sent_by_itself_once_the_vendor_has_answered(office):
    ticket = office.asked()
    office.until(march(2, 9, 30))
    office.do(lifecycle.resume, ticket)
    office.tick()
    assert office.told()[-1].startswith("Microsoft has answered; we go on from there.")
    office.until(march(2, 13))
    assert not office.events(ticket, "CLIENT_UPDATED")


def test_at_most_three_automatic_mails_go_to_a_ticket_within_any_hour(office):
    office.gold("24x7", **NEWS | {"UPDATE": "5m"})
    ticket = office.asked()
    office.until(march(2, 13))
    moments = [e.at for e in TicketEvent.objects.filter(ticket=ticket, kind__in=AUTOMATIC).exclude(client_text="")]
    sent = Message.objects.filter(key__startswith=f"{ticket.key}:client:")
    assert sent.count() == len(office.told())
    mailed = sorted(sent.exclude(payload__text__startswith="We look at it.").values_list("not_before", flat=True))
    assert len(moments) >= len(mailed) > 6
    hour = timedelta(hours=1)
    assert max(sum(at <= other < at + hour for other in mailed) for at in mailed) == 3
    named = [(e.at, datetime.fromisoformat(e.why["next_at"])) for e in office.events(ticket, "CLIENT_UPDATED")]
    assert all(any(told < at <= by for at in mailed) for told, by in named if by <= office.now)  # no later than said


@pytest.mark.parametrize("address", [None, ""])
def test_a_contact_without_an_address_gets_nothing_and_nothing_fails(office, address):
    if address is not None:
        office.dana.email = address
        office.dana.save()
    ticket = office.asked(contact=address is not None)
    office.until(march(2, 13))
    assert not office.events(ticket, "CLIENT_UPDATED") and not office.mails_to(DANA)
    assert not Message.objects.filter(key__startswith=f"{ticket.key}:client:").exists()
    assert "We write to you again" not in office.events(ticket, "CASE_LODGED")[0].client_text


def test_two_vendors_are_both_told_of(office):
    ticket = office.asked()
    office.until(march(2, 9, 20))
    office.do(lifecycle.lodge_case, ticket, service=line().name, answers={}, why="The line may be it")
    office.tick()
    office.until(march(2, 11, 5))
    [event] = office.events(ticket, "CLIENT_UPDATED")
    assert "We are still waiting for Microsoft, since 09:00." in event.client_text
    assert "We are still waiting for Carrier, since 09:20. They have named no time" in event.client_text


def test_a_client_that_must_answer_itself_is_not_written_to_of_the_vendor(office):
    ticket = office.asked()
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which mailbox?", until=march(4, 9))
    office.until(march(2, 13))
    assert not office.events(ticket, "CLIENT_UPDATED")


# on the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def read(client, office):
    reader = office.reader(office.acme)
    client.force_login(reader)

    def words(ticket, query=""):
        html = client.get(f"/portal/{office.acme.slug}/tickets/{ticket.key}/{query}").content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html[html.index("<main") :])).replace("&#x27;", "'")

    return words


def test_the_page_says_whom_we_asked_since_when_and_what_is_promised(office, read):
    office.now = database_now() - timedelta(minutes=1)
    office.agreement("M365", "UC", {"calendar": "24x7", "targets": {"A": {"RESPOND": "1h"}}})
    ticket = office.asked()
    said = read(ticket)
    assert re.search(r"We have been waiting for Microsoft since \S+ ?\d\d:\d\d *\.|since +\d\d:\d\d", said)
    assert "They promise a first answer within 1 hour, so by" in said
    assert "In whose hands Microsoft Next update By" in said and "With Microsoft" in said


def test_the_page_names_the_next_mail_after_one_about_the_wait(office, read):
    office.now = database_now() - timedelta(minutes=65)
    office.agreement("M365", "UC", {"calendar": "24x7", "targets": {"A": {"RESPOND": "30m"}}})
    ticket = office.asked()
    office.forward(minutes=64)
    said = read(ticket)
    assert "was due by" in said and "We have reminded them." in said
    assert "Next update By" in said and "The update that we owe you" not in said


def test_nobody_is_said_to_have_reminded_a_vendor_that_is_only_to_be_called(office, read):
    office.now = database_now() - timedelta(hours=3)
    office.gold("24x7", **NEWS | {"UPDATE": "40m"})
    office.agreement("M365", "UC", {"calendar": "24x7", "targets": {"A": {"RESPOND": "1h"}}})
    ticket = office.asked()
    ContactPoint.objects.filter(service=office.m365).update(kind="HOTLINE", value="+44 20 7946 0000")
    office.forward(minutes=85)
    assert list(CaseTask.objects.filter(done_at=None).values_list("kind", flat=True)) == ["CALL"]
    assert "We are pressing them for it." in office.told()[-1] and "We are pressing them for it." in read(ticket)
    said = {"case_id": office.open_case(ticket).pk, "text": "We still wait.", "keep_ball": False}
    ContactPoint.objects.filter(service=office.m365).update(kind="EMAIL", value="support@vendor.example")
    office.do(writing.write, ticket, **said)
    assert "We are pressing them for it." in read(ticket)  # the letter has not left yet
    office.forward(minutes=40)
    assert "We have reminded them." in office.told()[-1] and "We have reminded them." in read(ticket)


def test_the_page_says_that_the_client_s_answer_is_needed_to_ask_a_vendor_or_to_answer_it(office, read):
    office.now = database_now() - timedelta(hours=1)
    ticket, other = office.asked(), office.open("No dial tone", service=line(required=[QUESTION]))
    said = {"kind": "QUESTION", "text": "Secret words", "number": ""}
    office.do(receiving.by_hand, ticket, case_id=office.open_case(ticket).pk, **said)
    office.do(lifecycle.lodge_case, other, service="Line", answers={}, why="Theirs")
    assert "Carrier" not in read(other)
    for one in (ticket, other):
        office.do(lifecycle.wait, one, on="CLIENT", why="Which one?", until=office.now + timedelta(days=2))
    shown = read(ticket)
    assert "We have been waiting for your answer since" in shown and "Secret words" not in shown
    assert "Microsoft asked us a question" in shown and "then we wait for Microsoft again." in shown
    assert "We need your answer before we can ask Carrier; then we wait for them." in read(other)
    office.do(lifecycle.resume, other)
    assert "Carrier" not in read(other)


def test_the_page_tells_of_the_vendor_s_question_and_of_its_end_as_the_story_does(office, read):
    office.now = database_now() - timedelta(hours=1)
    ticket = office.asked()
    pk = office.open_case(ticket).pk
    office.do(receiving.by_hand, ticket, case_id=pk, kind="QUESTION", text="Which?", number="")
    assert "Microsoft asked us a question" in read(ticket) and "Microsoft answered" not in read(ticket)
    assert "Microsoft has asked us a question; we see to it." in read(ticket)
    office.do(writing.write, ticket, case_id=pk, text="This one.", keep_ball=False)
    office.do(receiving.by_hand, ticket, case_id=pk, kind="CLOSING", text="Done", number="")
    assert "Microsoft reported" in read(ticket) and "Microsoft answered" not in read(ticket)
    mails = len(office.told())
    office.do(receiving.confirm_closed, ticket, case_id=pk)
    shown = read(ticket)
    assert "Microsoft reported at" not in shown
    assert shown.index("reports that it is solved") < shown.index("Microsoft has done its part; we finish your request")
    assert len(office.told()) == mails


def test_what_a_former_client_s_vendor_was_asked_is_not_told_to_the_new_one(office, client):
    ticket, own = office.asked(), office.asked()
    beta = office.client("Beta")
    for one in (ticket, own):
        office.do(receiving.confirm_closed, one, case_id=office.open_case(one).pk)
    office.do(changing.change, ticket, changes=changing.Changes(client=beta), why="Misfiled")
    for one in (ticket, own):
        office.do(lifecycle.resolve, one, summary="It works")

    def marks(of_client, one):
        client.force_login(office.reader(of_client))
        html = client.get(f"/portal/{of_client.slug}/tickets/{one.key}/").content.decode()
        return re.findall(r'<li data-state="([\w-]+)"', html), html

    states, html = marks(beta, ticket)
    assert states == ["done", "done", "not-needed", "done"] and "Microsoft" not in html
    assert marks(office.acme, own)[0] == ["done"] * 4


def test_the_page_tells_what_the_mails_told_in_the_reader_s_language(office, read):
    office.now = database_now() - timedelta(hours=3)
    Client.objects.filter(pk=office.acme.pk).update(language="de")
    ticket = office.asked()
    office.forward(minutes=130)
    assert "Wir warten weiterhin auf Microsoft, seit" in office.told()[-1]
    assert "We are still waiting for Microsoft, since" in read(ticket, "?lang=en")
    assert "Wir warten weiterhin auf Microsoft, seit" in read(ticket)
