"""Who changed what of a vendor, when and why; and the vendor as it stood after an edit."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from clients.models import Client
from vendors.edit_sight import Seen, Sight
from vendors.edit_words import changes, owners, secret_facts, with_names
from vendors.models import DirectoryEdit, Vendor

PAGE_SIZE = 20


@for_roles(STAFF)
@never_cache
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """The edits of a vendor, newest first."""
    row = get_object_or_404(Vendor, slug=slug)
    page = Paginator(row.edits.select_related("by").order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    sight, secret, people = _sight(request.user), _secret(row), _people(page)
    edits = [_shown(edit, _seen(edit, sight, people), secret) for edit in page]
    return render(request, "vendors/history.html", {"vendor": row, "edits": edits, "page": page, **_pages(row, page)})


def _sight(reader: User) -> Sight:
    """Whose accounts the reader may be told of."""
    is_seen = ExpressionWrapper(Q(pk__in=Client.objects.visible_to(reader)), output_field=BooleanField())
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for name, seen in Client.objects.annotate(is_seen=is_seen).values_list("name", "is_seen"):
        names[seen].add(name)
    return Sight(names[True], names[False])


def _secret(vendor: Vendor) -> set[str]:
    """The facts that its services call secret today: masked in every edit, whatever they were then."""
    return secret_facts({"services": vendor.services.values("required")})


def _people(edits: Iterable[DirectoryEdit]) -> dict[str, str]:
    """The names of those who own contact points in these edits, by their mail address."""
    asked = {email for edit in edits for form in (edit.before, edit.after) for email in owners(form)}
    return dict(User.objects.filter(email__in=asked).values_list("email", "name"))


def _seen(edit: DirectoryEdit, sight: Sight, people: Mapping[str, str]) -> Seen:
    """What the reader is told of the edit, with people by their names."""
    seen = sight.of(edit.before, edit.after, edit.note)
    return replace(seen, before=with_names(seen.before, people), after=with_names(seen.after, people))


def _shown(edit: DirectoryEdit, seen: Seen, secret: set[str]) -> dict[str, Any]:
    return {"edit": edit, "seen": seen, "changes": changes(seen.before, seen.after, secret)}


def _pages(row: Vendor, page: Any) -> dict[str, str]:
    url = reverse("vendor-history", args=[row.slug])
    return {
        "previous_url": f"{url}?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"{url}?page={page.next_page_number()}" if page.has_next() else "",
        "words": f"{page.start_index()}-{page.end_index()} of {page.paginator.count}",
    }


@for_roles(STAFF)
@never_cache
@require_safe
def as_it_stood(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One edit: what it changed, and everything as it stood afterwards."""
    edit = get_object_or_404(DirectoryEdit.objects.select_related("vendor", "by"), pk=pk, vendor__slug=slug)
    seen, secret = _seen(edit, _sight(request.user), _people([edit])), _secret(edit.vendor)
    context = {"vendor": edit.vendor, "shown": _shown(edit, seen, secret), "standing": _all(edit.vendor, seen, secret)}
    return render(request, "vendors/as_it_stood.html", context)


def _all(vendor: Vendor, seen: Seen, secret: set[str]) -> list[tuple[str, list[Any]]]:
    """Every field as it stood, by place; said as if all of it had been added to an empty form of the same rows."""
    empty = {"services": [{"name": row["name"]} for row in seen.after.get("services") or ()]}
    found: dict[str, list[Any]] = {}
    for changed in changes(empty, seen.after, secret):
        found.setdefault(changed.place or vendor.name, []).append(changed)
    return list(found.items())
