"""Whether a raising takes gifts online now, and what room its goal leaves."""

import datetime as dt

from django.db.models import Sum

from niangjia.blocks.bookkeeping.public import balance
from niangjia.programmes.donations import books, providers, rules
from niangjia.programmes.donations.models import Payment, Raising


def why_off(raising: Raising, today: dt.date) -> tuple[str, ...]:
    """Codes of why giving online is off; empty where it is on."""
    reasons = rules.why_not_online(
        state=raising.state,
        first_on=raising.first_on,
        last_on=raising.last_on,
        qualification_no=raising.qualification_no,
        qualification_until=raising.qualification_until,
        plan_no=raising.plan_no,
        platform=raising.platform,
        today=today,
    )
    return reasons if providers.names() else (*reasons, "no_provider")


def room(raising: Raising) -> int:
    """What may still be begun of a capped raising's goal: what is left less what is under way."""
    under_way = Payment.objects.filter(raising=raising, state="begun").aggregate(n=Sum("fen"))
    return balance(books.BOOK, books.left(raising.slug)).free - (under_way["n"] or 0)
