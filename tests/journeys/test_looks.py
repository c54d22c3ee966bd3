"""Every page of every role: no axe violation, no sideways scrolling, light on the wire.

Two looks are tried on every change, the others with the slow drills; with NIANGJIA_PICTURES=FOLDER
each page is kept as `<role>-<page>-<width>-<theme>[-large].png`.
"""

import gzip
import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
PICTURES = os.environ.get("NIANGJIA_PICTURES", "")
# RECORD, REPORT, UNIT, GIFT and others in capitals: the first one listed.
PAGES = {
    "": [
        "/",
        "/sign-in",
        "/no-such-page",
        "/board/2019Q4",
        "/donations",
        "/donations/wennuan-wuhan",
        "/donations/wennuan-wuhan/give",
        "/donations/mine/find",
    ],
    "clerk": [
        "/desk",
        "/desk/records",
        "RECORD",
        "RECORD/correct",
        "/desk/records/new",
        "/desk/imports",
        "/desk/imports/new",
        "/desk/sources",
        "/desk/reports",
        "/desk/pivot",
        "/desk/evidence",
        "/desk/reviews",
        "/desk/packs",
        "/desk/find?q=小米",
        "/desk/views",
        "/desk/exports",
        "/me",
    ],
    "canteen": ["/desk", "/desk/records?text=小米"],
    "checker": ["/desk", "/desk/reports"],
    "head": ["/desk/reports", "REPORT", "/me/leave", "/me/security", "/me/confirm", "/me/keys"],
    "district": [
        "/desk",
        "/desk/records?text=none-such",
        "/desk/collect",
        "REPORT",
        "/desk/organisations",
    ],
    "city": [
        "/desk",
        "/desk/records?mode=direct&sort=-day",
        "/desk/pivot?rows=unit&columns=channel&measure=people&first=&mode=direct",
        "/desk/sources",
        "/desk/collect",
        "/desk/periods",
        "/desk/releases",
        "/desk/releases/new",
        "/desk/organisations",
        "/desk/organisations?state=to_confirm",
        "/desk/organisations/new",
        "UNIT",
    ],
    "secrecy": ["/desk", "/desk/releases"],
    "leader": ["/desk/brief", "/desk/collect?group=missing", "/desk/periods"],
    "auditor": ["/desk/records", "RECORD", "/desk/collect"],
    "operator": ["/desk/system", "/desk/system/people", "/desk/system/people/new"],
    "supplier": ["/desk", "/desk/records", "/desk/pivot?rows=month&columns=&first="],
    "reviewer": ["/desk", "/desk/records", "/desk/pivot?first="],
    "member": ["/desk", "/me"],
    "foundation": [
        "/desk",
        "/desk/donations",
        "GIFT",
        "/desk/donations/raisings",
        "/desk/donations/raisings/wennuan-wuhan",
        "/desk/donations/raisings/new",
        "/desk/donations/raisings/wennuan-wuhan/gifts/new",
        "/desk/donations/raisings/wennuan-wuhan/goods/new",
        "/desk/donations/raisings/wennuan-wuhan/handover",
        "/desk/donations/raisings/wennuan-wuhan/spending/new",
    ],
    "treasurer": [
        "/desk",
        "/desk/donations/goods",
        "HANDOVER",
        "HANDOVER/print",
        "/desk/donations/spending",
        "APPLICATION",
    ],
}
LOOKS = [
    pytest.param(390, "dark", "large", id="390-dark-large"),
    pytest.param(1280, "light", "normal", id="1280-light"),
    pytest.param(390, "light", "normal", id="390-light", marks=pytest.mark.slow),
    pytest.param(1280, "dark", "normal", id="1280-dark", marks=pytest.mark.slow),
    pytest.param(1280, "light", "large", id="1280-light-large", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("width", "theme", "size"), LOOKS)
@pytest.mark.parametrize("account", list(PAGES))
def test_pages_have_no_violation(
    open_page: OpenPage, site: str, account: str, width: int, theme: str, size: str
) -> None:
    page = open_page(account, width=width, theme=theme)
    page.context.add_cookies([{"name": "size", "value": size, "url": site}])
    for address in PAGES[account]:
        page.goto(_address(page, address))
        page.wait_for_load_state("networkidle")
        _keep(page, f"{account or 'public'}-{address}-{width}-{theme}", size)
        for details in page.locator("details").all()[:2]:
            details.evaluate("d => { d.open = true }")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def _keep(page: Page, name: str, size: str) -> None:
    if PICTURES:
        name = re.sub(r"[^0-9A-Za-z]+", "-", name).strip("-") + ("-large" * (size == "large"))
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def _address(page: Page, address: str) -> str:
    lists = {
        "RECORD": "/desk/records",
        "REPORT": "/desk/reports",
        "UNIT": "/desk/organisations",
        "GIFT": "/desk/donations",
        "APPLICATION": "/desk/donations/spending",
        "HANDOVER": "/desk/donations/goods",
    }
    name = address.partition("/")[0]
    if name not in lists:
        return address
    page.goto(lists[name])
    link = page.locator("main .kept a" if name == "HANDOVER" else "main tbody a").first
    return address.replace(name, str(link.get_attribute("href")))


def test_a_page_without_charts_stays_under_100_kb_on_the_wire(open_page: OpenPage) -> None:
    page = open_page("city")
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: _packed(answer)}))
    page.goto("/desk/records")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes.values()) < 100_000


def _packed(answer) -> int:  # type: ignore[no-untyped-def]
    return len(gzip.compress(answer.body()))
