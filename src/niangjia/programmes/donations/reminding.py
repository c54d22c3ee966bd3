"""What the worker does once an hour: disclosures that come due are brought to mind."""

from niangjia.blocks.indicators.public import bulletins
from niangjia.core import clock
from niangjia.core.actor import system_actor
from niangjia.programmes.donations.bulletin_models import DisclosureReminder
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.disclosing import disclosures, mark_of
from niangjia.programmes.donations.selectors.raisings import raisings_public
from niangjia.programmes.donations.services.reminding import disclosure_remind

SYSTEM = system_actor("disclosure reminders")


def remind() -> int:
    """Each raising's earliest disclosure that nobody met is brought to mind, once for each mark."""
    today = clock.city_today()
    for one in raisings_public():
        waiting = [
            due
            for due in disclosures(one, bulletins(INDICATOR, one.slug), today)
            if due.met_on is None
        ]
        mark = mark_of(waiting[0].due_on, today) if waiting else None
        if mark is None:
            continue
        sent = DisclosureReminder.objects.filter(
            raising_id=one.id, due_on=waiting[0].due_on, mark=mark
        )
        if not sent.exists():
            disclosure_remind(SYSTEM, slug=one.slug, due_on=waiting[0].due_on, mark=mark)
    return 0
