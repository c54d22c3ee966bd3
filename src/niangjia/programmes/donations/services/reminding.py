"""The foundation is reminded of disclosures before they are due, and when one is overdue."""

import datetime as dt

from django.urls import reverse

from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put
from niangjia.core.db.bulk import insert_rows
from niangjia.core.service import JOURNAL, service
from niangjia.core.work import Work
from niangjia.programmes.donations import inbox
from niangjia.programmes.donations.bulletin_models import DisclosureReminder
from niangjia.programmes.donations.services.raisings import raising_of

ROLES = ("foundation", "treasurer")


@service(permission="disclosures.remind", records=JOURNAL)
def disclosure_remind(work: Work, /, *, slug: str, due_on: dt.date, mark: int) -> bool:
    """It waits in the inboxes of the foundation, once for each mark; False if it was there before.

    mark: so many days before; 0: it is overdue.
    """
    raising = raising_of(work, slug)
    made = [(raising.pk, due_on, mark, work.at)]
    columns = ("raising_id", "due_on", "mark", "sent_at")
    insert_rows(DisclosureReminder, columns, made, ignore_conflicts=True)
    rows = DisclosureReminder.objects.filter(raising=raising, due_on=due_on, mark=mark)
    if rows.exclude(sent_at=work.at).exists():
        work.repeated()
        return False
    subject = f"disclosure:{slug}"
    inbox_done(work, [subject])
    href = reverse("donations:desk_bulletins")
    params: dict[str, str | int] = {"title": raising.title, "due_on": due_on.isoformat()}
    office = raising.organisation_id
    inbox_put(
        work,
        [Waiting(inbox.DISCLOSURE, subject, office, role, href, params, due_on) for role in ROLES],
    )
    work.journal("disclosures.remind", raising=slug, due_on=due_on.isoformat(), mark=mark)
    return True
