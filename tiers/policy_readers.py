"""Who reads a policy: which clients somebody sees, of all that there are."""

from django.db.models import Q

from accounts.models import User
from clients.models import Client
from tiers.policy_sight import Sight


def sight_of(reader: User) -> Sight:
    """Which clients this reader sees and does not see, in one query."""
    visible = Client.objects.visible_to(reader).values("pk")
    rows = list(Client.objects.annotate(is_seen=Q(pk__in=visible)).values_list("name", "is_seen"))
    return Sight(
        seen=frozenset(name for name, is_seen in rows if is_seen),
        unseen=frozenset(name for name, is_seen in rows if not is_seen),
    )
