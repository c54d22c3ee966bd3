"""Finding: what is entered is found at once, by whoever may see it and by nobody else."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import translation

from niangjia.blocks.desk import following, postings, searching
from niangjia.blocks.desk.types import Document
from niangjia.core import jobs
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Denied, NotSignedIn
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors import (
    Filters,
    purchases_each,
    purchases_page,
    purchases_total,
)
from niangjia.programmes.assistance_ledger.selectors.wanted import INDEX
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def _city(db):
    given.city()
    jobs.settle()


def found(who, text="", **filters):
    """Invoice numbers of the first page, as a number."""
    sort = filters.pop("sort", "-recorded")
    page = purchases_page(given.actor(who), filters=Filters(text=text, **filters), sort=sort)
    refs = [row["ref"] for row in page.rows]
    by_ref = dict(Purchase.objects.filter(ref__in=refs).values_list("ref", "invoice_no"))
    return [int(by_ref[ref]) for ref in refs]


def groups(who, query):
    return {
        group.name: [hit.title for hit in group.hits]
        for group in searching.find(given.actor(who), query)
    }


def three():
    given.take(
        given.purchase(1),
        given.purchase(
            2,
            unit="乙",
            product="胡麻油",
            channel="832平台",
            amount_fen=5_000,
            quantity_milli=None,
            price_milli=None,
        ),
        given.purchase(
            3, unit="丙", product="羊肉卷", occurred_on=dt.date(2020, 1, 31), mode="helped"
        ),
    )


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("小米", [1]),
        ("xm", [1]),
        ("hmy", [2]),
        ("胡麻 乙工会", [2]),
        ("示例", [3, 2, 1]),
        ("HT-2", [2]),
        ("00000003", [3]),
        ("０００００００３", [3]),
        ("50.00", [2]),
        ("tx", [3, 2, 1]),
        ("没有", []),
        ("***", []),
        ('"小米', [1]),
        ("小米 NOT 胡麻", []),
    ],
)
def test_a_record_is_found_by_what_is_typed(query, numbers):
    three()
    assert found("city", query) == numbers


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"district": "110105"}, [3, 2]),
        ({"channel": "832平台"}, [2]),
        ({"mode": "helped"}, [3]),
        ({"category": "粮油", "county": "130627"}, [3, 2, 1]),
        ({"first": dt.date(2020, 2, 1)}, [2, 1]),
        ({"last": dt.date(2020, 1, 31)}, [3]),
        ({"first": dt.date(2020, 1, 31), "last": dt.date(2020, 2, 10)}, [3, 2, 1]),
        ({"first": dt.date(2020, 3, 1), "last": dt.date(2020, 2, 1)}, []),
        ({"first": dt.date(1, 1, 1), "last": dt.date(9999, 12, 31)}, [3, 2, 1]),
        ({"state": "reversed"}, []),
        ({"unit": "no-such-unit"}, []),
        ({"upload": "x' OR 1=1"}, []),
    ],
)
def test_filters_narrow_alone_and_with_a_text(filters, numbers):
    three()
    assert found("city", **filters) == numbers
    assert found("city", "示例", **filters) == numbers
    assert sorted(found("city", "示例", sort="amount", **filters)) == sorted(numbers)


def test_each_sees_what_is_his_in_every_search():
    three()
    assert found("city", "示例") == [3, 2, 1]
    assert found("district", "示例") == found("clerk", "示例") == [1]
    assert found("clerk_b", "示例") == [2]
    assert found("supplier", "示例") == found("reviewer", "示例") == [3, 2, 1]
    with pytest.raises(Denied):
        found("member", "示例")
    with pytest.raises(NotSignedIn):
        searching.find(ANONYMOUS, "示例")
    with pytest.raises(Denied):
        searching.find(given.actor("member"), "示例")


def test_a_wrong_index_reveals_nothing():
    three()
    clerk = given.actor("clerk")
    unit = f"u_{clerk.organisation_id}"
    everything = [
        Document(pk, f"示例 小米 {unit} t_1 d_110101")
        for pk in Purchase.objects.values_list("id", flat=True)
    ]
    for number in (1, 2, 3):
        postings.put(number, [*everything, Document(999_999, f"示例 小米 {unit}")])
    assert found("clerk", "小米") == [1]
    assert found("clerk", "小米", district="110101", sort="-amount") == [1]
    assert purchases_total(clerk, filters=Filters(text="示例")) == (1, 31_100)
    titles = groups("clerk", "示例")
    assert titles["purchases"] == ["小米"]
    assert titles.get("unit", []) in ([], ["示例甲工会"])


def test_organisations_are_found_with_their_records():
    three()
    assert groups("city", "示例 工会")["unit"] == ["示例乙工会", "示例甲工会"]
    assert groups("clerk", "示例 工会")["unit"] == ["示例甲工会"]
    assert groups("clerk_b", "txsl") == {
        "purchases": ["胡麻油"],
        "supplier": ["唐县示例合作社"],
    }
    [hit] = searching.find(given.actor("city"), "81110105000000002X")[0].hits
    ref = hit.href.partition("unit=")[2]
    assert found("city", unit=ref) == [2]


def test_a_reversed_record_is_found_as_reversed():
    three()
    ref = Purchase.objects.get(invoice_no="00000001").ref
    purchase_reverse(given.actor("city"), purchase_ref=ref, reason="重复登记")
    jobs.settle()
    assert found("city", "小米") == []
    assert found("city", "小米", state="reversed") == [1]
    assert found("city", ref, state="all") == [1]
    assert found("clerk_b", ref, state="all") == []


def test_counts_and_sums_are_exact_up_to_a_thousand_and_in_whole(monkeypatch):
    from niangjia.programmes.assistance_ledger.selectors import listing

    monkeypatch.setattr(listing, "COUNT_LIMIT", 3)
    monkeypatch.setattr(listing, "SORTED_AT_ONCE", 2)
    monkeypatch.setattr(listing, "STEP", 2)
    for number in range(1, 6):
        given.take(given.purchase(number, amount_fen=number * 100, quantity_milli=None))
    ref = Purchase.objects.get(invoice_no="00000005").ref
    purchase_reverse(given.actor("city"), purchase_ref=ref, reason="重复登记")
    jobs.settle()
    page = purchases_page(given.actor("city"), filters=Filters(text="小米"))
    assert (page.n, page.n_more) == (3, True)
    assert purchases_total(given.actor("city"), filters=Filters(text="小米")) == (4, 1_000)
    assert found("city", "小米", sort="amount") == [1, 2, 3, 4]
    assert found("city", "小米", sort="-amount") == [4, 3, 2, 1]
    assert found("city", "小米", sort="recorded") == [1, 2, 3, 4]
    each = purchases_each(
        given.actor("city"), filters=Filters(text="小米"), sort="-amount", columns=["amount_fen"]
    )
    assert [row["amount_fen"] for rows in each for row in rows] == [400, 300, 200, 100]


def test_paging_meets_each_record_once():
    for start in range(1, 61, 20):
        given.take(*(given.purchase(n, amount_fen=100 + n % 7) for n in range(start, start + 20)))
    for sort in ("-recorded", "recorded", "day", "-amount"):
        seen, after = [], ""
        while True:
            page = purchases_page(
                given.actor("clerk"), filters=Filters(text="xm"), sort=sort, after=after
            )
            seen += [row["id"] for row in page.rows]
            after = page.next
            if not after:
                break
        assert len(seen) == len(set(seen)) == 60


def test_a_rebuild_that_was_broken_off_goes_on_where_it_was(monkeypatch):
    three()
    monkeypatch.setattr(following, "REBUILD_BATCH", 2)
    calls = []

    def stop(done, total):
        calls.append(done)
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        following.rebuild(stop)
    assert following.position() == 4
    seen = []
    following.rebuild(lambda done, total: seen.append(done))
    assert seen[0] == 4 and following.n_behind() == 0
    assert found("city", "示例") == [3, 2, 1]
    following.rebuild(lambda done, total: None, afresh=True)
    assert found("city", "小米") == [1]


def test_two_that_index_at_once_count_each_entry_once(monkeypatch):
    three()
    following.FindPosition.objects.update(size=0)
    original = following._documents

    def other_was_first(subjects):
        monkeypatch.setattr(following, "_documents", original)
        following.advance(5)
        return original(subjects)

    monkeypatch.setattr(following, "_documents", other_was_first)
    following.advance(5)
    assert following.position() == 5


def test_the_index_holds_no_text_that_could_be_read_back():
    three()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT tokens FROM desk_findindex LIMIT 1")
            assert cursor.fetchone() == (None,)
    assert INDEX == 1


def test_pages_of_the_menu_are_found_by_name_and_initials():
    assert "Units and suppliers" in groups("city", "suppliers")["pages"]
    assert "pages" not in groups("clerk", "suppliers")
    with translation.override("zh-hans"):
        assert groups("clerk", "导入")["pages"] == groups("clerk", "dr")["pages"] != []
