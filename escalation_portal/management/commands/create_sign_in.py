"""`manage.py create_sign_in --email E [--role R --client NAME]`: a new password, printed once."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.roles import ACCOUNT_MANAGER, OF_A_CLIENT
from clients.access import give_role
from clients.models import Client, Contact

ROLES = sorted(OF_A_CLIENT | {ACCOUNT_MANAGER})


class Command(BaseCommand):
    """Give a person of the configuration a password, or a client's contact a sign-in."""

    help = "Let a member of a team, or a contact of a client, sign in; prints the new password, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="of a member of a team, or of a contact of --client")
        parser.add_argument("--role", choices=ROLES, help="what the person is for --client")
        parser.add_argument("--client", help="name or slug")

    @transaction.atomic
    def handle(self, *args: Any, email: str, role: str | None, client: str | None, **options: Any) -> None:
        if bool(role) != bool(client):
            raise CommandError("--role and --client go together.", returncode=2)
        user = _of_client(email, role, client) if role and client else User.objects.filter(email__iexact=email).first()
        if user is None:
            hint = "Import the team first, or name the --client and --role of a contact."
            raise CommandError(f"Nobody here has the address {email}. {hint}", returncode=2)
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
        self.stdout.write(password)


def _of_client(email: str, role: str, name: str) -> User:
    """The contact's user, made when there is none, with the role for this client."""
    client = Client.objects.filter(Q(name=name) | Q(slug=name)).first()
    if client is None:
        raise CommandError(f"--client: there is no client “{name}”.", returncode=2)
    user = User.objects.filter(email__iexact=email).first()
    contact = Contact.objects.filter(client=client, email__iexact=email).first()
    if user is None and contact is None:
        raise CommandError(f"--email: {client} has no contact {email}.", returncode=2)
    if user is None:
        user = User.objects.create_user(email, name=contact.name, timezone=client.timezone)
    give_role(user, role, client)
    Contact.objects.filter(client=client, email__iexact=email).update(user=user)
    return user
