"""The disclosure page: what came in, what was spent, what is left, by the books as they are now."""

from typing import Any

from django.utils.translation import gettext as _

from niangjia.blocks.indicators.public import bulletins
from niangjia.core import clock
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.pages import board as board_parts
from niangjia.programmes.donations.pages import bulletins as parts
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.pages.rules import pooled_rule
from niangjia.programmes.donations.selectors import board
from niangjia.programmes.donations.selectors.bulletins import held_against
from niangjia.programmes.donations.selectors.raisings import RaisingView, raising_sums
from niangjia.ui.parts import Column, Table

MOST = 500


def page(one: RaisingView) -> dict[str, Any]:
    """What the page says."""
    now = clock.city_now()
    totals, spending = board.totals(one.slug), board.spending(one.id, MOST)
    listed = bulletins(INDICATOR, one.slug)
    cash = totals.lines[1].fen + totals.lines[2].fen
    return {
        "as_of": shown.moment(now),
        "size": f"{totals.size:,}",
        "proof": "witnessed" if totals.witnessed else "sequenced",
        "income": _income(totals),
        "spent": _spent(spending),
        "payments": _payments(spending),
        "many": spending.n > len(spending.listed),
        "balance": _balance(one.slug, cash, spending.fen),
        "against": parts.against(held_against(one.slug, now), cash),
        "documents": board_parts.documents(one),
        "dues": board_parts.dues(one, listed),
        "bulletins": [parts.line(row, listed) for row in listed],
        "pooled": pooled_rule(),
    }


def _income(totals: board.Totals) -> Table:
    columns = (
        Column(_("Income"), "{0}", lead=True),
        Column(_("Number of gifts"), "{1}", numeric=True),
        Column(_("Exactly (yuan)"), "{2}", numeric=True),
    )
    rows = [
        (shown.LINES[line], f"{sums.n:,}", shown.yuan(sums.fen))
        for line, sums in totals.lines.items()
    ]
    foot = (_("Sum total"), f"{totals.n:,}", shown.yuan(totals.fen))
    return Table(_("Income"), columns, rows, cards=False, foot=foot)


def _spent(spending: board.Spending) -> list[tuple[str, str]]:
    return [
        (_("Paid out (yuan)"), shown.yuan(spending.fen)),
        (_("Payments made"), f"{spending.n:,}"),
        (_("Signed for by recipients (yuan)"), shown.yuan(spending.signed_fen)),
    ]


def _payments(spending: board.Spending) -> Table:
    columns = (
        Column(_("Who is paid"), "{0}<small>{1}</small>", lead=True),
        Column(_("Who benefits"), "{2}"),
        Column(_("From which money"), "{3}"),
        Column(_("Paid on"), '<span class="num">{4}</span>'),
        Column(_("Amount (yuan)"), "{5}", numeric=True),
        Column(_("Signed for (yuan)"), "{6}", numeric=True),
    )
    rows = [
        (
            item.payee,
            item.purpose,
            item.beneficiaries,
            item.fund or _("Common pool"),
            shown.day(clock.day_of(item.at)) if item.at else "",
            shown.yuan(item.fen),
            shown.yuan(item.signed_fen),
        )
        for item in spending.listed
    ]
    return Table(_("Payments made"), columns, rows)


def _balance(slug: str, cash_fen: int, paid_fen: int) -> list[tuple[str, str]]:
    """By the books: administration costs are what banks and platforms kept."""
    sums = raising_sums(slug)
    return [
        (_("Money received, less what was given back"), shown.yuan(cash_fen)),
        (_("Paid out (yuan)"), shown.yuan(paid_fen)),
        (_("Administration costs: fees kept by banks and platforms"), shown.yuan(sums.fees)),
        (_("In the bank"), shown.yuan(sums.bank)),
        (_("With the platform, not paid out yet"), shown.yuan(sums.platform)),
        (_("Common pool"), shown.yuan(sums.pool)),
        (_("Directed money"), shown.yuan(sums.directed)),
        (_("Worth of goods"), shown.yuan(sums.goods)),
    ]
