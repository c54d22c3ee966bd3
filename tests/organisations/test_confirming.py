"""What imports bring is confirmed, corrected, or merged into what is registered."""

import pytest

from niangjia.blocks.desk.public import inbox_groups
from niangjia.blocks.orgs.models import Organisation
from niangjia.blocks.orgs.public import (
    organisation_correct,
    organisations_confirm,
    organisations_merge,
)
from niangjia.core import jobs
from niangjia.core.errors import Invalid, NotFound
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.tests import given
from tests.organisations import state

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(db):
    given.city()


def one(name):
    return Organisation.objects.get(name=name)


def brought():
    given.take(
        given.purchase(1, unit_name="北京市示例丁中学", unit_uscc="", district="东城区"),
        given.purchase(2, supplier_name="唐县新社", supplier_uscc=""),
    )
    return one("北京市示例丁中学"), one("唐县新社")


def waiting(who):
    return {g.kind: g.n for g in inbox_groups(given.actor(who))}


def test_what_an_import_brought_waits_for_the_right_office_until_it_is_confirmed():
    unit, supplier = brought()
    assert waiting("district") == {"organisation.confirm": 1}
    assert waiting("city") == {"organisation.confirm": 1}
    with pytest.raises(NotFound):
        organisations_confirm(given.actor("district_b"), refs=[unit.ref])
    assert organisations_confirm(given.actor("district"), refs=[unit.ref]) == 1
    assert organisations_confirm(given.actor("city"), refs=[unit.ref, supplier.ref]) == 1
    assert waiting("district") == waiting("city") == {}
    assert not Organisation.objects.filter(to_confirm=True).exists()


def test_what_was_brought_is_corrected_and_confirmed_in_one():
    unit, _supplier = brought()
    organisation_correct(
        given.actor("city"),
        organisation_ref=unit.ref,
        name="示例丁中学",
        uscc=state.CODE,
        territory_ref=one("朝阳区").ref,
        line_ref=one("教育系统工会").ref,
    )
    jobs.settle()
    found = one("示例丁中学")
    assert (found.to_confirm, found.uscc) == (False, state.CODE)
    assert (found.district_code, found.line_code) == ("110105", "education")
    state.check()
    given.take(given.purchase(3, unit_name="北京市示例丁中学", unit_uscc=""))
    assert Purchase.objects.filter(unit=found).count() == 2


@pytest.mark.parametrize(("name", "field"), [("uscc", "uscc"), ("territory_ref", "territory_ref")])
def test_what_was_emptied_is_refused_at_its_field(name, field):
    unit, _supplier = brought()
    values = {
        "name": "示例丁中学",
        "uscc": state.CODE,
        "territory_ref": one("朝阳区").ref,
        "line_ref": one("教育系统工会").ref,
    }
    Organisation.objects.filter(pk=unit.pk).update(uscc=state.CODE)
    with pytest.raises(Invalid) as refused:
        organisation_correct(given.actor("city"), organisation_ref=unit.ref, **values | {name: ""})
    assert field in refused.value.fields and one(unit.name).to_confirm


def test_merging_what_was_brought_ends_its_item():
    unit, _supplier = brought()
    organisations_merge(
        given.actor("city"),
        organisation_ref=unit.ref,
        into_ref=one("示例甲工会").ref,
        reason="同一单位",
    )
    assert waiting("district") == {} and not one(unit.name).to_confirm
