"""Evidence and reviews by several real processes: nothing counted twice, nothing lost."""

import json

import pytest

from tests.concurrency import site as sites
from tests.concurrency.test_imports import finish

pytestmark = pytest.mark.both

PREPARE = """
from niangjia.programmes.assistance_ledger.tests import given
given.take(*(given.purchase(k) for k in range(1, 21)))
"""
ATTACH = """
import sys
from niangjia.blocks.evidence.public import receive
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services.evidence import Placement, evidence_attach
from niangjia.programmes.assistance_ledger.tests import given
clerk = given.actor("clerk")
n_new = 0
for k, ref in enumerate(Purchase.objects.order_by("id").values_list("ref", flat=True)):
    got = receive(clerk, chunks=[given.photo(k)], name=f"{k}.jpg")
    n_new += got.is_new
    evidence_attach(clerk, placement=Placement(got.ref, ref, sys.argv[1]))
print(n_new)
"""
REVERSE = """
import sys
from niangjia.core.errors import Conflict
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.tests import given
for ref in Purchase.objects.order_by("id").values_list("ref", flat=True)[::2]:
    purchase_reverse(given.actor("city"), purchase_ref=ref, reason="并发冲销")
"""
REVIEWED = """
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.selectors.reviews import review_get
from niangjia.programmes.assistance_ledger.services.reviews import (
    Decision, review_decide, review_enter)
from niangjia.programmes.assistance_ledger.tests import given
ref = review_enter(given.actor("supplier"), supplier_ref=Purchase.objects.first().supplier.ref,
    product="小米", period="2020Q1", county_code="130627", form=HelpForm(("work",), 50, 123, 1000))
seen = review_get(given.actor("reviewer"), ref=ref)
review_decide(given.actor("reviewer"), decision=Decision(
    ref, "confirm", seen.row.case.version, seen.content.sha256))
"""
APPLY = """
from niangjia.core import jobs
jobs.drain_slow()
"""
STATE = """
import json
from niangjia.blocks.evidence.models import Document, Link
from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.ledger.public import audit
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import Purchase, ReviewLine
from niangjia.programmes.assistance_ledger.projections import PURCHASES
jobs.drain_slow(); jobs.settle()
cells = list(stored("purchases").values())
live = Purchase.objects.filter(reversed_at__isnull=True)
lines = ReviewLine.objects.filter(applied_at__isnull=False, ended_at__isnull=True)
print(json.dumps({
    "faults": list(audit().faults), "wrong": differences(PURCHASES)[1],
    "documents": Document.objects.count(),
    "links": Link.objects.filter(unlinked_at__isnull=True).count(),
    "counted": [d.n_links for d in Document.objects.all()].count(2),
    "live": live.count(), "n": sum(c.n for c in cells),
    "complete": live.filter(missing="").count(), "complete_n": sum(c.third for c in cells),
    "help": live.filter(help="confirmed").count(),
    "confirmed_fen": sum(c.fifth for c in cells), "lines_fen": sum(l.fen for l in lines),
    "households": sum(c.sixth for c in cells), "lines_households": sum(l.households for l in lines),
}))
"""


@pytest.fixture
def site(template, tmp_path):
    one = sites.copy_of(template, tmp_path / "home")
    one.run(PREPARE)
    return one


def test_two_who_attach_the_same_files_at_once_make_each_record_complete_once(site):
    made = finish(*(site.start(ATTACH, kind) for kind in ("invoice", "payment")))
    state = json.loads(site.run(STATE))
    assert sum(map(int, made)) == state["documents"] == state["counted"] == 20
    assert state["links"] == 40
    assert state["complete"] == state["complete_n"] == state["live"] == 20
    assert (state["faults"], state["wrong"]) == ([], [])


def test_records_reversed_while_evidence_and_a_confirmation_reach_them_leave_no_trace_in_sums(site):
    site.run(ATTACH, "invoice")
    site.run(REVIEWED)
    finish(
        site.start(
            ATTACH.replace("evidence_attach(clerk", "attach(clerk").replace("clerk = ", ATTEMPT),
            "payment",
        ),
        site.start(REVERSE),
        site.start(APPLY),
    )
    state = json.loads(site.run(STATE))
    assert (state["faults"], state["wrong"]) == ([], [])
    assert state["live"] == state["n"] == 10
    assert state["complete"] == state["complete_n"] == 10
    assert state["help"] == 10
    assert state["confirmed_fen"] == state["lines_fen"] == 10 * 31_100
    assert state["households"] == state["lines_households"] == 30  # of 50: the others had two each


ATTEMPT = """
from niangjia.core.errors import Conflict
def attach(*given, **more):
    try:
        evidence_attach(*given, **more)
    except Conflict:  # reversed just before
        pass
clerk = """
