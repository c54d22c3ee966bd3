"""The register in the browser: what an import brought is merged, undone, renamed and moved."""

import pytest

from tests.journeys.conftest import OpenPage
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_two_units_are_compared_merged_and_split_again(open_page: OpenPage) -> None:
    city = open_page("city")
    city.goto("/desk/organisations?category=buyer&text=演示")
    looked_at(city, "organisations-1280")
    goes, stays = (city.locator("tbody td.lead a").nth(n).inner_text() for n in (0, 1))
    city.click(f"tbody a:has-text('{goes}')")
    looked_at(city, "organisation-1280")
    city.click("a:has-text('并入其他单位')")
    city.fill("[name=text]", stays)
    city.press("[name=text]", "Enter")
    looked_at(city, "organisation-choose-1280")
    city.click(f"li:has-text('{stays}') a:has-text('对照')")
    looked_at(city, "organisation-merge-1280")
    city.click("a:has-text('对调')")
    city.wait_for_selector(f"h1:has-text('将“{stays}”并入“{goes}”')")
    city.click("button:has-text('合并')")
    city.wait_for_selector("text=请用几个字说明原因")
    city.fill("[name=reason]", "两处登记为同一单位")
    city.click("button:has-text('合并')")
    city.wait_for_selector("text=已合并。记录和合计均未变动。")
    city.click(f"section:has-text('已并入本单位') a:has-text('{stays}')")
    assert "单位并入其他单位" in city.inner_text("main") and "同一单位" in city.inner_text("main")
    looked_at(city, "organisation-merged-1280")
    city.click("a:has-text('撤销合并')")
    city.fill("[name=reason]", "核实为两家")
    city.click("button:has-text('撤销合并')")
    city.wait_for_selector("text=撤销合并，恢复为独立单位")


def test_a_unit_is_renamed_and_moved_on_a_phone_in_the_dark(open_page: OpenPage) -> None:
    city = open_page("city", width=390, theme="dark")
    city.goto("/desk/organisations?category=buyer&text=演示")
    looked_at(city, "organisations-390-dark")
    name = city.locator("tbody td.lead a").nth(3).inner_text()
    city.locator("tbody td.lead a").nth(3).click()
    looked_at(city, "organisation-390-dark")
    city.click("a:has-text('更名')")
    city.fill("[name=name]", "示例改名后工会")
    city.fill("[name=reason]", "更名批复")
    looked_at(city, "organisation-rename-390-dark")
    city.click("button:has-text('登记新名称')")
    city.wait_for_selector(f"text=曾用名: {name}")
    city.click("a:has-text('调整属地归属')")
    looked_at(city, "organisation-move-390-dark")
    city.locator("[name=parent_ref]").select_option(label="　海淀区")
    city.fill("[name=reason]", "区划调整")
    city.click("button:has-text('调整归属')")
    city.wait_for_selector("text=已办理，并已留痕。")
    assert "海淀区" in city.inner_text("dl.facts")
    city.goto(f"/desk/organisations?text={name}")
    city.wait_for_selector("text=示例改名后工会")


def test_a_wrong_code_and_a_new_supplier(open_page: OpenPage) -> None:
    city = open_page("city", width=390)
    city.goto("/desk/organisations/new")
    looked_at(city, "organisation-new-390")
    city.select_option("[name=category]", "supplier")
    city.fill("[name=name]", "示例新登记合作社")
    city.fill("[name=uscc]", "91110101MA00A1B2X5")
    city.click("button:has-text('登记')")
    city.wait_for_selector("text=不是有效的统一社会信用代码")
    looked_at(city, "organisation-new-refused-390")
    city.fill("[name=uscc]", "91110101MA00A1B2X4")
    city.click("button:has-text('登记')")
    city.wait_for_selector("h1:has-text('示例新登记合作社')")
