"""From a household to the records of all rosters that name it, for those who may see them."""

import json

import pytest

from niangjia.blocks.households.models import Household
from niangjia.core import jobs, seal
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services.rosters import roster_withdraw
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tracing.questions import meanings
from tests.households.given import bring, browser, entered, id_number, person
from tests.households.holder import holding

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
SECOND = {"supplier_name": "唐县第二示例合作社", "supplier_uscc": "931306270000000002"}


@pytest.fixture
def reviews(db, tmp_path, settings):
    """Two suppliers' material; household 1 in both rosters, household 2 in the first alone."""
    settings.NIANGJIA_HOME = str(tmp_path)
    seal._read_key.cache_clear()
    with holding(tmp_path / "holder", settings, "assistance_ledger-2020"):
        given.city()
        given.take(
            given.purchase(1),
            given.purchase(5, unit="乙"),
            given.purchase(9, unit="乙", product="核桃", **SECOND),
            given.purchase(12, product="大枣"),
        )
        first, second = entered(), entered("核桃", who="reviewer")
        bring(first, [person(1, 1), person(2, 2)])
        bring(second, [person(1, 1)], who="reviewer", name="另一份.xlsx")
        yield first, second


def of_roster(review, n=0):
    rows = Household.objects.filter(roster__subject=f"review:{review.ref}").order_by("id")
    return rows[n].ref


def traced(who, household):
    """Invoice numbers of the records that the trace finds, and its sum."""
    found = browser(who).get("/api/trace", {"household": household}).json()
    refs = [one["ref"] for one in found["items"]]
    numbers = Purchase.objects.filter(ref__in=refs).values_list("invoice_no", flat=True)
    return sorted(int(one) for one in numbers), found["fen"]


def kinds(who, question):
    return [(one.kind, one.value) for one in meanings(given.actor(who), question=question)]


def test_a_households_records_are_those_of_every_roster_that_names_it(reviews):
    first, second = reviews
    for one in (of_roster(first), of_roster(second)):
        assert traced("city", one) == ([1, 5, 9], 93_300)
        assert traced("reviewer", one) == ([1, 5, 9], 93_300)
    assert traced("city", of_roster(first, 1)) == ([1, 5], 62_200)


def test_a_supplier_and_a_district_trace_their_own_part(reviews):
    first, second = reviews
    assert traced("supplier", of_roster(first)) == ([1, 5], 62_200)
    assert traced("supplier", of_roster(second)) == ([], 0)
    assert traced("auditor", of_roster(first))[0] == [1, 5, 9]


@pytest.mark.parametrize("who", ["clerk", "checker", "head"])
def test_who_may_not_see_rosters_learns_nothing_of_a_household(reviews, who):
    ref = of_roster(reviews[0])
    address = f"/desk/reviews/{reviews[0].ref}/roster/{ref}"
    assert kinds(who, ref) == kinds(who, address) == kinds(who, "0" * 32) == []
    assert traced(who, ref) == traced(who, "0" * 32) == ([], 0)
    page = browser(who).get("/desk/trace", {"household": ref}).content.decode()
    assert "示*" not in page and "示例1" not in page
    assert "名单中该户页面的网址" not in browser(who).get("/desk/trace").content.decode()
    listed = browser(who).get("/desk/records", {"household": ref}).content.decode()
    assert "小米" not in listed


def test_the_question_is_the_pages_address_or_its_ref_and_never_a_number(reviews):
    first = reviews[0]
    ref = of_roster(first)
    address = f"/desk/reviews/{first.ref}/roster/{ref}"
    for question in (ref, address, f"https://example.org{address}?x=1"):
        assert kinds("reviewer", question) == [("household", ref)]
    for question in (id_number(1), "1306270010000001", "示例1"):
        assert not [one for one in kinds("reviewer", question) if one[0] == "household"]
    one = meanings(given.actor("reviewer"), question=ref)[0]
    assert one.name == f"示** 130{'*' * 13}{id_number(1)[-2:]}"


def test_the_page_leads_to_the_trace_with_its_picture_and_names_nobody(reviews):
    first = reviews[0]
    ref = of_roster(first)
    assert "名单中该户页面的网址" in browser("reviewer").get("/desk/trace").content.decode()
    page = browser("reviewer").get(f"/desk/reviews/{first.ref}/roster/{ref}").content.decode()
    assert f"/desk/trace?household={ref}" in page
    text = browser("reviewer").get("/desk/trace", {"household": ref}).content.decode()
    assert "933.00" in text and "唐县第二示例合作社" in text
    assert "示例1" not in text and id_number(1) not in text
    asked = browser("reviewer").get("/desk/trace", {"q": ref})
    assert asked.status_code == 302 and f"household={ref}" in asked.headers["Location"]


def test_a_withdrawn_roster_leads_nowhere(reviews):
    first, second = reviews
    ref, other = of_roster(first), of_roster(second)
    roster_withdraw(given.actor("supplier"), review_ref=first.ref, reason="填错")
    jobs.settle()
    assert traced("city", ref) == ([], 0)
    assert traced("city", other) == ([9], 31_100)
    assert json.dumps(kinds("city", ref)) == "[]"
