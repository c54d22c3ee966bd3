"""Files brought as evidence: what is taken, what is refused in words, and that nothing is left."""

import errno
import os
from pathlib import Path

import pytest
import segno
from django.conf import settings

from niangjia.blocks.evidence import storage
from niangjia.blocks.evidence.models import Document
from niangjia.blocks.evidence.public import (
    document,
    evidence_discard,
    evidence_erase,
    evidence_sweep,
    read,
    receive,
)
from niangjia.blocks.ledger.public import audit, history
from niangjia.core import jobs, seal
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound, TooLarge
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.evidence import proposals
from niangjia.programmes.assistance_ledger.services.evidence import Placement, evidence_attach
from niangjia.programmes.assistance_ledger.tests import given
from tests import einvoices, evidence_files

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(db, tmp_path, settings):
    settings.NIANGJIA_HOME = str(tmp_path)
    seal._read_key.cache_clear()
    given.city()


def brought(data: bytes, name: str, who: str = "clerk") -> str:
    return receive(given.actor(who), chunks=[data], name=name).ref


def files() -> list[Path]:
    folder = Path(settings.NIANGJIA_HOME) / "evidence"
    return [path for path in folder.rglob("*") if path.is_file()]


def photo(seed=1) -> bytes:
    return evidence_files.encoded(evidence_files.photo(seed=seed))


@pytest.mark.parametrize(
    ("made", "name", "code"),
    [
        (lambda: b"", "空.pdf", "evidence_empty"),
        (lambda: evidence_files.pdf(password=b"secret"), "合同.pdf", "evidence_password"),
        (lambda: einvoices.ofd(einvoices.digital())[:-200], "发票.ofd", "evidence_truncated"),
        (lambda: photo() + b"<script>x</script>", "照片.jpg", "evidence_not_what_it_says"),
        (lambda: b"#!/bin/sh\necho", "照片.jpg", "evidence_not_what_it_says"),
        (evidence_files.bomb_png, "大图.png", "evidence_too_large"),
        (lambda: evidence_files.workbook(macros=True), "表.xlsx", "evidence_macros"),
        (lambda: b"RIFF\x00\x00\x00\x00WEBPVP8 ", "照片.webp", "evidence_format_picture"),
        (lambda: b"<?xml version='1.0'?><a/>", "发票.xml", "evidence_not_an_invoice"),
    ],
)
def test_what_cannot_be_evidence_is_refused_in_words_and_nothing_is_left(made, name, code):
    with pytest.raises(Invalid) as refused:
        brought(made(), name)
    assert refused.value.code == code
    assert name in str(refused.value)
    assert not Document.objects.exists() and files() == []


def test_a_file_that_is_too_large_is_refused_before_it_is_all_read():
    sent = []

    def chunks():
        for k in range(100):
            sent.append(k)
            yield bytes(1024 * 1024)

    with pytest.raises(TooLarge):
        receive(given.actor("clerk"), chunks=chunks(), name="大.pdf")
    assert len(sent) == 21 and files() == []


@pytest.mark.parametrize(
    ("made", "format_", "signed"),
    [
        (evidence_files.signed_pdf, "pdf", True),
        (lambda: evidence_files.pdf(("HELLO",), n_pages=3), "pdf", False),
        (lambda: einvoices.ofd(einvoices.digital()), "ofd", True),
        (lambda: einvoices.digital_xml(einvoices.digital()), "xml", True),
        (evidence_files.workbook, "xlsx", False),
        (photo, "jpeg", False),
    ],
)
def test_what_is_taken_is_kept_byte_for_byte_and_sealed(made, format_, signed):
    data = made()
    ref = brought(data, "不管叫什么.bin")
    found = document(ref)
    assert (found.format, found.is_signed, found.n_bytes) == (format_, signed, len(data))
    assert read(ref) == data
    on_disk = storage.path_of(ref).read_bytes()
    assert data not in on_disk and on_disk[:4] != data[:4]
    assert storage.path_of(ref).stat().st_mode & 0o077 == 0
    jobs.settle()
    assert [line.kind for line in history(f"document:{ref}")] == ["evidence.received/1"]
    assert not audit().faults


def test_the_same_bytes_of_two_units_are_two_documents_that_look_alike():
    one, other = brought(photo(), "甲.jpg"), brought(photo(), "乙.jpg", who="clerk_b")
    assert one != other
    assert document(one).sha256 == document(other).sha256


def test_a_full_disk_leaves_nothing_and_says_so(monkeypatch):
    real = os.fsync
    monkeypatch.setattr(
        storage.os, "fsync", lambda _fd: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
    )
    with pytest.raises(OSError):
        brought(photo(), "照片.jpg")
    monkeypatch.setattr(storage.os, "fsync", real)
    assert not Document.objects.exists() and files() == []


def test_a_file_whose_request_was_cut_off_is_swept_after_a_day():
    kept = brought(photo(1), "照片.jpg")
    lost = storage.store(photo(2), "jpeg").ref
    assert evidence_sweep() == 0
    old = storage.path_of(lost)
    os.utime(old, (0, 0))
    os.utime(storage.path_of(kept), (0, 0))
    assert evidence_sweep() == 1
    assert not old.exists() and storage.path_of(kept).exists()


def test_who_has_no_unit_or_no_right_brings_nothing():
    for who in ("auditor", "member", "checker"):
        with pytest.raises(Denied):
            brought(photo(), "照片.jpg", who=who)
    assert files() == []


def test_a_file_that_proves_nothing_is_discarded_and_its_key_is_gone():
    ref = brought(photo(), "错.jpg")
    with pytest.raises(Invalid):
        evidence_discard(given.actor("clerk"), document_ref=ref, reason=" ")
    with pytest.raises(NotFound):
        evidence_discard(given.actor("clerk_b"), document_ref=ref, reason="不是我的")
    evidence_discard(given.actor("clerk"), document_ref=ref, reason="传错了")
    jobs.settle()
    assert files() == [] and document(ref).name == ""
    with pytest.raises(NotFound):
        read(ref)
    again = brought(photo(), "又来.jpg")
    assert again != ref


def test_erasing_evidence_keeps_what_it_proved_and_its_hash():
    given.take(given.purchase(1))
    one = Purchase.objects.get()
    ref = brought(photo(), "发票.jpg")
    evidence_attach(given.actor("clerk"), placement=Placement(ref, one.ref, "invoice"))
    one.refresh_from_db()
    lacks = one.missing
    with pytest.raises(Conflict):
        evidence_discard(given.actor("clerk"), document_ref=ref, reason="传错了")
    copy = storage.path_of(ref).read_bytes()  # as a backup would have it
    evidence_erase(given.actor("city"), document_ref=ref, reason="保存期满")
    jobs.settle()
    one.refresh_from_db()
    assert one.missing == lacks and document(ref).sha256
    with pytest.raises(seal.Erased):
        seal.unseal(copy)
    assert not audit().faults


def test_an_e_invoice_finds_its_record_by_what_is_inside():
    paper = einvoices.digital(number="20110000000000000031")
    given.take(given.purchase(1, invoice_code="", invoice_no=paper.number))
    ref = brought(einvoices.ofd(paper), "下载.ofd")
    found = document(ref)
    assert found.invoice["number"] == paper.number
    assert found.invoice["total_with_tax_fen"] == paper.with_tax_fen
    assert "note" not in found.invoice
    (one,) = proposals(given.actor("clerk"))[0]
    assert (one.kind, one.sure, one.candidates[0].why) == ("invoice", True, "invoice")


def test_a_pdf_finds_its_record_by_the_code_printed_on_it():
    paper = einvoices.digital(number="20110000000000000048")
    given.take(given.purchase(1, invoice_code="", invoice_no=paper.number))
    picture = evidence_files.code(einvoices.qr_text(paper))
    ref = brought(evidence_files.pdf(picture=picture), "扫描0001.pdf")
    assert document(ref).invoice["number"] == paper.number
    assert proposals(given.actor("clerk"))[0][0].sure


def test_our_own_code_on_a_page_leads_to_its_record():
    given.take(given.purchase(1))
    one = Purchase.objects.get()
    address = f"https://ledger.example/desk/records/{one.ref}"
    picture = evidence_files.code(address)
    assert segno.make(address)
    brought(evidence_files.pdf(picture=picture), "回单.pdf")
    (found,) = proposals(given.actor("clerk"))[0]
    assert (found.kind, found.candidates[0].why, found.candidates[0].ref) == (
        "payment",
        "code",
        one.ref,
    )
