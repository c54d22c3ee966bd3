"""Whatever is done to organisations in whatever order: each record has one unit, sums stand."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from niangjia.blocks.desk.following import pay
from niangjia.blocks.desk.public import proposed
from niangjia.blocks.indicators.public import snapshot
from niangjia.blocks.orgs.models import Organisation
from niangjia.blocks.orgs.public import (
    organisation_close,
    organisation_move,
    organisation_rename,
    organisation_reopen,
    organisation_split,
    organisations_merge,
)
from niangjia.core import jobs
from niangjia.core.errors import DomainError
from niangjia.programmes.assistance_ledger import figures
from niangjia.programmes.assistance_ledger.content import sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase, Report
from niangjia.programmes.assistance_ledger.selectors import Filters, purchases_total
from niangjia.programmes.assistance_ledger.services import period_open
from niangjia.programmes.assistance_ledger.tests import given
from tests.organisations import state

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
MONTHS = ("2020-01", "2020-02", "2020-03")
UNITS = st.integers(0, 2)
ACTS = st.one_of(
    st.tuples(st.just("merge"), UNITS, UNITS),
    st.tuples(st.just("split"), UNITS),
    st.tuples(st.just("rename"), UNITS, st.integers(0, 3)),
    st.tuples(st.just("move"), UNITS, st.sampled_from(["东城区", "朝阳区"])),
    st.tuples(st.just("close"), UNITS),
    st.tuples(st.just("reopen"), UNITS),
    st.tuples(st.just("take"), UNITS, st.integers(1, 6)),
)


@pytest.fixture(autouse=True)
def city(db):
    given.city()
    period_open(given.actor("city"), period="2020Q1")
    for number, unit in enumerate("甲乙丙", 1):
        given.take(given.purchase(number, unit=unit))


def act(refs, name, which, *more):
    city, on = given.actor("city"), {"organisation_ref": refs[which]}
    if name == "merge":
        organisations_merge(city, **on, into_ref=refs[more[0]], reason="同一单位")
    elif name == "split":
        organisation_split(city, **on, reason="有误")
    elif name == "rename":
        organisation_rename(
            city, **on, name=f"示例新名{more[0]}工会", since=dt.date(2020, 3, 1), reason="更名"
        )
    elif name == "move":
        parent = Organisation.objects.get(name=more[0]).ref
        organisation_move(
            city,
            **on,
            tree="territory",
            parent_ref=parent,
            since=dt.date(2020, 3, 17),
            reason="区划",
        )
    elif name == "close":
        organisation_close(city, **on, last_day=dt.date(2020, 3, 1), reason="撤销")
    elif name == "reopen":
        organisation_reopen(city, **on, reason="恢复")
    else:
        given.take(given.purchase(more[0], unit="甲乙丙"[which]))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@drawn(acts=st.lists(ACTS, min_size=1, max_size=8))
def test_any_sequence_keeps_sums_paths_and_heads(acts):
    with transaction.atomic():
        _check(acts)
        transaction.set_rollback(True)


def _check(acts):
    units = Organisation.objects.filter(category="buyer").order_by("id")
    refs = list(units.values_list("ref", flat=True))
    for one in acts:
        try:
            with transaction.atomic():
                act(refs, *one)
        except DomainError:
            continue
    jobs.settle()
    state.check("2020Q1")
    fen = sum(Purchase.objects.values_list("amount_fen", flat=True))
    assert sum(sums.fen for sums in sums_by_unit("2020Q1").values()) == fen
    assert purchases_total(given.actor("city"), filters=Filters())[1] == fen
    merged = Organisation.objects.filter(succeeded_by__isnull=False)
    heads = dict(merged.values_list("ref", "succeeded_by__ref"))
    cells = figures.with_heads(snapshot("purchases", MONTHS)[1], heads)
    assert sum(sums.fen for sums in cells.values()) == fen
    living = set(units.filter(succeeded_by=None).values_list("ref", flat=True))
    assert {key[-1] for key in cells} <= living
    for report in Report.objects.filter(period="2020Q1").select_related("unit", "counted_with"):
        head = report.unit.succeeded_by_id
        counted = report.counted_with.unit_id if report.counted_with else None
        assert counted == head


def found(word):
    while pay(2):
        pass
    return len(proposed(1, ((tuple([word]),),), limit=100))


def test_a_new_name_and_a_new_district_reach_old_records_in_the_index():
    units = Organisation.objects.filter(category="buyer").order_by("id")
    refs = list(units.values_list("ref", flat=True))
    ids = {o.name: o.pk for o in Organisation.objects.filter(category="node")}
    east, west = f"t_{ids['东城区']}", f"t_{ids['朝阳区']}"
    assert (found("新名"), found(east), found(west)) == (0, 1, 2)
    act(refs, "rename", 0, 1)
    jobs.settle()
    assert found("新名") == 1
    act(refs, "move", 0, "朝阳区")
    jobs.settle()
    assert (found(east), found(west)) == (0, 3)
    act(refs, "merge", 1, 0)
    jobs.settle()
    assert found("新名") == 2
    act(refs, "split", 1)
    jobs.settle()
    assert found("新名") == 1
