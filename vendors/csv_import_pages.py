"""Importing a table of vendors by page: choose the file, say which column is what, look at what it would do, do it.

What was uploaded goes from step to step in the page itself, signed for the reader, so that nothing is kept meanwhile.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.signing import BadSignature, SignatureExpired, dumps, loads
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.clock import database_now
from accounts.csv_cells import MARK
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import MANAGERS, STAFF
from clients.models import Client
from vendors.configuration import export_vendors
from vendors.csv_export import heading, written
from vendors.csv_import import NotImported, import_table
from vendors.csv_import_columns import FIELDS, IGNORED, MEANS, faults, guessed, is_named
from vendors.csv_import_rows import Reading
from vendors.csv_import_table import CannotRead, Table, check_size, decoded, is_guessed, table

SALT = "vendors.csv_import"
AN_HOUR = 3600
LONGEST_DRAFT = 900_000
SAMPLES = 3
MOST_SHOWN = 200
Shown = dict[str, Any]


class UploadForm(forms.Form):
    """A file, or its text: one of the two."""

    file = forms.FileField(
        label="CSV file", required=False, help_text="At most 1 MB. The first line names the columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )  # fmt: skip
    text = forms.CharField(
        label="Or paste the table here", required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.asked = True

    def clean(self) -> dict[str, Any]:
        """The text that was uploaded or pasted, and the table in it."""
        data = super().clean() or {}
        if not self.errors:
            try:
                content = _content(data)
                self.csv, self.is_guessed = decoded(content), is_guessed(content)
                self.table = table(self.csv)
                _check(self.table)
            except CannotRead as error:
                self.add_error("file" if data.get("file") else "text", str(error))
        return data


def _check(found: Table) -> None:
    """Refuse what is text, but no table. Raises CannotRead."""
    if not is_named(found.headings):
        raise CannotRead(
            f"This is no table: its first line, “{found.headings[0][:60]}”, names no column of those below."
        )
    if not found.rows:
        raise CannotRead("It has one line alone, which names the columns. Write a line for each row below it.")


def _content(data: Shown) -> bytes:
    if data.get("file"):
        check_size(data["file"].size)
        return data["file"].read()
    if data.get("text", "").strip():
        return data["text"].encode()
    raise CannotRead("Choose a file, or paste a table.")


class ColumnsForm(forms.Form):
    """What each column of a table is."""

    def __init__(self, headings: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = headings
        choices = [(IGNORED, "Leave it out"), *((name, label) for name, (label, _) in FIELDS.items())]
        for place, (name, field) in enumerate(zip(headings, guessed(headings), strict=True)):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=field
            )

    @property
    def chosen(self) -> list[str]:
        return [self.cleaned_data[f"column-{place}"] for place in range(len(self.headings))]

    def clean(self) -> dict[str, Any]:
        """The columns fit together."""
        data = super().clean() or {}
        if not self.errors:
            for words in faults(self.chosen, self.headings):
                self.add_error(None, words)
        return data


@for_roles(MANAGERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """The form for a file; a POST of one asks for its columns, a POST of those shows or does what the rows say."""
    if request.method != "POST":
        return _asked(request, UploadForm())
    if "draft" in request.POST:
        return _drafted(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _asked(request, form, status=422)
    draft = dumps(form.csv, salt=_salt(request.user), compress=True)
    if len(draft) > LONGEST_DRAFT:
        form.add_error("file", "It is too large to be looked at in one go. Split it into several files.")
        return _asked(request, form, status=422)
    return _columns(request, form.table, draft, ColumnsForm(form.table.headings), is_guessed=form.is_guessed)


@for_roles(MANAGERS)
@require_safe
def template_file(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as all views
    """A table with headings alone, to be filled in."""
    return _csv(MARK + written([], clients=[]), "vendors-template.csv")


@for_roles(STAFF)
@never_cache
@require_safe
def export_page(request: HttpRequest) -> HttpResponse:
    """The directory as a table; of clients' accounts those that the reader may see."""
    clients = Client.objects.visible_to(request.user).values_list("name", flat=True)
    return _csv(MARK + written(export_vendors(), clients=clients), "vendors.csv")


def _csv(content: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _salt(user: User) -> str:
    return f"{SALT}:{user.pk}"


def _drafted(request: HttpRequest) -> HttpResponse:
    """What was uploaded before, with the columns that were chosen."""
    draft = request.POST["draft"]
    try:
        found = table(loads(draft, salt=_salt(request.user), max_age=AN_HOUR))
    except (SignatureExpired, BadSignature):
        form = UploadForm(request.POST)
        form.errors.clear()
        form.add_error("file", "That was too long ago, or not yours: choose the file again. Nothing was imported.")
        return _asked(request, form, status=422)
    form = ColumnsForm(found.headings, request.POST)
    if not form.is_valid():
        return _columns(request, found, draft, form, status=422)
    return _worked_out(request, found, draft, form)


def _worked_out(request: HttpRequest, found: Table, draft: str, form: ColumnsForm) -> HttpResponse:
    dry_run = "import" not in request.POST
    try:
        said = import_table(found, form.chosen, by=request.user, now=database_now(), dry_run=dry_run)
    except NotImported as error:
        return _columns(request, found, draft, form, plan=_plan(error.reading, error), status=422)
    if dry_run:
        return _columns(request, found, draft, form, plan=_plan(said))
    created, changed = (sum(act.what == what for act in said.acts) for what in ("create", "change"))
    messages.success(request, f"Imported: {_rows(created)} created something, {_rows(changed)} changed something.")
    return redirect("vendors")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _plan(said: Reading, error: NotImported | None = None) -> Shown:
    """What the rows would do, as far as a page can show."""
    wrong = error.faults if error else []
    refused = {fault.line for fault in wrong}
    acts = sorted(said.acts, key=lambda act: (act.what == "unchanged", act.line))
    rows = [{"act": act, "refused": act.line in refused} for act in acts]
    good = [act for act in acts if act.line not in refused]
    return {
        "faults": wrong[:MOST_SHOWN],
        "more_faults": max(0, len(wrong) - MOST_SHOWN),
        "acts": rows[:MOST_SHOWN],
        "more_acts": max(0, len(acts) - MOST_SHOWN),
        "refused": len(acts) - len(good),
        "counts": [(what, sum(act.what == what for act in good)) for what in ("create", "change", "unchanged")],
        "does_something": any(act.what != "unchanged" for act in acts),
    }


def _asked(request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    known = [{"heading": heading(field), "means": means} for field, means in MEANS.items()]
    return render(request, "vendors/import.html", {"form": form, "known": known}, status=status)


def _columns(
    request: HttpRequest, found: Table, draft: str, form: ColumnsForm, *, plan: Shown | None = None, status: int = 200,
    is_guessed: bool = False,
) -> HttpResponse:  # fmt: skip
    columns = [
        {"field": field, "samples": [row.cells[place] for row in found.rows if row.cells[place]][:SAMPLES]}
        for place, field in enumerate(form)
    ]
    context = {"columns": columns, "form": form, "draft": draft, "rows": len(found.rows), "plan": plan}
    context["is_guessed"] = is_guessed
    return render(request, "vendors/import_columns.html", context, status=status)
