"""From a paper to its records, from a public figure back to them, and a figure computed again from
a pack alone: the auditor's day; and what a clerk, a district and a county see of the same."""

import csv
import io
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from tests import evidence_files
from tests.journeys.conftest import OpenPage
from tests.journeys.test_ledger import verified
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
RECORD = "td.lead a[href^='/desk/records/']"
SLOW_MS = 30_000  # files are looked at and made one by one, on a machine that may be busy


def first_record(page: Page) -> dict[str, Any]:
    """The newest record that the page's reader may see, as JSON."""
    ref = page.request.get("/api/purchases").json()["items"][0]["ref"]
    return dict(page.request.get(f"/api/purchases/{ref}").json())


def invoice_brought(page: Page, one: dict[str, Any]) -> None:
    """The clerk brings a photo of a record's invoice; it finds its record by its name."""
    page.goto(f"/desk/records/{one['ref']}#evidence")
    photo = evidence_files.encoded(evidence_files.photo(seed=41))
    file = {
        "name": f"发票{one['invoice_no']}.jpg",
        "mimeType": "image/jpeg",
        "buffer": photo,
    }
    page.locator("form[data-evidence] .drop input").first.set_input_files([file])
    expect(page.locator("#evidence header .tag")).to_contain_text("1 /", timeout=SLOW_MS)


def ask(page: Page, question: str) -> None:
    page.goto("/desk/trace")
    page.fill("#trace-q", question)
    page.get_by_role("button", name="追溯").click()
    page.wait_for_load_state("networkidle")


def amount(page: Page) -> Decimal:
    """What the trace's records add up to, in yuan."""
    value = page.locator("article.figure:has-text('登记金额') .value").inner_text()
    return Decimal(value.lstrip("¥").replace(",", "").strip())


def test_the_auditor_goes_from_an_invoice_to_its_evidence_and_its_log_entry(
    open_page: OpenPage,
) -> None:
    clerk = open_page("clerk")
    one = first_record(clerk)
    invoice_brought(clerk, one)
    page = open_page("auditor")
    page.goto("/desk")
    page.get_by_role("link", name="追溯", exact=True).first.click()
    looked_at(page, "trace-empty-1280")
    ask(page, f"{one['invoice_code']} {one['invoice_no']}")
    assert amount(page) * 100 == one["amount_fen"]
    page.wait_for_selector(".chart[data-drawn]")
    looked_at(page, "trace-invoice-1280")
    page.locator(RECORD).first.click()
    assert page.url.endswith(one["ref"])
    expect(page.locator(".history")).to_contain_text("佐证材料已附上：发票")
    looked_at(page, "record-traced-1280")
    entry = page.locator(".history a.proof").first.get_attribute("href")
    page.locator("#evidence a.file").first.click()
    sha256 = page.locator("p.hash").inner_text()
    page.get_by_role("link", name="所佐证的全部记录").click()
    expect(page.locator(".chip")).to_contain_text(f"发票{one['invoice_no']}.jpg")
    ask(page, sha256[:12])  # as somebody reads it off a paper
    page.locator(RECORD).first.click()
    page.get_by_role("link", name="同一产地县").click()
    page.wait_for_selector(".chart[data-drawn]")
    assert amount(page) * 100 >= one["amount_fen"]
    expect(page.locator(".views [aria-current]")).to_have_text("按产品")
    page.get_by_role("link", name="按产地县").click()
    page.wait_for_selector(".chart[data-drawn]")
    page.locator("details.behind summary").click()
    looked_at(page, "trace-county-1280")
    assert entry is not None
    page.goto(entry)
    expect(page.locator("h1")).to_have_text("佐证材料已附上")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_a_trace_have_no_violation(open_page: OpenPage, width: int, theme: str) -> None:
    page = open_page("auditor", width=width, theme=theme)
    ref = re.search(r"/released/(\w+)", open_release(page))
    assert ref is not None
    addresses = {
        "nothing": "/desk/trace",
        "several": "/desk/trace?q=唐县",
        "none": "/desk/trace?q=无此产品",
        "short": "/desk/trace?q=米",
        "county": "/desk/trace?county=130627&by=county",
        "product": "/desk/trace?product=小米",
        "released": f"/desk/trace/released/{ref[1]}?table=county&label=130627",
        "board": "/board/2019Q4",
    }
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for details in page.locator("details.behind").all():
            details.evaluate("d => { d.open = true }")
        looked_at(page, f"trace-{name}-{width}-{theme}")


def open_release(page: Page) -> str:
    """The address of the records of the first figure of the board."""
    page.goto("/board/2019Q4")
    return page.locator("article.figure .value a").first.get_attribute("href") or ""


def test_a_public_figure_leads_to_its_records_and_to_the_entry_of_its_release(
    open_page: OpenPage,
) -> None:
    page = open_page("auditor")
    page.goto("/board/2019Q4")
    row = page.locator("tr", has_text="河北省 唐县")
    n = int(row.locator("td").last.inner_text())
    row.locator("td").last.locator("a").click()
    figures = page.locator("article.figure .value").all_inner_texts()
    assert len(figures) == 2 and figures[0] == figures[1]
    expect(page.locator("main")).to_contain_text(f"{n}笔")
    assert page.locator("tbody tr").count() == min(n, 20)
    looked_at(page, "released-1280")
    page.get_by_role("link", name="留痕编号").click()
    expect(page.locator("h1")).to_have_text("数据发布")


def recounted(folder: Path, by: str) -> dict[str, Decimal]:
    """As the README in the pack says: the column 计入金额（元） added up by another."""
    total: Counter[str] = Counter()
    text = (folder / "records.csv").read_text("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text)):
        total[row[by]] += Decimal(row["counted_yuan"])  # type: ignore[assignment]
    return {name: Decimal(fen) for name, fen in total.items() if fen}


def test_a_printed_figure_is_computed_again_from_the_pack_alone(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("auditor")
    unit = first_record(open_page("clerk"))["unit"]
    ask(page, unit)
    ref = re.search(r"unit=(\w+)", page.url)
    assert ref is not None
    page.goto(
        f"/desk/pivot/print?rows=category&columns=&unit={ref[1]}"
        "&first=2019-01&last=2019-12&money=yuan"
    )
    looked_at(page, "pivot-printed-1280")
    cells = [row.locator("td").all_inner_texts() for row in page.locator("tbody tr").all()]
    printed = {row[-3]: Decimal(row[-2].replace(",", "")) for row in cells if "合计" not in row}
    assert printed
    page.goto(f"/desk/trace?unit={ref[1]}")
    page.locator(".chips a.btn", has_text="核查资料包").click()
    expect(page.locator("#pack-name")).to_have_text(unit)
    page.fill("#pack-year", "2019")
    looked_at(page, "pack-asked-1280")
    page.get_by_role("button", name="制作").click()
    link = page.locator("a[href^='/desk/exports/']").first
    expect(link).to_be_visible(timeout=SLOW_MS)
    looked_at(page, "pack-made-1280")
    with page.expect_download() as taken:
        link.click()
    taken.value.save_as(tmp_path / "pack.zip")
    page.goto("/log/witnesses")
    published = page.inner_text("dt:has-text('见证规则数字指纹') + dd")
    out = tmp_path / "out"
    with ZipFile(tmp_path / "pack.zip") as pack:
        pack.extractall(out)
    assert unit in (out / "README.txt").read_text("utf-8")
    assert recounted(out, "category") == printed
    for inner in sorted((out / "ledger").iterdir()):
        code, told = verified(inner, published)
        assert (code, told["verdict"]) == (0, "verified"), told["reasons"]


def test_a_clerk_finds_own_records_only(open_page: OpenPage) -> None:
    page = open_page("clerk", width=390)
    one = first_record(page)
    ask(page, one["invoice_no"])
    assert amount(page) * 100 == one["amount_fen"]
    page.wait_for_selector(".chart[data-drawn]")
    looked_at(page, "trace-clerk-390")
    stranger = first_record(open_page("district"))
    listed = open_page("auditor").request.get("/api/purchases").json()["items"]
    other = next(row["ref"] for row in listed if row["unit"] not in (one["unit"], stranger["unit"]))
    ask(page, other)
    expect(page.locator("main")).to_contain_text("您权限内没有找到")


def test_a_district_sees_which_part_of_a_public_figure_is_its_own(open_page: OpenPage) -> None:
    page = open_page("district", theme="dark")
    page.goto(open_release(page))
    told = page.locator(".notice.warn").inner_text()
    found = re.fullmatch(r"\s*该数据共([\d,]+)条记录，您可查看其中([\d,]+)条。\s*", told)
    assert found is not None, told
    every, own = (int(one.replace(",", "")) for one in found.groups())
    assert 0 < own < every
    looked_at(page, "released-district-1280-dark")


def test_a_county_s_reviewer_follows_a_supplier_to_who_bought(open_page: OpenPage) -> None:
    page = open_page("reviewer", width=390, theme="dark")
    supplier = first_record(page)["supplier"]
    ask(page, supplier)
    page.wait_for_selector(".chart[data-drawn]")
    looked_at(page, "trace-reviewer-390-dark")
    page.locator("details.behind summary").click()
    page.locator(".behind tbody a").nth(3).click()
    assert page.locator(".chip").count() == 2
    page.locator(RECORD).first.click()
    expect(page.locator("dl.facts").first).to_contain_text(supplier)
