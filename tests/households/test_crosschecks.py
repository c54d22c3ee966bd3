"""What does not fit is flagged, never dropped; a person says what it is; it goes when it fits."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from niangjia.blocks.cases.finding_models import Finding
from niangjia.blocks.cases.public import Found
from niangjia.blocks.evidence.public import receive
from niangjia.blocks.ledger.public import log_size
from niangjia.blocks.orgs.public import organisations_merge
from niangjia.core import clock, jobs, seal
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.models import OutboxMessage
from niangjia.core.outbox import Interrupted
from niangjia.programmes.assistance_ledger.crosschecks import jobs as crosschecks
from niangjia.programmes.assistance_ledger.crosschecks import rules
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.pages.findings import text_of
from niangjia.programmes.assistance_ledger.selectors.findings import (
    capacities,
    finding_get,
    findings_list,
    findings_of,
    findings_sums,
)
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.services.evidence import Placement, evidence_attach
from niangjia.programmes.assistance_ledger.services.findings import (
    RUN,
    asked,
    capacity_declare,
    crosschecks_ask,
    finding_say,
    findings_found,
)
from niangjia.programmes.assistance_ledger.tests import given
from tests import evidence_files
from tests.households.given import FORM, bring, browser, entered, person
from tests.households.holder import holding

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
SECOND = {"supplier_name": "唐县第二示例合作社", "supplier_uscc": "931306270000000002"}


@pytest.fixture
def city(db, tmp_path, settings):
    settings.NIANGJIA_HOME = str(tmp_path)
    seal._read_key.cache_clear()
    with holding(tmp_path / "holder", settings, "assistance_ledger-2020") as found:
        given.city()
        yield found


def check():
    """What is flagged now: kind -> texts."""
    crosschecks.run({"year": 2020})
    found = {}
    for one in findings_list(given.actor("city"), state="open")[0]:
        found.setdefault(one.kind, []).append(text_of(one))
    return found


def test_nothing_fits_badly_in_a_plain_city(city):
    given.take(given.purchase(1), given.purchase(5, unit="乙"), given.purchase(9, unit="丙"))
    assert check() == {}


def test_consecutive_invoices_of_a_supplier_to_a_unit(city):
    given.take(*(given.purchase(n) for n in (1, 2, 3)), given.purchase(4, unit="乙"))
    (text,) = check()["invoices"]
    assert "1 to 3, 3" in text and "示例甲工会" in text
    one = Purchase.objects.get(invoice_no="00000001")
    assert [f.kind for f in findings_of(given.actor("city"), f"purchase:{one.ref}")] == ["invoices"]
    other = Purchase.objects.get(invoice_no="00000004")
    assert findings_of(given.actor("city"), f"purchase:{other.ref}") == []


def test_it_goes_when_a_record_is_taken_back_and_comes_back_open(city):
    refs = given.take(*(given.purchase(n) for n in (1, 2, 3))).taken
    assert list(check()) == ["invoices"]
    purchase_reverse(given.actor("city"), purchase_ref=refs[1], reason="重复")
    jobs.settle()
    assert check() == {}
    gone = Finding.objects.get()
    assert gone.gone_at is not None
    with pytest.raises(Conflict):
        finding_say(
            given.actor("city"), ref=gone.ref, verdict="faulty", reason="晚了", version=gone.version
        )
    assert given.take(given.purchase(2, product="核桃")).taken
    assert list(check()) == ["invoices"]
    assert Finding.objects.count() == 1


def test_lines_of_one_invoice_are_one_number(city):
    given.take(
        given.purchase(1),
        given.purchase(1, product="核桃"),
        given.purchase(1, product="大枣"),
        given.purchase(2),
    )
    assert check() == {}


def test_round_amounts(city):
    whole = {"amount_fen": 2_000_000, "price_milli": 2_000_000}
    given.take(*(given.purchase(n, **whole) for n in (1, 11)))
    assert check() == {}
    given.take(given.purchase(21, **whole))
    (text,) = check()["round"]
    assert "3 amounts in whole 10000 yuan" in text


def test_sales_beyond_a_declared_capacity(city):
    given.take(given.purchase(1), given.purchase(9, unit="乙"))
    supplier = Purchase.objects.first().supplier.ref
    declare = {"supplier_ref": supplier, "product": "小米", "year": 2020, "source": "RD2019-1"}
    capacity_declare(given.actor("supplier"), fen=62_200, **declare)
    assert check() == {}
    capacity_declare(given.actor("reviewer"), fen=62_199, **declare)
    (text,) = check()["capacity"]
    assert "622.00" in text and "621.99" in text
    with pytest.raises(Denied):
        capacity_declare(given.actor("clerk"), fen=1, **declare)
    with pytest.raises(Invalid):
        capacity_declare(given.actor("supplier"), fen=0, **{**declare, "source": ""})
    capacity_declare(given.actor("city"), fen=100_000, **declare)
    assert check() == {}


def merged_suppliers():
    """The second supplier is merged into the first; returns what it is today."""
    rows = Purchase.objects.order_by("id")
    into, ref = rows.first().supplier, rows.last().supplier.ref
    assert into.ref != ref
    organisations_merge(
        given.actor("city"), organisation_ref=ref, into_ref=into.ref, reason="同一合作社"
    )
    jobs.settle()
    return into


def test_two_suppliers_merged_into_one_have_one_capacity_the_newest(city):
    given.take(given.purchase(1), given.purchase(9, **SECOND))
    declare = {"product": "小米", "year": 2020, "source": "RD2019-1"}
    for row, fen in zip(Purchase.objects.order_by("id"), (62_200, 62_199), strict=True):
        capacity_declare(given.actor("city"), supplier_ref=row.supplier.ref, fen=fen, **declare)
    assert check() == {}
    into = merged_suppliers()
    (text,) = check()["capacity"]
    assert "622.00" in text and "621.99" in text
    assert Finding.objects.get().parties.get().organisation_id == into.id
    (line,) = capacities(given.actor("city"), year=2020)
    assert (line.supplier_ref, line.fen, line.sold_fen) == (into.ref, 62_199, 62_200)


def test_capacities_ask_the_records_once_however_many_lines(city, django_assert_num_queries):
    given.take(given.purchase(1), given.purchase(9, product="核桃"), given.purchase(5, **SECOND))
    supplier = Purchase.objects.order_by("id").first().supplier.ref
    declare = {"supplier_ref": supplier, "year": 2020, "source": "RD2019-1", "fen": 1}
    for product in ("小米", "核桃", "大枣"):
        capacity_declare(given.actor("city"), product=product, **declare)
    actor = given.actor("city")
    with django_assert_num_queries(5):
        lines = capacities(actor, year=2020)
    sold = {one.product: one.sold_fen for one in lines}
    assert sold == {"小米": 31_100, "核桃": 31_100, "大枣": 0}


def test_gains_above_sales(city):
    given.take(given.purchase(1))
    review = entered(form=FORM.__class__(("purchase",), 2, 5, 31_101))
    assert list(check()) == ["gain"]
    (one,) = findings_of(given.actor("reviewer"), f"review:{review.ref}")
    assert one.params["gain"] == 31_101 and one.params["sales"] == 31_100


def test_gains_of_a_roster_count_too(city):
    given.take(given.purchase(1))
    review = entered(form=FORM.__class__(("purchase",), 2, 5, 100))
    bring(review, [person(1, 1, "户主", **{"增收金额(元)": 311.01})])
    assert list(check()) == ["gain"]


def two_rosters(first, second):
    given.take(given.purchase(1, amount_fen=9_000_000, price_milli=9_000_000))
    given.take(given.purchase(9, amount_fen=9_000_001, price_milli=9_000_001, **SECOND))
    rows = Purchase.objects.order_by("id")
    reviews = [
        entered(who="reviewer", supplier=row.supplier.ref, form=FORM.__class__(("work",), 3, 5, 1))
        for row in rows
    ]
    for review, listed, name in zip(reviews, (first, second), ("一.xlsx", "二.xlsx"), strict=True):
        bring(review, listed, who="reviewer", name=name)
    return reviews


def test_one_roster_under_two_suppliers(city):
    first = [person(n, n, "户主") for n in range(1, 6)]
    two_rosters(first, [*first[:4], person(9, 9, "户主")])
    found = check()
    assert list(found) == ["roster"]
    params = Finding.objects.get().params
    assert (params["n"], params["percent"]) == (4, 80)


def test_a_roster_of_two_suppliers_merged_into_one_is_no_finding(city):
    first = [person(n, n, "户主") for n in range(1, 6)]
    two_rosters(first, first)
    assert list(check()) == ["roster"]
    merged_suppliers()
    assert check() == {}
    assert Finding.objects.get().gone_at is not None


def test_fewer_in_common_than_the_limit_is_no_finding(city):
    first = [person(n, n, "户主") for n in range(1, 6)]
    two_rosters(first, [*first[:3], person(8, 8, "户主"), person(9, 9, "户主")])
    assert check() == {}


def test_a_person_in_two_households_of_two_rosters(city):
    reviews = two_rosters([person(1, 1, "户主")], [person(1, 2, "户主"), person(3, 3, "户主")])
    found = check()
    assert list(found) == ["person"]
    one = Finding.objects.get()
    assert set(one.subjects) == {f"review:{row.ref}" for row in reviews}
    assert "130627" not in str(one.params)


def test_one_photo_under_two_records(city):
    given.take(given.purchase(1), given.purchase(9, unit="甲", product="核桃"))
    one, two = Purchase.objects.order_by("id")
    picture = evidence_files.photo(seed=5)
    documents = [
        receive(given.actor("clerk"), chunks=[data], name="验收.jpg").ref
        for data in (evidence_files.encoded(picture), evidence_files.encoded(picture, quality=40))
    ]
    assert documents[0] != documents[1]
    other = evidence_files.encoded(evidence_files.photo(seed=6))
    third = receive(given.actor("clerk"), chunks=[other], name="另.jpg").ref
    for document, row in ((documents[0], one), (documents[1], two), (third, two)):
        evidence_attach(given.actor("clerk"), placement=Placement(document, row.ref, "acceptance"))
    found = check()
    assert list(found) == ["photo"]
    assert Finding.objects.get().params == {"n": 2}


def seen_by(*who):
    """Which of these see how many open findings, the lists and the sums alike."""
    seen = {name: len(findings_list(given.actor(name), state="open")[0]) for name in who}
    assert seen == {name: sum(findings_sums(given.actor(name)).values()) for name in who}
    return seen


def test_what_tells_suppliers_of_one_another_is_for_county_and_city_only(city):
    first = [person(n, n, "户主") for n in range(1, 6)]
    reviews = two_rosters(first, first)
    assert list(check()) == ["roster"]
    assert seen_by("supplier", "clerk", "district", "reviewer", "city", "auditor") == {
        "supplier": 0,
        "clerk": 0,
        "district": 0,
        "reviewer": 1,
        "city": 1,
        "auditor": 1,
    }
    assert findings_of(given.actor("supplier"), f"review:{reviews[0].ref}") == []
    with pytest.raises(NotFound):
        finding_get(given.actor("supplier"), ref=Finding.objects.get().ref)


def shared(kind, *rows, county=""):
    """A finding of a kind stands about records and their units; returns it."""
    subjects = [f"purchase:{row.ref}" for row in rows]
    one = Found(kind, kind, {"n": 2}, subjects, [row.unit_id for row in rows], county)
    findings_found(given.SYSTEM, year=2020, found=[one])
    return Finding.objects.get(kind=kind)


def test_a_photo_under_two_units_is_for_whom_both_stand_under(city):
    given.take(*(given.purchase(n, unit=unit) for n, unit in ((1, "甲"), (2, "乙"), (3, "丙"))))
    one, two, three = Purchase.objects.order_by("id")
    row = shared("photo", one, two)
    names = ("clerk", "clerk_b", "district", "district_b", "reviewer", "city", "auditor")
    assert seen_by(*names) == dict.fromkeys(names, 0) | {"city": 1, "auditor": 1}
    for who in ("district", "district_b", "reviewer"):
        with pytest.raises(NotFound):
            finding_say(given.actor(who), ref=row.ref, verdict="faulty", reason="同图", version=0)
    assert Finding.objects.get().state == "open"
    Finding.objects.all().delete()
    row = shared("photo", two, three, county="130627")
    assert seen_by(*names) == dict.fromkeys(names, 1) | {"clerk": 0, "clerk_b": 0, "district": 0}
    finding_say(given.actor("district_b"), ref=row.ref, verdict="faulty", reason="同图", version=0)
    assert Finding.objects.get().state == "faulty"


def test_a_record_that_is_not_the_readers_is_named_without_a_link(city):
    given.take(given.purchase(1), given.purchase(2, unit="乙"))
    own, other = Purchase.objects.order_by("id")
    told = {"supplier": "唐县示例合作社", "unit": "示例甲工会", "n": 2, "round": 10_000}
    subjects = [f"purchase:{own.ref}", f"purchase:{other.ref}", "review:" + "0" * 32]
    one = Found("round", "x", told, subjects, [own.unit_id])
    findings_found(given.SYSTEM, year=2020, found=[one])
    address = f"/desk/findings/{Finding.objects.get().ref}"
    for who, links in (("clerk", [own.ref]), ("city", [own.ref, other.ref])):
        page = browser(who).get(address).content.decode()
        for ref in (own.ref, other.ref, "0" * 32):
            assert ref[:8] in page
            assert (f'href="/desk/records/{ref}"' in page) is (ref in links)
        assert "/desk/reviews/" + "0" * 32 not in page


def test_the_county_is_that_of_the_records_named(city):
    rows = [given.purchase(n) for n in (1, 2, 3)]
    rows += [given.purchase(n, county_code="130630") for n in (11, 12, 13)]
    rows += [given.purchase(n, county_code="130630") for n in (21, 22)]
    given.take(*rows, given.purchase(23))
    assert len(check()["invoices"]) == 3
    counties = {row.params["first"]: row.county_code for row in Finding.objects.all()}
    assert counties == {1: "130627", 11: "130630", 21: ""}


def test_one_key_twice_in_a_batch_counts_as_it_came_first(city):
    found = [Found("photo", "x", {"n": n}, (), ()) for n in (2, 3)]
    assert findings_found(given.SYSTEM, year=2020, found=found) == 1
    assert Finding.objects.get().params == {"n": 2}


def test_only_other_records_parties_or_county_are_put_right_without_a_fact(city):
    given.take(given.purchase(1), given.purchase(2, unit="乙"))
    one, two = Purchase.objects.order_by("id")
    row = shared("photo", one, one, county="130627")
    finding_say(given.actor("city"), ref=row.ref, verdict="explained", reason="同图", version=0)
    jobs.settle()
    size = log_size()
    row = shared("photo", one, two)
    jobs.settle()
    assert log_size() == size
    assert (row.state, row.reason, row.county_code) == ("explained", "同图", "")
    assert row.subjects == [f"purchase:{one.ref}", f"purchase:{two.ref}"]
    assert {party.organisation_id for party in row.parties.all()} == {one.unit_id, two.unit_id}
    assert findings_of(given.actor("city"), f"purchase:{two.ref}")[0].ref == row.ref
    version = row.version
    assert shared("photo", one, two).version == version


def test_offices_auditor_and_county_ask_for_a_run_nobody_else(city):
    OutboxMessage.objects.filter(topic=RUN).delete()
    for who in ("clerk", "supplier", "member"):
        with pytest.raises(Denied):
            crosschecks_ask(given.actor(who))
        assert browser(who).post("/desk/findings").status_code == 403
    assert not OutboxMessage.objects.filter(topic=RUN).exists()
    button = '<form method="post"><input type="hidden" name="csrfmiddlewaretoken"'
    for who in ("district", "city", "auditor", "reviewer"):
        crosschecks_ask(given.actor(who))
        assert button in browser(who).get("/desk/findings").content.decode()
    assert OutboxMessage.objects.filter(topic=RUN).count() == 8
    for who in ("clerk", "supplier"):
        assert button not in browser(who).get("/desk/findings").content.decode()


def test_a_run_is_skipped_if_a_whole_one_began_since_it_was_asked(city, monkeypatch):
    runs = []
    monkeypatch.setattr(crosschecks, "_checked", {})
    monkeypatch.setattr(crosschecks, "check_year", runs.append)
    first, second = asked(2020), asked(2020)
    crosschecks.run(first)
    crosschecks.run(second)
    crosschecks.run({**second, "year": 2019})
    assert runs == [2020, 2019]
    crosschecks.run(asked(2020))
    assert runs == [2020, 2019, 2020]


def test_a_run_that_was_stopped_answers_nobody(city, monkeypatch):
    monkeypatch.setattr(crosschecks, "_checked", {})
    given.take(*(given.purchase(n) for n in (1, 2, 3)))
    message = asked(2020)
    with monkeypatch.context() as patched, pytest.raises(Interrupted):
        patched.setattr(jobs, "stopping", lambda: True)
        crosschecks.run(message)
    assert not Finding.objects.exists()
    crosschecks.run(message)
    assert Finding.objects.count() == 1


def test_a_declared_capacity_asks_for_its_year(city):
    given.take(given.purchase(1))
    OutboxMessage.objects.filter(topic=RUN).delete()
    before, ref = clock.real_now().isoformat(), Purchase.objects.get().supplier.ref
    capacity_declare(
        given.actor("city"), supplier_ref=ref, product="小米", year=2020, fen=1, source="RD2019-1"
    )
    payload = OutboxMessage.objects.get(topic=RUN).payload
    assert payload["year"] == 2020 and payload["at"] > before


def test_a_decision_stays_with_its_reason_until_something_new_is_said(city):
    given.take(*(given.purchase(n) for n in (1, 2, 3)))
    check()
    row = Finding.objects.get()
    for who, error in (("clerk", Denied), ("auditor", Denied), ("district_b", NotFound)):
        with pytest.raises(error):
            finding_say(
                given.actor(who), ref=row.ref, verdict="explained", reason="同日三次送货", version=0
            )
    with pytest.raises(Invalid):
        finding_say(given.actor("district"), ref=row.ref, verdict="explained", reason="", version=0)
    finding_say(
        given.actor("district"), ref=row.ref, verdict="explained", reason="同日三次送货", version=0
    )
    with pytest.raises(Conflict):
        finding_say(given.actor("city"), ref=row.ref, verdict="faulty", reason="不符", version=0)
    assert check() == {}
    one = finding_get(given.actor("clerk"), ref=row.ref)
    assert (one.state, one.reason, one.person) == ("explained", "同日三次送货", "示例district")
    given.take(given.purchase(4))
    assert "1 to 4, 4" in check()["invoices"][0]
    assert Finding.objects.get().state == "open"


def test_who_sees_what(city):
    given.take(*(given.purchase(n) for n in (1, 2, 3)))
    check()
    sees = {
        who: len(findings_list(given.actor(who), state="open")[0])
        for who in ("clerk", "clerk_b", "district", "district_b", "reviewer", "supplier", "auditor")
    }
    assert sees == {
        "clerk": 1,
        "clerk_b": 0,
        "district": 1,
        "district_b": 0,
        "reviewer": 1,
        "supplier": 1,
        "auditor": 1,
    }
    with pytest.raises(Denied):
        findings_list(given.actor("member"), state="open")


def test_the_pages(city):
    given.take(*(given.purchase(n) for n in (1, 2, 3)))
    client = browser("district")
    assert client.post("/desk/findings").status_code == 302
    jobs.drain_slow()
    page = client.get("/desk/findings").content.decode()
    assert "发票号码1至3连号" in page
    row = Finding.objects.get()
    address = f"/desk/findings/{row.ref}"
    refused = client.post(address, {"verdict": "faulty", "reason": "", "version": 0})
    assert refused.status_code == 422 and Finding.objects.get().state == "open"
    sent = {"verdict": "faulty", "reason": "拆分开票", "version": 0}
    assert client.post(address, sent).status_code == 302
    assert "拆分开票" in client.get(address).content.decode()
    record = Purchase.objects.first().ref
    assert "属实有误" in client.get(f"/desk/records/{record}").content.decode()
    assert browser("district_b").get(address).status_code == 404
    capacity = browser("supplier").post(
        "/desk/capacities", {"product": "小米", "year": "2020", "value": "x", "source": "认定书"}
    )
    assert capacity.status_code == 422 and "单位元" in capacity.content.decode()
    sent = {"product": "小米", "year": "2020", "value": "100.00", "source": "认定书"}
    assert browser("supplier").post("/desk/capacities", sent).status_code == 302
    assert "已超过" in browser("supplier").get("/desk/capacities").content.decode()


@drawn(
    st.dictionaries(
        st.integers(0, 200).map(str), st.integers(0, 2**64 - 1), min_size=2, max_size=30
    ),
    st.integers(0, 63),
)
def test_pictures_that_differ_in_three_bits_are_found(looks, bit):
    one = next(iter(looks.values()))
    near = {**looks, "near": one ^ 1 << bit ^ 1 << (bit + 7) % 64 ^ 1 << (bit + 21) % 64}
    texts = {key: f"{look:016x}" for key, look in near.items()}
    groups = rules.alike(texts, 6)
    assert any("near" in group for group in groups)
    for group in groups:
        for key in group:
            assert any(
                (near[key] ^ near[other]).bit_count() <= 6 for other in group if other != key
            )


@drawn(st.sets(st.integers(0, 60)))
def test_runs_are_whole_and_nothing_else(numbers):
    found = list(rules.runs({n: [] for n in numbers}, 3))
    for run in found:
        assert run == list(range(run[0], run[-1] + 1)) and len(run) >= 3
        assert run[0] - 1 not in numbers and run[-1] + 1 not in numbers
    inside = {n for run in found for n in run}
    for n in numbers - inside:
        assert not {n - 1, n - 2} <= numbers and not {n + 1, n + 2} <= numbers
        assert not {n - 1, n + 1} <= numbers
