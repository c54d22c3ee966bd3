"""Regions with their years and successors; the county list comes in whole, or not at all."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.blocks.places import rules
from niangjia.blocks.places.models import AssistedCounty, Region
from niangjia.blocks.places.public import CountyBook, counties_import, region_at, region_names
from niangjia.blocks.places.services import COLUMNS, regions_load
from niangjia.core.actor import system_actor
from niangjia.core.errors import Invalid

SYSTEM = system_actor("test places")
pytestmark = pytest.mark.both
database = pytest.mark.django_db(databases=["default", "keys"])


@database
def test_a_code_is_named_by_its_year():
    regions_load(SYSTEM)
    assert region_at("110103", dt.date(2009, 1, 1)).name == "崇文区"
    assert region_at("110103", dt.date(2011, 1, 1)) is None


@database
def test_in_the_year_of_a_change_the_new_name_holds():
    Region.objects.create(code="139901", name="旧县", level="county", province="", valid_to=2017)
    Region.objects.create(code="139901", name="新市", level="county", province="", valid_from=2017)
    found = [region_at("139901", dt.date(year, 1, 1)).name for year in (2016, 2017)]
    assert found == ["旧县", "新市"]
    assert region_names({"139901"}) == {"139901": "新市"}


@database
def test_a_renamed_county_is_found_under_both_names():
    regions_load(SYSTEM)
    book = CountyBook()
    assert book.find("河北省", "平泉县").code == book.find("河北", "平泉市").code
    assert book.find("河北省", "没有的县") is None


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")))
def test_successors_that_lead_in_a_circle_end(successor):
    for code in "abcdef":
        last = rules.last_of(code, successor)
        assert last == code or last in successor.values()


def lines(*rows):
    return "\n".join([",".join(COLUMNS), *rows]).encode()


@database
def test_the_county_list_comes_in_and_may_be_repeated():
    data = lines("130627,唐县,130627,唐县,河北省,保定市,2018", "000000,某地,,,某省,某市,2019")
    first = counties_import(SYSTEM, data=data)
    assert (first.n, first.n_new, first.without_code) == (2, 2, ("某地",))
    again = counties_import(SYSTEM, data=data)
    assert (again.n_new, again.n_changed) == (0, 0)


@database
def test_a_bad_line_is_named_and_nothing_comes_in():
    with pytest.raises(Invalid, match="Line 3"):
        counties_import(
            SYSTEM,
            data=lines("130627,唐县,130627,唐县,河北省,保定市,2018", "1,甲,1,甲,乙,丙,二〇一八"),
        )
    with pytest.raises(Invalid, match="exit_year"):
        counties_import(SYSTEM, data=b"code_listed\n1\n")
    assert not AssistedCounty.objects.exists()
