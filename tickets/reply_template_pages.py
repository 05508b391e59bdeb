"""The pages of reply templates: all of them by what they are for, and one to be written, looked at and taken away."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import DESK, STAFF
from tickets.models import ReplyTemplate, Ticket
from tickets.placeholders import KNOWN, fault, filled
from tickets.reply_templates import (
    LONGEST,
    LONGEST_NAME,
    NotYourTemplate,
    Use,
    facts_of,
    is_manager,
    keep,
    remove,
    teams_of,
)
from tickets.working import BadAnswer
from tiers.models import Team

ORDER = tuple(Use.values)


class TemplateForm(forms.Form):
    """A reply template; `preview_on` is a ticket on which it is looked at, and is not kept."""

    name = forms.CharField(
        max_length=LONGEST_NAME, help_text="Short: it is found by this, and stands on a button.",
        error_messages={"required": "Give it a short name, by which it is found."},
    )  # fmt: skip
    use = forms.ChoiceField(label="For", choices=Use.choices)
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label="Whose", empty_label="Everybody's")
    order = forms.IntegerField(
        required=False, min_value=0, max_value=999, label="Place",
        help_text="Lower stands first; the first nine have a key.",
    )  # fmt: skip
    text = forms.CharField(
        max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write the words that are to be inserted."},
    )  # fmt: skip
    preview_on = forms.CharField(
        required=False, max_length=30, label="Preview on", widget=forms.TextInput(attrs={"placeholder": "ESC-12"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="template_%s", **kwargs)
        self.user = user
        self.fields["team"].queryset = teams_of(user)
        if not is_manager(user):
            self.fields["team"].required, self.fields["team"].empty_label = True, "Choose one of your teams"
            self.fields["team"].error_messages["required"] = "Choose one of your teams; managers keep everybody's."

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if wrong := fault(text):
            raise forms.ValidationError(wrong)
        return text

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0

    def clean_preview_on(self) -> Ticket | None:
        said = str(self.cleaned_data["preview_on"]).strip()
        if not said:
            return None
        key = f"ESC-{said}" if said.isascii() and said.isdigit() else said
        found: Ticket | None = Ticket.objects.visible_to(self.user).by_key(key).first()
        if found is None:
            raise forms.ValidationError(f"There is no ticket {said}.")
        return found


@for_roles(STAFF)
@never_cache
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All templates by what they are for, with whose they are."""
    rows = sorted(ReplyTemplate.objects.select_related("team"), key=lambda r: (ORDER.index(r.use), r.order, r.name))
    own = set(teams_of(request.user).values_list("pk", flat=True)) if request.user.roles & DESK else set()
    manager = is_manager(request.user)
    groups = [
        {"use": Use(use).label, "rows": [{"row": r, "mine": manager or r.team_id in own} for r in found]}
        for use, found in groupby(rows, key=lambda row: row.use)
    ]
    may_write = manager or bool(own)
    return render(request, "tickets/reply_templates.html", {"groups": groups, "may_write": may_write})


@for_roles(DESK)
def new_template(request: HttpRequest) -> HttpResponse:
    """Write a new one."""
    return _written(request, ReplyTemplate(use=_asked_use(request)))


@for_roles(DESK)
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit one, or look at it on a ticket."""
    return _written(request, get_object_or_404(ReplyTemplate.objects.select_related("team"), pk=pk))


@for_roles(DESK)
@require_POST
def template_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one away."""
    found = get_object_or_404(ReplyTemplate, pk=pk)
    try:
        remove(found, by=request.user)
    except NotYourTemplate as error:
        raise PermissionDenied(str(error)) from None
    messages.success(request, f"“{found}” is taken away.")
    return _to_list()


def _asked_use(request: HttpRequest) -> str:
    asked = request.GET.get("use", "").upper()
    return asked if asked in Use.values else str(Use.REPLY)


def _written(request: HttpRequest, row: ReplyTemplate) -> HttpResponse:
    if row.pk and not is_manager(request.user) and not teams_of(request.user).filter(pk=row.team_id).exists():
        raise PermissionDenied("This template is kept by others.")
    if request.method != "POST":
        return _asked(request, row, TemplateForm(initial=_begun(row, request.user), user=request.user))
    form = TemplateForm(request.POST, user=request.user)
    if not form.is_valid():
        return _asked(request, row, form, status=422)
    if "preview" in request.POST:
        return _asked(request, row, form, preview=_preview(form))
    return _kept(request, row, form)


def _begun(row: ReplyTemplate, user: User) -> dict[str, Any]:
    """What stands in the form at first: the row's own, and for a new one the writer's team."""
    team = row.team_id or (None if row.pk or is_manager(user) else teams_of(user).values_list("pk", flat=True).first())
    return {"name": row.name, "use": row.use, "team": team, "order": row.order or None, "text": row.text}


def _kept(request: HttpRequest, row: ReplyTemplate, form: TemplateForm) -> HttpResponse:
    given = {name: value for name, value in form.cleaned_data.items() if name != "preview_on"}
    try:
        keep(row, by=request.user, **given)
    except BadAnswer as error:
        form.add_error(error.field, str(error))
        return _asked(request, row, form, status=422)
    messages.success(request, f"“{row}” is kept.")
    return _to_list()


def _preview(form: TemplateForm) -> dict[str, Any]:
    """The words as they would be inserted on the ticket that was named, or without one with all blanks."""
    ticket, text = form.cleaned_data["preview_on"], form.cleaned_data["text"]
    facts = facts_of(ticket.pk, user=form.user) if ticket else {}
    return {"ticket": ticket, "words": filled(text, facts)}


def _asked(
    request: HttpRequest, row: ReplyTemplate, form: TemplateForm, *, status: int = 200,
    preview: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {"template": row, "form": form, "preview": preview, "known": KNOWN}
    return render(request, "tickets/reply_template.html", context, status=status)


def _to_list() -> HttpResponse:
    return see_other("/reply-templates/")
