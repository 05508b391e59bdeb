"""What is written down, and for whom: documents with immutable versions, grants, receipts and attachments."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from guardian.models import GroupObjectPermissionBase

from accounts.models import User
from accounts.roles import OF_A_CLIENT
from accounts.versions import NamedRow, Version
from clients.models import Client

NEVER_CHANGES = pgtrigger.Protect(name="never_changes", operation=pgtrigger.Update | pgtrigger.Delete)


class DocumentQuerySet(models.QuerySet):
    """Documents, seen by somebody."""

    def visible_to(self, user: User) -> Self:
        """Those that a group of `user` was granted, and those meant for a client that `user` may see; else nothing.

        An internal one about a client is for those only who may see that client, and never for a client's people.
        """
        if user is None or not user.is_authenticated:
            return self.none()
        clients = Client.objects.visible_to(user)
        granted = self.filter(pk__in=_granted_to(user))
        of_clients = models.Q(audience=Document.Audience.CLIENT)
        seen = of_clients & (models.Q(pk__in=granted.values("pk")) | models.Q(client__in=clients))
        if not user.roles & OF_A_CLIENT:
            about = models.Q(client__isnull=True) | models.Q(client__in=clients)
            seen |= ~of_clients & models.Q(pk__in=granted.values("pk")) & about
        return self.filter(seen)

    def with_live(self) -> Self:
        """Those that are published, with `version` and `published_at` of the live version."""
        live = DocumentVersion.objects.filter(of=models.OuterRef("pk"), number__isnull=False).order_by("-number")
        number, published_at = live.values("number")[:1], live.values("published_at")[:1]
        found = self.annotate(version=models.Subquery(number), published_at=models.Subquery(published_at))
        return found.filter(version__isnull=False)


class Document(NamedRow):
    """One document, hand-written or generated; what it says stands in its versions."""

    class Kind(models.TextChoices):
        POLICY = "POLICY"
        RUNBOOK = "RUNBOOK"
        PLAYBOOK = "PLAYBOOK"
        CONTRACT = "CONTRACT"
        VENDOR_SHEET = "VENDOR_SHEET"
        CLIENT_GUIDE = "CLIENT_GUIDE"
        REVIEW = "REVIEW"

    class Audience(models.TextChoices):
        INTERNAL = "INTERNAL"
        CLIENT = "CLIENT"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.INTERNAL)
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    asks_receipt = models.BooleanField(default=False, help_text="Members of teams are asked to read each new version")
    source_key = models.CharField(
        max_length=200, blank=True, help_text="What it is generated from, such as policy:standard; empty if by hand"
    )
    digest = models.CharField(max_length=64, blank=True, help_text="Of the facts that it was last generated from")
    out_of_force_at = models.DateTimeField(null=True, help_text="Since when what it was generated from is gone")
    words = models.TextField(blank=True, help_text="The live version's words without marks, for searches")
    search = SearchVectorField(null=True)
    objects = DocumentQuerySet.as_manager()

    class Meta(NamedRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["source_key"], condition=~models.Q(source_key=""), name="one_document_per_source"
            ),
            models.CheckConstraint(
                condition=models.Q(audience="INTERNAL") | models.Q(audience="CLIENT", client__isnull=False),
                name="a_client_document_has_its_client",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="document_search")]
        triggers = [
            pgtrigger.Trigger(
                name="audience_fits_grants",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("audience", "client_id"),
                declare=[("client_slug", "text")],
                func="""
                    SELECT slug INTO client_slug FROM clients_client WHERE id = NEW.client_id;
                    IF EXISTS (
                        SELECT 1 FROM documents_documentgroupobjectpermission held
                        JOIN auth_group ON auth_group.id = held.group_id
                        WHERE held.content_object_id = NEW.id AND CASE NEW.audience
                            WHEN 'CLIENT' THEN auth_group.name NOT IN
                                ('decision maker of ' || client_slug, 'client user of ' || client_slug)
                            ELSE auth_group.name ~ '^(decision maker|client user)( of |$)' END
                    ) THEN
                        RAISE EXCEPTION 'a grant on this document does not fit its audience';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    @property
    def is_generated(self) -> bool:
        return bool(self.source_key)

    @property
    def is_internal(self) -> bool:
        return self.audience == self.Audience.INTERNAL


class DocumentGroupObjectPermission(GroupObjectPermissionBase):
    """A grant on one document to a group; of a client's document, only to that client's own groups."""

    content_object = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="grants")

    class Meta(GroupObjectPermissionBase.Meta):
        triggers = [
            pgtrigger.Trigger(
                name="grant_fits_audience",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("facts", "record"), ("group_name", "text")],
                func="""
                    SELECT audience, slug INTO facts FROM (
                        SELECT audience, client_id FROM documents_document
                        WHERE id = NEW.content_object_id FOR SHARE
                    ) AS document LEFT JOIN clients_client ON clients_client.id = document.client_id;
                    SELECT name INTO group_name FROM auth_group WHERE id = NEW.group_id;
                    IF (CASE facts.audience
                        WHEN 'CLIENT' THEN group_name NOT IN
                            ('decision maker of ' || facts.slug, 'client user of ' || facts.slug)
                        ELSE group_name ~ '^(decision maker|client user)( of |$)' END)
                    THEN
                        RAISE EXCEPTION 'a grant to % does not fit the audience of this document', group_name;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]


class DocumentVersion(Version):
    """One version of a document: `{"body": Markdown, "added": Markdown}`; in generated ones `added` is by people, and
    `follows` the key of the version of a policy that they follow from."""

    of = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")

    class Meta(Version.Meta):
        pass

    @property
    def body(self) -> str:
        return str(self.document.get("body", ""))

    @property
    def added(self) -> str:
        return str(self.document.get("added", ""))

    @property
    def follows(self) -> int:
        return int(self.document.get("follows", 0))


class DocumentChange(models.Model):
    """Something that was done to a document other than writing it: who may read it, and what is attached."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        triggers = [NEVER_CHANGES]

    def __str__(self) -> str:
        return self.text


class Receipt(models.Model):
    """Somebody was asked to read a version, and perhaps has."""

    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="receipts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="receipts")
    asked_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "user"], name="asked_once_per_version"),
            models.CheckConstraint(condition=models.Q(reminders__lte=2), name="two_reminders_at_most"),
            models.CheckConstraint(
                condition=models.Q(reminders=0, reminded_at__isnull=True)
                | models.Q(reminders__gt=0, reminded_at__isnull=False),
                name="reminded_at_some_moment",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="unread_receipt", condition=models.Q(read_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.user}: {self.version}"


class Attachment(models.Model):
    """A file that goes with a document; its content stays in the database and is only ever downloaded."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="In bytes")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["document", "name"], name="attached_once_under_a_name")]

    def __str__(self) -> str:
        return self.name


def _granted_to(user: User) -> models.QuerySet:
    held = DocumentGroupObjectPermission.objects.filter(
        group__user=user, permission__codename="view_document", permission__content_type__app_label="documents"
    )
    return held.values("content_object_id")


class CatchUp(models.Model):
    """Up to what the generated documents were brought last; one row. `retry_at` where some could not be."""

    digest = models.CharField(max_length=64, help_text="Of all facts that documents follow from")
    done_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_catch_up")]

    def __str__(self) -> str:
        return f"caught up at {self.done_at:%Y-%m-%d %H:%M:%S} UTC"
