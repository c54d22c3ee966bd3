"""Evidence and the county's review in the browser: brought, placed, confirmed, in the totals."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import einvoices, evidence_files
from tests.journeys.conftest import OpenPage
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
SENT_MS = 30_000  # files are looked at one by one, on a machine that may be busy


def _files(*named: tuple[str, bytes]) -> Any:
    return [{"name": n, "mimeType": "application/octet-stream", "buffer": b} for n, b in named]


def _photo(seed: int) -> bytes:
    return evidence_files.encoded(evidence_files.photo(seed=seed))


def _own_records(page: Page) -> list[dict[str, Any]]:
    listed = page.request.get("/api/purchases").json()["items"]
    return [page.request.get(f"/api/purchases/{one['ref']}").json() for one in listed]


def _bring(page: Page, *named: tuple[str, bytes]) -> None:
    page.locator("form[data-evidence] .drop input").first.set_input_files(_files(*named))


def test_files_find_their_records_and_what_is_left_is_placed(open_page: OpenPage) -> None:
    page = open_page("clerk")
    one, other, *_rest = _own_records(page)
    page.goto("/desk/evidence")
    looked_at(page, "evidence-1280")
    _bring(
        page,
        (f"发票{one['invoice_no']}.jpg", _photo(1)),
        ("合影.jpg", _photo(2)),
    )
    expect(page.locator("ul.place")).to_contain_text("合影.jpg", timeout=SENT_MS)
    # the other has found its record
    expect(page.locator("ul.place")).not_to_contain_text(f"发票{one['invoice_no']}")
    looked_at(page, "evidence-to-place-1280")
    page.get_by_role("button", name="附上所勾选的").click()
    expect(page.locator("main")).to_contain_text("请勾选记录")
    page.goto(f"/desk/records/{one['ref']}#evidence")
    expect(page.locator("#evidence header .tag")).to_contain_text("1 /")
    looked_at(page, "record-evidence-1280")
    phone = open_page("clerk", width=390, theme="dark")
    phone.goto(f"/desk/records/{other['ref']}#evidence")
    _bring(phone, ("拍照.jpg", _photo(3)))
    expect(phone.locator("#evidence header .tag")).to_contain_text("1 /", timeout=SENT_MS)
    looked_at(phone, "record-evidence-390-dark")
    phone.locator("#evidence a.file").first.click()
    looked_at(phone, "evidence-file-390-dark")


def test_a_file_that_is_refused_says_why_and_the_others_go_on(open_page: OpenPage) -> None:
    page = open_page("canteen", width=390)
    page.goto("/desk/evidence")
    _bring(
        page,
        ("加密.pdf", evidence_files.pdf(password=b"x")),
        ("照片.jpg", _photo(4)),
    )
    told = page.locator("[data-told]").first
    expect(told).to_contain_text("有密码保护", timeout=SENT_MS)
    expect(told).to_contain_text("照片.jpg", timeout=SENT_MS)
    looked_at(page, "evidence-refused-390")


def test_files_wait_while_the_network_is_cut_and_go_on_by_themselves(open_page: OpenPage) -> None:
    page = open_page("clerk")
    page.goto("/desk/evidence")
    before = page.request.get("/api/evidence").json()["items"]
    page.context.set_offline(True)
    _bring(page, ("断网.jpg", _photo(5)))
    expect(page.locator("[data-warn]")).to_contain_text("网络中断")
    looked_at(page, "evidence-cut-1280")
    page.context.set_offline(False)
    expect(page.locator("ul.place")).to_contain_text("断网.jpg", timeout=SENT_MS)
    after = page.request.get("/api/evidence").json()["items"]
    assert len(after) == len(before) + 1


def test_a_purchase_is_entered_from_an_e_invoice(open_page: OpenPage) -> None:
    page = open_page("clerk")
    paper = einvoices.digital(number="20112000000000000079")
    page.goto("/desk/evidence")
    _bring(page, ("数电票.ofd", einvoices.ofd(paper)))
    page.locator("ul.place a.file", has_text="数电票.ofd").click()
    looked_at(page, "e-invoice-1280")
    page.get_by_role("link", name="据此登记采购").click()
    looked_at(page, "e-invoice-form-1280")
    assert page.input_value("[name=invoice_no]") == paper.number
    page.fill("[name=county]", "唐县")
    page.fill("[name=province]", "河北省")
    page.select_option("[name=channel]", "食堂")
    page.locator("form[data-draft] .btn-primary").click()
    expect(page.locator("#evidence")).to_contain_text("数电票.ofd")


def test_help_is_handed_in_confirmed_by_the_county_and_seen_in_every_total(
    open_page: OpenPage,
) -> None:
    supplier = open_page("supplier", width=390)
    supplier.goto("/desk/reviews?tab=new")
    looked_at(supplier, "reviews-new-390")
    supplier.locator("ul.kept a.btn").first.click()
    supplier.check("[name=mechanisms] >> nth=0")
    for name, text in (("households", "12"), ("people", "4"), ("paid", "5000")):
        supplier.fill(f"[name={name}]", text)
    supplier.get_by_role("button", name="提交材料").click()
    expect(supplier.locator(".field .error")).to_have_count(1)  # fewer people than households
    looked_at(supplier, "review-form-refused-390")
    supplier.fill("[name=people]", "40")
    supplier.get_by_role("button", name="提交材料").click()
    supplier.wait_for_selector("text=待受援县核实")
    reviewer = open_page("reviewer", theme="dark")
    before = _confirmed(reviewer)
    reviewer.goto("/desk")
    reviewer.click("main .inbox a")
    looked_at(reviewer, "review-1280-dark")
    reviewer.click("button[value=confirm]")
    reviewer.wait_for_selector("text=已核")
    looked_at(reviewer, "review-confirmed-1280-dark")
    for _turn in range(60):
        if _confirmed(reviewer) != before:
            break
        reviewer.wait_for_timeout(500)
    assert _confirmed(reviewer) > before
    reviewer.goto("/desk/pivot?rows=month&columns=&measure=confirmed&first=")
    looked_at(reviewer, "pivot-confirmed-1280-dark")
    reviewer.goto("/desk/reviews?tab=decided")
    looked_at(reviewer, "reviews-decided-1280-dark")
    reviewer.locator("ul.kept a").first.click()
    reviewer.get_by_role("link", name="打印").click()
    expect(reviewer.locator("h1")).to_contain_text("核实单")


def _confirmed(page: Page) -> int:
    """Sales of the county whose help is confirmed, in fen."""
    found = page.request.get("/api/pivot?rows=month&columns=&measure=confirmed").json()
    return int(found["total"][found["fields"].index("confirmed_fen")])
