"""Audit packs: complete, recomputable by their README alone, only for who may see what is in."""

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import jsonschema
import pytest
from django.urls import reverse
from frictionless import Package
from hypothesis import given as with_
from hypothesis import strategies as st
from referencing import Registry, Resource

from niangjia.blocks.desk.public import export_ask
from niangjia.blocks.evidence.public import receive
from niangjia.blocks.indicators.public import summed
from niangjia.core import jobs
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Denied, Invalid, NotFound, NotSignedIn
from niangjia.core.models import JournalEntry
from niangjia.programmes.assistance_ledger.audit_pack.columns import BY, TOTALS, names
from niangjia.programmes.assistance_ledger.audit_pack.naming import file_name
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.packs import PACK, pack_at
from niangjia.programmes.assistance_ledger.projections import MEASURES, PURCHASES
from niangjia.programmes.assistance_ledger.services import purchase_correct, purchase_reverse
from niangjia.programmes.assistance_ledger.services.evidence import (
    Placement,
    evidence_attach,
    supplier_attach,
)
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pivot_pages import browser
from niangjia.programmes.assistance_ledger.tests.test_reviews import decided, entered
from niangjia.programmes.assistance_ledger.tests.test_reviews import settle as settle_reviews

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
VERIFIER = Path(__file__).parents[3] / "witness" / "verify.py"
OCDS = Path(__file__).parents[6] / "shared/data/ocds"
HOSTILE = (
    "../../etc/passwd.jpg",
    "a\"b'c<script>.jpg",
    "长" * 180 + ".jpg",
    "=cmd|' /C calc'!A0.jpg",
)


@pytest.fixture(autouse=True)
def city(db):
    given.city()


def made(folder, who="auditor", unit="甲", year=2020):
    """The pack unpacked: (folder, what was told)."""
    path = folder / "pack.zip"
    told = pack_at(given.actor(who), unit=given.UNITS[unit], year=year, path=path)
    assert [one.name for one in folder.iterdir()] == ["pack.zip"]  # spools are gone
    out = folder / "unpacked"
    with ZipFile(path) as pack:
        assert pack.testzip() is None
        pack.extractall(out)
    return out, told


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def a_year():
    """Two records in force, one reversed, one corrected, one of another unit and of another year;
    evidence of three kinds, and half of the help confirmed."""
    result = given.take(
        given.purchase(1, amount_fen=12_345),
        given.purchase(2, amount_fen=20_001, channel="某集市", mode="helped", note="=1+1"),
        given.purchase(3, amount_fen=30_000, occurred_on=dt.date(2020, 3, 2)),
        given.purchase(4, amount_fen=40_000),
        given.purchase(5, "乙", amount_fen=99_999),
        given.purchase(6, amount_fen=77_777, occurred_on=dt.date(2019, 12, 30)),
    )
    refs = [result.taken[at] for at in range(6)]
    for number, name in enumerate(HOSTILE):
        attach(refs[number % 2], given.photo(number), name, ("invoice", "acceptance")[number % 2])
    decided(entered(), "confirm")
    settle_reviews()
    purchase_reverse(given.actor("clerk"), purchase_ref=refs[2], reason="重复登记")
    changes = {"amount_fen": 40_100, "quantity_milli": None, "price_milli": None}
    purchase_correct(given.actor("clerk"), purchase_ref=refs[3], reason="金额", changes=changes)
    jobs.settle()
    return refs


def attach(ref, data, name, kind):
    document = receive(given.actor("clerk"), chunks=[data], name=name).ref
    evidence_attach(given.actor("clerk"), placement=Placement(document, ref, kind))
    return document


def test_the_data_package_is_accepted_by_frictionless(tmp_path):
    a_year()
    out, _told = made(tmp_path)
    report = Package(str(out / "datapackage.json")).validate()
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])
    assert [one.name for one in report.tasks] == ["records", "totals", "evidence-index"]


def test_totals_are_those_of_the_cube_and_of_a_recount_that_follows_the_readme(tmp_path):
    a_year()
    out, told = made(tmp_path)
    totals = rows_of(out / "totals.csv")
    assert tuple(totals[0]) == names(TOTALS)
    records = rows_of(out / "records.csv")
    for by in BY:
        ours = {line["value"]: line for line in totals if line["by"] == by}
        for value, line in ours.items():
            counted = [row for row in records if row[by] == value]
            assert int(line["n"]) == sum(int(row["counts"]) for row in counted)
            for column, name in (("yuan", "counted_yuan"), ("confirmed_yuan", "confirmed_yuan")):
                assert Decimal(line[column]) == sum(Decimal(row[name]) for row in counted)
        assert {value: sums(line) for value, line in ours.items()} == cube(by)
    whole = totals[0]
    assert (whole["by"], whole["n"], whole["yuan"]) == ("all", "3", "724.46")
    assert told.agrees and told.totals[:2] == (3, 72_446)
    assert told.totals[2] == Decimal(whole["confirmed_yuan"]) * 100 > 0


def sums(line):
    yuan = Decimal(line["yuan"])
    assert Decimal(line["not_confirmed_yuan"]) == yuan - Decimal(line["confirmed_yuan"])
    return int(line["n"]), int(yuan * 100), int(Decimal(line["confirmed_yuan"]) * 100)


def cube(by):
    unit = Purchase.objects.filter(unit__name="示例甲工会").first().unit.ref
    columns = [MEASURES[name] for name in ("n", "fen", "confirmed_fen")]
    months = {"month": ("2020-01", "2020-12")}
    found = summed(PURCHASES, (by,), columns, within=[("unit", [unit])], spans=months)
    return {str(label): (n, fen, confirmed) for label, n, fen, confirmed in found}


def test_the_readme_s_own_lines_compute_the_months(tmp_path):
    a_year()
    out, _told = made(tmp_path)
    readme = (out / "README.txt").read_text("utf-8")
    code = [line[4:] for line in readme.splitlines() if line.startswith("    ")]
    assert len(code) == 3
    command = [sys.executable, "-I", "-c", "\n".join(code)]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=True)
    printed = dict(line.split() for line in done.stdout.splitlines())
    stated = {
        one["value"]: one["yuan"] for one in rows_of(out / "totals.csv") if one["by"] == "month"
    }
    assert printed == stated == {"2020-02": "724.46", "2020-03": "0.00"}


def test_the_inner_packs_verify_and_hold_every_entry_of_every_record(tmp_path):
    refs = a_year()
    out, told = made(tmp_path)
    (inner,) = (out / "ledger").iterdir()
    alone = tmp_path / "verify.py"
    alone.write_bytes(VERIFIER.read_bytes())
    command = [sys.executable, "-I", str(alone), str(inner), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["verdict"]) == (3, "consistent")  # no policy from outside
    shown = {one["value"] for one in answer["disclosed"] if one["name"] == "purchase"}
    corrected = Purchase.objects.exclude(corrects="").get().ref
    assert shown == {*refs[:4], corrected}
    assert told.n_later == 0
    hashes = {one["value"] for one in answer["disclosed"] if one["name"] == "document_sha256"}
    assert hashes == {line["sha256"] for line in rows_of(out / "evidence" / "index.csv")}


def test_ocds_releases_validate_against_the_published_schemas(tmp_path):
    if not OCDS.is_dir():
        pytest.skip(f"the schemas of OCDS are not in {OCDS}")
    a_year()
    out, told = made(tmp_path)
    package = json.loads((out / "ocds" / "releases.json").read_text("utf-8"))
    release = json.loads((OCDS / "release-schema.json").read_text("utf-8"))
    schema = json.loads((OCDS / "release-package-schema.json").read_text("utf-8"))
    known = Registry().with_resource(release["id"], Resource.from_contents(release))
    formats = jsonschema.FormatChecker()
    validator = jsonschema.Draft4Validator(schema, registry=known, format_checker=formats)
    assert list(validator.iter_errors(package)) == []
    releases = package["releases"]
    assert len(releases) == told.n_records == 5
    active = [one["awards"][0] for one in releases if one["awards"][0]["status"] == "active"]
    assert sorted(one["value"]["amount"] for one in active) == [123.45, 200.01, 401.0]
    assert {one["value"]["currency"] for one in active} == {"CNY"}
    documents = [
        one for release in releases for one in release["contracts"][0].get("documents", ())
    ]
    assert {one["description"].split()[1] for one in documents} == {
        line["sha256"] for line in rows_of(out / "evidence" / "index.csv")
    }


def test_hostile_names_become_plain_ones_and_the_bytes_are_those_received(tmp_path):
    a_year()
    out, _told = made(tmp_path)
    files = sorted(one.name for one in (out / "evidence").iterdir())
    assert len(files) == len(HOSTILE) + 2
    assert "00001_invoice_passwd.jpg" in files
    originals = [given.photo(seed) for seed in range(len(HOSTILE))]
    for line in rows_of(out / "evidence" / "index.csv"):
        data = (out / "evidence" / line["file"]).read_bytes()
        assert (len(data), data in originals) == (int(line["bytes"]), True)
    page = (out / "evidence" / "index.html").read_text("utf-8")
    assert "<script>" not in page and all(name in page for name in files if name[0] == "0")
    notes = {row["note"] for row in rows_of(out / "records.csv")}
    assert "'=1+1" in notes and "=1+1" not in notes


@with_(st.text(max_size=300), st.text(max_size=30), st.integers(1, 99_999))
def test_every_file_name_is_safe_and_begins_with_its_number(name, kind, number):
    found = file_name(number, kind, name, "pdf")
    assert found.startswith(f"{number:05d}_") and found.endswith(".pdf")
    assert len(found.encode()) <= 150
    assert not set(found) & set('/\\:*?"<>|\0\n\r\t ') and ".." not in found


def test_personal_files_are_withheld_from_who_is_not_cleared_and_noted_for_who_is(tmp_path):
    (ref,) = given.take(given.purchase(1)).taken.values()
    plain = attach(ref, given.photo(1), "发票.jpg", "invoice")
    sheet = attach(ref, given.photo(2), "签领表.jpg", "sign_for")
    jobs.settle()
    assert plain != sheet
    for who, n_files, n_withheld in (("auditor", 2, 0), ("canteen", 1, 1)):
        folder = tmp_path / who
        folder.mkdir()
        if who == "canteen":
            given_canteen()
        out, told = made(folder, who)
        assert (told.evidence.n_files, told.evidence.n_withheld) == (n_files, n_withheld)
        lines = {line["kind"]: line for line in rows_of(out / "evidence" / "index.csv")}
        assert lines["sign_for"]["state"] == ("withheld" if n_withheld else "enclosed")
        assert len(lines["sign_for"]["sha256"]) == 64
        bytes_of = {one.read_bytes() for one in (out / "evidence").glob("0*")}
        assert (given.photo(2) in bytes_of) is (n_withheld == 0)
        assert ("withheld" in (out / "README.txt").read_text("utf-8")) is bool(n_withheld)
    noted = JournalEntry.objects.filter(kind="evidence.opened", subject=f"document:{sheet}")
    assert [one.role for one in noted] == ["auditor"]
    packs = JournalEntry.objects.filter(kind="pack.made").order_by("id")
    assert [(one.role, one.detail["n"], one.detail["n_personal"]) for one in packs] == [
        ("auditor", 1, 1),
        ("canteen", 1, 0),
    ]


def given_canteen():
    at = [given.Account("canteen", "示例口令-2020", "示例canteen", "canteen", given.CAST["clerk"])]
    given.accounts_set_up(given.SYSTEM, accounts=at, valid_from=given.SINCE)


def test_evidence_of_the_supplier_is_enclosed_once(tmp_path):
    given.take(given.purchase(1), given.purchase(2))
    supplier = Purchase.objects.first().supplier.ref
    document = receive(given.actor("clerk"), chunks=[given.photo(9)], name="资质.jpg").ref
    supplier_attach(
        given.actor("clerk"), supplier_ref=supplier, document_ref=document, kind="qualification"
    )
    jobs.settle()
    out, told = made(tmp_path)
    (line,) = rows_of(out / "evidence" / "index.csv")
    assert (line["subject"], told.evidence.n_files) == (f"supplier:{supplier}", 1)


def test_a_pack_without_records_says_so(tmp_path):
    out, told = made(tmp_path, unit="丙", year=2021)
    assert (told.n_records, told.n_packs, told.totals) == (0, 0, (0, 0, 0))
    assert "no record in this year" in (out / "README.txt").read_text("utf-8")
    assert rows_of(out / "records.csv") == []
    assert Package(str(out / "datapackage.json")).validate().valid
    assert json.loads((out / "ocds" / "releases.json").read_text("utf-8"))["releases"] == []


@pytest.mark.parametrize(
    ("who", "unit", "why"),
    [
        ("clerk_b", "甲", NotFound),
        ("district_b", "甲", NotFound),
        ("supplier", "甲", Denied),
        ("reviewer", "甲", Denied),
        ("secrecy", "甲", Denied),
        ("member", "甲", Denied),
    ],
)
def test_nobody_gets_a_pack_of_whose_records_they_do_not_see(tmp_path, who, unit, why):
    given.take(given.purchase(1))
    with pytest.raises(why):
        pack_at(given.actor(who), unit=given.UNITS[unit], year=2020, path=tmp_path / "p.zip")
    with pytest.raises(NotSignedIn):
        pack_at(ANONYMOUS, unit=given.UNITS[unit], year=2020, path=tmp_path / "p.zip")
    assert list(tmp_path.iterdir()) == []
    assert not JournalEntry.objects.filter(kind="pack.made").exists()


@pytest.mark.parametrize("who", ["auditor", "city", "district", "clerk", "checker", "head"])
def test_who_oversees_a_unit_and_the_unit_itself_get_its_pack(tmp_path, who):
    given.take(given.purchase(1))
    assert made(tmp_path, who)[1].n_records == 1


def test_a_year_of_another_millennium_and_a_unit_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(Invalid):
        pack_at(given.actor("city"), unit=given.UNITS["甲"], year=20, path=tmp_path / "p.zip")
    with pytest.raises(NotFound):
        pack_at(given.actor("city"), unit="nobody", year=2020, path=tmp_path / "p.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_worker_makes_it_in_the_background_under_the_rights_of_now(settings):
    given.take(given.purchase(1))
    actor = given.actor("auditor")
    params = {"unit": given.UNITS["甲"], "year": 2020}
    ref = export_ask(actor, kind=PACK, title="核查资料包", params=params, n_expected=1)
    jobs.drain_slow()
    folder = Path(settings.NIANGJIA_HOME) / "exports"
    path = folder / f"{ref}.zip"
    with ZipFile(path) as pack:
        assert {"README.txt", "records.xlsx", "ledger/pack-001.zip"} <= set(pack.namelist())


def test_the_page_asks_for_a_pack_and_refuses_one_of_another_s_unit():
    given.take(given.purchase(1))
    for who, status in (("auditor", 302), ("clerk_b", 422), ("supplier", 403)):
        client = browser(who)
        asked = {"unit": given.UNITS["甲"], "year": "2020"}
        assert client.post(reverse("assistance_ledger:packs"), asked).status_code == status
        wanted = JournalEntry.objects.filter(kind="export.asked")
        assert wanted.count() == 1  # the auditor's alone
    assert browser("auditor").get(reverse("assistance_ledger:packs")).status_code == 200
