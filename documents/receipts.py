"""Read receipts: who must read the live version, who has, who is reminded. What is due is found, never scheduled."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from accounts.roles import OF_A_CLIENT
from clients.models import ClientGroupObjectPermission
from documents.models import Document, DocumentGroupObjectPermission, DocumentVersion, Receipt
from documents.permissions import groups_that_see
from outbox.models import Message

# How long after the question the first and the second reminder go out.
REMIND_AFTER = (timedelta(days=3), timedelta(days=7))


class NotAsked(Exception):
    """This person was not asked to read the live version."""


def readers(document: Document) -> QuerySet[User]:
    """The people of the provider who are in a team and may read the document: those who can be asked to."""
    members = _members().distinct()
    if document.client_id:
        members = members.filter(groups__in=groups_that_see(document.client_id))
    if document.is_internal:
        members = members.filter(groups__in=document.grants.values("group"))
    return members.order_by("name", "pk")


@transaction.atomic
def ask(document: Document, *, now: datetime) -> int:
    """Ask whoever must read the live version and was not asked yet; returns how many were."""
    version = DocumentVersion.live(document) if document.asks_receipt else None
    if version is None or document.out_of_force_at:
        return 0
    asked = Receipt.objects.filter(version=version).values("user")
    new = [
        Receipt(version=version, user=user, asked_at=now, read_at=now if user.pk == version.author_id else None)
        for user in readers(document).exclude(pk__in=asked)
    ]
    made = Receipt.objects.bulk_create(new, ignore_conflicts=True)
    _mail(_open(version.pk).filter(asked_at=now, user__in=[receipt.user_id for receipt in made]), "asked", now=now)
    return len(made)


def carry_over(before: DocumentVersion, version: DocumentVersion) -> int:
    """Whoever was asked to read `before` is not asked anew: what they have read holds, what they have not is still
    asked, reminders as before. For a version that says anew what the same policy version asks for. In: the versions of
    a document that is locked, so that nobody says meanwhile to have read the older."""
    rows = list(Receipt.objects.filter(version=before))
    for row in rows:
        row.pk, row.version, row._state.adding = None, version, True
    return len(Receipt.objects.bulk_create(rows))


@transaction.atomic
def read(*, document: Document, by: User, now: datetime) -> Receipt:
    """Note that `by` has read the live version. Raises NotAsked; who has read it before keeps that moment."""
    document = Document.objects.select_for_update(no_key=True).defer("words", "search").get(pk=document.pk)
    version = DocumentVersion.live(document)
    receipt = Receipt.objects.select_for_update().filter(version=version, user=by).first()
    if receipt is None:
        raise NotAsked(f"{by} was not asked to read {version}")
    if receipt.read_at is None:
        receipt.read_at = now
        receipt.save(update_fields=["read_at"])
    return receipt


def remind(*, now: datetime) -> int:
    """Ask and remind whoever is due; returns how many mails that made. Once a version is replaced it asks no more.

    One query where nobody is due, however many documents ask.
    """
    return sum(ask(document, now=now) + _remind(document, now=now) for document in _waited_for(now=now))


def unread_by(user: User) -> QuerySet[Receipt]:
    """What is to be read by `user`, the longest asked first."""
    documents = Document.objects.visible_to(user).filter(asks_receipt=True, out_of_force_at__isnull=True)
    open_ones = Receipt.objects.filter(user=user, read_at__isnull=True, version__of__in=documents)
    return (
        open_ones.filter(version__number=_live_number("version__of")).select_related("version__of").order_by("asked_at")
    )


def _waited_for(*, now: datetime) -> QuerySet[Document]:
    """The documents that somebody must still be asked to read, or is due to be reminded of."""
    asking = Document.objects.filter(asks_receipt=True, out_of_force_at__isnull=True).defer("words", "search")
    live = DocumentVersion.objects.filter(of=OuterRef("pk"), number__isnull=False).order_by("-number")
    known = asking.annotate(live=Subquery(live.values("pk")[:1])).filter(live__isnull=False)
    sees = _holds(ClientGroupObjectPermission.objects.filter(permission__codename="view_client"), "client")
    granted, due = _holds(DocumentGroupObjectPermission.objects.all(), "pk"), _due(now=now)
    internal = Q(audience=Document.Audience.INTERNAL)
    return known.filter(
        internal & Q(client__isnull=True) & Exists(due.filter(granted))
        | internal & Q(client__isnull=False) & Exists(due.filter(granted, sees))
        | ~internal & Exists(due.filter(sees))
    )


def _due(*, now: datetime) -> QuerySet[User]:
    """Who was not asked to read the live version of the document around, or was and is due to be reminded."""
    asked = Receipt.objects.filter(version=OuterRef(OuterRef("live")), user=OuterRef("pk"))
    moments = (Q(reminders__lt=number, asked_at__lte=now - after) for number, after in enumerate(REMIND_AFTER, 1))
    late = asked.filter(reduce(or_, moments), read_at__isnull=True)
    return _members().filter(~Exists(asked) | Exists(late))


def _holds(grants: QuerySet, on: str) -> Exists:
    """Whether somebody has one of these grants on what the document around has as `on`."""
    return Exists(grants.filter(content_object=OuterRef(OuterRef(on)), group__user=OuterRef("pk")))


def _members() -> QuerySet[User]:
    """The people of the provider who are in a team."""
    people = User.objects.filter(is_active=True, kind=User.Kind.PERSON, memberships__isnull=False)
    return people.exclude(groups__name__in=OF_A_CLIENT)


@transaction.atomic
def _remind(document: Document, *, now: datetime) -> int:
    """One reminder to each who is due, however many came due since the last look."""
    live = document.versions.aggregate(last=Max("number"))["last"]
    unread = Receipt.objects.filter(version__of=document, version__number=live, read_at__isnull=True)
    unread = unread.filter(user__in=readers(document)).select_for_update(of=("self",))
    due = [receipt for receipt in unread if _passed(receipt, now) > receipt.reminders]
    for receipt in due:
        receipt.reminders, receipt.reminded_at = _passed(receipt, now), now
    Receipt.objects.bulk_update(due, ["reminders", "reminded_at"])
    for number in (1, 2):
        told = [receipt.pk for receipt in due if receipt.reminders == number]
        _mail(Receipt.objects.filter(pk__in=told), f"reminder:{number}", now=now)
    return len(due)


def _passed(receipt: Receipt, now: datetime) -> int:
    return sum(receipt.asked_at + after <= now for after in REMIND_AFTER)


def _open(version_id: int) -> QuerySet[Receipt]:
    return Receipt.objects.filter(version=version_id, read_at__isnull=True)


def _live_number(of: str) -> Subquery:
    last = DocumentVersion.objects.filter(of=OuterRef(of), number__isnull=False).order_by("-number")
    return Subquery(last.values("number")[:1])


def _mail(receipts: Iterable[Receipt], occasion: str, *, now: datetime) -> None:
    """One mail each; the same occasion has the same key, so that it is told once only."""
    found = receipts.select_related("version__of", "user")
    Message.objects.bulk_create([_message(receipt, occasion, now) for receipt in found], ignore_conflicts=True)


def _message(receipt: Receipt, occasion: str, now: datetime) -> Message:
    document = receipt.version.of
    again = "" if occasion == "asked" else "Reminder: "
    lines = [
        f"Please read “{document.name}”, version {receipt.version.number}, and say that you have.",
        *([f"What has changed: {receipt.version.note}"] if receipt.version.note else []),
        "",
        f"{settings.PUBLIC_URL}{reverse('document', args=[document.slug])}",
    ]
    payload = {"to": [receipt.user.email], "subject": f"{again}Please read: {document.name}", "text": "\n".join(lines)}
    key = f"receipt:{receipt.pk}:{occasion}"
    return Message(key=key, kind="MAIL", payload=payload, not_before=now, created_at=now)
