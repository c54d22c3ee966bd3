"""A target's progress by part, from the cube: by channel, both sums, few queries."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.programmes.assistance_ledger import assessment, policy
from niangjia.programmes.assistance_ledger.content import sums_by
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.target_parts import counted_in
from niangjia.programmes.assistance_ledger.selectors.unit_targets import (
    TargetFilters,
    target_get,
    targets_page,
)
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pages import browser
from niangjia.programmes.assistance_ledger.tests.test_release_both import decide, settle
from niangjia.programmes.assistance_ledger.tests.test_reviews import entered
from niangjia.programmes.assistance_ledger.tests.test_unit_targets import OWN, decided, filed

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture
def accepted(db):
    cache.clear()
    given.city()
    given.take(
        given.purchase(1),
        given.purchase(2, channel="工会慰问", product="大米"),
        given.purchase(3, channel="展销", product="核桃"),
        given.purchase(4, channel="832平台", product="小麦"),
        given.purchase(5, channel="食堂", assisted=False, county_code="370783"),
        given.purchase(6, unit="乙"),
    )
    row = filed(form=OWN)
    decided(row)
    return row


def parts_of(row) -> dict[str, tuple]:
    found = target_get(given.actor("clerk"), ref=row.ref)
    return {
        one.name: (
            one.progress.target_fen,
            one.progress.counted_fen,
            one.confirmed_fen,
            one.progress.permille,
        )
        for one in found.parts
    }


def test_each_part_is_held_against_what_it_owes_and_all_parts_are_the_whole(accepted):
    assert parts_of(accepted) == {
        "canteen": (62_200, 62_200, 0, 1000),
        "gifts": (30_000, 31_100, 0, 1036),
        "other": (0, 31_100, 0, None),
    }
    found = target_get(given.actor("clerk"), ref=accepted.ref)
    assert found.progress.counted_fen == 4 * 31_100
    answer = browser("clerk").get(f"/api/targets/{accepted.ref}").json()
    assert sum(one["counted_fen"] for one in answer["parts"]) == answer["counted_fen"] == 124_400


def test_what_the_county_confirms_and_withdraws_shows_in_its_part(accepted):
    row = entered(product="大米")
    decide(row, "confirm")
    assert parts_of(accepted)["gifts"] == (30_000, 31_100, 31_100, 1036)
    page = browser("clerk").get(f"/desk/targets/{accepted.ref}").content.decode()
    assert "confirmed 311.00 · not confirmed 0.00" in page
    assert "confirmed 311.00 · not confirmed 933.00" in page  # in all
    decide(row, "withdraw", reason="名单有误")
    assert parts_of(accepted)["gifts"] == (30_000, 31_100, 0, 1036)


def test_the_cube_counts_what_the_records_do(accepted):
    gone = Purchase.objects.get(product="小米", unit__name="示例甲工会", assisted=True)
    purchase_reverse(given.actor("city"), purchase_ref=gone.ref, reason="退货")
    settle()
    months = [f"2020-{number:02d}" for number in range(1, 13)]
    sums = sums_by(months, ("unit__ref", "assisted"))
    ours = {ref: one.whole.fen for ref, one in counted_in(2020).items()}
    assert ours == {ref: one.fen for (ref, assisted), one in sums.items() if assisted == "True"}
    assert parts_of(accepted)["canteen"] == (62_200, 31_100, 0, 500)


def test_the_list_asks_as_much_for_three_units_as_for_thirty(accepted):
    def asked() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            targets_page(given.actor("city"), filters=TargetFilters(2020))
        assert not any('SUM("assistance_ledger_purchase' in one["sql"] for one in found)
        return len(found)

    few = asked()
    more = [
        given.purchase(100 + n, unit="新", unit_name=f"示例新{n}", unit_uscc="", unit_kind="工会")
        for n in range(27)
    ]
    given.take(*more)
    assert asked() == few


def test_every_channel_of_a_part_is_an_official_one():
    channels = assessment.part_of_channel(2020)
    assert set(channels) <= set(policy.channels()) and set(channels.values()) == {
        "canteen",
        "gifts",
    }
