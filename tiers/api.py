"""Policies, tiers and teams over the REST API, to be read: what applies, what applied, what is dead, who is on call."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fields import Moment
from accounts.models import User
from accounts.problems import Problem
from sla.api import CalendarForm, ConfigurationView
from tiers.lint import ERROR, WARNING, Fault, lint
from tiers.lint_facts import known
from tiers.models import Policy, PolicyVersion, Team, Tier
from tiers.on_call import Shift
from tiers.roster import TeamInfo, roster

ON_CALL_AHEAD = timedelta(days=14)
VERSION = OpenApiParameter("version", int, description="The number of a published version; without it the live one")
AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATETIME, description="What applied at this moment, such as `2026-05-03T14:05:00Z`"
)


class PolicyDocumentForm(CalendarForm):
    """A policy in one of its versions."""

    note = serializers.CharField(help_text="Why it was published")


class PolicyVersionForm(serializers.Serializer):
    """A published version, without its document."""

    version = serializers.IntegerField(source="number")
    published_at = serializers.DateTimeField()
    author = serializers.SerializerMethodField(help_text="Empty for an import")
    note = serializers.CharField()

    def get_author(self, version: PolicyVersion) -> str:
        return str(version.author or "")


class FaultForm(serializers.Serializer):
    """Something that is dead in a policy, or leads to nobody."""

    code = serializers.CharField(help_text="The kind of fault, such as `shadowed-rule`")
    level = serializers.ChoiceField(choices=[ERROR, WARNING], help_text="An ERROR keeps a draft from being published")
    path = serializers.ListField(child=serializers.JSONField(), help_text="Keys and places into the document")
    words = serializers.CharField()
    remedy = serializers.CharField()


class LintForm(serializers.Serializer):
    """A version of a policy, and what is wrong with it as the provider stands now."""

    name = serializers.CharField(source="of.name")
    slug = serializers.CharField(source="of.slug")
    version = serializers.IntegerField(source="number")
    checked_at = serializers.DateTimeField()
    faults = FaultForm(many=True)


class TierForm(serializers.Serializer):
    """A level of support."""

    name = serializers.CharField()
    slug = serializers.CharField()
    level = serializers.IntegerField()
    title = serializers.CharField(help_text="What clients read")
    team = serializers.CharField(source="team.name")
    ola = serializers.CharField(source="ola.name")
    responsibilities = serializers.CharField()


class OnCallForm(serializers.Serializer):
    """Somebody's time on call; without a name where nobody is."""

    name = serializers.CharField()
    email = serializers.CharField()
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="At the latest 14 days from now")


class PersonForm(serializers.Serializer):
    """Somebody who works in a team."""

    name = serializers.CharField()
    email = serializers.EmailField()


class TeamForm(serializers.Serializer):
    """A team with its people, and who is on call."""

    name = serializers.CharField()
    slug = serializers.CharField()
    email = serializers.CharField()
    managers = serializers.BooleanField(help_text="Answers hierarchical escalations")
    members = PersonForm(many=True)
    rotation = serializers.DictField(help_text="As in the configuration files; empty where the first member is on call")
    on_call = OnCallForm(help_text="Now")
    next_on_call = OnCallForm(allow_null=True, help_text="Who comes next within 14 days; null where nobody else does")


class Policies(ConfigurationView):
    """Every policy."""

    @extend_schema(operation_id="list_policies", parameters=[AS_OF], responses=PolicyDocumentForm(many=True))
    def get(self, request: Request) -> Response:
        """List policies with their live documents, newest first, or each as it stood at a moment."""
        self.known("cursor", "as_of")
        written = request.query_params.get("as_of")
        as_of = None if written is None else _moment(written)
        return self.live(Policy, PolicyVersion, PolicyDocumentForm, as_of=as_of)


class OnePolicy(ConfigurationView):
    """Views of one policy."""

    def version(self, slug: str) -> PolicyVersion:
        """The version that the parameters ask for. Raises Problem, and Http404 where there is none."""
        found = PolicyVersion.objects.filter(of__slug=slug, number__isnull=False).select_related("of")
        number, as_of = (self.request.query_params.get(name) for name in ("version", "as_of"))
        if number is not None and as_of is not None:
            raise _refused("as_of", "Give either version or as_of.")
        if number is not None:
            return get_object_or_404(found, number=_number(number))
        latest = found.order_by("-number")
        if as_of is None:
            return _there(latest.first())
        then = latest.filter(published_at__lte=_moment(as_of)).first()
        if then is None and _there(latest.last()):
            raise Problem(404, "No version of this policy was live then.")
        return _there(then)


def _there(version: PolicyVersion | None) -> PolicyVersion:
    """Raises Http404 where there is none."""
    if version is None:
        raise Http404
    return version


class PolicyView(OnePolicy):
    """One policy."""

    @extend_schema(operation_id="read_policy", parameters=[VERSION, AS_OF], responses=PolicyDocumentForm)
    def get(self, request: Request, slug: str) -> Response:
        """Read a policy: what applies now, what applied at a moment, or one of its versions."""
        self.known("version", "as_of")
        return Response(PolicyDocumentForm(self.version(slug)).data)


class PolicyVersions(OnePolicy):
    """The versions of a policy."""

    @extend_schema(operation_id="list_policy_versions", responses=PolicyVersionForm(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List the published versions of a policy, newest first."""
        self.known("cursor")
        published = PolicyVersion.objects.filter(of=get_object_or_404(Policy, slug=slug), number__isnull=False)
        rows = published.select_related("author").defer("document")
        return self.page(rows, lambda page: PolicyVersionForm(page, many=True).data)


class PolicyLint(OnePolicy):
    """What is dead in a policy."""

    @extend_schema(operation_id="lint_policy", parameters=[VERSION], responses=LintForm)
    def get(self, request: Request, slug: str) -> Response:
        """Find what in a policy can never come to pass or leads to nobody, as the provider stands now."""
        self.known("version")
        version = self.version(slug)
        faults = lint(version.document, known(now=self.now, policy=version.of.name), now=self.now)
        return Response(LintForm(_linted(version, faults, now=self.now)).data)


def _linted(version: PolicyVersion, faults: Sequence[Fault], *, now: datetime) -> dict[str, Any]:
    return {"of": version.of, "number": version.number, "checked_at": now, "faults": faults}


class Tiers(ConfigurationView):
    """Every tier."""

    @extend_schema(operation_id="list_tiers", responses=TierForm(many=True))
    def get(self, request: Request) -> Response:
        """List tiers with their teams and what they promise to the others, newest first."""
        self.known("cursor")
        rows = Tier.objects.select_related("team", "ola")
        return self.page(rows, lambda page: TierForm(page, many=True).data)


class Teams(ConfigurationView):
    """Every team."""

    @extend_schema(operation_id="list_teams", responses=TeamForm(many=True))
    def get(self, request: Request) -> Response:
        """List teams with their people, and who is on call now and next, newest first."""
        self.known("cursor")
        return self.page(Team.objects.all(), self._shown)

    def _shown(self, page: Sequence[Team]) -> Any:
        staff, names = roster(now=self.now), dict(_people().values_list("email", "name"))
        return TeamForm([_team(staff.teams[team.pk], names, now=self.now) for team in page], many=True).data


def _people() -> QuerySet[User]:
    return User.objects.filter(memberships__isnull=False, is_active=True).distinct()


def _team(team: TeamInfo, names: Mapping[str, str], *, now: datetime) -> dict[str, Any]:
    here, *later = team.shifts(now, now + ON_CALL_AHEAD)
    following = next((shift for shift in later if shift.who not in ("", here.who)), None)
    return {
        "name": team.name,
        "slug": team.slug,
        "email": team.email,
        "managers": team.managers,
        "members": [{"name": names.get(address, ""), "email": address} for address in team.members],
        "rotation": team.rotation,
        "on_call": _shift(here, names),
        "next_on_call": _shift(following, names) if following else None,
    }


def _shift(shift: Shift, names: Mapping[str, str]) -> dict[str, Any]:
    name = names.get(shift.who, "")
    return {"name": name, "email": shift.who, "begins_at": shift.begins_at, "ends_at": shift.ends_at}


def _number(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise _refused("version", "A version has a number, such as 7.")
    return int(written)


def _moment(written: str) -> datetime:
    """A moment with its offset, whose + a URL turns into a space."""
    text = written.strip().replace(" ", "+")
    try:
        moment = Moment().run_validation(text)
    except serializers.ValidationError:
        raise _refused("as_of", "Write a moment such as 2026-05-03T14:05:00Z.") from None
    if getattr(parse_datetime(text), "tzinfo", None) is None:
        raise _refused("as_of", "This moment has no zone: write its offset from UTC, as in 2026-05-03T14:05:00Z.")
    return moment


def _refused(field: str, message: str) -> Problem:
    return Problem(400, "The parameters cannot be taken as they are.", errors={field: message})
