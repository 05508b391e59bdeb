"""Where pages send their reader on to: by GET, and never out of the house."""

import pytest
from django.test import RequestFactory

from accounts.redirects import came_from, see_other


def test_a_form_that_was_taken_leads_on_by_get():
    answer = see_other("/tickets/?status=NEW")
    assert (answer.status_code, answer["Location"]) == (303, "/tickets/?status=NEW")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("/tickets/?status=NEW", "/tickets/?status=NEW"),
        ("https://testserver/radar/", "https://testserver/radar/"),
        ("http://testserver/radar/", "/tickets/"),
        ("", "/tickets/"),
        ("https://evil.example/", "/tickets/"),
        ("//evil.example/", "/tickets/"),
        ("///evil.example", "/tickets/"),
        ("/\\evil.example", "/tickets/"),
        ("javascript:alert(1)", "/tickets/"),
        ("https://testserver@evil.example/", "/tickets/"),
    ],
)
def test_one_goes_back_to_a_page_of_ours_and_nowhere_else(said, expected):
    request = RequestFactory().post("/x/", {"next": said}, secure=True)
    assert came_from(request, otherwise="/tickets/") == expected


def test_where_nothing_is_said_one_goes_where_else_one_would():
    assert came_from(RequestFactory().get("/x/?next=/radar/"), otherwise="/tickets/ESC-1/") == "/tickets/ESC-1/"
