"""Time zones of people."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.zones import check_zone, is_zone, zone_choices


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/Argentina/Buenos_Aires"])
def test_iana_zones_are_zones(zone):
    assert is_zone(zone)
    check_zone(zone)


@pytest.mark.parametrize("zone", ["", "Europe", "Europe/Lundon", "../etc/passwd", "/etc/localtime", "CEST+2", "a\0b"])
def test_others_are_not(zone):
    assert not is_zone(zone)


def test_a_typing_error_is_told_with_a_suggestion():
    with pytest.raises(ValidationError, match="Europe/London"):
        check_zone("Europe/Lundon")


def test_every_choice_is_a_zone_and_utc_stands_first():
    choices = [zone for zone, _ in zone_choices()]
    assert choices[0] == "UTC" and "Europe/Berlin" in choices and not any(zone.startswith("Etc/") for zone in choices)
    assert all(map(is_zone, choices))


@pytest.mark.django_db
def test_no_person_is_made_with_a_zone_that_is_none():
    with pytest.raises(ValidationError):
        User.objects.create_user("a@msp.example", name="A", timezone="Mars/Olympus")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_form_of_the_model_refuses_it_too():
    with pytest.raises(ValidationError, match="timezone"):
        User(email="a@msp.example", name="A", timezone="Mars/Olympus", password="x").full_clean()
