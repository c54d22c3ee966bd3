"""The same purchases in other offices' sheets give the same answer, to the fen."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from tools.workbook_variants import NAME, variants

from niangjia.blocks.intake.public import Workbook
from niangjia.blocks.places.public import CountyBook, counties_import
from niangjia.core import clock, jobs
from niangjia.programmes.assistance_ledger.importing import Import, bridge_holds
from niangjia.programmes.assistance_ledger.sheet import Checker, schema
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NAMES = (
    "renamed-and-reordered",
    "amounts-in-wan",
    "two-row-header",
    "subtotals",
    "blank-rows-and-columns",
    "several-sheets",
    "dates-as-text",
    "dates-as-serials",
    "dates-from-1904",
    "money-as-text",
    "inline-strings",
    "formulas",
    "all-at-once",
    "utf8-comma",
    "bom-semicolon",
    "gb18030-tab",
)
AT_ONCE = ("all-at-once", "gb18030-tab")


@pytest.fixture(scope="module")
def expected(data_folder):
    name = NAME.replace(".xlsx", ".expected.json")
    found = json.loads((data_folder / name).read_text("utf-8"))
    found.pop("note")
    return found


@pytest.fixture(scope="module")
def made(data_folder, expected):
    return {variant.name: variant for variant in variants(data_folder, expected)}


@pytest.fixture
def counties(data_folder):
    given.city()
    counties_import(given.actor("city"), data=(data_folder / "assisted_counties.csv").read_bytes())


def checked(path):
    """Purchases without their places in the sheet, errors, what was normalised, the summary."""
    book, checker = Workbook(path, path.name, schema()), None
    checker = Checker(CountyBook(), clock.city_today())
    good, errors, changes = Counter(), Counter(), Counter()
    for row in book:
        purchase = checker.check(row, book.headers)
        changes.update(row.normalised)
        errors.update({problem.code for problem in row.problems})
        if purchase is not None:
            good[replace(purchase, sheet="", row_no=0)] += 1
    return good, dict(errors), dict(changes), book.summary


def changed(expected, changes):
    found = json.loads(json.dumps(expected))
    for name, value in changes.items():
        at = found
        *folders, last = name.split(".")
        for folder in folders:
            at = at[folder]
        at[last] = value
    found["skipped"] = {name: n for name, n in found["skipped"].items() if n}
    return found


def test_every_variant_is_tried(made):
    assert set(made) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_variant_reads_as_the_plain_file(name, made, expected, counties, data_folder, tmp_path):
    plain, *_ = checked(data_folder / NAME)
    want = changed(expected, made[name].changes)

    good, errors, changes, summary = checked(made[name].into(tmp_path))

    assert (summary.n_data, errors) == (want["data_rows"], want["error"])
    assert good == plain
    assert changes == want["normalised"]
    skipped = want["skipped"]
    assert summary.n_total == skipped.get("total", 0)
    assert summary.n_subtotal == skipped.get("subtotal", 0)
    assert summary.sheet_total_fen == want["bridge"]["sheet_total_fen"]
    assert summary.printed_fen in (None, expected["bridge"]["sheet_total_fen"])


@pytest.mark.parametrize(
    "name",
    [*AT_ONCE, *(pytest.param(n, marks=pytest.mark.slow) for n in NAMES if n not in AT_ONCE)],
)
def test_a_variant_is_taken_as_the_plain_file(name, made, expected, counties, tmp_path):
    path = made[name].into(tmp_path)
    work = Import(given.actor("city"), path, path.name)
    work.run()
    jobs.settle()
    found = work.result()
    found.pop("more")
    assert found == changed(expected, made[name].changes)
    assert bridge_holds(found)
