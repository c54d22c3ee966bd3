"""Every total shows what is registered and what the county confirmed; a withdrawal changes all."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace

import pytest
from django.core.cache import cache

from niangjia.core import jobs
from niangjia.programmes.assistance_ledger import review_jobs
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase, Report
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.selectors.reviews import review_get
from niangjia.programmes.assistance_ledger.services import (
    period_close,
    period_open,
    purchase_reverse,
    report_decide,
)
from niangjia.programmes.assistance_ledger.services.reviews import (
    Decision,
    review_decide,
    review_enter,
)
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pages import browser

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
PERIOD, IN_IT = "2019Q4", dt.date(2019, 11, 5)
FORM = HelpForm(("purchase",), 7, 20, 50_000)


def settle():
    for row in HelpReview.objects.filter(applying=True):
        review_jobs.apply({"review": row.ref})
    jobs.settle()
    cache.clear()


def decide(row: HelpReview, step: str, **more):
    detail = review_get(given.actor("reviewer"), ref=row.ref)
    decision = Decision(row.ref, step, detail.row.case.version, detail.content.sha256)
    review_decide(given.actor("reviewer"), decision=replace(decision, **more))
    settle()


def review(period=PERIOD) -> HelpReview:
    ref = review_enter(
        given.actor("supplier"),
        supplier_ref=Purchase.objects.first().supplier.ref,
        product="小米",
        period=period,
        county_code="130627",
        form=FORM,
    )
    return HelpReview.objects.get(ref=ref)


@pytest.fixture
def reported(db):
    """Two units' reports of a quarter stand in the city sum; the county's material is handed in."""
    cache.clear()
    given.city()
    rows = [given.purchase(n, unit, occurred_on=IN_IT) for n, unit in ((1, "甲"), (2, "乙"))]
    given.take(rows[0], replace(rows[1], mode="helped"))
    period_open(given.actor("city"), period=PERIOD)
    jobs.settle()
    for unit, suffix in (("甲", ""), ("乙", "_b")):
        for who, step in (
            ("clerk", "enter"),
            ("checker", "check"),
            ("head", "sign"),
            ("clerk", "send"),
            ("district", "accept"),
        ):
            row = Report.objects.select_related("case").get(unit__name=f"示例{unit}工会")
            report_decide(
                given.actor(f"{who}{suffix}"),
                report_ref=row.ref,
                step=step,
                version=row.case.version,
            )
    return review()


def text(who: str, path: str) -> str:
    answer = browser(who).get(path)
    assert answer.status_code == 200, path
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def part(fen, households, people, direct=0, helped=0):
    return {
        "fen": fen,
        "direct_fen": direct,
        "helped_fen": helped,
        "assisted_fen": fen,
        "households": households,
        "people": people,
    }


OF_ALL = part(62_200, 7, 20, direct=31_100, helped=31_100)
OF_A, OF_B = part(31_100, 3, 10, direct=31_100), part(31_100, 4, 10, helped=31_100)
NOTHING = part(0, 0, 0)


def refs():
    return dict(Report.objects.values_list("unit__name", "ref"))


def json_says(all_of, a, b):
    found = browser("city").get(f"/api/reports?period={PERIOD}").json()
    assert (found["total"]["fen"], found["total_confirmed"]) == (62_200, all_of)
    for parts in ("by_territory", "by_line"):
        assert sum(one["confirmed"]["fen"] for one in found[parts]) == all_of["fen"]
    assert {one["code"]: one["confirmed"] for one in found["by_territory"]} == {
        "110101": a,
        "110105": b,
    }
    assert {one["unit"]: one["confirmed"] for one in found["items"]} == {
        "示例甲工会": a,
        "示例乙工会": b,
        "示例丙医院": NOTHING,
    }
    one = browser("clerk").get(f"/api/reports/{refs()['示例甲工会']}").json()
    assert (one["figures"]["fen"], one["confirmed"]) == (31_100, a)
    (period,) = browser("city").get("/api/periods").json()
    assert (period["sums"]["fen"], period["confirmed"]) == (62_200, all_of)


def pages_say(yuan_all: str, yuan_a: str, households: int):
    collect = text("city", f"/desk/collect?period={PERIOD}")
    assert f"622.00 confirmed {yuan_all}" in collect
    assert collect.count(f"311.00 confirmed {yuan_a}") >= 4  # both units, both districts
    own = text("clerk", f"/desk/reports/{refs()['示例甲工会']}")
    assert f"311.00 confirmed {yuan_a}" in own
    assert f"Households helped 3 confirmed {households}" in own
    own = text("clerk", f"/desk/reports/{refs()['示例甲工会']}/print")
    assert f"311.00 {yuan_a} of it direct purchase 311.00 {yuan_a}" in own
    assert f"Households helped 3 {households} " in own
    assert f"Confirmed by the assisted county: ¥ {yuan_a}" in own
    assert f"311.00 confirmed {yuan_a}" in text("clerk", "/desk/reports")
    assert f"622.00 confirmed {yuan_all}" in text("city", "/desk/periods")


def test_withdrawing_a_confirmation_changes_every_total_of_reports(reported):
    period_close(given.actor("city"), period=PERIOD, reason="丙医院本期停业")
    json_says(NOTHING, NOTHING, NOTHING)
    pages_say("0.00", "0.00", 0)
    decide(reported, "confirm")
    json_says(OF_ALL, OF_A, OF_B)
    pages_say("622.00", "311.00", 3)
    decide(reported, "withdraw", reason="名单有误")
    json_says(NOTHING, NOTHING, NOTHING)
    pages_say("0.00", "0.00", 0)


def test_confirming_does_not_move_a_report_that_was_signed(reported):
    before = list(Report.objects.order_by("id").values_list("content_sha256", "case__version"))
    decide(reported, "confirm")
    now = list(Report.objects.order_by("id").values_list("content_sha256", "case__version"))
    assert now == before


def brief_says(done: str, rest: str):
    page = text("leader", "/desk/brief")
    assert page.count(f"confirmed {done} · not confirmed {rest}") >= 3  # quarter, year, pairs
    word = browser("leader").get("/desk/brief.docx")
    sheet = zipfile.ZipFile(io.BytesIO(word.content)).read("word/document.xml").decode()
    assert f"0.06 / {done}" in sheet


def test_withdrawing_a_confirmation_changes_every_total_of_the_brief(db):
    cache.clear()
    given.city()
    given.take(given.purchase(1), given.purchase(2, "乙"))
    row = review("2020Q1")
    brief_says("0.00", "0.06")
    decide(row, "confirm")
    brief_says("0.06", "0.00")
    assert "confirmed 0.03 · not confirmed 0.00" in text("district", "/desk/brief")
    decide(row, "withdraw", reason="名单有误")
    brief_says("0.00", "0.06")
    assert "confirmed 0.00 · not confirmed 0.03" in text("district", "/desk/brief")


def test_a_record_taken_back_leaves_both_sums_of_the_quarter_it_is_taken_off_in(reported):
    decide(reported, "confirm")
    period_close(given.actor("city"), period=PERIOD, reason="丙医院本期停业")
    gone = Purchase.objects.order_by("id").first()
    purchase_reverse(given.actor("city"), purchase_ref=gone.ref, reason="重复登记")
    settle()
    json_says(OF_ALL, OF_A, OF_B)  # what was reported stands still
    assert "confirmed -0.04" in text("leader", "/desk/brief")
