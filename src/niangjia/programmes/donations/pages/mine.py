"""A donor's gifts as their pages show them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from niangjia.core import clock
from niangjia.lib.money import capitals
from niangjia.programmes.donations import rules
from niangjia.programmes.donations.pages import shown, spending
from niangjia.programmes.donations.pages.rules import pooled_rule
from niangjia.programmes.donations.selectors.mine import CertificateView, MyGift

ENDED = {"": "good", "replaced": "", "voided": "bad"}


def amount(one: MyGift) -> str:
    """What a gift counts, in yuan; goods without a value say so."""
    if one.kind == "goods" and not one.net_fen:
        return f"{one.what} ({_('unvalued')})"
    return shown.yuan(one.net_fen)


def line(one: MyGift) -> dict[str, Any]:
    """A gift in a list."""
    return {
        "ref": one.ref,
        "title": one.title,
        "number": rules.shown_number(one.number),
        "yuan": amount(one),
        "when": shown.day(clock.day_of(one.received_at)) if one.received_at else "",
        "state": shown.STATES[one.state],
        "tone": shown.TONES.get(one.state, "good"),
    }


def gift(one: MyGift, *, known: bool) -> dict[str, Any]:
    """A gift's page. known: for its donor; else for whoever has the number of the receipt."""
    flow = spending.flow(one.went, linked=False) if one.went else None
    return {
        "one": one,
        "known": known,
        "line": line(one),
        "facts": _facts(one),
        "changes": [
            (shown.WHY[why], shown.yuan(fen), shown.moment(at)) for why, fen, at in one.changes
        ],
        "certificates": [certificate(row) for row in one.certificates],
        "official": [
            (row.code, row.number, shown.yuan(row.fen), shown.day(row.issued_on), row.voided)
            for row in one.official
        ],
        "flow": flow,
        "rule": pooled_rule() if flow else "",
        "may_certify": known and bool(one.fact_ref),
    }


def _facts(one: MyGift) -> list[tuple[str, str]]:
    rows = [
        (_("Given to"), f"{one.title} · {one.organisation}"),
        (_("Number of the receipt"), rules.shown_number(one.number)),
        (_("Received"), shown.moment(one.received_at) if one.received_at else ""),
        (_("In capitals"), capitals(one.net_fen) if one.net_fen else ""),
        (_("Goods"), one.what if one.kind == "goods" else ""),
        (_("Directed to"), one.direction),
        (_("State"), str(shown.STATES[one.state])),
    ]
    return [(name, value) for name, value in rows if value]


def certificate(row: CertificateView) -> dict[str, Any]:
    """A certificate in a list of its versions."""
    names = {"": _("in force"), "replaced": _("replaced"), "voided": _("voided")}
    return {
        "ref": row.ref,
        "n": row.n,
        "when": shown.moment(row.issued_at),
        "state": names[row.ended],
        "tone": ENDED[row.ended],
        "reason": row.reason,
    }


def statement(found: Sequence[MyGift], year: int) -> dict[str, Any]:
    """What was received in a year, with its sum."""
    rows = [one for one in found if one.received_at and clock.day_of(one.received_at).year == year]
    whole = sum(one.net_fen for one in rows)
    return {
        "year": year,
        "gifts": [line(one) for one in reversed(rows)],
        "sum": shown.yuan(whole),
        "capitals": capitals(whole),
        "name": next((one.name for one in rows if one.name), ""),
        "made": shown.moment(clock.city_now()),
    }
