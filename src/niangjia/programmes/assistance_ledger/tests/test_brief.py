"""The leader's page: sums, target and calendar, rank, share of paired counties; as files too."""

import io
import zipfile

import pytest
from django.core.cache import cache
from django.test import Client

from niangjia.core.errors import Denied, Invalid
from niangjia.programmes.assistance_ledger.pages import brief as parts
from niangjia.programmes.assistance_ledger.selectors import brief_get
from niangjia.programmes.assistance_ledger.services import target_set
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pages import browser

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(db):
    cache.clear()
    given.city()
    given.take(
        given.purchase(1),
        given.purchase(2, unit="乙", mode="helped", amount_fen=62_200, quantity_milli=20_000),
        given.purchase(3, unit="乙", assisted=False, county_code="370783"),
    )


def test_only_recognised_origin_counts_and_ranks_follow_the_amount():
    found = brief_get(given.actor("leader"))
    assert (found.quarter_fen, found.direct_fen, found.helped_fen) == (93_300, 31_100, 62_200)
    assert [(one.place, one.name) for one in found.ranks] == [(1, "朝阳区"), (2, "东城区")]
    assert found.paired_fen == 93_300 and found.gone == 77 * 1000 // 366


def test_a_district_sees_its_own_sum_and_its_place_among_all():
    found = brief_get(given.actor("district"))
    assert found.quarter_fen == 31_100
    assert [one.place for one in found.ranks if one.own] == [2]
    with pytest.raises(Denied):
        brief_get(given.actor("clerk"))


def test_the_newest_target_counts_and_is_held_against_the_calendar():
    for fen in (1_000_000, 186_600):
        target_set(given.actor("city"), year=2020, fen=fen)
    found = brief_get(given.actor("leader"))
    assert found.target_fen == 186_600
    assert parts.meters(found)[0].percent == "50.0%"
    assert "29.0" in parts.behind(found)


@pytest.mark.parametrize(("year", "fen"), [(2020, 0), (1020, 100), (2020, 10**16)])
def test_a_target_that_cannot_be_meant_is_refused(year, fen):
    with pytest.raises(Invalid):
        target_set(given.actor("city"), year=year, fen=fen)


def test_a_quarter_without_figures_is_not_compared_with():
    found = brief_get(given.actor("leader"))
    assert found.before_part is None and parts.compared(found) == []
    assert parts.change(110, 100) == "+10.0%" and parts.change(95, 100) == "-5.0%"


def test_the_brief_as_files_says_the_same():
    client: Client = browser("leader")
    made = client.get("/desk/brief.pdf")
    assert made.status_code == 503 or made.content.startswith(b"%PDF")
    word = client.get("/desk/brief.docx")
    text = zipfile.ZipFile(io.BytesIO(word.content)).read("word/document.xml").decode()
    assert "0.09" in text and "0.06" in text
    assert client.get("/desk/brief").status_code == 200


def test_the_city_sets_its_target_on_the_page():
    answer = browser("city").post("/desk/brief/target", {"year": "2020", "amount": "5000"})
    assert answer.status_code == 302
    assert brief_get(given.actor("leader")).target_fen == 5_000_000_000
    wrong = browser("city").post("/desk/brief/target", {"year": "2020", "amount": "-1"})
    assert wrong.status_code == 422
