"""Evidence on the pages: brought without scripts and with them, placed, entered from an invoice."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from niangjia.blocks.evidence.models import Document
from niangjia.blocks.evidence.public import document, links_of, receive
from niangjia.core import jobs, seal
from niangjia.core.models import JournalEntry
from niangjia.programmes.assistance_ledger import sheet
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services.evidence import Placement, evidence_attach
from niangjia.programmes.assistance_ledger.tests import given
from tests import einvoices, evidence_files

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(db, tmp_path, settings):
    settings.NIANGJIA_HOME = str(tmp_path)
    seal._read_key.cache_clear()
    given.city()


def browser(who: str) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    login = get_user_model().objects.get(username=who)
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(data: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def photo(seed=1) -> bytes:
    return evidence_files.encoded(evidence_files.photo(seed=seed))


def record(number=1, **changes) -> Purchase:
    ref = given.take(given.purchase(number, **changes)).taken[0]
    return Purchase.objects.get(ref=ref)


def test_files_are_brought_without_scripts_and_each_is_told():
    client = browser("clerk")
    sent = {"file": [upload(photo(1), "一.jpg"), upload(b"nonsense", "二.bin")]}
    page = client.post("/desk/evidence/new", sent, follow=True)
    text = page.content.decode()
    assert "已收到“一.jpg”" in text and "“二.bin”不是可接收的材料格式" in text
    assert Document.objects.count() == 1


def test_a_script_is_answered_file_by_file():
    client = browser("clerk")
    answer = client.post(
        "/desk/evidence/new", {"file": upload(photo(), "一.jpg")}, headers={"x-upload": "1"}
    )
    (one,) = json.loads(answer.content)["files"]
    assert one["refused"] == "" and one["href"].endswith(one["ref"])


def test_more_files_than_a_form_holds_are_told_in_words():
    client = browser("clerk")
    sent = {"file": [upload(b"x", f"{k}.bin") for k in range(101)]}
    answer = client.post("/desk/evidence/new", sent)
    assert answer.status_code == 400
    assert "100" in answer.content.decode()
    assert not Document.objects.exists()


def test_a_file_for_a_record_is_attached_with_its_kind_and_shown_there():
    one = record()
    client = browser("clerk")
    sent = {"file": upload(photo(), "一.jpg"), "purchase": one.ref, "kind": "payment"}
    client.post("/desk/evidence/new", sent)
    assert [x.kind for x in links_of([f"purchase:{one.ref}"])] == ["payment"]
    page = client.get(f"/desk/records/{one.ref}").content.decode()
    assert "一.jpg" in page and "1 / 2" in page
    one.refresh_from_db()
    assert one.missing == "invoice"


def test_ticked_files_are_placed_and_a_file_is_taken_off_with_a_reason():
    one = record()
    client = browser("clerk")
    client.post("/desk/evidence/new", {"file": upload(photo(), f"{one.invoice_no}.jpg")})
    ref = Document.objects.get().ref
    assert one.product in client.get("/desk/evidence").content.decode()
    client.post("/desk/evidence/place", {"place": f"{ref}:{one.ref}", f"kind-{ref}": "invoice"})
    assert document(ref).n_links == 1
    sent = {"detach": "1", "purchase": one.ref, "kind": "invoice", "reason": "传错了"}
    client.post(f"/desk/evidence/{ref}/act", sent)
    assert document(ref).n_links == 0


def test_received_bytes_are_handed_out_to_be_kept_and_never_to_run():
    client = browser("clerk")
    data = einvoices.digital_xml(einvoices.digital())
    client.post("/desk/evidence/new", {"file": upload(data, "a.xml")})
    ref = Document.objects.get().ref
    answer = client.get(f"/desk/evidence/{ref}/file")
    assert answer.content == data
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert browser("clerk_b").get(f"/desk/evidence/{ref}/file").status_code == 404
    assert client.get(f"/desk/evidence/{ref}/other").status_code == 404


def test_a_look_at_personal_evidence_is_noted():
    one = record(channel="工会慰问")
    ref = receive(given.actor("clerk"), chunks=[photo()], name="签领表.jpg").ref
    evidence_attach(given.actor("clerk"), placement=Placement(ref, one.ref, "sign_for"))
    before = JournalEntry.objects.filter(kind="evidence.opened").count()
    assert browser("auditor").get(f"/desk/evidence/{ref}/picture").status_code == 200
    assert JournalEntry.objects.filter(kind="evidence.opened").count() == before + 1
    assert browser("supplier").get(f"/desk/evidence/{ref}/picture").status_code == 404


def test_a_purchase_is_entered_from_an_e_invoice_line_by_line_and_carries_it(monkeypatch):
    monkeypatch.setattr(sheet, "uscc_problem", lambda _code: None)  # the cast's codes are made up
    paper = einvoices.two_lines(buyer_uscc=given.UNITS["甲"], seller_uscc="931306270000000001")
    client = browser("clerk")
    client.post("/desk/evidence/new", {"file": upload(einvoices.ofd(paper), "发票.ofd")})
    ref = Document.objects.get().ref
    assert "据此登记采购（共2行）" in client.get(f"/desk/evidence/{ref}").content.decode()
    meant = [5_450_00 - 545_00, 1_092_53]  # the discount is off the goods it names
    for k, fen in enumerate(meant):
        form = client.get(f"/desk/records/new?invoice={ref}&n={k}").context["form"]
        values = {name: form.initial.get(name, "") for name in form.fields}
        assert values["invoice_no"] == paper.number
        assert values["amount_fen"] == f"{fen / 100:.2f}"
        assert not values["product"].startswith("*")
        values |= {"county": "唐县", "province": "河北省", "channel": "食堂", "mode": "直接采购"}
        answer = client.post(f"/desk/records/new?invoice={ref}&n={k}", values)
        assert answer.status_code == 302, answer.context["form"].errors
    rows = Purchase.objects.order_by("id")
    assert [row.amount_fen for row in rows] == meant
    assert sum(row.amount_fen for row in rows) == paper.with_tax_fen
    assert document(ref).n_links == 2
    assert all("invoice" not in row.missing.split(",") for row in rows)


def test_an_invoice_that_another_unit_registered_says_so_before_it_is_entered():
    paper = einvoices.digital(buyer_uscc=given.UNITS["甲"])
    record(3, unit="乙", invoice_code="", invoice_no=paper.number)
    client = browser("clerk")
    client.post("/desk/evidence/new", {"file": upload(einvoices.ofd(paper), "发票.ofd")})
    ref = Document.objects.get().ref
    page = client.get(f"/desk/records/new?invoice={ref}").content.decode()
    assert "另有单位已登记这张发票" in page
    jobs.settle()


def test_a_red_letter_invoice_says_what_it_takes_back():
    paper = einvoices.red(einvoices.digital(), "20112000000000000024")
    client = browser("clerk")
    client.post("/desk/evidence/new", {"file": upload(einvoices.ofd(paper), "红字.ofd")})
    page = client.get(f"/desk/evidence/{Document.objects.get().ref}").content.decode()
    assert "红字发票" in page and "20112000000000000017" in page


def test_the_same_file_a_hundred_times_is_one_document_and_says_so():
    client = browser("clerk")
    for k in range(100):
        sent = {"file": upload(photo(), f"{k}.jpg")}
        answer = client.post("/desk/evidence/new", sent, headers={"x-upload": "1"})
        (one,) = json.loads(answer.content)["files"]
        assert one["refused"] == ""
    assert Document.objects.count() == 1


@pytest.mark.slow
def test_five_thousand_files_each_have_their_answer_and_none_is_lost(tmp_path):
    client, n = browser("clerk"), 5_000
    pictures = [photo(seed) for seed in range(1, 51)]
    refused = 0
    for k in range(n):
        data = b"no picture" if k % 100 == 99 else pictures[k % 50]
        sent = {"file": upload(data, f"{k}.jpg")}
        answer = client.post("/desk/evidence/new", sent, headers={"x-upload": "1"})
        (one,) = json.loads(answer.content)["files"]
        assert one["name"] == f"{k}.jpg"
        refused += bool(one["refused"])
    assert refused == 50
    assert Document.objects.count() == 50
    kept = {path.name[:32] for path in (tmp_path / "evidence").rglob("*") if path.is_file()}
    assert kept == set(Document.objects.values_list("ref", flat=True))
