"""A roster from the upload to the count: sealed, masked, looked at, struck, erased, withdrawn."""

import io

import pytest
import xlsxwriter
from django.db import connections

from niangjia.blocks.evidence.models import Document, Link
from niangjia.blocks.households.models import Household, Member, PseudonymKey, Roster
from niangjia.blocks.intake.models import RowProblem, Upload
from niangjia.blocks.intake.public import file_of
from niangjia.blocks.ledger.selectors import logged_facts
from niangjia.core import jobs, seal
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.models import JournalEntry, OutboxMessage
from niangjia.programmes.assistance_ledger import household_jobs
from niangjia.programmes.assistance_ledger.household_models import HouseholdCount
from niangjia.programmes.assistance_ledger.services.rosters import (
    roster_erase,
    roster_look,
    roster_strike,
    roster_withdraw,
)
from niangjia.programmes.assistance_ledger.tests import given
from tests.households.given import HEADERS, Bringing, bring, browser, entered, person, workbook
from tests.households.holder import holding

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
LABEL = "assistance_ledger-2020"
ROWS = [
    person(
        1, 1, "户主", **{"脱贫年度": "2019", "人数": 3, "增收金额(元)": 1200, "电话": "13800000001"}
    ),
    person(2, 1, "配偶"),
    person(3, 2, "户主", **{"脱贫属性": "未脱贫", "增收金额(元)": 300.5}),
]


@pytest.fixture
def holder(tmp_path, settings):
    settings.NIANGJIA_HOME = str(tmp_path)
    seal._read_key.cache_clear()
    with holding(tmp_path / "holder", settings, LABEL) as found:
        yield found


@pytest.fixture
def review(db, holder):
    given.city()
    given.take(given.purchase(1), given.purchase(2, unit="乙"), given.purchase(3, unit="丙"))
    return entered()


def counts(kind="city", label="", confirmed=False):
    """(households, people, gain in fen) as counted."""
    jobs.drain_slow()
    rows = HouseholdCount.objects.filter(kind=kind, label=label, confirmed=confirmed)
    return rows.values_list("households", "people", "gain_fen").first()


def test_a_roster_is_taken_by_the_wizard_and_counted_once(review):
    done = bring(review, ROWS)
    assert "名单已取入" in done.text()
    roster = Roster.objects.get()
    assert (roster.n_households, roster.n_people, roster.gain_fen) == (2, 4, 150_050)
    assert (roster.subject, roster.year, roster.county_code) == (
        f"review:{review.ref}",
        2020,
        "130627",
    )
    assert counts() == (2, 4, 150_050)
    for code in ("110101", "110105"):
        assert counts("district", code)[:2] == (2, 4)
    units = HouseholdCount.objects.filter(kind="unit", confirmed=False)
    assert [one.households for one in units] == [2, 2, 2]
    assert sum(one.gain_fen for one in units) == 150_050
    assert counts(confirmed=True) is None
    left = HouseholdCount.objects.get(kind="city", confirmed=False).left
    assert left == {"2019": 1, "no": 1}


def test_nobody_of_a_roster_stands_anywhere_in_the_clear(review):
    done = bring(review, [*ROWS, person(4, 3, **{"证件号码": "130627195005110041"})])
    told = ["示例1", "示例2", "示例3", "13800000001", "示例村"]
    told += [str(row["证件号码"]) for row in ROWS] + [str(row["户编号"]) for row in ROWS]
    dump = []
    for alias in ("default", "keys"):
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                dump += [
                    repr(bytes(c) if isinstance(c, memoryview) else c) for r in cursor for c in r
                ]
    whole = "\n".join(dump)
    assert [one for one in told if one in whole] == []
    assert not file_of(done.ref).exists()
    assert set(RowProblem.objects.values_list("stood", "shown")) == {("", "")}


def test_its_file_is_not_kept_and_its_hash_is_in_the_log(review):
    done = bring(review, ROWS)
    assert not Document.objects.exists() and not Link.objects.exists()
    assert not file_of(done.ref).exists()
    upload = Upload.objects.get()
    assert upload.look == {} and upload.error == {}
    facts = logged_facts(0, 1_000, frozenset({"roster.taken/1"}))
    (told,) = [one for one in facts if one.kind == "roster.taken/1"]
    assert told.values["file_sha256"] == upload.sha256


def test_what_a_look_keeps_names_nobody(review):
    """A second sheet without a header, and a header that is a person."""
    rows = [person(1, 1, "户主"), person(2, 1, "配偶")]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, headers in (("一", HEADERS), ("二", ("示例某", "130627195102110011", "说明"))):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, headers)
        for at, row in enumerate(rows, 1):
            sheet.write_row(at, 0, [str(row.get(header, "示例村")) for header in headers])
    book.close()
    done = Bringing(review, out.getvalue())
    look = str(Upload.objects.get(ref=done.ref).look)
    for told in ("示例1", "示例某", "130627195102110011", "示例村", "1306270010000001"):
        assert told not in look
    assert "证件号码" in look


def test_a_corrected_roster_counts_nobody_twice(review):
    first = [
        person(1, 1, "户主", **{"增收金额(元)": 100}),
        person(3, 2, "户主", **{"增收金额(元)": 50}),
    ]
    bring(review, first)
    moved = {**person(3, 1), "姓名": "示例3", "增收金额(元)": 50}
    bring(review, [first[0], moved], name="改正.xlsx")
    roster = Roster.objects.get()
    assert (roster.n_households, roster.n_people, roster.gain_fen) == (2, 2, 15_000)
    assert counts() == (2, 2, 15_000)


def test_a_waiting_roster_can_be_given_up_and_its_file_stays_until_then(review, holder):
    import os
    import time

    from niangjia.blocks.intake.public import uploads_sweep

    holder.stop()
    done = bring(review, ROWS)
    old = time.time() - 3 * 86_400
    os.utime(file_of(done.ref), (old, old))
    uploads_sweep()
    assert file_of(done.ref).exists()
    assert "放弃" in done.text()
    done.post("give-up")
    jobs.settle()
    assert Upload.objects.get(ref=done.ref).state == "abandoned"
    assert not file_of(done.ref).exists()
    holder.start()
    OutboxMessage.objects.update(due_at="2020-01-01T00:00:00Z")
    jobs.drain_slow()
    assert not Roster.objects.exists()


def test_without_a_holder_named_no_roster_is_brought(review, settings):
    settings.NIANGJIA_KEYHOLDER_URL = ""
    done = Bringing(review, ROWS)
    assert done.answer.status_code == 503
    assert not Upload.objects.exists()


def test_who_brought_the_roster_does_not_confirm_it_and_no_other_withdraws_it(review):
    from niangjia.programmes.assistance_ledger.selectors.reviews import review_get
    from niangjia.programmes.assistance_ledger.services.reviews import Decision, review_decide

    bring(review, ROWS, who="reviewer")
    detail = review_get(given.actor("reviewer"), ref=review.ref)
    decision = Decision(review.ref, "confirm", detail.row.case.version, detail.content.sha256)
    with pytest.raises(Denied):
        review_decide(given.actor("reviewer"), decision=decision)
    with pytest.raises(Denied):
        roster_withdraw(given.actor("supplier"), review_ref=review.ref, reason="不对")
    assert Roster.objects.get().ended_at is None
    roster_withdraw(given.actor("reviewer"), review_ref=review.ref, reason="改由供应商导入")
    review_decide(given.actor("reviewer"), decision=decision)


def test_confirmed_households_are_those_of_the_records_that_the_county_decided_on(review):
    from niangjia.programmes.assistance_ledger.selectors.reviews import review_get
    from niangjia.programmes.assistance_ledger.services.reviews import Decision, review_decide

    bring(review, ROWS)
    detail = review_get(given.actor("reviewer"), ref=review.ref)
    decision = Decision(review.ref, "confirm", detail.row.case.version, detail.content.sha256)
    review_decide(given.actor("reviewer"), decision=decision)
    given.take(given.purchase(9, unit="乙", amount_fen=900_000))
    household_jobs.count_year(2020)
    sums = {
        sure: sorted(
            HouseholdCount.objects.filter(kind="unit", confirmed=sure).values_list(
                "gain_fen", flat=True
            )
        )
        for sure in (True, False)
    }
    assert sums[True] == [50_016, 50_017, 50_017]
    assert sum(sums[False]) == 150_050 and sums[False] != sums[True]


def test_pseudonyms_stand_in_two_tables_and_in_no_fact(review):
    bring(review, ROWS)
    marks = set(Member.objects.values_list("pseudonym", flat=True))
    marks |= set(Household.objects.values_list("number", flat=True))
    assert len(marks) == 5 and all(len(one) == 64 for one in marks)
    found = {}
    connection = connections["default"]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text = repr(cursor.fetchall())
            found[table] = any(one in text for one in marks)
    assert {table for table, there in found.items() if there} == {
        "households_household",
        "households_member",
    }
    assert PseudonymKey.objects.get().public not in marks


def test_the_same_roster_again_is_skipped_and_more_persons_join_their_household(review):
    bring(review, ROWS)
    more = person(5, 2, "子女", **{"增收金额(元)": 10})
    again = bring(review, [*ROWS, more, person(6, 3)], name="再次.xlsx")
    assert Household.objects.count() == 3
    assert sorted(Household.objects.values_list("n_people", flat=True)) == [1, 2, 3]
    result = Upload.objects.get(ref=again.ref).result
    assert result["accepted_rows"] == 2 and result["skipped"]["row_repeated"] == 3
    assert result["accepted_fen"] == 1_000 and result["bridge"]["repeated_fen"] == 150_050
    assert counts() == (3, 6, 151_050)


def test_a_household_under_two_products_counts_once_for_the_city_and_each_unit(review):
    given.take(given.purchase(9, unit="乙", product="核桃"))
    other = entered("核桃")
    bring(review, ROWS)
    bring(other, [person(1, 1, "户主", **{"增收金额(元)": 100}), person(7, 4)], name="核桃.xlsx")
    assert counts() == (3, 5, 160_050)
    from niangjia.programmes.assistance_ledger.models import Purchase

    unit_b = Purchase.objects.get(product="核桃").unit.ref
    unit_a = Purchase.objects.get(invoice_no="00000001").unit.ref
    assert counts("unit", unit_b)[:2] == (3, 5)
    assert counts("unit", unit_a)[:2] == (2, 4)
    gains = HouseholdCount.objects.filter(kind="unit", confirmed=False)
    assert sum(one.gain_fen for one in gains) == 160_050


BAD = {
    "check digit": ({"证件号码": "130627195005110041"}, "id_check_digit", "校验码"),
    "seventeen": ({"证件号码": "13062719500511004"}, "id_format", "18"),
    "a birth date": ({"证件号码": "130627195013410040"}, "id_birth_date", "出生日期"),
    "another county": ({"县": "阜平县"}, "other_county", "阜平县"),
    "below zero": ({"增收金额(元)": -5}, "gain_negative", "小于0"),
    "nobody": ({"人数": 0}, "people_too_few", "人数"),
    "no name": ({"姓名": ""}, "required_cell_empty", "姓名"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_row_stays_out_with_words_that_name_nobody(review, what):
    cells, code, word = BAD[what]
    done = bring(review, [*ROWS, {**person(8, 5), **cells}])
    problem = RowProblem.objects.get()
    assert problem.code == code and problem.row_no == 5
    assert word in problem.text
    assert "示例8" not in problem.text and "1306271958" not in problem.text
    assert Household.objects.count() == 2
    assert "1行未取入" in done.text()


def test_a_person_in_two_households_is_refused_and_names_the_other_row(review):
    rows = [*ROWS, {**person(2, 5), "姓名": "示例2"}]
    bring(review, rows)
    problem = RowProblem.objects.get()
    assert problem.code == "person_in_two_households"
    assert "第3行" in problem.text
    assert Household.objects.count() == 2


def test_the_same_row_twice_is_left_out(review):
    done = bring(review, [*ROWS, ROWS[1]])
    assert Upload.objects.get(ref=done.ref).result["more"]["left_out_rows"] == 1
    assert Household.objects.get(n_people=3).members.count() == 2


def test_without_a_holder_the_roster_waits_says_so_and_goes_on_by_itself(review, holder):
    holder.stop()
    done = bring(review, ROWS)
    assert Upload.objects.get(ref=done.ref).state == "taking"
    assert "市扶贫支援办" in done.text() and "无法连接" in done.text()
    assert not Roster.objects.exists()
    message = OutboxMessage.objects.get(topic="imports.take")
    assert message.attempts == 0 and message.failed_at is None
    holder.start()
    OutboxMessage.objects.update(due_at=message.due_at.replace(year=2020))
    jobs.drain_slow()
    assert Upload.objects.get(ref=done.ref).state == "done"
    assert Roster.objects.get().n_households == 2


def test_another_key_than_the_one_adopted_takes_nothing(review, holder, tmp_path, settings):
    bring(review, ROWS)
    holder.stop()
    given.take(given.purchase(9, unit="乙", product="核桃"))
    other = entered("核桃")
    with holding(tmp_path / "false", settings, LABEL):
        bring(other, ROWS, name="核桃.xlsx")
    assert Roster.objects.count() == 1
    waiting = Upload.objects.get(state="taking")
    assert waiting.error["code"] == "key_holder_wrong"


def test_a_destroyed_key_closes_its_year(review, holder):
    bring(review, ROWS)
    from niangjia.blocks.households.public import households_sweep

    holder.folder.destroy(LABEL)
    assert households_sweep() == 1
    assert PseudonymKey.objects.get().destroyed_at is not None
    assert households_sweep() == 0
    done = bring(review, [person(9, 9)], name="又来.xlsx")
    assert Upload.objects.get(ref=done.ref).state == "checked"
    assert "已销毁" in done.text()
    assert Household.objects.count() == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 403), ("checker", 403), ("member", 403), ("district", 403), ("reviewer", 302)],
)
def test_who_may_bring_a_roster(review, who, status):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = {"file": SimpleUploadedFile("a.xlsx", workbook(ROWS)), "review": review.ref}
    answer = browser(who).post("/desk/imports/new", sent)
    assert answer.status_code == status
    jobs.drain_slow()
    assert Upload.objects.count() == (1 if status == 302 else 0)


def test_a_supplier_cannot_bring_purchases_by_the_same_door(review):
    answer = browser("supplier").get("/desk/imports/new")
    assert answer.status_code == 403


def test_a_roster_among_the_purchases_is_refused_in_words(review):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = browser("clerk")
    sent = {"file": SimpleUploadedFile("名单.xlsx", workbook(ROWS))}
    answer = client.post("/desk/imports/new", sent)
    jobs.drain_slow()
    page = client.get(answer.headers["Location"]).content.decode()
    upload = Upload.objects.get()
    assert upload.state == "refused" and "带贫材料" in page
    assert upload.look == {} and not file_of(upload.ref).exists()


def test_the_page_is_masked_and_a_look_is_noted_and_shown(review):
    bring(review, ROWS)
    one = Household.objects.order_by("id").first()
    page = browser("reviewer").get(f"/desk/reviews/{review.ref}/roster").content.decode()
    for told in ("示例1", str(ROWS[0]["证件号码"]), "示例村", "13800000001"):
        assert told not in page
    address = f"/desk/reviews/{review.ref}/roster/{one.ref}"
    client = browser("reviewer")
    assert "示例1" not in client.get(address).content.decode()
    refused = client.post(address, {"do": "look", "reason": ""})
    assert refused.status_code == 422
    assert not JournalEntry.objects.filter(kind="roster.looked").exists()
    seen = client.post(address, {"do": "look", "reason": "入户核查"})
    text = seen.content.decode()
    assert "示例1" in text and str(ROWS[0]["证件号码"]) in text and "13800000001" in text
    assert "no-store" in seen.headers["Cache-Control"]
    entry = JournalEntry.objects.get(kind="roster.looked")
    assert entry.detail == {"reason": "入户核查", "household": one.ref}
    roster = browser("supplier").get(f"/desk/reviews/{review.ref}/roster").content.decode()
    assert "入户核查" in roster and "示例reviewer" in roster


@pytest.mark.parametrize(("who", "sees", "opens"), [("city", 200, 403), ("auditor", 200, 200)])
def test_offices_see_masked_and_only_those_cleared_look(review, who, sees, opens):
    bring(review, ROWS)
    one = Household.objects.first()
    address = f"/desk/reviews/{review.ref}/roster/{one.ref}"
    assert browser(who).get(address).status_code == sees
    answer = browser(who).post(address, {"do": "look", "reason": "抽查"})
    assert answer.status_code == opens


def test_a_struck_household_is_not_among_the_confirmed(review):
    bring(review, ROWS)
    from niangjia.programmes.assistance_ledger.selectors.reviews import review_get
    from niangjia.programmes.assistance_ledger.services.reviews import Decision, review_decide

    one = Household.objects.get(n_people=3)
    roster_strike(
        given.actor("reviewer"), review_ref=review.ref, household=one.ref, reason="查无此户"
    )
    detail = review_get(given.actor("reviewer"), ref=review.ref)
    decision = Decision(review.ref, "confirm", detail.row.case.version, detail.content.sha256)
    review_decide(given.actor("reviewer"), decision=decision)
    assert counts() == (2, 4, 150_050)
    assert counts(confirmed=True) == (1, 1, 30_050)
    with pytest.raises(Conflict):
        roster_strike(
            given.actor("reviewer"), review_ref=review.ref, household=one.ref, reason="再次"
        )
    roster_strike(given.actor("reviewer"), review_ref=review.ref, household=one.ref, reason="")
    assert counts(confirmed=True) == (2, 4, 150_050)
    with pytest.raises(Denied):
        roster_strike(given.actor("supplier"), review_ref=review.ref, household=one.ref, reason="x")
    with pytest.raises(Conflict):
        roster_withdraw(given.actor("supplier"), review_ref=review.ref, reason="晚了")
    assert Roster.objects.get().ended_at is None


def test_an_erased_household_is_unreadable_and_still_counts_once(review):
    bring(review, ROWS)
    one = Household.objects.first()
    roster_erase(
        given.actor("reviewer"), review_ref=review.ref, household=one.ref, reason="本人要求"
    )
    jobs.drain_slow()
    jobs.settle()
    assert seal.erased([f"household:{one.ref}"])
    page = browser("reviewer").get(f"/desk/reviews/{review.ref}/roster").content.decode()
    assert "已擦除" in page
    with pytest.raises(Conflict):
        roster_erase(
            given.actor("reviewer"), review_ref=review.ref, household=one.ref, reason="再次"
        )
    assert counts()[0] == 2


def test_a_withdrawn_roster_counts_no_more_and_nobody_is_kept(review):
    bring(review, ROWS)
    refs = list(Household.objects.values_list("ref", flat=True))
    with pytest.raises(Invalid):
        roster_withdraw(given.actor("supplier"), review_ref=review.ref, reason="")
    roster_withdraw(given.actor("supplier"), review_ref=review.ref, reason="填错")
    jobs.settle()
    assert counts() is None
    assert not Household.objects.exists() and not Member.objects.exists()
    assert len(seal.erased([f"household:{ref}" for ref in refs])) == 2
    assert Roster.objects.get().n_households == 2
    bring(review, ROWS[:1], name="改正.xlsx")
    assert counts()[0] == 1


def test_another_suppliers_household_is_not_there_for_a_stranger(review):
    bring(review, ROWS)
    one = Household.objects.first()
    with pytest.raises(NotFound):
        roster_look(
            given.actor("auditor"), review_ref=review.ref, household="x" * 32, reason="看看"
        )
    with pytest.raises(NotFound):
        roster_look(given.actor("auditor"), review_ref="x" * 32, household=one.ref, reason="看看")
    assert not JournalEntry.objects.filter(kind="roster.looked").exists()


def test_rosters_go_with_their_years(review, monkeypatch):
    import datetime as dt

    from niangjia.blocks.households import retention, selectors
    from niangjia.core import clock

    bring(review, ROWS)
    monkeypatch.setattr(clock, "city_today", lambda: dt.date(2025, 12, 31))
    assert retention.sweep() == 0
    assert not selectors.keys_of("assistance_ledger")[0].due
    monkeypatch.setattr(clock, "city_today", lambda: dt.date(2026, 1, 1))
    assert selectors.keys_of("assistance_ledger")[0].due
    assert retention.sweep() == 1
    assert not Household.objects.exists()
    household_jobs.count_year(2020)
    assert counts() == (2, 4, 150_050)
