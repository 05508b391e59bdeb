"""How a case reaches a vendor, and through whom."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from vendors.ways import following, way

BAD = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass
class Point:
    pk: int
    kind: str
    value: str
    bad_since: datetime | None = None

    @property
    def order(self) -> int:
        return self.pk


FIRST, SECOND = Point(1, "EMAIL", "a@x.example"), Point(2, "EMAIL", "b@x.example")
CALL, SITE = Point(3, "HOTLINE", "+44 1"), Point(4, "PORTAL", "https://x.example")
BROKEN = Point(1, "EMAIL", "a@x.example", BAD)


@pytest.mark.parametrize(
    ("lodge_by", "points", "channel", "point", "because"),
    [
        ("MAIL", [SECOND, FIRST, CALL], "MAIL", FIRST, ""),
        ("MAIL", [BROKEN, SECOND], "MAIL", SECOND, ""),
        ("MAIL", [CALL, SITE], "PORTAL", CALL, "Line has no mail address"),
        ("MAIL", [BROKEN, SITE], "PORTAL", SITE, "mail to a@x.example came back"),
        ("MAIL", [BROKEN], "PORTAL", None, "mail to a@x.example came back"),
        ("MAIL", [], "PORTAL", None, "Line has no mail address"),
        ("PORTAL", [FIRST, CALL, SITE], "PORTAL", SITE, ""),
        ("PORTAL", [FIRST, CALL], "PORTAL", CALL, ""),
        ("PORTAL", [FIRST], "MAIL", FIRST, "no portal and no hotline of Line is known"),
        ("PORTAL", [BROKEN], "PORTAL", None, "no portal and no hotline of Line is known"),
        ("API", [FIRST, SITE], "API", None, ""),
        ("API", [], "API", None, ""),
    ],
)
def test_a_case_goes_as_the_service_wants_it_or_else_as_it_can(lodge_by, points, channel, point, because):
    found = way("Line", lodge_by, points)
    assert (found.channel, found.point, found.because) == (channel, point, because)


@pytest.mark.parametrize(
    ("points", "after", "found"),
    [
        ([FIRST, SECOND, CALL], 1, SECOND),
        ([CALL, SECOND, FIRST], 2, CALL),
        ([FIRST, SECOND, CALL], 3, None),
        ([FIRST, Point(2, "EMAIL", "b@x.example", BAD), CALL], 1, CALL),
        ([BROKEN, SECOND], 1, SECOND),
        ([FIRST, SECOND], None, FIRST),
        ([BROKEN, SECOND], 99, SECOND),
    ],
)
def test_the_next_contact_is_the_next_one_that_holds_in_their_order(points, after, found):
    assert following(points, after) is found
