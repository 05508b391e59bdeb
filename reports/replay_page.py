"""The replay of a policy's draft over the tickets of the last weeks: a panel of the review, and a page by itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from reports.policy_replay import DAYS, SHOWN, compare
from tiers.drafts import open_draft
from tiers.models import Policy
from tiers.policies import NoPolicy
from tiers.policy_check import problems


@for_roles(MANAGERS)
def policy_replay(request: HttpRequest, slug: str) -> HttpResponse:
    """What the draft would have made of the tickets of the last thirty days."""
    policy, now = get_object_or_404(Policy, slug=slug), database_now()
    draft = open_draft(policy)
    context = {"policy": policy, "draft": draft, "days": DAYS, "shown": SHOWN}
    if draft and problems(draft.document, name=policy.name):
        context["unfinished"] = True
    elif draft:
        try:
            context["found"] = compare(draft, reader=request.user, now=now)
        except NoPolicy as error:
            context["fault"] = str(error)
    template = "reports/policy_replay.html" + ("#panel" if request.htmx else "")
    return render(request, template, context)
