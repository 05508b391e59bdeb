"""Time zones by their IANA names."""

from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError

from accounts.closest import did_you_mean


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone such as Europe/London. Asks no more than the one file, so it is cheap."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a folder such as "Europe" is an OSError
        return False
    return True


def check_zone(name: str) -> None:
    """A validator of fields. Raises ValidationError for anything but an IANA zone."""
    if not is_zone(name):
        raise ValidationError(f'"{name}" is not an IANA zone{did_you_mean(name, available_timezones())}')


def zone_choices() -> list[tuple[str, str]]:
    """Every zone that names a place, and UTC, for a list to choose from."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]
