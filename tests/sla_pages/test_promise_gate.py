"""A version with which a promise breaks is published only with a written reason."""

import re

import pytest

from accounts.roles import MANAGER
from sla.editing import BadDocument, Unattainable, publish_agreement, publish_calendar
from sla.models import AgreementVersion, Calendar, CalendarVersion
from world import NINE

pytestmark = pytest.mark.django_db
# The world's ladder takes 45 min, 1 h and 2 h around the clock: 3 h 45 min in all, and a P1 is promised 4 h.
TIGHT = {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "3h"}, "P2": {"RESOLVE": "8h"}}
WIDE = {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "3h45m"}, "P2": {"RESOLVE": "8h"}}


def agreement(world, targets, **given):
    document = {"calendar": "24x7", "targets": targets}
    said = {"author": world.manager, "note": "Renewed", "base_number": 1, "now": NINE}
    return publish_agreement(row=world.sla, document=document, **(said | given))


def versions(world) -> int:
    return AgreementVersion.objects.filter(of=world.sla).count()


def test_a_promise_that_breaks_by_it_keeps_an_agreement_from_being_published(world):
    with pytest.raises(Unattainable) as refused:
        agreement(world, TIGHT)
    assert any("Acme, P1: resolve within 3 hours (24x7) cannot be kept" in said for said in refused.value.promises)
    assert versions(world) == 1


def test_a_promise_that_is_kept_to_the_last_minute_is_no_obstacle(world):
    assert agreement(world, WIDE).number == 2


def test_a_written_reason_lets_it_pass_and_stands_beside_the_version(world):
    version = agreement(world, TIGHT, despite="Agreed in writing until June")
    assert version.note == "Renewed Although a promise cannot be kept then: Agreed in writing until June"


def test_a_reason_of_blanks_is_none(world):
    with pytest.raises(Unattainable):
        agreement(world, TIGHT, despite="  ")


def test_what_was_broken_before_is_not_asked_about_again(world):
    agreement(world, TIGHT, despite="Agreed")
    later = TIGHT | {"P2": {"RESOLVE": "9h"}}
    assert agreement(world, later, base_number=2).number == 3


def test_note_and_reason_that_are_too_long_together_are_refused_by_name(world):
    with pytest.raises(BadDocument) as refused:
        agreement(world, TIGHT, note="n" * 290, despite="because")
    assert refused.value.problems[0][0] == ("despite",) and versions(world) == 1


def test_a_calendar_that_breaks_a_promise_asks_for_the_reason_too(world):
    world.calendar("Desk", {"timezone": "UTC", "always": True})
    world.agreement("OLA", "OLA", {"calendar": "Desk", "targets": {"P1": {"ACKNOWLEDGE": "15m", "RESOLVE": "2h"}}})
    desk = Calendar.objects.get(name="Desk")
    said = {"row": desk, "author": world.manager, "note": "Nights end", "base_number": 1, "now": NINE}
    document = {"timezone": "UTC", "hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}}
    with pytest.raises(Unattainable):
        publish_calendar(document=document, **said)
    assert CalendarVersion.objects.filter(of=desk).count() == 1
    assert publish_calendar(document=document, despite="The night team has left", **said).number == 2


@pytest.fixture
def form(world, client):
    client.force_login(world.person("second@msp.example", MANAGER))
    page = client.get("/agreements/gold/edit/").content.decode()

    def send(**changed):
        fields = dict(
            re.findall(r'<input type="(?:text|hidden|date|number)" name="([^"]+)"[^>]*?value="([^"]*)"', page)
        )
        return client.post("/agreements/gold/edit/", fields | {"calendar": "24x7", "vendor_time": "yes"} | changed)

    return send


def test_the_form_names_the_promise_and_asks_for_the_reason(world, form, client):
    answer = form(RESOLVE_0="3h", note="Renewed")
    said = answer.content.decode()
    assert answer.status_code == 422 and "could not be kept any more" in said and 'name="despite"' in said
    assert 'value="3h"' in said and versions(world) == 1


def test_the_reason_is_not_asked_for_without_need(form):
    answer = form(RESOLVE_0="", RESOLVE_1="7h", note="")
    assert answer.status_code == 422 and 'name="despite"' not in answer.content.decode()


def test_with_the_reason_the_form_is_published(world, form):
    answer = form(RESOLVE_0="3h", note="Renewed", despite="Agreed in writing")
    assert answer.status_code == 303 and versions(world) == 2
