"""A forgotten password: a link that works once, and one answer for every address."""

import re

import pytest
from django.core import mail
from django.test import Client as Browser

from accounts.clock import database_now
from accounts.models import User
from accounts.oidc_config import IdentityProvider
from outbox.delivery import deliver
from outbox.models import Message

NEW = "another good password"


def ask(address):
    page = Browser().post("/sign-in/forgotten/", {"email": address})
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode())
    return page.status_code, text.replace(address, "ADDRESS")


def link_of(world, address="l1@msp.example"):
    ask(address)
    deliver(now=database_now(), clock=database_now)
    return re.search(r"https?://[^/]+(/sign-in/forgotten/\S+)", mail.outbox[-1].body)[1]


def choose(link, first=NEW, second=NEW):
    browser = Browser()
    form = browser.get(link, follow=True)
    return browser.post(form.request["PATH_INFO"], {"new_password1": first, "new_password2": second})


def test_every_address_is_answered_alike(world):
    User.objects.filter(pk=world.l2.pk).update(is_active=False)
    answers = {ask(address) for address in ("l1@msp.example", "l2@msp.example", "nobody@msp.example")}
    assert len(answers) == 1 and next(iter(answers))[0] == 200
    assert [message.payload["to"] for message in Message.objects.all()] == [["l1@msp.example"]]


def test_the_link_lets_a_person_choose_a_password_and_ends_the_other_sessions(world):
    inside = Browser()
    inside.force_login(world.l1)
    answer = choose(link_of(world))
    assert answer.url == "/sign-in/"
    assert User.objects.get(pk=world.l1.pk).check_password(NEW)
    assert inside.get("/tickets/").status_code == 302


def test_the_link_signs_nobody_in(world):
    browser = Browser()
    browser.get(link_of(world), follow=True)
    assert "_auth_user_id" not in browser.session


def test_the_link_works_once(world):
    link = link_of(world)
    choose(link)
    assert "This link does not work" in Browser().get(link, follow=True).content.decode()


def test_the_link_works_for_an_hour(world, settings):
    link = link_of(world)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "This link does not work" in Browser().get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    "link", ["/sign-in/forgotten/MQ/guessed/", "/sign-in/forgotten/!!/x/", "/sign-in/forgotten/OTk5/a-b/"]
)
def test_a_guessed_link_is_one_that_does_not_work(link, world):
    assert "This link does not work" in Browser().get(link).content.decode()


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (NEW, "different words", "didn’t match"),
        ("short", "short", "too short"),
        ("password12", "password12", "too common"),
    ],
)
def test_a_poor_password_is_refused_with_the_reason(first, second, said, world):
    page = choose(link_of(world), first, second).content.decode()
    assert said in page
    assert User.objects.get(pk=world.l1.pk).check_password("a good password")


def test_the_link_stands_nowhere_before_it_is_sent(world):
    ask("l1@msp.example")
    assert Message.objects.get().payload == {"to": ["l1@msp.example"]}


def test_who_has_become_inactive_gets_none(world):
    ask("l1@msp.example")
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    deliver(now=database_now(), clock=database_now)
    assert mail.outbox == []


@pytest.mark.parametrize("kind", ["no password", "a program", "another provider"])
def test_who_has_no_password_here_gets_no_link(kind, world, settings):
    if kind == "no password":
        world.l1.set_unusable_password()
        world.l1.save()
    if kind == "a program":
        User.objects.filter(pk=world.l1.pk).update(kind=User.Kind.API)
    if kind == "another provider":
        contoso = IdentityProvider("c", "Contoso", "https://c.example", "p", "s", required_for=("msp.example",))
        settings.IDENTITY_PROVIDERS = (contoso,)
    assert ask("l1@msp.example")[0] == 200
    assert not Message.objects.exists()


def test_no_more_than_three_links_an_hour_go_to_one_address(world):
    answers = {ask("L1@msp.example") for _ in range(5)}
    assert len(answers) == 1
    assert Message.objects.count() == 3


def test_the_link_leads_to_the_public_address_whatever_host_was_asked(world, settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://desk.msp.example", ["*"]
    Browser(HTTP_HOST="evil.example").post("/sign-in/forgotten/", {"email": "l1@msp.example"})
    deliver(now=database_now(), clock=database_now)
    assert "https://desk.msp.example/sign-in/forgotten/" in mail.outbox[-1].body
    assert "evil.example" not in mail.outbox[-1].body
