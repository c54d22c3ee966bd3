"""Given, refunded, spent and signed for in the browser: donor, foundation, treasurer, auditor."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.test_reporting import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
RAISING = "/donations/wennuan-wuhan"
DESK = "/desk/donations"
PAID_MS = 30_000


def _give(page: Page, *, phone: str = "", behaviour: str = "") -> str:
    """A gift of 100 yuan; the number of its receipt."""
    page.goto(f"{RAISING}/give")
    if phone:
        page.get_by_text("需要实名收据吗").click()
        page.fill("[name=name]", "示例好心人")
        page.fill("[name=phone]", phone)
    page.get_by_role("button", name="捐款").click()
    if behaviour:
        page.locator("summary", has_text="支付机构的表现").click()
        page.check(f"[value={behaviour}]")
    page.get_by_role("button", name="支付", exact=True).click()
    expect(page.locator("main")).to_contain_text("感谢您的捐赠", timeout=PAID_MS)
    found = re.search(r"\w{4}-\w{4}-\w{4}", page.locator("main").inner_text())
    assert found
    return found.group()


def test_three_taps_give_and_the_number_finds_the_gift(open_page: OpenPage) -> None:
    page = open_page("", width=390)
    number = _give(page, behaviour="twice")
    looked_at(page, "gift-thanks-390")
    page.goto("/donations/mine/find")
    page.fill("[name=number]", number.lower())
    page.get_by_role("button", name="查询").click()
    expect(page.locator("h1")).to_contain_text("100.00")
    expect(page.locator("main")).not_to_contain_text("示例好心人")
    looked_at(page, "gift-by-number-390")


def test_without_script_a_gift_is_given_all_the_same(open_page: OpenPage) -> None:
    page = open_page("", width=390, script=False)
    page.goto(f"{RAISING}/give")
    page.get_by_role("button", name="捐款").click()
    page.get_by_role("button", name="支付", exact=True).click()
    for _ in range(15):
        page.reload()
        if page.get_by_text("感谢您的捐赠").count():
            break
        page.wait_for_timeout(1000)
    expect(page.locator("main")).to_contain_text("感谢您的捐赠")


def test_the_secret_of_a_receipt_never_leaves_the_device(open_page: OpenPage) -> None:
    page = open_page("", width=390, theme="dark")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.url} {one.post_data or ''}"))
    _give(page)
    link = page.locator("[data-receipt-link] a").get_attribute("href") or ""
    secret = link.partition("#")[2]
    assert len(secret) == 32
    page.goto(link)
    expect(page.locator("main")).to_contain_text("捐赠证书", timeout=PAID_MS)
    assert not [one for one in sent if secret in one]
    page.goto(f"{link.partition('#')[0]}#{'0' * 32}")
    page.reload()
    expect(page.locator("main")).to_contain_text("此链接无法打开捐赠", timeout=PAID_MS)


def test_a_phone_and_a_code_open_my_gifts_and_the_certificate(open_page: OpenPage) -> None:
    page = open_page("", width=390)
    _give(page, phone="13900007777")
    page.goto("/donations/mine/find")
    page.fill("[name=phone]", "13900007777")
    page.get_by_role("button", name="发送验证码", exact=True).click()
    code = page.locator(".notice strong .num").inner_text()
    page.fill("[name=code]", "000000" if code != "000000" else "000001")
    page.get_by_role("button", name="查看我的捐赠").click()
    expect(page.locator("main")).to_contain_text("验证码不正确或已失效")
    page.fill("[name=code]", code)
    page.get_by_role("button", name="查看我的捐赠").click()
    page.locator(".kept .name a").first.click()
    looked_at(page, "my-gift-390")
    page.get_by_role("button", name="签发证书").click()
    expect(page.locator("main")).to_contain_text("本证书有效")
    paper = page.request.get(page.url + "/pdf")
    assert paper.body().startswith(b"%PDF-")
    looked_at(page, "certificate-390")


def _take_down(page: Page, name: str, yuan: str) -> None:
    page.goto(f"{DESK}/raisings/wennuan-wuhan/gifts/new")
    page.fill("[name=name]", name)
    page.fill("[name=fen]", yuan)
    page.fill("[name=received_at]", "2020-03-16T09:30:00")
    page.get_by_role("button", name="登记", exact=True).click()


def test_a_refund_is_asked_for_by_one_and_booked_by_another(open_page: OpenPage) -> None:
    page = open_page("foundation")
    _take_down(page, "示例退款单位", "abc")
    expect(page.locator(".field .error")).to_contain_text("请填写金额")
    page.fill("[name=fen]", "5000")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("h1")).to_contain_text("5,000.00")
    gift = page.url
    page.get_by_text("退款或冲销误记").click()
    page.locator("#change [name=fen]").fill("6000")
    page.locator("#change [name=reason]").fill("多转")
    page.get_by_role("button", name="提出申请").click()
    expect(page.locator("#change .error")).to_contain_text("5,000.00")
    page.locator("#change [name=fen]").fill("1000")
    page.get_by_role("button", name="提出申请").click()
    expect(page.locator("#change")).to_contain_text("由财务审批人决定")
    other = open_page("treasurer")
    other.goto("/desk")
    expect(other.locator("main")).to_contain_text("有变更待决定")
    other.goto(gift)
    other.get_by_role("button", name="批准并入账").click()
    expect(other.locator("h1")).to_contain_text("4,000.00")
    looked_at(other, "gift-refunded-1280")
    auditor = open_page("auditor", width=390, theme="dark")
    auditor.goto(gift)
    expect(auditor.locator("main")).to_contain_text("多转")
    looked_at(auditor, "gift-refunded-390-dark")


def test_money_is_asked_for_approved_paid_and_signed_for(open_page: OpenPage) -> None:
    page = open_page("foundation")
    page.goto(f"{DESK}/raisings/wennuan-wuhan/spending/new")
    page.fill("[name=payee]", "示例口罩厂")
    page.fill("[name=fen]", "30000")
    page.fill("[name=beneficiaries]", "示例社区医院")
    page.fill("[name=purpose]", "采购口罩一批")
    page.get_by_role("button", name="提出申请").click()
    application = page.url
    other = open_page("treasurer", width=390)
    other.goto(application)
    other.get_by_role("button", name="批准", exact=True).click()
    page.reload()
    page.fill("[name=paid_at]", "2020-03-16T10:00:00")
    page.fill("[name=voucher]", "示例回单9001")
    page.get_by_role("button", name="登记支付").click()
    page.locator("[name=n_people]").fill("12")
    page.fill("[name=signed_on]", "2020-03-16")
    page.get_by_role("button", name="登记签收").click()
    expect(page.locator("main")).to_contain_text("已全部签收")
    looked_at(page, "application-1280")
    page.goto(f"{DESK}?line=2")
    page.locator("td.lead a").first.click()
    expect(page.locator("main")).to_contain_text("资金去向")
    looked_at(page, "gift-flow-1280")


def test_directed_goods_are_handed_over_short_and_explained(open_page: OpenPage) -> None:
    page = open_page("foundation")
    page.goto(f"{DESK}/raisings/wennuan-wuhan/handover?direction=3")
    page.locator("input.count").first.fill("8")
    page.fill("[name=recipient]", "示例定点医院")
    page.fill("[name=sender]", "示例交接人")
    page.fill("[name=sent_at]", "2020-03-16T08:00:00")
    page.get_by_role("button", name="发出").click()
    hand_over = page.url
    page.locator("input[name^='n-']").fill("7")
    page.fill("[name=receiver]", "示例接收人")
    page.fill("[name=arrived_at]", "2020-03-16T12:00:00")
    page.get_by_role("button", name="登记签收").click()
    expect(page.locator("main")).to_contain_text("短缺1件")
    looked_at(page, "hand-over-short-1280")
    other = open_page("treasurer", width=390, theme="dark")
    other.goto(hand_over)
    other.get_by_text("说明短缺").click()
    other.locator("[name=reason]").fill("途中留在车上，已补送")
    other.get_by_role("button", name="记下来").or_(
        other.get_by_role("button", name="记录")
    ).first.click()
    expect(other.locator("main")).to_contain_text("受助方已找到")
    looked_at(other, "hand-over-explained-390-dark")


def test_a_cut_network_takes_no_form_away(open_page: OpenPage) -> None:
    page = open_page("", width=390)
    page.goto(f"{RAISING}/give")
    page.get_by_text("需要实名收据吗").click()
    page.fill("[name=name]", "示例断网人")
    page.context.set_offline(True)
    page.get_by_role("button", name="捐款").click()
    expect(page.locator("form [role=alert]")).to_contain_text("网络已断开")
    expect(page.locator("[name=name]")).to_have_value("示例断网人")
    looked_at(page, "give-cut-390")
    page.context.set_offline(False)
    expect(page.locator("form [role=alert]")).to_have_count(0)
    page.get_by_role("button", name="捐款").click()
    expect(page.get_by_role("button", name="支付", exact=True)).to_be_visible()
