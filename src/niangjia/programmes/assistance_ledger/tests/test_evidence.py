"""Evidence of records: what is needed, what is there, what that adds up to."""

import pytest

from niangjia.blocks.evidence.public import document, links_of, receive
from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.ledger.public import history
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.assistance_ledger import requirements
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.pages.record import steps
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.selectors import Filters, purchases_page
from niangjia.programmes.assistance_ledger.selectors.evidence import document_get, proposals
from niangjia.programmes.assistance_ledger.services import (
    purchase_correct,
    purchase_reverse,
    purchases_take,
)
from niangjia.programmes.assistance_ledger.services.evidence import (
    Placement,
    evidence_attach,
    evidence_detach,
    evidence_place,
    supplier_attach,
)
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(db):
    given.city()


def brought(n: int, name: str = "扫描.jpg", who: str = "clerk") -> str:
    return receive(given.actor(who), chunks=[given.photo(n)], name=name).ref


def recorded(number: int = 1, unit: str = "甲", **changes) -> Purchase:
    who = {"甲": "clerk", "乙": "clerk_b"}[unit]
    rows = [given.purchase(number, unit=unit, **changes)]
    ref = purchases_take(given.actor(who), rows=rows).taken[0]
    return Purchase.objects.get(ref=ref)


def complete(purchase: Purchase, first: int = 100) -> None:
    for k, kind in enumerate(
        requirements.needed_by(purchase.occurred_on, purchase.channel, purchase.amount_fen)
    ):
        ref = brought(first + k)
        placement = Placement(ref, purchase.ref, kind.split("|")[0])
        evidence_attach(given.actor("clerk"), placement=placement)


def cube() -> tuple[int, int, int, int]:
    """(records, fen, complete records, their fen) as the projection has them."""
    jobs.settle()
    assert differences(PURCHASES)[1] == []
    sums = list(stored("purchases").values())
    return (
        sum(s.n for s in sums),
        sum(s.fen for s in sums),
        sum(s.third for s in sums),
        sum(s.fourth for s in sums),
    )


@pytest.mark.parametrize(
    ("channel", "fen", "wanted"),
    [
        ("双创中心", 999_999, ("invoice", "payment")),
        ("双创中心", 1_000_000, ("invoice", "payment", "contract|agreement", "acceptance")),
        ("832平台", 499_999, ("invoice", "payment")),
        ("832平台", 500_000, ("invoice", "payment", "waybill")),
        ("工会慰问", 1, ("invoice", "payment", "sign_for")),
        ("双创中心", -1_000_000, ("invoice", "payment", "contract|agreement", "acceptance")),
    ],
)
def test_what_is_needed_depends_on_channel_and_amount(channel, fen, wanted):
    assert requirements.needed_by(given.purchase().occurred_on, channel, fen) == wanted


def test_a_record_without_evidence_counts_and_is_marked():
    one = recorded()
    assert one.missing == ",".join(
        requirements.needed_by(one.occurred_on, one.channel, one.amount_fen)
    )
    assert cube() == (1, one.amount_fen, 0, 0)


def test_a_record_is_complete_once_everything_needed_is_there_and_the_cube_says_so():
    one, other = recorded(1), recorded(2)
    complete(one)
    one.refresh_from_db()
    assert one.missing == ""
    assert cube() == (2, one.amount_fen + other.amount_fen, 1, one.amount_fen)
    clerk = given.actor("clerk")
    lacking = purchases_page(clerk, filters=Filters(evidence="missing")).rows
    whole = purchases_page(clerk, filters=Filters(evidence="complete")).rows
    assert [row["ref"] for row in lacking] == [other.ref]
    assert [row["ref"] for row in whole] == [one.ref]
    by_kind = purchases_page(clerk, filters=Filters(evidence="invoice")).rows
    assert [row["ref"] for row in by_kind] == [other.ref]


def test_taking_evidence_off_needs_a_reason_and_makes_the_record_lack_it_again():
    one = recorded()
    complete(one)
    link = next(x for x in links_of([f"purchase:{one.ref}"]) if x.kind == "payment")
    placement = Placement(link.document.ref, one.ref, "payment")
    with pytest.raises(Invalid):
        evidence_detach(given.actor("clerk"), placement=placement, reason=" ")
    assert cube()[2] == 1
    evidence_detach(given.actor("clerk"), placement=placement, reason="传错了文件")
    one.refresh_from_db()
    assert one.missing == "payment"
    assert cube() == (1, one.amount_fen, 0, 0)
    with pytest.raises(NotFound):
        evidence_detach(given.actor("clerk"), placement=placement, reason="再来一次")
    assert "传错了文件" in [line.reason for line in history(f"purchase:{one.ref}")]


def test_a_reversal_takes_a_complete_record_off_the_complete_ones():
    one = recorded()
    complete(one)
    purchase_reverse(given.actor("clerk"), purchase_ref=one.ref, reason="重复登记")
    assert cube() == (0, 0, 0, 0)


def test_a_correction_brings_its_evidence_along():
    one = recorded()
    complete(one)
    new = purchase_correct(
        given.actor("clerk"), purchase_ref=one.ref, reason="品名写错", changes={"product": "苹果"}
    )
    stands = Purchase.objects.get(ref=new)
    assert stands.missing == ""
    assert cube() == (1, one.amount_fen, 1, one.amount_fen)
    old, fresh = (links_of([f"purchase:{ref}"]) for ref in (one.ref, new))
    assert [(x.kind, x.document.ref) for x in old] == [(x.kind, x.document.ref) for x in fresh]


def test_a_correction_to_a_larger_amount_may_need_more_and_says_so():
    one = recorded(quantity_milli=None, price_milli=None, amount_fen=500_00)
    complete(one)
    new = purchase_correct(
        given.actor("clerk"),
        purchase_ref=one.ref,
        reason="少写一位",
        changes={"amount_fen": 10_000_00},
    )
    assert Purchase.objects.get(ref=new).missing == "contract|agreement,acceptance"
    assert cube() == (1, 10_000_00, 0, 0)


def test_the_same_file_a_hundred_times_is_one_document_and_one_fact():
    refs = {brought(1, name=f"{k}.jpg") for k in range(100)}
    assert len(refs) == 1
    jobs.settle()
    assert len(history(f"document:{refs.pop()}")) == 1


def test_attaching_twice_changes_nothing():
    one, ref = recorded(), brought(1)
    placement = Placement(ref, one.ref, "invoice")
    assert evidence_attach(given.actor("clerk"), placement=placement) is True
    assert evidence_attach(given.actor("clerk"), placement=placement) is False
    assert len(links_of([f"purchase:{one.ref}"])) == 1
    assert document(ref).n_links == 1


def test_evidence_of_another_unit_s_record_is_refused_and_its_files_are_not_seen():
    theirs = recorded(9, unit="乙")
    ref = brought(1)
    placement = Placement(ref, theirs.ref, "invoice")
    with pytest.raises(NotFound):
        evidence_attach(given.actor("clerk"), placement=placement)
    with pytest.raises(NotFound):
        document_get(given.actor("clerk_b"), ref=ref)
    with pytest.raises(Denied):
        evidence_attach(given.actor("auditor"), placement=placement)
    assert links_of([f"purchase:{theirs.ref}"]) == []
    own = recorded(1)
    evidence_attach(given.actor("clerk"), placement=Placement(ref, own.ref, "invoice"))
    assert document_get(given.actor("district"), ref=ref).ref == ref
    assert document_get(given.actor("supplier"), ref=ref).ref == ref
    with pytest.raises(NotFound):
        document_get(given.actor("clerk_b"), ref=ref)


def test_personal_evidence_is_closed_to_those_who_are_not_cleared():
    one = recorded(1, channel="工会慰问")
    ref = brought(1)
    evidence_attach(given.actor("clerk"), placement=Placement(ref, one.ref, "sign_for"))
    with pytest.raises(NotFound):
        document_get(given.actor("supplier"), ref=ref)
    assert document_get(given.actor("auditor"), ref=ref).ref == ref


def test_a_roster_is_for_those_who_check_it_not_for_every_unit_that_bought():
    one = recorded()
    ref = brought(1, who="supplier")
    supplier_attach(
        given.actor("supplier"), supplier_ref=one.supplier.ref, document_ref=ref, kind="roster"
    )
    for who in ("reviewer", "city", "auditor", "supplier"):
        assert document_get(given.actor(who), ref=ref).ref == ref
    for who in ("clerk", "checker", "head", "district", "clerk_b"):
        with pytest.raises(NotFound):
            document_get(given.actor(who), ref=ref)


def test_a_reversed_record_takes_no_new_evidence():
    one, ref = recorded(), brought(1)
    purchase_reverse(given.actor("clerk"), purchase_ref=one.ref, reason="重复登记")
    with pytest.raises(Conflict):
        evidence_attach(given.actor("clerk"), placement=Placement(ref, one.ref, "invoice"))
    assert document(ref).n_links == 0


def test_an_unknown_kind_is_refused():
    one, ref = recorded(), brought(1)
    for kind in ("", "qualification", "nonsense"):
        with pytest.raises(Invalid):
            evidence_attach(given.actor("clerk"), placement=Placement(ref, one.ref, kind))
    assert links_of([f"purchase:{one.ref}"]) == []


def test_a_supplier_s_evidence_stands_for_all_of_its_records():
    one = recorded()
    supplier = one.supplier.ref
    ref = brought(1, who="supplier")
    assert supplier_attach(
        given.actor("supplier"), supplier_ref=supplier, document_ref=ref, kind="qualification"
    )
    assert [x.kind for x in links_of([f"supplier:{supplier}"])] == ["qualification"]
    assert document_get(given.actor("clerk"), ref=ref).ref == ref


def test_files_find_their_record_by_the_invoice_number_in_their_name():
    one, other = recorded(1), recorded(2)
    ref = brought(1, name=f"发票{one.invoice_no}.jpg")
    brought(2, name="合影.jpg")
    (newest, found), more = proposals(given.actor("clerk"))
    assert more == 0
    assert newest.candidates == () and newest.kind == ""
    assert found.document.ref == ref and found.kind == "invoice" and found.sure
    assert [c.ref for c in found.candidates] == [one.ref]
    assert other.ref not in {c.ref for c in found.candidates}
    placements = [Placement(ref, one.ref, "invoice"), Placement(ref, "0" * 32, "invoice")]
    assert evidence_place(given.actor("clerk"), placements=placements) == 1
    assert [p.document.ref for p in proposals(given.actor("clerk"))[0]] == [newest.document.ref]


def test_records_of_before_lack_all_that_they_need(django_db_blocker):
    from importlib import import_module

    from django.apps import apps

    one = recorded()
    Purchase.objects.filter(pk=one.pk).update(missing="")
    step = import_module("niangjia.programmes.assistance_ledger.migrations.0008_what_is_missing")
    step.fill(apps, None)
    one.refresh_from_db()
    assert one.missing.startswith("invoice,payment")


def test_a_record_s_history_names_the_kind_of_evidence_that_came_and_went():
    purchase, file = recorded(), brought(7)
    placement = Placement(file, purchase.ref, "acceptance")
    evidence_attach(given.actor("clerk"), placement=placement)
    evidence_detach(given.actor("clerk"), placement=placement, reason="错放")
    titles = [step.title for step in steps(history(f"purchase:{purchase.ref}"))]
    assert titles == [
        "Evidence taken off: Acceptance sheet",
        "Evidence attached: Acceptance sheet",
        "Purchase recorded",
    ]
