"""How the API describes itself, at /api/schema/ and on its pages."""

DESCRIPTION = {
    "TITLE": "Escalation Portal",
    "DESCRIPTION": "Tickets that always say who must act next, why, and by when.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "TicketStatus": "tickets.status.STATUSES",
        "CaseStatus": "tickets.models.VendorCase.Status",
        "ClockState": "tickets.models.Clock.State",
        "DocumentKind": "documents.models.Document.Kind",
        "EventState": "tickets.bodies.EVENT_STATES",
        "Level": "sla.priorities.LEVELS",
    },
}
