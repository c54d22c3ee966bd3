"""The import wizard, again: what is on record already, and single rows mended or left out."""

import csv
import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from niangjia.blocks.intake.public import looks_get, upload_get
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import Report
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_open,
    report_decide,
)
from niangjia.programmes.assistance_ledger.services.uploads import import_take
from niangjia.programmes.assistance_ledger.tests import books
from niangjia.programmes.assistance_ledger.tests import given as cast
from niangjia.programmes.assistance_ledger.tests.test_import_wizard import (
    checked,
    rechecked,
    taken,
    upload,
)

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


def signed_in():
    client = Client(headers={"Accept-Language": "en"})
    user = get_user_model().objects.get(username="city")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_is_on_record_already_is_foreseen_before_the_take(tmp_path):
    first = [books.line(n) for n in range(1, 8)]
    ref = upload(books.simple(tmp_path / "a.xlsx", *first))
    checked(ref)
    taken(ref)
    again = [books.line(n) for n in range(1, 6)] + [
        books.line(6, amount_fen=999),
        books.line(8, supplier_name="另一示例合作社", supplier_uscc=""),
        books.line(8, supplier_name="另一示例合作社", supplier_uscc=""),
    ]
    ref = upload(books.simple(tmp_path / "b.xlsx", *again))
    said = checked(ref).result
    assert (said["ready_rows"], said["foreseen_same"], said["foreseen_changed"]) == (8, 6, 1)
    got = taken(ref).result
    assert got["skipped"] == {"row_repeated": 6, "row_changed": 1} and got["accepted_rows"] == 1


def test_one_row_of_a_sheet_with_running_numbers_is_mended_or_left_out_by_itself(tmp_path):
    path = tmp_path / "numbered.csv"
    rows = [books.line(1, county="无此县"), books.line(2, county="无此县"), books.line(3)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["序号", *(books.HEADERS[key] for key in books.KEYS)])
        writer.writerows([[n, *(row[k] for k in books.KEYS)] for n, row in enumerate(rows, 1)])
    ref = upload(path)
    assert checked(ref).result["ready_rows"] == 1
    client = signed_in()
    row_page = f"/desk/imports/{ref}/row"

    def version():
        return str(upload_get(cast.actor("city"), ref=ref).version)

    at = {"sheet": looks_get(cast.actor("city"), ref=ref)[0].name, "row": "2"}
    shown = client.get(row_page, at)
    form = at | {f"cell-{one['column'].key}": one["text"] for one in shown.context["cells"]}
    form["version"] = version()
    assert client.post(row_page, form | {"cell-county": ""}).status_code == 422
    assert client.post(row_page, form | {"cell-county": "唐县"}).status_code == 302
    out = at | {"row": "3", "version": version(), "out": "1", "reason": "重复登记"}
    assert "Row 3 is left out." in client.post(row_page, out, follow=True).content.decode()
    said = rechecked(ref).result
    assert (said["ready_rows"], said["more"]["left_out_rows"]) == (2, 1)
    assert taken(ref).result["accepted_rows"] == 2


def test_late_rows_are_told_before_the_take_and_have_a_way_on_after_it(tmp_path):
    period_adopt(cast.actor("city"), period="2019Q4", reason="线下已报")
    rows = [books.line(1), books.line(2, occurred_on="2019-11-05")]
    ref = upload(books.simple(tmp_path / "late.xlsx", *rows))
    assert checked(ref).result["foreseen_late"] == 1
    client = signed_in()
    page, version = (
        f"/desk/imports/{ref}/take",
        str(upload_get(cast.actor("city"), ref=ref).version),
    )
    assert (
        "1 rows of this file are late" in client.post(page, {"version": version}).content.decode()
    )
    assert upload_get(cast.actor("city"), ref=ref).state == "checked"
    assert client.post(page, {"version": version, "leave_late": "1"}).status_code == 302
    jobs.drain_slow()
    jobs.settle()
    done = f"/desk/imports/{ref}/done"
    assert "2 rows: 1 taken, 1 to be mended." in client.get(done).content.decode()
    onward = client.post(done)
    assert onward.status_code == 302
    jobs.drain_slow()
    fresh = onward["Location"].rsplit("/", 1)[1]
    assert checked(fresh).result["foreseen_late"] == 1
    import_take(
        cast.actor("city"),
        ref=fresh,
        version=upload_get(cast.actor("city"), ref=fresh).version,
        explain_late="发票一月才到",
    )
    jobs.drain_slow()
    jobs.settle()
    assert upload_get(cast.actor("city"), ref=fresh).result["accepted_rows"] == 1


def test_late_rows_of_a_unit_that_reported_are_asked_about_though_nothing_is_closed(tmp_path):
    cast.take(cast.purchase(9, occurred_on=dt.date(2019, 11, 6)))
    period_open(cast.actor("city"), period="2019Q4")
    jobs.settle()
    report = Report.objects.get(unit__uscc=books.UNITS["甲"])
    for version, (who, step) in enumerate(
        (("clerk", "enter"), ("checker", "check"), ("head", "sign"), ("clerk", "send"))
    ):
        report_decide(cast.actor(who), report_ref=report.ref, step=step, version=version)
    # the unit is named without its code: it is that unit all the same
    late = books.line(2, occurred_on="2019-11-05", unit_uscc="")
    ref = upload(books.simple(tmp_path / "late.xlsx", late))
    assert checked(ref).result["foreseen_late"] == 1
    client, page = signed_in(), f"/desk/imports/{ref}/take"
    version = str(upload_get(cast.actor("city"), ref=ref).version)
    refused = client.post(page, {"version": version})
    assert refused.status_code == 422 and 'name="explain_late"' in refused.content.decode()
    assert 'name="leave_late"' in refused.content.decode()
    both = {"version": version, "explain_late": "发票才到", "leave_late": "1"}
    assert client.post(page, both).status_code == 302
    jobs.drain_slow()
    jobs.settle()
    assert upload_get(cast.actor("city"), ref=ref).result["accepted_rows"] == 0


def test_who_is_named_without_a_code_is_foreseen_as_the_take_finds_them(tmp_path):
    rows = [books.line(n, unit_uscc="", supplier_uscc="") for n in range(1, 4)]
    cast.take(cast.purchase(9))
    path = books.simple(tmp_path / "plain.xlsx", *rows)
    ref = upload(path)
    checked(ref)
    assert taken(ref).result["accepted_rows"] == 3
    again = upload(books.simple(tmp_path / "again.xlsx", *rows))
    assert checked(again).result["foreseen_same"] == 3
    assert taken(again).result["skipped"] == {"row_repeated": 3}


def test_amounts_of_a_file_without_types_are_amounts(tmp_path):
    path = tmp_path / "plain.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([books.HEADERS[key] for key in books.KEYS])
        writer.writerows([[books.line(n)[key] for key in books.KEYS] for n in (1, 2)])
    ref = upload(path)
    checked(ref)
    bridge = taken(ref).result["bridge"]
    assert (bridge["sheet_total_fen"], bridge["text_amounts_fen"]) == (20_300, 0)
