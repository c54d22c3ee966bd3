"""By hand in the browser: kept when the network is cut, entered, and another like it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
TYPED = {
    "product": "示例黑木耳",
    "amount_fen": "120.00",
    "occurred_on": "2020-03-02",
    "supplier_name": "示例农民专业合作社",
    "county": "唐县",
    "contact_name": "示例联系人",
}


def test_a_draft_survives_a_cut_network_and_a_closed_page(open_page: OpenPage) -> None:
    page = open_page("canteen", width=390)
    page.goto("/desk/records/new")
    looked_at(page, "entry-390")
    page.context.set_offline(True)
    for name, value in TYPED.items():
        page.fill(f"[name={name}]", value)
    page.wait_for_timeout(1800)
    page.context.set_offline(False)
    page.goto("/desk")
    page.goto("/desk/records/new")
    expect(page.locator("[data-restored]")).to_be_visible()
    expect(page.locator("[name=product]")).to_have_value("示例黑木耳")
    expect(page.locator("[name=contact_name]")).to_have_value("")  # personal: not on the device
    page.fill("[name=note]", "食堂")
    expect(page.locator("[data-kept]")).to_contain_text("✓")
    other = open_page("canteen")
    other.goto("/desk/records/new")
    expect(other.locator("[name=product]")).to_have_value("示例黑木耳")
    looked_at(other, "entry-draft-1280")
    other.fill("[name=explain_late]", "发票月底才到")  # the unit may have reported by now
    other.get_by_role("button", name="登记", exact=True).click()
    expect(other.locator("main h1")).to_have_text("示例黑木耳")
    page.goto("/desk/records/new")
    expect(page.locator("[name=product]")).to_have_value("")
    other.get_by_role("link", name="再记一笔类似的").click()
    expect(other.locator("[name=product]")).to_have_value("示例黑木耳")
    other.fill("[name=amount_fen]", "abc")
    other.get_by_role("button", name="登记", exact=True).click()
    expect(other.locator(".field .error", has_text="abc")).to_be_visible()
    looked_at(other, "entry-wrong-1280")
