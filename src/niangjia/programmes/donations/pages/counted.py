"""The way of one's own record up to the total, in words."""

from typing import Any

from django.utils.translation import gettext as _

from niangjia.programmes.donations import rules
from niangjia.programmes.donations.counted import Counted, Step
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.pages import shown


def page(gift: Gift, found: Counted) -> dict[str, Any]:
    """What the page says of a gift that is counted."""
    return {
        "found": found,
        "number": rules.shown_number(gift.number),
        "line": shown.LINES[found.line],
        "yuan": shown.yuan(found.fen),
        "position": f"{found.position + 1:,}",
        "index": f"{found.index:,}",
        "n_changes": found.n_changes,
        "neighbour": "" if found.neighbour_fen is None else shown.yuan(found.neighbour_fen),
        "steps": [_step(one) for one in found.steps],
    }


def _step(one: Step) -> dict[str, str]:
    if one.n == 1:
        beside = _("one other gift, %(yuan)s yuan") % {"yuan": shown.yuan(one.fen)}
    else:
        beside = _("%(n)s other gifts, together %(yuan)s yuan") % {
            "n": f"{one.n:,}",
            "yuan": shown.yuan(one.fen),
        }
    return {
        "side": _("left of it") if one.left else _("right of it"),
        "beside": beside,
        "together": _("%(n)s gifts, %(yuan)s yuan")
        % {"n": f"{one.n_together:,}", "yuan": shown.yuan(one.fen_together)},
        "hash": one.hash,
    }
