"""What a vendor or a service may be called: its name makes its address."""

from django.db.models import Q
from django.utils.text import slugify

from accounts.versions import NamedRow

# What stands in an address where a name would: pages of the directory itself.
RESERVED = frozenset({"new", "packs", "import", "verification", "accounts", "services", "history", "edit"})


def wrong_name(row: NamedRow) -> str:
    """What is wrong with the name of a row that is not stored yet or is to be called otherwise; "" when nothing is."""
    slug = slugify(row.name)
    if not slug or (slug in RESERVED and row.pk is None):
        return f"“{row.name}” cannot be an address: choose another name, with letters"
    same = Q(name__iexact=row.name) if row.pk else Q(name__iexact=row.name) | Q(slug=slug)
    known = type(row)._default_manager.filter(same).exclude(pk=row.pk).first()
    return f"there is “{known}” already: edit that one, or choose another name" if known else ""
