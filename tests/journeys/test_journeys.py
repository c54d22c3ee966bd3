"""What each role does in a browser, from sign-in to result."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_a_visitor_reads_the_figures_and_how_they_are_counted(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/")
    expect(page.locator("h1")).to_have_text("2019年第四季度")
    figures = page.locator(".figure .value").all_inner_texts()
    assert len(figures) == 5
    whole, direct, helped = (float(text.rstrip("万元").replace(",", "")) for text in figures[:3])
    assert 0 <= round(whole - direct - helped, 2) <= 0.01  # cut, not rounded
    assert figures[4].startswith("0.00")  # no county has confirmed anything yet
    page.locator(".figure details.how summary").first.click()
    expect(page.locator(".figure details.how").first).to_contain_text("counting-2020")
    expect(page.locator(".chart[data-drawn]")).to_have_count(3)
    page.get_by_text("查看表格").first.click()
    expect(page.locator("#by-district-title")).to_be_visible()
    assert page.locator("section[aria-labelledby=by-district-title] tbody tr").count() == 16
    expect(page.locator("#release")).to_contain_text("留痕编号")


def test_a_visitor_without_javascript_gets_tables_and_switches(open_page: OpenPage) -> None:
    page = open_page(script=False)
    page.goto("/")
    expect(page.locator(".chart").first).to_be_hidden()
    page.locator("details.behind summary").first.click()
    expect(page.locator("details.behind table").first).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Q4 2019")
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_an_unchanged_board_is_not_sent_again(open_page: OpenPage) -> None:
    page = open_page()
    first = page.request.get("/")
    again = page.request.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status, again.status) == (200, 304)
    assert "default-src 'none'" in first.headers["content-security-policy"]


def test_a_clerk_corrects_a_record_and_both_stay_visible(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/sign-in")
    page.locator("[data-fill]", has_text="clerk").click()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/desk")
    page.locator(".side").get_by_text("台账记录").click()
    units = set(page.locator("tbody td[data-label=采购单位]").all_inner_texts())
    assert len(units) == 1
    assert page.locator("thead th").count() == 8
    page.locator("tbody a").first.click()
    old = page.url
    page.get_by_role("link", name="更正或冲销").click()
    page.get_by_role("button", name="提交更正").click()
    expect(page.locator(".field .error").first).to_contain_text("原因")
    page.fill("[name=reason]", "备注补登")
    page.fill("[name=note]", "2019年第四季度补登")
    page.get_by_role("button", name="提交更正").click()
    expect(page.locator(".notice").first).to_contain_text("已办理")
    expect(page.locator("dl.facts")).to_contain_text("2019年第四季度补登")
    assert page.url != old
    page.goto(old)
    expect(page.locator("main")).to_contain_text("本条已冲销")
    expect(page.locator(".history")).to_contain_text("备注补登")
    assert page.request.get("/desk/releases").status == 403


def test_a_clerk_who_leaves_quantity_and_amount_apart_is_told(open_page: OpenPage) -> None:
    page = open_page("clerk")
    page.goto("/desk/records?sort=-amount")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="更正或冲销").click()
    page.fill("[name=reason]", "试改金额")
    page.fill("[name=amount]", "1.23")
    page.get_by_role("button", name="提交更正").click()
    expect(page.locator(".field .error")).to_contain_text("数量×单价与金额不符")
    expect(page.locator("[name=amount]")).to_have_value("1.23")  # what was typed is not lost


def test_a_district_sees_what_lies_beneath_it_and_changes_nothing(open_page: OpenPage) -> None:
    page = open_page("district", width=390)
    page.locator(".bottombar").get_by_text("记录").click()
    page.locator("details.filters-more summary").click()
    page.select_option("[name=state]", "all")
    page.get_by_role("button", name="查询").click()
    units = page.locator("tbody td[data-label=采购单位]").all_inner_texts()
    assert units
    page.locator("tbody a").first.click()
    expect(page.locator("dl.facts")).to_contain_text("西城区")
    assert page.get_by_role("link", name="更正或冲销").count() == 0
    assert page.request.get(page.url + "/correct").status == 403


def test_three_people_release_a_year_and_the_public_sees_it(open_page: OpenPage) -> None:
    city = open_page("city")
    city.locator(".side").get_by_text("审签发布").click()
    city.fill("[name=period]", "2020-13")
    city.get_by_role("button", name="提交拟发布").click()
    expect(city.locator(".field .error")).to_contain_text("不是报告期")
    city.fill("[name=period]", "2019")
    city.get_by_role("button", name="提交拟发布").click()
    expect(city.locator("main h1")).to_contain_text("待保密审查")
    before = open_page()
    before.goto("/board/2019")
    expect(before.locator("main")).not_to_contain_text("2019年")
    secrecy = open_page("secrecy", width=390)
    secrecy.locator(".inbox a").first.click()
    secrecy.get_by_role("button", name="保密审查通过").click()
    expect(secrecy.locator("main h1")).to_contain_text("待分管领导签发")
    leader = open_page("leader", width=390)
    leader.locator(".inbox a").first.click()
    leader.get_by_role("button", name="签发并发布").click()
    expect(leader.locator("main h1")).to_contain_text("已发布")
    visitor = open_page()
    visitor.goto("/board/2019")
    expect(visitor.locator("h1")).to_have_text("2019年")
    city.goto("/desk/releases")
    city.fill("[name=period]", "2019-12")
    city.get_by_role("button", name="提交拟发布").click()
    expect(city.locator("main")).to_contain_text("2019 已经发布，包含 2019-12")


def test_the_city_filters_sorts_and_pages_by_key(open_page: OpenPage) -> None:
    page = open_page("city")
    page.goto("/desk/records?category=粮油&sort=-amount")
    expect(page.locator("main .head")).to_contain_text("条")
    amounts = _amounts(page)
    page.get_by_role("link", name="后20条").click()
    later = _amounts(page)
    assert amounts == sorted(amounts, reverse=True)
    assert later[0] <= amounts[-1]
    page.goto("/desk/records?text=没有这个词")
    expect(page.locator(".state")).to_contain_text("没有符合条件的记录")


def _amounts(page) -> list[float]:  # type: ignore[no-untyped-def]
    texts = page.locator("tbody td.num").all_inner_texts()
    return [float(text.replace(",", "")) for text in texts]


def test_an_auditor_follows_a_record_to_its_log_entry(open_page: OpenPage) -> None:
    page = open_page("auditor")
    page.goto("/desk/records")
    expect(page.locator("main .head")).to_contain_text("1,000 条以上")
    page.locator("tbody a").first.click()
    expect(page.locator(".history")).to_contain_text("留痕编号")
    page.locator(".history details.how summary").first.click()
    assert len(page.locator(".history .hash").first.inner_text()) == 64
    assert page.get_by_role("link", name="更正或冲销").count() == 0
    page.goto("/desk/releases")
    assert page.get_by_role("button", name="发布数据").count() == 0


def test_a_role_without_a_job_sees_its_own_page_and_is_refused_the_rest(
    open_page: OpenPage,
) -> None:
    page = open_page("member", width=390)
    expect(page.locator("main")).to_contain_text("目前没有“工会会员”可办理的事项")
    page.goto("/desk/records")
    expect(page.locator("main")).to_contain_text("您的角色不能办理此事")


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/desk/records?mode=helped")
    page.fill("[name=username]", "auditor")
    page.fill("[name=password]", "niangjia-demo-2020")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/desk/records?mode=helped")


def test_five_wrong_passwords_lock_the_account(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/sign-in")
    for _attempt in range(5):
        page.fill("[name=username]", "operator")
        page.fill("[name=password]", "wrong")
        page.locator("main form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("登录暂时锁定")
    expect(page.locator("main")).to_contain_text("15分钟")
