"""The sheet of a vendor; settings name it for the floor of vendors, which knows no documents."""

from accounts.models import User
from documents.models import Document


def sheet_of(slug: str, reader: User) -> str:
    """The slug of the vendor's sheet, "" where there is none in force that `reader` may see."""
    sheets = Document.objects.visible_to(reader).filter(source_key=f"vendor:{slug}", out_of_force_at=None)
    return sheets.values_list("slug", flat=True).first() or ""
