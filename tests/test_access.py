"""Every URL, as every role: what is not in the table fails the test, so nothing can be added without saying who may.

To add a page: one line in PAGES, with an example URL and one of the profiles below. `{…}` stands for a real row.
"""

import re
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import URLResolver, get_resolver

from accounts import roles
from accounts.clock import database_now
from accounts.models import ApiKey, User
from clients.access import give_role
from clients.models import Contact
from clients.share_links import make_link
from documents.attachments import attach
from outbox.models import Alarm, Message
from papers import opened, paper
from tickets import lifecycle
from tickets.intake import NewTicket, open_ticket
from tickets.models import Clock, Notification, ReplyTemplate
from vendors.editing import save

READERS = (
    "anonymous", "technician", "manager", "account manager", "administrator", "decision maker", "client user",
    "another client's decision maker",
)  # fmt: skip

# Status by reader, in the order of READERS.
EVERYBODY = (200,) * 8
NOBODY = (404,) * 8
SIGNED_IN_GO_HOME = (200, 302, 302, 302, 302, 302, 302, 302)
TO_ONES_START = (302,) * 8
SIGNED_IN = (302, *(200,) * 7)
SIGNED_IN_ACT = AFTER_CONFIRMING = (302,) * 8
NONE_TO_REMOVE = (302, *(404,) * 7)
ONLY_BY_POST = (405,) * 8
STAFF = (302, 200, 200, 200, 200, 403, 403, 403)
DESK = (302, 200, 200, 403, 200, 403, 403, 403)
MANAGERS = (302, 403, 200, 403, 200, 403, 403, 403)
ANSWERABLE = (302, 403, 200, 200, 200, 403, 403, 403)
ADMINISTRATORS = (302, 403, 403, 403, 200, 403, 403, 403)
# Let in, and told that what was asked for is incomplete (422) or cannot be done (409).
ADMINISTRATORS_REFUSED = (302, 403, 403, 403, 422, 403, 403, 403)
ADMINISTRATORS_TOLD = (302, 403, 403, 403, 409, 403, 403, 403)
ANSWERABLE_REFUSED = (302, 403, 422, 422, 422, 403, 403, 403)
ANSWERABLE_TOLD = (302, 403, 409, 409, 409, 403, 403, 403)
MANAGERS_TOLD = (302, 403, 409, 403, 409, 403, 403, 403)
MANAGERS_REFUSED = (302, 403, 422, 403, 422, 403, 403, 403)
MANAGERS_ACT = (302, 403, 302, 403, 302, 403, 403, 403)
MANAGERS_SENT_ON = (302, 403, 303, 403, 303, 403, 403, 403)
MANAGERS_LOOK_UP = (302, 403, 404, 403, 404, 403, 403, 403)
KEEPERS = (302, 403, 200, 200, 200, 403, 403, 403)
KEEPERS_ACT = (302, 403, 302, 302, 302, 403, 403, 403)
# Nobody hands over in a team without a rotation, so its people are asked until when.
OWN_TEAM_REFUSES = (302, 422, 422, 403, 422, 403, 403, 403)
DESK_LOOKS_UP = (302, 404, 404, 403, 404, 403, 403, 403)
STAFF_LOOK_UP = (302, 404, 404, 404, 404, 403, 403, 403)
STAFF_ACT = (302, 303, 303, 303, 303, 403, 403, 403)
STAFF_MUST_SAY_MORE = (302, 422, 422, 422, 422, 403, 403, 403)
# Who comes later to a ticket is told of those who are there.
STAFF_SEE_EACH_OTHER = (302, 204, 200, 200, 200, 403, 403, 403)
DESK_ACT = (302, 303, 303, 403, 303, 403, 403, 403)
DESK_IS_REFUSED = (302, 422, 422, 403, 422, 403, 403, 403)
DESK_IS_TOLD = (302, 409, 409, 403, 409, 403, 403, 403)
DESK_IN_TURN = (302, 303, 409, 403, 409, 403, 403, 403)  # the first does it, the others are told
DESK_MUST_SAY_MORE = (302, 422, 422, 403, 422, 403, 403, 403)
STAFF_DO = (302, 302, 302, 302, 302, 403, 403, 403)
OPENED_BY_WHO_WAS_TOLD = (302, 302, 404, 404, 404, 403, 403, 403)
ONE_MANAGER_ACTS = (302, 403, 303, 403, 404, 403, 403, 403)
OWN_PAGES = (302, 200, 200, 302, 200, 302, 302, 302)
OWN_CLIENT = (302, 200, 200, 200, 200, 200, 200, 404)
OTHERS_TICKET = (302, 200, 200, 200, 200, 200, 404, 404)


@dataclass(frozen=True)
class Page:
    """An example URL, what each reader gets, and by which method."""

    url: str
    expected: tuple[int, ...]
    method: str = "get"


PAGES = {
    "": Page("/", TO_ONES_START),
    "sign-in/": Page("/sign-in/", SIGNED_IN_GO_HOME),
    "sign-in/code/": Page("/sign-in/code/", TO_ONES_START),
    "sign-in/passkey/": Page("/sign-in/passkey/", TO_ONES_START),
    "sign-in/with/<slug:provider_id>/": Page("/sign-in/with/nobody/", NOBODY),
    "sign-in/with/<slug:provider_id>/return/": Page("/sign-in/with/nobody/return/", NOBODY),
    "sign-in/forgotten/": Page("/sign-in/forgotten/", EVERYBODY),
    "sign-in/forgotten/<uidb64>/<token>/": Page("/sign-in/forgotten/MQ/guessed/", EVERYBODY),
    "sign-out/": Page("/sign-out/", ONLY_BY_POST),
    "account/": Page("/account/", SIGNED_IN),
    "account/password/": Page("/account/password/", SIGNED_IN),
    "account/codes/": Page("/account/codes/", AFTER_CONFIRMING),
    "account/codes/removal/": Page("/account/codes/removal/", NONE_TO_REMOVE),
    "account/recovery-codes/": Page("/account/recovery-codes/", NONE_TO_REMOVE),
    "account/recovery-codes/new/": Page("/account/recovery-codes/new/", AFTER_CONFIRMING),
    "account/passkeys/": Page("/account/passkeys/", SIGNED_IN),
    "account/passkeys/new/": Page("/account/passkeys/new/", AFTER_CONFIRMING),
    "account/passkeys/<int:pk>/": Page("/account/passkeys/1/", AFTER_CONFIRMING),
    "account/passkeys/<int:pk>/removal/": Page("/account/passkeys/1/removal/", AFTER_CONFIRMING),
    "account/sessions/": Page("/account/sessions/", SIGNED_IN),
    "account/sessions/others/ending/": Page("/account/sessions/others/ending/", SIGNED_IN_ACT, "post"),
    "account/sessions/<int:pk>/ending/": Page("/account/sessions/1/ending/", SIGNED_IN_ACT, "post"),
    "account/confirm/": Page("/account/confirm/", SIGNED_IN),
    "account/confirm/code/": Page("/account/confirm/code/", TO_ONES_START),
    "account/confirm/passkey/": Page("/account/confirm/passkey/", TO_ONES_START),
    "account/desk/": Page("/account/desk/", STAFF),
    "notifications/": Page("/notifications/", STAFF),
    "notifications/reading/": Page("/notifications/reading/", STAFF_DO, "post"),
    "notifications/<int:pk>/": Page("/notifications/{told}/", OPENED_BY_WHO_WAS_TOLD),
    "find/": Page("/find/?q=acme", STAFF),
    "tickets/": Page("/tickets/", STAFF),
    "tickets/changes/": Page("/tickets/changes/?version=0", STAFF),
    "tickets/left/": Page("/tickets/left/?key={ticket}", STAFF),
    "tickets/next/": Page("/tickets/next/?after={ticket}", STAFF_ACT),
    "tickets/bulk/": Page("/tickets/bulk/", STAFF_MUST_SAY_MORE, "post"),
    "tickets/views/": Page("/tickets/views/", STAFF),
    "tickets/views/counts/": Page("/tickets/views/counts/?key={ticket}", STAFF),
    "tickets/views/new/": Page("/tickets/views/new/", STAFF),
    "tickets/views/<int:pk>/": Page("/tickets/views/1/", STAFF_LOOK_UP),
    "tickets/views/<int:pk>/removal/": Page("/tickets/views/1/removal/", STAFF_LOOK_UP, "post"),
    "tickets/views/<int:pk>/pin/": Page("/tickets/views/1/pin/", STAFF_LOOK_UP, "post"),
    "tickets/views/<int:pk>/unpin/": Page("/tickets/views/1/unpin/", STAFF_LOOK_UP, "post"),
    "radar/": Page("/radar/", STAFF),
    "shift/": Page("/shift/", STAFF),
    "shift/hand-over/": Page("/shift/hand-over/", STAFF),
    "shift/hand-over/<int:pk>/reading/": Page("/shift/hand-over/1/reading/", STAFF_LOOK_UP, "post"),
    "shift/hand-overs/<slug:slug>/": Page("/shift/hand-overs/no-team/", STAFF_LOOK_UP),
    "tickets/<str:key>/radar/": Page("/tickets/{ticket}/radar/", DESK),
    "tickets/new/": Page("/tickets/new/", DESK),
    "tickets/undo/": Page("/tickets/undo/", STAFF_ACT, "post"),
    "tickets/<str:key>/": Page("/tickets/{ticket}/", STAFF),
    "tickets/<str:key>/presence/": Page("/tickets/{ticket}/presence/", STAFF_SEE_EACH_OTHER, "post"),
    "tickets/<str:key>/draft/": Page("/tickets/{ticket}/draft/", DESK_ACT, "post"),
    "tickets/<str:key>/cases/<int:pk>/": Page("/tickets/{cased}/cases/{case}/", STAFF),
    "tickets/<str:key>/cases/<int:pk>/reveal/": Page("/tickets/{cased}/cases/{case}/reveal/", DESK_IS_REFUSED, "post"),
    "tickets/<str:key>/cases/<int:pk>/answers/": Page("/tickets/{cased}/cases/{case}/answers/", DESK_IN_TURN, "post"),
    "tickets/<str:key>/cases/<int:pk>/lodged/": Page("/tickets/{cased}/cases/{case}/lodged/", DESK_IS_TOLD, "post"),
    "tickets/<str:key>/cases/<int:pk>/number/": Page("/tickets/{cased}/cases/{case}/number/", DESK_IS_TOLD, "post"),
    "tickets/<str:key>/cases/<int:pk>/reply/": Page("/tickets/{cased}/cases/{case}/reply/", DESK_IS_REFUSED, "post"),
    "tickets/<str:key>/cases/<int:pk>/by-hand/": Page(
        "/tickets/{cased}/cases/{case}/by-hand/", DESK_IS_REFUSED, "post"
    ),
    "tickets/<str:key>/cases/<int:pk>/refusal/": Page(
        "/tickets/{cased}/cases/{case}/refusal/", DESK_IS_REFUSED, "post"
    ),
    "tickets/<str:key>/cases/<int:pk>/confirmation/": Page(
        "/tickets/{cased}/cases/{case}/confirmation/", DESK_IS_TOLD, "post"
    ),
    "tickets/<str:key>/cases/<int:pk>/override/": Page(
        "/tickets/{cased}/cases/{case}/override/", DESK_IS_REFUSED, "post"
    ),
    "tickets/<str:key>/cases/<int:pk>/next-contact/": Page(
        "/tickets/{cased}/cases/{case}/next-contact/", DESK_IS_TOLD, "post"
    ),
    "tickets/<str:key>/cases/<int:pk>/hand-over/": Page(
        "/tickets/{cased}/cases/{case}/hand-over/", DESK_IS_TOLD, "post"
    ),
    "tickets/<str:key>/cases/<int:pk>/task/": Page("/tickets/{cased}/cases/{case}/task/", DESK_IS_REFUSED, "post"),
    "tickets/<str:key>/case-answers/": Page("/tickets/{ticket}/case-answers/", DESK),
    "tickets/<str:key>/acknowledgement/": Page("/tickets/{ticket}/acknowledgement/", DESK),
    "tickets/<str:key>/assignment/": Page("/tickets/{ticket}/assignment/", DESK),
    "tickets/<str:key>/escalation/": Page("/tickets/{ticket}/escalation/", DESK),
    "tickets/<str:key>/replies/": Page("/tickets/{ticket}/replies/", DESK),
    "tickets/<str:key>/reopening/": Page("/tickets/{ticket}/reopening/", DESK),
    "tickets/<str:key>/resolution/": Page("/tickets/{ticket}/resolution/", DESK),
    "tickets/<str:key>/resumption/": Page("/tickets/{ticket}/resumption/", DESK),
    "tickets/<str:key>/vendor-cases/": Page("/tickets/{ticket}/vendor-cases/", DESK),
    "tickets/<str:key>/snooze/": Page("/tickets/{ticket}/snooze/", STAFF),
    "tickets/<str:key>/wake/": Page("/tickets/{ticket}/wake/", STAFF_ACT, "post"),
    "tickets/<str:key>/wait/": Page("/tickets/{ticket}/wait/", DESK),
    "tickets/<str:key>/change/": Page("/tickets/{ticket}/change/", DESK),
    "tickets/<str:key>/merge/": Page("/tickets/{ticket}/merge/", DESK),
    "tickets/<str:key>/files/<int:pk>/": Page("/tickets/{ticket}/files/{ticket_file}/", STAFF),
    "tickets/<str:key>/links/": Page("/tickets/{ticket}/links/", DESK),
    "tickets/<str:key>/links/<int:pk>/removal/": Page("/tickets/{ticket}/links/999999/removal/", DESK_LOOKS_UP, "post"),
    "tickets/<str:key>/split/": Page("/tickets/{ticket}/split/", DESK),
    "tickets/<str:key>/side/new/": Page("/tickets/{ticket}/side/new/", DESK),
    "tickets/<str:key>/side/<int:pk>/": Page("/tickets/{ticket}/side/999999/", STAFF_LOOK_UP),
    "tickets/<str:key>/side/<int:pk>/closing/": Page("/tickets/{ticket}/side/999999/closing/", DESK_LOOKS_UP, "post"),
    "tickets/<str:key>/side/<int:pk>/reopening/": Page(
        "/tickets/{ticket}/side/999999/reopening/", DESK_LOOKS_UP, "post"
    ),
    "tickets/<str:key>/side/<int:pk>/messages/<int:seq>/sending/": Page(
        "/tickets/{ticket}/side/999999/messages/1/sending/", DESK_LOOKS_UP, "post"
    ),
    "reply-templates/": Page("/reply-templates/", STAFF),
    "reply-templates/new/": Page("/reply-templates/new/", DESK),
    "reply-templates/<int:pk>/": Page("/reply-templates/{reply_template}/", MANAGERS),
    "reply-templates/<int:pk>/removal/": Page("/reply-templates/{reply_template}/removal/", ONE_MANAGER_ACTS, "post"),
    "calls/": Page("/calls/", ANSWERABLE),
    "calls/<str:key>/answer/": Page("/calls/{ticket}/answer/", MANAGERS),
    "calls/mails/": Page("/calls/mails/", MANAGERS),
    "calls/mails/<int:pk>/": Page("/calls/mails/999999/", MANAGERS_LOOK_UP),
    "calls/mails/<int:pk>/case/": Page("/calls/mails/999999/case/", MANAGERS_LOOK_UP, "post"),
    "calls/mails/<int:pk>/looked-at/": Page("/calls/mails/999999/looked-at/", MANAGERS_LOOK_UP, "post"),
    "tickets/<str:key>/manager-calls/": Page("/tickets/{ticket}/manager-calls/", STAFF),
    "policies/": Page("/policies/", STAFF),
    "policies/<slug:slug>/": Page("/policies/standard/", STAFF),
    "policies/new/": Page("/policies/new/", MANAGERS),
    "policies/<slug:slug>/draft/": Page("/policies/standard/draft/", MANAGERS),
    "policies/<slug:slug>/draft/trial/": Page("/policies/standard/draft/trial/", MANAGERS),
    "policies/<slug:slug>/draft/trial/<str:key>/": Page("/policies/standard/draft/trial/{ticket}/", MANAGERS),
    "policies/<slug:slug>/draft/review/": Page("/policies/standard/draft/review/", MANAGERS_SENT_ON),
    "policies/<slug:slug>/draft/discard/": Page("/policies/standard/draft/discard/", MANAGERS_SENT_ON),
    "policies/<slug:slug>/restoration/": Page("/policies/standard/restoration/", MANAGERS_LOOK_UP, "post"),
    "policies/<slug:slug>/draft/replay/": Page("/policies/standard/draft/replay/", MANAGERS),
    "vendors/": Page("/vendors/", STAFF),
    "vendors/import/": Page("/vendors/import/", MANAGERS),
    "vendors/import-template.csv": Page("/vendors/import-template.csv", MANAGERS),
    "vendors/export.csv": Page("/vendors/export.csv", STAFF),
    "vendors/packs/": Page("/vendors/packs/", MANAGERS),
    "vendors/packs/own/": Page("/vendors/packs/own/", MANAGERS_REFUSED, "post"),
    "vendors/packs/<slug:slug>.yaml": Page("/vendors/packs/microsoft-365.yaml", MANAGERS),
    "vendors/packs/<slug:slug>/": Page("/vendors/packs/microsoft-365/", MANAGERS),
    "vendors/new/": Page("/vendors/new/", MANAGERS),
    "vendors/<slug:slug>/edit/": Page("/vendors/microsoft/edit/", MANAGERS),
    "vendors/<slug:slug>/history/": Page("/vendors/microsoft/history/", STAFF),
    "vendors/<slug:slug>/history/<int:pk>/": Page("/vendors/microsoft/history/{edit}/", STAFF),
    "vendors/<slug:slug>/removal/": Page("/vendors/microsoft/removal/", MANAGERS),
    "vendors/<slug:slug>/comeback/": Page("/vendors/microsoft/comeback/", MANAGERS_SENT_ON, "post"),
    "vendors/<slug:slug>/services/new/": Page("/vendors/microsoft/services/new/", MANAGERS),
    "vendors/<slug:slug>/services/<slug:service>/removal/": Page(
        "/vendors/microsoft/services/microsoft-365/removal/", MANAGERS
    ),
    "vendors/<slug:slug>/services/<slug:service>/comeback/": Page(
        "/vendors/microsoft/services/microsoft-365/comeback/", MANAGERS_SENT_ON, "post"
    ),
    "vendors/<slug:slug>/services/<slug:service>/confirmation/": Page(
        "/vendors/microsoft/services/microsoft-365/confirmation/", MANAGERS_SENT_ON, "post"
    ),
    "vendors/<slug:slug>/services/<slug:service>/accounts/new/": Page(
        "/vendors/microsoft/services/microsoft-365/accounts/new/", MANAGERS
    ),
    "vendors/<slug:slug>/services/<slug:service>/<slug:part>/": Page(
        "/vendors/microsoft/services/microsoft-365/contacts/", MANAGERS
    ),
    "vendors/<slug:slug>/accounts/<int:pk>/": Page("/vendors/microsoft/accounts/0/", MANAGERS_LOOK_UP),
    "vendors/<slug:slug>/accounts/<int:pk>/removal/": Page("/vendors/microsoft/accounts/0/removal/", MANAGERS_LOOK_UP),
    "vendors/<slug:slug>/": Page("/vendors/microsoft/", STAFF),
    "vendors/verification/": Page("/vendors/verification/", STAFF),
    "vendors/verification/confirmations/": Page("/vendors/verification/confirmations/", STAFF_DO, "post"),
    "vendors/verification/<int:pk>/": Page("/vendors/verification/{point}/", STAFF),
    "vendors/verification/<int:pk>/correction/": Page("/vendors/verification/{point}/correction/", MANAGERS),
    "vendors/verification/<int:pk>/fault/": Page("/vendors/verification/{point}/fault/", MANAGERS),
    "confirmations/<str:token>/": Page("/confirmations/a-guess/", NOBODY),
    "clients/": Page("/clients/", STAFF),
    "clients/<slug:slug>/": Page("/clients/acme/", STAFF),
    "clients/<slug:slug>/access/": Page("/clients/acme/access/", ANSWERABLE),
    "clients/<slug:slug>/access/new/": Page("/clients/acme/access/new/", ANSWERABLE),
    "clients/<slug:slug>/access/teams/": Page("/clients/acme/access/teams/", ANSWERABLE_REFUSED, "post"),
    "clients/<slug:slug>/access/account-managers/": Page(
        "/clients/acme/access/account-managers/", ANSWERABLE_REFUSED, "post"
    ),
    "clients/<slug:slug>/access/people/<int:pk>/role/": Page(
        "/clients/acme/access/people/{person}/role/", ANSWERABLE_REFUSED, "post"
    ),
    "clients/<slug:slug>/access/people/<int:pk>/removal/": Page(
        "/clients/acme/access/people/{person}/removal/", MANAGERS_TOLD, "post"
    ),
    "clients/<slug:slug>/access/people/<int:pk>/invitation/": Page(
        "/clients/acme/access/people/{person}/invitation/", ANSWERABLE_TOLD, "post"
    ),
    "clients/<slug:slug>/access/people/<int:pk>/revocation/": Page(
        "/clients/acme/access/people/{person}/revocation/", ANSWERABLE_TOLD, "post"
    ),
    "people/": Page("/people/", MANAGERS),
    "people/new/": Page("/people/new/", ADMINISTRATORS),
    "people/<int:pk>/": Page("/people/{person}/", MANAGERS),
    "people/<int:pk>/role/": Page("/people/{person}/role/", ADMINISTRATORS_REFUSED, "post"),
    "people/<int:pk>/departure/": Page("/people/{person}/departure/", ADMINISTRATORS),
    "people/<int:pk>/comeback/": Page("/people/{person}/comeback/", ADMINISTRATORS_TOLD, "post"),
    "people/<int:pk>/invitation/": Page("/people/{person}/invitation/", ADMINISTRATORS_TOLD, "post"),
    "people/<int:pk>/revocation/": Page("/people/{person}/revocation/", ADMINISTRATORS_TOLD, "post"),
    "invitations/<str:token>/": Page("/invitations/never-given/", NOBODY),
    "keys/": Page("/keys/", ADMINISTRATORS),
    "keys/new/": Page("/keys/new/", ADMINISTRATORS),
    "keys/<int:pk>/rotation/": Page("/keys/{key}/rotation/", ADMINISTRATORS_TOLD, "post"),
    "keys/<int:pk>/revocation/": Page("/keys/{key}/revocation/", ADMINISTRATORS_TOLD, "post"),
    "clients/<slug:slug>/promises/": Page("/clients/acme/promises/", MANAGERS),
    "teams/": Page("/teams/", STAFF),
    "teams/<slug:slug>/": Page("/teams/l1-team/", STAFF),
    "teams/<slug:slug>/edit/": Page("/teams/l1-team/edit/", MANAGERS),
    "teams/<slug:slug>/overrides/": Page("/teams/l1-team/overrides/", OWN_TEAM_REFUSES, "post"),
    "teams/<slug:slug>/overrides/<int:pk>/end/": Page("/teams/l1-team/overrides/1/end/", STAFF_LOOK_UP, "post"),
    "feeds/": Page("/feeds/", STAFF, "post"),
    "feeds/<int:pk>/revocation/": Page("/feeds/1/revocation/", STAFF_LOOK_UP, "post"),
    "feeds/on-call/<path:secret>": Page("/feeds/on-call/guessed.ics", NOBODY),
    "calendars/": Page("/calendars/", STAFF),
    "calendars/new/": Page("/calendars/new/", MANAGERS),
    "calendars/<slug:slug>/": Page("/calendars/office/", STAFF),
    "calendars/<slug:slug>/edit/": Page("/calendars/office/edit/", MANAGERS),
    "agreements/": Page("/agreements/", STAFF),
    "agreements/new/": Page("/agreements/new/", MANAGERS),
    "agreements/<slug:slug>/": Page("/agreements/gold/", STAFF),
    "agreements/<slug:slug>/edit/": Page("/agreements/gold/edit/", MANAGERS),
    "documents/": Page("/documents/", STAFF),
    "documents/new/": Page("/documents/new/", DESK),
    "documents/<slug:slug>/": Page("/documents/agreed/", STAFF),
    "documents/<slug:slug>/edit/": Page("/documents/runbook/edit/", DESK),
    "documents/<slug:slug>/versions/<int:number>/": Page("/documents/agreed/versions/1/", DESK),
    "documents/<slug:slug>/audience/": Page("/documents/agreed/audience/", MANAGERS),
    "documents/<slug:slug>/readers/": Page("/documents/agreed/readers/", MANAGERS),
    "documents/<slug:slug>/receipt/": Page("/documents/agreed/receipt/", STAFF_ACT, "post"),
    "documents/<slug:slug>/attachments/": Page("/documents/runbook/attachments/", DESK_MUST_SAY_MORE, "post"),
    "documents/<slug:slug>/attachments/<int:pk>/": Page("/documents/agreed/attachments/{file}/", STAFF),
    "documents/<slug:slug>/attachments/<int:pk>/removal/": Page(
        "/documents/agreed/attachments/{file}/removal/", ONE_MANAGER_ACTS, "post"
    ),
    "portal/<slug:slug>/documents/": Page("/portal/acme/documents/", OWN_CLIENT),
    "portal/<slug:slug>/documents/<slug:document>/": Page("/portal/acme/documents/agreed/", OTHERS_TICKET),
    "portal/<slug:slug>/documents/<slug:document>/attachments/<int:pk>/": Page(
        "/portal/acme/documents/agreed/attachments/{file}/", OTHERS_TICKET
    ),
    "portal/": Page("/portal/", OWN_PAGES),
    "portal/<slug:slug>/": Page("/portal/acme/", OWN_CLIENT),
    "portal/<slug:slug>/page.pdf": Page("/portal/acme/page.pdf", OWN_CLIENT),
    "share/<str:token>/": Page("/share/a-guess/", NOBODY),
    "clients/<slug:slug>/page/": Page("/clients/acme/page/", KEEPERS),
    "clients/<slug:slug>/share-links/": Page("/clients/acme/share-links/", KEEPERS),
    "clients/<slug:slug>/share-links/<int:pk>/revocation/": Page(
        "/clients/acme/share-links/{share_link}/revocation/", KEEPERS_ACT, "post"
    ),
    "portal/<slug:slug>/tickets/<str:key>/": Page("/portal/acme/tickets/{ticket}/", OWN_CLIENT),
    "portal/<slug:slug>/tickets/<str:key>/files/<int:pk>/": Page(
        "/portal/acme/tickets/{ticket}/files/{ticket_file}/", OWN_CLIENT
    ),
    "reports/": Page("/reports/", ANSWERABLE),
    "reports/vendors/": Page("/reports/vendors/", ANSWERABLE),
    "reports/vendors/scorecards.csv": Page("/reports/vendors/scorecards.csv", ANSWERABLE),
    "reports/vendors/<slug:slug>/": Page("/reports/vendors/microsoft/", ANSWERABLE),
    "reports/vendors/<slug:slug>/scorecard.csv": Page("/reports/vendors/microsoft/scorecard.csv", ANSWERABLE),
    "reports/vendors/<slug:slug>/scorecard.pdf": Page("/reports/vendors/microsoft/scorecard.pdf", ANSWERABLE),
    "ops/": Page("/ops/", MANAGERS),
    "ops/messages/<int:pk>/retry/": Page("/ops/messages/{message}/retry/", MANAGERS_ACT, "post"),
    "ops/alarms/<int:pk>/clearance/": Page("/ops/alarms/{alarm}/clearance/", MANAGERS_ACT, "post"),
    "dev/pieces/": Page("/dev/pieces/", NOBODY),
    "dev/mail/": Page("/dev/mail/", NOBODY),
    "dev/mail/<str:id>/": Page("/dev/mail/1-1/", NOBODY),
    "dev/mail/<str:id>/answer/": Page("/dev/mail/1-1/answer/", NOBODY, "post"),
    "healthz/?": Page("/healthz", EVERYBODY),
    "healthz/escalations/?": Page("/healthz/escalations", EVERYBODY),
    "api/schema/": Page("/api/schema/", EVERYBODY),
    "api/docs/": Page("/api/docs/", EVERYBODY),
}
# These ask for a key or a token of their own, on every request: whoever has none gets 401, however signed in.
OWN_AUTHENTICATION = ("api/v1/", "hooks/")
# Answered like a page that does not exist, or as the servers behind it are; tested where they belong.
ELSEWHERE = ("api/", "readyz/?")
ADMIN = "admin/"
TO_THE_DOOR = [(302, "/admin/login/"), (302, "/sign-in/"), (302, "/admin/")]


def routes(resolver: URLResolver, before: str = "") -> list[str]:
    """Every route of the site, with the marks of regular expressions taken away."""
    found = []
    for pattern in resolver.url_patterns:
        route = before + re.sub(r"^\^|\$$", "", str(pattern.pattern))
        found += routes(pattern, route) if isinstance(pattern, URLResolver) else [route]
    return found


ALL = sorted(set(routes(get_resolver())))


@pytest.fixture
def people(world):
    """One user for each reader; who is of a client belongs to Acme, but for the last."""
    other = world.client("Other")
    users = {
        "anonymous": None,
        "technician": world.l1,
        "manager": world.manager,
        "account manager": User.objects.create_user("am@msp.example", "a good password", name="Amy"),
        "administrator": world.person("admin@msp.example", roles.ADMINISTRATOR),
        "decision maker": world.reader(world.acme),
        "client user": world.reader(world.acme, roles.CLIENT_USER),
        "another client's decision maker": world.reader(other),
    }
    give_role(users["account manager"], roles.ACCOUNT_MANAGER, world.acme)
    return users


@pytest.fixture
def rows(world, people):
    """What the `{…}` of the table stand for: the ticket is the client user's own."""
    now = database_now()
    contact = Contact.objects.create(
        client=world.acme, name="Uma", email="uma@acme.example", user=people["client user"]
    )  # fmt: skip
    ticket = world.open(contact=contact)
    enclosed = SimpleUploadedFile("plan.txt", b"a plan")
    world.do(lifecycle.reply, ticket, text="Here is the plan", public=True, files=[enclosed])
    cased = incomplete_case(world)
    Clock.objects.update(due_at=None, running_since=None, stopped_at=now)
    paper(world, "Runbook")
    agreed = opened(world, world.acme, "Agreed")
    file = attach(document=agreed, file=SimpleUploadedFile("a.txt", b"a"), by=world.manager, now=now)
    message = Message.objects.create(key="k", kind="MAIL", payload={}, state="DEAD", not_before=now, created_at=now)
    alarm = Alarm.objects.create(key="a", text="Look here", raised_at=now, seen_at=now)
    key = ApiKey.objects.create(
        user=world.l1, name="K", prefix="ep_k", digest="d", scopes=[], created_at=now, revoked_at=now
    )  # fmt: skip
    person = people["client user"].pk
    link, _ = make_link(client=world.acme, label="Board", days=1, by=world.manager, now=now)
    return {
        "point": world.m365.contact_points.get().pk, **cased, "edit": edited(world),
        "file": file.pk, "ticket_file": ticket.files.get().pk,
        "reply_template": ReplyTemplate.objects.create(name="Words", use="NOTE", text="Words").pk,
        "ticket": ticket.key, "message": message.pk, "alarm": alarm.pk, "person": person, "key": key.pk,
        "share_link": link.pk, "told": Notification.objects.filter(user=world.l1).earliest("pk").pk,
    }  # fmt: skip


def edited(world) -> int:
    """An edit of the vendor in its history."""
    form = {"name": "Microsoft", "website": "https://microsoft.example"}
    vendor = save(world.m365.vendor, form, note="", by=world.manager, now=world.now)
    return vendor.edits.get().pk


def incomplete_case(world) -> dict[str, str | int]:
    """A case that nobody can lodge yet, on a ticket of its own."""
    facts, world.account.facts = world.account.facts, {}
    world.account.save()
    ticket = world.open("Cased")
    case = world.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    world.account.facts = facts
    world.account.save()
    return {"cased": ticket.key, "case": case.pk}


def browser_of(user: User | None) -> Browser:
    browser = Browser(raise_request_exception=False)
    if user:
        browser.force_login(user)
    return browser


def statuses(page: Page, people, url: str) -> tuple[int, ...]:
    return tuple(getattr(browser_of(people[reader]), page.method)(url).status_code for reader in READERS)


@pytest.mark.parametrize("route", [r for r in ALL if not r.startswith((*OWN_AUTHENTICATION, ADMIN))])
def test_each_role_gets_what_the_table_says(route, people, rows, settings):
    if route in ELSEWHERE:
        return
    settings.LOCAL_MODE = False
    assert route in PAGES, f"“{route}” is in no table: say who may read it in PAGES."
    page = PAGES[route]
    assert dict(zip(READERS, statuses(page, people, page.url.format(**rows)), strict=True)) == dict(
        zip(READERS, page.expected, strict=True)
    )


def test_the_table_lists_no_page_that_is_gone():
    assert set(PAGES) - set(ALL) == set()


@pytest.mark.parametrize("route", [r for r in ALL if r.startswith(OWN_AUTHENTICATION)])
def test_a_program_without_a_key_gets_401_even_in_a_signed_in_browser(route, people, rows):
    url = "/" + re.sub(r"\(\?P<key>.*?\)(?=/)", rows["ticket"], route)
    url = re.sub(r"\(\?P<case>.*?\)(?=/)|<\w+:\w+>", "1", url)
    for reader in ("anonymous", "administrator"):
        browser = browser_of(people[reader])
        answers = {browser.generic(method, url).status_code for method in ("GET", "POST", "PUT")}
        assert answers | {405} == {401, 405}, (reader, url)


@pytest.mark.parametrize("route", [r for r in ALL if r.startswith(ADMIN)])
def test_the_admin_pages_open_for_administrators_only(route, people):
    user = people["technician"].pk
    url = "/" + re.sub(r"<[\w:]+>|\(\?P<url>\.\*\)", str(user), route).replace("(?P<app_label>accounts)", "accounts")
    for reader in READERS:
        answer = browser_of(people[reader]).get(url)
        if reader == "administrator":
            assert answer.status_code < 500, url
        elif "/login/" in url and reader != "anonymous":
            assert answer.status_code == 403
        else:
            assert (answer.status_code, answer.url.partition("?")[0]) in TO_THE_DOOR, (reader, url)


FOREIGN = {
    "/tickets/{}/": "account manager",
    "/tickets/{}/escalation/": "account manager",
    "/tickets/{}/manager-calls/": "account manager",
    "/portal/other/tickets/{}/": "decision maker",
    "/portal/acme/tickets/{}/": "decision maker",
}


@pytest.mark.parametrize("url", FOREIGN)
def test_a_foreign_ticket_is_answered_like_one_that_never_was(url, world, people):
    other = world.client("Stranger")
    foreign = open_ticket(client=other, wanted=NewTicket(title="Theirs"), by=None, now=world.now)
    browser = browser_of(people[FOREIGN[url]])
    theirs, missing = browser.get(url.format(foreign.key)), browser.get(url.format("ESC-999999"))
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert theirs.content == missing.content


def test_a_client_user_reads_own_tickets_and_no_colleague_s(world, people, rows):
    colleagues = world.open("Somebody else's")
    page = PAGES["portal/<slug:slug>/tickets/<str:key>/"]
    assert statuses(page, people, f"/portal/acme/tickets/{colleagues.key}/") == OTHERS_TICKET
