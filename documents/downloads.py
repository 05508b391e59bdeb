"""A kept file as something to save, whatever is in it: of documents, and of the floors above."""

from typing import Protocol

from django.http import HttpResponse
from django.utils.http import content_disposition_header


class Kept(Protocol):
    """A file in the database, under a name that was cleaned."""

    name: str
    content: bytes | memoryview


def download(file: Kept) -> HttpResponse:
    """The file as something to save: no browser shows it, and none of the ways to it keeps it."""
    response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
