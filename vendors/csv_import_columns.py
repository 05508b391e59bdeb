"""Which column of a table says what about a vendor, guessed from the headings. Pure."""

import re
from collections.abc import Mapping, Sequence

IGNORED = ""
FACT = "fact"

# What a column may be, and how a heading may call it, in plain letters and digits.
FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "vendor": ("Vendor", ("vendor", "vendorname", "supplier", "manufacturer", "company", "anbieter", "hersteller",
                          "lieferant")),
    "website": ("Website", ("website", "web", "homepage", "url", "webseite")),
    "protocol": ("How they want to be engaged", ("protocol", "procedure", "instructions", "notes", "vorgehen")),
    "mail_domains": ("Domains of their mail", ("maildomains", "maildomain", "domains", "emaildomains")),
    "service": ("Service", ("service", "servicename", "product", "dienst", "produkt")),
    "category": ("Category", ("category", "type", "kategorie")),
    "plan": ("Support plan", ("plan", "supportplan", "supportlevel", "contracttype", "tarif")),
    "client_text": ("What clients read", ("clienttext", "whatclientsread", "fuerkunden")),
    "lodge_by": ("How a case is lodged", ("lodgeby", "channel", "lodging", "howacaseislodged")),
    "number_pattern": ("What their case numbers look like", ("numberpattern", "casenumberpattern")),
    "kind": ("Contact: kind", ("contactkind", "contacttype", "kind", "kontaktart")),
    "value": ("Contact: address or number", ("contactvalue", "contact", "contactaddress", "contactpoint", "value",
                                             "kontakt")),
    "email": ("Contact: mail address", ("email", "mail", "emailaddress", "mailaddress", "supportemail", "supportmail")),
    "portal": ("Contact: portal", ("portal", "portalurl", "supportportal", "supporturl")),
    "hotline": ("Contact: hotline", ("hotline", "phone", "telephone", "tel", "phonenumber", "telefon", "supportphone")),
    "hours": ("Contact: hours, in words", ("hours", "openinghours", "availability", "zeiten", "erreichbarkeit")),
    "calendar": ("Contact: calendar", ("calendar", "kalender")),
    "language": ("Contact: language", ("language", "languages", "lang", "sprache", "sprachen")),
    "verified_on": ("Contact: verified on", ("verifiedon", "verified", "lastverified", "checked", "geprueft")),
    "owner": ("Contact: who verifies it", ("owner", "contactowner", "responsible", "verantwortlich")),
    "interval_days": ("Contact: verified every … days", ("intervaldays", "interval", "reviewinterval", "intervall")),
    "account_client": ("Account: client", ("accountclient", "client", "customer", "clientname", "kunde")),
    "account_key": ("Account: name of a fact", ("accountkey", "accountfact", "factname", "key")),
    "account_value": ("Account: the fact itself", ("accountvalue", "factvalue")),
    FACT: ("Account: a fact called as the column", ("tenantid", "customerid", "contractnumber", "circuitid",
                                                    "linenumber", "siteid", "cid", "accountnumber", "vertragsnummer")),
}  # fmt: skip
# What a cell of it says.
MEANS: Mapping[str, str] = {
    "vendor": "Whose company it is. The one column that every row must fill.",
    "website": "A web address.",
    "protocol": "What to do before a case, and how, in words.",
    "mail_domains": "What their mail addresses end in, with spaces between: microsoft.com.",
    "service": "What they provide to your clients. Everything below belongs to one.",
    "category": "Of what kind it is, such as cloud or network.",
    "plan": "The support contract, such as Premier.",
    "client_text": "Why it is called in, for clients to read.",
    "lodge_by": "mail, portal or api.",
    "number_pattern": "A regular expression, with their number in brackets: PT-([0-9]{6}).",
    "kind": "email, portal or hotline.",
    "value": "The mail address, web address or number itself, beside its kind.",
    "email": "A mail address; then no kind is needed.",
    "portal": "A web address; then no kind is needed.",
    "hotline": "A number; then no kind is needed.",
    "hours": "When somebody answers, in words.",
    "calendar": "When somebody answers, by the name of a calendar here.",
    "language": "Which language is spoken there, such as en.",
    "verified_on": "When somebody saw that it holds: 2026-03-02 or 2.3.2026.",
    "owner": "The mail address of whoever verifies it.",
    "interval_days": "After how many days it is to be verified again.",
    "account_client": "The name of a client that has an account with the service.",
    "account_key": "What a fact of this account is called, such as tenant_id.",
    "account_value": "The fact itself. Secrets do not belong here.",
    FACT: "A column of any name, such as Tenant id, with that fact in its cells.",
}
CONTACTS = ("email", "portal", "hotline")
OF_CONTACT = ("hours", "calendar", "language", "verified_on", "owner", "interval_days")
OF_VENDOR = ("website", "protocol", "mail_domains")
OF_SERVICE = ("category", "plan", "client_text", "lodge_by", "number_pattern")
MANY = (FACT,)
LONGEST_KEY = 40


def plain_heading(heading: str) -> str:
    """A heading in small letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", _ascii(heading))


def key_of(text: str) -> str:
    """What a fact is called in an account: "Tenant ID" is tenant_id."""
    return re.sub(r"[^a-z0-9]+", "_", _ascii(text)).strip("_")[:LONGEST_KEY]


def guessed(headings: Sequence[str]) -> list[str]:
    """A field for every heading, in their order; none is guessed twice but facts of accounts."""
    found: list[str] = []
    for heading in headings:
        field = _guess(plain_heading(heading))
        found.append(IGNORED if field in found and field not in MANY else field)
    return found


def is_named(headings: Sequence[str]) -> bool:
    """Whether these can be the headings of a table: there are several, or one that says what it is."""
    return len(headings) > 1 or any(guessed(headings))


def faults(chosen: Sequence[str], headings: Sequence[str]) -> list[str]:
    """What is wrong with a choice of columns, in words."""
    said = [f"“{heading}” is no column of a vendor." for heading, f in zip(headings, chosen, strict=True) if _odd(f)]
    for field, (label, _) in FIELDS.items():
        named = [heading for heading, choice in zip(headings, chosen, strict=True) if choice == field]
        if len(named) > 1 and field not in MANY:
            said.append(f"{' and '.join(f'“{name}”' for name in named)} cannot both be: {label}.")
    said += [words for field, other, words in _TOGETHER if field in chosen and other not in chosen]
    return said if "vendor" in chosen else ["Choose the column that names the vendor.", *said]


_TOGETHER = (
    ("kind", "value", "Choose the column with the address or number, beside that of its kind."),
    ("value", "kind", "Choose the column that says of which kind the address or number is."),
    ("account_key", "account_value", "Choose the column with the fact itself, beside that of its name."),
    ("account_value", "account_key", "Choose the column that names the fact."),
    (FACT, "account_client", "Choose the column that names the client, for facts of its account."),
    ("account_key", "account_client", "Choose the column that names the client, for facts of its account."),
)


def _odd(field: str) -> bool:
    return field != IGNORED and field not in FIELDS


def _guess(heading: str) -> str:
    return next((field for field, (_, names) in FIELDS.items() if heading in names), IGNORED)


def _ascii(text: str) -> str:
    lower = text.strip().lower()
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        lower = lower.replace(letter, plain)
    return lower
