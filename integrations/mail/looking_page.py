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
from integrations.mail.attaching import CaseForm, attach
from integrations.mail.looking import NOT_DONE, excerpted, looked_at, to_look_at
from integrations.models import ReceivedMail
from tickets.acting import in_turn
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer

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
    """All that one of them says, also when somebody has looked at it since, and the cases that it can be put to."""
    found = _found(pk)
    return _shown(request, found, CaseForm(mail=found, by=request.user))


@for_roles(MANAGERS)
@require_POST
def put_to_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a mail to the case that was chosen."""
    found = _found(pk)
    form = CaseForm(request.POST, mail=found, by=request.user)
    if not form.is_valid():
        return _shown(request, found, form, status=422)
    try:
        with in_turn():
            case = attach(mail=pk, case=form.cleaned_data["case"], by=request.user, now=database_now())
    except ReceivedMail.DoesNotExist:
        messages.warning(request, "Somebody else has put this mail to a case already.")
        return _see(reverse("mails-to-look-at"))
    except BadAnswer as error:
        form.add_error(error.field, str(error))
        return _shown(request, found, form, status=422)
    except NotAllowedNow as error:
        messages.warning(request, str(error))
        return _shown(request, _found(pk), form, status=409)
    messages.success(request, f"The mail is in the case with {case.vendor}.")
    return _see(reverse("vendor-case", args=[f"ESC-{case.ticket_id}", case.pk]))


def _found(pk: int) -> ReceivedMail:
    return get_object_or_404(ReceivedMail.objects.select_related("ticket", "looked_by"), pk=pk, outcome__in=NOT_DONE)


def _shown(request: HttpRequest, found: ReceivedMail, form: CaseForm, *, status: int = 200) -> HttpResponse:
    context = {"mail": found, "form": form, "now": database_now()}
    return render(request, "integrations/mail.html", context, status=status)


@for_roles(MANAGERS)
@require_POST
def looked(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mail off the list."""
    try:
        with in_turn():
            looked_at(mail=pk, by=request.user, now=database_now())
    except ReceivedMail.DoesNotExist:
        raise Http404 from None
    except NotAllowedNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "The mail is off the list.")
    return _see(reverse("mails-to-look-at"))


def _see(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
