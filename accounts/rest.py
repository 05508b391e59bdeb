"""What settings name for the REST API: keys and scopes, strict bodies, cursors, problems.

Nothing here imports the framework's views, which read these settings when they are imported; `api_view` does.
"""

from typing import Any

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clock import database_now
from accounts.keys import MARK, live_key, note_use
from accounts.models import ApiKey, User
from accounts.problems import Problem, problem_response, refused
from accounts.strict_json import DEPTH, BadJSON, read

__all__ = ["ApiKeyAuthentication", "Cursor", "HasScope", "StrictJSONParser", "problem_response", "read_body"]
LONGEST_BODY = 1_048_576


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ep_…`; why a key is not taken is told to nobody."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words:
            return None
        if len(words) != 2 or words[0].lower() != "bearer" or not words[1].startswith(MARK):
            raise exceptions.AuthenticationFailed("Send an API key: Authorization: Bearer ep_…")
        now = getattr(request, "now", None) or database_now()
        key = live_key(words[1], now=now)
        if key is None:
            raise exceptions.AuthenticationFailed("This API key is not valid.")
        note_use(key, now=now)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The key has the scope that the view names for the method; a view that names none lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        method = "GET" if request.method == "HEAD" else request.method
        scope = getattr(view, "scopes", {}).get(method)
        if scope is None:
            return method == "OPTIONS" or not hasattr(view, method.lower())  # 405 follows
        self.message = f"This needs a key with the scope {scope}."
        return isinstance(request.auth, ApiKey) and scope in request.auth.scopes


class StrictJSONParser(JSONParser):
    """A JSON body of at most 1 MB, read as strictly as `strict_json` does."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return read_body(stream, parser_context["request"])


def read_body(stream: Any, request: Any, *, depth: int = DEPTH) -> Any:
    """The JSON value of a request's body. Raises Problem 413 or 400."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > LONGEST_BODY:
        raise Problem(413, "The body is longer than 1 MB.")
    raw = stream.read(LONGEST_BODY + 1)
    if len(raw) > LONGEST_BODY:
        raise Problem(413, "The body is longer than 1 MB.")
    try:
        return read(raw, depth=depth)
    except BadJSON as error:
        raise Problem(400, f"The body is no JSON that can be taken. {error}") from None


class Cursor(CursorPagination):
    """Pages of a list that may grow meanwhile: newest first, `{results, next, previous}`."""

    ordering = "-id"

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound:
            raise refused("cursor", "This is no cursor that a list has given.") from None
        position = cursor.position if cursor else None
        if position is not None and not (position.isascii() and position.isdigit() and len(position) < 19):
            raise refused("cursor", "This is no cursor that a list has given.")
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: Any) -> Any:
        link = {"type": "string", "format": "uri", "nullable": True}
        properties = {"results": schema, "next": link, "previous": link}
        return {"type": "object", "required": ["results", "next", "previous"], "properties": properties}
