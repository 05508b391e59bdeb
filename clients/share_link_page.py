"""The share links of a client: made, listed and revoked by those who keep its page."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.clock import database_now
from accounts.permissions import for_roles
from clients.models import Client, ShareLink
from clients.page_words import KEEPERS, kept_by
from clients.share_links import DEFAULT_DAYS, MOST_DAYS, make_link, revoke_link


class LinkForm(forms.Form):
    """For whom a link is, and how long it lasts."""

    label = forms.CharField(label="For whom", max_length=120, help_text="So that you know later what to revoke.")
    days = forms.IntegerField(
        label="How many days it lasts",
        min_value=1,
        max_value=MOST_DAYS,
        initial=DEFAULT_DAYS,
        help_text=f"At most {MOST_DAYS}.",
    )


@for_roles(KEEPERS)
@never_cache
def share_links(request: HttpRequest, slug: str) -> HttpResponse:
    """The client's links, the latest first, and a form for a new one. Its address is shown once, in this answer."""
    client, now = get_object_or_404(kept_by(request.user), slug=slug), database_now()
    form, url = LinkForm(request.POST or None), ""
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        _, token = make_link(client=client, label=given["label"], days=given["days"], by=request.user, now=now)
        form, url = LinkForm(), settings.PUBLIC_URL + reverse("shared-page", args=[token])
    context = {"client": client, "links": _rows(client, now=now), "form": form, "url": url, "now": now}
    return render(request, "clients/page_share_links.html", context, status=422 if form.is_bound else 200)


@require_POST
@for_roles(KEEPERS)
def revocation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Revoke one link."""
    client = get_object_or_404(kept_by(request.user), slug=slug)
    get_object_or_404(ShareLink, client=client, pk=pk)
    link = revoke_link(client=client, pk=pk, by=request.user, now=database_now())
    messages.success(request, f"The link “{link.label}” opens nothing any more.")
    return HttpResponseRedirect(reverse("share-links", args=[slug]))


def _rows(client: Client, *, now: Any) -> list[dict[str, Any]]:
    """Every link with how it stands: it holds, was revoked, or has ended."""
    return [
        {"link": link, "holds": link.revoked_at is None and link.expires_at > now}
        for link in ShareLink.objects.filter(client=client).select_related("made_by", "revoked_by")
    ]
