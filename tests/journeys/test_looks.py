"""Every page of every role: no axe violation, no sideways scrolling, light on the wire."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
PAGES = {
    "": ["/", "/sign-in", "/no-such-page", "/board/2019Q4"],
    "clerk": ["/desk", "/me", "/desk/records", "RECORD", "RECORD/correct"],
    "city": ["/desk", "/desk/records?mode=direct&sort=-day", "RECORD", "/desk/releases"],
    "district": ["/desk", "/desk/records?text=none-such", "/desk/releases", "/desk/collect"],
    "leader": ["/desk/brief", "/desk/collect?group=missing", "/desk/periods"],
    "secrecy": ["/desk", "/desk/releases"],
    "head": ["/desk/reports", "/me", "/me/leave", "/me/security", "/me/keys"],
    "auditor": ["/me", "/desk/records", "RECORD"],
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("account", list(PAGES))
def test_pages_have_no_violation(open_page: OpenPage, account: str, width: int, theme: str) -> None:
    page = open_page(account, width=width, theme=theme)
    for address in PAGES[account]:
        page.goto(_address(page, address))
        page.wait_for_load_state("networkidle")
        for details in page.locator("details").all()[:2]:
            details.evaluate("d => { d.open = true }")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def _address(page: Page, address: str) -> str:
    if not address.startswith("RECORD"):
        return address
    page.goto("/desk/records")
    return address.replace("RECORD", str(page.locator("tbody a").first.get_attribute("href")))


def test_a_page_without_charts_stays_under_100_kb_on_the_wire(open_page: OpenPage) -> None:
    page = open_page("city")
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: _packed(answer)}))
    page.goto("/desk/records")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes.values()) < 100_000


def _packed(answer) -> int:  # type: ignore[no-untyped-def]
    return len(gzip.compress(answer.body()))
