"""The base of every view of the REST API: JSON in, JSON out, one reading of the clock, nothing unstorable let in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.clock import database_now
from accounts.problems import NOTHING_HERE, Problem, refused
from accounts.rest import Cursor
from accounts.rest_schema import ScopedSchema
from accounts.strict_json import unstorable


class AlwaysJSON(BaseContentNegotiation):
    """There is one form of answer, whatever is asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        given = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == given), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A view of the API: `scopes` by method, `request.now` read once, parameters and bodies checked."""

    scopes: Mapping[str, str] = {}
    content_negotiation_class = AlwaysJSON
    metadata_class = None
    pagination_class = Cursor
    schema = ScopedSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        request.now = database_now()
        super().initial(request, *args, **kwargs)
        for name, values in request.query_params.lists():
            if problem := next(filter(None, map(unstorable, [name, *values])), ""):
                raise refused("query", problem)

    @property
    def now(self) -> datetime:
        return self.request.now

    @property
    def bound(self) -> bool:
        """The key belongs to one client, which reads only what is meant for clients."""
        return not self.request.auth.provider_wide

    def said(self, form: type[Serializer]) -> dict[str, Any]:
        """What the body says, checked by `form`."""
        checked = form(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def page(self, rows: Any, shown: Any) -> Response:
        """One page of `rows`; `shown` makes the answer's form of them."""
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(shown(page))


class NothingHere(ApiView):
    """Every URL of the API that does not exist."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        slash = "" if request.path.endswith("/") else " URLs of this API end with a slash."
        raise Problem(404, NOTHING_HERE + slash) if slash else Http404
