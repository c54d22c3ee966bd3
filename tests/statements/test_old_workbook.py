"""A statement in an old .xls is read as one in any other file."""

import pytest

from niangjia.programmes.assistance_ledger.tests.books import old_xls
from niangjia.programmes.donations.bank_models import BankLine, Statement
from niangjia.programmes.donations.tests import bank_files, given

pytestmark = pytest.mark.django_db


def test_an_old_xls_with_titles_is_read_and_taken(tmp_path, settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()
    slug = given.raising()
    rows = [
        ["示例银行账户明细", None],
        [f"账号：{bank_files.ACCOUNT}", None, "期初余额：1,000.00"],
        ["交易时间", "收入", "支出", "余额", "对方户名", "用途", "流水号"],
        ["2020-03-02 10:00:01", 5000.0, None, 6000.0, "示例一号企业", "捐款", "0001"],
        ["2020-03-03 11:00:00", None, 200.5, 5799.5, "示例器械公司", "付款", "0002"],
    ]
    path = old_xls(tmp_path / "对账单.xls", rows)
    ref = bank_files.taken(slug, path.read_bytes(), path.name)
    row = Statement.objects.get(ref=ref)
    assert (row.opening_fen, row.closing_fen) == (100_000, 579_950)
    assert list(BankLine.objects.order_by("at").values_list("fen", flat=True)) == [500_000, -20_050]
