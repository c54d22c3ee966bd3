"""The desk without a mouse: sign in, find, tick, add up, enter a purchase."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
MOST_TABS = 60


def tab_to(page: Page, wanted: str) -> None:
    """Tab until what has the focus matches the selector."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached within {MOST_TABS} presses of Tab")


def test_sign_in_find_and_open_by_keys(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/sign-in")
    tab_to(page, "[name=username]")
    page.keyboard.type("city")
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("xm")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/find?**")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_be_visible()
    assert "/desk/find" not in page.url


def test_tick_and_add_up_by_keys(open_page: OpenPage) -> None:
    page = open_page("city")
    page.goto("/desk/records")
    tab_to(page, "tbody [type=checkbox]")
    page.keyboard.press("Space")
    tab_to(page, "tbody [type=checkbox]")
    page.keyboard.press("Space")
    expect(page.locator("tbody :checked")).to_have_count(2)
    expect(page.locator(".actions output")).to_contain_text("2")


def test_enter_a_purchase_by_keys(open_page: OpenPage) -> None:
    page = open_page("canteen")
    page.goto("/desk/records/new?fresh=1")
    typed = {
        "product": "示例键盘木耳",
        "amount_fen": "31.00",
        "supplier_name": "示例键盘合作社",
        "county": "唐县",
        "explain_late": "补报",
    }
    for name, value in typed.items():
        tab_to(page, f"[name={name}]")
        page.keyboard.type(value)
        if name == "amount_fen":
            tab_to(page, "[name=occurred_on]")
            page.keyboard.type("03052020")
    tab_to(page, ".btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_have_text("示例键盘木耳")
