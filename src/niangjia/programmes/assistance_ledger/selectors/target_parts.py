"""What of a year counts towards units' targets, whole and by part, from the cube."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.cache import cache

from niangjia.blocks.indicators.public import summed
from niangjia.blocks.orgs.public import heads_by_ref
from niangjia.programmes.assistance_ledger import assessment
from niangjia.programmes.assistance_ledger.projections import MEASURES, PURCHASES

KEPT_S = 60
OTHER = "other"  # channels that are of no part; they count in the whole
PARTS = ("canteen", "gifts", OTHER)


@dataclass(frozen=True, slots=True)
class Amounts:
    """fen: registered; confirmed_fen: of it confirmed by the assisted counties."""

    fen: int = 0
    confirmed_fen: int = 0

    def plus(self, other: "Amounts") -> "Amounts":
        return Amounts(self.fen + other.fen, self.confirmed_fen + other.confirmed_fen)


@dataclass(frozen=True, slots=True)
class Counted:
    """Purchases of recognised origin that count in a year. by_part: by name of PARTS."""

    whole: Amounts = field(default_factory=Amounts)
    by_part: Mapping[str, Amounts] = field(default_factory=dict)


NOTHING = Counted()


def counted_in(year: int) -> dict[str, Counted]:
    """By ref of the unit as it stands today; at most a minute old. One query, however many."""
    key = f"target_parts:{year}"
    found: dict[str, Counted] | None = cache.get(key)
    if found is None:
        found = _counted(year)
        cache.set(key, found, KEPT_S)
    return found


def _counted(year: int) -> dict[str, Counted]:
    part_of = assessment.part_of_channel(year)
    heads = heads_by_ref("buyer")
    sums: dict[str, dict[str, Amounts]] = {}
    columns = [MEASURES["fen"], MEASURES["confirmed_fen"]]
    spans = {"month": (f"{year}-01", f"{year}-12")}
    rows = summed(
        PURCHASES, ("unit", "channel"), columns, within=[("assisted", ["1"])], spans=spans
    )
    for ref, channel, fen, confirmed_fen in rows:
        own = sums.setdefault(heads.get(ref, ref), {})
        part = part_of.get(channel, OTHER)
        own[part] = own.get(part, Amounts()).plus(Amounts(int(fen), int(confirmed_fen)))
    return {ref: Counted(_sum(parts), parts) for ref, parts in sums.items()}


def _sum(parts: Mapping[str, Amounts]) -> Amounts:
    total = Amounts()
    for one in parts.values():
        total = total.plus(one)
    return total
