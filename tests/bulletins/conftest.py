"""A site with gifts, adjustments and three bulletins; and its log as files."""

import json
from types import SimpleNamespace

import pytest

from niangjia.blocks.indicators.public import receipt_file
from niangjia.blocks.indicators.tests.gifts import (
    HOUR,
    SCOPE,
    THREE,
    adjustment,
    gift,
    publish,
    record,
)
from niangjia.blocks.ledger.public import signed_root
from tests.bulletins.city import City, entries_of_site

AT, LATER = "2020-03-16T07:00Z", "2020-03-16T08:00Z"


@pytest.fixture
def world(db):
    """places: log index of each bulletin. The receipt is of gift 7, adjusted twice."""
    refs = record(
        *(gift(1000 + n, line=1 + n % 3) for n in range(290)),
        gift(5, scope="other"),
        gift(77, at=THREE + HOUR),
    )
    record(adjustment(refs[7], -7), adjustment(refs[8], 0), adjustment(refs[290], 1))
    one = publish()
    changes = record(
        gift(31),
        gift(32, line=2, at=THREE + HOUR),
        adjustment(refs[7], -100, line=2, at=THREE + HOUR),
    )
    two = publish(THREE + HOUR)
    record(adjustment(refs[9], -1, at=THREE + HOUR))
    three = publish(THREE + HOUR, corrects=two.ref, explanation="一笔误计一分，现予更正")
    more = record(gift(9, at=THREE + 2 * HOUR))
    entries = entries_of_site()
    origin = signed_root(len(entries)).origin
    changing = [json.loads(entries[292])["id"], changes[2]]
    return SimpleNamespace(
        refs=refs,
        bulletins=(one, two, three),
        places=(295, 299, 301),
        entries=entries,
        origin=origin,
        city=City(entries, origin),
        receipt=receipt_file(two, refs[7], changing),
        changing=changing,
        more=more,
        scope=SCOPE,
    )
