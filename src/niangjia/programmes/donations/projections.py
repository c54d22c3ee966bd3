"""Live totals of raisings: sums over the log of what was received and what changed of it."""

from niangjia.blocks.indicators.public import Projection, Sums, declare
from niangjia.blocks.ledger.public import LoggedFact
from niangjia.programmes.donations.facts import ADJUSTED, RECEIVED

NAME = "donations"


def fold(fact: LoggedFact) -> tuple[tuple[str, ...], Sums]:
    """n: gifts; fen: net; first: person-times. Who gave how often is not told by single facts:
    people are counted by bulletins."""
    key = (str(fact.values["raising"]), str(fact.values["line"]))
    fen = _number(fact, "fen")
    if fact.kind == ADJUSTED.id:
        return key, Sums(0, fen)
    return key, Sums(1, fen, _number(fact, "n_times"))


def _number(fact: LoggedFact, name: str) -> int:
    found = fact.values.get(name)
    return found if isinstance(found, int) else 0


TOTALS = declare(
    Projection(
        name=NAME,
        kinds=frozenset({RECEIVED.id, ADJUSTED.id}),
        dimensions=("raising", "line"),
        fold=fold,
    )
)
