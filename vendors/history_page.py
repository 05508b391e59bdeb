"""Who changed what of a vendor, when and why; and the vendor as it stood after an edit."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import for_roles
from accounts.roles import STAFF
from vendors.edit_words import changes
from vendors.models import DirectoryEdit, Vendor

PAGE_SIZE = 20


@for_roles(STAFF)
@never_cache
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """The edits of a vendor, newest first."""
    row = get_object_or_404(Vendor, slug=slug)
    page = Paginator(row.edits.select_related("by").order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    edits = [{"edit": edit, "changes": changes(edit.before, edit.after)} for edit in page]
    return render(request, "vendors/history.html", {"vendor": row, "edits": edits, "page": page, **_pages(row, page)})


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
    shown = {"edit": edit, "changes": changes(edit.before, edit.after)}
    return render(request, "vendors/as_it_stood.html", {"vendor": edit.vendor, "shown": shown, "standing": _all(edit)})


def _all(edit: DirectoryEdit) -> list[tuple[str, list[Any]]]:
    """Every field as it stood, by place; said as if all of it had been added to an empty form of the same rows."""
    empty = {"services": [{"name": row["name"]} for row in edit.after.get("services") or ()]}
    found: dict[str, list[Any]] = {}
    for changed in changes(empty, edit.after):
        found.setdefault(changed.place or edit.vendor.name, []).append(changed)
    return list(found.items())
