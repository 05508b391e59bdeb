"""The catalogues of the clients' pages, and in which language somebody reads."""

import gettext
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils import translation

from accounts.language import DEFAULT, ENGLISH, LANGUAGES, Say


@cache
def say_in(code: str) -> Say:
    """How things are said in a language; in English for one that there is no catalogue of."""
    if code == DEFAULT or code not in LANGUAGES:
        return ENGLISH
    return Say(code, gettext.translation("django", settings.LOCALE_PATHS[0], languages=[code]))


def first_known(codes: Iterable[str]) -> str:
    """The first of these that the pages are written in, English where none is."""
    return next((code for code in codes if code in LANGUAGES), DEFAULT)


def speaking(say: Say) -> translation.override:
    """While it lasts, templates speak the language of `say`."""
    return translation.override(settings.LANGUAGE_CODE if say.code == DEFAULT else say.code)


def say_now() -> Say:
    """What templates speak at present."""
    return say_in((translation.get_language() or DEFAULT).partition("-")[0])
