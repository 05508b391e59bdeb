"""What is done to a whole draft: a new policy is begun, an old version is taken up again, a draft is thrown away."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from clients.models import Client
from sla.editing import BadDocument
from sla.fields import sentence
from tiers.drafts import DraftOpen, NoDraft, SavedMeanwhile, discard_draft, new_policy, open_draft, start_draft
from tiers.editor import see
from tiers.editor_fields import listed
from tiers.models import Policy, PolicyVersion
from tiers.policy_changes import changes
from tiers.views import Asked, page_of, parts_of


class NewPolicyForm(forms.Form):
    """A policy's name, which is also its address, and the clients that it is for."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Give it a name."})
    clients = forms.CharField(
        label="Clients", required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Names between commas. Empty: for everyone whom no other policy names.",
    )  # fmt: skip

    def clean_clients(self) -> list[str]:
        names = listed(self.cleaned_data["clients"])
        known = set(Client.objects.filter(name__in=names).values_list("name", flat=True))
        unknown = [f"There is no client “{name}”." for name in names if name not in known]
        if unknown:
            raise forms.ValidationError(unknown)
        return names


@for_roles(MANAGERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a policy: its draft has a plain climb up the tiers for every priority."""
    form = NewPolicyForm(request.POST or None)
    if form.is_valid():
        try:
            made = new_policy(**form.cleaned_data, by=request.user, now=database_now())
            return see(reverse("policy-draft", args=[made.of.slug]))
        except BadDocument as error:
            for path, message in error.problems:
                form.add_error(str(path[0]) if path and path[0] in form.fields else None, sentence(message))
    return render(request, "tiers/editor_new.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(MANAGERS)
@require_POST
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a draft of an old version: published, it is that version anew. 409 where a draft would be lost."""
    policy, written = get_object_or_404(Policy, slug=slug), request.POST.get("version", "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0
    get_object_or_404(PolicyVersion, of=policy, number=number)
    try:
        start_draft(policy=policy, by=request.user, now=database_now(), from_number=number)
    except DraftOpen as error:
        return page_of(request, policy, Asked(number=number), blocked_by=error.draft)
    messages.success(request, f"This draft says what version {number} said. Review and publish it to roll back.")
    return see(reverse("policy-review", args=[slug]))


@for_roles(MANAGERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw the draft away, once it was shown what is lost with it."""
    policy = get_object_or_404(Policy, slug=slug)
    if request.method == "POST":
        return _discarded(request, policy)
    found = open_draft(policy)
    return _asked(request, found) if found else see(reverse("policy", args=[slug]))


def _discarded(request: HttpRequest, policy: Policy) -> HttpResponse:
    written, name = request.POST.get("revision", ""), policy.name
    revision = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
    try:
        discard_draft(policy=policy, revision=revision, by=request.user)
    except SavedMeanwhile as error:
        return _asked(request, error.draft, meanwhile=True)
    except NoDraft:
        messages.info(request, f"The draft of {name} was gone already.")
    else:
        messages.success(request, f"The draft of {name} is discarded.")
    stays = Policy.objects.filter(pk=policy.pk).exists()
    return see(reverse("policy", args=[policy.slug]) if stays else reverse("policies"))


def _asked(request: HttpRequest, found: PolicyVersion, *, meanwhile: bool = False) -> HttpResponse:
    live = PolicyVersion.live(found.of)
    context = {
        "policy": found.of,
        "draft": found,
        "live": live,
        "parts": parts_of(changes(live.document if live else {}, found.document)),
        "meanwhile": meanwhile,
        "now": database_now(),
    }
    return render(request, "tiers/editor_discard.html", context, status=409 if meanwhile else 200)
