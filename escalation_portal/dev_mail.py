"""The built-in mail catcher's mails at `/dev/mail/`, local mode only: what the portal sent, and to whom."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

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
    return render(request, "dev/mail.html", {"mail": found, "answers_to": found.headers.get("Reply-To", "")})


@local_only
@require_POST
def answer(request: HttpRequest, id: str) -> HttpResponse:
    """Answer a caught mail as the one who got it would, through the mail catcher, which hands it back to us."""
    found = next((m for m in read_mailbox(settings.MAIL_CATCHER_DIR) if m.id == id), None)
    if found is None or not found.to:
        raise Http404
    said = request.POST.get("text", "").strip()
    if not said:
        messages.warning(request, "Write something to answer with.")
    else:
        _send_answer(found, said)
        messages.success(request, "The answer is sent.")
    return HttpResponseRedirect(reverse("dev-mail", args=[id]))


def _send_answer(mail: CaughtMail, said: str) -> None:
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    threading = {"In-Reply-To": mail.headers.get("Message-ID", ""), "References": mail.headers.get("Message-ID", "")}
    EmailMessage(
        subject=f"Re: {mail.subject}",
        body=f"{said}\n\nOn {mail.at:%d %b %Y at %H:%M}, {mail.from_} wrote:\n{quoted}",
        from_email=mail.to[0],
        to=[mail.headers.get("Reply-To") or mail.from_],
        headers=threading,
    ).send()


def _json(mail: CaughtMail) -> dict:
    fields = ("id", "to", "subject", "headers", "text", "html")
    return {"at": mail.at.isoformat(), "from": mail.from_, **{name: getattr(mail, name) for name in fields}}
