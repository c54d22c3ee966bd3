"""Audit samples as pages and files show them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.samples import Position, SampleLine

FOUND = {
    "seen": gettext_lazy("Voucher seen"),
    "missing": gettext_lazy("No voucher"),
    "differs": gettext_lazy("It differs"),
}
TONES = {"seen": "good", "missing": "bad", "differs": "bad"}
HEADER = ("place", "position", "log_index", "number", "line", "fen", "source", "found", "note")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(one: SampleLine) -> dict[str, Any]:
    """A sample with its progress and what it says by now."""
    return {
        "ref": one.ref,
        "seed": one.seed,
        "when": shown.moment(one.drawn_at),
        "n": one.n,
        "checked": one.n_checked,
        "seen": one.n_seen,
        "missing": one.n_missing,
        "differs": one.n_differs,
        "said": _conclusion(one),
        "tone": "bad" if one.n_missing + one.n_differs else "good",
        "done": one.n_checked == one.n,
    }


def _conclusion(one: SampleLine) -> str:
    bad = one.n_missing + one.n_differs
    if bad:
        return _("%(bad)s of %(n)s checked positions have no voucher or differ.") % {
            "bad": bad,
            "n": one.n_checked,
        }
    if one.n_checked < one.n:
        return _("Nothing was found so far; %(n)s positions are left.") % {
            "n": one.n - one.n_checked
        }
    if one.n >= 300:
        return _(
            "All %(n)s have their vouchers. If 1 %% of the gifts were invented, a sample would "
            "miss them all with a probability of 5 %% at most."
        ) % {"n": one.n}
    return _("All %(n)s have their vouchers: these are all gifts of the bulletin.") % {"n": one.n}


def position(one: Position) -> dict[str, Any]:
    """A position of the checklist."""
    return {
        "one": one,
        "donor": one.donor or _("Somebody who is not named"),
        "line": shown.LINES[one.line],
        "yuan": shown.yuan(one.fen),
        "when": shown.moment(one.received_at) if one.received_at else "",
        "state": FOUND.get(one.found, ""),
        "tone": TONES.get(one.found, ""),
    }


def exported(one: Position) -> tuple[object, ...]:
    """A position as a row of the file; a text never becomes a formula."""
    row = (one.place, one.position, one.log_index, one.number, one.line, one.fen)
    return (*row, _plain(one.source), one.found, _plain(one.note))


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
