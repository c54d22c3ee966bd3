"""Assessment: a unit files its target, the office accepts it, and it has its place."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_a_target_is_filed_accepted_and_ranked(open_page: OpenPage) -> None:
    page = open_page("clerk")
    page.goto("/desk/targets/new?year=2020")
    page.get_by_label("全年食材采购总额（元）").fill("200000")
    page.get_by_role("button", name="填报任务").click()
    expect(page.locator("h1")).to_contain_text("待上级审核")
    unit = page.locator("h1").inner_text().split()[0]
    office = open_page("city")
    office.goto("/desk/targets?state=filed")
    office.get_by_role("checkbox", name=unit).check()
    office.get_by_role("button", name="所选的审核通过").click()
    office.goto("/desk/targets?state=accepted")
    expect(office.locator("tbody tr").first).to_contain_text("20,000.00")
    page.reload()
    expect(page.locator("h1")).to_contain_text("已通过")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_have_no_violation(open_page: OpenPage, width: int, theme: str) -> None:
    for who, address in (
        ("city", "/desk/targets?year=2020"),
        ("city", "/desk/targets?state=accepted"),
        ("clerk", "/desk/targets/new?year=2020"),
        ("clerk", "/desk/targets?year=2020"),
    ):
        page = open_page(who, width=width, theme=theme)
        page.goto(address)
        mine = page.get_by_role("link", name="本单位任务")
        if mine.count():
            mine.click()
        for details in page.locator("main details").all()[:3]:
            details.evaluate("d => { d.open = true }")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
