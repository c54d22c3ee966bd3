"""Sums by some dimensions: added up by the database, equal to adding up every cell by hand."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.blocks.indicators.models import Cell
from niangjia.blocks.indicators.projections import COLUMNS, SEPARATOR, add, columns_of, declare
from niangjia.blocks.indicators.selectors import summed
from niangjia.blocks.indicators.types import Projection, Sums
from niangjia.core.errors import ProgrammingError

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
DIMENSIONS = ("month", "place", "kind")
CUBE = Projection("test cube", frozenset(), DIMENSIONS, lambda fact: ((), Sums(0, 0)))
LABELS = (("2020-01", "2020-02", "2020-03"), ("东城", "", "a"), ("米", "面"))
CELLS = st.dictionaries(
    st.tuples(*(st.sampled_from(labels) for labels in LABELS)),
    st.tuples(st.integers(-5, 5), st.integers(-(2**40), 2**40), st.integers(0, 9)),
    max_size=18,
)


def put(cells):
    Cell.objects.all().delete()
    add(CUBE.name, {SEPARATOR.join(key): Sums(*sums) for key, sums in cells.items()})
    add("another", {SEPARATOR.join(("2020-01", "a", "米")): Sums(1, 7, 7)})


def by_hand(cells, by, keep):
    found = {}
    for key, sums in cells.items():
        if keep(dict(zip(DIMENSIONS, key, strict=True))):
            label = tuple(key[DIMENSIONS.index(name)] for name in by)
            was = found.get(label, (0, 0))
            found[label] = (was[0] + sums[0], was[1] + sums[1])
    return found


def told(rows, n):
    return {row[:n]: row[n:] for row in rows}


@given(CELLS, st.permutations(DIMENSIONS), st.integers(0, 3))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_dimensions_agree_with_adding_up_by_hand(db, cells, order, n):
    put(cells)
    by = order[:n]
    assert told(summed(CUBE, by, ("n", "fen")), n) == by_hand(cells, by, lambda one: True)
    narrowed = summed(
        CUBE,
        by,
        ("n", "fen"),
        within=[("place", ["东城", ""])],
        spans={"month": ("2020-02", ""), "kind": ("", "米")},
    )
    assert told(narrowed, n) == by_hand(
        cells,
        by,
        lambda one: (
            one["place"] in ("东城", "") and one["month"] >= "2020-02" and one["kind"] <= "米"
        ),
    )


def test_nothing_recorded_is_no_row_and_nothing_left_is_a_row_of_noughts():
    put({("2020-01", "a", "米"): (1, 100, 0)})
    add(CUBE.name, {SEPARATOR.join(("2020-01", "a", "米")): Sums(-1, -100)})
    assert summed(CUBE, ("month",), ("n", "fen")) == [("2020-01", 0, 0)]
    assert summed(CUBE, (), ("n",)) == [(0,)]
    assert summed(CUBE, (), ("n",), within=[("month", ["2020-02"])]) == []


def test_columns_of_cells_that_were_there_are_filled_when_the_site_is_brought_up():
    put({("2020-01", "", "米"): (1, 100, 0)})
    key = SEPARATOR.join(("2020-01", "", "米"))
    Cell.objects.update(**dict.fromkeys(COLUMNS, ""))
    filled = importlib.import_module("niangjia.blocks.indicators.migrations.0004_columns_filled")
    filled.fill(apps, SimpleNamespace(connection=connection))
    found = Cell.objects.filter(projection=CUBE.name).values_list(*COLUMNS).get()
    assert list(found) == columns_of(key) == ["2020-01", "", "米", *[""] * 7]


def test_more_dimensions_than_columns_are_refused():
    wide = Projection("wide", frozenset(), tuple(map(str, range(11))), CUBE.fold)
    with pytest.raises(ProgrammingError, match="too many dimensions"):
        declare(wide)
