"""Lines that nobody said what they are: told at the desk of the foundation."""

import datetime as dt

from django.db.models import Count, Min, Sum
from django.urls import reverse

from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put
from niangjia.core.service import NOTHING, service
from niangjia.core.work import Work
from niangjia.lib.money import format_yuan
from niangjia.programmes.donations import inbox
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.models import Raising
from niangjia.ui.dates import day


@service(permission="payments.settle", records=NOTHING)
def remainder_tell(work: Work, /, *, slug: str, before: dt.datetime, waits: bool) -> None:
    """The desk has one item for the raising's lines from before then, or none where none waits."""
    subject = f"remainder:{slug}"
    if not waits:
        inbox_done(work, [subject])
        return
    raising = Raising.objects.get(slug=slug)
    lines = BankLine.objects.filter(account__raising=raising, state="open", at__lt=before)
    found = lines.aggregate(n=Count("pk"), fen=Sum("fen"), first=Min("at"))
    if not found["n"]:
        return
    params: dict[str, str | int] = {
        "title": raising.title,
        "n": found["n"],
        "yuan": format_yuan(found["fen"]),
        "day": str(day(found["first"].date())),
    }
    href = f"{reverse('donations:bank_lines')}?raising={slug}"
    waiting = Waiting(inbox.REMAINDER, subject, raising.organisation_id, "foundation", href, params)
    inbox_put(work, [waiting])
