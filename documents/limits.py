"""Requests that are too long are told so in words, before anything of them is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django_htmx.http import reswap

View = Callable[..., HttpResponse]


def at_most(size: int, words: str) -> Callable[[View], View]:
    """Answer requests of more than `size` bytes with 413 and `words`; others are guarded against forgery as ever.

    The guard itself reads the body, so that it can only come after.
    """

    def decorate(view: View) -> View:
        guarded = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if announced(request) > size:
                return too_long(request, words)
            return guarded(request, *args, **kwargs)

        limited.own_limit = True  # type: ignore[attr-defined]
        return limited

    return decorate


def takes_more(view: View) -> bool:
    """Whether a view says itself how long a request it takes."""
    return bool(getattr(view, "own_limit", False))


def too_long(request: HttpRequest, words: str) -> HttpResponse:
    """The answer to a request that is too long: a page, or for htmx, which shows no 413, the words alone with 422.

    What was typed stays: in a dialog they come above its form.
    """
    if not request.htmx:
        return render(request, "documents/too_long.html", {"words": words}, status=413)
    told = {"text": words, "level": "red", "urgent": True}
    response = render(request, "components/alert.html", told, status=422)
    return reswap(response, "afterbegin") if request.htmx.target == "dialog" else response


def announced(request: HttpRequest) -> int:
    """How many bytes the request says that it has; one that does not say has none that Django would read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length[:18]) if length.isascii() and length.isdigit() else 0
