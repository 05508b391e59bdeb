"""People who act: teams, tiers, and the policy that says who is next."""

import pgtrigger
from django.conf import settings
from django.db import models

from accounts.versions import NamedRow, Version
from sla.models import Agreement


class Team(NamedRow):
    """People who share a queue; `rotation` says who of them is on call, in the form that `tiers/on_call.py` reads.

    `edited_by` and `edited_at` tell whoever comes second who was quicker; an import has no author.
    """

    email = models.EmailField(blank=True)
    managers = models.BooleanField(default=False, help_text="Answers hierarchical escalations")
    rotation = models.JSONField(default=dict, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)


class Member(models.Model):
    """A person's place in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["team", "place", "id"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="a_person_is_in_a_team_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Override(models.Model):
    """Somebody takes a team's on-call duty for a time, whatever its rotation says; of two, the later made holds.

    It is never deleted: one that is taken back holds until `removed_at`, so that what was stays readable.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="overrides")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="overrides")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["ends_at"], name="override_ends", condition=models.Q(removed_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(begins_at__lt=models.F("ends_at")), name="an_override_begins_before_it_ends"
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True, removed_by__isnull=True)
                | models.Q(removed_at__isnull=False, removed_by__isnull=False),
                name="an_override_is_removed_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="overrides_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="removed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__removed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.team} until {self.ends_at:%Y-%m-%d %H:%M} UTC"


class Feed(models.Model):
    """A secret address at which `user` subscribes to a calendar: own shifts of all teams, or all shifts of `team`.

    `content_digest` is of what was last fetched, `changed_at` when that was first seen.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="on_call_feeds")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    content_digest = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team"],
                condition=models.Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="one_live_feed_per_person_and_team",
            )
        ]

    def __str__(self) -> str:
        return f"on-call calendar of {self.team or self.user} for {self.user}"


class Tier(NamedRow):
    """A level of support: L1 helpdesk, L2 technical, L3 specialist."""

    level = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=120, help_text="In plain words, for clients")
    title_in = models.JSONField(default=dict, blank=True, help_text="The title in other languages, by their code")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tiers")
    ola = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="tiers")
    responsibilities = models.TextField(blank=True)

    class Meta(NamedRow.Meta):
        ordering = ["level"]


class Policy(NamedRow):
    """Who acts, in which order and after how long."""


class PolicyVersion(Version):
    """Ladder per priority, client exceptions and routing rules in one document.

    A policy has at most one draft, a version without a number: `base_number` is the live version that it was made
    from, and `revision` grows with each time that it is saved.
    """

    of = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    base_number = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(null=True)

    class Meta(Version.Meta):
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(
                fields=["of"], condition=models.Q(number__isnull=True), name="a_policy_has_one_draft"
            ),
        ]
