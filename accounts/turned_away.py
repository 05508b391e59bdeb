"""The page for whom the door stays shut, with the reason in words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def turned_away(request: HttpRequest, why: str, *, status: int = 403) -> HttpResponse:
    """A page that says `why`, and leads back to the sign-in page."""
    return render(request, "accounts/turned_away.html", {"why": why}, status=status)
