"""The one pattern for everything that is versioned: a named row, and immutable versions of it.

A version is one JSON document, identical to its YAML form. Live = the latest published; a published one never changes.
"""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.utils.text import slugify


class NamedRow(models.Model):
    """Something that people call by name and programs by a slug that never changes."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or slugify(self.name)
        super().save(*args, **kwargs)


class Version(models.Model):
    """One published (numbered) or drafted (number empty) document of a named row; subclasses add `of`, the row."""

    number = models.PositiveIntegerField(null=True)
    document = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    published_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ["of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="%(class)s_numbered_once"),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True, published_at__isnull=True)
                | models.Q(number__isnull=False, published_at__isnull=False),
                name="%(class)s_number_and_date_go_together",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__number__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.of} v{self.number}" if self.number else f"{self.of} (draft)"

    @classmethod
    def live(cls, of: models.Model, *, as_of: datetime | None = None) -> Self | None:
        """The latest published version, or the one that was live at `as_of`."""
        published = cls.objects.filter(of=of, number__isnull=False)
        if as_of:
            published = published.filter(published_at__lte=as_of)
        return published.order_by("-number").first()

    @classmethod
    @transaction.atomic
    def publish(cls, of: models.Model, document: Any, *, author: Any, note: str, now: datetime) -> Self:
        """Publish `document` as the next version; the row's lock orders two publishers."""
        type(of).objects.select_for_update().get(pk=of.pk)
        last = cls.live(of)
        number = last.number + 1 if last else 1
        return cls.objects.create(of=of, number=number, document=document, author=author, note=note, published_at=now)
