"""One answer per Idempotency-Key: a POST that is sent twice is done once.

The answer is stored in the write's own transaction, so that it exists exactly when the write does; an error writes
nothing and so can be tried again under the same key.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.models import IdempotentAnswer
from accounts.problems import Problem

KEPT_FOR = timedelta(hours=24)
FORGOTTEN_AT_ONCE = 100
LOCK_NOT_AVAILABLE = "55P03"
Handler = Callable[..., HttpResponseBase]

# Rows that another request is forgetting are left to it.
_FORGET = """
    DELETE FROM accounts_idempotentanswer WHERE id IN (
        SELECT id FROM accounts_idempotentanswer WHERE created_at <= %s LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def once_per_key(handler: Handler) -> Handler:
    """Make a view's `post` one transaction, done once for each value of the Idempotency-Key header."""

    @wraps(handler)
    def post(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        value = request.headers.get("Idempotency-Key")
        with transaction.atomic():
            if value is None:
                return handler(view, request, *args, **kwargs)
            kept = _claim(request, _checked(value), now=request.now)
            if kept.status is not None:
                return _again(kept)
            answer = handler(view, request, *args, **kwargs)
            _keep(kept, answer)
            return answer

    post.once_per_key = True
    return post


def _checked(value: str) -> str:
    if not 1 <= len(value) <= 200 or not (value.isascii() and value.isprintable()):
        raise Problem(400, "Idempotency-Key must be 1 to 200 printable ASCII characters.")
    return value


def _claim(request: Request, value: str, *, now: datetime) -> IdempotentAnswer:
    """The row of this key: new, or with the answer that was given. A twin that is still at work is waited for."""
    body_digest = _digest(request.data)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEPT_FOR, FORGOTTEN_AT_ONCE])
    try:
        kept, new = IdempotentAnswer.objects.get_or_create(
            user=request.user, method=request.method, path=request.path, value=value,
            defaults={"body_digest": body_digest, "created_at": now},
        )  # fmt: skip
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        raise Problem(409, "A request with this Idempotency-Key is still being worked on.", retry_after=1) from None
    if not new and kept.body_digest != body_digest:
        raise Problem(422, "This Idempotency-Key was used with another body.")
    return kept


def _digest(data: Any) -> str:
    """The same for the same JSON, however it was spelled."""
    return sha256(json.dumps(data, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()


def _keep(kept: IdempotentAnswer, answer: Any) -> None:
    kept.status = answer.status_code
    kept.answer = JSONRenderer().render(answer.data).decode()  # as text, so that it is given again byte for byte
    kept.save(update_fields=["status", "answer"])


def _again(kept: IdempotentAnswer) -> HttpResponse:
    headers = {"Idempotent-Replayed": "true"}
    return HttpResponse(kept.answer, status=kept.status, content_type="application/json", headers=headers)
