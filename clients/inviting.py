"""Inviting people by mail: the provider's own, by administrators, and a client's, also by those who look after it."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts import invitations, roles
from accounts.access_log import What, record
from accounts.models import Invitation, User
from accounts.oidc_config import required_provider
from accounts.people import STAFF_ROLES, has_joined, person, set_staff_role
from accounts.people_editing import WITH_INVITATION, closed_with_invitation, set_active
from clients.access import roles_by_client
from clients.access_editing import check_contact, drop_role, may_invite, role_at, settle_role
from clients.models import Client, Contact
from outbox.models import Message

# The kind of message whose channel writes the link in when it is sent.
KIND = "INVITATION"
LINK = "[[link]]"
PORTAL = "the Escalation Portal"


class NotInvited(Exception):
    """Nobody was invited; the message says why, and the way out. `field` is the one that it is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def invite_staff(*, email: str, name: str, role: str, timezone: str, by: User, now: datetime) -> User:
    """Make an account for somebody who works for the provider, and send the way in.

    Raises PermissionDenied for all but administrators, NotInvited for an address that is taken or no role of ours.
    """
    if roles.ADMINISTRATOR not in by.roles:
        raise PermissionDenied("Only an administrator invites people of the provider's.")
    if role not in STAFF_ROLES:
        raise NotInvited("role", f"Choose one of {', '.join(STAFF_ROLES)}.")
    user = person(email)
    if user.pk:
        raise NotInvited("email", f"{user.email} has an account already, as {user}. Change it on its own page.")
    user.name, user.timezone = name, timezone
    _make(user)
    set_staff_role(user, role)
    record(What.ROLE, person=user, after=role, by=by, now=now)
    send(user, by=by, now=now)
    return user


@transaction.atomic
def invite_contact(*, client: Client, email: str, name: str, role: str, by: User, now: datetime) -> tuple[User, bool]:
    """Let somebody of the client sign in, as decision maker or client user; returns them and whether a mail went out.

    Who has joined before, for this client or another, is given the role and no mail. The contact with this address
    is theirs, made when there is none. Raises PermissionDenied, NotInvited, and NotGranted where they have the role.
    """
    if not may_invite(by, client):
        raise PermissionDenied("Only managers and the account managers of a client invite its people.")
    if role not in roles.OF_A_CLIENT:
        raise NotInvited("role", "Choose decision maker or client user.")
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)  # two invitations at once: one after the other
    user = _account(client, email, name)
    check_contact(client, user)
    if role_at(user, client) != role or has_joined(user):
        settle_role(client, user, role, by=by, now=now)
    if has_joined(user):
        return user, False
    send(user, by=by, now=now, client=client)
    return user, True


@transaction.atomic
def send(user: User, *, by: User, now: datetime, client: Client | None = None) -> Invitation:
    """Send the way in, anew if one was sent before, which works no more.

    `client` is the one as whose person somebody is invited. An account that was closed with its invitation is opened
    again. Raises PermissionDenied, NotInvited for who needs none and, but for administrators, for who was deactivated.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _check_may_send(user, by=by, client=client)
    if has_joined(user):
        raise NotInvited("email", f"{user} has signed in before: a forgotten password is renewed on the sign-in page.")
    if not user.is_active:
        _check_may_reopen(user, by=by)
        set_active(user, True, by=by, now=now)
    made = invitations.invite(user, by=by, now=now, about=client.slug if client else "")
    payload = {"to": [user.email], "subject": f"Your sign-in for {PORTAL}", "text": _text(made, client)}
    payload |= {"invitation": made.pk}
    Message.objects.create(key=f"invitation:{made.pk}", kind=KIND, payload=payload, not_before=now, created_at=now)
    return made


@transaction.atomic
def revoke(user: User, *, by: User, now: datetime, client: Client | None = None) -> None:
    """Take the invitation back. Who never came in is closed, so that no other way in is left.

    For a client's person whom other clients have let in as well, only the role for `client` is taken: the link and
    the account are theirs too. Raises PermissionDenied, NotInvited where no invitation is open.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _check_may_send(user, by=by, client=client)
    role = role_at(user, client) if client else ""
    if not invitations.is_open(user) or (client and not role):
        raise NotInvited("email", f"No invitation of {user} is open any more.")
    about = client.slug if client else ""
    record(What.INVITATION_REVOKED, person=user, about=about, before=user.email, by=by, now=now)
    if client and _is_somebody_else_s_too(user, client):
        drop_role(client, user, role, by=by, now=now)
        return
    invitations.end(user, now=now)
    if not has_joined(user):
        set_active(user, False, by=by, now=now, why=WITH_INVITATION)


def _is_somebody_else_s_too(user: User, client: Client) -> bool:
    """Whether the user is something for the provider or for another client than this one."""
    elsewhere = any(slug != client.slug for slug, _ in roles_by_client(user.roles))
    return elsewhere or bool(user.roles & roles.STAFF)


def _check_may_reopen(user: User, *, by: User) -> None:
    """What a revoked invitation has closed is opened by the next one; all else that is closed by administrators."""
    if roles.ADMINISTRATOR not in by.roles and not closed_with_invitation(user):
        raise NotInvited("email", f"{user} was deactivated. An administrator can take them back.")


def _make(user: User) -> None:
    """Store a new account. Raises NotInvited when somebody else has made one of this address at the same moment."""
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        words = f"Somebody else has just invited {user.email}. Look at it again before you go on."
        raise NotInvited("email", words) from None


def _check_may_send(user: User, *, by: User, client: Client | None) -> None:
    """Administrators invite everybody; others the people of a client that is theirs, and of no other."""
    if roles.ADMINISTRATOR in by.roles:
        return
    if client is None or not may_invite(by, client) or not role_at(user, client):
        raise PermissionDenied("Only administrators invite people who are no client's of yours.")


def _account(client: Client, email: str, name: str) -> User:
    """The account with this address, made if there is none, tied to the client's contact of the same address."""
    user = person(email)
    if user.pk is None:
        user.name, user.timezone = name, client.timezone
        _make(user)
    elif not user.is_active and has_joined(user):
        raise NotInvited("email", f"{user.email} was deactivated. An administrator can take them back.")
    if user.roles & roles.STAFF:
        raise NotInvited("email", f"{user.email} works for the provider, and sees clients by their own role.")
    _tie(client, user, name)
    return user


def _tie(client: Client, user: User, name: str) -> None:
    contact = Contact.objects.select_for_update().filter(client=client, email__iexact=user.email).first()
    if contact is None:
        if Contact.objects.filter(client=client, name=name).exists():
            raise NotInvited(
                "name", f"{client} has a contact “{name}” with another address: use that, or another name."
            )
        contact = Contact(client=client, name=name, email=user.email)
    contact.user = user
    contact.save()


def _text(made: Invitation, client: Client | None) -> str:
    what = f", to follow the requests of {client}" if client else ""
    provider = required_provider(made.user.email, settings.IDENTITY_PROVIDERS)
    way = f"Sign in with {provider.name} here" if provider else "Choose your password here"
    harmless = "until you sign in" if provider else "without a password of yours"
    lines = [
        f"Hello {made.user},",
        f"{made.made_by} has made a sign-in to {PORTAL} for you{what}.",
        f"{way}; the link works once, until {made.expires_at:%A %d %B %Y, %H:%M} UTC:",
        LINK,
        f"If you expected nothing of the kind, do nothing: {harmless} nobody gets in.",
    ]
    return "\n\n".join(lines)
