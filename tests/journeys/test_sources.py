"""Three sources in the browser: orders and payments find their records, the rest is decided."""

import csv
import io
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
ORDERS = ("订单编号", "下单时间", "商品名称", "实付金额", "店铺名称", "产地省", "产地", "订单状态")
PAYMENTS = ("交易日期", "借方发生额", "贷方发生额", "对方户名", "摘要", "交易流水号")


def _csv(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("gb18030")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _records(page: Page) -> list[dict[str, Any]]:
    """The unit's records, whole."""
    listed = page.request.get("/api/purchases").json()["items"][:4]
    return [page.request.get(f"/api/purchases/{one['ref']}").json() for one in listed]


def _bring(page: Page, kind: str, name: str, body: bytes) -> None:
    page.goto(f"/desk/imports/new?kind={kind}")
    files: Any = {"name": name, "mimeType": "text/csv", "buffer": body}
    page.set_input_files("[name=file]", files)
    page.get_by_role("button", name="上传", exact=True).click()
    page.wait_for_url("**/columns")
    looked_at(page, f"sources-columns-{kind}")
    page.get_by_role("button", name="确认对应，开始检查").click()
    page.wait_for_url("**/mend")
    page.get_by_role("link", name="下一步：入账").click()
    page.wait_for_url("**/take")
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/done")


def test_orders_and_payments_find_their_records(open_page: OpenPage) -> None:
    page = open_page("canteen")
    page.goto("/desk/sources")
    looked_at(page, "sources-empty-1280")
    first, second, *_rest = _records(page)
    rows: list[tuple[object, ...]] = [
        ("QZ2020-0001", f"{first['occurred_on']} 09:30:00", first["product"],
         _yuan(first["amount_fen"]), first["supplier"], "", "", "交易成功"),
        ("QZ2020-0002", "2020-03-09 10:00:00", "示例订单小米", "88.00", "唐县示例合作社",
         "河北省", "唐县", "交易成功"),
        ("QZ2020-0003", "2020-03-09 10:00:00", "示例取消", "9.00", "唐县示例合作社",
         "河北省", "唐县", "已取消"),
    ]  # fmt: skip
    _bring(page, "order", "832订单.csv", _csv(ORDERS, rows))
    expect(page.locator("main")).to_contain_text("已取消或关闭的订单，不保留：1")
    paid: list[tuple[object, ...]] = [
        (second["occurred_on"], _yuan(second["amount_fen"] + 800), "", second["supplier"], "货款",
         "LS20200001"),
        (second["occurred_on"], "5000.00", "", "王示例", "工资", "LS20200002"),
        ("2020-03-09", "66.00", "", "某示例服务公司", "保洁", "LS20200003"),
    ]  # fmt: skip
    _bring(page, "payment", "银行流水.csv", _csv(PAYMENTS, paid))
    expect(page.locator("main")).to_contain_text("付给个人的款项，不保留：1")
    page.get_by_role("link", name="查看核对结果").click()
    expect(page.locator("main h1")).to_have_text("三方核对")
    page.wait_for_timeout(1500)
    page.goto("/desk/sources?tab=proposed")
    looked_at(page, "sources-proposed-1280")
    phone = open_page("canteen", width=390, theme="dark")
    phone.goto("/desk/sources?tab=open")
    expect(phone.locator(".pair")).to_have_count(2)
    looked_at(phone, "sources-open-390-dark")
    phone.fill("[name=reason]", "订单月底才导出")  # the unit may have reported by now
    phone.locator("button", has_text="示例订单小米").click()
    expect(phone.locator("main")).to_contain_text("1笔订单已入账")
    phone.locator(".pair .checkbox").first.check()
    phone.fill("[name=reason]", "回车不是登记")  # Enter chooses no button: nothing is recorded
    phone.locator("[name=reason]").press("Enter")
    expect(phone.locator("[name=reason]")).to_have_value("回车不是登记")
    expect(phone.locator(".pair .checkbox").first).to_be_checked()
    phone.fill("[name=reason]", "")
    phone.get_by_role("button", name="搁置", exact=True).click()
    expect(phone.locator("main")).to_contain_text("说明原因")
    phone.locator(".pair .checkbox").first.check()
    phone.fill("[name=reason]", "保洁费，不属采购")
    phone.get_by_role("button", name="搁置", exact=True).click()
    expect(phone.locator("main")).to_contain_text("1条已搁置")
    page.goto("/desk/sources?tab=proposed")
    page.get_by_role("link", name="另选").first.click()
    looked_at(page, "sources-choose-1280")
    page.locator("[name=purchase]").first.check()
    page.get_by_role("button", name="就是所选记录").click()
    page.goto("/desk/sources?tab=matched")
    looked_at(page, "sources-matched-1280")
    page.locator(".pair a").first.click()
    expect(page.locator("main")).to_contain_text("其他来源印证")
    looked_at(page, "sources-record-1280")
    page.goto("/desk/sources?tab=records&source=payment")
    looked_at(page, "sources-records-1280")
