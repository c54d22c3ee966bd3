"""A printed list: its head, its rows, its sum in capitals, the code that verifies it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.lib.money import capitals
from niangjia.programmes.assistance_ledger.pages import pivot, shown
from niangjia.programmes.assistance_ledger.pages.records import query_of
from niangjia.programmes.assistance_ledger.selectors import Filters
from niangjia.programmes.assistance_ledger.selectors.pivot import PivotFound

_ROW = (
    '<tr><td class="num">{}</td><td>{}</td><td class="nb">{}</td><td class="nb">{}</td>'
    '<td class="nb">{}</td><td>{}</td><td>{}</td><td class="num">{}</td><td class="num">{}</td>'
    '<td class="num">{}</td><td>{}</td><td>{}</td><td class="nb">{}</td><td>{}</td></tr>'
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper. period: first and last day of its rows, or of its filters."""

    title: str
    office: str
    period: str
    rows: Sequence[Mapping[str, Any]]
    total_fen: int
    query: str

    @property
    def full_title(self) -> str:
        return f"{self.office} {self.title} {self.period}"[:120]


def paper(actor: Actor, rows: Sequence[Mapping[str, Any]], filters: Filters) -> Paper:
    """The paper of these rows for the actor's office, or for the one unit that they are of."""
    units = {row["unit__name"] for row in rows}
    days = [row["occurred_on"] for row in rows]
    first, last = filters.first or min(days), filters.last or max(days)
    return Paper(
        title=_("Purchase ledger"),
        office=units.pop() if len(units) == 1 else actor.organisation_name,
        period=_span(first, min(last, clock.city_today())),
        rows=rows,
        total_fen=sum(
            row["amount_fen"]
            for row in rows
            if filters.state != "all" or row["reversed_at"] is None
        ),
        query=query_of(filters, "-recorded"),
    )


def _span(first: dt.date, last: dt.date) -> str:
    return shown.day(first) if first >= last else f"{shown.day(first)} — {shown.day(last)}"


def context(request: HttpRequest, one: Paper, code: str, digest: str) -> dict[str, Any]:
    """What the template needs."""
    return {
        **proof(request, code, digest),
        "title": one.title,
        "office": one.office,
        "period": one.period,
        "head": _head(),
        "body": format_html_join("\n", _ROW, _lines(one.rows)),
        "counted": shown.n_records(len(one.rows)),
        "total": shown.yuan(one.total_fen),
        "capitals": capitals(one.total_fen),
        "query": one.query,
    }


def context_of_pivot(
    request: HttpRequest, actor: Actor, found: PivotFound, code: str, digest: str
) -> dict[str, Any]:
    """What the template of a pivot's paper needs."""
    total = found.pivot.total[1] if found.pivot.total else 0
    return {
        **proof(request, code, digest),
        "title": pivot.caption(found),
        "office": actor.organisation_name,
        "unit": pivot.unit_of(found),
        "chips": pivot.chips(found),
        "table": pivot.table(found, linked=False),
        "size": f"{found.size:,}",
        "total": shown.yuan(total),
        "capitals": capitals(total),
        "query": pivot.query_of(found.asked),
    }


def proof(request: HttpRequest, code: str, digest: str) -> dict[str, Any]:
    """When a paper was printed, and what verifies it."""
    address = request.build_absolute_uri(reverse("desk:verify", args=[code]))
    return {
        "printed_at": f"{localtime(clock.city_now()):%Y-%m-%d %H:%M}",
        "qr": qr(address),
        "address": address,
        "code": code,
        "sha256": digest,
    }


def qr(text: str) -> SafeString:
    """The text as a QR code, an SVG without a size of its own."""
    made = segno.make(text, error="m")
    return SafeString(made.svg_inline(border=2, omitsize=True, title=_("QR code of the address")))


def _head() -> list[tuple[str, bool]]:
    return [
        (_("No."), True),
        (_("Buying unit"), False),
        (_("Date"), False),
        (_("Channel"), False),
        (_("Mode"), False),
        (_("Product"), False),
        (_("Specification"), False),
        (_("Quantity"), True),
        (_("Price (yuan)"), True),
        (_("Amount (yuan)"), True),
        (_("Origin"), False),
        (_("Supplier"), False),
        (_("Invoice number"), False),
        (_("Marks"), False),
    ]


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    return [
        (
            number,
            row["unit__name"],
            row["occurred_on"].isoformat(),
            row["channel"],
            shown.mode(row["mode"]),
            row["product"],
            row["spec"],
            f"{shown.milli(row['quantity_milli'])} {row['measure']}".strip(),
            shown.milli(row["price_milli"]),
            shown.yuan(row["amount_fen"]),
            row["county"],
            row["supplier__name"],
            row["invoice_no"],
            " · ".join([*shown.flags(row["flags"]), *_reversed(row)]),
        )
        for number, row in enumerate(rows, 1)
    ]


def _reversed(row: Mapping[str, Any]) -> list[str]:
    return [_("Reversed")] if row["reversed_at"] else []
