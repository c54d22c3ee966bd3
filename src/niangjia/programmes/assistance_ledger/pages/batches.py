"""What the pages say of a step on many reports."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.core import clock
from niangjia.programmes.assistance_ledger.models import ReportBatch
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages.imports import remaining
from niangjia.programmes.assistance_ledger.selectors import Moving


@dataclass(frozen=True, slots=True)
class Running:
    """An order as the page shows it. share: per cent; failed: (unit, why) of the first; n_more:
    failures that are not listed; why: it could not go on."""

    ref: str
    title: str
    share: int
    left: str
    ended: bool
    why: str
    told: list[list[str]]
    n_more: int


def running(order: ReportBatch | None) -> Running | None:
    """The order, while it runs and after its end; None if there was none."""
    if order is None:
        return None
    counted = {"n": f"{order.passed:,}", "all": f"{order.n:,}"}
    titles = {
        "accept": _("Accepting reports: %(n)s of %(all)s"),
        "remind": _("Reminding: %(n)s of %(all)s"),
        "carry": _("Carrying over: %(n)s of %(all)s"),
    }
    ended = order.ended_at is not None
    title = said(order.step, order.done) if ended else titles[order.step] % counted
    if ended and order.passed < order.n:
        title += " " + _("It was stopped: %(n)s were not looked at.") % {
            "n": f"{order.n - order.passed:,}"
        }
    began = order.asked_at or clock.city_now()
    seconds = (clock.city_now() - began).total_seconds()
    rest = order.n - order.passed
    return Running(
        ref=order.ref,
        title=title,
        share=order.passed * 100 // order.n,
        left=remaining(seconds * rest / order.passed) if order.passed and rest else "",
        ended=ended,
        why=order.why,
        told=order.told,
        n_more=max(0, order.failed - len(order.told)),
    )


def said(step: str, n: int) -> str:
    """What was done to so many reports."""
    texts = {
        "accept": ngettext("%(n)s report is accepted.", "%(n)s reports are accepted.", n),
        "remind": ngettext("%(n)s unit was reminded.", "%(n)s units were reminded.", n),
        "carry": ngettext("%(n)s report is carried over.", "%(n)s reports are carried over.", n),
    }
    return texts[step] % {"n": f"{n:,}"}


def carry_press(n: int) -> str:
    """The button that carries so many over."""
    text = ngettext("Carry %(n)s report over", "Carry %(n)s reports over", n)
    return text % {"n": f"{n:,}"}


def moving(found: Moving) -> list[tuple[str, str]]:
    """(what, how much) would count in the next period."""
    return [
        (_("Units"), f"{found.n_reports:,}"),
        (_("Purchases"), f"{found.n:,}"),
        (_("Amount (yuan)"), shown.yuan(found.fen)),
    ]
