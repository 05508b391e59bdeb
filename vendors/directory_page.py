"""The directory as a list: whom we can engage, how to reach them first, whether they answer now, what needs a look."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.clock import moment
from accounts.permissions import for_roles
from accounts.roles import MANAGERS, STAFF
from vendors import vendor_page
from vendors.calendars import calendars_of, with_calendars
from vendors.models import ContactPoint, Service, Vendor
from vendors.verification import usable

PAGE_SIZE = 50
STALE, UNCONFIRMED, RETIRED = "stale", "unconfirmed", "retired"
SHOWN = (("", "Offered"), (STALE, "To be verified"), (UNCONFIRMED, "To be confirmed"), (RETIRED, "Retired"))
Row = dict[str, Any]


@for_roles(STAFF)
def vendors(request: HttpRequest) -> HttpResponse:
    """Vendors with their services: those that are offered, or those that `show` asks for."""
    everything = _rows()
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "category", "show")}
    found = [row for row in everything if _fits(row, asked)]
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    _open_now(page)
    context = {
        "due": sum(entry["due"] for row in everything if not row["retired"] for entry in row["services"]),
        "rows": page, "page": page, "is_empty": not everything, **_bar(asked, everything, len(found)),
        **_pages(request, page), "manages": bool(request.user.roles & MANAGERS),
    }  # fmt: skip
    return render(request, "vendors/vendors.html", context)


def _rows() -> list[Row]:
    """Every vendor twice where only some of its services are retired: with those that are offered, and the others."""
    points = Prefetch("contact_points", queryset=with_calendars(ContactPoint.objects.all()))
    services = Service.objects.prefetch_related(points).order_by("name")
    found = []
    for vendor in Vendor.objects.annotate(now=moment()).prefetch_related(Prefetch("services", queryset=services)):
        shown = [_reached(service, today=vendor.now.date()) for service in vendor.services.all()]
        retired = [row for row in shown if vendor.retired_at or row["service"].retired_at]
        offered = [row for row in shown if row not in retired]
        if not vendor.retired_at:
            found.append({"vendor": vendor, "services": offered, "retired": False})
        if vendor.retired_at or retired:
            found.append({"vendor": vendor, "services": retired, "retired": True})
    return found


def _reached(service: Service, *, today: date) -> Row:
    points = [vendor_page.contact(point, today=today) for point in usable(service.contact_points.all())]
    due = 0 if service.retired_at else sum(point["stale"] for point in points)
    return {"service": service, "points": points, "first": next(iter(points), None), "stale": due > 0, "due": due}


def _open_now(rows: Iterable[Row]) -> None:
    """Put to each service of these by which way somebody answers now, else when the first opens; "" where none says."""
    calendars = calendars_of(row["point"] for vendor in rows for entry in vendor["services"] for row in entry["points"])
    for vendor in rows:
        for entry in [] if vendor["retired"] else vendor["services"]:
            holding = [row["point"] for row in entry["points"] if not row["bad"]]
            entry["opening"] = vendor_page.way_open(holding, calendars, now=vendor["vendor"].now)


def _fits(row: Row, asked: Mapping[str, str]) -> bool:
    if row["retired"] != (asked["show"] == RETIRED):
        return False
    services = row["services"]
    marks = {STALE: any(s["stale"] for s in services), UNCONFIRMED: any(s["service"].verify_first for s in services)}
    in_category = not asked["category"] or asked["category"] in {s["service"].category for s in services}
    return in_category and marks.get(asked["show"], True) and _is_called(row, asked["q"])


def _is_called(row: Row, words: str) -> bool:
    """Whether each word stands in the vendor's name or in one of its services' names, plans or addresses."""
    services = [row["service"] for row in row["services"]]
    texts = [row["vendor"].name, *(f"{s.name} {s.plan}" for s in services)]
    texts += [point.value for s in services for point in s.contact_points.all()]
    whole = " ".join(texts).lower()
    return all(word in whole for word in words.lower().split())


def _bar(asked: Mapping[str, str], everything: Iterable[Row], count: int) -> dict[str, Any]:
    categories = sorted({s["service"].category for row in everything for s in row["services"]} - {""})
    counts = {
        value: sum(_fits(row, {"q": "", "category": "", "show": value}) for row in everything) for value, _ in SHOWN
    }
    shown = [(value, f"{label} ({_vendors(counts[value])})") for value, label in SHOWN]
    return {
        "search": {"name": "q", "value": asked["q"], "label": "Search vendors, services, addresses"},
        "filters": [
            _select("category", "Category", [("", "All"), *((name, name) for name in categories)], asked["category"]),
            _select("show", "Show", shown, asked["show"]),
        ],
        "clear_url": reverse("vendors") if any(asked.values()) else "",
        "result": _vendors(count),
    }  # fmt: skip


def _vendors(count: int) -> str:
    return f"{count} vendor{'s' if count != 1 else ''}"


def _select(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> dict[str, Any]:
    shown = [{"value": value, "label": text, "selected": value == chosen} for value, text in options]
    return {"name": name, "label": label, "options": shown}


def _pages(request: HttpRequest, page: Any) -> dict[str, str]:
    def url(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "previous_url": url(page.previous_page_number()) if page.has_previous() else "",
        "next_url": url(page.next_page_number()) if page.has_next() else "",
        "words": f"{page.start_index()}-{page.end_index()} of {page.paginator.count}",
    }
