"""The pages by which managers add and edit vendors and the parts of their services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from vendors.commitment_form import CommitmentForm
from vendors.directory_form import service_form, vendor_form
from vendors.editor import Target, also_told, attempted, choices, of_service, of_vendor, saved, seen_now
from vendors.example_case import example
from vendors.models import Service, Vendor
from vendors.part_form import Choices, PartForm, opened, typed
from vendors.placeholders import BUILT_IN
from vendors.service_forms import (
    BasicsForm,
    ConditionsForm,
    ContactsForm,
    RequiredForm,
    TemplateForm,
    VendorForm,
    tried_number,
)

EMPTY_AT_FIRST = 2
LOOKED_AT = ("add", "try", "preview")


@dataclass(frozen=True, slots=True)
class Part:
    """One page of the editor: its form, its title, and what is said below it."""

    form: Any
    title: str
    subtitle: str
    row: str = ""


VENDOR = Part(VendorForm, "Edit", "Its services are edited one part at a time.")
PARTS = {
    "basics": Part(BasicsForm, "Basics", "What it is, how a case is lodged, and what clients read."),
    "contacts": Part(
        ContactsForm, "Contact points", "Tried in this order. Each is verified by its owner again and again.",
        row="contact point",
    ),
    "commitment": Part(CommitmentForm, "What they promised", "Clocks of open cases move to what is saved here."),
    "required": Part(
        RequiredForm, "What a case needs", "A case is lodged once all of it is known; what is missing is asked for.",
        row="detail",
    ),
    "conditions": Part(
        ConditionsForm, "When to engage them", "One condition is enough; all that it names must hold. "
        "Without any: whenever the ladder reaches the vendor.", row="condition",
    ),
    "template": Part(TemplateForm, "The case as it is sent", "Placeholders are filled in; nothing else is evaluated."),
}  # fmt: skip


@for_roles(MANAGERS)
@never_cache
def new_vendor(request: HttpRequest) -> HttpResponse:
    """Add a vendor; its services follow on its page."""
    part = replace(VENDOR, title="New vendor", subtitle="Then add its services, with how to reach them.")
    form = VendorForm(request.POST or None, choices=choices(is_new=True))
    return _answer(request, part, form, of_vendor(None), back=(reverse("vendors"), "Vendors"))


@for_roles(MANAGERS)
@never_cache
def edit_vendor(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit what a vendor is; its address stays."""
    row = get_object_or_404(Vendor, slug=slug)
    part = replace(VENDOR, title=f"Edit {row}")
    if request.method == "POST":
        form = VendorForm(request.POST, choices=choices())
    else:
        form = opened(VendorForm, vendor_form(row), choices=choices(), seen=seen_now(row))
    return _answer(request, part, form, of_vendor(row), back=_to(row), vendor=row)


@for_roles(MANAGERS)
@never_cache
def new_service(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a service to a vendor; how to reach it is asked next."""
    row = get_object_or_404(Vendor, slug=slug)
    part = replace(PARTS["basics"], title="New service", subtitle="How to reach it is asked next.")
    may = choices(is_new=True)
    tried = _looked_at(request, BasicsForm, may)
    form = tried or BasicsForm(request.POST or None, choices=may, initial={"seen": seen_now(row)})
    return _answer(
        request, part, form, of_service(row, None), back=_to(row), vendor=row, part_key="basics", **_beside(form, ())
    )


@for_roles(MANAGERS)
@never_cache
def edit_part(request: HttpRequest, slug: str, service: str, part: str) -> HttpResponse:
    """Edit one part of a service. Raises Http404 for a part that there is not."""
    if part not in PARTS:
        raise Http404
    row = get_object_or_404(Service.objects.select_related("vendor", "commitment"), slug=service, vendor__slug=slug)
    form = _form_of(request, PARTS[part].form, row)
    return _answer(
        request, PARTS[part], form, of_service(row.vendor, row), back=_to(row.vendor), vendor=row.vendor, service=row,
        part_key=part, parts=PARTS, **_beside(form, row.required),
    )  # fmt: skip


def _form_of(request: HttpRequest, form: Any, row: Service) -> Any:
    """What is stored (GET), what was sent, or what was typed and is only looked at."""
    stored, posted = service_form(row), request.POST if request.method == "POST" else None
    may = choices(service=row)
    if form is CommitmentForm:
        return CommitmentForm(posted, choices=may, stored=stored, seen=0 if posted else seen_now(row.vendor))
    if posted is None:
        more = 1 if stored.get(form.ROWS) else EMPTY_AT_FIRST
        return opened(form, stored, choices=may, seen=seen_now(row.vendor), more=more)
    return _looked_at(request, form, may) or form(posted, choices=may)


def _looked_at(request: HttpRequest, form: type[PartForm], may: Choices) -> PartForm | None:
    """The form that is shown again with a row more, or with what a trial says; None when it is to be saved."""
    asked = next((name for name in LOOKED_AT if name in request.POST), "")
    return typed(form, request.POST, choices=may, more=int(asked == "add")) if asked else None


def _beside(form: Any, required: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What stands beside the fields of some parts: placeholders and an example, or what a trial says."""
    if isinstance(form, TemplateForm):
        typed_now = {name: form[name].value() or "" for name in ("subject", "body")}
        return {
            "built_in": sorted(BUILT_IN), "required": required, "example": example(typed_now, required),
        }  # fmt: skip
    return {"tried": tried_number(form.initial)} if isinstance(form, BasicsForm) else {}


def _answer(
    request: HttpRequest, part: Part, form: Any, target: Target, *, back: tuple[str, str], **beside: Any
) -> HttpResponse:
    """Save a form that was sent and go on, or show it."""
    outcome = None
    if form.is_bound:
        readable = form.is_filled_in()
        outcome = attempted(form, target, by=request.user, now=database_now()) if readable else also_told(form, target)
        if outcome.vendor:
            return saved(request, f"{outcome.vendor} is saved.", _next(outcome.vendor, form, beside))
    context = {"part": part, "form": form, "outcome": outcome, "back_url": back[0], "back_label": back[1], **beside}
    return render(request, "vendors/edit.html", context, status=outcome.status if outcome else 200)


def _next(vendor: Vendor, form: Any, beside: dict[str, Any]) -> str:
    """A new service is asked next how to reach it; else the vendor's page, with what the policies' lint says of it."""
    if beside.get("part_key") == "basics" and not beside.get("service"):
        made = Service.objects.get(vendor=vendor, name=form.cleaned_data["name"])
        return reverse("service-part", args=[vendor.slug, made.slug, "contacts"])
    url = reverse("vendor", args=[vendor.slug])
    return f"{url}?checked=yes#service-{beside['service'].slug}" if beside.get("service") else url


def _to(row: Vendor) -> tuple[str, str]:
    return reverse("vendor", args=[row.slug]), row.name
