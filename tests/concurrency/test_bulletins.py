"""Several processes publish bulletins of one scope at once: numbers without a gap, one chain."""

import json

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both
GIVEN = """
from niangjia.blocks.indicators.tests.gifts import gift, record
record(*(gift(100 + n) for n in range(600)))
"""
PUBLISH = """
from django.db import transaction
from niangjia.blocks.indicators.models import Bulletin
from niangjia.blocks.indicators.public import bulletin_draft, draft_publish
from niangjia.blocks.indicators.tests.gifts import HOUR, SCOPE, THREE
from niangjia.core import clock
from niangjia.core.actor import system_actor
from niangjia.core.errors import Conflict
from niangjia.core.work import Work
done = tried = 0
while done < 6:
    tried += 1
    try:
        as_of = THREE + HOUR * Bulletin.objects.count()
        draft = bulletin_draft(indicator="test-gifts", scope=SCOPE, as_of=as_of)
        with transaction.atomic():
            draft_publish(Work(system_actor("tests"), clock.city_now()), draft)
        done += 1
    except Conflict as error:
        assert error.code in ("bulletin_meanwhile", "as_of_taken", "as_of_before"), error.code
print(tried)
"""
STATE = """
import json
from niangjia.blocks.indicators.tests.gifts import SCOPE, sequence
from niangjia.blocks.indicators.public import bulletins
from niangjia.blocks.ledger.public import audit
sequence()
found = bulletins("test-gifts", SCOPE)[::-1]
print(json.dumps({
    "numbers": [one.number for one in found],
    "chained": [one.previous for one in found[1:]] == [one.ref for one in found[:-1]],
    "sums": sorted({one.root.sums for one in found}),
    "faults": len(audit().faults),
}))
"""


def test_numbers_have_no_gap_however_many_publish_at_once(migrated, tmp_path, monkeypatch):
    monkeypatch.setenv("NIANGJIA_CITY_DATE", "2020-03-20")  # whatever the time of day
    site = sites.copy_of(migrated, tmp_path / "site")
    site.run(GIVEN)
    running = [site.start(PUBLISH) for _ in range(2)]
    tried = 0
    for one in running:
        out, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
        tried += int(out)
    assert tried >= 12
    assert json.loads(site.run(STATE)) == {
        "numbers": list(range(1, 13)),
        "chained": True,
        "sums": [[sum(range(100, 700)), 0, 0]],
        "faults": 0,
    }
