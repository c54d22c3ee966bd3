"""The main job on real input: exact to the fen, once, however often it is sent."""

import json

import pytest

from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.ledger.public import audit, entry_body, log_size
from niangjia.blocks.places.public import counties_import
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.importing import Import, bridge_holds
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
NAME = "purchases-2020q1.xlsx"


@pytest.fixture
def workbook(data_folder):
    given.city()
    data = (data_folder / "assisted_counties.csv").read_bytes()
    report = counties_import(given.actor("city"), data=data)
    assert (report.n, report.without_code) == (832, ("大柴旦行委",))
    return data_folder / NAME


def run(path, who="city", **more):
    work = Import(given.actor(who), path, path.name, **more)
    work.run()
    jobs.settle()
    return work.result()


def test_the_sample_workbook_gives_exactly_what_is_expected(workbook, data_folder):
    expected = json.loads((data_folder / "purchases-2020q1.expected.json").read_text("utf-8"))
    expected.pop("note")
    found = run(workbook)
    more = found.pop("more")
    assert found == expected
    assert more["printed_total_agrees"] and more["refused_rows"] == 118
    assert sum(cell.fen for cell in stored("purchases").values()) == expected["accepted_fen"]
    assert differences(PURCHASES)[1] == [] and audit().faults == ()


def test_sent_again_nothing_is_taken_and_the_bridge_still_closes(workbook):
    run(workbook)
    again = run(workbook)
    assert again["accepted_rows"] == 0 and again["skipped"]["row_repeated"] == 1891
    assert bridge_holds(again)
    assert Purchase.objects.count() == 1882


def test_interrupted_and_repeated_it_is_complete(workbook):
    def stop(done):
        if done > 900:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Import(given.actor("city"), workbook, NAME).run(stop)
    before = Purchase.objects.count()
    assert 0 < before < 1882
    jobs.settle()
    bodies = [entry_body(index) for index in range(log_size())]
    assert before == sum(b["open"]["n"] for b in bodies if b["fact"] == "purchases.imported/1")
    run(workbook)
    assert Purchase.objects.count() == 1882
    assert sum(Purchase.objects.values_list("amount_fen", flat=True)) == 3247073160


def test_a_clerk_takes_none_of_other_units(workbook):
    found = run(workbook, who="clerk")
    assert found["accepted_rows"] == 0 and found["error"]["not_your_unit"] == 2009
    assert not Purchase.objects.exists()
