"""Whether what we wrote to a vendor reached it, and whether that still matters for its case."""

from tickets.models import BallChange, CaseMessage, VendorCase

Kind = CaseMessage.Kind
# After these a letter before them decides nothing any more: the case was lodged anew, or the vendor has said something.
DECIDING = (Kind.LODGED, Kind.ANSWER, Kind.QUESTION, Kind.CLOSING)


def has_gone_on_since(case: VendorCase, letter: CaseMessage) -> bool:
    """Whether the case was lodged anew or by hand, its ball changed hands or the vendor spoke after this letter."""
    if CaseMessage.objects.filter(case=case, kind__in=DECIDING, seq__gt=letter.seq).exists():
        return True
    since = max(letter.at, case.lodged_at) if case.lodged_at else letter.at
    return BallChange.objects.filter(case=case, began_at__gt=since).exists()


def is_undelivered(case: VendorCase) -> bool:
    """Whether our latest letter came back or could not be sent, and the vendor has said nothing since.

    What a person gave the vendor by hand was delivered.
    """
    said = CaseMessage.objects.filter(case=case, kind__in=[*CaseMessage.FROM_US, *DECIDING])
    last = said.exclude(kind=Kind.REPLY, message=None).select_related("message").order_by("-seq").first()
    if last is None or last.message is None:
        return False
    back = CaseMessage.objects.filter(case=case, kind=Kind.BOUNCE, seq__gt=last.seq, to__iexact=last.to)
    return last.message.state == "DEAD" or back.exists()
