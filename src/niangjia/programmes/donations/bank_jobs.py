"""Timers of what came in: lines that wait too long are told; files that are still needed stay."""

import datetime as dt
from collections.abc import Collection

from niangjia.core import clock
from niangjia.core.actor import system_actor
from niangjia.programmes.donations.bank_models import BankAccount, BankLine, Statement
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.services.waiting import remainder_tell
from niangjia.programmes.donations.statement_files import waiting_days

SYSTEM = system_actor("bank lines")


def remind() -> int:
    """Each raising with lines that wait longer than the rule says has an item at its desk."""
    now = clock.city_now()
    before = now - dt.timedelta(days=waiting_days(clock.day_of(now)))
    late = BankLine.objects.filter(state="open", at__lt=before).order_by()
    slugs = set(late.values_list("account__raising__slug", flat=True).distinct())
    known = BankAccount.objects.values_list("raising__slug", flat=True).distinct()
    for slug in known:
        remainder_tell(SYSTEM, slug=slug, before=before, waits=slug in slugs)
    return 0


def needed(refs: Collection[str]) -> set[str]:
    """Of these files those that wait to be taken."""
    statements = Statement.objects.filter(upload_ref__in=refs, state="read")
    rosters = Roster.objects.filter(upload_ref__in=refs).exclude(state__in=["taken", "given_up"])
    return {*statements.values_list("upload_ref", flat=True)} | {
        *rosters.values_list("upload_ref", flat=True)
    }
