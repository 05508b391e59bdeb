"""What people answer for a case: secrets go to the client's account, and who answered what stands on the timeline."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import Q

from accounts.encryption import decrypt, encrypt
from accounts.models import User
from tickets.models import Ticket, TicketEvent, VendorCase
from tickets.moves import event
from tickets.work import Work
from tickets.working import BadAnswer
from vendors.models import Service, ServiceAccount

ANSWERED = "CASE_DATA"
# A shorter secret would be found in any text.
SHORTEST_SECRET = 4


def without_secrets(work: Work, service: Service, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that may be stored as they are; a secret goes, encrypted, to the client's account.

    Raises BadAnswer, its field the datum's key, for an answer to an open question that gives a secret away.
    """
    secret = {d["key"] for d in service.required if d.get("secret") and answers.get(d["key"], "").strip()}
    _check_gives_nothing_away(work, service, answers, secret)
    if secret:
        account, _ = ServiceAccount.objects.get_or_create(client_id=work.client_id, service=service)
        account.secrets |= {_of_account(service, key): encrypt(answers[key].strip()) for key in secret}
        account.save(update_fields=["secrets"])
    return {key: answer for key, answer in answers.items() if key not in secret}


def note_answers(work: Work, case: VendorCase, answers: Mapping[str, str], *, by: User, now: datetime) -> None:
    """Who answered what of an open case, for its page; `answers` hold no secrets, and count once the case has them."""
    kept = {key: value for key, value in answers.items() if case.answers.get(key) == value.strip()}
    if kept:
        labels = {d["key"]: d["label"] for d in case.service.required}
        names = ", ".join(labels.get(key, key) for key in kept)
        text = f"{by} answered for the case with {case.service.vendor}: {names}."
        event(work, ANSWERED, text, now=now, by=by, why={"case": case.pk, "answers": kept})


def given_to(case: VendorCase) -> dict[str, str]:
    """What people have answered for the case and it still has, by the datum's key; all else is gathered anew.

    The answers stay on the timeline of the ticket that the case belonged to then.
    """
    tickets = Ticket.objects.filter(Q(pk=case.ticket_id) | Q(merged_into=case.ticket_id))
    events = TicketEvent.objects.filter(ticket__in=tickets, kind=ANSWERED, why__case=case.pk).order_by("at", "pk")
    found: dict[str, str] = {}
    for given in events.values_list("why__answers", flat=True):
        found |= {key: value.strip() for key, value in given.items() if case.answers.get(key) == value.strip()}
    return found


def _check_gives_nothing_away(work: Work, service: Service, answers: Mapping[str, str], secret: set[str]) -> None:
    """What is kept encrypted is not stored in the open by way of another answer."""
    known = list(_secrets(work, service)) + [(key, answers[key].strip()) for key in secret]
    for key, answer in answers.items():
        for name, value in known:
            if key not in secret and len(value) >= SHORTEST_SECRET and value in answer:
                words = name.replace("_", " ")
                raise BadAnswer(key, f"This gives away the {words}, which is kept secret. Answer without it.")


def _secrets(work: Work, service: Service) -> Iterator[tuple[str, str]]:
    kept = ServiceAccount.objects.filter(client_id=work.client_id, service=service).values_list("secrets", flat=True)
    for secrets in kept:
        yield from ((name, decrypt(value)) for name, value in secrets.items())


def _of_account(service: Service, key: str) -> str:
    """Under which name the account keeps what a required datum asks for."""
    source = next(d["source"] for d in service.required if d["key"] == key)
    return source.removeprefix("account.") if source.startswith("account.") else key
