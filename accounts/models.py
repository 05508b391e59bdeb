"""Who you are: people and API keys; invitations, wrong passwords, and the record of who was let in to what."""

import pgtrigger
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from accounts.language import LANGUAGES
from accounts.zones import check_zone


class UserManager(BaseUserManager):
    """Users are known by their mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Make a person (or, with kind API, a program) known by `email`. Raises ValidationError: no such zone."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        check_zone(user.timezone)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person, or a program that holds API keys."""

    class Kind(models.TextChoices):
        PERSON = "PERSON"
        API = "API"

    username = None
    email = models.EmailField("email address", unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=60, default="UTC", validators=[check_zone])
    language = models.CharField(
        max_length=8, blank=True, choices=list(LANGUAGES.items()), help_text="Of clients' pages; empty: as the client's"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """The names of the groups that this user is in, read once per request."""
        return frozenset(self.groups.values_list("name", flat=True))

    @property
    def is_person(self) -> bool:
        return self.kind == self.Kind.PERSON


class ApiKey(models.Model):
    """A hashed bearer key; the key itself is shown once, when it is made."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="From then on another key stands for it")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotentAnswer(models.Model):
    """The answer that a POST with an Idempotency-Key got, kept for 24 hours in the write's own transaction."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    value = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "method", "path", "value"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.value}"


class Invitation(models.Model):
    """A way in for somebody who was given an account: a link that works once, for some days.

    The link is made of `nonce` and the server's key when its mail is sent; only its digest is kept.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    nonce = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_per_person",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(revoked_at__isnull=True),
                name="invitation_used_or_revoked",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Invitation of {self.user}"


class AccessChange(models.Model):
    """One change of who may do or see what, never changed itself. `about` is a client's slug, "" for none."""

    class What(models.TextChoices):
        INVITED = "INVITED", "Invited"
        INVITATION_REVOKED = "INVITATION_REVOKED", "Invitation revoked"
        JOINED = "JOINED", "Joined"
        ROLE = "ROLE", "Role"
        DEACTIVATED = "DEACTIVATED", "Deactivated"
        REACTIVATED = "REACTIVATED", "Reactivated"
        FACTORS_FORGOTTEN = "FACTORS_FORGOTTEN", "Second factors forgotten"
        ACCESS = "ACCESS", "Access"
        TEAMS = "TEAMS", "Teams"
        KEY_MADE = "KEY_MADE", "Key made"
        KEY_ROTATED = "KEY_ROTATED", "Key rotated"
        KEY_REVOKED = "KEY_REVOKED", "Key revoked"

    what = models.CharField(max_length=20, choices=What.choices)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="access_changes")
    about = models.CharField(max_length=120, blank=True, db_index=True)
    before = models.CharField(max_length=300, blank=True)
    after = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", help_text="None: a command")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="access_change_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.person or self.about}"


class KnownPlace(models.Model):
    """A network from which somebody was signed in, so that wrong passwords of strangers do not lock it out."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_places")
    network = models.CharField(max_length=50)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "network"], name="one_row_per_known_place")]

    def __str__(self) -> str:
        return f"{self.user} at {self.network}"


class WrongPassword(models.Model):
    """One wrong password for a mail address, known or not; kept for as long as `lockout` counts it."""

    address = models.CharField(max_length=254)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["address", "at"], name="wrong_passwords_of_one_address")]

    def __str__(self) -> str:
        return f"{self.address} at {self.at}"
