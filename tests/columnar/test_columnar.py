"""Column-wise writes put the same rows into the database as one save after another would."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import columnar
from columnar import Json
from outbox.models import Message
from world import NINE

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


def rows(keys, payloads):
    shared = {"kind": "MAIL", "not_before": NINE, "created_at": NINE}
    return [{"key": k, "payload": Json(p), **shared} for k, p in zip(keys, payloads, strict=True)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, min_size=1, max_size=5))
def test_whatever_stands_in_a_text_comes_back_as_it_was(texts):
    Message.objects.all().delete()
    ids = columnar.insert_rows(
        Message, rows([f"k{i}" for i in range(len(texts))], [{"t": t} for t in texts]), returning="id"
    )
    columnar.update(Message, ids, last_error=texts)
    found = list(Message.objects.order_by("pk").values_list("payload", "last_error"))
    assert found == [({"t": t}, t) for t in texts]


def test_a_list_is_a_column_a_scalar_repeats_and_the_rest_takes_its_default():
    ids = columnar.insert(
        Message, returning="id", key=["a", "b"], kind="MAIL", payload=Json([1, 2]), not_before=NINE, created_at=NINE
    )
    first, second = Message.objects.order_by("pk")
    assert ids == [first.pk, second.pk]
    assert (first.payload, second.key, second.state, second.attempts) == ([1, 2], "b", "PENDING", 0)


def test_ids_come_back_in_the_order_of_the_rows():
    keys = [f"k{n}" for n in (5, 3, 9, 1, 7)]
    ids = columnar.insert_rows(Message, rows(keys, [{}] * 5), returning="id")
    assert [Message.objects.get(pk=pk).key for pk in ids] == keys


def test_an_update_reaches_each_row_with_its_own_values():
    ids = columnar.insert_rows(Message, rows(["a", "b", "c"], [{}] * 3), returning="id")
    moments = [NINE, None, NINE + timedelta(hours=1)]
    assert columnar.update(Message, ids, leased_until=moments, attempts=[1, 2, 3], last_error="same") == 3
    assert list(Message.objects.order_by("pk").values_list("leased_until", "attempts", "last_error")) == [
        (NINE, 1, "same"),
        (None, 2, "same"),
        (NINE + timedelta(hours=1), 3, "same"),
    ]


def test_columns_that_are_all_empty_stay_empty():
    ids = columnar.insert_rows(Message, rows(["a", "b"], [{}, {}]), returning="id")
    columnar.update(Message, ids, leased_until=[NINE, NINE])
    columnar.update(Message, ids, leased_until=[None, None])
    assert not Message.objects.exclude(leased_until=None).exists()


def test_constraints_hold_as_always():
    with pytest.raises(IntegrityError):
        columnar.insert_rows(Message, rows(["a", "a"], [{}, {}]))


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"keys": ["a"]}, "no such column"), ({"key": ["a", "b"], "kind": ["x"]}, "one length")],
)
def test_a_wrong_call_is_refused_before_anything_is_written(columns, message):
    with pytest.raises(ValueError, match=message):
        columnar.insert(Message, **columns)


def test_nothing_to_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert columnar.insert_rows(Message, []) == []
        assert columnar.update(Message, [], attempts=1) == 0
