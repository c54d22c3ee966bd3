"""A real site in a process of its own, and a browser to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PASSWORD = "niangjia-demo-2020"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A refusal of ours, and a network that a test cut itself.
KNOWN = ("status of 4", "ERR_INTERNET_DISCONNECTED")
START_LIMIT_S = 120


def _chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise pytest.UsageError("Chromium is needed for the browser journeys: apt install chromium")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the demonstration city with its last quarter of 2019 released."""
    home = tmp_path_factory.mktemp("site")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NIANGJIA_")}
    environment["NIANGJIA_HOME"] = str(home)
    command = [str(Path(sys.executable).with_name("niangjia"))]
    port = _free_port()
    with (home / "up.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "up", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", server, home / "up.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _second in range(START_LIMIT_S * 5):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            pass
        try:
            server.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"the site did not start:\n{log.read_text('utf-8')}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module: its event loop must not outlive the module."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_chromium(), args=ARGS)
        yield opened
        opened.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """`open_page("clerk", width=390, theme="dark")`: a page, signed in unless the account is empty.

    Fails the test if the page logged an error: a refused script or style shows here.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(account: str = "", *, width: int = 1280, theme: str = "light", script: bool = True):
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=theme,  # type: ignore[arg-type]
            locale="zh-CN",
            base_url=site,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: (
                faults.append(line.text)
                if line.type == "error" and not any(known in line.text for known in KNOWN)
                else None
            ),
        )
        if account:
            sign_in(page, account)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, account: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.fill("[name=username]", account)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk")
