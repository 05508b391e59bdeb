"""The sheet of a vendor: how it is reached, when, with what, and what it promised. Pure."""

from documents.generated.facts import (
    RESOLVE,
    RESPOND,
    UPDATE,
    Condition,
    Contact,
    Datum,
    Level,
    Promised,
    Service,
    Vendor,
)
from documents.generated.kept import all_of
from documents.generated.ladders import day_of, waits
from documents.generated.marks import facts, items, paragraphs, plain, section, table, verbatim, whole
from documents.guide.plain_words import hours

METRICS = {RESPOND: "First answer within", UPDATE: "An update at least every", RESOLVE: "Solved within"}


def vendor_sheet(vendor: Vendor) -> str:
    """The whole document."""
    return whole(
        facts([("Website", plain(vendor.website))]),
        section("How this vendor wants to be engaged", paragraphs(vendor.protocol) or "*Not written down yet.*"),
        *(_service(service) for service in vendor.services),
        "" if vendor.services else "No service of this vendor is in the directory.",
    )


def _service(service: Service) -> str:
    return section(
        plain(service.name),
        facts([("Support plan", plain(service.plan)), ("Clients", all_of(service.clients, service.kept))]),
        section("How to reach it", _contacts(service), level=2),
        section("What it promised", *_commitment(service), level=2),
        section("When to engage it", _conditions(service), level=2),
        section("What it needs to know", _required(service), level=2),
        section("What we write", *_template(service), level=2),
    )


def _contacts(service: Service) -> str:
    headings = ("By", "Where", "Hours", "Language", "Verified", "Owner")
    return (
        table(headings, map(_contact, service.contacts)) or "No contact point is written down: nobody can be reached."
    )


def _contact(point: Contact) -> list[str]:
    said = [plain(words) for words in (point.kind.capitalize(), point.value, point.hours, point.language)]
    return [*said, _verified(point), plain(point.owner) or "nobody"]


def _verified(point: Contact) -> str:
    """When somebody saw that it holds, and how often that is to be seen; or that it does not."""
    if point.bad:
        return f"**does not hold** {plain(point.bad)}"
    often = "every day" if point.interval_days == 1 else f"every {point.interval_days} days"
    return f"{day_of(point.verified_on) or 'never'}, {often}"


def _commitment(service: Service) -> list[str]:
    if service.commitment is None:
        return ["It promised nothing, or nobody wrote it down: no clock measures it."]
    if service.commitment.lapsed:
        return [plain(service.commitment.lapsed)]
    return [_promises(service, service.commitment), _days(service.commitment)]


def _promises(service: Service, commitment: Promised) -> str:
    rows = (
        [plain(level.name), _ours(service, level), *(_time(level, metric) for metric in METRICS), hours(level.hours)]
        for level in sorted(commitment.levels, key=lambda level: (not _ours(service, level), _ours(service, level)))
    )
    return table(("Its severity", "Our priority", *METRICS.values(), "Counted"), rows)


def _ours(service: Service, level: Level) -> str:
    """Our priorities that map to it."""
    return ", ".join(sorted(ours for ours, theirs in (service.severity_of or {}).items() if theirs == level.name))


def _time(level: Level, metric: str) -> str:
    if metric in level.targets and level.targets[metric] is None:
        return "declined"
    return waits(level.targets.get(metric))


def _days(commitment: Promised) -> str:
    since = f"It holds from {day_of(commitment.begins)}" if commitment.begins else ""
    until = f"until the end of {day_of(commitment.ends)}" if commitment.ends else ""
    return f"{since or 'It holds'} {until}.".replace(" .", ".") if since or until else ""


def _conditions(service: Service) -> str:
    return items(map(_condition, service.conditions)) or "When its step is reached; it sets no condition."


def _condition(condition: Condition) -> str:
    holds = f" ({plain(', and '.join(condition.parts))})" if condition.parts else ""
    return f"{plain(condition.words)}{holds}"


def _required(service: Service) -> str:
    return table(("What", "From", "Else asked"), map(_datum, service.required)) or "Nothing in particular."


def _datum(datum: Datum) -> list[str]:
    label = f"{plain(datum.label)} (secret)" if datum.secret else plain(datum.label)
    return [label, plain(datum.origin), plain(datum.question)]


def _template(service: Service) -> list[str]:
    if not service.body:
        return ["There is no case template yet."]
    return [f"**Subject:** {plain(service.subject)}", verbatim(service.body)]
