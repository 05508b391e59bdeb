"""What people call each clock: in full beside a ticket, in a word in the queue. Pure."""

from tickets.facts import (
    ACKNOWLEDGE,
    MANAGER_RESPOND,
    METRIC_WORDS,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    RESOLVE,
    RESPOND,
    UPDATE,
    VENDOR_RESOLVE,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
)

_SHORT = {
    ACKNOWLEDGE: "Ack",
    RESPOND: "First reply",
    UPDATE: "Update",
    RESOLVE: "Resolve",
    OLA_ACKNOWLEDGE: "Ack",
    OLA_RESOLVE: "Hand over",
    MANAGER_RESPOND: "Manager",
}
_OF_VENDOR = {
    VENDOR_RESPOND: "{} answers",
    VENDOR_UPDATE: "{}'s next answer",
    VENDOR_RESOLVE: "{} resolves",
}


def clock_name(metric: str, *, vendor: str = "") -> str:
    """The whole name: "Next public update", and with the vendor's name "Microsoft's next answer"."""
    if vendor and metric in _OF_VENDOR:
        return _OF_VENDOR[metric].format(vendor)
    return METRIC_WORDS.get(metric, metric)


def short_name(metric: str, *, vendor: str = "") -> str:
    """As it stands before "14 min left": "Update", "Microsoft"."""
    if metric in _OF_VENDOR:
        return vendor or "Vendor"
    return _SHORT.get(metric, metric)
