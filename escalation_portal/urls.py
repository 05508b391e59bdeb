"""Every URL of the portal; the names are promises, templates and tests build on them."""

from django.urls import include, path, re_path

from accounts.admin import site
from escalation_portal import dev_mail, health, ops
from escalation_portal.find import find_anything
from escalation_portal.home import home
from escalation_portal.pieces import pieces

# Each of these names its own paths from the root.
PAGES = (
    "tickets.urls", "tickets.side.urls", "tickets.cases.urls", "tiers.urls", "tiers.people_urls",
    "tiers.on_call_urls", "vendors.editor_urls", "vendors.bulk_urls", "vendors.urls", "clients.urls",
    "clients.page_urls", "documents.guide.urls", "portal.urls", "reports.urls", "integrations.urls", "sla.urls",
    "documents.urls",
)  # fmt: skip

urlpatterns = [
    path("", home, name="home"),
    path("find/", find_anything, name="find"),
    path("", include("accounts.sign_in_urls")),
    path("admin/", site.urls),
    path("api/", include("escalation_portal.api_urls")),
    *(path("", include(pages)) for pages in PAGES),
    path("ops/", ops.ops, name="ops"),
    path("ops/messages/<int:pk>/retry/", ops.retry_message, name="retry-message"),
    path("ops/alarms/<int:pk>/clearance/", ops.clear, name="clear-alarm"),
    path("dev/pieces/", pieces, name="pieces"),
    path("dev/mail/", dev_mail.mails, name="dev-mails"),
    path("dev/mail/<str:id>/", dev_mail.mail, name="dev-mail"),
    path("dev/mail/<str:id>/answer/", dev_mail.answer, name="dev-mail-answer"),
    re_path(r"^healthz/?$", health.alive, name="alive"),
    re_path(r"^readyz/?$", health.ready, name="ready"),
    re_path(r"^healthz/escalations/?$", health.escalations, name="escalations"),
]
