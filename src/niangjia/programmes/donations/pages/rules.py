"""Rules of the raising in the reader's language."""

from niangjia.core import clock
from niangjia.programmes.donations import policy
from niangjia.ui.page import language_of


def pooled_rule() -> str:
    """How money without a direction is shared out among the gifts."""
    rule = policy.giving_on(clock.city_today())
    return rule.pooled_zh if language_of().startswith("zh") else rule.pooled_en
