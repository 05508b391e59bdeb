"""`manage.py forget_second_factor --email E`: for who has lost phone, passkeys and recovery codes alike."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.access_log import What, record
from accounts.clock import database_now
from accounts.models import User
from accounts.sessions import end_other_sessions


class Command(BaseCommand):
    """Take a person's second factors and ties to other providers away, and sign the person out everywhere."""

    help = "Forget a person's authenticator app, passkeys, recovery codes and ties to other providers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="of the person, whom you have recognised by other means")

    @transaction.atomic
    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.", returncode=2)
        factors, _ = Authenticator.objects.filter(user=user).delete()
        ties, _ = SocialAccount.objects.filter(user=user).delete()
        sessions = end_other_sessions(user, current=None)
        forgotten = f"{factors} factors, {ties} ties to other providers"
        record(What.FACTORS_FORGOTTEN, person=user, before=forgotten, by=None, now=database_now())
        self.stdout.write(f"Forgotten: {forgotten}; {sessions} sessions ended.")
