"""The client's escalation page, from the live policy and the live tickets."""

import re

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from clients.models import Contact
from tickets import changing, lifecycle, merging
from tickets.changing import Changes
from vendors.models import ContactPoint, Service, Vendor
from world import LADDER, ROUTING

ALL = ("P1", "P2", "P3", "P4")


@pytest.fixture
def reader(world):
    return world.reader(world.acme)


@pytest.fixture
def read(client, reader):
    """The page's words as the decision maker reads them."""

    def words(path="/portal/acme/", user=reader) -> str:
        client.force_login(user)
        html = client.get(path).content.decode()
        main = html[html.index("<main") :]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)).replace("&#x27;", "'").replace(" .", ".")

    return words


def now_is_now(world):
    world.now = database_now()
    return world


def alike(*steps):
    return {priority: list(steps) for priority in ALL}


def publish(world, **parts):
    world.publish({"ladders": dict.fromkeys(ALL, LADDER), "exceptions": [], "routing": ROUTING} | parts)


def test_it_says_who_responds_first_and_how_soon(read):
    said = read()
    assert "Requests are read first by our helpdesk." in said
    assert "Our helpdesk Taken up within 15 minutes; passed on if not solved within 45 minutes." in said
    assert "Our senior engineers Taken up within 30 minutes; passed on if not solved within 2 hours." in said


def test_it_says_every_request_only_where_no_rule_and_no_exception_sends_one_further(world, read):
    assert "they begin with those people" in read()
    world.publish({**world.policy.versions.get(number=1).document, "routing": []})
    assert "Every request is read first by our helpdesk." in read()
    world.ladder(*LADDER, exceptions=[{"client": "Other", "start_tier": "L3", "reason": "x"}])
    world.publish({**world.policy.versions.latest("number").document, "routing": []})
    assert "Every request is read first by our helpdesk." in read()


@pytest.mark.parametrize("update, promised", [("4h", True), ("none", False)])
def test_it_says_that_one_hears_from_us_in_time_only_where_updates_are_promised(world, read, update, promised):
    world.gold("24x7", RESOLVE="8h", UPDATE=update)
    assert ("no later than promised above" in read()) == promised


def test_it_promises_what_the_agreement_does(read):
    said = read()
    assert "Critical Your business stands still. 20 minutes 4 hours" in said
    assert "Urgent An important part of your work is blocked. 1 hour 8 hours" in said


def test_it_promises_first_replies_and_updates_and_says_where_nothing_is_promised(read, world):
    every = {"ACKNOWLEDGE": "20m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"}
    rows = {"P1": every, "P2": every | {"UPDATE": "none"}, "P3": {"ACKNOWLEDGE": "1h", "RESOLVE": "none"}}
    world.agreement("Gold", "SLA", {"calendar": "24x7", "targets": rows})
    said = read()
    headings = "Taken up within First reply within An update at least every Solved within"
    assert f"When it is {headings} Critical Your business stands still. 20 minutes 30 minutes 1 hour 4 hours" in said
    assert "An important part of your work is blocked. 20 minutes 30 minutes not promised 4 hours" in said
    assert "or there is a way around it. 1 hour - - not promised" in said
    assert "you hear from us no later than promised above" in said


def test_what_is_promised_for_nothing_has_no_column(read):
    said = read()
    assert "Taken up within Solved within" in said and "First reply within" not in said
    assert "you hear from us no later" not in said


def test_an_agreement_that_has_ended_promises_nothing(read, world):
    document = {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "4h"}}, "effective_until": "2026-01-01"}
    world.agreement("Gold", "SLA", document)
    assert "What we promise" not in read()


def test_it_says_when_and_why_a_vendor_is_engaged_and_what_it_promises(read, world):
    world.m365.client_text = "Your mail runs at Microsoft."
    world.m365.save()
    said = read()
    assert "Microsoft 365 by Microsoft Your mail runs at Microsoft. They promise a first answer within 1 hour." in said
    assert "Counted Monday to Friday 09:00 to 17:30, London time." in said


def test_vendors_that_the_client_has_no_account_with_are_not_named(read, world):
    world.account.delete()
    said = read()
    assert "Microsoft" not in said and "None of what we look after for you is run by a vendor" in said


def test_scenarios_follow_from_the_live_policy(read, world):
    world.m365.client_text = "Your mail runs at Microsoft."
    world.m365.save()
    said = read()
    assert "Your file server stops answering Nobody else is needed to begin: it is taken up by our helpdesk" in said
    assert "Your mail runs on Microsoft 365. It is taken up by our helpdesk within 15 minutes, day and night" in said
    assert "may need Microsoft's engineers, who promise a first answer within 1 hour" in said
    rule = {"name": "Servers", "when": {"device_type": "SERVER"}, "then": {"tier": "L2"}}
    publish(world, routing=[rule])
    assert "it is taken up by our technical specialists within 15 minutes" in read()


def test_a_new_policy_version_changes_the_page_at_once(read, world):
    assert "within 15 minutes; passed on" in read()
    publish(world, ladders=alike({"tier": "L2", "acknowledge_within": "7m", "hand_over_after": "1h"}))
    said = read()
    assert "Requests are read first by our technical specialists." in said
    assert "Our technical specialists Taken up within 7 minutes" in said and "Our helpdesk" not in said


def test_times_that_differ_by_urgency_stand_in_a_table(read, world):
    slow = [{"tier": "L1", "acknowledge_within": "2h", "hand_over_after": "4h"}]
    publish(world, ladders={"P1": LADDER, "P2": slow, "P3": slow})
    assert "Critical 15 minutes 45 minutes Urgent or normal 2 hours 4 hours" in read()
    assert "Our senior engineers When critical. Taken up within 30 minutes" in read()


def test_a_step_without_waits_shows_what_its_tier_says(read, world):
    publish(world, ladders=alike({"tier": "L1"}))
    assert "Taken up within 30 minutes; passed on if not solved within 2 hours." in read()


def test_an_exception_moves_the_start_and_shows_its_client_text_alone(read, world):
    exceptions = [
        {
            "client": "Acme",
            "start_tier": "L2",
            "reason": "They shout",
            "client_text": "You go straight to specialists.",
        },
        {"client": "Other", "reason": "Secret", "client_text": "Somebody else's words."},
        {"client": "Acme", "category": "x", "reason": "No words for it"},
        {"client": "Acme", "service": "Google Workspace", "reason": "Not theirs", "client_text": "About Google."},
    ]
    publish(world, exceptions=exceptions)
    said = read()
    assert "Agreed with you in particular You go straight to specialists." in said
    assert "Requests are read first by our technical specialists." in said
    assert not any(words in said for words in ("They shout", "Secret", "Somebody else", "No words", "About Google"))


def test_straight_to_the_vendor_still_says_who_holds_it(read, world):
    publish(world, exceptions=[{"client": "Acme", "priority": "P1", "straight_to_vendor": True, "reason": "r"}])
    assert "read first by our senior engineers when it is critical and our helpdesk otherwise" in read()


def test_an_exception_s_agreement_is_the_one_promised(read, world):
    targets = {"P1": {"ACKNOWLEDGE": "3m", "RESOLVE": "1h"}}
    world.agreement("Platinum", "SLA", {"calendar": "Office", "vendor_time_counts": False, "targets": targets})
    publish(world, exceptions=[{"client": "Acme", "priority": "P1", "agreement": "Platinum", "reason": "r"}])
    said = read()
    assert "Critical Your business stands still. 3 minutes 1 hour" in said and "Platinum" not in said
    assert "While a vendor works on it, the time to solve stands still." in said


def test_without_a_policy_the_page_still_shows_the_requests(read, world):
    now_is_now(world).open("Still here")
    publish(world, clients=["Somebody else"])
    said = read()
    assert "This page is being written" in said and "Still here" in said


def test_a_decision_maker_sees_all_requests_a_user_only_own_ones(read, world, reader):
    user = world.reader(world.acme, roles.CLIENT_USER)
    uma = Contact.objects.create(client=world.acme, name="Uma", email="uma@acme.example", user=user)
    now_is_now(world)
    world.open("Mine", contact=uma)
    world.open("A colleague's")
    assert "Mine" in read() and "A colleague's" in read()
    assert "Mine" in read(user=user) and "A colleague's" not in read(user=user)


def test_deciding_for_one_client_gives_no_sight_of_another_s_requests(read, world):
    other = world.client("Other")
    both = world.reader(other)
    give_role(both, roles.CLIENT_USER, world.acme)
    now_is_now(world).open("Not for them")
    assert "Not for them" not in read(user=both) and "None of your requests is open" in read(user=both)


def test_a_request_with_the_vendor_says_so(read, world):
    now_is_now(world)
    ticket = world.open("Mail does not arrive", error_code="0x8004de40")
    world.forward(minutes=61)
    said = read()
    assert f"{ticket.key}, critical, received" in said
    assert "With Microsoft" in said and "We have been waiting for Microsoft since" in said
    assert "They promise a first answer within 1 hour" in said


def test_resolved_requests_stay_a_week_and_closed_ones_go(read, world):
    now_is_now(world)
    ticket = world.open("Printer")
    lifecycle.resolve(key=ticket.key, summary="Toner changed.", by=world.l1, now=world.now)
    assert "Printer" in read() and "Resolved: Toner changed." in read()
    world.now = world.fresh(ticket).wake_at
    world.tick()
    assert "Printer" not in read()
    assert "and closed since" in read(f"/portal/acme/tickets/{ticket.key}/")


def test_the_story_of_a_request_is_its_public_events(read, world):
    now_is_now(world)
    ticket = world.open("Printer")
    lifecycle.reply(key=ticket.key, text="We come at ten.", public=True, by=world.l1, now=world.now)
    lifecycle.reply(key=ticket.key, text="He always calls.", public=False, by=world.l1, now=world.now)
    said = read(f"/portal/acme/tickets/{ticket.key}/")
    assert "We have received your request" in said and "We wrote: We come at ten." in said
    assert "He always calls" not in said


def test_times_are_the_client_s_and_the_zone_is_named(read, world):
    world.acme.timezone = "Asia/Tokyo"
    world.acme.save()
    assert "All times are Tokyo time." in read() and "JST" in read()


def test_only_the_latest_fifty_are_shown(read, world):
    now_is_now(world)
    for number in range(51):
        world.open(f"Request {number:02}.")
    said = read()
    assert "Request 50." in said and "Request 00." not in said and "Only the latest 50 are shown" in said


@pytest.mark.parametrize("tickets", [0, 1, 5])
def test_the_page_asks_a_fixed_number_of_queries(client, reader, world, tickets, django_assert_num_queries):
    now_is_now(world)
    for number in range(tickets):
        world.open(str(number))
    client.force_login(reader)
    client.get("/portal/acme/")
    # session, user; roles, the client, the clock; four for the policy and its history; the tickets with their ledgers,
    # events, vendors' cases and clocks
    with django_assert_num_queries(2 + 3 + 4 + (5 if tickets else 2)):
        client.get("/portal/acme/")


# stories -------------------------------------------------------------------------------------------------------------


EVERY = {"ACKNOWLEDGE": "20m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"}


def story(ticket):
    return f"/portal/acme/tickets/{ticket.key}/"


def test_a_request_says_by_when_its_client_hears_from_us(read, world):
    world.agreement("Gold", "SLA", {"calendar": "24x7", "targets": {"P1": EVERY}})
    ticket = now_is_now(world).open()
    assert re.search(r"Next update By \S+ *, with our first reply", read(story(ticket)))
    lifecycle.reply(key=ticket.key, text="At it", public=True, by=world.l1, now=world.now)
    said = read(story(ticket))
    assert "Next update By" in said and "first reply" not in said


def test_what_a_former_client_was_told_is_not_for_the_new_one(read, world):
    beta, ticket = world.client("Beta"), now_is_now(world).open()
    lifecycle.reply(key=ticket.key, text="For Acme alone", public=True, by=world.l1, now=world.now)
    changing.change(key=ticket.key, changes=Changes(client=beta), why="Misfiled", by=world.l1, now=world.now)
    lifecycle.reply(key=ticket.key, text="For Beta", public=True, by=world.l1, now=world.now)
    newcomer = world.reader(beta)
    for path in ("/portal/beta/", f"/portal/beta/tickets/{ticket.key}/"):
        said = read(path, newcomer)
        assert "For Beta" in said and "For Acme alone" not in said and "Misfiled" not in said, path
    assert "<h1>" not in read(story(ticket))


def test_a_merged_request_leads_to_the_one_that_goes_on(client, reader, world):
    ticket, survivor = now_is_now(world).open("Mail down"), world.open("Mail is down")
    merging.merge(key=ticket.key, into=survivor.key, why="Reported twice", by=world.l1, now=world.now)
    client.force_login(reader)
    html = client.get(story(ticket)).content.decode()
    assert "Joined with another of your requests, where it goes on." in html
    assert f'<a href="{story(survivor)}">{survivor.key} Mail is down</a>' in html
    assert "Reported twice" not in html and "tracker-dot" not in html
    assert "Another one of your requests goes on here." in client.get(story(survivor)).content.decode()


def test_who_may_not_read_the_one_that_goes_on_is_not_led_there(client, world):
    user = world.reader(world.acme, roles.CLIENT_USER)
    own = Contact.objects.create(client=world.acme, name="Uma", email="uma@acme.example", user=user)
    ticket, survivor = now_is_now(world).open("Mine", contact=own), world.open("A colleague's")
    merging.merge(key=ticket.key, into=survivor.key, why="One", by=world.l1, now=world.now)
    client.force_login(user)
    html = client.get(story(ticket)).content.decode()
    assert "Joined with another" in html and "colleague" not in html


def test_of_two_vendors_the_one_that_has_it_is_the_one_that_has_promised(read, world):
    google = Vendor.objects.create(name="Google")
    uc = world.agreement("Google UC", "UC", {"calendar": "24x7", "targets": {"P1": {"RESPOND": "3h"}}})
    drive = Service.objects.create(name="Drive", vendor=google, commitment=uc, template={})
    ContactPoint.objects.create(service=drive, order=1, kind="EMAIL", value="support@google.example")
    ticket = now_is_now(world).open()
    for service in ("Drive", "Microsoft 365"):
        lifecycle.lodge_case(key=ticket.key, service=service, answers={}, why="w", by=world.l1, now=world.now)
        world.tick()
    lifecycle.resume(key=ticket.key, by=world.l1, now=world.now)
    said = read(story(ticket))
    assert "We have been waiting for Google" in said and "They promise a first answer within 3 hours" in said
