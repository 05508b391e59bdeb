"""Publishing calendars and agreements: what is written, what is refused, and who was quicker."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts import roles
from programs import at_once
from sla.editing import (
    BadDocument,
    NothingChanged,
    PublishedMeanwhile,
    changed_keys,
    in_use,
    meaning,
    publish_agreement,
    publish_calendar,
)
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion
from tickets.clock_use import tickets_on_calendar

HOURS = {"mon": ["09:00-12:30", "13:00-17:30"], "fri": ["22:00-06:00"]}
OPEN = {"timezone": "Europe/London", "hours": HOURS}
TARGETS = {"P1": {"ACKNOWLEDGE": "15m", "RESOLVE": "4h"}, "P2": {"RESOLVE": "none"}}


def calendar(world, row=None, **changes):
    given = {
        "row": row or Calendar.objects.get(name="Office"), "document": OPEN, "author": world.manager, "note": "Winter",
        "base_number": 1, "now": world.now,
    }  # fmt: skip
    return publish_calendar(**(given | changes))


def agreement(world, row=None, **changes):
    given = {
        "row": row or world.sla, "document": {"calendar": "Office", "targets": TARGETS}, "author": world.manager,
        "note": "Renewed", "base_number": 1, "now": world.now,
    }  # fmt: skip
    return publish_agreement(**(given | changes))


def refusals(publish, world, **changes):
    with pytest.raises(BadDocument) as refused:
        publish(world, **changes)
    return dict(refused.value.problems)


def test_a_changed_calendar_is_its_next_version(world):
    version = calendar(world)
    assert (version.number, version.document, version.author, version.note, version.published_at) == (
        2, OPEN, world.manager, "Winter", world.now,
    )  # fmt: skip
    assert CalendarVersion.objects.filter(of__name="Office").count() == 2


def test_a_new_calendar_is_saved_with_its_first_version(world):
    version = calendar(world, row=Calendar(name="Night shift"), base_number=0)
    assert (version.number, version.of.slug) == (1, "night-shift")


def test_a_changed_agreement_is_its_next_version(world):
    version = agreement(world)
    assert (version.number, version.document["targets"], version.note) == (2, TARGETS, "Renewed")


def test_a_new_agreement_keeps_its_kind(world):
    document = {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "1h"}}}
    made = agreement(world, row=Agreement(name="Night OLA", kind="OLA"), document=document, base_number=0)
    assert (made.of.kind, made.number) == ("OLA", 1)


@pytest.mark.parametrize("publish", [calendar, agreement])
def test_whoever_was_quicker_is_named_and_nothing_is_written(world, publish):
    first = publish(world)
    versions = type(first)
    with pytest.raises(PublishedMeanwhile) as refused:
        publish(world, note="Mine")
    assert refused.value.version == first
    assert versions.objects.filter(of=first.of).count() == 2


@pytest.mark.parametrize("publish", [calendar, agreement])
def test_what_says_the_same_is_no_new_version(world, publish):
    first = publish(world)
    with pytest.raises(NothingChanged) as refused:
        publish(world, base_number=2, document=first.document | {"closures": [], "vendor_time_counts": True})
    assert refused.value.version == first


@pytest.mark.parametrize("publish", [calendar, agreement])
@pytest.mark.parametrize("role", [roles.TECHNICIAN, roles.ACCOUNT_MANAGER])
def test_only_managers_publish(world, publish, role):
    person = world.person("somebody@msp.example", role)
    with pytest.raises(PermissionDenied):
        publish(world, author=person)


@pytest.mark.parametrize("publish", [calendar, agreement])
def test_a_version_says_why(world, publish):
    assert ("note",) in refusals(publish, world, note="  ")


@pytest.mark.parametrize("document, path", [
    ({"timezone": "Europe/Lundon", "hours": HOURS}, ("timezone",)),
    ({"timezone": "UTC", "hours": {}}, ("hours",)),
    ({"timezone": "UTC", "hours": {"mon": ["9-5"]}}, ("hours", "mon")),
    ({"timezone": "UTC", "hours": {"tue": ["09:00-12:00", "11:00-13:00"]}}, ("hours", "tue")),
    ({"timezone": "UTC", "hours": HOURS, "holidays": {"country": "XX"}}, ("holidays", "country")),
    ({"timezone": "UTC", "hours": HOURS, "holidays": {"country": "GB", "region": "MARS"}}, ("holidays", "region")),
    ({"timezone": "UTC", "hours": HOURS, "closures": ["24.12.2026"]}, ("closures", 0)),
    ({"timezone": "UTC", "always": True, "closures": ["2026-12-24"]}, ("closures",)),
])  # fmt: skip
def test_a_bad_calendar_is_refused_by_its_key(world, document, path):
    assert path in refusals(calendar, world, document=document)
    assert CalendarVersion.objects.filter(of__name="Office").count() == 1


@pytest.mark.parametrize("change, path", [
    ({"calendar": "Offices"}, ("calendar",)),
    ({"calendar": ""}, ("calendar",)),
    ({"calendars": {"P1": "Nowhere"}}, ("calendars", "P1")),
    ({"targets": {}}, ("targets",)),
    ({"targets": {"P1": {"RESOLVE": "soon"}}}, ("targets", "P1", "RESOLVE")),
    ({"targets": {"P1": {"ACKNOWLEDGE": "5h", "RESOLVE": "4h"}}}, ("targets", "P1", "ACKNOWLEDGE")),
    ({"effective_from": "2027-01-01", "effective_until": "2026-12-31"}, ("effective_until",)),
    ({"thresholds": [90, 50]}, ("thresholds", 1)),
])  # fmt: skip
def test_a_bad_agreement_is_refused_by_its_key(world, change, path):
    assert path in refusals(agreement, world, document={"calendar": "Office", "targets": TARGETS} | change)
    assert AgreementVersion.objects.filter(of=world.sla).count() == 1


@pytest.mark.parametrize("name", ["Office", "office", "OFFICE!", "New", "new", "日本"])
def test_a_new_name_must_be_free_and_make_an_address(world, name):
    row = Calendar(name=name)
    assert ("name",) in refusals(calendar, world, row=row, base_number=0)
    assert row.pk is None


def test_a_calendar_with_running_clocks_may_not_stop_opening(world):
    ola_on(world, "Office")
    first, second = world.open(), world.open()
    refused = refusals(calendar, world, document={"timezone": "UTC", "hours": {"mon": []}})
    assert f"2 tickets count time ({first.key}, {second.key}) on this calendar" in str(refused)


def test_a_calendar_that_closes_for_years_strands_its_tickets_too(world):
    ola_on(world, "Office")
    ticket = world.open()
    days = [(world.now.date() + timedelta(days=number)).isoformat() for number in range(-7, 8 * 366)]
    refused = refusals(calendar, world, document={"timezone": "UTC", "hours": HOURS, "closures": days})
    assert f"1 ticket counts time ({ticket.key})" in refused[("hours",)]


def test_an_idle_calendar_that_never_opens_names_no_tickets(world):
    world.calendar("Idle", {"timezone": "UTC", "hours": HOURS})
    world.open()
    refused = refusals(
        calendar, world, row=Calendar.objects.get(name="Idle"), document={"timezone": "UTC", "hours": {}}
    )
    assert "ticket" not in str(refused)


def ola_on(world, name):
    """Let every wait of the tiers count on this calendar."""
    document = {"calendar": name, "targets": {"P1": {"ACKNOWLEDGE": "30m", "RESOLVE": "2h"}}}
    world.agreement("OLA", "OLA", document)


def test_tickets_on_a_calendar_are_those_with_an_open_clock(world):
    office, always = Calendar.objects.get(name="Office"), Calendar.objects.get(name="24x7")
    done, running = world.open(), world.open()
    done.clocks.update(stopped_at=world.now)
    assert tickets_on_calendar(always.pk) == ([running.key], 1) == in_use(always)
    assert tickets_on_calendar(office.pk) == ([], 0)


def test_a_clock_on_an_old_version_of_the_calendar_counts_as_well(world):
    always = Calendar.objects.get(name="24x7")
    ticket = world.open()
    world.calendar("24x7", {"timezone": "Europe/London", "always": True})
    assert tickets_on_calendar(always.pk) == ([ticket.key], 1)


def test_of_many_tickets_the_first_are_named_in_one_query(world, django_assert_num_queries):
    always = Calendar.objects.get(name="24x7")
    keys = [world.open().key for _ in range(4)]
    with django_assert_num_queries(1):
        assert tickets_on_calendar(always.pk, limit=2) == (keys[:2], 4)


def test_a_severity_that_a_service_sends_must_stay(world):
    document = {"calendar": "Office", "targets": {"B": {"RESPOND": "1h"}}}
    refused = refusals(agreement, world, row=world.uc, document=document)
    assert "Microsoft 365 sends cases as severity A" in refused[("targets",)]


def test_what_says_nothing_means_nothing():
    full = {"hours": {"mon": ["09:00-10:00"], "tue": []}, "closures": [], "always": False, "vendor_time_counts": True}
    assert meaning(full) == {"hours": {"mon": ["09:00-10:00"]}}
    assert changed_keys(full, {"hours": {"mon": ["09:00-10:00"]}}) == []
    assert changed_keys({"a": 1, "b": 2}, {"b": 3, "c": 4}) == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_of_two_publishers_at_once_one_is_told(world):
    def attempt(note):
        def run():
            try:
                return calendar(world, note=note, document=OPEN | {"closures": ["2026-12-24"]}).note
            except PublishedMeanwhile as error:
                return error

        return run  # fmt: skip

    results = at_once(attempt("first"), attempt("second"))
    assert sorted(type(result).__name__ for result in results) == ["PublishedMeanwhile", "str"]
    assert CalendarVersion.objects.filter(of__name="Office").count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_new_calendars_of_one_name_made_at_once_one_is_refused(world):
    def attempt():
        try:
            return calendar(world, row=Calendar(name="Twin"), base_number=0)
        except BadDocument as error:
            return error

    results = at_once(attempt, attempt)
    assert sorted(type(result).__name__ for result in results) == ["BadDocument", "CalendarVersion"]
