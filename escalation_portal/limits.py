"""Bodies end at 2 MB, unless a view takes more: a larger one is told so in words, before anything of it is read.

Django's own limit is on forms and JSON; files that come with them it would take without end. The API and the hooks
answer in their own form, and read no files.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from documents.limits import announced, takes_more, too_long

LARGEST = 2 * 1024 * 1024
WORDS = "What you sent has more than 2 MB, which this page does not take. Nothing of it was kept."
OWN_WORDS = ("/api/", "/hooks/")


class LargestBody:
    """Stands before whatever reads a body, such as the guard against forgery."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        small_enough = announced(request) <= LARGEST or takes_more(view) or request.path.startswith(OWN_WORDS)
        return None if small_enough else too_long(request, WORDS)
