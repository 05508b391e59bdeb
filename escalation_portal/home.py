"""The start page: each role is sent to where its day begins."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.roles import STAFF


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Staff go to the queue, a client's people to their page."""
    return redirect("queue" if request.user.roles & STAFF else "client-pages")
