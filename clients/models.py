"""Whom we serve: clients with their sites, contacts and assets, and who may see which of them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.language import DEFAULT, LANGUAGES
from accounts.models import User
from accounts.versions import NamedRow, Version
from sla.models import Agreement


class ClientQuerySet(models.QuerySet):
    """Clients, seen by somebody."""

    def visible_to(self, user: User, permission: str = "view_client") -> Self:
        """Those that `user` was granted, by a group or in person; nobody sees one by default."""
        if user is None or not user.is_authenticated:
            return self.none()
        by_group = ClientGroupObjectPermission.objects.filter(
            group__user=user, permission__codename=permission, permission__content_type__app_label="clients"
        )
        by_user = ClientUserObjectPermission.objects.filter(
            user=user, permission__codename=permission, permission__content_type__app_label="clients"
        )
        granted = by_group.values("content_object_id").union(by_user.values("content_object_id"))
        return self.filter(pk__in=granted)


class Client(NamedRow):
    """An organisation whose IT we look after."""

    timezone = models.CharField(max_length=60)
    language = models.CharField(
        max_length=8,
        default=DEFAULT,
        choices=list(LANGUAGES.items()),
        help_text="Of its page and of mails to its people",
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="clients")
    followed_agreement = models.ForeignKey(
        Agreement, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="The one that the clocks of its open tickets follow",
    )  # fmt: skip
    objects = ClientQuerySet.as_manager()

    class Meta(NamedRow.Meta):
        permissions = [
            ("work_client", "May work this client's tickets"),
            ("read_client_page", "May read this client's escalation page"),
        ]


class ClientGroupObjectPermission(GroupObjectPermissionBase):
    """A grant on one client to a group."""

    content_object = models.ForeignKey(Client, on_delete=models.CASCADE)


class ClientUserObjectPermission(UserObjectPermissionBase):
    """A grant on one client to one user: how an API key is bound."""

    content_object = models.ForeignKey(Client, on_delete=models.CASCADE)


class OfClient(models.QuerySet):
    """Rows that belong to a client; it fails closed."""

    def visible_to(self, user: User) -> Self:
        return self.filter(client__in=Client.objects.visible_to(user))


class ClientOwned(models.Model):
    """A row that belongs to one client."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="%(class)ss")
    name = models.CharField(max_length=120)
    objects = OfClient.as_manager()

    class Meta:
        abstract = True
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="%(class)s_named_once_per_client")]

    def __str__(self) -> str:
        return self.name


class Site(ClientOwned):
    """Where a client works."""

    address = models.CharField(max_length=300, blank=True)
    timezone = models.CharField(max_length=60, blank=True)


class Contact(ClientOwned):
    """A person at the client."""

    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    decision_maker = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)


class Asset(ClientOwned):
    """A device, service or licence that tickets are about."""

    class Type(models.TextChoices):
        SERVER = "SERVER"
        WORKSTATION = "WORKSTATION"
        NETWORK = "NETWORK"
        MOBILE = "MOBILE"
        CLOUD = "CLOUD"
        SERVICE = "SERVICE"
        OTHER = "OTHER"

    type = models.CharField(max_length=12, choices=Type.choices, default=Type.OTHER)
    os = models.CharField(max_length=80, blank=True)
    serial = models.CharField(max_length=80, blank=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.SET_NULL)
    facts: Any = models.JSONField(default=dict, blank=True)


class PageWords(Version):
    """One version of what was written for a client's page; `clients/page_words.py` knows its form."""

    of = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="page_words")

    class Meta(Version.Meta):
        verbose_name = "page words"


class ShareLink(models.Model):
    """A link by which whoever holds it reads the policy part of one client's page; kept as a digest."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="share_links")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="share_link_revoked_by_somebody_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.client})"
