"""The policy part of a client's page as a PDF, set by Typst (docs/adr/0010): the words go in as data."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from accounts.language import ENGLISH, Say
from documents.guide.prose import prose
from documents.guide.reading import page_of
from documents.guide.shelf import Edition
from portal.press import Press

TEMPLATE = Path(settings.BASE_DIR, "templates", "portal", "page.typ")
FONTS = Path(settings.BASE_DIR, "static", "fonts")
# Whose spelling a language is broken at line ends by, where it has several.
REGIONS = {"en": "GB", "de": "DE"}
# One file at a time: setting one keeps a core busy for a moment.
MOST_WAITING = 4
_press = Press(most_waiting=MOST_WAITING, most_kept=64, most_seconds=10)


def pdf_of(edition: Edition, day: str, say: Say = ENGLISH) -> bytes:
    """The file for these versions in this language, naming the day for which it holds: A4, tagged, its fonts inside.

    Raises Busy when it takes longer than it may or some wait already, LookupError where no policy covers the client.
    """
    page = page_of(edition, say)
    if page is None:
        raise LookupError(f"No policy covers {edition.client[1]}.")
    words = asdict(prose(page, edition.client[1], shared=True, say=say)) | {
        "client": edition.client[1],
        "day": day,
        "lang": say.code,
        "region": REGIONS.get(say.code),
        "page": say.template("Page {number} of {last}"),
    }
    return _press.file((edition, day, say), lambda: _set(words))


def _set(words: dict[str, Any]) -> bytes:
    return typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"words": json.dumps(words)},
    )
