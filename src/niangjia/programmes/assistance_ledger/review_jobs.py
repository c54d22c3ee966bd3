"""After the commit: what a review decided is handed on to its records, a few at a time."""

from collections.abc import Mapping
from typing import Any

from niangjia.core import clock, jobs
from niangjia.core.actor import system_actor
from niangjia.core.outbox import Interrupted, handles
from niangjia.programmes.assistance_ledger import periods, policy, reviewing
from niangjia.programmes.assistance_ledger.models import ReviewReminder
from niangjia.programmes.assistance_ledger.selectors.reviews import LOOKED_BACK
from niangjia.programmes.assistance_ledger.services.review_reminders import (
    late_remind,
    late_reviews,
    quarter_remind,
)
from niangjia.programmes.assistance_ledger.services.reviews import APPLY, review_apply

SYSTEM = system_actor("help reviews")
REMINDING = system_actor("review reminders")


@handles(APPLY, slow=True)
def apply(payload: Mapping[str, Any]) -> None:
    """Every record says what was decided of it."""
    while review_apply(SYSTEM, review_ref=payload["review"]):
        if jobs.stopping():
            raise Interrupted


def remind() -> int:
    """Counties and districts are told of deadlines whose day has come, each once."""
    today = clock.city_today()
    for code in periods.before(today, LOOKED_BACK):
        last = periods.parse(code).last
        rule = policy.reviewing_on(last)
        if rule is None:
            continue
        mark = reviewing.mark_of(reviewing.deadline(last, rule.days), today, rule.remind)
        if mark is None:
            continue
        if not ReviewReminder.objects.filter(period=code, mark=mark).exists():
            quarter_remind(REMINDING, period=code, mark=mark)
    while late_reviews().exists() and late_remind(REMINDING):
        pass
    return 0
