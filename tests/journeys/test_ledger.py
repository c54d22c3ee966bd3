"""The witness page watched while a witness is away, refuses, lies and comes back; an auditor's pack
verified with nothing but the pack, the policy's published hash, Python and a browser."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import OpenPage, _free_port, _wait
from tests.journeys.test_reporting import looked_at
from tests.witnesses.departments import Liar

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
NIANGJIA = str(Path(sys.executable).with_name("niangjia"))
VERIFY = str(Path(sys.executable).with_name("niangjia-verify"))
WATCHED = "市商务局"
SIZE = {"Content-Type": "text/x.tlog.size"}


class City:
    """A demonstration city whose home is known, so that commands can be run in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("NIANGJIA_")}
        self.environment["NIANGJIA_HOME"] = str(home)
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [NIANGJIA, *words], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask_at(self, url: str) -> None:
        """The watched department's witness is asked there from now on."""
        self.run("ledger", "witness", WATCHED, "--url", url, "--as", "operator")

    @property
    def own(self) -> str:
        port = (self.home / "witnesses" / "port").read_text().strip()
        return f"http://127.0.0.1:{port}/3"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    found = City(tmp_path_factory.mktemp("ledger"))
    with (found.home / "up.log").open("wb") as log:
        server = subprocess.Popen(
            [NIANGJIA, "up", "--port", str(found.port)],
            env=found.environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(f"{found.address}/readyz", server, found.home / "up.log")
            yield found
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(scope="module")
def site(city: City) -> str:
    return city.address


def note(page: Page, text: str) -> None:
    """Something is recorded: a note on the first record."""
    page.goto("/desk/records")
    page.click("main tbody a >> nth=0")
    page.click("summary:has-text('附注')")
    page.fill("#note-text", text)
    page.click("details[open] form button")
    page.wait_for_selector(f"text={text}")


def state_of(page: Page, name: str, said: str) -> None:
    page.wait_for_selector(f"tr:has-text('{name}') >> text={said}", timeout=20_000)


def test_a_witness_that_is_away_refuses_lies_and_comes_back(
    city: City, open_page: OpenPage
) -> None:
    page, clerk = open_page(), open_page("clerk")
    page.goto("/log/witnesses")
    page.wait_for_selector("text=8个部门中8个已跟上", timeout=20_000)
    assert "只演示流程，不作证明" in page.inner_text("main")
    looked_at(page, "witnesses-1280")
    lies = {
        "没有应答": None,
        "拒签": lambda path, body: (403, {}, b""),
        "应答有误": lambda path, body: (
            (409, SIZE, b"999999999\n") if path.endswith("add-checkpoint") else (404, {}, b"")
        ),
    }
    for said, answer in lies.items():
        liar = Liar(answer) if answer else None
        city.ask_at(liar.url if liar else "http://127.0.0.1:9")
        note(clerk, f"第{said}次附注")
        state_of(page, WATCHED, said)
        page.wait_for_selector("text=8个部门中7个已跟上")
        looked_at(page, f"witnesses-{len(said)}-{said}")
        if liar:
            liar.close()
    city.ask_at(city.own)
    state_of(page, WATCHED, "正常见证")
    page.wait_for_selector("text=8个部门中8个已跟上", timeout=20_000)
    clerk.reload()
    assert clerk.locator(".history .proof:has-text('已见证')").count() >= 4
    clerk.click(".history .proof >> nth=0")
    clerk.wait_for_selector("text=已见证")
    looked_at(clerk, "entry-1280")
    phone = open_page(width=390, theme="dark")
    for path, name in (("/log/witnesses", "witnesses-390"), ("/log/entries/7", "entry-390")):
        phone.goto(path)
        looked_at(phone, name)


def taken_pack(page: Page, folder: Path) -> tuple[Path, str]:
    """(the pack of the record or release that `page` shows, the policy's published hash)."""
    with page.expect_download() as taken:
        page.click("button:has-text('核查资料包')")
    pack = folder / "pack.zip"
    taken.value.save_as(pack)
    page.goto("/log/witnesses")
    return pack, page.inner_text("dt:has-text('见证规则数字指纹') + dd")


def verified(pack: Path, published: str) -> tuple[int, dict[str, Any]]:
    """(exit code, result) of the command."""
    words = [VERIFY, str(pack), "--policy-sha256", published, "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_a_pack_is_verified_with_the_published_hash_alone(
    city: City, open_page: OpenPage, browser: Browser, tmp_path: Path
) -> None:
    page = open_page("auditor")
    page.goto("/desk/records")
    page.click("main tbody a >> nth=1")
    pack, published = taken_pack(page, tmp_path)
    with page.expect_download() as taken:
        page.click("a[download='verify.html']")
    verifier = tmp_path / "verify.html"
    taken.value.save_as(verifier)
    # with Python
    code, told = verified(pack, published)
    assert (code, told["verdict"]) == (0, "verified"), told["reasons"]
    assert len(told["cosigned"]) == 8 and told["disclosed"]
    # with a browser that has no network
    context = browser.new_context(locale="zh-CN", offline=True)
    alone = context.new_page()
    alone.goto(verifier.as_uri())
    alone.set_input_files("#pack", pack)
    alone.fill("#policy_hash", published)
    alone.click("#check")
    alone.wait_for_selector("#answer:not([hidden])")
    assert alone.inner_text(".verdict").startswith("核查通过")
    changed = bytearray(pack.read_bytes())
    changed[changed.index(b'"hour":"2') + 12] ^= 1
    pack.write_bytes(changed)
    alone.set_input_files("#pack", pack)
    alone.click("#check")
    alone.wait_for_selector(".verdict:not(:has-text('核查通过'))")
    context.close()
    # and served, it checks as well
    served = open_page()
    served.goto("/log/verify.html")
    served.wait_for_selector("#pack")


def test_a_released_figure_is_verified_with_its_document(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("auditor")
    page.goto("/desk/releases")
    page.click("main tbody a >> nth=0")
    pack, published = taken_pack(page, tmp_path)
    code, told = verified(pack, published)
    assert (code, told["verdict"], told["warnings"]) == (0, "verified", [])


def test_a_clerk_gets_no_pack(open_page: OpenPage) -> None:
    page = open_page("clerk")
    page.goto("/desk/records")
    page.click("main tbody a >> nth=0")
    assert page.locator("button:has-text('核查资料包')").count() == 0
