"""A unit is one donor, by code or name, however its name was typed."""

import pytest

from niangjia.blocks.orgs.public import organisation
from niangjia.programmes.donations.donors import unit_donor
from niangjia.programmes.donations.models import Donor, Gift
from niangjia.programmes.donations.services import gifts_record
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.types import DonorIn

pytestmark = [pytest.mark.django_db, pytest.mark.both]
NAME, CODE, OTHER = "示例（北京）公司", given.UNIT, "91110101000000002X"


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()
    given.raising()


def gave(*donors: DonorIn) -> None:
    """Each gave once more; all in one call."""
    first = Gift.objects.count() + 1
    rows = [given.unit_gift(n, donor=one) for n, one in enumerate(donors, first)]
    gifts_record(given.actor("foundation"), slug=given.SLUG, rows=rows)


def unit(name: str = NAME, code: str = "") -> DonorIn:
    return DonorIn("unit", name, uscc=code)


def kept() -> list[tuple[str, str, int]]:
    """(name, code, gifts) of each unit."""
    rows = Donor.objects.order_by("id")
    return [(one.name, one.uscc, one.gifts.count()) for one in rows]


TYPED = ["示例(北京)公司", " 示例（北京）公司　", "示例 （北京） 公司", "示例（北京)公司\u200b"]


@pytest.mark.parametrize("typed", TYPED, ids=range(len(TYPED)))
def test_however_the_name_is_typed_it_is_one_unit(typed):
    gave(unit())
    gave(unit(typed))
    assert kept() == [(NAME, "", 2)]


def test_several_spellings_of_one_call_are_one_unit():
    gave(unit(), *(unit(typed) for typed in TYPED))
    assert kept() == [(NAME, "", 5)]


def test_a_name_alone_finds_the_unit_that_has_a_code():
    gave(unit(code=CODE))
    gave(unit("示例(北京)公司"))
    assert kept() == [(NAME, CODE, 2)]


def test_in_one_call_a_name_alone_finds_the_unit_that_has_a_code():
    gave(unit(), unit(code=CODE))
    assert kept() == [(NAME, CODE, 2)]


def test_a_code_that_comes_later_is_adopted_by_the_unit_of_that_name():
    gave(unit())
    ref = Donor.objects.get().ref
    gave(unit("示例(北京)公司", CODE.lower()))
    gave(unit(code=CODE), unit())
    assert kept() == [(NAME, CODE, 4)] and Donor.objects.get().ref == ref


def test_two_units_of_one_name_stay_two_and_a_name_alone_is_neither():
    gave(unit(code=CODE), unit(code=OTHER))
    gave(unit())
    assert kept() == [(NAME, CODE, 1), (NAME, OTHER, 1), (NAME, "", 1)]


def test_two_codes_of_one_call_do_not_both_adopt_the_unit_of_that_name():
    gave(unit())
    gave(unit(code=CODE), unit(code=OTHER))
    assert kept() == [(NAME, CODE, 2), (NAME, OTHER, 1)]


def test_a_second_code_does_not_take_over_a_unit_that_has_one():
    gave(unit(code=CODE))
    gave(unit(code=OTHER))
    assert kept() == [(NAME, CODE, 1), (NAME, OTHER, 1)]


def test_a_blank_code_is_none():
    gave(unit(code="　 "), unit())
    assert kept() == [(NAME, "", 2)]


def test_an_organisation_is_the_donor_that_was_known_by_its_name():
    gave(unit("示例甲工会"))
    found = unit_donor(organisation(given.actor("clerk").organisation_id or 0))
    assert found is not None and found.name == "示例甲工会"


def test_a_person_of_a_unit_s_name_is_no_unit():
    gave(unit())
    row = given.gift(9, donor=DonorIn("person", NAME, "13900000009"))
    gifts_record(given.actor("foundation"), slug=given.SLUG, rows=[row])
    assert [one.kind for one in Donor.objects.order_by("id")] == ["unit", "person"]
