"""Looking figures up: from a choice of rows and columns to the invoice in three clicks."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
ADDRESSES = (
    "/desk/pivot?first=&columns=category",
    "/desk/pivot?first=&rows=unit&columns=county&county=&measure=people",
    "/desk/pivot?first=&district=nowhere",
    "/desk/pivot/print?first=&rows=category&columns=mode",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_have_no_violation(open_page: OpenPage, width: int, theme: str) -> None:
    page = open_page("city", width=width, theme=theme)
    for address in ADDRESSES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for details in page.locator("details").all()[:3]:
            details.evaluate("d => { d.open = true }")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_from_a_table_to_the_invoice_in_three_clicks(open_page: OpenPage) -> None:
    page = open_page("city")
    page.goto("/desk/records")
    page.get_by_role("link", name="可查", exact=True).first.click()
    page.get_by_label("行", exact=True).select_option("category")
    page.get_by_label("列", exact=True).select_option("mode")
    page.get_by_label("金额单位").select_option("yuan")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator("h1")).to_have_text("按品类和采购方式的金额")
    cell = page.locator("tbody td.num a").first
    amount = cell.inner_text()
    cell.click()
    whole = page.get_by_role("link", name="计算全部合计")  # where more than 1,000 records match
    if whole.count():
        whole.click()
    expect(page.locator(".head")).to_contain_text(amount)
    page.locator("tbody td.lead a").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("发票\\s*[0-9]{12} [0-9]{8}"))


def test_a_table_kept_as_a_view_is_one_click_away(open_page: OpenPage) -> None:
    page = open_page("auditor")
    page.goto("/desk/pivot?first=&rows=channel&columns=mode&measure=n")
    page.get_by_text("存为视图").click()
    page.get_by_label("视图名称").fill("渠道条数")
    page.locator("details.keep button").click()
    page.goto("/desk/pivot")
    page.get_by_role("link", name="渠道条数").click()
    expect(page.locator("h1")).to_contain_text("按渠道和采购方式的")
    expect(page.locator("nav.views [aria-current]")).to_have_text("渠道条数")
