"""The pages of side conversations: the panel on the ticket, beginning one, reading and writing."""

import pytest
from django.db import connection

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from clients.models import Contact
from outbox.models import Message
from tickets import merging
from tickets.models import SideConversation, Ticket
from tickets.side import talking


@pytest.fixture
def desk(world):
    world.now = database_now()
    return world


@pytest.fixture
def ticket(desk):
    return desk.open("Mail down", service=desk.m365)


@pytest.fixture
def thread(desk, ticket):
    begun = talking.open_conversation(
        key=ticket.key, to=["support@vendor.example"], subject="Is it you?", body="We see errors.", by=desk.l1,
        now=desk.now,
    )  # fmt: skip
    desk.tick()
    return begun


def page(client, user, url, **said):
    client.force_login(user)
    return client.get(url, **said)


def post(client, user, url, data=None, **headers):
    client.force_login(user)
    return client.post(url, data or {}, **headers)


def reply(desk, thread, text, sender="support@vendor.example"):
    talking.receive(
        token=thread.token, sender=sender, text=text, mail_id="<1@vendor.example>", automatic=False, now=desk.now
    )


def test_the_form_offers_the_ticket_s_vendor_the_teams_and_somebody_else(desk, ticket, client):
    html = page(client, desk.l1, f"/tickets/{ticket.key}/side/new/").content.decode()
    for words in ("Microsoft, Microsoft 365: support@vendor.example", "L2 team", "Somebody else", "Acme never sees it"):
        assert words in html, words


def test_a_vendor_is_asked_in_one_form(desk, ticket, client):
    point = desk.m365.contact_points.get()
    said = {"whom": f"contact:{point.pk}", "subject": "Is it you?", "body": "Hello", "to": "second@vendor.example"}
    answer = post(client, desk.l1, f"/tickets/{ticket.key}/side/new/", said)
    thread = SideConversation.objects.get()
    assert (answer.status_code, answer.url) == (303, f"/tickets/{ticket.key}/side/{thread.pk}/")
    assert thread.vendor.name == "Microsoft" and thread.to == ["support@vendor.example", "second@vendor.example"]


def test_a_dialog_answers_with_where_to_go(desk, ticket, client):
    team = desk.l2.memberships.get().team
    said = {"whom": f"team:{team.pk}", "subject": "Help", "body": "Hello"}
    answer = post(client, desk.l1, f"/tickets/{ticket.key}/side/new/", said, HTTP_HX_REQUEST="true")
    assert answer.status_code == 204 and "/side/" in answer.headers["HX-Redirect"]
    asked = page(client, desk.l1, f"/tickets/{ticket.key}/side/new/", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in asked and "dialog-title" in asked


@pytest.mark.parametrize(
    "said, words",
    [
        ({"whom": ""}, "Choose with whom."),
        ({"whom": "team:999999"}, "Select a valid choice"),
        ({"to": ""}, "Give at least one mail address"),
        ({"to": "dana@acme.example"}, "Write a public reply instead"),
        ({"body": " "}, "Write something."),
        ({"subject": ""}, "Give it a subject"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(desk, ticket, client, said, words):
    said = {"whom": "PERSON", "to": "a@b.example", "subject": "Kept words", "body": "Hello"} | said
    answer = post(client, desk.l1, f"/tickets/{ticket.key}/side/new/", said)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not SideConversation.objects.exists()


def test_the_ticket_shows_who_is_awaited_and_who_has_answered(desk, ticket, thread, client):
    html = page(client, desk.l1, f"/tickets/{ticket.key}/").content.decode()
    assert "Waiting for support@vendor.example since" in html and "We see errors." in html
    reply(desk, thread, "It was us.\n\n> We see errors.")
    html = page(client, desk.l1, f"/tickets/{ticket.key}/").content.decode()
    assert "<strong>support@vendor.example answered</strong>" in html and "It was us." in html


def test_a_ticket_without_any_says_so(desk, ticket, client):
    assert "Nobody was asked beside the client." in page(client, desk.l1, f"/tickets/{ticket.key}/").content.decode()


def test_the_conversation_is_read_with_quotes_behind_show_all_and_harmless(desk, ticket, thread, client):
    reply(desk, thread, "It was <b>us</b>.\n\n> We see errors.", sender="other@vendor.example")
    html = page(client, desk.l1, f"/tickets/{ticket.key}/side/{thread.pk}/").content.decode()
    assert "It was &lt;b&gt;us&lt;/b&gt;." in html and "Show all" in html and "&gt; We see errors." in html
    assert "Not one of those who were written to" in html


def test_one_writes_in_it_and_it_leaves(desk, ticket, thread, client):
    url = f"/tickets/{ticket.key}/side/{thread.pk}/"
    assert post(client, desk.l1, url, {"body": "Thanks."}).status_code == 303
    assert post(client, desk.l1, url, {"body": " "}).status_code == 422
    desk.now = database_now()
    desk.tick()
    assert "Thanks." in desk.mails_to("support@vendor.example")[1].body


def test_closing_and_reopening(desk, ticket, thread, client):
    url = f"/tickets/{ticket.key}/side/{thread.pk}/"
    assert post(client, desk.l1, f"{url}closing/").status_code == 303
    assert "to write, reopen it" in page(client, desk.l1, url).content.decode()
    assert post(client, desk.l1, url, {"body": "x"}).status_code == 409
    post(client, desk.l1, f"{url}reopening/")
    thread.refresh_from_db()
    assert thread.state == "OPEN"
    assert post(client, desk.l1, f"/tickets/{ticket.key}/side/999999/closing/").status_code == 404


def test_a_mail_that_could_not_be_sent_says_why_and_is_tried_again(desk, ticket, thread, client):
    Message.objects.filter(kind="SIDE_MAIL").update(state="DEAD", sent_at=None, last_error="550 no such mailbox")
    url = f"/tickets/{ticket.key}/side/{thread.pk}/"
    assert "550 no such mailbox." in page(client, desk.l1, url).content.decode()
    assert "could not be sent" in page(client, desk.l1, f"/tickets/{ticket.key}/").content.decode()
    assert post(client, desk.l1, f"{url}messages/1/sending/").status_code == 303
    assert Message.objects.get(kind="SIDE_MAIL").state == "PENDING"


def test_an_account_manager_reads_and_does_not_write(desk, ticket, thread, client):
    keeper = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, desk.acme)
    url = f"/tickets/{ticket.key}/side/{thread.pk}/"
    html = page(client, keeper, url).content.decode()
    assert "You may read this conversation" in html and "<textarea" not in html
    assert post(client, keeper, url, {"body": "x"}).status_code == 403
    assert post(client, keeper, f"{url}closing/").status_code == 403


def test_a_conversation_of_another_ticket_or_client_is_nowhere(desk, ticket, thread, client):
    other = desk.open("Another")
    assert page(client, desk.l1, f"/tickets/{other.key}/side/{thread.pk}/").status_code == 404
    keeper = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    assert page(client, keeper, f"/tickets/{ticket.key}/side/{thread.pk}/").status_code == 404


def test_after_a_merge_the_old_address_leads_to_the_conversation(desk, ticket, thread, client):
    survivor = desk.open("The same")
    desk.do(merging.merge, ticket, into=survivor.key, why="The same")
    answer = page(client, desk.l1, f"/tickets/{ticket.key}/side/{thread.pk}/")
    assert (answer.status_code, answer.url) == (302, f"/tickets/{survivor.key}/side/{thread.pk}/")


def test_after_two_merges_the_oldest_address_leads_there_as_well(desk, ticket, thread, client):
    middle, survivor = desk.open("The same"), desk.open("The same again")
    desk.do(merging.merge, ticket, into=middle.key, why="The same")
    desk.do(merging.merge, middle, into=survivor.key, why="The same")
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=middle)
    for key in (ticket.key, middle.key):
        answer = page(client, desk.l1, f"/tickets/{key}/side/{thread.pk}/")
        assert (answer.status_code, answer.url) == (302, f"/tickets/{survivor.key}/side/{thread.pk}/")
    assert page(client, desk.l1, f"/tickets/{desk.open().key}/side/{thread.pk}/").status_code == 404


def test_a_conversation_that_goes_along_with_a_merge_while_one_writes_is_nowhere(desk, ticket, thread, client):
    other = desk.open("Another")

    def moved_first(execute, sql, *rest):
        if "FOR NO KEY UPDATE" in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute("UPDATE tickets_sideconversation SET ticket_id = %s", [other.pk])
        return execute(sql, *rest)

    client.force_login(desk.l1)
    with connection.execute_wrapper(moved_first):
        answer = client.post(f"/tickets/{ticket.key}/side/{thread.pk}/", {"body": "Thanks."})
    assert answer.status_code == 404 and thread.messages.count() == 1


def test_to_whom_it_goes_stands_beneath_the_form_for_each_reader(desk, ticket, client):
    team = desk.l2.memberships.get().team
    asked = {"key": ticket.key, "team": team, "subject": "Help", "body": "Hello", "by": desk.l1, "now": desk.now}
    alone, with_another = (talking.open_conversation(to=to, **asked) for to in ([], ["x@third.example"]))
    said = {
        (user.email, thread.pk): page(client, user, f"/tickets/{ticket.key}/side/{thread.pk}/").content.decode()
        for user in (desk.l1, desk.l2) for thread in (alone, with_another)
    }  # fmt: skip
    assert "Goes to l2@msp.example.<" in said["l1@msp.example", alone.pk]
    assert "Goes to l2@msp.example, x@third.example.<" in said["l1@msp.example", with_another.pk]
    reads = "L1 reads your answer here, and so does your team."
    assert f"Goes to x@third.example. {reads}" in said["l2@msp.example", with_another.pk]
    assert reads in said["l2@msp.example", alone.pk] and "Goes to" not in said["l2@msp.example", alone.pk]


def test_reopening_and_sending_again_say_who_must_not_read_it(desk, ticket, thread, client):
    Contact.objects.create(client=ticket.client, name="Bob", email="support@vendor.example")
    Message.objects.filter(kind="SIDE_MAIL").update(state="DEAD", sent_at=None)
    url = f"/tickets/{ticket.key}/side/{thread.pk}/"
    told = post(client, desk.l1, url, {"body": "Between us"})
    assert told.status_code == 422 and "Bob of Acme" in told.content.decode()
    assert post(client, desk.l1, f"{url}messages/1/sending/").status_code == 303
    assert "Bob of Acme" in page(client, desk.l1, url).content.decode()
    post(client, desk.l1, f"{url}closing/")
    page(client, desk.l1, url)
    post(client, desk.l1, f"{url}reopening/")
    assert "Bob of Acme" in page(client, desk.l1, url).content.decode()
    thread.refresh_from_db()
    assert thread.state == "CLOSED"


def test_reading_costs_the_same_whatever_the_number_of_messages(
    desk, ticket, thread, client, django_assert_max_num_queries
):
    for number in range(9):
        talking.receive(
            token=thread.token, sender="support@vendor.example", text="x", mail_id=f"<{number}@v>", automatic=False,
            now=desk.now,
        )  # fmt: skip
    client.force_login(desk.l1)
    with django_assert_max_num_queries(12):  # the rail counts its views among them
        client.get(f"/tickets/{ticket.key}/side/{thread.pk}/")


def test_who_answered_from_elsewhere_can_be_written_to_as_well(desk, ticket, thread, client):
    reply(desk, thread, "Write to my case.", sender="Case-7@vendor.example")
    url = f"/tickets/{ticket.key}/side/{thread.pk}/"
    assert 'value="case-7@vendor.example"' in page(client, desk.l1, url).content.decode()
    assert post(client, desk.l1, url, {"body": "Thanks.", "also": "boss@evil.example"}).status_code == 422
    assert post(client, desk.l1, url, {"body": "Thanks.", "also": "case-7@vendor.example"}).status_code == 303
    desk.now = database_now()
    desk.tick()
    assert "Thanks." in desk.mails_to("case-7@vendor.example")[0].body
    assert "Also to" not in page(client, desk.l1, url).content.decode()


def test_a_contact_of_the_client_who_answers_does_not_join(desk, ticket, thread, client):
    reply(desk, thread, "What is this?", sender="dana@acme.example")
    answer = post(
        client, desk.l1, f"/tickets/{ticket.key}/side/{thread.pk}/", {"body": "x", "also": "dana@acme.example"}
    )
    assert answer.status_code == 422 and "Dana of Acme" in answer.content.decode()
