"""The managers' page of mails on whose word nothing was done."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from integrations.mail.looking import NOT_DONE, excerpted, looked_at, to_look_at
from integrations.models import ReceivedMail
from tickets.status import NotAllowedNow

MOST = 50


@for_roles(MANAGERS)
@never_cache
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """What waits to be looked at; for htmx the list alone, which the page of calls shows."""
    found = list(excerpted(to_look_at())[: MOST + 1])
    part = "#list" if request.htmx else ""
    context = {"mails": found[:MOST], "more": len(found) > MOST, "most": MOST, "now": database_now()}
    return render(request, f"integrations/mails.html{part}", context)


@for_roles(MANAGERS)
@never_cache
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """All that one of them says, also when somebody has looked at it since."""
    found = get_object_or_404(ReceivedMail.objects.select_related("ticket", "looked_by"), pk=pk, outcome__in=NOT_DONE)
    return render(request, "integrations/mail.html", {"mail": found, "now": database_now()})


@for_roles(MANAGERS)
@require_POST
def looked(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mail off the list."""
    try:
        looked_at(mail=pk, by=request.user, now=database_now())
    except ReceivedMail.DoesNotExist:
        raise Http404 from None
    except NotAllowedNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "The mail is off the list.")
    response = HttpResponseRedirect(reverse("mails-to-look-at"))
    response.status_code = 303
    return response
