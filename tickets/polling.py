"""Whether a list has changed: asked every few seconds by every desk, so that “no” must cost next to nothing.

Whoever was answered in full holds a pass for five minutes. With it the question is answered in one query, before the
session is read, and the answer can be only that nothing has changed. The query looks whether the session that the pass
was made for still exists, whether its person is still active and has the same password. In every other case the request
goes the usual way.
"""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Exists
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from tickets.queue_filters import filtered, given
from tickets.standing import version

PATH = "/tickets/changes/"
HEADER = "X-Pass"
LASTS = timedelta(minutes=5)
SALT = "tickets.polling"


class NothingHasChanged:
    """Answers a poll that holds a pass, where nothing has changed, and lets everything else go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.path == PATH and is_unchanged(request):
            return nothing_new()
        return self.get_response(request)


def nothing_new() -> HttpResponse:
    """204, which nobody keeps."""
    response = HttpResponse(status=204)
    add_never_cache_headers(response)
    return response


def new_pass(request: HttpRequest, query: str) -> str:
    """A pass for this session, its person and these filters."""
    user = request.user
    bound = _bound(request.session.session_key or "", query, user)
    return signing.dumps([user.pk, timezone.get_current_timezone_name(), bound], salt=SALT)


def is_unchanged(request: HttpRequest) -> bool:
    """Whether the pass holds and the version that is asked about is the present one; one query at most."""
    try:
        user_id, zone, bound = signing.loads(request.GET.get("pass", ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return False
    params, key = given(request.GET), request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    with timezone.override(ZoneInfo(zone)):
        found = _present(user_id, key, params)
    if found is None or found[1] != request.GET.get("version", ""):
        return False
    return constant_time_compare(bound, _bound(key, params.urlencode(), User(pk=user_id, password=found[0])))


def _present(user_id: int, key: str, params: QueryDict) -> tuple[str, str] | None:
    """The person's password as it is kept, and the list's version now; None where the session or the person is gone."""
    reader = User(pk=user_id)
    wanted = filtered(reader, params)
    if not key or not wanted.is_valid():
        return None
    session = Session.objects.filter(session_key=key, expire_date__gt=Now())
    active = User.objects.filter(Exists(session), pk=user_id, is_active=True)
    return active.annotate(version=version(reader, wanted.qs)).values_list("password", "version").first()


def _bound(session_key: str, query: str, user: User) -> str:
    """What the pass is bound to, as a digest that tells nothing of it."""
    return salted_hmac(SALT, "\n".join((session_key, query, user.get_session_auth_hash()))).hexdigest()[:32]
