"""Problem details (RFC 9457): the one form of every error that a program gets."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

MEDIA_TYPE = "application/problem+json"
NOTHING_HERE = "There is nothing here that you may see."
# PostgreSQL: lock_not_available, deadlock_detected, query_canceled. Nothing was written; trying again is right.
BUSY = {"55P03", "40P01", "57014"}
_OF_DJANGO: Mapping[type[Exception], tuple[int, str]] = {
    Http404: (404, NOTHING_HERE),
    PermissionDenied: (403, "You may not do this."),
    RequestDataTooBig: (413, "The body is longer than 1 MB."),
    UnreadablePostError: (400, "The body broke off."),
}


class Problem(exceptions.APIException):
    """An error with its status, what happened in words, the fields concerned, and further members of the answer."""

    def __init__(
        self, status: int, detail: str, *, errors: Mapping[str, str] | None = None, retry_after: int | None = None,
        **members: Any,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.status_code = status
        self.errors = [{"field": field, "message": message} for field, message in (errors or {}).items()]
        self.wait = retry_after
        self.members = members


def refused(field: str, message: str) -> Problem:
    """400 for one field."""
    return Problem(400, "The request cannot be taken as it is.", errors={field: message})


def problem_response(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """The answer to an error that a view raised; None (a bug, answered with 500) for what nobody foresaw."""
    known = _known(error)
    if known is None:
        return None
    headers = {}
    if challenge := getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(known, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) or 1)
    return Response(_body(known), status=known.status_code, headers=headers, content_type=MEDIA_TYPE)


def _known(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in BUSY:
        return Problem(503, "Somebody else is at the same things; try again.", retry_after=1)
    return next((Problem(*answer) for kind, answer in _OF_DJANGO.items() if isinstance(error, kind)), None)


def _body(error: exceptions.APIException) -> dict[str, Any]:
    errors = list(getattr(error, "errors", ()))
    detail = error.detail
    if isinstance(error, exceptions.ValidationError):
        errors = [{"field": field, "message": message} for field, message in flattened(detail)]
        detail = "The request cannot be taken as it is."
    title = HTTPStatus(error.status_code).phrase
    body = {"type": "about:blank", "title": title, "status": error.status_code, "detail": str(detail), "errors": errors}
    return body | getattr(error, "members", {})


def flattened(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Field paths such as `device.type` with each of their messages."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            own = "" if key == api_settings.NON_FIELD_ERRORS_KEY else str(key)
            yield from flattened(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, (list, tuple)):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, (Mapping, list))
            yield from flattened(inner, f"{path}[{index}]" if nested else path)
    else:
        yield path, str(detail)
