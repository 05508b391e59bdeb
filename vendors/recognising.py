"""Which service an error code belongs to, where nobody has said which one a ticket is about."""

from vendors.engagement import automatic
from vendors.models import Service


def service_of_code(code: str) -> Service | None:
    """The one service that is still offered and is engaged by itself for this code; None for none, or for several."""
    if not code:
        return None
    rows = Service.objects.offered().filter(engage_when__contains=[{"automatic": True}]).select_related("vendor")
    found = [service for service in rows if code.lower() in _codes(service)]
    return found[0] if len(found) == 1 else None


def _codes(service: Service) -> set[str]:
    named = [condition.get("error_codes") or () for condition in automatic(service.engage_when)]
    return {code.lower() for codes in named for code in codes}
