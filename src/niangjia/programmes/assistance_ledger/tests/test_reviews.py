"""The county's review: handed in, decided by another hand, inherited by every record, withdrawn."""

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.orgs.public import Account, accounts_set_up, appointment_end
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.assistance_ledger import review_jobs
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase, ReviewLine
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.selectors.reviews import (
    review_get,
    reviews_page,
    unreviewed,
)
from niangjia.programmes.assistance_ledger.services import purchase_correct, purchase_reverse
from niangjia.programmes.assistance_ledger.services.reviews import (
    Confirmed,
    Decision,
    review_decide,
    review_enter,
    reviews_confirm,
)
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
FORM = HelpForm(
    ("purchase", "work"), 7, 20, 50_000, "2020-02-20", "2020-02-27", {"village": "属实"}
)


@pytest.fixture(autouse=True)
def city(db):
    given.city()
    given.take(given.purchase(1), given.purchase(2, unit="乙"), given.purchase(3, unit="丙"))


def settle():
    """What the worker would do: reviews handed on, then the sums."""
    for row in HelpReview.objects.filter(applying=True):
        review_jobs.apply({"review": row.ref})
    jobs.settle()


def entered(who="supplier", form=FORM, version=0, product="小米") -> HelpReview:
    supplier = Purchase.objects.first().supplier.ref
    ref = review_enter(
        given.actor(who),
        supplier_ref=supplier,
        product=product,
        period="2020Q1",
        county_code="130627",
        form=form,
        version=version,
    )
    return HelpReview.objects.select_related("case").get(ref=ref)


def decided(row, step, who="reviewer", **more) -> str:
    detail = review_get(given.actor(who), ref=row.ref)
    decision = Decision(
        row.ref, step, detail.row.case.version, content_sha256=detail.content.sha256
    )
    after = review_decide(given.actor(who), decision=replace(decision, **more))
    settle()
    return after


def cube():
    """(fen, confirmed fen, households, people) of the cube, which equals a full recount."""
    jobs.settle()
    assert differences(PURCHASES)[1] == []
    sums = list(stored("purchases").values())
    return tuple(sum(getattr(s, n) for s in sums) for n in ("fen", "fifth", "sixth", "seventh"))


def test_until_the_county_confirms_nothing_counts_as_confirmed():
    row = entered()
    assert row.case.state == "submitted"
    assert cube() == (93_300, 0, 0, 0)
    assert set(Purchase.objects.values_list("help", flat=True)) == {""}


def test_a_confirmation_reaches_every_record_pro_rata_and_adds_up_exactly():
    row = entered()
    assert decided(row, "confirm") == "confirmed"
    assert cube() == (93_300, 93_300, 7, 20)
    lines = ReviewLine.objects.order_by("id").values_list("fen", "households", "people")
    assert list(lines) == [(31_100, 2, 6), (31_100, 2, 7), (31_100, 3, 7)]
    assert set(Purchase.objects.values_list("help", flat=True)) == {"confirmed"}


def test_a_part_is_confirmed_with_a_reason_and_never_more_than_was_handed_in():
    row = entered()
    for part in (Confirmed(93_301, 1, 1), Confirmed(1, 8, 8), Confirmed(1, 3, 2), None):
        with pytest.raises(Invalid):
            decided(row, "partly", confirmed=part, reason="名单不全")
    with pytest.raises(Invalid):
        decided(row, "partly", confirmed=Confirmed(60_000, 4, 10))
    assert cube() == (93_300, 0, 0, 0)
    assert decided(row, "partly", confirmed=Confirmed(60_000, 4, 10), reason="名单不全") == "partly"
    assert cube() == (93_300, 60_000, 4, 10)


def test_withdrawing_a_confirmation_changes_every_total_back():
    row = entered()
    decided(row, "confirm")
    with pytest.raises(Invalid):
        decided(row, "withdraw")
    assert decided(row, "withdraw", reason="名单有误") == "submitted"
    assert cube() == (93_300, 0, 0, 0)
    assert set(Purchase.objects.values_list("help", flat=True)) == {""}
    decided(row, "confirm")
    assert cube() == (93_300, 93_300, 7, 20)


def test_not_confirmed_marks_the_records_and_confirms_nothing():
    row = entered()
    assert decided(row, "refuse", reason="查无此户") == "refused"
    assert cube() == (93_300, 0, 0, 0)
    assert set(Purchase.objects.values_list("help", flat=True)) == {"refused"}


def test_a_return_names_the_fields_and_comes_back_to_whoever_handed_it_in():
    row = entered("clerk")
    assert decided(row, "return", fields={"people": "与名单不符"}) == "returned"
    row.case.refresh_from_db()
    again = entered("clerk", replace(FORM, people=19), version=row.case.version)
    assert (again.ref, again.people, again.case.state) == (row.ref, 19, "submitted")


def test_what_is_taken_back_leaves_the_confirmed_help_where_it_is_taken_off():
    row = entered()
    decided(row, "confirm")
    gone = Purchase.objects.order_by("id").first()
    purchase_reverse(given.actor("city"), purchase_ref=gone.ref, reason="重复登记")
    assert cube() == (62_200, 62_200, 5, 14)
    detail = review_get(given.actor("reviewer"), ref=row.ref)
    assert detail.changed and detail.outside == 0


def test_a_corrected_record_is_not_confirmed_until_the_county_looks_again():
    row = entered()
    decided(row, "confirm")
    one = Purchase.objects.order_by("id").first()
    new = purchase_correct(
        given.actor("city"),
        purchase_ref=one.ref,
        reason="规格写错",
        changes={"spec": "5kg"},
    )
    assert Purchase.objects.get(ref=new).help == ""
    assert cube() == (93_300, 62_200, 5, 14)
    assert review_get(given.actor("reviewer"), ref=row.ref).outside == 1


def test_confirming_what_was_corrected_meanwhile_is_refused_and_says_what_changed():
    row = entered()
    seen = review_get(given.actor("reviewer"), ref=row.ref)
    one = Purchase.objects.order_by("id").first()
    purchase_reverse(given.actor("city"), purchase_ref=one.ref, reason="重复登记")
    with pytest.raises(Conflict) as refused:
        review_decide(
            given.actor("reviewer"),
            decision=Decision(
                row.ref, "confirm", seen.row.case.version, content_sha256=seen.content.sha256
            ),
        )
    assert refused.value.code == "content_changed"
    assert (refused.value.params["n_before"], refused.value.params["n"]) == (3, 2)
    assert not ReviewLine.objects.exists()
    assert cube() == (62_200, 0, 0, 0)


def test_nobody_reviews_what_their_organisation_handed_in():
    row = entered("reviewer")
    second = Account("reviewer_2", "示例口令-2020", "示例复核二", "reviewer", "dept")
    accounts_set_up(given.SYSTEM, accounts=[second], valid_from=given.SINCE)
    for who in ("reviewer", "reviewer_2"):
        with pytest.raises(Denied) as refused:
            decided(row, "confirm", who=who)
        assert refused.value.code == "four_eyes"
    assert cube() == (93_300, 0, 0, 0)


def test_only_whoever_handed_it_in_takes_it_back():
    row = entered()
    with pytest.raises((Denied, NotFound)):
        decided(row, "recall", who="reviewer")
    assert decided(row, "recall", who="supplier") == "draft"


@pytest.mark.parametrize("who", ["clerk", "supplier", "city", "auditor", "district"])
def test_only_the_county_s_reviewer_decides(who):
    row = entered()
    with pytest.raises((Denied, NotFound)):
        decided(row, "confirm", who=who)
    row.refresh_from_db()
    assert row.case.state == "submitted"


def test_a_reviewer_who_loses_the_appointment_in_mid_review_decides_nothing():
    row = entered()
    reviewer = given.actor("reviewer")
    seen = review_get(reviewer, ref=row.ref)
    appointment_end(
        given.actor("city"),
        username="reviewer",
        organisation_id=reviewer.organisation_id,
        role="reviewer",
        last_day=dt.date(2020, 3, 1),
    )
    with pytest.raises((Denied, NotFound)):
        review_decide(
            given.actor("reviewer"),
            decision=Decision(row.ref, "confirm", seen.row.case.version, seen.content.sha256),
        )
    assert cube() == (93_300, 0, 0, 0)


def test_a_form_that_is_not_complete_is_refused_at_its_fields_and_nothing_is_kept():
    with pytest.raises(Invalid) as refused:
        entered(form=replace(FORM, people=3))
    assert set(refused.value.fields) == {"people"}
    assert not HelpReview.objects.exists()


def test_material_of_records_that_one_does_not_see_is_refused():
    with pytest.raises(NotFound):
        entered("clerk", product="大米")
    with pytest.raises(Denied):
        entered("auditor")


def test_many_are_confirmed_at_once_and_what_cannot_be_says_why():
    given.take(given.purchase(11, product="大米"), given.purchase(12, product="小麦"))
    rows = [entered(product=name) for name in ("小米", "大米", "小麦")]
    reviewer = given.actor("reviewer")
    made = []
    for row in rows:
        detail = review_get(reviewer, ref=row.ref)
        made.append(Decision(row.ref, "confirm", detail.row.case.version, detail.content.sha256))
    made[1] = replace(made[1], content_sha256="0" * 64)
    left = reviews_confirm(reviewer, decisions=made)
    settle()
    assert set(left) == {rows[1].ref}
    states = dict(HelpReview.objects.values_list("ref", "case__state"))
    assert [states[row.ref] for row in rows] == ["confirmed", "submitted", "confirmed"]
    assert cube()[1] == 93_300 + 31_100


def test_the_deadline_is_ten_working_days_off_with_make_up_days():
    row = entered()
    assert row.case.due_on == dt.date(2020, 3, 31)


def test_lists_show_each_role_its_own():
    assert [one.product for one in unreviewed(given.actor("supplier"), period="2020Q1")] == ["小米"]
    assert [one.n for one in unreviewed(given.actor("clerk"), period="2020Q1")] == [1]
    row = entered()
    assert unreviewed(given.actor("supplier"), period="2020Q1") == []
    open_ones = reviews_page(given.actor("reviewer"), states=["submitted"])[0]
    assert [one.row.ref for one in open_ones] == [row.ref]
    assert reviews_page(given.actor("clerk"), states=["submitted"])[0] == []
    decided(row, "confirm")
    assert reviews_page(given.actor("clerk"), states=["confirmed"])[0][0].row.ref == row.ref


def browser(who: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    login = get_user_model().objects.get(username=who)
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_same_way_goes_by_json():
    supplier, reviewer = browser("supplier"), browser("reviewer")
    (group,) = supplier.get("/api/reviews/open?period=2020Q1").json()
    body = {name: group[name] for name in ("supplier", "product", "period", "county")}
    body |= {"mechanisms": ["work"], "households": 7, "people": 3}
    send = {"content_type": "application/json"}
    refused = supplier.post("/api/reviews", body, **send)
    assert refused.status_code == 422 and set(refused.json()["fields"]) == {"people"}
    ref = supplier.post("/api/reviews", body | {"people": 20}, **send).json()["ref"]
    assert [one["ref"] for one in reviewer.get("/api/reviews").json()["items"]] == [ref]
    seen = reviewer.get(f"/api/reviews/{ref}").json()
    assert (seen["fen"], seen["due_on"], "confirm" in seen["steps"]) == (93_300, "2020-03-31", True)
    step = {"step": "confirm", "version": seen["version"], "content_sha256": "0" * 64}
    assert reviewer.post(f"/api/reviews/{ref}/decide", step, **send).status_code == 409
    step["content_sha256"] = seen["content_sha256"]
    assert supplier.post(f"/api/reviews/{ref}/decide", step, **send).status_code == 403
    assert reviewer.post(f"/api/reviews/{ref}/decide", step, **send).json()["state"] == "confirmed"
    settle()
    assert reviewer.get(f"/api/reviews/{ref}").json()["confirmed_fen"] == 93_300
    assert cube() == (93_300, 93_300, 7, 20)
