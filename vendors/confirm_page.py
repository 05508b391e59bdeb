"""The page behind a link of a mail: one button confirms a contact point. Looking at it changes nothing, so that a mail
server which follows links confirms nothing."""

from allauth.core.ratelimit import consume_or_429
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from vendors.confirm_links import Gone, asked_by, confirm_by

OVER = 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_contact(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET), or confirm (POST, so many a minute). A link that opens nothing is a 404, one that is over a 410."""
    if too_many := consume_or_429(request, action="confirm_contact"):
        return too_many
    now = database_now()
    asks = request.method != "POST"
    try:
        asked = asked_by(token, now=now) if asks else confirm_by(token, now=now)
    except Gone:
        return render(request, "vendors/confirm_gone.html", status=404)
    status = OVER if asked.over else 200
    return render(request, "vendors/confirm.html", {"asked": asked, "done": not asks and not asked.over}, status=status)
