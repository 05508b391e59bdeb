"""In which language a client's page is read, and the ways to read it in another."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from accounts.language import LANGUAGES, Say
from accounts.languages import first_known, say_in

# What else of its address a page keeps in another language.
CARRIED = ("as_of", "see_as")


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """A way to the same page in another language, named in that language."""

    code: str
    name: str
    query: str


def speech(request: HttpRequest, *others: str) -> Say:
    """The language of `?lang=`, else the first that is known of `others`: the reader's own, the client's."""
    return say_in(first_known([asked_language(request), *others]))


def asked_language(request: HttpRequest) -> str:
    """What `?lang=` asks for, "" where that is no language of ours."""
    code = request.GET.get("lang", "")
    return code if code in LANGUAGES else ""


def other_languages(request: HttpRequest, say: Say) -> Sequence[OtherLanguage]:
    """The other languages, each with the page's query by which it is read in it."""
    kept = {key: request.GET[key] for key in CARRIED if key in request.GET}
    return [
        OtherLanguage(code, name, f"?{urlencode({**kept, 'lang': code})}")
        for code, name in LANGUAGES.items()
        if code != say.code
    ]
