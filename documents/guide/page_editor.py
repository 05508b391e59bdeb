"""The editor of what is written for a client's page, with the generated examples beside it and the page below."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.languages import say_in
from accounts.permissions import for_roles
from clients.models import Client, PageWords
from clients.page_words import KEEPERS, choose_language, kept_by, publish_words
from documents.guide.arranging import arranged
from documents.guide.page import page
from documents.guide.page_form import LanguageForm, WordsForm, filled_in
from documents.guide.prose import prose
from documents.guide.provision import Provision
from documents.guide.reading import provision
from documents.guide.scenarios import Scenario, generated
from sla.editing import BadDocument, NothingChanged, PublishedMeanwhile
from tiers.policies import NoPolicy

PUBLISH, LANGUAGE = "publish", "language"
FEW = 2


@for_roles(KEEPERS)
@never_cache
def page_words(request: HttpRequest, slug: str) -> HttpResponse:
    """Write for a client's page. Every button but one only shows it again, changed; without a script as well."""
    client, now = get_object_or_404(kept_by(request.user), slug=slug), database_now()
    if request.POST.get("act") == LANGUAGE:
        return _language(client, request)
    known = _known(client, now=now)
    examples = list(generated(known)) if known else []
    live = PageWords.live(client)
    before, base = (live.document, live.number) if live else ({}, 0)
    form = WordsForm(request.POST or None, generated=examples, before=before, initial=filled_in(before, base=base))
    outcome: dict[str, Any] = {}
    if form.is_bound and request.POST.get("act", PUBLISH) == PUBLISH:
        outcome = _published(form, client, request, now=now)
        if "version" in outcome:
            messages.success(request, f"The page of {client.name} says so from now on.")
            return HttpResponseRedirect(reverse("client-page", args=[slug]), status=303)
    elif form.is_bound:
        form = _changed(form, request.POST["act"], examples)
    context = {
        "client": client,
        "form": form,
        "language_form": LanguageForm(initial={"language": client.language}),
        "generated": _beside(form, examples),
        "live": live,
        "now": now,
        **outcome,
    }
    context |= _preview(known, form.document, client)
    return render(request, "clients/page_editor.html", context, status=outcome.get("status", 200))


def _language(client: Client, request: HttpRequest) -> HttpResponse:
    """Choose the language of the page, and come back to the editor."""
    try:
        choose_language(client=client, language=request.POST.get("language", ""), by=request.user)
        messages.success(request, f"{client.name} is written to in the language that you chose.")
    except ValueError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("page-words", args=[client.slug]), status=303)


def _known(client: Client, *, now: datetime) -> Provision | None:
    try:
        return provision(client, now=now, say=say_in(client.language))
    except NoPolicy:
        return None


def _published(form: WordsForm, client: Client, request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """What came of it: the `version`, or what the page must say; the form keeps all that was written."""
    if not form.is_valid():
        return {"status": 422}
    note, base = form.cleaned_data["note"], form.cleaned_data["base"]
    try:
        version = publish_words(
            client=client, document=form.document, author=request.user, note=note, base_number=base, now=now
        )
        return {"version": version}
    except BadDocument as error:
        form.tell(error.problems)
        return {"status": 422}
    except NothingChanged:
        return {"status": 422, "unchanged": True}
    except PublishedMeanwhile as error:
        form.data = form.data.copy()
        form.data["base"] = str(error.version.number)
        return {"status": 409, "meanwhile": error.version}


def _changed(form: WordsForm, act: str, examples: Sequence[Scenario]) -> WordsForm:
    """The form with its words rearranged, and everything else as it was sent."""
    words = arranged(form.document, act, examples)
    kept = {"note": form["note"].value(), "base": form["base"].value()}
    return WordsForm(generated=examples, before=form.before, initial=filled_in(words, **kept))


def _beside(form: WordsForm, examples: Sequence[Scenario]) -> list[dict[str, Any]]:
    boxes = {str(box.data["value"]): box for box in form["hidden"].subwidgets}
    return [{"scenario": row, "box": boxes[row.key]} for row in examples]


def _preview(known: Provision | None, words: Mapping[str, Any], client: Client) -> dict[str, Any]:
    """The page as the client would see it; incomplete examples are shown as far as they are written."""
    if known is None:
        return {"prose": None, "few": False}
    shown = prose(page(replace(known, words=words)), client.name, say=known.say)
    return {"prose": shown, "few": len(shown.examples) < FEW}
