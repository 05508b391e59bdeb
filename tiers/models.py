"""People who act: teams, tiers, and the policy that says who is next."""

from django.conf import settings
from django.db import models

from accounts.versions import NamedRow, Version
from sla.models import Agreement


class Team(NamedRow):
    """People who share a queue; `rotation` says who of them is on call: `{timezone, hand_over, days, from}`."""

    email = models.EmailField(blank=True)
    managers = models.BooleanField(default=False, help_text="Answers hierarchical escalations")
    rotation = models.JSONField(default=dict, blank=True)


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


class Tier(NamedRow):
    """A level of support: L1 helpdesk, L2 technical, L3 specialist."""

    level = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=120, help_text="In plain words, for clients")
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
