"""Releases: which of registered and confirmed they state; head counts in declared tables alone."""

import json
from dataclasses import replace

import pytest
from django.core.cache import cache
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from niangjia.core import jobs
from niangjia.core.errors import Invalid
from niangjia.programmes.assistance_ledger import confirmed_shown, review_jobs
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase, Release
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.selectors.reviews import review_get
from niangjia.programmes.assistance_ledger.services.reviews import (
    Confirmed,
    Decision,
    review_decide,
    review_enter,
)
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pages import browser

database = pytest.mark.django_db(databases=["default", "keys"])
pytestmark = pytest.mark.both
PARTS = st.dictionaries(st.sampled_from("uvwxyz"), st.tuples(st.integers(0, 9), st.integers(0, 9)))
ROWS = st.dictionaries(st.sampled_from("abcde"), PARTS, min_size=1)


@hypothesis_given(st.lists(ROWS, min_size=1, max_size=3))
def test_what_is_confirmed_is_never_of_few_units_nor_is_what_a_reader_subtracts(tables):
    before = []
    for rows in tables:
        total = confirmed_shown.together(rows.values())
        totals = [confirmed_shown.together(one.tables["t"].values()) for one in before]
        if not confirmed_shown.is_stated(total, totals, 3):
            continue
        groups = {label: (label,) for label in "abcde"}
        found = confirmed_shown.amounts("t", groups, rows, before, 3)
        hidden = frozenset(label for label, fen in found.items() if fen is None)
        for labels in (hidden, *({label} for label in found.keys() - hidden)):
            now = confirmed_shown.together(rows.get(label, {}) for label in labels)
            assert not confirmed_shown.too_few(now, 3)
            for one in before:
                then = confirmed_shown.together(one.tables["t"].get(label, {}) for label in labels)
                assert one.hidden["t"] <= hidden
                assert not confirmed_shown.step_too_few(now, then, 3)
        before.append(confirmed_shown.Earlier({"t": rows}, {"t": hidden}))


def settle():
    for row in HelpReview.objects.filter(applying=True):
        review_jobs.apply({"review": row.ref})
    jobs.settle()
    cache.clear()


def review(product="小米", county="130627", households=30, people=90) -> HelpReview:
    ref = review_enter(
        given.actor("supplier"),
        supplier_ref=Purchase.objects.first().supplier.ref,
        product=product,
        period="2020Q1",
        county_code=county,
        form=HelpForm(("purchase",), households, people, 50_000),
    )
    return HelpReview.objects.get(ref=ref)


def decide(row: HelpReview, step: str, **more):
    detail = review_get(given.actor("reviewer"), ref=row.ref)
    decision = Decision(row.ref, step, detail.row.case.version, detail.content.sha256)
    review_decide(given.actor("reviewer"), decision=replace(decision, **more))
    settle()


def taken(product="小米", n=2, start=0, **changes):
    given.take(
        *[
            given.purchase(start + number + 100 * ord(unit), unit=unit, product=product, **changes)
            for unit in "甲乙丙"
            for number in range(n)
        ]
    )


def release() -> dict:
    ref = given.release("2020Q1")
    cache.clear()
    return json.loads(bytes(Release.objects.get(ref=ref).document))


@pytest.fixture
def city(db):
    cache.clear()
    given.city()
    taken()


def page(path: str) -> str:
    answer = browser().get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@database
def test_a_release_states_both_and_a_later_one_after_a_withdrawal_says_so(city):
    row = review()
    first = release()
    assert (first["states"], first["confirmed_fen"]) == (["registered", "confirmed"], 0)
    decide(row, "confirm")
    second = release()
    assert (second["counted_fen"], second["confirmed_fen"]) == (186_600, 186_600)
    assert [one["confirmed_fen"] for one in second["tables"]["county"]] == [186_600]
    found = browser().get("/api/board/2020Q1").json()
    assert (found["states"], found["confirmed_fen"]) == (["registered", "confirmed"], 186_600)
    assert "Confirmed by the assisted counties" in page("/board/2020Q1")
    assert "not confirmed: 0.00" in page("/board/2020Q1")
    decide(row, "withdraw", reason="名单有误")
    assert browser().get("/api/board/2020Q1").json()["confirmed_fen"] == 186_600  # immutable
    third = release()
    assert (third["version"], third["confirmed_fen"]) == (3, 0)
    assert "not confirmed: 0.18" in page("/board/2020Q1")


@database
def test_what_is_confirmed_of_one_unit_alone_is_not_stated_but_the_rest_is(city):
    given.take(given.purchase(9, product="核桃"))
    decide(review("核桃"), "confirm")
    found = release()
    assert (found["states"], found["confirmed_fen"]) == (["registered"], None)
    assert {row["confirmed_fen"] for rows in found["tables"].values() for row in rows} == {None}
    assert "too few units stand behind it" in page("/board/2020Q1")
    with pytest.raises(Invalid, match="Nothing changed"):
        release()


def without_the_measure(document: dict) -> dict:
    """As releases were before there was the measure."""
    old = {k: v for k, v in document.items() if k not in ("states", "confirmed_fen", "heads")}
    old["tables"] = {
        name: [{k: v for k, v in row.items() if k != "confirmed_fen"} for row in rows]
        for name, rows in document["tables"].items()
    }
    return old


@database
def test_a_release_from_before_the_measure_is_shown_and_compared_with(city):
    release()
    row = Release.objects.get()
    old = without_the_measure(json.loads(bytes(row.document)))
    Release.objects.update(document=json.dumps(old).encode())
    row.cells.update(confirmed_fen=None, confirmed_households=None, confirmed_people=None)
    cache.clear()
    assert "before what the counties confirm" in page("/board/2020Q1")
    found = browser().get("/api/board/2020Q1").json()
    assert (found["states"], found["confirmed_fen"], found["heads"]) == (["registered"], None, None)
    assert browser("auditor").get(f"/desk/releases/{row.ref}").status_code == 200
    assert browser().get("/board/2020Q1/heads").status_code == 404
    decide(review(), "confirm")
    assert release()["confirmed_fen"] == 186_600
    assert browser("city").get("/desk/releases").status_code == 200


def heads_of(table: str) -> dict:
    rows = browser().get("/board/2020Q1/heads.json").json()["tables"][table]
    return {row["label"]: (row["households"], row["people"]) for row in rows if row["people"] != 0}


@database
def test_head_counts_stand_in_the_declared_tables_with_small_ones_left_out(city):
    taken("大米", start=20, county_code="130723")
    decide(review("小米"), "confirm")
    found = release()["heads"]
    assert (found["policy"], found["threshold"]) == ("heads-2020", 5)
    assert (found["households"], found["people"]) == (30, 90)
    assert heads_of("county") == {"130627": (30, 90)}
    assert heads_of("district") == {"110101": (10, 30), "110105": (20, 60)}
    lines = browser().get("/board/2020Q1/heads.csv").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "period,table,label,name,households,people"
    assert "2020Q1,county,130627,唐县,30,90" in lines
    assert "2020Q1,district,,Total,30,90" in lines
    shown = browser().get("/api/board/2020Q1/heads").json()
    assert shown == browser().get("/board/2020Q1/heads.json").json() | {
        "released_at": shown["released_at"]
    }
    assert "Households and people helped" in page("/board/2020Q1/heads")
    assert "/board/2020Q1/heads" in page("/board/2020Q1")


@database
def test_a_district_with_fewer_than_five_takes_another_along(city):
    decide(review(households=12, people=12), "confirm")
    assert heads_after_release() == {"110101": (None, None), "110105": (None, None)}
    text = page("/board/2020Q1/heads")
    assert text.count("*</td>") == 4 and ">4<" not in text and ">8<" not in text


def heads_after_release() -> dict:
    release()
    return heads_of("district")


@database
def test_a_total_below_five_is_not_stated_and_has_no_page(city):
    decide(review(households=4, people=4), "confirm")
    found = release()["heads"]
    assert (found["households"], found["people"], found["tables"]) == (None, None, {})
    assert browser().get("/board/2020Q1/heads").status_code == 404
    assert browser().get("/api/board/2020Q1/heads").status_code == 404


@database
def test_a_later_release_that_would_tell_by_difference_states_no_heads(city):
    """30 households, then 27: a reader would know that three were struck off."""
    row = review()
    decide(row, "confirm")
    release()
    decide(row, "withdraw", reason="名单有误")
    decide(row, "partly", confirmed=Confirmed(186_600, 27, 87), reason="三户查无")
    taken(start=40, county_code="130723")
    second = release()
    assert second["heads"]["tables"] == {} and second["heads"]["people"] is None
    assert heads_of("county") == {"130627": (30, 90)}  # the earlier statement stands
    assert "Release 2 states none" in page("/board/2020Q1/heads")


@database
def test_months_and_years_state_no_heads(city):
    decide(review(), "confirm")
    given.release("2020-02")
    given.release("2020")
    for row in Release.objects.all():
        assert json.loads(bytes(row.document))["heads"] is None
    assert browser().get("/board/2020/heads").status_code == 404
