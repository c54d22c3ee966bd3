"""Goods as pages show them."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.evidence.public import LinkView
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.papers import KINDS
from niangjia.programmes.donations.selectors.goods import HandOverRow, HandOverView, StockLine
from niangjia.ui.parts import Column, Table

STATES = {"sent": gettext_lazy("On its way"), "arrived": gettext_lazy("Signed for")}
OUTCOMES = {
    "found": gettext_lazy("Found at the recipient's"),
    "returned": gettext_lazy("Came back to the store"),
    "lost": gettext_lazy("Lost or broken"),
}


def stock_table(lines: Sequence[StockLine]) -> Table:
    """Every item with where its pieces are."""
    columns = (
        Column(_("Goods"), '<a href="{0}">{1}</a><small>{2}</small>', lead=True),
        Column(_("Directed to"), "{3}"),
        Column(_("Came in"), "{4}", numeric=True),
        Column(_("In store"), "{5}", numeric=True),
        Column(_("On its way"), "{6}", numeric=True),
        Column(_("With recipients"), "{7}", numeric=True),
        Column(_("Short"), "{8}", numeric=True),
        Column(_("Worth (yuan)"), "{9}", numeric=True),
    )
    rows = [
        (
            reverse("donations:gift", args=[one.gift_ref]),
            " ".join(filter(None, (one.name, one.spec))),
            one.donor,
            one.direction,
            f"{one.n:,} {one.measure}",
            _n(one.left),
            _n(one.on_way),
            _n(one.arrived),
            _n(one.short),
            _("unvalued") if one.value_fen is None else shown.yuan(one.value_fen),
        )
        for one in lines
    ]
    return Table(_("Goods given"), columns, rows)


def _n(n: int) -> str:
    return f"{n:,}" if n else ""


def hand_over_rows(rows: Sequence[HandOverRow]) -> list[dict[str, Any]]:
    """Hand-overs in a list."""
    return [
        {
            "ref": one.ref,
            "recipient": one.recipient,
            "what": one.what,
            "when": shown.day(one.sent_at),
            "state": STATES[one.state],
            "tone": "good" if one.state == "arrived" else "warn",
            "short": _n(one.n_short),
        }
        for one in rows
    ]


def facts(found: HandOverView) -> list[tuple[str, str]]:
    """(name, value) of a hand-over; what is empty is left out."""
    rows = [
        (_("Raising"), found.title),
        (_("Who gets them"), found.recipient),
        (_("Delivered to"), found.place),
        (_("Directed to"), found.direction),
        (_("Handed over by"), f"{found.organisation} {found.sender}".strip()),
        (_("Sent at"), shown.moment(found.sent_at)),
        (_("Carried by"), found.carrier),
        (_("Received by"), found.receiver),
        (_("Received at"), shown.moment(found.arrived_at) if found.arrived_at else ""),
    ]
    return [(name, value) for name, value in rows if value]


def lines(found: HandOverView) -> list[dict[str, Any]]:
    """Each item of a hand-over."""
    return [
        {
            "ref": one.item_ref,
            "name": " ".join(filter(None, (one.name, one.spec))),
            "donor": one.donor,
            "measure": one.measure,
            "sent": f"{one.n_sent:,}",
            "n_sent": one.n_sent,
            "arrived": "" if one.n_arrived is None else f"{one.n_arrived:,}",
            "short": _n(one.short),
            "open": bool(one.short) and not one.outcome,
            "outcome": str(OUTCOMES.get(one.outcome, "")),
            "reason": one.reason,
        }
        for one in found.lines
    ]


def files(links: Sequence[LinkView]) -> list[dict[str, Any]]:
    """Papers and photos attached."""
    return [
        {
            "ref": one.document.ref,
            "name": one.document.name,
            "kind": KINDS.get(one.kind, one.kind),
            "picture": one.document.has_picture and not one.document.erased_at,
            "when": shown.moment(one.linked_at),
        }
        for one in links
    ]
