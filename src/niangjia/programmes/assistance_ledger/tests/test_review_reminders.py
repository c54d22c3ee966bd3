"""Deadlines of the county's review: each reminder once, to whom it concerns; the card."""

import datetime as dt

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from niangjia.blocks.desk.public import inbox_groups
from niangjia.core import clock
from niangjia.lib import working_days
from niangjia.programmes.assistance_ledger import periods, review_jobs, reviewing
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase, ReviewReminder
from niangjia.programmes.assistance_ledger.selectors.reviews import reviewer_card
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pages import browser
from niangjia.programmes.assistance_ledger.tests.test_release_both import decide
from niangjia.programmes.assistance_ledger.tests.test_reviews import entered

database = pytest.mark.django_db(databases=["default", "keys"])
pytestmark = pytest.mark.both
MARKS = (90, 60, 30)
DUE = dt.date(2020, 7, 29)  # 120 days after the quarter's last one, a Wednesday


@hypothesis_given(st.dates(dt.date(2020, 1, 1), dt.date(2021, 12, 31)), st.integers(-40, 130))
def test_the_mark_is_the_smallest_that_is_not_below_the_days_left(due_on, left):
    found = reviewing.mark_of(due_on, due_on - dt.timedelta(days=left), MARKS)
    passed = [mark for mark in MARKS if left <= mark]
    assert found == (reviewing.OVERDUE if left < 0 else min(passed) if passed else None)


def test_a_deadline_on_a_day_of_rest_is_the_next_working_day():
    assert reviewing.deadline(dt.date(2020, 3, 31), 120) == DUE
    holiday = reviewing.deadline(dt.date(2020, 9, 30), 1)  # 1 October: a week of holidays
    assert holiday == dt.date(2020, 10, 9) and working_days.is_working_day(holiday)


def test_the_quarters_before_a_day_are_the_newest_first():
    assert periods.before(dt.date(2020, 3, 17), 3) == ["2019Q4", "2019Q3", "2019Q2"]
    assert periods.before(dt.date(2020, 12, 31), 2) == ["2020Q3", "2020Q2"]


@pytest.fixture
def on(monkeypatch):
    """Sets the city's day."""

    def set_day(day: dt.date) -> None:
        at = dt.datetime.combine(day, dt.time(9), clock.zone())
        monkeypatch.setattr(clock, "city_now", lambda: at)
        monkeypatch.setattr(clock, "city_today", lambda: day)

    return set_day


@pytest.fixture
def city(db):
    given.city()
    given.take(given.purchase(1), given.purchase(2, unit="乙"), given.purchase(3, product="大米"))


def lines(who: str, kind: str) -> list[tuple[str, int]]:
    return [
        (line.title, line.n_reminders)
        for group in inbox_groups(given.actor(who))
        if group.kind == kind
        for line in group.lines
    ]


def sent() -> set[int]:
    return set(ReviewReminder.objects.filter(period="2020Q1").values_list("mark", flat=True))


def days_before(n: int) -> dt.date:
    return DUE - dt.timedelta(days=n)


@database
def test_a_county_is_reminded_once_at_each_mark_and_the_districts_when_it_is_overdue(city, on):
    on(days_before(91))
    review_jobs.remind()
    assert lines("reviewer", "review.quarter") == [] and sent() == set()
    for n in (90, 89, 60, 45, 30, 0):
        on(days_before(n))
        review_jobs.remind()
        review_jobs.remind()
        assert [n_reminders for _title, n_reminders in lines("reviewer", "review.quarter")] == [0]
        assert lines("district", "review.quarter_late") == []
    assert sent() == {*MARKS}
    on(DUE + dt.timedelta(days=1))
    review_jobs.remind()
    review_jobs.remind()
    ((title, _n),) = lines("reviewer", "review.quarter")
    assert ": 2 " in title or "2项" in title
    ((title, _n),) = lines("district", "review.quarter_late")  # the first unit bought both
    assert "2" in title and "唐县" in title
    ((title, _n),) = lines("district_b", "review.quarter_late")  # the second bought one
    assert "1" in title
    assert sent() == {*MARKS, reviewing.OVERDUE}


@database
def test_what_was_passed_by_is_not_made_up_for(city, on):
    on(days_before(40))
    review_jobs.remind()
    assert sent() == {60}
    assert len(lines("reviewer", "review.quarter")) == 1


@database
def test_once_all_is_confirmed_nothing_of_the_quarter_waits(city, on):
    on(days_before(30))
    review_jobs.remind()
    rows = [entered(product=name) for name in ("小米", "大米")]
    decide(rows[0], "confirm")
    assert len(lines("reviewer", "review.quarter")) == 1
    decide(rows[1], "confirm")
    assert lines("reviewer", "review.quarter") == []
    on(DUE + dt.timedelta(days=1))
    review_jobs.remind()
    assert lines("reviewer", "review.quarter") == lines("district", "review.quarter_late") == []


@database
def test_an_overdue_review_reminds_the_county_and_tells_the_districts_once(city, on):
    row = entered()
    assert row.case.due_on == dt.date(2020, 3, 31)
    on(row.case.due_on)
    review_jobs.remind()
    assert lines("reviewer", "review.decide")[0][1] == 0 and lines("district", "review.late") == []
    on(dt.date(2020, 4, 1))
    review_jobs.remind()
    review_jobs.remind()
    assert [n for _title, n in lines("reviewer", "review.decide")] == [1]
    assert len(lines("district", "review.late")) == len(lines("district_b", "review.late")) == 1
    assert HelpReview.objects.get(pk=row.pk).late_told_on == row.case.due_on
    decide(row, "confirm")
    assert lines("district", "review.late") == lines("district_b", "review.late") == []


@database
def test_what_was_taken_back_is_not_waited_for(city, on):
    on(days_before(30))
    for ref in Purchase.objects.values_list("ref", flat=True):
        purchase_reverse(given.actor("city"), purchase_ref=ref, reason="重复登记")
    review_jobs.remind()
    assert lines("reviewer", "review.quarter") == []


@database
def test_the_card_of_the_reviewer_says_what_waits_and_what_was_confirmed(city, on):
    on(dt.date(2020, 3, 20))
    rows = [entered(product=name) for name in ("小米", "大米")]
    card = reviewer_card(given.actor("reviewer"))
    assert (card.n_waiting, card.n_late, card.nearest.ref) == (2, 0, rows[0].ref)
    assert (card.n_decided, card.fen, card.households, card.people) == (0, 0, 0, 0)
    decide(rows[0], "confirm")
    card = reviewer_card(given.actor("reviewer"))
    assert (card.n_waiting, card.nearest.ref) == (1, rows[1].ref)
    assert (card.n_decided, card.fen, card.households, card.people) == (1, 62_200, 7, 20)
    on(dt.date(2020, 4, 20))
    card = reviewer_card(given.actor("reviewer"))
    assert (card.n_late, card.quarter, card.n_open, card.due_on) == (1, "2020Q1", 1, DUE)
    assert card.n_decided == 0  # a new quarter began
    page = browser("reviewer").get("/desk").content.decode()
    assert "Help reviews of the county" in page and f"/desk/reviews/{rows[1].ref}" in page
    assert "Help reviews of the county" not in browser("clerk").get("/desk").content.decode()
