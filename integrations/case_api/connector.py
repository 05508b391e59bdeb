"""Cases lodged at a vendor's API: one letter of a case as one POST, under a key by which the vendor knows it again.

The letter is the one of the case's correspondence; its secrets are filled in here, and the connection's own secret is
read from the environment at the moment of sending.
"""

import os
from datetime import datetime
from typing import Any

from integrations.case_api.answer import NoNumber, about, lodging, number_in
from integrations.case_api.numbering import ask_for_number, take_number
from integrations.http_out import ask
from integrations.http_out_answer import Answer, CannotWork, MayWorkLater
from integrations.models import CaseConnection
from outbox.delivery import CannotEverSend, TryLater
from tickets.models import CaseMessage, VendorCase
from vendors.models import ServiceAccount
from vendors.references import resolve


def send(key: str, payload: dict[str, Any]) -> None:
    """Send one letter of a case. Raises CannotEverSend where no retry would help, TryLater where one may.

    The vendor has the case as soon as it answers 2xx, whatever else stands in the answer.
    """
    case = VendorCase.objects.select_related("service__vendor").get(pk=payload["case"])
    connection = _connection(case)
    letter = CaseMessage.objects.select_related("message").get(message__key=key)
    lodges = letter.kind == CaseMessage.Kind.LODGED
    headers = {"Authorization": f"Bearer {_secret(connection)}", "Idempotency-Key": key}
    answer = _posted(connection.url, _body(case, payload, lodges=lodges), headers)
    if lodges:
        _note_number(case, connection, answer, now=letter.message.not_before)


def _connection(case: VendorCase) -> CaseConnection:
    connection = CaseConnection.objects.filter(service=case.service_id).first()
    if connection is None:
        raise CannotEverSend(
            f"no connection to the API of {case.service.vendor} is configured for {case.service.name}; "
            "add one (docs/vendors.md) and send it again, or lodge the case by hand"
        )
    return connection


def _secret(connection: CaseConnection) -> str:
    secret = os.environ.get(connection.secret_name, "").strip()
    if not secret:
        raise CannotEverSend(f"the secret of {connection} is missing: set {connection.secret_name} for the worker")
    if not (secret.isascii() and secret.isprintable()):
        raise CannotEverSend(f"{connection.secret_name} holds signs that no header may hold")
    return secret


def _body(case: VendorCase, payload: dict[str, Any], *, lodges: bool) -> dict[str, Any]:
    reference, allowed = payload["ticket"], payload["secrets"]
    subject = " ".join(payload["subject"].split())
    try:
        text = resolve(payload["text"], allowed=allowed)
        if not lodges:
            return about(number=case.number, reference=reference, subject=subject, text=text)
        fields = {name: resolve(str(value), allowed=allowed) for name, value in case.answers.items()}
    except (LookupError, ServiceAccount.DoesNotExist) as error:
        raise CannotEverSend(f"a secret that the case needs is not stored any more: {error}") from error
    return lodging(reference=reference, subject=subject, text=text, severity=case.severity, fields=fields)


def _posted(url: str, body: dict[str, Any], headers: dict[str, str]) -> Answer | None:
    """The answer of a vendor that took it; None where it did, in words that cannot be read."""
    try:
        answer = ask("POST", url, json=body, headers=headers)
        answer.check()
    except CannotWork as error:
        if error.status is not None and 200 <= error.status < 300:
            return None
        raise CannotEverSend(str(error)) from error
    except MayWorkLater as error:
        raise TryLater(str(error), seconds=error.seconds) from error
    return answer


def _note_number(case: VendorCase, connection: CaseConnection, answer: Answer | None, *, now: datetime) -> None:
    """Keep the vendor's number, or have somebody ask for it: without one nobody can talk about the case.

    In: `now`, the moment from which this attempt was due, which is hardly before it.
    """
    try:
        number = _number(connection, answer)
    except NoNumber as error:
        ask_for_number(case.pk, because=str(error), now=now)
    else:
        take_number(case.pk, number, now=now)


def _number(connection: CaseConnection, answer: Answer | None) -> str:
    if answer is None:
        raise NoNumber("its answer could not be read")
    if not connection.number_at:
        raise NoNumber("nobody has said where its answers have the number")
    try:
        said = answer.json()
    except ValueError:
        raise NoNumber("its answer is no JSON") from None
    return number_in(said, connection.number_at)
