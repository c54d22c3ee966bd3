"""A programme that takes gifts, as small as can be: facts, an indicator, what it gathers."""

import datetime as dt

from django.db import transaction

from niangjia.blocks.indicators.public import (
    Gathered,
    bulletin_publish,
    contributions_logged,
    declare_indicator,
    parse_indicators,
)
from niangjia.blocks.ledger.public import SequencerJob
from niangjia.core import clock
from niangjia.core.actor import system_actor
from niangjia.core.facts import BUSINESS, Fact, FactKind, declare
from niangjia.core.work import Work

RECEIVED = declare(
    FactKind(
        name="test.received",
        version=1,
        title="Test",
        policy="test",
        open=("fen", "hour", "line", "raising"),
        sealed=("donor",),
    )
)
ADJUSTED = declare(
    FactKind(
        name="test.adjusted",
        version=1,
        title="Test",
        policy="test",
        open=("fen", "hour", "line", "of", "raising", "why"),
    )
)
TEXT = """
[[indicator]]
id = "test-gifts"
valid_from = 2020-01-01
title_en = "Gifts received"
title_zh = "示例捐赠到账情况"
policy = "test-counting-2020"
rule_en = "Every gift received by the cut-off, net of refunds."
rule_zh = "截至时点到账的捐赠，扣除退款。"
source = "test"
adds = ["test.received/1"]
changes = ["test.adjusted/1"]
match = "raising"

[[indicator.count]]
id = "people"
title_en = "People who gave"
title_zh = "捐款职工"
unit_en = "people"
unit_zh = "人"

[[indicator.count]]
id = "units"
title_en = "Units that gave"
title_zh = "捐款单位"
unit_en = "units"
unit_zh = "个"

[[indicator.line]]
id = 1
title_en = "Members"
title_zh = "职工捐款"
count = "people"

[[indicator.line]]
id = 2
title_en = "Units"
title_zh = "单位捐款"
count = "units"

[[indicator.line]]
id = 3
title_en = "Goods"
title_zh = "捐赠物资"

[[indicator.sum]]
id = "cash"
title_en = "Cash"
title_zh = "捐款合计"
of = [1, 2]

[[indicator.sum]]
id = "total"
title_en = "Together"
title_zh = "款物总计"
of = [1, 2, 3]

[indicator.calendar]
every_months = 3
after_end_months = 3
source = "test"
"""
(INDICATOR,) = parse_indicators(TEXT)
THREE = dt.datetime(2020, 3, 16, 7, tzinfo=dt.UTC)  # 15:00 in the city
HOUR = dt.timedelta(hours=1)
SCOPE = "wuhan"


def gather(scope, as_of, log_size):
    leaves = list(contributions_logged(INDICATOR, scope, as_of, log_size))
    on_line = [sum(leaf.line == line for leaf in leaves) for line in (1, 2)]
    return Gathered(leaves, dict(zip(("people", "units"), on_line, strict=True)))


declare_indicator(INDICATOR, gather)


def text_of(at):
    return at.strftime("%Y-%m-%dT%H:%MZ")


def gift(fen, line=1, at=THREE, scope=SCOPE):
    values = {"fen": fen, "line": line, "hour": text_of(at), "raising": scope, "donor": "示例"}
    return Fact(RECEIVED, "gift:x", at, values, {BUSINESS: "org:x"})


def adjustment(of, fen, line=1, at=THREE, scope=SCOPE):
    values = {"of": of, "fen": fen, "line": line, "hour": text_of(at), "why": "refund"}
    return Fact(ADJUSTED, "gift:x", at, {**values, "raising": scope}, {BUSINESS: "org:x"})


def working(act):
    """What `act` gives inside a service's transaction; the log is brought up to it."""
    with transaction.atomic():
        found = act(Work(system_actor("tests"), clock.city_now()))
    sequence()
    return found


def sequence():
    while SequencerJob().run_once():
        pass


def record(*facts):
    """The facts are entries; their refs."""
    return working(lambda work: work.record_many(facts))


def publish(as_of=THREE, **more):
    return working(
        lambda work: bulletin_publish(
            work, **{"indicator": "test-gifts", "scope": SCOPE, "as_of": as_of} | more
        )
    )
