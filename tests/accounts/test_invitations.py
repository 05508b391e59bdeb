"""Invitations: who may send one, what its link opens, and what it tells to those who must not know."""

import time
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts import invitations, roles
from accounts.invitations import Gone, note_joining, open_invitation, token_of
from accounts.models import AccessChange, Invitation, User
from accounts.oidc_config import IdentityProvider
from accounts.people_editing import deactivate
from clients.access import give_role
from clients.access_editing import NotGranted
from clients.inviting import NotInvited, invite_contact, invite_staff, revoke, send
from clients.models import Client, Contact
from outbox.models import Message
from tickets.models import Ticket

GOOD = "seven green bottles"
SOMEBODY_WAITS = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())
"""


@pytest.fixture
def admin(world):
    return world.person("admin@msp.example", roles.ADMINISTRATOR)


@pytest.fixture
def amy(world):
    """Acme's account manager."""
    user = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    give_role(user, roles.ACCOUNT_MANAGER, world.acme)
    return user


def staff(world, admin, **changes) -> User:
    given = {"email": "nora@msp.example", "name": "Nora", "role": roles.TECHNICIAN, "timezone": "Europe/London"}
    return invite_staff(**(given | changes), by=admin, now=world.now)


def dana(world, by, **changes):
    given = {"client": world.acme, "email": "dana@acme.example", "name": "Dana", "role": roles.DECISION_MAKER}
    return invite_contact(**(given | changes), by=by, now=world.now)


def accepted(user, *, now, **changes):
    given = {"name": "Nora Ray", "timezone": "Europe/Berlin", "password": GOOD}
    return invitations.accept(token_of(user.invitations.latest("pk")), **(given | changes), now=now)


def mail_of(world, address) -> str:
    world.tick()
    [mail] = world.mails_to(address)
    return mail.body


# staff -----------------------------------------------------------------------------------------------------------


def test_an_invited_colleague_gets_a_role_no_password_and_a_mail_with_the_link(world, admin, settings):
    user = staff(world, admin)
    assert (user.name, user.timezone, user.is_active) == ("Nora", "Europe/London", True)
    assert not user.has_usable_password() and roles.TECHNICIAN in User.objects.get(pk=user.pk).roles
    body = mail_of(world, "nora@msp.example")
    assert f"{settings.PUBLIC_URL}/invitations/{token_of(user.invitations.get())}/" in body
    assert "Monday 09 March 2026, 09:00 UTC" in body


def test_neither_the_database_nor_the_waiting_mail_holds_the_link(world, admin):
    token = token_of(staff(world, admin).invitations.get())
    message = Message.objects.get(kind="INVITATION")
    assert token not in str(message.payload) and "[[link]]" in message.payload["text"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(i)::text FROM accounts_invitation i")
        assert token not in cursor.fetchone()[0]


def test_a_mail_that_waits_is_not_sent_once_its_invitation_is_revoked(world, admin):
    revoke(staff(world, admin), by=admin, now=world.now)
    world.tick()
    assert world.mails_to("nora@msp.example") == []


@pytest.mark.parametrize("role", [roles.MANAGER, roles.TECHNICIAN, roles.ACCOUNT_MANAGER])
def test_only_administrators_invite_colleagues(world, role):
    with pytest.raises(PermissionDenied):
        staff(world, world.person("x@msp.example", role))
    assert not User.objects.filter(email="nora@msp.example").exists()


def test_an_address_that_is_taken_is_told_in_whatever_case_it_is_written(world, admin):
    with pytest.raises(NotInvited, match="has an account already") as refused:
        staff(world, admin, email="BOSS@msp.example")
    assert refused.value.field == "email"


@pytest.mark.parametrize("role", [roles.PROGRAM, roles.CLIENT_USER, "king"])
def test_colleagues_get_roles_of_the_provider_only(world, admin, role):
    with pytest.raises(NotInvited, match="Choose one of technician"):
        staff(world, admin, role=role)


# the link --------------------------------------------------------------------------------------------------------


def test_who_accepts_gets_the_name_zone_and_password_that_they_chose(world, admin):
    user = accepted(staff(world, admin), now=world.now)
    user.refresh_from_db()
    assert (user.name, user.timezone, user.check_password(GOOD)) == ("Nora Ray", "Europe/Berlin", True)


def test_a_link_works_once(world, admin):
    user = staff(world, admin)
    accepted(user, now=world.now)
    with pytest.raises(Gone):
        accepted(user, now=world.now)


@pytest.mark.parametrize(("waited", "works"), [(timedelta(days=7, seconds=-1), True), (timedelta(days=7), False)])
def test_a_link_works_for_seven_days(world, admin, waited, works):
    token = token_of(staff(world, admin).invitations.get())
    if works:
        assert open_invitation(token, now=world.now + waited).user.email == "nora@msp.example"
        return
    with pytest.raises(Gone):
        open_invitation(token, now=world.now + waited)


def test_a_new_invitation_ends_the_one_before(world, admin):
    user = staff(world, admin)
    first = token_of(user.invitations.get())
    send(user, by=admin, now=world.now)
    with pytest.raises(Gone):
        open_invitation(first, now=world.now)
    assert open_invitation(token_of(user.invitations.latest("pk")), now=world.now).user == user
    assert Invitation.objects.filter(used_at=None, revoked_at=None).count() == 1


def test_a_revoked_link_is_gone_and_the_account_that_nobody_had_entered_is_closed(world, admin):
    user = staff(world, admin)
    revoke(user, by=admin, now=world.now)
    user.refresh_from_db()
    assert not user.is_active
    with pytest.raises(Gone):
        open_invitation(token_of(user.invitations.get()), now=world.now)


def test_inviting_again_opens_the_closed_account(world, admin):
    user = staff(world, admin)
    revoke(user, by=admin, now=world.now)
    send(User.objects.get(pk=user.pk), by=admin, now=world.now)
    assert accepted(user, now=world.now).is_active


def test_there_must_be_something_to_revoke(world, admin):
    with pytest.raises(NotInvited, match="No invitation of"):
        revoke(world.l1, by=admin, now=world.now)


def test_the_link_of_somebody_who_was_deactivated_is_gone(world, admin):
    user = staff(world, admin)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Gone):
        open_invitation(token_of(user.invitations.get()), now=world.now)


def test_who_has_signed_in_before_needs_no_invitation(world, admin):
    with pytest.raises(NotInvited, match="has signed in before"):
        send(world.l1, by=admin, now=world.now)


def test_a_link_outlives_no_other_way_in(world, admin):
    user = staff(world, admin)
    User.objects.filter(pk=user.pk).update(last_login=world.now)
    for _ in range(2):
        with pytest.raises(Gone):
            accepted(user, now=world.now)
    user.refresh_from_db()
    assert (user.name, user.has_usable_password()) == ("Nora", False)


def test_its_mail_is_not_sent_either(world, admin):
    User.objects.filter(pk=staff(world, admin).pk).update(last_login=world.now)
    world.tick()
    assert world.mails_to("nora@msp.example") == []


def test_who_joins_by_another_way_uses_the_invitation_up_once(world, admin):
    user = staff(world, admin)
    for _ in range(2):
        note_joining(user, now=world.now)
    assert user.invitations.get().used_at == world.now
    assert AccessChange.objects.filter(person=user, what="JOINED", after=user.email, by=user).count() == 1


def test_who_must_come_by_another_provider_is_told_so_in_the_mail(world, admin, settings):
    row = IdentityProvider("c", "Contoso", "https://c.example", "portal", "s", required_for=("msp.example",))
    settings.IDENTITY_PROVIDERS = (row,)
    staff(world, admin)
    body = mail_of(world, "nora@msp.example")
    assert "Sign in with Contoso here; the link works once" in body and "password" not in body


# two at once -----------------------------------------------------------------------------------------------------


def while_it_is_not_finished(first, second):
    """What `second` gives when it begins before `first` is committed, and has to wait for it."""
    begun = Event()

    def hold():
        with transaction.atomic():
            first()
            begun.set()
            _wait_for_somebody_who_waits()
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    begun.wait(5)
    try:
        return second()
    finally:
        thread.join()


def _wait_for_somebody_who_waits():
    for _ in range(50):
        with connection.cursor() as cursor:
            cursor.execute(SOMEBODY_WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_who_invite_one_new_colleague_is_told(world, admin):
    with pytest.raises(NotInvited, match="Somebody else has just invited nora") as refused:
        while_it_is_not_finished(lambda: staff(world, admin), lambda: staff(world, admin))
    assert refused.value.field == "email" and User.objects.filter(email="nora@msp.example").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_one_new_contact_make_one_account_and_one_open_link(world):
    new = {"email": "uma@acme.example", "name": "Uma"}
    boss = world.manager
    user, mailed = while_it_is_not_finished(lambda: dana(world, boss, **new), lambda: dana(world, boss, **new))
    assert mailed and Contact.objects.get(email=user.email).user == user
    assert user.invitations.filter(revoked_at=None).count() == 1


# a client's people -----------------------------------------------------------------------------------------------


def test_a_contact_becomes_a_reader_of_its_client(world, amy):
    user, mailed = dana(world, amy)
    assert mailed and Contact.objects.get(email="dana@acme.example").user == user
    assert user.timezone == "Europe/London"
    assert list(Client.objects.visible_to(user, "read_client_page")) == [world.acme]
    assert not Ticket.objects.visible_to(user).exists()
    assert "to follow the requests of Acme" in mail_of(world, "dana@acme.example")


def test_somebody_new_at_the_client_becomes_a_contact_too(world, amy):
    user, _ = dana(world, amy, email="uma@acme.example", name="Uma", role=roles.CLIENT_USER)
    assert Contact.objects.get(client=world.acme, name="Uma").user == user


def test_a_contact_s_name_stands_for_one_address(world, amy):
    with pytest.raises(NotInvited, match="with another address") as refused:
        dana(world, amy, email="dana.b@acme.example")
    assert refused.value.field == "name" and not User.objects.filter(email="dana.b@acme.example").exists()


def test_an_account_manager_invites_for_own_clients_only(world, amy):
    other = world.client("Other")
    with pytest.raises(PermissionDenied):
        dana(world, amy, client=other)
    assert not Contact.objects.filter(client=other).exists()


@pytest.mark.parametrize("who", ["l1", "reader"])
def test_technicians_and_clients_invite_nobody(world, who):
    by = world.l1 if who == "l1" else world.reader(world.acme)
    with pytest.raises(PermissionDenied):
        dana(world, by)


@pytest.mark.parametrize("role", [roles.ADMINISTRATOR, roles.ACCOUNT_MANAGER, roles.TECHNICIAN])
def test_no_role_of_the_provider_s_is_given_to_a_client_s_person(world, role):
    with pytest.raises(NotInvited, match="Choose decision maker or client user"):
        dana(world, world.manager, role=role)


def test_who_signs_in_for_another_client_already_gets_the_role_and_no_mail(world):
    bea = world.reader(world.client("Other"))
    user, mailed = dana(world, world.manager, email=bea.email, name="Bea", role=roles.CLIENT_USER)
    assert (user, mailed) == (bea, False)
    assert {c.slug for c in Client.objects.visible_to(bea, "read_client_page")} == {"acme", "other"}
    assert not Message.objects.filter(kind="INVITATION").exists()


def test_a_colleague_is_no_client_s_person(world):
    with pytest.raises(NotInvited, match="works for the provider"):
        dana(world, world.manager, email=world.l1.email)


def test_who_has_left_is_not_let_in_by_an_invitation(world):
    reader = world.reader(world.acme)
    User.objects.filter(pk=reader.pk).update(is_active=False)
    with pytest.raises(NotInvited, match="was deactivated"):
        dana(world, world.manager, email=reader.email, name="R")


def test_inviting_again_with_the_same_role_sends_the_mail_again(world, amy):
    user, _ = dana(world, amy)
    again, mailed = dana(world, amy)
    assert (again, mailed) == (user, True)
    assert user.invitations.count() == 2


def test_who_has_joined_with_the_same_role_is_told_so(world, amy):
    user, _ = dana(world, amy)
    accepted(user, now=world.now)
    with pytest.raises(NotGranted, match="already"):
        dana(world, amy)


def test_an_account_manager_cannot_renew_an_invitation_of_a_colleague_s_or_another_client_s(world, admin, amy):
    colleague = staff(world, admin)
    stranger, _ = dana(world, world.manager, client=world.client("Other"), email="s@other.example", name="S")
    for user in (colleague, stranger):
        for act in (send, revoke):
            with pytest.raises(PermissionDenied):
                act(user, by=amy, now=world.now, client=world.acme)
    assert Invitation.objects.filter(revoked_at=None).count() == 2


@pytest.fixture
def shared(world, amy):
    """Pat, whom Other has invited as well as Acme, and who has not come in."""
    pat = {"email": "pat@x.example", "name": "Pat"}
    dana(world, world.manager, client=world.client("Other"), **pat)
    return dana(world, amy, role=roles.CLIENT_USER, **pat)[0]


def test_who_was_invited_by_another_client_too_loses_only_this_one(world, amy, shared):
    revoke(shared, by=amy, now=world.now, client=world.acme)
    user = accepted(shared, now=world.now)
    assert user.is_active
    assert [c.slug for c in Client.objects.visible_to(user, "read_client_page")] == ["other"]
    told = AccessChange.objects.filter(person=user, about="acme", by=amy).values_list("what", "before")[:2]
    assert list(told) == [("ACCESS", "client user"), ("INVITATION_REVOKED", "pat@x.example")]


def test_a_role_that_was_taken_is_not_revoked_again(world, amy, admin, shared):
    revoke(shared, by=amy, now=world.now, client=world.acme)
    with pytest.raises(NotInvited, match="No invitation of Pat is open"):
        revoke(shared, by=admin, now=world.now, client=world.acme)


def test_an_administrator_revokes_for_all_clients(world, admin, shared):
    revoke(shared, by=admin, now=world.now)
    shared.refresh_from_db()
    assert not shared.is_active and not Invitation.objects.filter(revoked_at=None).exists()


def test_what_a_revoked_invitation_closed_is_opened_by_the_next_one(world, amy):
    user, _ = dana(world, amy)
    revoke(user, by=amy, now=world.now, client=world.acme)
    send(user, by=amy, now=world.now, client=world.acme)
    assert accepted(user, now=world.now).is_active


@pytest.mark.parametrize("closed_before", [False, True])
def test_who_was_deactivated_is_let_in_again_by_administrators_alone(world, amy, admin, closed_before):
    user, _ = dana(world, amy)
    if closed_before:
        revoke(user, by=amy, now=world.now, client=world.acme)
        send(user, by=amy, now=world.now, client=world.acme)
    deactivate(person=user, by=admin, now=world.now)
    for act in (lambda: send(user, by=amy, now=world.now, client=world.acme), lambda: dana(world, amy)):
        with pytest.raises(NotInvited, match="Dana was deactivated"):
            act()
    user.refresh_from_db()
    assert not user.is_active
    send(user, by=admin, now=world.now)
    assert accepted(user, now=world.now).is_active


def test_each_step_is_on_record(world, amy):
    user, _ = dana(world, amy)
    accepted(user, now=world.now)
    told = [(c.what, c.about, c.before, c.after, c.by) for c in AccessChange.objects.filter(person=user)]
    assert told == [
        ("JOINED", "", "", "dana@acme.example", user),
        ("INVITED", "acme", "", "dana@acme.example", amy),
        ("ACCESS", "acme", "", "decision maker", amy),
    ]
