"""Packs as pages, built-in or one's own: what each brings, what it would change here, and taking it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from vendors.editing import EditedMeanwhile, Refused
from vendors.editor import seen_in, seen_now
from vendors.models import Vendor
from vendors.pack_file_form import PackFileForm
from vendors.packs import Pack, file_of, packs
from vendors.packs.comparing import DIFFERS, NEW, SAME, Part
from vendors.packs.taking import Plan, plan, take
from vendors.packs.words import label, lines, sides
from vendors.still_to_do import still_to_do

Shown = dict[str, Any]


class NamesForm(forms.Form):
    """Under which names a pack is taken."""

    vendor = forms.CharField(label="Vendor", max_length=120, help_text="Whose company it is.")
    service = forms.CharField(label="Service", max_length=100, help_text="What they provide to your clients.")


@for_roles(MANAGERS)
@never_cache
@require_safe
def pack_list(request: HttpRequest) -> HttpResponse:
    """Every pack: what it brings, and whether the directory has such a vendor; and the way to one's own."""
    return _listed(request, PackFileForm())


def _listed(request: HttpRequest, form: PackFileForm, *, status: int = 200) -> HttpResponse:
    known = {name.lower() for name in Vendor.objects.values_list("name", flat=True)}
    rows = [_row(pack, known) for pack in packs().values()]
    return render(request, "vendors/packs.html", {"rows": rows, "form": form}, status=status)


def _row(pack: Pack, known: set[str]) -> Shown:
    service = pack.vendor["services"][0]
    return {
        "pack": pack,
        "name": pack.vendor["name"],
        "service": service["name"],
        "required": [datum["label"] for datum in service["required"]],
        "conditions": len(service["engage_when"]),
        "automatic": any(row.get("automatic") for row in service["engage_when"]),
        "promises": bool(service.get("commitment")),
        "is_known": pack.vendor["name"].lower() in known,
    }


@for_roles(MANAGERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pack_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One pack: what it would do under these names, and what is left to do; a POST takes it."""
    pack = packs().get(slug)
    if pack is None:
        raise Http404
    form = _names(request, pack)
    if not form.is_valid():
        return _shown(request, pack, plan(pack), form, status=422)
    if request.method == "POST":
        return _take(request, pack, form)
    return _shown(request, pack, plan(pack, **form.cleaned_data), form)


@for_roles(MANAGERS)
@require_safe
def pack_file(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 - as all views
    """A pack as it is written, for `import_config` or to begin one's own with."""
    if slug not in packs():
        raise Http404
    name = f'attachment; filename="{slug}.yaml"'
    content = file_of(slug).read_bytes()
    return HttpResponse(content, content_type="application/yaml", headers={"Content-Disposition": name})


@for_roles(MANAGERS)
@never_cache
@require_POST
def own_pack(request: HttpRequest) -> HttpResponse:
    """What a pack of one's own would do; with `take` it is taken."""
    file = PackFileForm(request.POST, request.FILES)
    if not file.is_valid():
        return _listed(request, file, status=422)
    form = _names(request, file.pack)
    if not form.is_valid():
        return _shown(request, file.pack, plan(file.pack), form, status=422, carried=file.carried)
    if "take" in request.POST:
        return _take(request, file.pack, form, carried=file.carried)
    return _shown(request, file.pack, plan(file.pack, **form.cleaned_data), form, carried=file.carried)


def _names(request: HttpRequest, pack: Pack) -> NamesForm:
    own = {"vendor": pack.vendor["name"], "service": pack.vendor["services"][0]["name"]}
    given = request.POST if request.method == "POST" else request.GET
    return NamesForm({name: given.get(name, value) for name, value in own.items()})


def _take(
    request: HttpRequest, pack: Pack, form: NamesForm, *, carried: Mapping[str, str] | None = None
) -> HttpResponse:  # fmt: skip
    names, seen = form.cleaned_data, seen_in(request.POST)
    try:
        over = request.POST.getlist("over")
        vendor = take(pack, **names, over=over, by=request.user, now=database_now(), seen=seen)
    except Refused as error:
        refused = [_said(path, words) for path, words in error.problems]
    except EditedMeanwhile as error:
        refused = [f"{error}: look again at what it would do"]
    else:
        messages.success(request, f"{vendor} is in the directory.")
        return redirect(reverse("vendor", args=[vendor.slug]) + "?left")
    return _shown(request, pack, plan(pack, **names), form, refused=refused, status=409, carried=carried)


def _said(path: tuple[str | int, ...], words: str) -> str:
    """What is refused, by the part that it is about."""
    named = [label(str(part)) for part in path if isinstance(part, str) and part != "services"]
    return f"{named[0]}: {words}" if named else words


def _shown(
    request: HttpRequest, pack: Pack, found: Plan, form: NamesForm, *, refused: list[str] | None = None,
    status: int = 200, carried: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "pack": pack,
        "carried": carried,
        "plan": found,
        "seen": seen_now(found.vendor) if found.vendor else 0,
        "form": form,
        "groups": _groups(found),
        "refused": refused or ([found.refusal] if found.refusal else []),
        "left": still_to_do(found.vendor, found.known) if found.vendor else [],
        "differs": any(part.what == DIFFERS for part in found.parts),
    }
    return render(request, "vendors/pack.html", context, status=status)


def _groups(found: Plan) -> list[Shown]:
    """The parts of the vendor, and those of each service, under what would become of each."""
    names = ["", *(service["name"] for service in found.wanted["services"])]
    return [
        {
            "title": name or found.wanted["name"],
            "is_new": name in found.new_services if name else found.vendor is None,
            "parts": [_part(part) for part in found.parts if part.service == name],
        }
        for name in names
    ]


def _part(part: Part) -> Shown:
    before, after = lines(part.key, part.before), lines(part.key, part.after)
    if part.what == DIFFERS:
        before, after = sides(part.key, part.before, part.after)
    return {
        "part": part,
        "label": label(part.key),
        "before": before,
        "after": after,
        "is_new": part.what == NEW,
        "is_same": part.what == SAME,
        "differs": part.what == DIFFERS,
    }
