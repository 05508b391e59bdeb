"""What no person wrote says so in its head, so that no program answers it; what a person wrote, and a case, does not.

RFC 3834.
"""

import pytest
from case_mails import lodged

from clients.models import Contact
from tickets import lifecycle
from tickets.cases.writing import write
from vendors.models import Service


@pytest.fixture
def case(world):
    return lodged(world)


def test_what_no_person_wrote_to_a_vendor_says_so_and_what_a_person_wrote_does_not(world, case):
    """The first letter a person had sent; the reminder is the chase's, the reply a person's again."""
    world.forward(hours=1, minutes=1)
    world.do(write, case.ticket, case_id=case.pk, text="One thing more.", keep_ball=True)
    world.tick()
    letters = world.mails_to("support@vendor.example")
    assert [m.extra_headers.get("Auto-Submitted") for m in letters] == [None, "auto-generated", None]


def test_a_case_that_a_rule_lodged_does_not_say_so_since_helpdesks_would_pass_it_over(world):
    Service.objects.update(engage_when=[{"error_codes": ["e1"], "automatic": True, "words": "Theirs"}])
    world.open(service=world.m365, error_code="e1")
    world.tick()
    [ours] = world.mails_to("support@vendor.example")
    assert "Auto-Submitted" not in ours.extra_headers


def test_a_reply_to_a_client_is_a_person_s_and_what_the_portal_tells_it_is_not(world):
    ticket = world.open(contact=Contact.objects.get(email="dana@acme.example"))
    world.do(lifecycle.reply, ticket, text="We look at it.", public=True)
    world.tick()
    opened, reply = world.mails_to("dana@acme.example")
    assert opened.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "We look at it." in reply.body and "Auto-Submitted" not in reply.extra_headers
