"""Every page speaks the reader's own time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.zones import is_zone


class ReaderTimeZone:
    """Activates the signed-in user's zone for the length of one request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = request.user.timezone if request.user.is_authenticated else "UTC"
        with timezone.override(ZoneInfo(zone if is_zone(zone) else "UTC")):
            return self.get_response(request)
