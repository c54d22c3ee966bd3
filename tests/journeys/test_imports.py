"""The import wizard in a browser: the whole job, gone wrong, in two windows, on two devices."""

import itertools
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from niangjia.programmes.assistance_ledger.tests import books
from tests.journeys.conftest import PASSWORD, OpenPage, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
PICTURES = os.environ.get("NIANGJIA_PICTURES", "")
_numbers = itertools.count(1)
LONG_MS = 30_000


def rows(n: int, **changes: object) -> list[dict[str, object]]:
    """Good rows that no other test has."""
    return [
        books.line(
            next(_numbers), unit_name="示例旅程工会", unit_uscc=None, contract_no=None, **changes
        )
        | {"invoice_no": f"{90_000_000 + next(_numbers):08d}"}
        for _row in range(n)
    ]


def office(folder: Path, name: str = "单位台账.xlsx") -> Path:
    """A workbook as an office sends it: 23 alike mistakes, another kind, two good rows."""
    listed = rows(2) + rows(23, county="唐县县") + rows(1, amount_fen="一百元")
    return books.simple(folder / name, *listed, above=[["消费扶贫采购台账"]])


def uploaded(page: Page, path: Path) -> None:
    page.goto("/desk/imports/new")
    page.set_input_files("[name=file]", path)
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/columns", timeout=LONG_MS)


def checked(page: Page, path: Path) -> None:
    uploaded(page, path)
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)


def rechecked(page: Page) -> None:
    page.get_by_role("button", name="重新检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


def test_the_whole_job_from_the_file_to_the_ledger(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("city")
    page.locator(".side").get_by_text("台账导入").click()
    page.get_by_role("link", name="导入台账").click()
    page.set_input_files("[name=file]", office(tmp_path))
    expect(page.locator("[data-chosen]")).to_contain_text("单位台账.xlsx")
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/columns", timeout=LONG_MS)
    expect(page.locator("main")).to_contain_text("已识别21列")
    picture(page, "columns")
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)
    expect(page.locator(".figure").nth(1)).to_contain_text("24")
    county = page.locator("#county-county_unknown")
    expect(county).to_contain_text("23行同类")
    picture(page, "mend")
    county.get_by_role("button", name="改为“唐县”").click()
    expect(page.locator(".notice").first).to_contain_text("已将同类的23行改为“唐县”")
    expect(page.locator("#county-county_unknown")).to_contain_text("撤销")
    page.locator("#amount_fen-amount_not_a_number input[name=value]").fill("一百")
    page.get_by_role("button", name="改这一行").first.click()
    expect(page.locator(".notice").first).to_contain_text("不是")  # the typed value is no amount
    page.locator("#amount_fen-amount_not_a_number input[name=value]").fill("100.00")
    page.get_by_role("button", name="改这一行").first.click()
    rechecked(page)
    expect(page.locator("main")).to_contain_text("全部可以入账")
    page.get_by_role("link", name="下一步：入账").click()
    picture(page, "take")
    page.get_by_role("button", name="确认入账26行").click()
    page.wait_for_url("**/done", timeout=LONG_MS)
    expect(page.locator("main")).to_contain_text("共26行：已入账26行")
    expect(page.locator("main")).to_contain_text("相符")
    picture(page, "done")
    page.locator("table a").first.click()
    expect(page.locator("dl.facts")).to_contain_text("采购台账")
    page.goto("/desk/imports")
    expect(page.locator("tbody tr").first).to_contain_text("已入账26行")
    picture(page, "list")


def test_it_goes_on_without_javascript_on_a_phone(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("city", width=390, script=False)
    page.goto("/desk/imports/new")
    page.set_input_files("[name=file]", books.simple(tmp_path / "手机.xlsx", *rows(3)))
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/columns", timeout=LONG_MS)
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)
    page.get_by_role("link", name="下一步：入账").click()
    page.get_by_role("button", name="确认入账3行").click()
    page.wait_for_url("**/done", timeout=LONG_MS)
    expect(page.locator("main")).to_contain_text("已入账3行")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("发票.pdf", b"%PDF-1.7 x", "PDF"),
        ("空.xlsx", b"", "空的"),
        ("说明.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "不是表格"),
        ("图片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "图片"),
    ],
)
def test_what_is_no_workbook_is_told_at_once(
    open_page: OpenPage, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    page = open_page("city")
    path = tmp_path / name
    path.write_bytes(content)
    page.goto("/desk/imports/new")
    page.set_input_files("[name=file]", path)
    page.get_by_role("button", name="上传").click()
    expect(page.locator("[data-told]")).to_contain_text(words)
    assert page.locator("[name=file]").evaluate("input => input.files.length") == 1


def test_thirty_megabytes_of_nothing_are_refused_in_words(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    path = tmp_path / "大文件.xlsx"
    path.write_bytes(b"PK\x03\x04" + os.urandom(30 * 1024 * 1024))
    page.goto("/desk/imports/new")
    page.set_input_files("[name=file]", path)
    page.get_by_role("button", name="上传").click()
    expect(page.locator("h1")).to_have_text("无法读取", timeout=LONG_MS)
    expect(page.locator(".notice.bad")).to_contain_text("损坏")
    picture(page, "refused")


def test_a_cut_network_loses_nothing(browser: Browser, site: str, tmp_path: Path) -> None:
    page = browser.new_context(locale="zh-CN", base_url=site).new_page()
    sign_in(page, "city")
    page.goto("/desk/imports/new")
    page.set_input_files("[name=file]", books.simple(tmp_path / "断网.xlsx", *rows(1)))
    page.route("**/desk/imports/new", lambda route: route.abort("internetdisconnected"))
    page.get_by_role("button", name="上传").click()
    expect(page.locator("[data-told]")).to_contain_text("网络中断")
    page.unroute("**/desk/imports/new")
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/columns", timeout=LONG_MS)
    page.context.close()


def sign_in_again(page: Page) -> None:
    page.fill("[name=username]", "city")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()


def test_a_session_that_ends_in_the_middle_comes_back_to_the_same_step(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    checked(page, office(tmp_path, "过期.xlsx"))
    page.locator("#county-county_unknown input[name=value]").fill("唐县")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="23行一次改完").click()
    expect(page.locator("main")).to_contain_text("登录已过期")
    sign_in_again(page)
    page.wait_for_url("**/mend")
    expect(page.locator("main")).to_contain_text("登录过期前您提交的内容已保留")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".notice").first).to_contain_text("已将同类的23行改为“唐县”")


def test_a_session_that_ends_before_the_upload_keeps_the_file_chosen(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    page.goto("/desk/imports/new")
    page.set_input_files("[name=file]", books.simple(tmp_path / "过期.xlsx", *rows(1)))
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="上传").click()
    expect(page.locator("[data-told]")).to_contain_text("登录已过期")
    other = page.context.new_page()
    other.goto("/sign-in")
    sign_in_again(other)
    other.wait_for_url("**/desk")
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/columns", timeout=LONG_MS)


def test_of_two_tabs_the_second_is_told_and_nothing_is_lost(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    checked(page, office(tmp_path, "两个窗口.xlsx"))
    second = page.context.new_page()
    second.goto(page.url)
    page.get_by_role("button", name="改为“唐县”").click()
    expect(page.locator(".notice").first).to_contain_text("23行")
    second.locator("#county-county_unknown input[name=value]").fill("康保县")
    second.get_by_role("button", name="23行一次改完").click()
    expect(second.locator(".notice").first).to_contain_text("已改过")
    expect(second.locator("#county-county_unknown")).to_contain_text("唐县")
    # another cell from a page that is behind is kept beside it
    page.locator("#amount_fen-amount_not_a_number input[name=value]").fill("88")
    second.get_by_role("button", name="撤销").first.click()
    expect(second.locator(".notice").first).to_contain_text("已撤销")
    page.locator("#amount_fen-amount_not_a_number .btn").first.click()
    expect(page.locator(".notice").first).to_contain_text("已将同类的1行改为“88”")


def test_another_device_goes_on_where_the_first_was_left(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    uploaded(page, office(tmp_path, "换设备.xlsx"))
    page.context.close()
    phone = open_page("city", width=390)
    phone.goto("/desk/imports")
    row = phone.locator("tbody tr", has_text="换设备.xlsx")
    expect(row).to_contain_text("待确认对应列")
    row.get_by_role("link", name="接着办").click()
    phone.wait_for_url("**/columns")
    # the same file again leads to where it is, not to a second one
    phone.goto("/desk/imports/new")
    phone.set_input_files("[name=file]", tmp_path / "换设备.xlsx")
    phone.get_by_role("button", name="上传").click()
    phone.wait_for_url("**/columns", timeout=LONG_MS)
    expect(phone.locator(".notice").first).to_contain_text("已经上传过")


def test_each_step_leads_back_and_a_file_can_be_given_up(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    checked(page, office(tmp_path, "返回.xlsx"))
    page.get_by_role("button", name="改为“唐县”").click()
    page.get_by_role("link", name="返回对应列").click()
    page.wait_for_url("**/columns")
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)
    expect(page.locator(".figure").first).to_contain_text("25")  # what was mended stayed
    page.get_by_role("link", name="下一步：入账").click()
    page.get_by_role("link", name="返回检查").click()
    page.get_by_role("button", name="放弃此文件").click()
    expect(page.locator(".notice").first).to_contain_text("已放弃并删除")


def test_enter_takes_what_was_typed_not_what_is_offered(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    checked(page, office(tmp_path, "回车.xlsx"))
    line = page.locator("#county-county_unknown .alike").first
    expect(line.get_by_role("button", name="改为“唐县”")).to_be_visible()
    line.locator("input[name=value]").fill("康保县")
    line.locator("input[name=value]").press("Enter")
    expect(page.locator(".notice").first).to_contain_text("“康保县”")


def test_rows_left_over_go_on_as_a_file_of_their_own(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("city")
    checked(page, office(tmp_path, "接着改.xlsx"))
    page.get_by_role("link", name="下一步：入账").click()
    page.get_by_role("button", name="确认入账2行").click()
    page.wait_for_url("**/done", timeout=LONG_MS)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载需修改的行").click()
    assert download.value.suggested_filename == "接着改（需修改）.xlsx"
    page.get_by_role("button", name="接着改这些行").click()
    page.wait_for_url("**/columns", timeout=LONG_MS)
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)
    expect(page.locator("#county-county_unknown")).to_contain_text("23行同类")


def test_the_unit_of_the_sheet_is_confirmed_before_anything_is_multiplied(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("city")
    header = [[books.HEADERS[key].replace("(元)", "") for key in books.KEYS]]
    listed = rows(1, amount_fen=1.5)
    path = tmp_path / "万元.xlsx"
    uploaded(page, books.simple(path, *listed, above=[["单位：万元"]], header=header))
    expect(page.locator("main")).to_contain_text("合计1.50万元＝15,000.00元")
    page.get_by_role("button", name="确认对应，开始检查").click()
    expect(page.locator(".notice.bad")).to_contain_text("请确认金额是否以万元为单位")
    picture(page, "wan")
    page.get_by_text("是，由万元换算为元", exact=True).click()
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)
    expect(page.locator(".figure").first).to_contain_text("15,000.00")


def test_the_template_is_there_to_download(open_page: OpenPage) -> None:
    page = open_page("city")
    page.goto("/desk/imports")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    assert download.value.suggested_filename == "消费扶贫采购台账模板.xlsx"


def test_who_may_not_import_finds_no_entry_and_no_page(open_page: OpenPage) -> None:
    page = open_page("auditor")
    assert page.locator(".side").get_by_text("台账导入").count() == 0
    assert page.request.get("/desk/imports").status == 403


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_step_has_no_violation_and_fits(
    open_page: OpenPage, tmp_path: Path, width: int, theme: str
) -> None:
    page = open_page("city", width=width, theme=theme)
    looked_at(page, "/desk/imports/new", width)
    uploaded(page, office(tmp_path, f"{theme}{width}.xlsx"))
    base = page.url.rpartition("/")[0]
    looked_at(page, f"{base}/columns", width)
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend", timeout=LONG_MS)
    looked_at(page, f"{base}/mend", width, name=f"mend-{theme}")
    looked_at(page, f"{base}/rows?key=county&code=county_unknown", width)
    looked_at(page, f"{base}/row?sheet=采购台账&row=5", width, name=f"row-{theme}")
    looked_at(page, f"{base}/take", width)
    page.get_by_role("button", name="确认入账2行").click()
    page.wait_for_url("**/done", timeout=LONG_MS)
    looked_at(page, f"{base}/done", width, name=f"done-{theme}")
    looked_at(page, "/desk/imports", width, name=f"list-{theme}")


def looked_at(page: Page, address: str, width: int, name: str = "") -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if name:
        picture(page, name)
    for details in page.locator("details").all()[:3]:
        details.evaluate("d => { d.open = true }")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
    assert page.evaluate("document.documentElement.scrollWidth") <= width, address
