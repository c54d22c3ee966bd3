"""The cube of purchases: what the totals are summed from."""

from niangjia.blocks.indicators.public import Projection, Sums, declare
from niangjia.blocks.ledger.public import LoggedFact
from niangjia.programmes.assistance_ledger.facts import RECORDED, RECORDED_1, REVERSED

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

# What a cell adds up -> its column. FED: those that facts of today say something about; the others
# are offered to nobody until they are.
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
FED = frozenset({"n", "fen", "households", "people"})


def _number(fact: LoggedFact, name: str) -> int:
    value = fact.values.get(name)
    return value if isinstance(value, int) else 0


def fold(fact: LoggedFact) -> tuple[tuple[str, ...], Sums]:
    """A recorded purchase adds; a reversal carries negated amounts and takes one record away."""
    key = tuple(
        ("1" if fact.values.get("assisted") else "0")
        if name == "assisted"
        else str(fact.values.get(name) or "")
        for name in DIMENSIONS
    )
    n = -1 if fact.kind == REVERSED.id else 1
    sums = Sums(
        n, _number(fact, "amount_fen"), _number(fact, "households"), _number(fact, "people")
    )
    return key, sums


PURCHASES = declare(
    Projection(
        name="purchases",
        kinds=frozenset({RECORDED_1.id, RECORDED.id, REVERSED.id}),
        dimensions=DIMENSIONS,
        fold=fold,
    )
)
