"""The wizard: what was checked is what is taken, once, whoever presses and however often."""

import csv
import datetime as dt
import json
import stat

import openpyxl
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.intake.public import (
    Choices,
    Edit,
    edits_get,
    file_of,
    looks_get,
    problem_groups,
    problem_rows,
    store,
    upload_get,
)
from niangjia.blocks.ledger.public import audit
from niangjia.blocks.places.public import counties_import
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound, NotSignedIn
from niangjia.programmes.assistance_ledger.importing import bridge_holds
from niangjia.programmes.assistance_ledger.mending import report_into, template_into
from niangjia.programmes.assistance_ledger.models import Purchase, Report
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_open,
    report_decide,
)
from niangjia.programmes.assistance_ledger.services.uploads import (
    import_abandon,
    import_back,
    import_choose,
    import_edit,
    import_receive,
    import_recheck,
    import_restart,
    import_take,
    import_undo,
)
from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.programmes.assistance_ledger.tests import books
from niangjia.programmes.assistance_ledger.tests import given as cast

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


def upload(path, who="city"):
    """The upload's ref, looked at."""
    stored_file = store([path.read_bytes()], path.name)
    ref = import_receive(cast.actor(who), stored=stored_file, name=path.name)
    jobs.drain_slow()
    return ref


def view(ref, who="city"):
    return upload_get(cast.actor(who), ref=ref)


def checked(ref, who="city", **choices):
    import_choose(
        cast.actor(who), ref=ref, version=view(ref, who).version, choices=Choices(**choices)
    )
    jobs.drain_slow()
    return view(ref, who)


def rechecked(ref, who="city"):
    import_recheck(cast.actor(who), ref=ref, version=view(ref, who).version)
    jobs.drain_slow()
    return view(ref, who)


def taken(ref, who="city"):
    import_take(cast.actor(who), ref=ref, version=view(ref, who).version)
    jobs.drain_slow()
    jobs.settle()
    return view(ref, who)


def mend(ref, key, code, value, who="city", stood=None):
    """All alike problems get one value."""
    actor = cast.actor(who)
    rows = problem_rows(actor, ref=ref, key=key, code=code, stood=stood)
    edit = Edit(key=key, code=code, value=value, cells=tuple((s, r, value) for s, r, _o in rows))
    return import_edit(actor, ref=ref, version=view(ref, who).version, edits=[edit])[0]


def total():
    assert differences(PURCHASES)[1] == [] and audit().faults == ()
    return sum(cell.fen for cell in stored("purchases").values())


def test_from_upload_to_done_what_the_check_says_is_what_is_taken(tmp_path):
    rows = [books.line(1), books.line(2, county="无此县"), books.line(3, county="无此县")]
    ref = upload(books.simple(tmp_path / "office.xlsx", *rows))
    assert view(ref).state == "mapping"
    (look,) = looks_get(cast.actor("city"), ref=ref)
    assert (look.n_rows, look.header_row, look.sum_fen) == (3, 1, 30_600)
    assert look.keys[0] == "unit_name" and look.samples[5] == "小米"

    found = checked(ref)
    assert (found.state, found.result["ready_rows"], found.result["ready_fen"]) == (
        "checked",
        1,
        10_100,
    )
    (group,) = problem_groups(cast.actor("city"), ref=ref)
    assert (group.key, group.code, group.n, group.values[0].stood) == (
        "county",
        "county_unknown",
        2,
        "无此县",
    )
    mend(ref, "county", "county_unknown", "唐县")
    (group,) = problem_groups(cast.actor("city"), ref=ref)
    assert group.n_open == 0
    with pytest.raises(Invalid, match="mended since"):
        import_take(cast.actor("city"), ref=ref, version=view(ref).version)
    found = rechecked(ref)
    assert (found.result["ready_rows"], problem_groups(cast.actor("city"), ref=ref)) == (3, [])

    found = taken(ref)
    assert (found.state, found.result["accepted_rows"], found.result["accepted_fen"]) == (
        "done",
        3,
        30_600,
    )
    assert bridge_holds(found.result) and total() == 30_600
    assert {p.upload_ref for p in Purchase.objects.all()} == {ref}


def test_a_mended_amount_moves_the_bridge_and_it_still_closes(tmp_path):
    rows = [
        books.line(1, quantity_milli=10, price_milli=2, amount_fen=30),
        books.line(2, amount_fen="一百元"),
        books.line(3),
        books.line(4),
    ]
    ref = upload(books.simple(tmp_path / "office.xlsx", *rows))
    checked(ref)
    mend(ref, "amount_fen", "amount_is_not_quantity_times_price", "20")
    mend(ref, "amount_fen", "amount_not_a_number", "100.50")
    out = Edit(reason="重复填报", rows=(("采购台账", 5),))
    import_edit(cast.actor("city"), ref=ref, version=view(ref).version, edits=[out])
    rechecked(ref)
    result = taken(ref).result
    assert (result["accepted_rows"], result["accepted_fen"]) == (3, 2_000 + 10_050 + 10_300)
    assert result["more"]["left_out_rows"] == 1
    bridge = result["bridge"]
    assert (bridge["sheet_total_fen"], bridge["left_out_fen"], bridge["mended_fen"]) == (
        3_000 + 10_300 + 10_400,
        10_400,
        -1_000 + 10_050,
    )
    assert bridge_holds(result) and total() == 22_350


def test_an_edit_taken_back_is_as_if_it_had_never_been(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1, county="无此县")))
    before = checked(ref).result
    edit = mend(ref, "county", "county_unknown", "唐县")
    assert rechecked(ref).result["ready_rows"] == 1
    import_undo(cast.actor("city"), ref=ref, version=view(ref).version, edit_id=edit)
    assert edits_get(cast.actor("city"), ref=ref)[1] == []
    assert rechecked(ref).result == before


def test_of_two_who_press_take_one_is_told(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1)))
    version = checked(ref).version
    import_take(cast.actor("city"), ref=ref, version=version)
    with pytest.raises(Conflict, match="being taken already"):
        import_take(cast.actor("city"), ref=ref, version=version)
    jobs.drain_slow()
    with pytest.raises(Conflict, match="taken already"):
        import_take(cast.actor("city"), ref=ref, version=version)
    assert Purchase.objects.count() == 1


def test_a_step_that_shows_no_life_begins_again_and_takes_nothing_twice(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1), books.line(2)))
    import_take(cast.actor("city"), ref=ref, version=checked(ref).version)
    import_restart(cast.actor("city"), ref=ref, version=view(ref).version)
    jobs.drain_slow()  # both messages are carried out; the first finds that it is out of date
    assert (view(ref).state, view(ref).result["accepted_rows"]) == ("done", 2)
    assert [one["row"] for one in view(ref).result["first"]] == [2, 3]
    with pytest.raises(Conflict):
        import_restart(cast.actor("city"), ref=ref, version=view(ref).version)
    assert Purchase.objects.count() == 2


def test_a_tab_that_is_behind_loses_nothing_and_changes_nothing(tmp_path):
    rows = [books.line(1, county="无此县"), books.line(2, amount_fen="一百元")]
    ref = upload(books.simple(tmp_path / "office.xlsx", *rows))
    version = checked(ref).version
    actor = cast.actor("city")
    first = Edit("county", "county_unknown", value="唐县", cells=(("采购台账", 2, "唐县"),))
    other = Edit("amount_fen", "amount_not_a_number", value="5", cells=(("采购台账", 3, "5"),))
    again = Edit("county", "county_unknown", value="康保县", cells=(("采购台账", 2, "康保县"),))
    import_edit(actor, ref=ref, version=version, edits=[first])
    import_edit(actor, ref=ref, version=version, edits=[other])  # behind, but another cell: kept
    with pytest.raises(Conflict, match="same cell meanwhile"):
        import_edit(actor, ref=ref, version=version, edits=[again])
    for stale in (
        lambda: import_choose(actor, ref=ref, version=version, choices=Choices()),
        lambda: import_recheck(actor, ref=ref, version=version),
        lambda: import_back(actor, ref=ref, version=version),
        lambda: import_abandon(actor, ref=ref, version=version),
    ):
        with pytest.raises(Conflict, match="Meanwhile"):
            stale()
    edits, kept = edits_get(actor, ref=ref)
    assert [one.value for one in kept] == ["5", "唐县"]
    assert edits.cells["采购台账", 2, "county"] == "唐县"


def test_a_file_changed_between_upload_and_take_is_not_taken(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1)))
    checked(ref)
    path = file_of(ref)
    path.write_bytes(books.simple(tmp_path / "other.xlsx", books.line(9)).read_bytes())
    found = taken(ref)
    assert (found.state, found.error["code"]) == ("refused", "file_changed")
    assert "upload the file again" in found.error["text"]
    assert not Purchase.objects.exists()


def test_the_file_lies_private_and_goes_when_it_is_given_up(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1)))
    path = file_of(ref)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    import_abandon(cast.actor("city"), ref=ref, version=view(ref).version)
    jobs.settle()
    assert not path.exists()


def test_columns_are_remembered_for_headers_like_these(tmp_path):
    header = [[books.HEADERS[key] for key in books.KEYS]]
    header[0][books.KEYS.index("county")] = "帮扶来源地"
    header[0][books.KEYS.index("amount_fen")] = "花费"
    first = books.simple(tmp_path / "one.xlsx", books.line(1), header=header)
    ref = upload(first)
    (look,) = looks_get(cast.actor("city"), ref=ref)
    keys = list(look.keys)
    assert keys[books.KEYS.index("county")] == "" and keys[books.KEYS.index("amount_fen")] == ""
    with_map = checked(ref)  # not chosen: refused in words, back at the columns
    assert (with_map.state, with_map.error["code"]) == ("mapping", "columns_missing")
    keys[books.KEYS.index("county")], keys[books.KEYS.index("amount_fen")] = "county", "amount_fen"
    assert checked(ref, columns={look.signature: tuple(keys)}).result["ready_rows"] == 1

    again = upload(books.simple(tmp_path / "two.xlsx", books.line(2), header=header))
    (look,) = looks_get(cast.actor("city"), ref=again)
    assert look.keys == keys
    other = upload(books.simple(tmp_path / "three.xlsx", books.line(3), header=header), "clerk")
    (look,) = looks_get(cast.actor("clerk"), ref=other)
    assert look.keys != keys


def test_the_clerk_who_went_back_gets_no_result_of_the_old_columns(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1)))
    actor = cast.actor("city")
    import_choose(actor, ref=ref, version=view(ref).version, choices=Choices())
    import_back(actor, ref=ref, version=view(ref).version)
    jobs.drain_slow()
    assert (view(ref).state, view(ref).result) == ("mapping", {})


def test_no_other_organisation_sees_or_changes_it(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1)), "clerk")
    for who in ("clerk_b", "city"):
        with pytest.raises(NotFound):
            upload_get(cast.actor(who), ref=ref)
        with pytest.raises(NotFound):
            import_choose(cast.actor(who), ref=ref, version=1, choices=Choices())
    with pytest.raises(Denied):
        import_take(cast.actor("auditor"), ref=ref, version=1)
    with pytest.raises(NotSignedIn):
        import_take(None, ref=ref, version=1)
    assert (view(ref, "clerk").version, view(ref, "clerk").state) == (1, "mapping")


def test_a_colleague_goes_on_where_the_first_left_off(tmp_path):
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1)), "city")
    checked(ref, "city")
    assert view(ref, "city").state == "checked"
    assert taken(ref, "city").result["accepted_rows"] == 1


def test_the_sample_workbook_gives_the_same_as_by_command(data_folder):
    counties_import(cast.actor("city"), data=(data_folder / "assisted_counties.csv").read_bytes())
    expected = json.loads((data_folder / "purchases-2020q1.expected.json").read_text("utf-8"))
    expected.pop("note")
    ref = upload(data_folder / "purchases-2020q1.xlsx")
    assert checked(ref).result["ready_rows"] == 1_891
    result = taken(ref).result
    assert {name: result[name] for name in expected} == expected
    assert bridge_holds(result) and total() == expected["accepted_fen"]


def test_the_template_can_be_filled_in_and_taken(tmp_path):
    path = tmp_path / "template.xlsx"
    template_into(path)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    headers = [cell.value for cell in page[1]]
    assert headers == [column.header for column in schema().columns]
    listed = {str(one.sqref): one.formula1 for one in page.data_validations.dataValidation}
    assert len(listed) == 3 and all(one.startswith("'") for one in listed.values())
    assert book.worksheets[1].sheet_state == "hidden"
    assert page.column_dimensions["C"].number_format == "@"  # a code stays as typed
    filled = books.line(1)
    for column in schema().columns:
        place = headers.index(column.header) + 1
        page.cell(2, place).value = filled.get(column.key)
    book.save(path)
    assert checked(upload(path)).result["ready_rows"] == 1


def test_a_csv_has_no_sheets_and_is_mended_all_the_same(tmp_path):
    path = tmp_path / "office.csv"
    rows = [books.line(1, county="无此县"), books.line(2)]
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([books.HEADERS[key] for key in books.KEYS])
        writer.writerows([[row[key] for key in books.KEYS] for row in rows])
    ref = upload(path)
    assert checked(ref).result["ready_rows"] == 1
    mend(ref, "county", "county_unknown", "唐县")
    assert rechecked(ref).result["ready_rows"] == 2
    assert bridge_holds(taken(ref).result) and total() == 20_300


def test_rows_mended_in_the_workbook_are_taken_and_the_others_skipped(tmp_path):
    ref = upload(books.simple(tmp_path / "a.xlsx", books.line(1), books.line(2, county="无此县")))
    checked(ref)
    assert taken(ref).result["accepted_rows"] == 1
    report = tmp_path / "report.xlsx"
    assert report_into(report, cast.actor("city"), ref=ref) == 1
    book = openpyxl.load_workbook(report)
    header = [cell.value for cell in book.active[1]]
    place = header.index(books.HEADERS["county"]) + 1
    assert "无此县" in str(book.active.cell(2, 1).value)
    book.active.cell(2, place).value = "唐县"
    book.save(report)
    again = upload(report)
    checked(again)
    assert taken(again).result["accepted_rows"] == 1 and total() == 20_300


ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "county": st.sampled_from(["唐县", "康保县", "无此县", "唐县、康保县"]),
            "amount_fen": st.sampled_from([12.5, "¥1,000", "一百", -30, 0.001, None, 7]),
            "occurred_on": st.sampled_from(["2020-02-10", "2月", "2021-01-01", "2020.3.1"]),
            "invoice_no": st.sampled_from(["00000001", "00000002", "00000003 00000004", ""]),
            "people": st.sampled_from([None, 3]),
            "households": st.sampled_from([None, 2, 5]),
            "product": st.sampled_from(["小米", "胡麻油", "同上"]),
        },
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, mended=st.booleans())
def test_a_take_yields_what_its_check_predicted(tmp_path_factory, rows, mended):
    path = tmp_path_factory.mktemp("drawn") / "office.xlsx"
    lines = [books.line(n, **changes) for n, changes in enumerate(rows, 1)]
    ref = upload(books.simple(path, *lines))
    predicted = checked(ref)
    for group in problem_groups(cast.actor("city"), ref=ref) if mended else ():
        if group.code in ("county_unknown", "county_several"):
            mend(ref, group.key, group.code, "唐县")
    if mended:
        predicted = rechecked(ref)
    before = Purchase.objects.filter(upload_ref=ref).count()
    found = taken(ref)
    said, got = predicted.result, found.result
    skipped = got["skipped"].get("row_repeated", 0) + got["skipped"].get("row_changed", 0)
    assert got["accepted_rows"] + skipped == said["ready_rows"] == got["ready_rows"]
    assert got["ready_fen"] == said["ready_fen"]
    assert (got["error"], got["normalised"]) == (said["error"], said["normalised"])
    assert got["more"]["refused_rows"] == said["more"]["refused_rows"]
    assert said["foreseen_same"] == got["skipped"].get("row_repeated", 0)
    assert said["foreseen_changed"] == got["skipped"].get("row_changed", 0)
    assert bridge_holds(got) and before == 0
    records = Purchase.objects.filter(upload_ref=ref)
    assert records.count() == got["accepted_rows"]
    assert sum(records.values_list("amount_fen", flat=True)) == got["accepted_fen"]
    assert json.dumps(got)


def test_rows_of_a_period_closed_meanwhile_stay_out_until_they_are_explained(tmp_path):
    rows = [books.line(1), books.line(2, occurred_on="2019-11-05")]
    path = books.simple(tmp_path / "late.xlsx", *rows)
    ref = upload(path)
    checked(ref)
    period_adopt(cast.actor("city"), period="2019Q4", reason="线下已报")
    found = taken(ref)
    assert found.result["error"] == {"period_reported": 1}
    assert (found.result["accepted_rows"], found.result["more"]["refused_rows"]) == (1, 1)
    assert bridge_holds(dict(found.result))
    again = upload(path)
    checked(again)
    import_take(
        cast.actor("city"), ref=again, version=view(again).version, explain_late="发票一月才到"
    )
    jobs.drain_slow()
    jobs.settle()
    done = view(again)
    assert (done.state, done.result["accepted_rows"]) == ("done", 1)
    late = Purchase.objects.get(month="2020-01")
    assert late.occurred_on.isoformat() == "2019-11-05"


def test_rows_of_a_report_under_way_stay_out(tmp_path):
    cast.take(cast.purchase(9, occurred_on=dt.date(2019, 11, 6)))
    period_open(cast.actor("city"), period="2019Q4")
    jobs.settle()
    one = Report.objects.select_related("case").get(unit__uscc=books.UNITS["甲"])
    report_decide(cast.actor("clerk"), report_ref=one.ref, step="enter", version=0)
    ref = upload(books.simple(tmp_path / "held.xlsx", books.line(2, occurred_on="2019-11-05")))
    checked(ref)
    assert taken(ref).result["error"] == {"report_under_way": 1}


@pytest.mark.parametrize("n_bad", [0, 1])
def test_every_step_has_its_page(tmp_path, n_bad):
    client = Client(headers={"accept-language": "en"})
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(get_user_model().objects.get(username="city"), backend=backend)
    bad = [books.line(9, county="无此县")] * n_bad
    ref = upload(books.simple(tmp_path / "office.xlsx", books.line(1), *bad))
    assert client.get(f"/desk/imports/{ref}/columns").status_code == 200
    checked(ref)
    assert client.get(f"/desk/imports/{ref}/mend").status_code == 200
    assert client.get(f"/desk/imports/{ref}/take").status_code == 200
    taken(ref)
    page = client.get(f"/desk/imports/{ref}/done")
    assert page.status_code == 200
    assert ("Go on with these rows" in page.content.decode()) == bool(n_bad)
