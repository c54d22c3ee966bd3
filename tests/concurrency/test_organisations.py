"""Two clerks merge at once, and an import names what is being merged: one truth, no cycle."""

import json

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both

MERGE = """
import pathlib, sys, time
from niangjia.blocks.orgs.models import Organisation
from niangjia.blocks.orgs.public import organisations_merge
from niangjia.core.errors import DomainError
from niangjia.programmes.assistance_ledger.tests import given
name, into, go = sys.argv[1:]
refs = {one.name: one.ref for one in Organisation.objects.all()}
city = given.actor("city")
while not pathlib.Path(go).exists():
    time.sleep(0.001)
try:
    organisations_merge(city, organisation_ref=refs[name], into_ref=refs[into], reason="同一单位")
    print("done")
except DomainError as error:
    print("told")
"""
TAKE = """
import pathlib, sys, time
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
unit, go = sys.argv[1:]
city = given.actor("city")
while not pathlib.Path(go).exists():
    time.sleep(0.001)
for k in range(40):
    purchases_take(city, rows=[given.purchase(k, unit=unit)])
"""
STATE = """
import json
from niangjia.blocks.indicators.public import differences
from niangjia.blocks.ledger.public import audit
from niangjia.blocks.orgs.models import Organisation
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.content import sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.projections import PURCHASES
jobs.settle()
merged = Organisation.objects.filter(succeeded_by__isnull=False)
heads = dict(Organisation.objects.values_list("id", "name"))
print(json.dumps({
    "merged": sorted(merged.values_list("name", "succeeded_by__name")),
    "n": Purchase.objects.filter(reversed_at=None).count(),
    "sums": {heads[pk]: sums.n for pk, sums in sums_by_unit("2020Q1").items()},
    "faults": audit().faults, "wrong": differences(PURCHASES)[1],
}))
"""
A, B = "示例甲工会", "示例乙工会"


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "site")


def outcome(*processes):
    said = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        said.append(out.strip())
    return said


def test_two_clerks_merge_each_into_the_other(site, tmp_path):
    go = tmp_path / "go"
    both = [site.start(MERGE, A, B, go), site.start(MERGE, B, A, go)]
    go.touch()
    assert sorted(outcome(*both)) == ["done", "told"]
    state = json.loads(site.run(STATE))
    assert len(state["merged"]) == 1 and state["faults"] == []


def test_imports_of_both_while_one_is_merged_record_each_row_once(site, tmp_path):
    go = tmp_path / "go"
    running = [site.start(TAKE, one, go) for one in "甲乙"] + [site.start(MERGE, A, B, go)]
    go.touch()
    assert outcome(*running)[-1] == "done"
    state = json.loads(site.run(STATE))
    assert state["merged"] == [[A, B]]
    assert state["sums"] == {B: state["n"]} and 40 <= state["n"] <= 80
    assert state["faults"] == [] and not state["wrong"]
    assert json.loads(site.run(AGAIN)) == {"repeated": 80}


AGAIN = """
import json
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
rows = [given.purchase(k, unit=unit) for unit in "甲乙" for k in range(40)]
print(json.dumps({"repeated": len(purchases_take(given.actor("city"), rows=rows).repeated)}))
"""
