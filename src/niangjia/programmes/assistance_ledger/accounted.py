"""How much of a record the lines of another source account for."""

from collections.abc import Mapping

from django.db.models import QuerySet, Sum

from niangjia.core import clock
from niangjia.programmes.assistance_ledger import matching, policy
from niangjia.programmes.assistance_ledger.models import SourceMatch

MOST_NAMED = 10_000  # in one query; SQLite takes some 32,000


def live() -> QuerySet[SourceMatch]:
    """Matches that hold: decided, and the record is in force."""
    return SourceMatch.objects.filter(verdict="same", purchase__reversed_at__isnull=True)


def limits_of(source: str) -> matching.Limits:
    """Today's rule for lines of a source."""
    rule = policy.matching_on(clock.city_today())
    if source == matching.ORDER:
        before, after = rule.order_before, rule.order_after
    else:
        before, after = rule.payment_before, rule.payment_after
    return matching.Limits(before, after, rule.gap_share, rule.gap_fen)


def left_of(fen: Mapping[int, int], source: str, limits: matching.Limits) -> dict[int, int]:
    """Record -> fen that no line of the source accounts for; without those that are whole.

    fen: of each record. What differs by freight or a discount is whole.
    """
    sums: dict[int, int] = {}
    wanted = list(fen)
    for at in range(0, len(wanted), MOST_NAMED):
        taken = live().filter(purchase__in=wanted[at : at + MOST_NAMED], line__source=source)
        sums |= dict(taken.values_list("purchase_id").annotate(Sum("fen")))
    left = {}
    for pk, all_fen in fen.items():
        rest = all_fen - sums.get(pk, 0)
        small = max(limits.gap_fen, abs(all_fen) * limits.gap_share // 1000)
        if pk not in sums or abs(rest) > small:
            left[pk] = rest
    return left
