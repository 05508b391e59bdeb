"""Reports over the REST API, for the provider's own programs: the scorecards of the vendors."""

from datetime import datetime, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_view import ApiView
from accounts.problems import Problem, refused
from reports.scorecard import Case, Times, grouped, score
from reports.vendor_cases import read_cases, sight

DAYS, LONGEST = timedelta(days=30), timedelta(days=5 * 366)
PARAMETERS = [
    OpenApiParameter("since", datetime, description="A moment with its offset; without it 30 days before `until`"),
    OpenApiParameter("until", datetime, description="A moment with its offset, left out itself; without it now"),
]


class KeptForm(serializers.Serializer):
    """How many promises were decided, and kept; `percent` is null where none was."""

    decided = serializers.IntegerField(source="promised")
    kept = serializers.IntegerField()
    open = serializers.IntegerField(help_text="Not decided yet")
    not_needed = serializers.IntegerField(source="over", help_text="Never decided: the case ended before any answer")
    percent = serializers.FloatField(allow_null=True)
    promised_seconds = serializers.ListField(
        source="targets", child=serializers.IntegerField(), help_text="The times that were promised; empty: none was"
    )


class TimesForm(serializers.Serializer):
    """Seconds. Of fewer than five cases there is neither rank, and `values` has them all."""

    count = serializers.SerializerMethodField()
    median = serializers.FloatField(allow_null=True, help_text="By nearest rank")
    p90 = serializers.FloatField(allow_null=True, help_text="By nearest rank")
    values = serializers.ListField(source="few", child=serializers.FloatField())

    def get_count(self, of: Times) -> int:
        return len(of.values)


class ScoreForm(serializers.Serializer):
    """The numbers of some cases. `…_open` is open time of the vendor's calendar, `…_wall` time on the wall."""

    cases = serializers.IntegerField(help_text="Lodged between the moments")
    running = serializers.IntegerField(help_text="Of them not closed yet")
    answered = serializers.IntegerField()
    answer = KeptForm(help_text="First answers")
    updates = KeptForm()
    solution = KeptForm()
    answer_open = TimesForm()
    answer_wall = TimesForm()
    update_open = TimesForm()
    solution_open = TimesForm()
    solution_wall = TimesForm()
    incomplete = serializers.IntegerField(help_text="Sent though something was missing")
    chases = serializers.IntegerField()
    bounces = serializers.IntegerField(help_text="Mails that came back")
    auto_first = serializers.IntegerField(help_text="Answered first by a machine, which is no answer")


class PartForm(serializers.Serializer):
    """The numbers of one service and severity."""

    service = serializers.CharField()
    severity = serializers.CharField(allow_blank=True)
    score = ScoreForm()


class VendorForm(serializers.Serializer):
    """The numbers of one vendor, and those of the period before, which is as long."""

    vendor = serializers.CharField()
    slug = serializers.CharField()
    score = ScoreForm()
    before = ScoreForm()
    parts = PartForm(many=True)


class ScorecardsForm(serializers.Serializer):
    """The scorecards of a period."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    results = VendorForm(many=True)


class VendorScorecards(ApiView):
    """What vendors promised and what they kept."""

    scopes = {"GET": "reports:read"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.auth and self.bound:
            raise Problem(403, "This needs a key that sees every client.")

    @extend_schema(operation_id="read_vendor_scorecards", parameters=PARAMETERS, responses=ScorecardsForm)
    def get(self, request: Request) -> Response:
        """Read the scorecards of all vendors for the cases that were lodged in a period."""
        since, until = _moments(request, now=self.now)
        seen, length = sight(request.user), until - since
        cases = read_cases(seen, since=since - length, until=until)
        now = grouped((case for case in cases if case.lodged_at >= since), lambda case: case.vendor)
        before = grouped((case for case in cases if case.lodged_at < since), lambda case: case.vendor)
        results = [
            _of_vendor(vendor.name, vendor.slug, now.get(vendor.slug, []), before.get(vendor.slug, []))
            for vendor in seen.vendors
            if not vendor.retired or vendor.slug in now
        ]
        return Response(ScorecardsForm({"since": since, "until": until, "results": results}).data)


def _of_vendor(name: str, slug: str, cases: list[Case], before: list[Case]) -> dict[str, Any]:
    parts = sorted(grouped(cases, lambda case: (case.service, case.severity)).items())
    return {
        "vendor": name, "slug": slug, "score": score(cases), "before": score(before),
        "parts": [{"service": key[0], "severity": key[1], "score": score(of)} for key, of in parts],
    }  # fmt: skip


def _moments(request: Request, *, now: datetime) -> tuple[datetime, datetime]:
    """Since and until when. Raises Problem 400 for what is no moment, has no offset, or is no stretch of time."""
    given = request.query_params
    if unknown := [name for name in given if name not in ("since", "until")]:
        raise Problem(
            400, "The parameters cannot be taken as they are.",
            errors=dict.fromkeys(unknown, "There is no such parameter; there are since, until."),
        )  # fmt: skip
    until = _moment("until", given["until"]) if given.get("until") else now
    since = _moment("since", given["since"]) if given.get("since") else until - DAYS
    if since >= until:
        raise refused("since", "It must lie before `until`.")
    if until - since > LONGEST:
        raise refused("since", "That is longer than five years; choose a later moment.")
    return since, until


def _moment(field: str, written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written.replace(" ", "+"))  # a URL turns + into a blank
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 2000 <= at.year <= 2200:
        raise refused(field, "Write a moment with its offset, such as 2026-05-03T00:00:00Z.")
    return at
