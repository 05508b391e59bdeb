"""The form that makes an agreement, or its next version; every publication is a use case of `editing`."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from sla.agreement_document import check_agreement
from sla.agreement_form import AgreementForm, filled_in
from sla.agreement_page import KIND_WORDS, NEW_KINDS
from sla.editing import publish_agreement
from sla.models import Agreement, AgreementVersion, Calendar
from sla.publishing import Attempt, attempted, published


@for_roles(MANAGERS)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Make an agreement of the kind `?kind=`. Raises Http404 for a kind that is not made here."""
    kind = request.GET.get("kind", "SLA")
    if kind not in NEW_KINDS:
        raise Http404
    return _edit(request, Agreement(kind=kind), {}, {})


@for_roles(MANAGERS)
@never_cache
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish an agreement's next version."""
    row = get_object_or_404(Agreement, slug=slug)
    live = AgreementVersion.live(row)
    before = live.document if live else {}
    return _edit(request, row, before, filled_in(before, live.number if live else 0, row.kind))


def _edit(request: HttpRequest, row: Agreement, before: Mapping[str, Any], initial: Mapping[str, Any]) -> HttpResponse:
    now, is_new = database_now(), row.pk is None
    names = list(Calendar.objects.values_list("name", flat=True))
    form = AgreementForm(
        request.POST or None, kind=row.kind, is_new=is_new, calendars=names, before=before, initial=initial
    )
    attempt = Attempt(form)
    if form.is_bound and not form.is_valid():
        form.tell(check_agreement(form.document, kind=row.kind, calendar_names=names))
    elif form.is_bound:
        row.name = row.name or form.cleaned_data["name"]
        attempt = attempted(form, publish_agreement, row=row, author=request.user, now=now)
    if attempt.version:
        return published(request, attempt.version, reverse("agreement", args=[attempt.version.of.slug]))
    context = {
        "agreement": row, "form": form, "attempt": attempt, "is_new": is_new, "now": now,
        "kind_words": KIND_WORDS[row.kind],
    }  # fmt: skip
    return render(request, "sla/agreement_form.html", context, status=attempt.status)
