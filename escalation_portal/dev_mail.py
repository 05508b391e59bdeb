"""The built-in mail catcher's mails at `/dev/mail/`, local mode only: what the portal sent, and to whom."""

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.clock import database_now
from escalation_portal.local.mailbox import CaughtMail, read_mailbox

MOST = 200


def local_only(view):
    """No such page outside local mode, or where no mail is caught."""

    @wraps(view)
    def guarded(request: HttpRequest, **parts: str) -> HttpResponse:
        if not (settings.LOCAL_MODE and settings.MAIL_CATCHER_DIR):
            raise Http404
        return view(request, **parts)

    return guarded


@local_only
def mails(request: HttpRequest) -> HttpResponse:
    """Every caught mail, the latest first; `?format=json` for programs."""
    caught = read_mailbox(settings.MAIL_CATCHER_DIR)
    if request.GET.get("format") == "json":
        return JsonResponse({"mails": [_json(mail) for mail in caught]})
    context = {"mails": caught[:MOST], "count": len(caught), "now": database_now()}
    return render(request, "dev/mails.html", context)


@local_only
def mail(request: HttpRequest, id: str) -> HttpResponse:
    """One mail as it was sent."""
    found = next((m for m in read_mailbox(settings.MAIL_CATCHER_DIR) if m.id == id), None)
    if found is None:
        raise Http404
    if request.GET.get("format") == "json":
        return JsonResponse(_json(found))
    return render(request, "dev/mail.html", {"mail": found})


def _json(mail: CaughtMail) -> dict:
    fields = ("id", "to", "subject", "headers", "text", "html")
    return {"at": mail.at.isoformat(), "from": mail.from_, **{name: getattr(mail, name) for name in fields}}
