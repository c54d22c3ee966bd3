"""Stored sums: found by how their key begins, byte by byte, whatever the locale."""

import pytest
from django.db import connection

from niangjia.blocks.indicators.models import Cell
from niangjia.blocks.indicators.projections import SEPARATOR, add, stored
from niangjia.blocks.indicators.types import Sums

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
ONE = Sums(1, 100, 0, 0)


def key(*parts):
    return SEPARATOR.join(parts)


def test_sums_are_found_by_the_beginning_of_their_key():
    keys = [key("2020-01", "甲"), key("2020-01", "1"), key("2020-010", "1"), key("2020-02", "甲")]
    add("test", dict.fromkeys(keys, ONE))
    add("other", {keys[0]: ONE})
    assert stored("test", key("2020-01", "")) == dict.fromkeys(keys[:2], ONE)
    assert len(stored("test")) == 4


def test_sums_are_added_and_what_adds_up_to_nothing_is_left_out():
    add("test", {"a": ONE, "b": ONE})
    add("test", {"a": ONE, "b": Sums(-1, -100, 0, 0)})
    assert stored("test") == {"a": Sums(2, 200, 0, 0)}
    assert Cell.objects.count() == 2


def test_keys_are_compared_byte_by_byte():
    keys = ["B", "a", "é", "甲", key("a", "z"), "a0"]
    add("test", dict.fromkeys(keys, ONE))
    assert list(Cell.objects.order_by("key").values_list("key", flat=True)) == sorted(keys)
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:  # Also where the database has another order.
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns"
            " WHERE table_name = 'indicators_cell' AND column_name = 'key'"
        )
        assert cursor.fetchone() == ("C",)
