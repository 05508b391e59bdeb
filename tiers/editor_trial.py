"""“Try it”: which routing rules would fire on a text, which would not and why, and where the ticket would begin."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from clients.models import Client
from tiers.drafts import open_draft
from tiers.editor import see
from tiers.editor_boxes import DEVICE_CHOICES, PRIORITY_CHOICES
from tiers.models import Policy, PolicyVersion
from tiers.policy_check import problems
from tiers.policy_words import exception_when, rule_then
from tiers.routing import Request
from tiers.trying import Tried, outcome, try_rules
from vendors.models import Service

Shown = dict[str, Any]
TRIED = "policy_tried"  # where the session keeps what was tried last
STATES = {"FIRED": "Fired", "NOT": "Not", "NOT_REACHED": "Not reached", "BROKEN": "Unreadable"}


class TrialForm(forms.Form):
    """What would be known about a ticket before it is routed."""

    title = forms.CharField(
        label="Title", max_length=200, error_messages={"required": "Write what the ticket says first: its title."}
    )
    body = forms.CharField(label="Text", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))
    client = forms.CharField(
        label="Client", required=False, max_length=120, widget=forms.TextInput(attrs={"list": "trial-clients"})
    )
    device_type = forms.ChoiceField(label="Device", required=False, choices=[("", "Not known"), *DEVICE_CHOICES])
    os = forms.CharField(label="Operating system", required=False, max_length=80)
    error_code = forms.CharField(label="Error code", required=False, max_length=80)
    source = forms.CharField(label="Comes from", required=False, max_length=120)
    category = forms.CharField(label="Category", required=False, max_length=60)
    priority = forms.ChoiceField(label="Priority asked for", required=False, choices=[("", "None"), *PRIORITY_CHOICES])
    service = forms.CharField(
        label="Service asked for",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"list": "trial-services"}),
    )

    @property
    def request(self) -> Request:
        known = {key: value for key, value in self.cleaned_data.items() if key not in ("priority", "service")}
        return Request(**known)


@for_roles(MANAGERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, slug: str) -> HttpResponse:
    """Try the draft, or the live version where there is none, on a text; `?ticket=` looks a past ticket up.

    The text that was tried last is tried again, on what the draft says now, unless one begins `?afresh`.
    """
    key = request.GET.get("ticket", "").strip()
    if key and request.method != "POST":
        return see(reverse("policy-trial-ticket", args=[slug, key[:40].replace("/", " ")]))
    if request.method == "POST":
        request.session[TRIED] = {name: request.POST.get(name, "") for name in TrialForm.base_fields}
    given = None if "afresh" in request.GET else request.session.get(TRIED)
    return trial_page(request, slug, given)


def trial_page(
    request: HttpRequest, slug: str, given: Mapping[str, Any] | None, *, ticket: str = "", missing: str = ""
) -> HttpResponse:
    """The page with what is `given` tried; `ticket` is the past one that it was taken from, `missing` one not found.

    Raises Http404 where there is no such policy, or nothing of it to be tried.
    """
    policy = get_object_or_404(Policy, slug=slug)
    version = open_draft(policy) or PolicyVersion.live(policy)
    if version is None:
        raise Http404
    form = TrialForm(given)
    context = {
        "policy": policy,
        "version": version,
        "form": form,
        "ticket": ticket or missing,
        "missing": missing,
        "clients": Client.objects.visible_to(request.user).values_list("name", flat=True),
        "services": Service.objects.offered().order_by("name").values_list("name", flat=True),
        "now": database_now(),
        **(_tried(version, form) if form.is_bound and form.is_valid() else {}),
    }
    template = "tiers/editor_trial.html#found" if request.htmx else "tiers/editor_trial.html"
    status = 404 if missing else 422 if form.is_bound and not form.is_valid() else 200
    return render(request, template, context, status=status)


def _tried(version: PolicyVersion, form: TrialForm) -> Shown:
    """What each rule does, and where it leads, which only a draft that is finished can say."""
    wrong = len(problems(version.document, name=version.of.name))
    tried = try_rules(version.document.get("routing") or (), form.request)
    shown = {"tried": [_rule(row) for row in tried], "wrong": wrong, "fired": sum(t.state == "FIRED" for t in tried)}
    return shown if wrong else {**shown, **_begins(version, form)}


def _rule(row: Tried) -> Shown:
    return {"row": row, "number": row.index + 1, "state": STATES[row.state], "at": f"routing.{row.index}"}


def _begins(version: PolicyVersion, form: TrialForm) -> Shown:
    said = form.cleaned_data
    found = outcome(version.document, form.request, priority=said["priority"], service=said["service"])
    exception = found.ladder.exception
    return {
        "outcome": found,
        "ladder": [{"name": step.name, "here": i == found.step} for i, step in enumerate(found.ladder.steps)],
        "exception": exception_when(exception) if exception else "",
        "exception_reason": (exception or {}).get("reason", ""),
        "decided": rule_then(found.route.then),
    }
