"""How the API describes itself: each operation with its scope, its problems and the Idempotency-Key."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.fields import Body

PROBLEMS = {
    "400": "Malformed: `errors` names each field.",
    "401": "No key, or none that is valid.",
    "403": "The key lacks the scope that `detail` names.",
    "404": "Not there, or not for this key.",
    "409": "The state does not allow it.",
    "412": "It has changed since it was read.",
    "413": "Longer than 1 MB.",
    "415": "Not application/json.",
    "422": "The Idempotency-Key was used with another body.",
    "428": "If-Match is missing.",
    "503": "Somebody else is at the same things: try again after `Retry-After` seconds.",
}
OF_READING = ("400", "401", "403", "404", "503")
OF_POSTING = tuple(status for status in PROBLEMS if status not in ("412", "428"))
OF_CHANGING = tuple(status for status in PROBLEMS if status != "422")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sent again within 24 hours with the same body: the same answer (and `Idempotent-Replayed: true`), "
    "nothing is done twice. With another body: 422.",
)


class FieldProblem(serializers.Serializer):
    """What is wrong with one field."""

    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class ProblemDetails(serializers.Serializer):
    """An error (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblem(many=True)


class ScopedSchema(AutoSchema):
    """Adds to each operation what holds for all of them."""

    def get_description(self) -> str:
        scope = self.view.scopes.get(self.method)
        said = super().get_description() or ""
        return f"{said}\n\nScope: `{scope}`" if scope else said

    def get_extensions(self) -> dict[str, Any]:
        scope = self.view.scopes.get(self.method)
        return super().get_extensions() | ({"x-scope": scope} if scope else {})

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *([IDEMPOTENCY_KEY] if self.method == "POST" else [])]

    def _map_serializer(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> dict[str, Any]:
        """What is one form or the other is any of them: the longer one fits the shorter one too."""
        form = super()._map_serializer(serializer, direction, bypass_extensions)
        return {"anyOf" if key == "oneOf" else key: value for key, value in form.items()}

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: str) -> Any:
        form = super()._postprocess_serializer_schema(schema, serializer, direction)
        return form | {"additionalProperties": False} if isinstance(serializer, Body) else form

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status in {"GET": OF_READING, "POST": OF_POSTING}.get(self.method, OF_CHANGING):
            form = self._get_response_for_code(ProblemDetails, status, ["application/problem+json"], direction)
            bodies.setdefault(status, form | {"description": PROBLEMS[status]})
        return bodies


class KeyScheme(OpenApiAuthenticationExtension):
    """How a request shows its key."""

    target_class = "accounts.rest.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        words = "An API key, made with `manage.py create_api_key`; each operation names the scope that it needs."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ep_…", "description": words}
