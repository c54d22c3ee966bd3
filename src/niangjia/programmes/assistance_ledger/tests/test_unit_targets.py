"""Yearly targets of units: filed, checked by another hand, changed, exempt, ranked."""

from dataclasses import replace

import pytest
from django.core.cache import cache

from niangjia.blocks.desk.public import inbox_groups
from niangjia.blocks.orgs.public import organisations_merge
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.assistance_ledger.assessing import TargetForm
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.unit_targets import (
    TargetFilters,
    content_sha256,
    target_get,
    target_lines,
    targets_page,
)
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.services.unit_targets import (
    TargetDecision,
    target_decide,
    target_file,
    targets_decide,
    targets_remind,
)
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.unit_target_models import (
    UnitTarget,
    UnitTargetVersion,
)

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
OWN = TargetForm("own", food_fen=622_000, members=2, gift_fen=100_000)


@pytest.fixture(autouse=True)
def city(db):
    cache.clear()
    given.city()
    given.take(
        given.purchase(1),
        given.purchase(2, unit="乙", amount_fen=62_200, quantity_milli=20_000),
        given.purchase(3, unit="乙", assisted=False, county_code="370783"),
    )


def filed(who="clerk", form=OWN, year=2020, reason="") -> UnitTarget:
    org = given.actor(who).organisation_id
    before = UnitTarget.objects.select_related("case").filter(unit_id=org, year=year).first()
    version = before.case.version if before else 0
    ref = target_file(given.actor(who), year=year, form=form, reason=reason, version=version)
    return UnitTarget.objects.select_related("case").get(ref=ref)


def decided(row, step="accept", who="district", **more) -> str:
    row = UnitTarget.objects.select_related("case").get(pk=row.pk)
    decision = TargetDecision(row.ref, step, row.case.version, **more)
    return target_decide(given.actor(who), decision=decision)


def line_of(unit, who="city"):
    return next(one for one in target_lines(given.actor(who), year=2020) if unit in one.unit.name)


def test_what_is_filed_says_what_it_has_to_reach_and_under_which_policy():
    row = filed()
    one = row.versions.get()
    assert (one.reserved_fen, one.gift_part_fen, one.target_fen) == (62_200, 30_000, 92_200)
    assert (one.policy, row.n, row.accepted_n, row.case.state) == ("assessment-2019", 1, 0, "filed")
    assert content_sha256(one) == one.content_sha256


def test_the_superior_accepts_and_the_unit_never_does():
    row = filed()
    for who in ("clerk", "clerk_b", "checker", "auditor"):
        with pytest.raises(Denied):
            decided(row, who=who)
    with pytest.raises(NotFound):
        decided(row, who="district_b")
    row.refresh_from_db()
    assert (row.accepted_n, row.case.state) == (0, "filed")
    assert decided(row) == "accepted"
    row.refresh_from_db()
    assert row.accepted_n == 1


def test_a_return_needs_a_reason_and_goes_back_to_the_unit():
    row = filed()
    with pytest.raises(Invalid):
        decided(row, "return")
    assert UnitTarget.objects.get(case__state="filed") == row
    assert decided(row, "return", fields={"food_fen": "与决算不符"}) == "returned"
    waiting = [one for group in inbox_groups(given.actor("clerk")) for one in group.lines]
    assert any(row.ref in one.href for one in waiting)
    again = filed(form=replace(OWN, food_fen=700_000))
    assert (again.ref, again.n, again.case.state) == (row.ref, 2, "filed")


def test_a_change_needs_a_reason_keeps_the_old_version_and_is_checked_anew():
    row = filed()
    decided(row)
    with pytest.raises(Invalid):
        filed(form=replace(OWN, food_fen=100_000))
    row.refresh_from_db()
    assert (row.n, row.accepted_n, UnitTargetVersion.objects.count()) == (1, 1, 1)
    filed(form=replace(OWN, food_fen=100_000), reason="食堂停伙半年")
    row.refresh_from_db()
    assert (row.n, row.accepted_n) == (2, 1)
    assert line_of("甲").progress.target_fen == 92_200
    decided(row)
    assert line_of("甲").progress.target_fen == 40_000
    said = [(one.n, one.reason) for one in target_get(given.actor("clerk"), ref=row.ref).versions]
    assert said == [(2, "食堂停伙半年"), (1, "")]


def test_what_moved_meanwhile_is_not_filed_or_accepted_over():
    row = filed()
    with pytest.raises(Conflict):
        target_file(given.actor("clerk"), year=2020, form=OWN, reason="再报", version=0)
    with pytest.raises(Conflict):
        target_decide(given.actor("city"), decision=TargetDecision(row.ref, "accept", 7))
    with pytest.raises(Conflict):
        target_decide(given.actor("city"), decision=TargetDecision(row.ref, "change", 1))
    row.refresh_from_db()
    assert (row.n, row.accepted_n, UnitTargetVersion.objects.count()) == (1, 0, 1)


def test_a_shared_canteen_is_filed_by_one_unit_and_noted_by_the_other():
    filer = filed("clerk_b")
    unit = UnitTarget.objects.select_related("unit").get(pk=filer.pk).unit
    shared = TargetForm("shared", filed_with=unit.ref)
    one = filed("clerk", shared).versions.get()
    assert (one.filed_with_id, one.target_fen) == (unit.pk, 0)
    own = UnitTarget.objects.select_related("unit").get(unit__name="示例甲工会").unit
    for wrong in ("nobody", unit.ref, own.ref):  # the last notes its own with this one
        with pytest.raises(Invalid):
            filed("clerk_b", replace(shared, filed_with=wrong), reason="合并食堂")
    assert UnitTargetVersion.objects.count() == 2


def test_a_unit_without_a_canteen_reports_nought_and_has_no_percentage():
    filed("clerk", TargetForm("none"))
    one = line_of("甲")
    assert (one.progress.permille, one.is_exempt, one.place) == (None, False, 0)


def test_the_exempt_are_shown_as_exempt_and_have_no_place():
    with pytest.raises(Invalid):
        filed("clerk", TargetForm("none", exempt="closing"))
    with pytest.raises(Invalid):
        filed("clerk", TargetForm("none", exempt="old_friend", exempt_reason="关系好"))
    assert not UnitTarget.objects.exists()
    decided(filed("clerk", TargetForm("none", exempt="closing", exempt_reason="撤并")))
    one = line_of("甲")
    assert (one.is_exempt, one.place, one.progress.permille) == (True, 0, None)


def test_not_below_last_year_takes_what_was_accepted_for_it(monkeypatch):
    decided(filed(year=2020))
    one = filed(form=replace(OWN, food_fen=100), year=2021).versions.get()
    assert (one.policy, one.floor_fen, one.reserved_fen) == ("assessment-2021", 62_200, 62_200)


@pytest.mark.parametrize("year", [2018, 2022])
def test_a_year_without_policy_or_too_far_ahead_is_refused(year):
    with pytest.raises(Invalid):
        filed(year=year)
    assert not UnitTarget.objects.exists()


def test_progress_counts_recognised_origin_in_force_and_places_are_shared():
    for who, by in (("clerk", "district"), ("clerk_b", "district_b")):
        food = 311_000 if who == "clerk" else 622_000
        decided(filed(who, TargetForm("own", food_fen=food)), who=by)
    assert [(line_of(unit).progress.permille, line_of(unit).place) for unit in "甲乙"] == [
        (1000, 1),
        (1000, 1),
    ]
    assert line_of("丙").place == 0 and line_of("丙").version is None
    gone = Purchase.objects.get(unit__name="示例甲工会")
    purchase_reverse(given.actor("city"), purchase_ref=gone.ref, reason="重复登记")
    jobs.settle()
    cache.clear()
    assert (line_of("甲").progress.counted_fen, line_of("甲").place) == (0, 2)
    assert line_of("甲").progress.is_behind


def test_who_sees_which_units():
    row = filed()
    seen = {
        who: len(target_lines(given.actor(who), year=2020))
        for who in ("clerk", "district", "district_b", "city", "auditor")
    }
    assert seen == {"clerk": 1, "district": 1, "district_b": 2, "city": 3, "auditor": 3}
    with pytest.raises(NotFound):
        target_get(given.actor("clerk_b"), ref=row.ref)
    for who in ("supplier", "member"):
        with pytest.raises(Denied):
            target_lines(given.actor(who), year=2020)


def test_many_are_accepted_each_by_itself():
    rows = [filed("clerk"), filed("clerk_b")]
    decisions = [TargetDecision(row.ref, "accept", row.case.version) for row in rows]
    left = targets_decide(given.actor("city"), decisions=[*decisions, decisions[0]])
    assert list(left) == [rows[0].ref]
    found = targets_page(given.actor("city"), filters=TargetFilters(2020))
    assert (found.counts, found.n) == ({"accepted": 2, "draft": 1}, 3)


def test_reminding_reaches_the_clerk_once_until_the_target_is_filed():
    city = given.actor("city")
    refs = [one.unit.ref for one in target_lines(city, year=2020)]
    assert targets_remind(city, year=2020, unit_refs=refs) == 3
    assert targets_remind(city, year=2020, unit_refs=refs) == 0
    lines = [one for group in inbox_groups(given.actor("clerk")) for one in group.lines]
    assert [one.href for one in lines] == ["/desk/targets/new?year=2020"]
    filed()
    assert inbox_groups(given.actor("clerk")) == []
    with pytest.raises(Denied):
        targets_remind(given.actor("clerk"), year=2020, unit_refs=refs)


def test_a_merged_units_target_ends_and_its_purchases_count_where_it_went():
    row = filed("clerk", TargetForm("own", food_fen=311_000))
    decided(row)
    decided(filed("clerk_b", TargetForm("own", food_fen=622_000)), who="district_b")
    old, new = (given.actor(who).organisation_ref for who in ("clerk", "clerk_b"))
    organisations_merge(given.actor("city"), organisation_ref=old, into_ref=new, reason="合并")
    jobs.settle()
    cache.clear()
    assert line_of("乙").progress.counted_fen == 93_300
    names = [one.unit.name for one in target_lines(given.actor("city"), year=2020)]
    assert "示例甲工会" not in names
    detail = target_get(given.actor("city"), ref=row.ref)
    assert detail.into is not None and detail.into.name == "示例乙工会"
    assert detail.progress.counted_fen == 0
    assert target_get(given.actor("city"), ref=UnitTarget.objects.last().ref).into is None
