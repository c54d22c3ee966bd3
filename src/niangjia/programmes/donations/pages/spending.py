"""Spending as pages show it, and the picture of where a gift went."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.programmes.donations.following import Followed
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.spending import SpendingLine, SpendingView
from niangjia.ui.parts import Column, Flow, FlowNode, Table

STATES = {
    "asked": gettext_lazy("Waits to be approved"),
    "approved": gettext_lazy("Approved, to be paid"),
    "paid": gettext_lazy("Paid, to be signed for"),
    "settled": gettext_lazy("Signed for"),
    "returned": gettext_lazy("Not approved"),
    "dropped": gettext_lazy("Given up"),
}
TONES = {"asked": "warn", "approved": "warn", "settled": "good", "paid": "good", "returned": "bad"}
HOW = {
    "sheet": gettext_lazy("On a sheet, by several people"),
    "person": gettext_lazy("By the person themselves"),
    "office": gettext_lazy("By an office for them"),
}


def table(found: Sequence[SpendingLine]) -> Table:
    """The list of applications."""
    columns = (
        Column(_("Who is paid"), '<a href="{0}">{1}</a><small>{2}</small>', lead=True),
        Column(_("Raising"), "{3}"),
        Column(_("From which money"), "{4}"),
        Column(_("Asked for on"), '<span class="num">{5}</span>'),
        Column(_("Amount (yuan)"), "{6}", numeric=True),
        Column(_("State"), '<span class="tag {7}">{8}</span>'),
    )
    rows = [
        (
            reverse("donations:application", args=[one.ref]),
            one.payee,
            one.purpose,
            one.title,
            one.fund or _("Common pool"),
            shown.day(one.at),
            shown.yuan(one.fen if one.paid_fen is None else one.paid_fen),
            TONES.get(one.state, ""),
            STATES[one.state],
        )
        for one in found
    ]
    return Table(_("Money spent"), columns, rows)


def facts(found: SpendingView) -> list[tuple[str, str]]:
    """(name, value) of an application; what is empty is left out."""
    one = found.row
    rows = [
        (_("Raising"), one.title),
        (_("From which money"), one.fund or _("Common pool")),
        (_("Who is paid"), one.payee),
        (_("Account"), f"…{found.payee_account}" if found.payee_account else ""),
        (_("What it is for"), one.purpose),
        (_("Who benefits"), found.beneficiaries),
        (_("Asked for (yuan)"), shown.yuan(one.fen)),
        (_("Asked for on"), shown.moment(found.asked_at)),
        (_("Paid (yuan)"), "" if one.paid_fen is None else shown.yuan(one.paid_fen)),
        (_("Paid at"), shown.moment(found.paid_at) if found.paid_at else ""),
        (_("Number of the bank's voucher"), found.voucher),
    ]
    return [(name, value) for name, value in rows if value]


def signed(found: SpendingView) -> list[tuple[str, str, str]]:
    """(how, yuan, when and what) of each signature."""
    return [
        (
            f"{HOW[one.how]} · {_('%(n)s people') % {'n': f'{one.n_people:,}'}}",
            shown.yuan(one.fen),
            " · ".join(filter(None, (shown.day(one.signed_on), one.note))),
        )
        for one in found.signed
    ]


def _went(found: Followed) -> list[tuple[str, str, str, int]]:
    """(title, what became of it, link, fen) of each part of a gift."""
    rows = [
        (
            part.application.payee,
            _signed_words(part.settled, part.n_signed),
            reverse("donations:application", args=[part.application.ref]),
            part.fen,
        )
        for part in found.parts
        if part.fen
    ]
    if found.left_fen:
        rows.append((_("Not spent yet"), _("lies in the bank"), "", found.left_fen))
    return rows


def _signed_words(settled: bool, n: int) -> str:
    if settled:
        return _("signed for by %(n)s people") % {"n": f"{n:,}"}
    return _("paid, not all have signed yet")


def flow(found: Followed, *, linked: bool) -> Flow | None:
    """The picture of where a gift of money went; None for one that nothing is left of.

    linked: parts lead to their payments; not on pages for everybody.
    """
    if found.net_fen <= 0:
        return None
    fund = _("Directed money") if found.directed else _("Common pool")
    rows = _went(found)
    nodes = [
        FlowNode("gift", 0, _("This gift"), _said(found.net_fen)),
        FlowNode("fund", 1, fund, _said(found.net_fen)),
    ]
    links: list[tuple[str, str, float | int, str]] = [
        ("gift", "fund", found.net_fen / 100, _said(found.net_fen))
    ]
    for number, (title, became, href, fen) in enumerate(rows):
        name = f"part-{number}"
        nodes.append(
            FlowNode(name, 2, f"{title} · {became}", _said(fen), href if linked else "", not href)
        )
        links.append(("fund", name, fen / 100, _said(fen)))
    text = _("Of %(whole)s yuan %(spent)s were spent, %(left)s are left.") % {
        "whole": shown.yuan(found.net_fen),
        "spent": shown.yuan(found.net_fen - found.left_fen),
        "left": shown.yuan(found.left_fen),
    }
    return Flow(
        "gift-flow", _("Where it went"), text, _("yuan"), nodes, links, _table(rows, linked)
    )


def _said(fen: int) -> str:
    return f"{shown.yuan(fen)} {_('yuan')}"


def _table(rows: Sequence[tuple[str, str, str, int]], linked: bool) -> Table:
    name = '<a href="{0}">{1}</a>' if linked else "{1}"
    columns = (
        Column(_("To whom"), name, lead=True),
        Column(_("What became of it"), "{2}"),
        Column(_("Of this gift (yuan)"), "{3}", numeric=True),
    )
    listed = [(href or "#", title, became, shown.yuan(fen)) for title, became, href, fen in rows]
    return Table(_("Where it went"), columns, listed)
