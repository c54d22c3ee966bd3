"""Statements: read as banks and wallets write them, each transfer once, balances that add up."""

import pytest
import xlsxwriter

from niangjia.blocks.intake.public import file_of
from niangjia.blocks.ledger.public import logged_facts
from niangjia.core import jobs, seal
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.programmes.donations import bank_sealing
from niangjia.programmes.donations.bank_models import BankAccount, BankLine, Statement
from niangjia.programmes.donations.services import statement_bring
from niangjia.programmes.donations.tests import bank_files, given

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def amounts():
    return list(BankLine.objects.order_by("at", "id").values_list("fen", flat=True))


def test_a_bank_s_csv_in_gb18030_under_titles_is_read_and_taken():
    slug = given.raising()
    ref = bank_files.taken(slug, bank_files.bank_csv())
    row = Statement.objects.get(ref=ref)
    assert (row.opening_fen, row.income_fen, row.expense_fen, row.closing_fen) == (
        100_000,
        510_000,
        20_000,
        590_000,
    )
    assert (row.first_on.isoformat(), row.last_on.isoformat()) == ("2020-03-01", "2020-03-16")
    assert row.account.tail == "1234" and row.state == "taken"
    assert amounts() == [500_000, -20_000, 10_000]
    assert list(BankLine.objects.order_by("at").values_list("state", flat=True)) == [
        "open",
        "out",
        "open",
    ]
    jobs.drain()
    assert not file_of(row.upload_ref).exists()
    facts = logged_facts(0, 1000, frozenset({"statement.taken/1"}))
    (fact,) = [one for one in facts if one.kind == "statement.taken/1"]
    assert fact.values["file_sha256"] == row.sha256 and fact.values["n"] == 3


def test_payers_and_account_numbers_are_only_kept_sealed_or_hashed():
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv())
    row = BankLine.objects.get(fen=10_000)
    assert row.unit_name == "" and "示例张三".encode() not in bytes(row.sealed)
    assert bank_sealing.payer_of(row) == bank_sealing.Payer("示例张三", "定向公交职工", "0003")
    assert BankLine.objects.get(fen=500_000).unit_name == "示例一号企业"
    assert bank_files.ACCOUNT not in str(BankAccount.objects.values().get())
    seal.erase(f"bankline:{row.ref}")
    assert bank_sealing.payer_of(row).name == ""


def test_the_same_transfer_in_two_files_is_one():
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv(*bank_files.LINES[:2], last="2020-03-03"))
    later = bank_files.bank_csv(*bank_files.LINES[1:], opening="6000.00", first="2020-03-03")
    ref = bank_files.taken(slug, later)
    assert amounts() == [500_000, -20_000, 10_000]
    assert Statement.objects.get(ref=ref).n_known == 1


def test_without_a_serial_number_equal_lines_of_a_file_are_two_and_of_two_files_one():
    slug = given.raising()
    twice = [
        "2020-03-05 08:00:00,10.00,,1010.00,示例甲,,捐,",
        "2020-03-05 08:00:00,10.00,,1020.00,示例甲,,捐,",
    ]
    bank_files.taken(slug, bank_files.bank_csv(*twice))
    more = [*twice, "2020-03-06 08:00:00,5.00,,1025.00,示例乙,,捐,"]
    bank_files.taken(slug, bank_files.bank_csv(*more))
    assert amounts() == [1_000, 1_000, 500]


def test_the_same_file_again_is_the_same_statement():
    slug = given.raising()
    first = bank_files.taken(slug, bank_files.bank_csv())
    assert bank_files.brought(slug, bank_files.bank_csv()) == first
    with pytest.raises(Conflict, match="taken"):
        bank_files.statement_jobs.taken(
            given.actor("foundation"), first, "x", bank_files.read(bank_files.bank_csv())[1]
        )
    assert len(amounts()) == 3


def test_a_bridge_that_does_not_close_is_refused_with_the_difference():
    slug = given.raising()
    with pytest.raises(Invalid) as error:
        bank_files.brought(slug, bank_files.bank_csv(opening="1000.50"))
    assert error.value.code == "bridge" and "-0.50" in str(error.value)
    assert not Statement.objects.exists() and not BankLine.objects.exists()


def test_a_line_that_is_missing_in_the_middle_is_told_by_its_row():
    slug = given.raising()
    lines = (bank_files.LINES[0], bank_files.LINES[2])
    with pytest.raises(Invalid) as error:
        bank_files.brought(slug, bank_files.bank_csv(*lines))
    assert error.value.code == "bridge" and error.value.params["row"] == 6


def test_the_newest_line_first_reads_the_same():
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv(*reversed(bank_files.LINES)))
    assert amounts() == [500_000, -20_000, 10_000]


def test_a_wallet_s_export_has_fees_padded_numbers_and_a_list_of_its_own():
    slug = given.raising()
    ref = bank_files.taken(slug, bank_files.WALLET.encode("gb18030"))
    row = Statement.objects.get(ref=ref)
    assert (row.income_fen, row.fee_fen, row.opening_fen, row.closing_fen) == (
        25_000,
        130,
        100_000,
        124_870,
    )
    assert row.account.tail == "0156"
    assert [one.fee_fen for one in BankLine.objects.order_by("at")] == [100, 30]


def test_mt940_and_the_bank_s_table_are_the_same_transfers():
    slug = given.raising()
    bank_files.taken(slug, bank_files.MT940, "STA0301.sta")
    assert amounts() == [500_000, -20_000]
    assert not BankLine.objects.filter(timed=True).exists()
    ref = bank_files.taken(slug, bank_files.bank_csv())
    assert Statement.objects.get(ref=ref).n_known == 2
    assert sorted(amounts()) == [-20_000, 10_000, 500_000]


def test_a_workbook_with_day_and_time_in_two_columns(tmp_path):
    slug = given.raising()
    path = tmp_path / "对账单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    rows = [
        ["账号", bank_files.ACCOUNT],
        ["交易日期", "交易时间", "借贷标志", "金额", "余额", "对方名称", "用途", "附言"],
        ["20200302", "100001", "贷", 5000, 6000, "示例一号企业", "捐款", "温暖"],
        ["20200303", "110000", "借", 200.5, 5799.5, "示例器械公司", "付款", ""],
    ]
    for number, cells in enumerate(rows):
        sheet.write_row(number, 0, cells)
    book.close()
    bank_files.taken(slug, path.read_bytes(), path.name)
    assert amounts() == [500_000, -20_050]
    line = BankLine.objects.get(fen=500_000)
    assert line.at == given.at("2020-03-02 10:00:01")
    assert bank_sealing.payer_of(line).remark == "捐款 温暖"


def test_a_file_that_names_no_account_needs_its_number():
    slug = given.raising()
    raw = bank_files.bank_csv().replace("账号：".encode("gb18030"), b"")
    with pytest.raises(Invalid) as error:
        bank_files.brought(slug, raw)
    assert error.value.code == "account_missing" and not Statement.objects.exists()
    bank_files.brought(slug, raw, account_number=bank_files.ACCOUNT)
    assert BankAccount.objects.get().tail == "1234"


def test_an_account_belongs_to_one_raising():
    bank_files.taken(given.raising(), bank_files.bank_csv())
    other = given.raising(slug="other")
    with pytest.raises(Conflict, match="another raising"):
        bank_files.brought(other, bank_files.bank_csv(*bank_files.LINES[:1]))


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (("2020-03-02 10:00:01,abc,,6000.00,甲,,捐款,1",), "statement_amount"),
        (("昨天,100.00,,1100.00,甲,,捐款,1",), "statement_time"),
        (("2020-03-02 10:00:01,,,1000.00,甲,,捐款,1",), "statement_no_amount"),
    ],
    ids=["amount", "time", "nothing"],
)
def test_a_row_that_cannot_be_read_is_told_and_nothing_is_taken(broken, code):
    slug = given.raising()
    with pytest.raises(Invalid) as error:
        bank_files.brought(slug, bank_files.bank_csv(*broken))
    assert error.value.code == code and not Statement.objects.exists()


def test_only_the_foundation_s_clerk_brings_statements():
    slug = given.raising()
    stored, found = bank_files.read(bank_files.bank_csv())
    for name in ("foundation_b", "treasurer", "clerk"):
        with pytest.raises(Denied):
            statement_bring(given.actor(name), slug=slug, found=found, stored=stored, name="a.csv")
    assert not Statement.objects.exists()
