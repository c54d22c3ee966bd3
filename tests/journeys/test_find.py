"""Finding, choosing, keeping, exporting, printing: at a desk and on a phone, by keys and without
scripts."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
PAGES = {
    "city": [
        "/desk/find",
        "/desk/find?q=xm 西城",
        "/desk/find?q=没有这个",
        "/desk/records?category=粮油&text=小米&first=2019-10-01&sum=1",
        "/desk/records?text=***",
        "/desk/views",
        "/desk/exports",
        "/desk/records/print?category=粮油&first=2019-12-28",
    ],
    "clerk": ["/desk/find?q=演示", "/desk/records", "REVERSE"],
    "": ["VERIFY", "/verify/00000000000000000000"],
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("account", list(PAGES))
def test_pages_have_no_violation(open_page: OpenPage, account: str, width: int, theme: str) -> None:
    page = open_page(account, width=width, theme=theme)
    for address in PAGES[account]:
        if address == "VERIFY":
            page.goto(verify_address(open_page))
        elif address == "REVERSE":
            page.goto("/desk/records")
            page.locator("tbody [name=ref]").first.check()
            page.get_by_role("button", name="冲销", exact=True).click()
        else:
            page.goto(address)
        page.wait_for_load_state("networkidle")
        for details in page.locator("details").all()[:3]:
            details.evaluate("d => { d.open = true }")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def verify_address(open_page: OpenPage) -> str:
    page = open_page("auditor")
    page.goto("/desk/records/print?category=粮油&first=2019-12-28")
    code = page.locator("figcaption .code").inner_text()
    return f"/verify/{code}"


def test_slash_words_and_arrows_lead_to_a_record(open_page: OpenPage) -> None:
    page = open_page("district")
    page.goto("/desk/records")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("xm 西城")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("“xm 西城”的查找结果")
    expect(page.locator(".hits mark").first).to_have_text("小米")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator(".hits a").nth(1)
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("main dl.facts")).to_contain_text("西城区")
    page.keyboard.press("/")
    page.keyboard.type("唐县")
    page.keyboard.press("Enter")
    page.locator("[aria-labelledby=found-supplier] a").first.click()
    expect(page.locator(".chip").first).to_contain_text("供应商")


def test_a_record_just_changed_is_found_within_seconds(open_page: OpenPage) -> None:
    page = open_page("canteen")
    page.goto("/desk/records")
    page.locator("tbody a").first.click()
    page.goto(page.url + "/correct")
    page.fill("[name=reason]", "补登凭证号")
    page.fill("[name=voucher_no]", "PZ-77-424242")
    page.get_by_role("button", name="提交更正").click()
    page.wait_for_url(re.compile("/desk/records/[0-9a-f]{32}$"))
    for _second in range(20):
        page.goto("/desk/find?q=77424242")
        page.goto("/desk/find?q=PZ-77-4242")
        if page.locator(".hits a").count():
            break
        page.wait_for_timeout(100)
    expect(page.locator(".hits a")).to_have_count(1)


def test_filters_are_links_and_views_are_kept(open_page: OpenPage) -> None:
    page = open_page("city")
    page.goto("/desk/records?category=粮油&channel=食堂")
    page.locator(".chip", has_text="渠道").click()
    expect(page.locator(".chip")).to_have_count(1)
    n = page.locator("main .head").inner_text()
    page.get_by_text("存为视图").click()
    page.fill("#view-title", "粮油采购")
    page.locator(".keep").get_by_role("button", name="保存").click()
    expect(page.locator(".notice")).to_contain_text("视图已保存")
    page.goto("/desk/records")
    page.locator(".views").get_by_text("粮油采购").click()
    expect(page.locator(".chip")).to_contain_text("粮油")
    assert page.locator("main .head").inner_text() == n
    page.get_by_text("管理视图").click()
    page.get_by_text("修改").click()
    page.get_by_label("名称").fill("")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".error")).to_contain_text("请给视图起个名字")
    page.locator(".kept").get_by_role("button", name="删除").click()
    expect(page.locator(".state")).to_contain_text("还没有已存视图")


def chosen_sum(page: Page) -> str:
    return page.locator("[data-sum]").inner_text()


def test_ticks_add_up_and_several_are_reversed(open_page: OpenPage) -> None:
    page = open_page("city")
    page.goto("/desk/records?category=干货&sort=amount")
    page.locator("tbody [name=ref]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    amounts = [float(t.replace(",", "")) for t in page.locator("tbody td.num").all_inner_texts()]
    assert chosen_sum(page) == f"已选 2 条 · 合计 ¥ {sum(amounts[:2]):,.2f}"
    page.locator("thead input").check()
    assert chosen_sum(page).startswith("已选 20 条")
    page.locator("thead input").uncheck()
    page.locator("tbody [name=ref]").nth(0).check()
    page.locator("tbody [name=ref]").nth(1).check()
    other = open_page("city")  # meanwhile somebody takes one of them back
    other.goto(page.url)
    other.locator("tbody a").first.click()
    other.goto(other.url + "/correct")
    other.fill("[name=reason]", "重复登记")
    other.locator("[name=reverse]").click()
    other.wait_for_load_state()
    page.get_by_role("button", name="冲销", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="冲销 1 条").click()
    expect(page.locator(".field .error")).to_contain_text("原因")
    page.fill("[name=reason]", "整批退货")
    page.get_by_role("button", name="冲销 1 条").click()
    expect(page.locator(".notice")).to_contain_text("已冲销 1 条，未冲销 1 条")
    expect(page.locator("tbody")).to_contain_text("本条已冲销")


def test_all_of_it_works_without_scripts_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("clerk", width=390, script=False)
    page.fill("#find", "演示")
    page.locator("#find").press("Enter")
    page.get_by_role("link", name="查看全部").first.click()
    page.get_by_role("button", name="合计").click()
    expect(page.locator(".notice")).to_contain_text("还没有选择记录")
    page.locator("tbody [name=ref]").first.check()
    page.get_by_role("button", name="合计").click()
    expect(page.locator(".notice")).to_contain_text("1笔，合计")
    page.select_option("#which", "page")
    page.get_by_role("button", name="打印").click()
    expect(page.locator("h1")).to_have_text("消费扶贫采购台账")


def test_a_list_comes_as_a_workbook_and_large_ones_in_the_background(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    page.goto("/desk/records?category=粮油&channel=食堂")
    page.select_option("#which", "all")
    with page.expect_download() as coming:
        page.get_by_role("button", name="上报格式").click()
    assert coming.value.suggested_filename.endswith(".xlsx")
    page.goto("/desk/records?state=all")
    page.select_option("#which", "all")
    page.get_by_role("button", name="CSV").click()
    if "/desk/exports" not in page.url:
        page.goto("/desk/exports")
        return
    expect(page.get_by_role("link", name="下载").first).to_be_visible(timeout=30_000)
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载").first.click()
    coming.value.save_as(tmp_path / "all.csv")
    assert (tmp_path / "all.csv").read_text("utf-8-sig").count("\n") > 2_000


def test_a_print_has_pages_heads_signatures_and_can_be_verified(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    page.goto("/desk/records/print?category=粮油&first=2019-12-01")
    expect(page.locator(".sign")).to_contain_text("单位负责人")
    expect(page.locator(".total")).to_contain_text("元")
    path = tmp_path / "print.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True)
    data = path.read_bytes()
    assert b"MediaBox [0 0 841" in data or b"MediaBox [0 0 842" in data
    assert len(re.findall(rb"/Type\s*/Page[^s]", data)) > 2
    visitor = open_page("", width=390)
    visitor.goto("/verify/" + page.locator("figcaption .code").inner_text())
    expect(visitor.locator(".notice")).to_contain_text("完全一致")
