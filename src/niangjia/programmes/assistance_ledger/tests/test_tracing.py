"""Tracing: what was typed is understood, every record in scope is found, list and picture agree."""

from dataclasses import replace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given as with_
from hypothesis import strategies as st

from niangjia.blocks.evidence.public import document as stored_document
from niangjia.blocks.evidence.public import receive
from niangjia.core import jobs
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Denied, NotSignedIn
from niangjia.programmes.assistance_ledger.models import Purchase, ReviewLine
from niangjia.programmes.assistance_ledger.selectors import Filters
from niangjia.programmes.assistance_ledger.services import purchase_correct, purchase_reverse
from niangjia.programmes.assistance_ledger.services.evidence import (
    Placement,
    evidence_attach,
    supplier_attach,
)
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_reviews import decided, entered
from niangjia.programmes.assistance_ledger.tests.test_reviews import settle as settle_reviews
from niangjia.programmes.assistance_ledger.tracing import picture
from niangjia.programmes.assistance_ledger.tracing.found import LEVELS, trace_get
from niangjia.programmes.assistance_ledger.tracing.questions import meanings

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
OTHER_SUPPLIER = {"supplier_name": "阜平示例果业公司", "supplier_uscc": "911306240000000002"}


@pytest.fixture
def books(db):
    """Five records: two units' on one invoice, another supplier's and county's, a product alike."""
    given.city()
    result = given.take(
        given.purchase(1, "甲", amount_fen=10_001),
        given.purchase(1, "乙", amount_fen=20_002),
        given.purchase(3, "乙", amount_fen=30_003, product="小米糕", mode="helped"),
        given.purchase(
            4, "丙", amount_fen=40_004, product="苹果", county_code="130624", **OTHER_SUPPLIER
        ),
        given.purchase(
            5, "丙", amount_fen=50_005, product="大枣", invoice_code="", invoice_no="777"
        ),
    )
    return [result.taken[at] for at in range(5)]


def means(who, question):
    return [(one.kind, one.name) for one in meanings(given.actor(who), question=question)]


def amounts(who, **narrowed):
    found = trace_get(given.actor(who), filters=Filters(**narrowed))
    assert found.whole is not None
    listed = [row["amount_fen"] for row in found.page.rows if not row["reversed_at"]]
    assert sum(listed) == found.whole.fen
    assert_adds_up(found.whole.picture, found.whole.fen, found.whole.n - found.whole.n_reversed)
    return sorted(listed)


def assert_adds_up(drawn, fen, n):
    """Each level's nodes, and the links between each two levels, are all that was found."""
    for level in range(drawn.n_levels if n else 0):
        nodes = [one for one in drawn.nodes if one.level == level]
        assert (sum(one.n for one in nodes), sum(one.fen for one in nodes)) == (n, fen)
    for level in range(drawn.n_levels - 1 if n else 0):
        links = [one for one in drawn.links if one.level == level]
        assert (sum(one.n for one in links), sum(one.fen for one in links)) == (n, fen)
    assert len(drawn.links) <= picture.MOST_LINKS


def only(who, question):
    """The one thing that a question means, as filters."""
    (one,) = meanings(given.actor(who), question=question)
    return {one.kind: one.value}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("00000001", [10_001, 20_002]),
        ("1234 00000001", []),
        ("011001900104 00000001", [10_001, 20_002]),
        ("01,10,011001900104,00000001,100.01,20200210,12345678901234567890,ABCD", [10_001, 20_002]),
        ("０００００００３", [30_003]),
        ("苹果", [40_004]),
        ("大枣", [50_005]),
        ("唐县示例合作社", [10_001, 20_002, 30_003, 50_005]),
        ("931306270000000001", [10_001, 20_002, 30_003, 50_005]),
        ("阜平示例果业", [40_004]),
        ("示例丙医院", [40_004, 50_005]),
        (given.UNITS["乙"], [20_002, 30_003]),
        ("河北省阜平县", [40_004]),
        ("130627", [10_001, 20_002, 30_003, 50_005]),
    ],
)
def test_each_kind_of_question_is_understood_and_leads_to_its_records(books, question, found):
    if not found:
        assert means("city", question) == []
    else:
        assert amounts("city", **only("city", question)) == found


def test_a_record_is_traced_by_its_ref_and_by_its_page_with_its_corrections(books):
    assert only("city", f"https://example.org/desk/records/{books[0]}#evidence") == {
        "record": books[0]
    }
    changes = {"amount_fen": 11_001, "quantity_milli": None, "price_milli": None}
    new = purchase_correct(
        given.actor("city"), purchase_ref=books[0], reason="金额", changes=changes
    )
    jobs.settle()
    for ref in (books[0], new):
        found = trace_get(given.actor("city"), filters=Filters(record=ref))
        assert {row["ref"] for row in found.page.rows} == {books[0], new}
        assert (found.whole.n, found.whole.n_reversed, found.whole.fen) == (2, 1, 11_001)


def test_what_fits_several_things_is_left_to_the_reader_the_exact_one_first(books):
    assert means("city", "小米") == [("product", "小米"), ("product", "小米糕")]
    assert means("city", "唐县") == [("county", "唐县"), ("supplier", "唐县示例合作社")]


def test_an_invoice_number_with_two_codes_is_two_invoices_and_both_together(books):
    given.take(given.purchase(1, "丙", amount_fen=60_006, invoice_code="044001900105"))
    found = means("city", "00000001")
    assert found == [
        ("invoice", "011001900104 00000001"),
        ("invoice", "044001900105 00000001"),
        ("invoice", "00000001"),
    ]
    assert amounts("city", invoice="044001900105 00000001") == [60_006]
    assert amounts("city", invoice="00000001") == [10_001, 20_002, 60_006]


def test_noughts_that_a_spreadsheet_lost_are_found_again(books):
    given.take(given.purchase(12_345, "丙", amount_fen=70_007))
    assert amounts("city", **only("city", "12345")) == [70_007]


def brought(n, who="clerk"):
    return receive(given.actor(who), chunks=[given.photo(n)], name=f"票据{n}.jpg")


def hash_of(document):
    return stored_document(document.ref).sha256


def test_a_file_leads_to_the_records_it_proves_by_its_whole_hash_or_the_first_twelve(books):
    file = brought(1)
    for ref in books[:1]:
        evidence_attach(given.actor("clerk"), placement=Placement(file.ref, ref, "invoice"))
    sha256 = hash_of(file)
    for asked in (sha256, sha256[:12], sha256.upper()):
        assert amounts("auditor", **only("auditor", asked)) == [10_001]
    assert means("auditor", sha256[:11]) == []
    assert amounts("clerk", file=sha256) == [10_001]
    assert means("clerk_b", sha256) == []
    assert amounts("clerk_b", file=sha256) == []


def test_a_supplier_s_file_leads_to_all_of_its_records(books):
    file = brought(2, "supplier")
    supplier = Purchase.objects.get(ref=books[0]).supplier.ref
    supplier_attach(
        given.actor("supplier"), supplier_ref=supplier, document_ref=file.ref, kind="qualification"
    )
    assert amounts("auditor", file=hash_of(file)) == [10_001, 20_002, 30_003, 50_005]


def test_everybody_finds_what_lies_in_their_scope_and_nothing_of_the_rest(books):
    assert amounts("clerk", **only("clerk", "00000001")) == [10_001]
    assert amounts("district_b", **only("district_b", "唐县示例合作社")) == [20_002, 30_003, 50_005]
    assert amounts("reviewer", **only("reviewer", "唐县示例合作社")) == [
        10_001,
        20_002,
        30_003,
        50_005,
    ]
    assert amounts("supplier", **only("supplier", "00000001")) == [10_001, 20_002]
    for who, question in (
        ("clerk", "苹果"),
        ("clerk", "阜平示例果业公司"),
        ("clerk", OTHER_SUPPLIER["supplier_uscc"]),
        ("clerk", "阜平县"),
        ("clerk", "00000004"),
        ("clerk", books[3]),
        ("clerk", "示例丙医院"),
        ("district", "示例丙医院"),
        ("reviewer", "苹果"),
        ("reviewer", "阜平县"),
        ("supplier", "阜平示例果业公司"),
    ):
        assert means(who, question) == [], (who, question)
    assert amounts("clerk", record=books[3]) == []
    assert amounts("clerk", county="130624") == []


def test_who_may_see_no_records_is_refused(books):
    for actor, error in ((ANONYMOUS, NotSignedIn), (given.actor("member"), Denied)):
        with pytest.raises(error):
            meanings(actor, question="苹果")
        with pytest.raises(error):
            trace_get(actor, filters=Filters(product="苹果"))


HOSTILE = (
    ("", "米", "a" * 500, "米" * 500, "%", "%%", "__", "0000000_", "'\"'", "\\", "a\0b", "\0\0\0"),
    ("' OR 1=1 --", '小米"', "(小米", "AND OR NOT", "01,10,,,", "NEAR/2", "*", "0" * 200),
)


@pytest.mark.parametrize("question", [one for some in HOSTILE for one in some])
def test_a_hostile_question_finds_nothing_and_breaks_nothing(books, question):
    assert [kind for kind, _name in means("city", question) if kind != "product"] == []
    for kind in ("invoice", "product", "county", "record", "file", "supplier", "unit"):
        found = trace_get(
            given.actor("city"), filters=Filters(**{kind: question.replace("\0", "")})
        )
        if question.strip("\0") and question != '小米"':
            assert found.page.rows == [] and found.whole.fen == 0


def test_sums_are_of_what_is_in_force_registered_and_confirmed(books):
    decided(entered(), "confirm")
    settle_reviews()
    before = trace_get(given.actor("city"), filters=Filters(product="小米")).whole
    lines = ReviewLine.objects.filter(purchase__product="小米", undone_at=None)
    assert before.fen == 30_003
    assert 0 < before.confirmed_fen == sum(lines.values_list("fen", flat=True))
    purchase_reverse(given.actor("city"), purchase_ref=books[1], reason="重复登记")
    jobs.settle()
    settle_reviews()
    found = trace_get(given.actor("city"), filters=Filters(product="小米"))
    assert (found.whole.n, found.whole.n_reversed, found.whole.fen) == (2, 1, 10_001)
    own = Purchase.objects.get(ref=books[0]).pk
    assert found.whole.confirmed_fen == found.confirmed[own] <= 10_001


def test_narrowing_by_a_node_gives_that_node_s_sums(books):
    whole = trace_get(given.actor("city"), filters=Filters(county="130627"), by="product").whole
    for node in whole.picture.nodes:
        dimension = LEVELS["product"][node.level]
        narrower = replace(Filters(county="130627"), **{dimension: node.key})
        found = trace_get(given.actor("city"), filters=narrower).whole
        assert (found.n, found.fen) == (node.n, node.fen)


def test_the_number_of_queries_does_not_grow_with_the_records(
    books,
):
    def queries():
        jobs.settle()
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            trace_get(given.actor("city"), filters=Filters(county="130627"))
            meanings(given.actor("city"), question="唐县")
        return len(seen)

    few = queries()
    given.take(*(given.purchase(number, "甲") for number in range(100, 140)))
    assert queries() == few


PATHS = st.dictionaries(
    st.tuples(*(st.integers(0, most).map(str) for most in (40, 12, 60, 5))),
    st.tuples(st.integers(1, 50), st.integers(-10_000, 10**9)),
    max_size=120,
)


@with_(PATHS)
def test_every_level_of_a_picture_adds_up_to_the_fen(paths):
    n, fen = (sum(one[at] for one in paths.values()) for at in (0, 1))
    drawn = picture.drawn(paths, 4)
    assert_adds_up(drawn, fen, n)
    shown = {(one.level, one.key) for one in drawn.nodes}
    for one in drawn.links:
        assert {(one.level, one.source), (one.level + 1, one.target)} <= shown
    for level in range(4):
        inside = sum(one.n_inside for one in drawn.nodes if one.level == level)
        assert inside == len({path[level] for path in paths})


def test_a_picture_of_few_has_no_others():
    paths = {("a", "x", "u", "d"): (1, 5), ("b", "x", "v", "d"): (1, 7)}
    drawn = picture.drawn(paths, 4)
    assert [one.key for one in drawn.nodes if one.level == 0] == ["b", "a"]
    assert all(one.key != picture.OTHERS for one in drawn.nodes)
