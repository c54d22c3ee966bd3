"""What offices' real files hold, each with a file of our own and the decided behaviour.

The table in docs/blocks/intake.md lists them in the same order.
"""

import datetime as dt

import pytest

from niangjia.blocks.intake.public import Choices, looks_get, problem_groups, row_problems
from niangjia.core.errors import Invalid
from niangjia.programmes.assistance_ledger import oddities
from niangjia.programmes.assistance_ledger.importing import Import, PurchaseReading, bridge_holds
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.tests import books
from niangjia.programmes.assistance_ledger.tests import given as cast
from niangjia.programmes.assistance_ledger.tests.test_import_wizard import checked, taken, upload

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
TODAY = dt.date(2020, 3, 17)


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


class Read:
    """A workbook read as the wizard reads it. bad: codes by row number."""

    def __init__(self, path, who="city", **more):
        self.work = PurchaseReading(cast.actor(who), path, path.name, hints=True, **more)
        rows = list(self.work.rows())
        self.good = {row.row_no: purchase for row, purchase in rows if purchase}
        self.rows = {row.row_no: row for row, _purchase in rows}
        self.bad = {
            row.row_no: [one.code for one in row.problems if not one.hint]
            for row, purchase in rows
            if purchase is None and not row.left_out
        }
        self.result = self.work.result()

    def problem(self, row_no, code):
        return next(one for one in self.rows[row_no].problems if one.code == code)


def test_a_sheet_per_unit_or_month_is_read_whole(tmp_path):
    path = tmp_path / "months.xlsx"
    with books.book(path) as add:
        add("1月", [books.line(1)], footer=[["合计"]])
        add("2月", [books.line(2), books.line(3)])
        add("说明", [], header=[["本台账由各单位填报"]])
    read = Read(path)
    assert read.work.outcome.n_ready == 3
    assert read.result["more"]["sheets"] == ["1月", "2月"]
    assert read.result["more"]["sheets_without_header"] == ["说明"]


def test_an_empty_unit_is_the_clerk_s_own_and_nobody_else_s(tmp_path):
    nameless = {"unit_name": None, "unit_uscc": None}
    path = books.simple(
        tmp_path / "own.xlsx",
        books.line(1, **nameless),
        books.line(2, unit="乙"),
        books.line(3, unit_name=None, unit_uscc="不是代码"),
    )
    mine = Read(path, who="clerk")
    assert mine.good.keys() == {2} and mine.good[2].unit_name == "示例甲工会"
    assert mine.good[2].unit_uscc == books.UNITS["甲"]
    assert mine.result["normalised"]["own_unit"] == 1
    assert mine.bad[3] == ["not_your_unit"] and "required_cell_empty" in mine.bad[4]
    assert "required_cell_empty" in Read(path).bad[2]


def test_a_sheet_named_after_its_unit_takes_the_unit_the_clerk_confirms(tmp_path):
    keys = [key for key in books.KEYS if key not in ("unit_name", "unit_uscc")]
    path = tmp_path / "units.xlsx"
    with books.book(path) as add:
        for number, name in enumerate("甲乙", 1):
            rows = [books.line(number, name)]
            add(f"示例{name}工会", rows, keys=keys)
    with pytest.raises(Invalid) as refused:
        Read(path)
    assert refused.value.code == "columns_missing"
    fixed = {f"示例{name}工会": {"unit_name": f"示例{name}工会"} for name in "甲乙"}
    read = Read(path, choices=Choices(fixed=fixed))
    assert {p.unit_name for p in read.good.values()} == {"示例乙工会"}  # both stand in row 2
    assert read.work.outcome.n_ready == 2


def test_a_merged_header_of_two_rows_is_one_header(tmp_path):
    top = [books.HEADERS[key] for key in books.KEYS]
    below = [None] * len(top)
    at = books.KEYS.index("invoice_code")
    top[at], top[at + 1] = "发票", None
    below[at], below[at + 1] = "代码", "号码"
    read = Read(books.simple(tmp_path / "two.xlsx", books.line(1), header=[top, below]))
    assert (read.good[3].invoice_code, read.good[3].invoice_no) == ("011001900104", "00000001")


def test_texts_merged_downward_hold_for_each_row(tmp_path):
    rows = [books.line(n) for n in (1, 2, 3)]
    for row in rows[1:]:
        row["unit_name"] = row["county"] = None
    merges = [(2, 4, "unit_name", "示例甲工会"), (2, 4, "county", "唐县")]
    read = Read(books.simple(tmp_path / "merged.xlsx", *rows, merges=merges))
    assert {p.unit_name for p in read.good.values()} == {"示例甲工会"}
    assert (len(read.good), read.result["normalised"]["merged"]) == (3, 2)


def test_an_amount_merged_downward_is_taken_by_no_row_until_it_is_split(tmp_path):
    rows = [books.line(1), books.line(2), books.line(3)]
    merges = [(2, 3, "amount_fen", 300)]
    rows[0]["amount_fen"] = rows[1]["amount_fen"] = None
    read = Read(books.simple(tmp_path / "merged.xlsx", *rows, merges=merges))
    assert read.bad == {2: ["amount_merged"], 3: ["amount_merged"]}
    assert "merged over rows 2 to 3" in read.problem(3, "amount_merged").text
    assert list(read.good) == [4] and read.result["bridge"]["refused_fen"] == 30_000


@pytest.mark.parametrize("mark", ["同上", "〃", " 同 上 ", '"'])
def test_ditto_is_what_stands_above(tmp_path, mark):
    rows = [books.line(1), books.line(2, county=mark, supplier_name=mark, product=mark)]
    read = Read(books.simple(tmp_path / "ditto.xlsx", *rows))
    assert (read.good[3].county_code, read.good[3].product) == ("130627", "小米")
    assert read.good[3].supplier_name == "唐县示例合作社"


def test_ditto_under_an_amount_is_refused(tmp_path):
    rows = [books.line(1), books.line(2, amount_fen="同上")]
    read = Read(books.simple(tmp_path / "ditto.xlsx", *rows))
    assert read.bad == {3: ["amount_not_a_number"]}


def test_the_unit_of_wan_is_shown_with_its_sum_and_the_clerk_decides(tmp_path):
    path = books.simple(
        tmp_path / "wan.xlsx", books.line(1, amount_fen=1.5), above=[["单位：万元"]],
        keys=[key for key in books.KEYS if key != "price_milli"],
        header=[[books.HEADERS[k].replace("(元)", "") for k in books.KEYS if k != "price_milli"]],
    )  # fmt: skip
    ref = upload(path)
    (look,) = looks_get(cast.actor("city"), ref=ref)
    assert (look.wan, look.sum_fen) == (True, 1_500_000)
    assert checked(ref, wan={"采购台账": True}).result["ready_fen"] == 1_500_000
    assert checked(ref, wan={"采购台账": False}).result["ready_fen"] == 150


def test_a_code_that_became_a_number_is_refused_and_what_it_was_is_offered(tmp_path):
    rows = [
        books.line(1, unit_uscc=float(books.UNITS["甲"][:15] + "000")),
        books.line(2, contract_no=12345678901234567890),
        books.line(3, contract_no="1.11E+17"),
    ]
    read = Read(books.simple(tmp_path / "codes.xlsx", *rows))
    assert read.bad == {2: ["uscc_mangled"], 3: ["code_digits_lost"], 4: ["code_digits_lost"]}
    assert "lost its last digits" in read.problem(3, "code_digits_lost").text
    assert read.problem(2, "uscc_mangled").offer == books.UNITS["甲"]


def test_a_dropped_nought_in_front_of_an_invoice_comes_back_and_is_told(tmp_path):
    rows = [
        books.line(1, invoice_code=11001900104, invoice_no=1),
        books.line(2, invoice_no="123456"),  # a text: as it was typed
        books.line(3, invoice_code=None, invoice_no=654321),  # no code beside it: not known
    ]
    read = Read(books.simple(tmp_path / "noughts.xlsx", *rows))
    found = [(p.invoice_code, p.invoice_no) for p in read.good.values()]
    assert found == [("011001900104", "00000001"), ("011001900104", "123456"), ("", "654321")]
    assert read.result["normalised"]["leading_zero"] == 1


def test_a_quantity_with_its_measure_is_split(tmp_path):
    priced = {"price_milli": "10元/箱", "amount_fen": 500}
    rows = [
        books.line(1, quantity_milli="50箱", **priced),
        books.line(2, quantity_milli="50箱", measure="箱", **priced),
        books.line(3, quantity_milli="50箱", measure="袋", **priced),
        books.line(4, quantity_milli="约50", **priced),
    ]
    read = Read(books.simple(tmp_path / "boxes.xlsx", *rows))
    found = [(p.quantity_milli, p.measure, p.price_milli) for p in read.good.values()]
    assert found == [(50_000, "箱", 10_000)] * 2
    assert read.bad == {4: ["measure_differs"], 5: ["number_not_a_number"]}
    assert read.problem(4, "measure_differs").offer == "箱"


def test_a_month_without_a_day_is_refused_and_its_last_day_offered(tmp_path):
    rows = [books.line(1, occurred_on="2月"), books.line(2, occurred_on="2019年12月")]
    rows += [books.line(3, occurred_on="3月份"), books.line(4, occurred_on="5月")]
    read = Read(books.simple(tmp_path / "months.xlsx", *rows))
    offers = [read.problem(row, "date_only_month").offer for row in (2, 3, 4, 5)]
    assert offers == ["2020-02-29", "2019-12-31", "2020-03-17", "2019-05-31"]


@pytest.mark.parametrize("between", ["、", " ", "\n", "/", "；"])
def test_several_invoices_in_a_cell_are_refused_and_one_can_be_kept(tmp_path, between):
    shown = between.join(("00000001", "00000002"))
    path = books.simple(tmp_path / "several.xlsx", books.line(1, invoice_no=shown))
    assert Read(path).bad == {2: ["invoices_several"]}
    work = Import(cast.actor("city"), path, path.name, edits=_edit("invoice_no", "00000002"))
    work.run()
    (record,) = Purchase.objects.all()
    assert (record.invoice_no, record.note) == ("00000002", "另有发票号码：00000001")


def _edit(key, value, sheet="采购台账", row=2):
    from niangjia.blocks.intake.public import Edits

    return Edits({(sheet, row, key): value})


def test_a_short_name_of_a_unit_is_hinted_at_and_the_full_one_is_close(tmp_path):
    rows = [books.line(1, unit_name="甲工会", unit_uscc=None)]
    path = books.simple(tmp_path / "short.xlsx", *rows)
    read = Read(path)
    assert list(read.good) == [2] and read.rows[2].problems[0].hint
    names = ["示例乙工会", "示例甲工会", "示例丙医院"]
    assert oddities.close_names("甲工会", names)[0] == "示例甲工会"
    mine = Read(path, "clerk")
    assert mine.bad == {2: ["not_your_unit"]}
    assert mine.problem(2, "not_your_unit").offer == "示例甲工会"


def test_a_gift_box_of_several_counties_is_refused_with_how_many(tmp_path):
    path = books.simple(tmp_path / "box.xlsx", books.line(1, county="唐县、康保县、张北县"))
    read = Read(path)
    assert read.bad == {2: ["county_several"]}
    assert "names 3 counties" in read.problem(2, "county_several").text


@pytest.mark.parametrize(
    ("province", "text", "code"),
    [
        (None, "河北省保定市唐县", "130627"),
        (None, "河北唐县", "130627"),
        ("河北省", "河北省唐县", "130627"),
        (None, "山西省唐县", None),
        ("青海省", "河北省唐县", None),
    ],
)
def test_one_text_for_the_origin_is_read_where_province_and_county_agree(
    tmp_path, province, text, code
):
    path = books.simple(tmp_path / "one.xlsx", books.line(1, province=province, county=text))
    read = Read(path)
    assert [p.county_code for p in read.good.values()] == ([code] if code else [])
    assert read.bad == ({} if code else {2: ["county_unknown"]})


def test_footers_and_totals_are_no_rows(tmp_path):
    footer = [
        ["小计"],
        ["合计", None, None],
        ["填报人：示例", None, "审核人：示例"],
        ["注：金额含税"],
    ]
    read = Read(books.simple(tmp_path / "feet.xlsx", books.line(1), footer=footer))
    assert (read.work.outcome.n_ready, read.bad) == (1, {})
    assert read.result["more"]["footer_rows"] == 2


def test_a_return_is_a_negative_record_and_is_told(tmp_path):
    bought = books.line(1, quantity_milli=10, price_milli=20, amount_fen=200)
    back = books.line(2, quantity_milli=-2, price_milli=20, amount_fen=-40, note="退货")
    wrong = books.line(3, quantity_milli=2, price_milli=20, amount_fen=-40)
    ref = upload(books.simple(tmp_path / "returns.xlsx", bought, back, wrong))
    found = checked(ref).result
    assert (found["ready_rows"], found["ready_fen"]) == (2, 16_000)
    assert (found["more"]["negative_rows"], found["more"]["negative_fen"]) == (1, -4_000)
    assert found["error"] == {"amount_is_not_quantity_times_price": 1}
    result = taken(ref).result
    assert result["accepted_fen"] == 16_000 and bridge_holds(result)


def test_hidden_rows_are_counted_told_and_taken_unless_the_clerk_says_no(tmp_path):
    rows = [books.line(n) for n in (1, 2, 3)]
    ref = upload(books.simple(tmp_path / "hidden.xlsx", *rows, hidden_rows=[3]))
    (look,) = looks_get(cast.actor("city"), ref=ref)
    assert look.n_hidden_rows == 1
    assert checked(ref).result["ready_rows"] == 3
    found = checked(ref, hidden_rows=False).result
    assert (found["ready_rows"], found["more"]["left_out_rows"]) == (2, 1)
    result = taken(ref).result
    assert (result["accepted_rows"], result["bridge"]["left_out_fen"]) == (2, 10_200)
    assert bridge_holds(result)


def test_a_hidden_sheet_is_named_and_can_be_left_out(tmp_path):
    path = tmp_path / "hidden.xlsx"
    with books.book(path) as add:
        add("本年", [books.line(1)])
        add("上年", [books.line(2)], hidden=True)
    ref = upload(path)
    assert [one.hidden for one in looks_get(cast.actor("city"), ref=ref)] == [False, True]
    assert checked(ref).result["ready_rows"] == 2
    assert checked(ref, left_out=frozenset({"上年"})).result["ready_rows"] == 1


def test_two_columns_for_one_thing_are_the_clerks_choice(tmp_path):
    header = [[books.HEADERS[key] for key in books.KEYS]]
    header[0][books.KEYS.index("note")] = "采购金额"
    path = books.simple(tmp_path / "twice.xlsx", books.line(1, note=999), header=header)
    with pytest.raises(Invalid) as refused:
        Read(path)
    assert refused.value.code == "columns_twice"
    ref = upload(path)
    (look,) = looks_get(cast.actor("city"), ref=ref)
    assert look.keys[books.KEYS.index("note")] == ""
    keys = ["" if key == "amount_fen" else key for key in look.keys]
    keys[books.KEYS.index("note")] = "amount_fen"
    assert checked(ref, columns={look.signature: tuple(keys)}).result["ready_fen"] == 99_900


def test_a_header_that_is_not_found_is_pointed_at(tmp_path):
    from niangjia.programmes.assistance_ledger.services.uploads import import_look_again

    header = [["谁买的", "哪天", "买了啥", "多少钱", "卖家", "哪里"]]
    path = tmp_path / "strange.xlsx"
    keys = ("unit_name", "occurred_on", "product", "amount_fen", "supplier_name", "county")
    with books.book(path) as add:
        add("表", [books.line(1)], keys=keys, header=header, above=[["台账"]])
    ref = upload(path)
    (look,) = looks_get(cast.actor("city"), ref=ref)
    assert (look.header_row, look.top[1][1][:2]) == (0, ["谁买的", "哪天"])
    from niangjia.core import jobs

    import_look_again(cast.actor("city"), ref=ref, version=1, header_rows={"表": 2})
    jobs.drain_slow()
    (look,) = looks_get(cast.actor("city"), ref=ref)
    assert (look.header_row, look.header[0]) == (2, "谁买的")
    found = checked(ref, columns={look.signature: keys}, header_rows={"表": 2})
    assert found.result["ready_rows"] == 1


def test_an_old_xls_is_read_too(tmp_path):
    keys = [key for key in books.KEYS if key != "occurred_on"]
    rows = [[books.HEADERS["occurred_on"], *[books.HEADERS[key] for key in keys]]]
    for number in (1, 2):
        values = books.line(number)
        rows.append([43871, *[values[key] for key in keys]])
    path = books.old_xls(tmp_path / "old.xls", rows)
    read = Read(path)
    assert [p.amount_fen for p in read.good.values()] == [10_100, 10_200]
    assert read.good[2].occurred_on == dt.date(2020, 2, 10)
    assert checked(upload(path)).result["ready_rows"] == 2


def test_what_is_refused_is_kept_alike_with_alike(tmp_path):
    rows = [books.line(n, county="无此县") for n in range(1, 24)] + [
        books.line(30, county="没有县")
    ]
    ref = upload(books.simple(tmp_path / "alike.xlsx", *rows))
    checked(ref)
    (group,) = problem_groups(cast.actor("city"), ref=ref)
    assert [(one.stood, one.n) for one in group.values] == [("无此县", 23), ("没有县", 1)]


def test_the_check_tells_nothing_personal(tmp_path):
    header = [[*(books.HEADERS[key] for key in books.KEYS), books.HEADERS["contact_name"]]]
    row = books.line(1) | {"contact_name": "示例联系人" * 20}
    path = books.simple(
        tmp_path / "personal.xlsx", row, header=header, keys=(*books.KEYS, "contact_name")
    )
    ref = upload(path)
    checked(ref)
    lines = row_problems(cast.actor("city"), ref=ref, sheet="采购台账", row_no=2)
    assert [(one.code, one.stood) for one in lines] == [("text_too_long", "")]
    assert "示例联系人" not in lines[0].row_text and "示例联系人" not in lines[0].text
