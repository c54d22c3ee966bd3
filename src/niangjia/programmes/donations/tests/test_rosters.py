"""A roster: its rows equal the sum, bad rows are mended, each is a gift once."""

import io

import pytest
import xlsxwriter

from niangjia.blocks.bookkeeping.public import balance, check
from niangjia.blocks.intake.public import file_of, store
from niangjia.core import clock, jobs
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.core.models import OutboxMessage
from niangjia.programmes.donations import books, roster_jobs
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.models import Donor, Gift
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.selectors.bank import line_get
from niangjia.programmes.donations.services import (
    lines_match,
    roster_again,
    roster_batch,
    roster_bring,
    roster_bring_for_unit,
    roster_give_up,
    roster_mend,
    roster_take,
    unit_pledge,
)
from niangjia.programmes.donations.tests import bank_files, given
from niangjia.programmes.donations.types import LineIn, RosterIn

pytestmark = [pytest.mark.django_db, pytest.mark.both]
RECEIVED = given.at("2020-03-05 10:30:00")
HEAD = ["序号", "姓名", "工号", "部门", "捐款金额", "是否公开姓名"]


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def workbook(rows, head=HEAD) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write(0, 0, "示例单位捐款名册")
    sheet.write_row(1, 0, head)
    for number, cells in enumerate(rows, 2):
        sheet.write_row(number, 0, cells)
    book.close()
    return out.getvalue()


def people(n, fen=100):
    """n people of 1 yuan each, the first of whom agrees to be named."""
    return [
        [i, f"示例职工{i}", f"G{i:05d}", "一车间", fen / 100, "是" if i == 1 else "否"]
        for i in range(1, n + 1)
    ]


def brought(raw, stated_fen, **more):
    slug = given.raising()
    stored = store([raw], "名册.xlsx")
    roster = RosterIn("示例制造厂", stated_fen, **({"received_at": RECEIVED} | more))
    ref = roster_bring(
        given.actor("foundation"), slug=slug, roster=roster, stored=stored, name="名册.xlsx"
    )
    jobs.drain()
    jobs.drain_slow()
    return Roster.objects.get(ref=ref)


def take(row):
    roster_take(given.actor("foundation"), ref=row.ref, version=row.version)


def work():
    jobs.drain()
    jobs.drain_slow()


def test_a_roster_is_taken_row_by_row_under_one_sum_and_one_hour():
    row = brought(workbook([*people(450), ["合计", "", "", "", 450, ""]]), 45_000)
    assert (row.state, row.n_rows, row.n_people, row.sum_fen) == ("checked", 450, 450, 45_000)
    take(row)
    work()
    row.refresh_from_db()
    assert (row.state, row.n_done) == ("taken", 450)
    assert Gift.objects.count() == 450 and Donor.objects.count() == 450
    assert set(Gift.objects.values_list("channel", "received_at")) == {("roster", RECEIVED)}
    assert Gift.objects.filter(show_name=True).count() == 1
    assert balance(books.BOOK, books.bank(given.SLUG)).posted == 45_000
    assert check(books.BOOK) == []
    work()
    assert not file_of(row.upload_ref).exists()


def test_names_stand_only_sealed():
    row = brought(workbook(people(3)), 300)
    take(row)
    work()
    for donor in Donor.objects.all():
        assert donor.name == "" and "示例".encode() not in bytes(donor.sealed)


def test_the_order_of_the_log_is_not_the_order_of_the_list():
    row = brought(workbook(people(60)), 6_000)
    places = [one.place for one in roster_jobs.read(row)]
    assert len(places) == 60
    assert places != sorted(places, key=lambda one: int(one.rpartition("!")[2]))


def test_a_sum_that_differs_is_refused_with_the_difference():
    row = brought(workbook(people(10)), 1_050)
    with pytest.raises(Invalid) as error:
        take(row)
    assert error.value.code == "roster_sum" and "-0.50" in str(error.value)
    work()
    assert not Gift.objects.exists()
    row.refresh_from_db()
    assert row.state == "checked"


def test_bad_rows_are_told_and_mended_on_the_page():
    rows = people(3)
    rows[1][4] = "一元"
    rows[2][2] = "138000"
    rows[2] = [3, "示例职工3", "", "一车间", -1, "否"]
    row = brought(workbook(rows), 200)
    assert row.n_problems == 2
    assert [(p[1], p[2], p[4]) for p in row.problems] == [
        (4, "fen", "amount"),
        (5, "fen", "amount_not_positive"),
    ]
    with pytest.raises(Invalid):
        take(row)
    edits = [("名册", 4, "fen", "1.00"), ("名册", 5, "", "")]
    roster_mend(given.actor("foundation"), ref=row.ref, version=row.version, edits=edits)
    work()
    row.refresh_from_db()
    assert (row.state, row.n_problems, row.sum_fen) == ("checked", 0, 200)
    take(row)
    work()
    assert Gift.objects.count() == 2
    row.refresh_from_db()
    assert row.state == "taken" and bytes(row.sealed_edits) == b""


def test_what_was_mended_is_kept_sealed():
    rows = people(2)
    rows[0][4] = "?"
    row = brought(workbook(rows), 200)
    edits = [("名册", 3, "name", "示例改名")]
    roster_mend(given.actor("foundation"), ref=row.ref, version=row.version, edits=edits)
    row.refresh_from_db()
    assert row.sealed_edits and "示例改名".encode() not in bytes(row.sealed_edits)


def test_a_corrected_file_stands_in_the_place_of_the_first():
    row = brought(workbook(people(2)), 300)
    stored = store([workbook(people(3))], "名册2.xlsx")
    roster_again(
        given.actor("foundation"), ref=row.ref, version=row.version, stored=stored, name="2.xlsx"
    )
    work()
    row.refresh_from_db()
    assert (row.n_rows, row.sum_fen, row.sha256) == (3, 300, stored.sha256)


def test_a_file_that_is_no_roster_says_why():
    row = brought(workbook([["x"]], head=["甲", "乙"]), 100)
    assert row.state == "checked" and row.error
    with pytest.raises(Invalid):
        take(row)


def test_other_names_and_another_order_of_columns_are_read():
    head = ["金额(元)", "手机号码", "捐款人", "备注"]
    rows = [[1, "13900000001", "示例甲", ""], [2, "13900000002", "示例乙", "谢谢"]]
    row = brought(workbook(rows, head), 300)
    assert (row.n_rows, row.sum_fen, row.error) == (2, 300, "")


def test_a_batch_that_was_committed_is_never_taken_again():
    row = brought(workbook(people(450)), 45_000)
    take(row)
    row.refresh_from_db()
    rows = roster_jobs.read(row)
    actor = given.actor("foundation")
    assert roster_batch(actor, ref=row.ref, at=0, rows=rows[:200]) == 200
    with pytest.raises(Conflict):
        roster_batch(actor, ref=row.ref, at=0, rows=rows[:200])
    assert Gift.objects.count() == 200
    work()
    assert Gift.objects.count() == 450
    assert balance(books.BOOK, books.bank(given.SLUG)).posted == 45_000


def test_a_crash_between_batches_goes_on_where_it_was(monkeypatch):
    row = brought(workbook(people(450)), 45_000)
    take(row)
    real, n = roster_jobs.roster_batch, []

    def dies(*args, **more):
        if len(n) == 1:
            raise SystemExit
        n.append(1)
        return real(*args, **more)

    monkeypatch.setattr(roster_jobs, "roster_batch", dies)
    with pytest.raises(SystemExit):
        work()
    row.refresh_from_db()
    assert row.n_done == 200 and row.state == "taking"
    monkeypatch.setattr(roster_jobs, "roster_batch", real)
    outbox_due()
    work()
    row.refresh_from_db()
    assert (row.n_done, row.state) == (450, "taken") and Gift.objects.count() == 450


def outbox_due():
    """Whatever was put off is due now."""
    OutboxMessage.objects.update(due_at=clock.real_now())


def test_a_roster_waits_for_its_line_and_is_taken_with_it():
    row = brought(workbook(people(100)), 10_000, received_at=None)
    with pytest.raises(Invalid) as error:
        take(row)
    assert error.value.code == "not_received"
    bank_files.taken(given.SLUG, bank_files.bank_csv())
    line = BankLine.objects.get(fen=10_000)
    lines_match(given.actor("foundation"), chosen=[LineIn(line.ref, "roster", target=row.ref)])
    row.refresh_from_db()
    assert row.received_at == given.at("2020-03-04 09:30:00")
    take(row)
    work()
    assert Gift.objects.count() == 100
    assert balance(books.BOOK, books.bank(given.SLUG)).posted == 10_000


def test_a_line_of_another_sum_is_not_the_roster_s():
    row = brought(workbook(people(100)), 10_000, received_at=None)
    bank_files.taken(given.SLUG, bank_files.bank_csv())
    line = BankLine.objects.get(fen=500_000)
    with pytest.raises(Conflict):
        lines_match(given.actor("foundation"), chosen=[LineIn(line.ref, "roster", target=row.ref)])
    assert BankLine.objects.get(fen=500_000).state == "open"


def test_a_unit_announces_brings_its_roster_and_the_promise_ends_with_it():
    slug = given.raising()
    clerk = given.actor("clerk")
    pledge = unit_pledge(clerk, slug=slug, key="k", fen=10_000, of_people=True)
    stored = store([workbook(people(100))], "名册.xlsx")
    ref = roster_bring_for_unit(clerk, pledge_ref=pledge, stored=stored, name="名册.xlsx")
    work()
    bank_files.taken(slug, bank_files.bank_csv())
    line = BankLine.objects.get(fen=10_000)
    lines_match(given.actor("foundation"), chosen=[LineIn(line.ref, "roster", target=ref)])
    row = Roster.objects.get(ref=ref)
    with pytest.raises(Denied):
        roster_take(clerk, ref=ref, version=row.version)
    take(row)
    work()
    assert Gift.objects.get(ref=pledge).state == "withdrawn"
    assert Gift.objects.filter(channel="roster").count() == 100
    assert balance(books.BOOK, books.pool(slug)).posted == 10_000 and check(books.BOOK) == []


def test_the_code_of_a_transfer_with_a_list_finds_the_list_and_not_the_promise():
    slug = given.raising()
    clerk = given.actor("clerk")
    pledge = unit_pledge(clerk, slug=slug, key="k", fen=10_000, of_people=True)
    code = Gift.objects.get(ref=pledge).number
    raw = bank_files.bank_csv(f"2020-03-04 09:30:00,100.00,,1100.00,示例甲工会,,{code},9")
    bank_files.taken(slug, raw)
    line = BankLine.objects.get()
    early = line_get(given.actor("foundation"), ref=line.ref).proposals[0]
    assert (early.how, early.why, early.sure) == ("pledge", "waits", False)
    stored = store([workbook(people(100))], "名册.xlsx")
    ref = roster_bring_for_unit(clerk, pledge_ref=pledge, stored=stored, name="名册.xlsx")
    work()
    late = line_get(given.actor("foundation"), ref=line.ref).proposals[0]
    assert (late.how, late.target, late.sure) == ("roster", ref, True)
    with pytest.raises(Conflict) as error:
        lines_match(given.actor("foundation"), chosen=[LineIn(line.ref, "pledge", target=pledge)])
    assert error.value.code == "has_roster" and not Gift.objects.filter(fen__gt=0).exists()


def test_the_line_of_a_roster_taken_before_is_its_evidence_and_counts_nothing_anew():
    row = brought(workbook(people(100)), 10_000)
    take(row)
    work()
    bank_files.taken(given.SLUG, bank_files.bank_csv())
    line = BankLine.objects.get(fen=10_000)
    lines_match(given.actor("foundation"), chosen=[LineIn(line.ref, "roster", target=row.ref)])
    row.refresh_from_db()
    assert (row.state, row.received_at, Gift.objects.count()) == ("taken", RECEIVED, 100)
    assert balance(books.BOOK, books.bank(given.SLUG)).posted == 10_000


def test_a_given_up_roster_leaves_nothing():
    row = brought(workbook(people(3)), 300)
    roster_give_up(given.actor("foundation"), ref=row.ref, version=row.version)
    work()
    row.refresh_from_db()
    assert row.state == "given_up" and row.problems == [] and not file_of(row.upload_ref).exists()
