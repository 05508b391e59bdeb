"""“See it as…”: a manager reads the page exactly as a person of the client does, and that is recorded."""

import re

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.models import AccessChange, User
from clients.access import give_role
from clients.models import Contact

PAGE = "/portal/acme/"


@pytest.fixture
def uma(world):
    """A user of Acme with one request of her own beside a colleague's."""
    user = world.reader(world.acme, roles.CLIENT_USER)
    contact = Contact.objects.create(client=world.acme, name="Uma", email="uma@acme.example", user=user)
    world.now = database_now()
    world.mine, world.theirs = world.open("Mine", contact=contact), world.open("A colleague's")
    return user


def main(answer) -> str:
    html = answer.content.decode()
    return re.sub(r"\s+", " ", html[html.index("<main") : html.index("</main>")])


def test_a_manager_reads_what_that_person_reads_and_nothing_else(client, world, uma):
    client.force_login(world.manager)
    seen = main(client.get(f"{PAGE}?see_as={uma.pk}"))
    client.force_login(uma)
    own = main(client.get(PAGE))
    assert "Mine" in seen and "A colleague" not in seen
    banner = re.compile(r'<div class="seen-as".*?</div>')
    hidden = re.compile(r'<input type="hidden" name="see_as"[^>]*> ?')
    same = hidden.sub("", banner.sub("", seen)).replace(f"?see_as={uma.pk}", "")
    assert re.sub(r"\s+|<time.*?</time>", "", same) == re.sub(r"\s+|<time.*?</time>", "", own)


def test_a_banner_says_so_and_leads_back(client, world, uma):
    client.force_login(world.manager)
    said = main(client.get(f"{PAGE}?see_as={uma.pk}"))
    assert "You read this as <strong>Reader</strong> of Acme does." in said
    assert f'<a href="{PAGE}">Back to your own view</a>' in said
    assert "seen-as" not in main(client.get(PAGE))


def test_the_view_goes_on_to_the_person_s_tickets_and_no_further(client, world, uma):
    client.force_login(world.manager)
    html = client.get(f"{PAGE}?see_as={uma.pk}").content.decode()
    mine = f"{PAGE}tickets/{world.mine.key}/?see_as={uma.pk}"
    assert f'href="{mine}"' in html and client.get(mine).status_code == 200
    assert client.get(f"{PAGE}tickets/{world.theirs.key}/?see_as={uma.pk}").status_code == 404
    assert client.get(f"{PAGE}tickets/{world.theirs.key}/").status_code == 200


def test_that_it_was_read_is_recorded(client, world, uma):
    client.force_login(world.manager)
    client.get(f"{PAGE}?see_as={uma.pk}")
    row = AccessChange.objects.first()
    assert (row.person, row.by, row.about) == (uma, world.manager, "acme")
    assert row.after == "Their page was read as they see it"


def test_it_is_recorded_once_for_each_person_and_session(client, world, uma):
    other = world.reader(world.acme)
    client.force_login(world.manager)
    for person in (uma, uma, other, uma):
        assert client.get(f"{PAGE}?see_as={person.pk}").status_code == 200
    assert [row.person for row in AccessChange.objects.order_by("pk")] == [uma, other]
    client.logout()
    client.force_login(world.manager)
    client.get(f"{PAGE}?see_as={uma.pk}")
    assert AccessChange.objects.filter(person=uma).count() == 2


def test_only_managers_and_administrators_may(client, world, uma):
    amy = User.objects.create_user("amy@msp.example", "a good password", name="Amy")
    give_role(amy, roles.ACCOUNT_MANAGER, world.acme)
    admin = world.person("admin@msp.example", roles.ADMINISTRATOR)
    for user, status in ((world.l1, 404), (amy, 404), (uma, 404), (world.reader(world.acme), 404), (admin, 200)):
        client.force_login(user)
        assert client.get(f"{PAGE}?see_as={uma.pk}").status_code == status, user
    assert [row.by for row in AccessChange.objects.filter(person=uma)] == [admin]


def test_only_active_people_of_this_client_can_be_seen_as(client, world, uma):
    client.force_login(world.manager)
    stranger, gone = world.reader(world.client("Other")), world.reader(world.acme)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for asked in (stranger.pk, gone.pk, world.l1.pk, world.manager.pk, 999999, "x", "", "-1", "9" * 30, "²"):
        assert client.get(PAGE, {"see_as": asked}).status_code == 404, asked
    assert not AccessChange.objects.exists()


def test_the_tools_of_those_who_keep_the_page_are_not_the_client_s(client, world, uma):
    client.force_login(world.manager)
    tools = 'href="/clients/acme/page/"'
    assert tools in client.get(PAGE).content.decode()
    assert tools not in client.get(f"{PAGE}?see_as={uma.pk}").content.decode()
    client.force_login(world.l1)
    assert tools not in client.get(PAGE).content.decode()
