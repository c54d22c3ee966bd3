"""The cube of purchases: what the totals are summed from."""

from niangjia.blocks.indicators.public import Projection, Sums, declare
from niangjia.blocks.ledger.public import LoggedFact
from niangjia.programmes.assistance_ledger.facts import (
    EVIDENCED,
    HELP_REVIEWED,
    RECORDED,
    RECORDED_1,
    REVERSED,
    UNEVIDENCED,
)

DIMENSIONS = (
    "month",
    "district",
    "line",
    "county",
    "category",
    "channel",
    "mode",
    "assisted",
    "unit",
)
EVIDENCE = {EVIDENCED.id: 1, UNEVIDENCED.id: -1}

# What a cell adds up -> its column. Money in fen; complete: records of which no evidence is
# missing; confirmed: help that the assisted county has confirmed.
MEASURES = {
    "n": "n",
    "fen": "fen",
    "households": "first",
    "people": "second",
    "complete_n": "third",
    "complete_fen": "fourth",
    "confirmed_fen": "fifth",
    "confirmed_households": "sixth",
    "confirmed_people": "seventh",
}


def _number(fact: LoggedFact, name: str) -> int:
    value = fact.values.get(name)
    return value if isinstance(value, int) else 0


def fold(fact: LoggedFact) -> tuple[tuple[str, ...], Sums]:
    """A recorded purchase adds; a reversal carries negated amounts and takes one record away.

    Evidence that makes a record complete adds it to the complete ones; where that ends, it is
    taken off them. What the assisted county confirms is added to the confirmed help, or taken off.
    """
    key = tuple(
        ("1" if fact.values.get("assisted") else "0")
        if name == "assisted"
        else str(fact.values.get(name) or "")
        for name in DIMENSIONS
    )
    if fact.kind in EVIDENCE:
        by = EVIDENCE[fact.kind] if fact.values.get("complete") else 0
        return key, Sums(0, 0, third=by, fourth=by * _number(fact, "amount_fen"))
    if fact.kind == HELP_REVIEWED.id:
        fen, households, people = (_number(fact, name) for name in ("fen", "households", "people"))
        return key, Sums(0, 0, fifth=fen, sixth=households, seventh=people)
    n = -1 if fact.kind == REVERSED.id else 1
    sums = Sums(
        n, _number(fact, "amount_fen"), _number(fact, "households"), _number(fact, "people")
    )
    return key, sums


PURCHASES = declare(
    Projection(
        name="purchases",
        kinds=frozenset({RECORDED_1.id, RECORDED.id, REVERSED.id, HELP_REVIEWED.id, *EVIDENCE}),
        dimensions=DIMENSIONS,
        fold=fold,
    )
)
