"""A roster in the browser: brought by the supplier, checked by the county, counted for the city."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.households.given import person, workbook
from tests.journeys.conftest import OpenPage
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
SLOW_MS = 30_000


def _roster(county: str, *more: dict[str, Any]) -> Any:
    rows = [
        person(1, 1, "户主", 县=county, 脱贫年度="2019", **{"增收金额(元)": 1200}),
        person(2, 1, "配偶", 县=county),
        person(3, 2, "户主", 县=county, 脱贫属性="未脱贫", **{"增收金额(元)": 800}),
        *more,
    ]
    return [{"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": workbook(rows)}]


def _hand_in(page: Page) -> str:
    """Help material of the supplier's second group; the county's name."""
    page.goto("/desk/reviews?tab=new")
    page.locator("ul.kept a.btn").nth(1).click()
    page.check("[name=mechanisms] >> nth=0")
    for name, text in (("households", "3"), ("people", "5"), ("paid", "2000")):
        page.fill(f"[name={name}]", text)
    page.get_by_role("button", name="提交材料").click()
    page.wait_for_selector("text=待受援县核实")
    return page.inner_text("p.over").rpartition("·")[2].strip()


def test_a_roster_is_brought_checked_looked_at_and_counted(open_page: OpenPage) -> None:
    supplier = open_page("supplier", width=390)
    county = _hand_in(supplier)
    supplier.get_by_role("link", name="导入名单").click()
    looked_at(supplier, "roster-new-390")
    bad = person(5, 3, "户主", 县=county, 证件号码="130627195005110041")
    supplier.set_input_files("input[type=file]", _roster(county, bad))
    supplier.get_by_role("button", name="上传").click()
    supplier.wait_for_selector("select[name^=col-]", timeout=SLOW_MS)
    looked_at(supplier, "roster-columns-390")
    assert "示例1" not in supplier.content()
    supplier.get_by_role("button", name="确认对应，开始检查").click()
    supplier.wait_for_selector("text=校验码不符", timeout=SLOW_MS)
    looked_at(supplier, "roster-mend-390")
    supplier.locator(".footbar a.btn-primary").click()
    looked_at(supplier, "roster-take-390")
    supplier.get_by_role("button", name="取入3人").click()
    supplier.wait_for_selector("text=名单已取入", timeout=SLOW_MS)
    looked_at(supplier, "roster-done-390")
    supplier.get_by_role("link", name="查看名单").click()
    looked_at(supplier, "roster-390")
    assert "示例1" not in supplier.content()

    reviewer = open_page("reviewer", theme="dark")
    reviewer.goto(supplier.url.removeprefix(supplier.url.partition("/desk")[0]))
    looked_at(reviewer, "roster-1280-dark")
    reviewer.locator("table a").first.click()
    reviewer.get_by_text("查看明文 …").click()
    reviewer.fill("#look-reason", "入户核查")
    reviewer.get_by_role("button", name="查看明文").click()
    expect(reviewer.locator("main")).to_contain_text("示例1")
    looked_at(reviewer, "household-clear-1280-dark")
    supplier.reload()
    expect(supplier.locator("main")).to_contain_text("入户核查")

    city = open_page("city")
    for _turn in range(40):
        city.goto("/desk/households")
        if city.locator(".figures").count():
            break
        city.wait_for_timeout(500)
    expect(city.locator(".figures .value").first).to_have_text("2")
    looked_at(city, "households-1280")
    phone = open_page("auditor", width=390, theme="dark")
    phone.goto("/desk/households?kind=unit")
    looked_at(phone, "households-390-dark")
