"""Where a page sends its reader on to."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def see_other(url: str) -> HttpResponse:
    """The answer to a form that was taken: go on to this page, by GET."""
    return HttpResponseRedirect(url, status=303)


def came_from(request: HttpRequest, *, otherwise: str) -> str:
    """The page that the form's `next` names, where it is one of ours."""
    wanted = str(request.POST.get("next", ""))
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise
