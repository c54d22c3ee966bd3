"""The reporting chain in the browser, each step by the person whose step it is."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
PICTURES = os.environ.get("NIANGJIA_PICTURES", "")


def looked_at(page: Page, name: str) -> None:
    """The page has no axe violation and does not scroll sideways; kept as a picture if asked."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], name
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def test_a_report_goes_from_hand_to_hand_into_the_city_sum(open_page: OpenPage) -> None:
    clerk = open_page("clerk", width=390)
    looked_at(clerk, "clerk-desk-390")
    clerk.click("main .inbox a")
    looked_at(clerk, "clerk-report-390")
    clerk.fill("[name=note]", "含食堂采购")
    clerk.click("button[value=enter]")
    clerk.wait_for_selector("text=待单位审核")
    checker = open_page("checker", theme="dark")
    checker.click("main .inbox a")
    checker.click("summary:has-text('退回')")
    looked_at(checker, "checker-report-1280-dark")
    checker.click("details[open] button[value=return_check]")
    checker.wait_for_selector("text=请说明原因")
    checker.fill("details[open] [name=field_households]", "与花名册相差两户")
    checker.click("details[open] button[value=return_check]")
    checker.wait_for_selector("text=已退回，待补正")
    clerk.goto("/desk")
    clerk.click("main .inbox a")
    assert "与花名册相差两户" in clerk.inner_text("main")
    clerk.click("button[value=enter]")
    checker.goto("/desk")
    checker.click("main .inbox a")
    checker.click("button[value=check]")
    head = open_page("head", width=390, theme="dark")
    head.click("main .inbox a")
    looked_at(head, "head-report-390-dark")
    head.click("button[value=sign]")
    head.wait_for_selector("text=已签发，待上报")
    clerk.goto("/desk")
    clerk.click("main .inbox a")
    clerk.click("button[value=send]")
    clerk.wait_for_selector("text=待区级审核")
    city = open_page("city")
    city.goto("/desk/collect?group=reported")
    looked_at(city, "city-collect-1280")
    city.check("tbody input[name=ref] >> nth=0")
    city.click("button[value=accept]")
    city.wait_for_selector("text=1份报表审核通过")
    assert "1" in city.inner_text("a.tile:has-text('已汇总') .value")
    clerk.reload()
    assert "已汇总" in clerk.inner_text("main h1")
    looked_at(clerk, "clerk-report-accepted-390")


def test_two_tabs_the_second_is_told_and_nothing_is_lost(open_page: OpenPage) -> None:
    """The unit of the second hat: its report is decided in one tab, then in the other."""
    first = open_page("city")
    first.goto("/desk/collect?group=missing")
    address = str(first.locator("tbody a").first.get_attribute("href"))
    first.goto(address)
    second = first.context.new_page()
    second.goto(address)
    for page in (first, second):
        page.click("summary:has-text('设为免报')")
        page.fill("details[open] [name=reason]", "筹备中")
        page.click("details[open] button[value=exempt]")
        page.wait_for_load_state()
    assert "免报" in first.inner_text("main h1")
    assert "已被他人办理" in second.inner_text("main")


def test_the_leader_sees_how_far_the_year_is_and_reminds(open_page: OpenPage) -> None:
    leader = open_page("leader", width=390)
    leader.goto("/desk/brief")
    looked_at(leader, "leader-brief-390")
    leader.click("button[value=remind]")
    leader.wait_for_selector("text=已催报")
    clerk = open_page("auditor")
    clerk.goto("/desk/brief")
    assert "您的角色不能办理此事" in clerk.inner_text("main")


def test_my_ways_in(open_page: OpenPage) -> None:
    page = open_page("district", width=390)
    for name in ("me", "me/leave", "me/security", "me/security/totp", "me/keys"):
        page.goto(f"/{name}")
        page.wait_for_load_state("networkidle")
        looked_at(page, f"{name.replace('/', '-')}-390")


def test_a_passkey_is_made_and_then_asked_for(open_page: OpenPage, site: str) -> None:
    named = site.replace("127.0.0.1", "localhost")
    page = open_page("", width=1280)
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    for time in ("first", "second"):
        page.goto(f"{named}/sign-in")
        page.fill("[name=username]", "supplier")
        page.fill("[name=password]", "niangjia-demo-2020")
        page.click("main button[type=submit]")
        if time == "second":
            page.wait_for_url("**/sign-in/second")
            looked_at(page, "second-factor-1280")
            page.click("[data-passkey=use] button")
        page.wait_for_url("**/desk")
        if time == "first":
            page.goto(f"{named}/me/security")
            page.click("[data-passkey=make] button")
            page.wait_for_selector("text=今后登录可使用通行密钥")
            page.click("header.topbar form[action$='sign-out'] button")
            page.wait_for_url(f"{named}/")
    page.goto(f"{named}/me/security")
    page.click("text=移除")
    page.wait_for_selector("text=已删除")
