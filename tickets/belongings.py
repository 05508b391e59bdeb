"""What goes along when a ticket is merged: alerts, side conversations, links, its place on the radar, and the tickets
that had gone on as it. Both tickets are in hand, under their locks."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from tickets.models import AlertGroup, RadarEntry, SideConversation, Ticket, TicketLink
from tickets.moves import event
from tickets.radar.lanes import stands
from tickets.work import Work


def hand_over(loser: Work, survivor: Work, *, by: User, now: datetime) -> None:
    """All of it is the survivor's from now on. Files stay with the entries that they came with, and are found by the
    ticket that those go on as."""
    AlertGroup.objects.filter(ticket_id=loser.id).update(ticket_id=survivor.id)
    SideConversation.objects.filter(ticket_id=loser.id).update(ticket_id=survivor.id)
    Ticket.objects.filter(merged_into=loser.id).update(merged_into=survivor.id)
    _links(loser.id, survivor.id)
    _radar(loser, survivor, by=by, now=now)


def _links(loser: int, survivor: int) -> None:
    """Two tickets have one link: of two that come together a cause or a split is kept before a mere relation, and else
    the survivor's own. Between loser and survivor none is left."""
    ends = (loser, survivor)
    found = TicketLink.objects.filter(Q(ticket__in=ends) | Q(other__in=ends))
    kept: dict[frozenset[int], TicketLink] = {}
    for link in sorted(found, key=lambda link: _place(link, loser)):
        link.ticket_id, link.other_id = (survivor if end == loser else end for end in (link.ticket_id, link.other_id))
        if link.ticket_id != link.other_id:
            kept.setdefault(frozenset((link.ticket_id, link.other_id)), link)
    _keep(list(found), list(kept.values()))


def _place(link: TicketLink, loser: int) -> tuple[bool, bool, int]:
    return link.kind == TicketLink.Kind.RELATED, loser in (link.ticket_id, link.other_id), link.pk


def _keep(found: Sequence[TicketLink], kept: Sequence[TicketLink]) -> None:
    needless = {link.pk for link in found} - {link.pk for link in kept}
    TicketLink.objects.filter(pk__in=needless).delete()
    TicketLink.objects.bulk_update(kept, ["ticket", "other"])


def _radar(loser: Work, survivor: Work, *, by: User, now: datetime) -> None:
    """The loser's place is the survivor's; where both had one the higher score stands, with the survivor's issue unless
    it had none. Only our own people read of it."""
    places = {entry.ticket_id: entry for entry in RadarEntry.objects.filter(ticket__in=(loser.id, survivor.id))}
    theirs, ours = places.get(loser.id), places.get(survivor.id)
    if theirs is None:
        return
    theirs.delete()
    was = stands(ours.score, ours.jira_key) if ours else "not on the radar"
    score, issue = _higher(theirs, ours)
    here = stands(score, issue)
    if here != was:
        place = {"score": score, "jira_key": issue, "changed_by": by, "changed_at": now}
        RadarEntry.objects.update_or_create(ticket_id=survivor.id, defaults=place)
    moved = f"was {was} and is {here} now" if here != was else f"stays at {here}"
    text = f"{loser.key} stood on the radar at {stands(theirs.score, theirs.jira_key)}; this one {moved}."
    event(survivor, "RADAR", text, now=now, by=by, why={"by_hand": "", "changed": {"radar": [was, here]}})


def _higher(theirs: RadarEntry, ours: RadarEntry | None) -> tuple[int | None, str]:
    if ours is None:
        return theirs.score, theirs.jira_key
    return max(theirs.score, ours.score, key=lambda score: score or 0), ours.jira_key or theirs.jira_key
