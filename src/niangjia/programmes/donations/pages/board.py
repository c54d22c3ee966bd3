"""The public board of a raising: a live part that is polled, and what changes seldom."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.indicators.public import PublishedBulletin, bulletins, indicator_at
from niangjia.core import clock
from niangjia.core.http import NOTICE
from niangjia.programmes.donations.board_version import board_version
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.disclosing import Disclosure, disclosures
from niangjia.programmes.donations.pages import bulletins as bulletin_parts
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors import board as found
from niangjia.programmes.donations.selectors.raisings import RaisingView, raising_public
from niangjia.ui.page import actor_of, language_of, size_of, theme_of
from niangjia.ui.parts import Figure

KEEP_S = 15
DUE = {
    "met": gettext_lazy("Published in time"),
    "late": gettext_lazy("Published late"),
    "overdue": gettext_lazy("Overdue"),
    "soon": gettext_lazy("Due soon"),
    "later": gettext_lazy("Later"),
}
TONES = {"met": "good", "late": "warn", "overdue": "bad", "soon": "warn", "later": ""}


def live(one: RaisingView) -> tuple[str, dict[str, Any]]:
    """(what the live part is known by, the values that fill it); no name of who did not agree."""
    totals, newest = found.totals(one.slug), found.newest_gifts(one.id)
    coming = found.pledges(one.id)
    said = repr((totals, newest, coming, language_of()))
    parts = {
        "figures": _figures(totals),
        "goal": _goal(one, totals.fen),
        "newest": [_newest(gift) for gift in newest],
        "pledged": [_pledge(gift) for gift in coming],
        "pledged_sum": shown.yuan(sum(gift.fen or 0 for gift in coming)),
    }
    return hashlib.sha256(said.encode()).hexdigest()[:20], parts


def _figures(totals: found.Totals) -> list[Figure]:
    at = clock.city_now()
    indicator = indicator_at(INDICATOR, at)
    rule = indicator.rule.of(language_of())
    now = shown.moment(at)
    proof: Any = "witnessed" if totals.witnessed else "sequenced"

    def one(title: str, fen: int, note: str) -> Figure:
        return Figure(
            title=title,
            number=shown.wan(fen),
            unit=_("× 10,000 yuan"),
            as_of=now,
            rule=rule,
            policy=indicator.policy,
            cut_off=now,
            log_size=totals.size,
            proof=proof,
            note=note,
        )

    people, units, goods = (totals.lines[line] for line in (1, 2, 3))
    gifts = _("%(n)s gifts")
    return [
        one(_("Received in all"), totals.fen, gifts % {"n": f"{totals.n:,}"}),
        one(
            _("Money from people"),
            people.fen,
            _("%(n)s person-times") % {"n": f"{people.first:,}"},
        ),
        one(_("Money from units"), units.fen, gifts % {"n": f"{units.n:,}"}),
        one(_("Worth of goods"), goods.fen, gifts % {"n": f"{goods.n:,}"}),
    ]


def _goal(one: RaisingView, fen: int) -> dict[str, Any] | None:
    if not one.goal_fen:
        return None
    return {
        "percent": f"{fen * 1000 // one.goal_fen / 10:.1f}%",
        "value": min(fen, one.goal_fen) // 100,
        "most": one.goal_fen // 100,
        "wan": shown.wan(one.goal_fen),
    }


def _newest(gift: found.NewGift) -> dict[str, str]:
    name = gift.name
    if not name and gift.n_people > 1:
        name = _("Collected in a group of %(n)s people") % {"n": f"{gift.n_people:,}"}
    return {
        "name": name or _("Somebody who is not named"),
        "when": shown.moment(gift.at),
        "line": str(shown.LINES[gift.line]),
        "what": gift.what,
        "amount": f"¥ {shown.yuan(gift.fen)}" if gift.fen is not None else _("amount not shown"),
    }


def _pledge(gift: found.Pledge) -> dict[str, str]:
    return {
        "name": gift.name or _("Somebody who is not named"),
        "what": gift.what or _("money"),
        "amount": f"¥ {shown.yuan(gift.fen)}" if gift.fen else _("without a value"),
        "direction": gift.direction,
        "referrer": gift.referrer,
        "when": shown.day(clock.day_of(gift.at)) if gift.at else "",
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """A board as it is kept: the whole page, its live part, and what that is known by."""

    stamp: str
    page: bytes
    part: bytes


def kept(request: HttpRequest, slug: str) -> Kept:
    """The board, made at most once in 15 seconds for each kind of reader, and anew as soon as
    something is received or a consent changes. Raises NotFound."""
    cells = found.cells(slug)
    reader = (language_of(), theme_of(request), size_of(request), actor_of(request).signed_in)
    said = repr((slug, board_version(slug), cells, reader, NOTICE.impl()))
    key = f"donations-board:{hashlib.sha256(said.encode()).hexdigest()}"
    known: Kept | None = cache.get(key)
    if known is None:
        known = _made(request, raising_public(slug))
        cache.set(key, known, KEEP_S)
    return known


def _made(request: HttpRequest, one: RaisingView) -> Kept:
    stamp, parts = live(one)
    part = render_to_string("donations/board_live.html", {"one": one, "stamp": stamp, **parts})
    context = {
        "one": one,
        "messages": (),  # what one reader was told: others get this page too
        "state": shown.RAISING_STATES[one.state],
        "live": part,
        "rest": render_to_string("donations/board_rest.html", _rest(one)),
    }
    page = render_to_string("donations/board.html", context, request)
    return Kept(stamp, page.encode(), part.encode())


def _rest(one: RaisingView) -> dict[str, Any]:
    listed = bulletins(INDICATOR, one.slug)
    spending = found.spending(one.id, 6)
    return {
        "one": one,
        "newest": bulletin_parts.line(listed[0], listed) if listed else None,
        "heads": heads(listed[0]) if listed else [],
        "goods": [good(item) for item in found.goods(one.id)],
        "spending": spending,
        "paid": shown.yuan(spending.fen),
        "signed": shown.yuan(spending.signed_fen),
        "payments": [payment(item) for item in spending.listed],
        "dues": dues(one, listed),
        "documents": documents(one),
        "corrections": [bulletin_parts.line(row, listed) for row in listed if row.corrects],
    }


def heads(bulletin: PublishedBulletin) -> list[tuple[str, str]]:
    """(title, number and unit) of who gave, by the newest bulletin."""
    language = language_of()
    return [
        (count.title.of(language), f"{bulletin.counts[count.id]:,} {count.unit.of(language)}")
        for count in indicator_at(INDICATOR, bulletin.as_of).counts
        if count.id in bulletin.counts
    ]


def good(item: found.Good) -> dict[str, str]:
    """A kind of thing as a line."""
    value = "" if item.value_fen is None else f"¥ {shown.yuan(item.value_fen)}"
    return {
        "name": f"{item.name} {item.n:,} {item.measure}",
        "donor": item.donor or _("Somebody who is not named"),
        "direction": item.direction,
        "value": value or _("unvalued"),
        "basis": str(shown.BASES.get(item.basis, "")),
        "state": str(shown.STATES[item.state]),
        "when": shown.day(clock.day_of(item.at)) if item.at else "",
    }


def payment(item: found.Spent) -> dict[str, str]:
    """A payment as a line."""
    signed = ""
    if item.n_signed:
        signed = _("signed for by %(n)s people") % {"n": f"{item.n_signed:,}"}
    return {
        "payee": item.payee,
        "purpose": item.purpose,
        "beneficiaries": item.beneficiaries,
        "fund": item.fund or _("Common pool"),
        "amount": f"¥ {shown.yuan(item.fen)}",
        "signed": signed or _("not signed for yet"),
        "when": shown.day(clock.day_of(item.at)) if item.at else "",
    }


def dues(one: RaisingView, listed: Sequence[PublishedBulletin]) -> list[dict[str, Any]]:
    """The disclosure calendar, what is late in red."""
    today = clock.city_today()
    return [_due(due, today) for due in disclosures(one, listed, today)]


def _due(due: Disclosure, today: Any) -> dict[str, Any]:
    state = due.state(today)
    return {
        "title": _("Final disclosure") if due.final else _("Periodic disclosure"),
        "covers": shown.day(due.as_of),
        "due": shown.day(due.due_on),
        "state": DUE[state],
        "tone": TONES[state],
        "number": due.number,
        "overdue": state == "overdue",
    }


def documents(one: RaisingView) -> list[tuple[str, str]]:
    """(name, value) of what a raising stands on."""
    until, last = one.qualification_until, one.last_on
    rows = [
        (_("Foundation"), one.organisation),
        (
            _("Raising period"),
            f"{shown.day(one.first_on)} – {shown.day(last) if last else _('open end')}",
        ),
        (_("Number of the public-raising qualification"), one.qualification_no),
        (_("Qualification valid until"), shown.day(until) if until else ""),
        (_("Number of the filed plan"), one.plan_no),
        (_("Designated platform for giving online"), one.platform),
        (_("Who benefits, and where"), one.area),
        (_("Restrictions"), one.restrictions),
    ]
    return [(name, value) for name, value in rows if value]
