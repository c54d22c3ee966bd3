"""The county reviewer's card on the desk's first page."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.blocks.desk.public import CardLine, DeskCard
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.reviews import ReviewerCard, reviewer_card


def card(actor: Actor) -> DeskCard:
    """What waits for the county, the nearest deadline, what it confirmed this quarter."""
    found = reviewer_card(actor)
    listed = reverse("assistance_ledger:reviews")
    lines = [_waiting(found, listed)]
    if found.nearest is not None:
        lines.append(_nearest(found))
    if found.quarter and found.due_on:
        lines.append(_quarter(found, listed))
    lines.append(_confirmed(found, listed))
    return DeskCard(_("Help reviews of the county"), lines)


def _waiting(found: ReviewerCard, listed: str) -> CardLine:
    value = f"{found.n_waiting:,}"
    if found.n_late:
        value += " · " + _("%(n)s of them overdue") % {"n": f"{found.n_late:,}"}
    href = f"{listed}?tab=submitted"
    return CardLine(_("Waits for your review"), value, href, is_late=bool(found.n_late))


def _nearest(found: ReviewerCard) -> CardLine:
    row = found.nearest
    due_on = row.case.due_on if row else None
    if row is None or due_on is None:
        return CardLine(_("Nearest deadline"), "—")
    is_late = due_on < clock.city_today()
    late = f" · {_('overdue')}" if is_late else ""
    href = reverse("assistance_ledger:review", args=[row.ref])
    text = f"{shown.day(due_on)} · {row.product}{late}"
    return CardLine(_("Nearest deadline"), text, href, is_late=is_late)


def _quarter(found: ReviewerCard, listed: str) -> CardLine:
    is_late = found.due_on is not None and found.due_on < clock.city_today()
    value = _("%(n)s products not confirmed, until %(day)s") % {
        "n": f"{found.n_open:,}",
        "day": shown.day(found.due_on) if found.due_on else "",
    }
    query = urlencode({"tab": "new", "period": found.quarter})
    name = periods.name(found.quarter)
    return CardLine(name, value, f"{listed}?{query}", is_late=is_late)


def _confirmed(found: ReviewerCard, listed: str) -> CardLine:
    value = _("%(n)s · %(yuan)s yuan · %(households)s households, %(people)s people") % {
        "n": f"{found.n_decided:,}",
        "yuan": shown.yuan(found.fen),
        "households": f"{found.households:,}",
        "people": f"{found.people:,}",
    }
    return CardLine(_("Confirmed this quarter"), value, f"{listed}?tab=decided")
