"""Lists kept under a name, and several records at once: added up, exported, printed, reversed."""

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from niangjia.blocks.desk import exports, following, postings
from niangjia.blocks.desk.models import Export, PrintedSheet, SavedView
from niangjia.blocks.desk.tables import write_table
from niangjia.blocks.ledger.public import logged_facts
from niangjia.core import clock, jobs
from niangjia.core.models import JournalEntry
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors import (
    Filters,
    purchases_page,
    purchases_total,
)
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.views import chosen as chosen_views

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
RECORDS, CHOSEN = "/desk/records", "/desk/records/chosen"


@pytest.fixture(autouse=True)
def _city(db, settings, tmp_path):
    settings.NIANGJIA_HOME = str(tmp_path)
    given.city()
    given.take(
        given.purchase(1),
        given.purchase(2, product="=cmd|' /C calc'!A0", spec="+1", amount_fen=5_001, note="@x"),
        given.purchase(3, unit="乙", invoice_no="25117000001234567890"),
        given.purchase(4, quantity_milli=1_500, price_milli=None, amount_fen=10),
    )


def browser(who):
    client = Client(headers={"accept-language": "en"})
    login = get_user_model().objects.get(username=who)
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ref(number):
    return Purchase.objects.get(contract_no=f"HT-{number}").ref


def text(answer):
    return answer.content.decode()


def save(who, title, query="category=粮油", **more):
    form = {"page": "assistance_ledger:records", "title": title, "query": query, **more}
    return browser(who).post("/desk/views/new", form, follow=True)


# views


def test_a_view_is_kept_opened_renamed_and_deleted_by_its_owner():
    assert "The view is kept" in text(save("clerk", "粮油一季度"))
    view = SavedView.objects.get()
    assert view.organisation_id is None and "粮油一季度" in text(browser("clerk").get(RECORDS))
    change = f"/desk/views/{view.ref}"
    browser("clerk").post(change, {"title": "  粮油  ", "shared": "on"})
    view.refresh_from_db()
    assert view.title == "粮油" and view.organisation_id is not None
    assert "粮油</a>" in text(browser("head").get(RECORDS))
    assert "粮油</a>" not in text(browser("clerk_b").get(RECORDS))
    for who in ("head", "clerk_b", "city"):
        assert browser(who).post(change, {"delete": "1"}).status_code == 404
        assert browser(who).post(change, {"title": "x"}).status_code == 404
    assert SavedView.objects.get().title == "粮油"
    browser("clerk").post(change, {"delete": "1"})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("title", "query", "page", "said"),
    [
        (" ", "", "assistance_ledger:records", "Give the view a name"),
        ("x" * 500, "text=" + "y" * 496, "assistance_ledger:records", "too many filters"),
        ("x", "", "no-such-page", "cannot be kept"),
        ("x", "", "nowhere:records", "cannot be kept"),
        ("有了", "", "assistance_ledger:records", "already"),
    ],
)
def test_a_view_that_makes_no_sense_is_refused_in_words(title, query, page, said):
    save("clerk", "有了")
    answer = save("clerk", title, query, page=page)
    assert said in text(answer)
    assert SavedView.objects.count() == 1


def test_a_view_of_something_no_longer_visible_shows_nothing():
    unit = given.actor("clerk_b").organisation_ref
    save("clerk", "乙的", f"unit={unit}")
    answer = browser("clerk").get(f"{RECORDS}?unit={unit}")
    assert answer.status_code == 200 and "No record matches" in text(answer)


# many at once


def test_chosen_records_are_added_up_and_nothing_chosen_is_told():
    answer = browser("clerk").post(
        CHOSEN, {"do": "sum", "ref": [ref(1), ref(2), ref(3), "x' OR 1"]}, follow=True
    )
    assert "2 purchases, total ¥ 361.01" in text(answer) and "叁佰陆拾壹元零壹分" in text(answer)
    assert "Nothing is chosen" in text(browser("clerk").post(CHOSEN, {"do": "print"}, follow=True))
    answer = browser("city").post(
        CHOSEN, {"do": "sum", "which": "all", "query": "text=HT-1"}, follow=True
    )
    assert "1 purchase, total ¥ 311.00" in text(answer)


def test_many_are_reversed_with_one_reason_and_each_says_what_became_of_it():
    purchase_reverse(given.actor("city"), purchase_ref=ref(2), reason="重复登记")
    refs = f"{ref(1)} {ref(2)} {ref(3)} {'0' * 32}"
    form = {"refs": refs, "query": "category=粮油", "reason": "退货"}
    assert browser("district").post("/desk/records/reverse", form).status_code == 403
    assert browser("clerk").post("/desk/records/reverse", {**form, "reason": ""}).status_code == 422
    assert Purchase.objects.filter(reversed_at=None).count() == 3
    page = text(browser("clerk").post("/desk/records/reverse", form))
    assert "Reversed: 1. Left as they were: 3." in page and "reversed already" in page
    assert Purchase.objects.get(contract_no="HT-1").reversed_at is not None
    assert Purchase.objects.get(contract_no="HT-3").reversed_at is None
    jobs.settle()
    kinds = frozenset({"purchases.reversed/1"})
    batches = [one for one in logged_facts(0, 500, kinds) if one.kind in kinds]
    assert [(one.values["n"], one.values["amount_fen"]) for one in batches] == [(1, 31_100)]
    again = text(browser("clerk").post("/desk/records/reverse", form))
    assert "Reversed: 0. Left as they were: 4." in again


def test_the_page_before_a_reversal_says_which_are_gone():
    form = {"do": "reverse", "ref": [ref(1), ref(3)]}
    page = text(browser("clerk").post(CHOSEN, form, follow=True))
    assert "1 of the chosen records" in page and "Reverse 1 record" in page
    assert browser("auditor").post(CHOSEN, form, follow=True).status_code == 403


def test_the_page_before_a_reversal_can_be_gone_back_to_and_is_refused_beyond_its_limit(
    monkeypatch,
):
    all_of_it = {"do": "reverse", "which": "all", "query": "category=粮油"}
    address = browser("clerk").post(CHOSEN, all_of_it)["Location"]
    page = text(browser("clerk").get(address))
    assert address.endswith("category=%E7%B2%AE%E6%B2%B9&which=all") and "Reverse " in page
    monkeypatch.setattr("niangjia.programmes.assistance_ledger.views.chosen.MOST_REFS", 0)
    back = browser("clerk").get(address)
    assert back["Location"].startswith("/desk/records?category=")
    assert "Narrow the list" in text(browser("clerk").get(address, follow=True))


def test_what_was_reversed_adds_nothing_beside_what_is_in_force():
    purchase_reverse(given.actor("clerk"), purchase_ref=ref(1), reason="退货")
    jobs.settle()
    in_force, all_of_them = (
        purchases_total(given.actor("city"), filters=Filters(state=state))
        for state in ("in_force", "all")
    )
    assert all_of_them == (in_force[0] + 1, in_force[1])
    narrowed = purchases_total(given.actor("city"), filters=Filters(category="粮油", state="all"))
    assert narrowed[1] == purchases_total(given.actor("city"), filters=Filters(category="粮油"))[1]
    page = purchases_page(given.actor("city"), filters=Filters(state="all"))
    assert (page.n, page.total_fen) == all_of_them
    sent = {"do": "official", "which": "all", "query": "state=all"}
    rows = list(sheet_of(browser("city").post(CHOSEN, sent)).iter_rows(values_only=True))
    assert len(rows) - 1 == in_force[0]
    paper = text(browser("city").get("/desk/records/print?state=all"))
    assert f"{in_force[1] / 100:,.2f}" in paper
    for address in ("/desk/records/reverse", "/desk/records/reverse?ref=x-y"):
        assert browser("clerk").get(address)["Location"].startswith("/desk/records?")


# exports


def sheet_of(answer):
    data = b"".join(answer.streaming_content)
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_an_export_has_the_official_columns_in_their_order_and_can_be_read_again():
    answer = browser("city").post(CHOSEN, {"do": "official", "which": "all", "query": ""})
    rows = list(sheet_of(answer).iter_rows(values_only=True))
    assert list(rows[0]) == [column.header for column in schema().columns]
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    by_contract = {record["合同编号"]: record for record in records}
    one = by_contract["HT-1"]
    assert (one["金额(元)"], one["单价(元)"], one["数量"]) == (311, 31.1, 10)
    assert one["采购日期"] == dt.datetime(2020, 2, 10) and one["采购方式"] == "直接采购"
    assert one["供应商电话"] == "*******0001" and one["供应商联系人"] == "示****"
    assert by_contract["HT-3"]["发票号码"] == "25117000001234567890"
    assert by_contract["HT-4"]["数量"] == 1.5
    assert JournalEntry.objects.filter(kind="export.taken").count() == 1


def test_a_text_never_becomes_a_formula():
    answer = browser("city").post(CHOSEN, {"do": "xlsx", "ref": [ref(2)]})
    sheet = sheet_of(answer)
    kinds = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row}
    assert "f" not in kinds and sheet["A2"].value.startswith("=cmd")
    answer = browser("city").post(CHOSEN, {"do": "csv", "ref": [ref(2), ref(3)]})
    data = b"".join(answer.streaming_content)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert lines[1][0].startswith("'=cmd") and lines[1][1] == "'+1"
    assert "\t25117000001234567890" in lines[2]


def test_a_large_export_is_made_in_the_background_for_its_owner_alone(monkeypatch):
    monkeypatch.setattr(chosen_views, "AT_ONCE", 1)
    answer = browser("clerk").post(CHOSEN, {"do": "official", "which": "all"}, follow=True)
    assert "0 of 3 rows" in text(answer)
    jobs.drain_slow()
    export = Export.objects.get()
    assert (export.state, export.n_done) == ("done", 3)
    got = browser("clerk").get(f"/desk/exports/{export.ref}")
    assert sheet_of(got).max_row == 4  # its own unit alone
    for who in ("head", "clerk_b", "city"):
        assert browser(who).get(f"/desk/exports/{export.ref}").status_code == 404
        assert browser(who).post(f"/desk/exports/{export.ref}/drop").status_code == 404
    exports.make_export(export.ref)  # told twice: nothing is made twice
    assert browser("clerk").post(f"/desk/exports/{export.ref}/drop").status_code == 302
    assert not list(exports.folder().iterdir())


def test_an_appointment_that_ended_meanwhile_gives_no_file(monkeypatch):
    monkeypatch.setattr(chosen_views, "AT_ONCE", 1)
    browser("clerk").post(CHOSEN, {"do": "csv", "which": "all"})
    Export.objects.update(role="city")
    jobs.drain_slow()
    export = Export.objects.get()
    assert export.state == "failed" and export.file_name == ""
    assert "appointment" in text(browser("clerk").get("/desk/exports"))


def test_exports_are_removed_after_seven_days(monkeypatch):
    monkeypatch.setattr(chosen_views, "AT_ONCE", 1)
    browser("clerk").post(CHOSEN, {"do": "csv", "which": "all"})
    jobs.drain_slow()
    assert exports.sweep() == 0
    Export.objects.update(created_at=clock.real_now() - dt.timedelta(days=8))
    assert exports.sweep() == 1
    assert not Export.objects.exists() and not list(exports.folder().iterdir())


def test_an_export_interrupted_by_the_workers_end_is_made_later(monkeypatch):
    monkeypatch.setattr(chosen_views, "AT_ONCE", 1)
    monkeypatch.setattr(exports, "TELL_EVERY", 1)
    browser("clerk").post(CHOSEN, {"do": "csv", "which": "all"})
    monkeypatch.setattr(jobs, "stopping", lambda: True)
    with pytest.raises(exports.Interrupted):
        exports.make_export(Export.objects.get().ref)
    assert Export.objects.get().state == "running" and not list(exports.folder().iterdir())
    monkeypatch.setattr(jobs, "stopping", lambda: False)
    jobs.drain_slow()
    assert Export.objects.get().state == "done"


def test_tables_hold_what_they_are_given(tmp_path):
    rows = [("甲", None, 3, dt.date(2020, 2, 29)), ("", "-", 0, None)]
    write_table(tmp_path / "t.csv", "csv", "x", ["a", "b", "c", "d"], [9] * 4, rows)
    assert (tmp_path / "t.csv").read_text("utf-8-sig").splitlines() == [
        "a,b,c,d",
        "甲,,3,2020-02-29",
        ",'-,0,",
    ]


# print and verify


def printed(who, query):
    answer = browser(who).get(f"/desk/records/print?{query}")
    return answer, re.search(r"/verify/([0-9a-f]+)", text(answer))


def test_a_printed_list_is_verified_by_anyone_who_holds_it():
    answer, found = printed("clerk", f"ref={ref(1)}&ref={ref(2)}")
    page = text(answer)
    assert "叁佰陆拾壹元零壹分" in page and "¥ 361.01" in page and "<svg" in page
    told = Client(headers={"accept-language": "en"}).get(f"/verify/{found[1]}")
    assert "holds exactly this list" in text(told) and "361.01" in text(told)
    assert "小米" not in text(told)  # nothing of single records
    assert printed("clerk", f"ref={ref(1)}&ref={ref(2)}")[1][1] == found[1]
    assert PrintedSheet.objects.count() == 1
    purchase_reverse(given.actor("city"), purchase_ref=ref(1), reason="退货")
    told = Client(headers={"accept-language": "en"}).get(f"/verify/{found[1]}")
    assert "1 of its rows were taken back" in text(told) and "¥ 50.01" in text(told)


def test_a_print_whose_amount_was_changed_behind_our_back_is_told():
    _answer, found = printed("city", "category=粮油")
    Purchase.objects.filter(contract_no="HT-4").update(amount_fen=11)
    told = Client(headers={"accept-language": "en"}).get(f"/verify/{found[1]}")
    assert "does not hold this list" in text(told)


@pytest.mark.parametrize("code", ["0" * 20, "abc", "x" * 300, "ＡＢ"])
def test_an_unknown_code_is_told(code):
    assert Client().get(f"/verify/{code}").status_code == 404


def test_nothing_and_too_much_cannot_be_printed(monkeypatch):
    assert browser("clerk").get("/desk/records/print?text=没有").status_code == 422
    assert browser("clerk").get(f"/desk/records/print?ref={ref(3)}").status_code == 422
    monkeypatch.setattr("niangjia.programmes.assistance_ledger.views.printing.MOST_ROWS", 2)
    assert "Narrow the list" in text(browser("clerk").get("/desk/records/print", follow=True))
    assert Client().get("/desk/records/print").status_code == 302


# strange input


@pytest.mark.parametrize(
    "query",
    [
        "text=" + "啊" * 10_000,
        'text="*(-NEAR)"',
        "text=%00小米",
        "text=ＸＭ",
        "unit=../../etc&supplier='&upload=%22",
        "first=2020-13-45&last=x",
        "sort=-amount&text=xm&sum=1",
        "text=x_r%20u_1&state=all",
    ],
)
def test_strange_queries_are_answered(query):
    for path in (RECORDS, "/desk/find", "/desk/records/print"):
        name = query.replace("text=", "q=", 1) if path == "/desk/find" else query
        assert browser("clerk").get(f"{path}?{name}").status_code in (200, 422)
    assert browser("clerk").get(f"{RECORDS}?{query}").status_code == 200


def test_a_page_with_a_filter_shows_it_as_a_link_that_takes_it_away():
    page = text(browser("city").get(f"{RECORDS}?category=粮油&text=小米&county=130627"))
    assert 'href="?text=%E5%B0%8F%E7%B1%B3&amp;county=130627"' in page
    assert "3 records" in page and "¥ 622.10" in page


def test_pages_say_when_the_index_is_behind_and_filters_do_without_it(monkeypatch):
    following.FindPosition.objects.update(size=0)
    postings.clear()
    cache.clear()
    page = text(browser("city").get(f"{RECORDS}?category=粮油"))
    assert "new entries are still being indexed" in page and "No record matches" in page
    assert "still being indexed" in text(browser("city").get("/desk/find?q=小米"))
    monkeypatch.setattr(following, "FAR_BEHIND", 1)
    assert "4 records" in text(browser("city").get(f"{RECORDS}?category=粮油"))
    jobs.settle()
    jobs.drain()
    cache.clear()
    page = text(browser("city").get(f"{RECORDS}?category=粮油&text=小米"))
    assert "still being indexed" not in page and "3 records" in page
