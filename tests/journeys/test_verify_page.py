"""The offline verifier's page, from a file and without a network: what a person sees of a pack."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from niangjia.witness import verify
from tests.verify.draft import Draft
from tests.verify.world import World, built, full

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
BUILD = Path(__file__).parents[2] / "src/niangjia/ui/static/ui/build"
PAGE = BUILD / "verify.html"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """good.zip, bad.zip (a word of entry 7 changed) and the policy."""
    world = World()
    good = built(full(world))
    (tmp_path / "good.zip").write_bytes(good)
    draft = Draft(good, world)
    draft.change("entries/7.json", lambda data: data.replace(b"2020-03", b"2020-04", 1))
    (tmp_path / "bad.zip").write_bytes(draft.bytes())
    (tmp_path / "policy").write_text(world.policy, "utf-8")
    return tmp_path


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page of the file. Fails if it logged anything or asked any network for anything."""
    contexts, faults = [], []

    def open_page(width: int = 1280, theme: str = "light") -> Page:
        size = {"width": width, "height": 844}
        context = browser.new_context(viewport=size, color_scheme=theme, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text))
        page.goto(PAGE.as_uri())
        page.on("request", lambda asked: faults.append(asked.url))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def looked_at(page: Page) -> None:
    # axe puts a style of its own into the page, which the page's policy would refuse
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def answer(page: Page) -> dict:
    page.wait_for_selector("#answer:not([hidden])")
    return json.loads(page.text_content(".machine pre") or "")


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (390, "dark"), (1280, "dark")])
def test_a_pack_is_verified_by_keyboard_at_every_width(opened, files, width, theme):
    page = opened(width, theme)
    looked_at(page)
    page.set_input_files("#pack", files / "good.zip")
    page.fill("#policy_text", (files / "policy").read_text("utf-8").rstrip("\n"))
    page.focus("#check")
    page.keyboard.press("Enter")
    result = answer(page)
    now = max(result["cosigned"].values()) + 24 * 60 * 60 + 1
    given = verify.Outside(policy=(files / "policy").read_bytes(), now=now)
    same, _checker = verify.verify_pack((files / "good.zip").read_bytes(), given)
    assert result == same and same["verdict"] == "verified"
    assert page.evaluate("document.activeElement.textContent") == "核查通过"
    assert "只证明数据未被改动，不对内容真实性负责。" in page.inner_text("#answer")
    looked_at(page)


def test_what_was_changed_is_told_in_words(opened, files):
    page = opened()
    page.set_input_files("#pack", files / "bad.zip")
    page.set_input_files("#policy_file", files / "policy")
    page.click("#check")
    assert ["proof", "proofs/7.tlog-proof"] in answer(page)["reasons"]
    assert "在册证明不成立，记录可能被改动：第7号记录的在册证明" in page.inner_text("#answer")
    page.click("#language")
    assert page.inner_text(".verdict") == "NOT TRUE: something does not hold"
    looked_at(page)


def test_without_a_policy_it_is_not_verified_and_a_mistyped_hash_is_told(opened, files):
    page = opened()
    page.click("#check")
    assert page.inner_text("#state") == "请先选择核查资料包。"
    page.set_input_files("#pack", files / "good.zip")
    page.fill("#policy_hash", "0610")
    page.click("#check")
    page.wait_for_selector("#hash_wrong:not([hidden])")
    assert page.is_hidden("#answer")
    page.fill("#policy_hash", "")
    page.click("#check")
    assert answer(page)["verdict"] == "consistent"
    hashed = hashlib.sha256((files / "policy").read_bytes()).hexdigest()
    page.fill("#policy_hash", f" {hashed.upper()} ")
    page.click("#check")
    page.wait_for_selector(".verdict.verified")


def test_a_dropped_pack_is_taken_and_unreadable_ones_are_told(opened):
    page = opened()
    page.evaluate(
        """() => {
          const given = new DataTransfer();
          given.items.add(new File(["no zip at all"], "dropped.zip"));
          const drop = document.getElementById("drop");
          drop.dispatchEvent(new DragEvent("drop", { dataTransfer: given, cancelable: true }));
        }"""
    )
    assert page.inner_text("#pack_name") == "dropped.zip"
    page.click("#check")
    assert answer(page)["reasons"] == [["zip_end", ""]]


def test_the_page_allows_its_own_script_and_style_and_nothing_else():
    text = PAGE.read_text("utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}=';"
        r" base-uri 'none'; form-action 'none'",
        policy,
    )
    assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|\beval\(|crypto\.subtle", text)
    published = (BUILD / "verify.html.sha256").read_text("ascii")
    assert published == f"{hashlib.sha256(PAGE.read_bytes()).hexdigest()}  verify.html\n"


def test_both_verifiers_use_the_same_words():
    source = Path(verify.__file__).parent / "page" / "words.json"
    words = json.loads(source.read_text("utf-8"))
    assert {code: tuple(pair) for code, pair in words["codes"].items()} == verify.WORDS
    for key, pair in (("bears", verify.BEARS), ("bears_none", verify.BEARS_NONE)):
        assert tuple(words["page"][key]) == pair
