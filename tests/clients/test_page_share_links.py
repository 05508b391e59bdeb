"""Share links: shown once, kept as a digest, ending; what they open has no way into the portal."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from clients.models import ShareLink
from clients.share_links import make_link, opened_link, revoke_link

PAGE = "/clients/acme/share-links/"


@pytest.fixture
def link(world):
    return make_link(client=world.acme, label="Board", days=30, by=world.manager, now=database_now())


@pytest.fixture
def keeper(world):
    """The account manager of Acme, and of nobody else."""
    user = User.objects.create_user("amy@msp.example", "a good password", name="Amy")
    give_role(user, roles.ACCOUNT_MANAGER, world.acme)
    return User.objects.get(pk=user.pk)


def opened(token):
    return Browser().get(f"/share/{token}/")


def test_a_link_opens_the_policy_part_for_whoever_has_it(world, link):
    answer = opened(link[1])
    html = answer.content.decode()
    assert answer.status_code == 200 and "Requests are read first by our helpdesk." in html
    assert "For Acme: what happens after you report a problem" in html


def test_no_ticket_no_script_no_cookie_and_no_link_into_the_portal_stand_on_it(world, link, client):
    world.open("Very private trouble")
    client.force_login(world.reader(world.acme))
    for browser in (Browser(), client):
        answer = browser.get(f"/share/{link[1]}/")
        html = answer.content.decode()
        assert "Very private" not in html and "Where your requests stand" not in html and "What changed" not in html
        assert not answer.cookies and "<script" not in html and "Sign out" not in html
        assert set(re.findall(r'href="([^"]*)"', html)) - {"#main", "?lang=de"} == {
            href for href in re.findall(r'href="([^"]*)"', html) if href.startswith("/static/")
        }  # fmt: skip


def test_it_is_not_to_be_indexed_kept_or_told_to_others(link):
    answer = opened(link[1])
    assert answer["X-Robots-Tag"] == "noindex, nofollow" and answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()


def test_a_client_without_a_policy_has_its_words_there_too(world, link):
    world.publish({"ladders": {}, "clients": ["Somebody else"]})
    assert "This page is being written" in opened(link[1]).content.decode()


def test_each_use_is_counted(link):
    opened(link[1]), opened(link[1])
    row = ShareLink.objects.get()
    assert row.uses == 2 and row.last_used_at is not None


def test_expired_revoked_and_guessed_links_are_all_the_same_nothing(world, link):
    now = database_now()
    row, token = make_link(client=world.acme, label="Old", days=1, by=world.manager, now=now - timedelta(days=1))
    gone, revoked = make_link(client=world.acme, label="Gone", days=9, by=world.manager, now=now)
    revoke_link(client=world.acme, pk=gone.pk, by=world.manager, now=now)
    answers = [opened(token), opened(revoked), opened("guess"), opened(link[1] + "x"), opened("x" * 5000)]
    missing = Browser().get("/share-of-nothing/")
    assert {answer.status_code for answer in (*answers, missing)} == {404}
    assert {answer.content for answer in answers} == {missing.content}
    assert not ShareLink.objects.filter(pk__in=[row.pk, gone.pk], uses__gt=0).exists()


def test_a_link_holds_until_its_end_and_not_a_moment_longer(world):
    now = database_now()
    row, token = make_link(client=world.acme, label="A day", days=1, by=world.manager, now=now)
    assert opened_link(token, now=row.expires_at - timedelta(microseconds=1)) is not None
    assert opened_link(token, now=row.expires_at) is None


def test_the_token_is_nowhere_in_the_database(link):
    row = ShareLink.objects.values().get()
    assert link[1] not in str(row) and len(link[1]) > 40


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_link_lasts_a_year_at_most(world, days):
    with pytest.raises(ValueError, match="lasts 1 to 365 days"):
        make_link(client=world.acme, label="x", days=days, by=world.manager, now=world.now)


def test_only_who_keeps_the_page_makes_and_revokes(world, link, keeper):
    other = world.client("Other")
    now = database_now()
    for by, client in ((world.l1, world.acme), (keeper, other), (world.reader(world.acme), world.acme)):
        with pytest.raises(PermissionDenied):
            make_link(client=client, label="x", days=1, by=by, now=now)
    with pytest.raises(PermissionDenied):
        revoke_link(client=world.acme, pk=link[0].pk, by=world.l1, now=now)
    assert revoke_link(client=world.acme, pk=link[0].pk, by=keeper, now=now).revoked_by == keeper


def test_a_link_is_revoked_once_and_an_ended_one_stays_as_it_is(world, link, keeper):
    now = database_now()
    revoke_link(client=world.acme, pk=link[0].pk, by=world.manager, now=now)
    again = revoke_link(client=world.acme, pk=link[0].pk, by=keeper, now=now + timedelta(hours=1))
    assert (again.revoked_by, again.revoked_at) == (world.manager, now)
    old, _ = make_link(client=world.acme, label="Old", days=1, by=keeper, now=now - timedelta(days=2))
    assert revoke_link(client=world.acme, pk=old.pk, by=keeper, now=now).revoked_at is None


def test_who_revoked_and_when_go_together(link):
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.update(revoked_at=database_now())


# the page ------------------------------------------------------------------------------------------------------------


def test_the_link_is_shown_once_and_opens(world, client, keeper, settings):
    client.force_login(keeper)
    html = client.post(PAGE, {"label": "The board", "days": "7"}).content.decode()
    url = re.search(rf'value="({settings.PUBLIC_URL}/share/[^"]+)"', html)[1]
    assert Browser().get(url.removeprefix(settings.PUBLIC_URL)).status_code == 200
    after = client.get(PAGE).content.decode()
    assert "The board" in after and "/share/" not in after
    row = ShareLink.objects.get()
    assert (row.made_by, row.expires_at - row.made_at) == (keeper, timedelta(days=7))


@pytest.mark.parametrize(
    "sent, said",
    [
        ({"label": "", "days": "7"}, "This field is required."),
        ({"label": "x", "days": "0"}, "greater than or equal to 1"),
        ({"label": "x", "days": "366"}, "less than or equal to 365"),
        ({"label": "x", "days": "soon"}, "Enter a whole number."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(world, client, sent, said):
    client.force_login(world.manager)
    answer = client.post(PAGE, sent)
    assert answer.status_code == 422 and said in answer.content.decode() and not ShareLink.objects.exists()


def test_the_list_says_who_made_each_how_it_stands_and_how_often_it_was_used(world, client, link):
    opened(link[1])
    make_link(client=world.acme, label="Old", days=1, by=world.manager, now=database_now() - timedelta(days=2))
    client.force_login(world.manager)
    html = client.get(PAGE).content.decode()
    assert "by Boss" in html and "1 time, last" in html and "Never" in html and html.count("Revoke Board") == 1
    assert "Ended" in html and "Revoke Old" not in html
    client.post(f"{PAGE}{link[0].pk}/revocation/")
    html = client.get(PAGE).content.decode()
    assert "Revoked" in html and "Revoke Board" not in html


def test_a_client_without_links_has_its_words(world, client):
    client.force_login(world.manager)
    assert "No link has been made" in client.get(PAGE).content.decode()


def test_another_client_s_link_cannot_be_revoked_from_here(world, client, keeper):
    other = world.client("Other")
    theirs, token = make_link(client=other, label="Theirs", days=9, by=world.manager, now=database_now())
    client.force_login(keeper)
    assert client.post(f"{PAGE}{theirs.pk}/revocation/").status_code == 404
    assert client.get("/clients/other/share-links/").status_code == 404
    assert opened(token).status_code == 200


def test_the_list_asks_a_fixed_number_of_queries(world, client, django_assert_num_queries):
    client.force_login(world.manager)
    for number in range(3):
        make_link(client=world.acme, label=str(number), days=9, by=world.manager, now=database_now())
    client.get(PAGE)
    with django_assert_num_queries(2 + 4 + 1):  # session, user; roles, client, clock, links; what the rail counts
        client.get(PAGE)


def test_its_address_is_the_public_one_whatever_the_server_behind_the_proxy_is_called(world, client, settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://desk.msp.example", ["*"]
    client.force_login(world.manager)
    shown = client.post(PAGE, {"label": "Board", "days": 3}, headers={"host": "10.0.0.7:8000"}).content.decode()
    assert re.findall(r"https?://[^\"]*/share/", shown) == ["https://desk.msp.example/share/"]
