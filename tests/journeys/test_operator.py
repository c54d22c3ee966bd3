"""A real city from nothing: its operator lets the city's office in, which begins its work."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import OpenPage, _free_port, _wait, open_page, sign_in
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
PASSWORD = "一句好记的话2020"
NIANGJIA = str(Path(sys.executable).with_name("niangjia"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a city that `niangjia setup` made."""
    home = tmp_path_factory.mktemp("real") / "home"
    home.mkdir()
    (home.parent / "password").write_text(PASSWORD, "utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NIANGJIA_")}
    environment["NIANGJIA_HOME"] = str(home)
    words = ["--city", "石家庄市总工会", "--code", "130100", "--person", "示例运维"]
    words += ["--line", "education=教育系统工会", "--password-file", str(home.parent / "password")]
    subprocess.run([NIANGJIA, "setup", *words], env=environment, check=True)
    port = _free_port()
    with (home / "up.log").open("wb") as log:
        command = [NIANGJIA, "up", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", server, home / "up.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def choose_password(browser: Browser, link: str, name: str) -> Page:
    """The page after the password was chosen with the link."""
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    page.goto(link)
    looked_at(page, name)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/sign-in")
    return page


def test_the_operator_lets_the_city_in_and_keeps_the_site(
    browser: Browser, site: str, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, "operator", PASSWORD)
    page.click("nav.side >> text=系统运维")
    looked_at(page, "system-1280")
    page.click("main >> text=立即备份")
    page.wait_for_selector("text=正在制作备份")
    page.click("main a:has-text('账号')")
    page.click("main >> text=新建账号")
    page.fill("[name=username]", "shiji")
    page.fill("[name=person_name]", "示例市级")
    page.select_option("[name=role]", "city")
    page.fill("[name=at]", "没有的单位")
    page.click("main form >> button")
    page.wait_for_selector("text=没有这个代码或名称的单位")
    looked_at(page, "new-account-wrong-1280")
    page.fill("[name=at]", "石家庄市总工会")
    page.click("main form >> button")
    link = page.inner_text(".notice .hash")
    looked_at(page, "new-account-1280")
    city = choose_password(browser, link, "welcome-390")
    city.fill("[name=username]", "shiji")
    city.fill("[name=password]", PASSWORD)
    city.click("main button[type=submit]")
    city.wait_for_url("**/desk")
    looked_at(city, "first-desk-390")
    city.context.close()
    page.goto("/desk/system/people/of/shiji")
    page.click("button[value=close]")
    page.wait_for_selector("text=账号已停用")
    looked_at(page, "closed-account-1280")
    page.goto("/desk/system")
    for _try in range(60):
        if page.locator("text=.tar.gz").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert page.locator("text=.tar.gz").count() == 1
    small = open_page(width=390, theme="dark")
    sign_in(small, "operator", PASSWORD)
    small.goto("/desk/system")
    looked_at(small, "system-390-dark")


__all__ = ["open_page"]
