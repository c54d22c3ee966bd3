"""Releases: their list, and one on its way."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.blocks.cases.public import state_name
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages.board import NOT_SHOWN
from niangjia.programmes.assistance_ledger.pages.reports import tone
from niangjia.programmes.assistance_ledger.selectors import Proposal
from niangjia.ui.parts import Column, Table


def releases_table(found: Iterable[Mapping[str, Any]]) -> Table:
    """One row a release or proposal, newest first."""
    address = reverse("assistance_ledger:proposal", args=["REF"]).replace("REF", "{0}")
    columns = [
        Column(_("Period"), f'<a href="{address}">{{1}}</a>', lead=True),
        Column(_("Version"), "{2}", numeric=True),
        Column(_("State"), '<span class="tag {3}">{4}</span>'),
        Column(_("Purchased in all (10,000 yuan)"), "{5}", numeric=True),
        Column(_("Purchases"), "{6}", numeric=True),
        Column(_("Cut-off"), "{7}"),
        Column(_("Released"), "{8}"),
        Column(_("Fingerprint"), '<span class="hash">{9}</span>'),
    ]
    rows = [
        (
            row["ref"],
            periods.name(row["period"]),
            row["version"],
            tone(row["state"]),
            state_name("release", row["state"]),
            shown.wan(row["counted_fen"]),
            f"{row['n']:,}",
            row["cut_off"],
            shown.moment(row["released_at"]) if row["released_at"] else "",
            row["sha256"][:16],
        )
        for row in found
    ]
    return Table(_("Releases"), columns, rows)


def difference_table(found: Proposal) -> Table:
    """What the public would see in all, beside what it sees now."""
    now, was = found.document, found.published
    columns = [
        Column(_("Figure"), "{0}", lead=True),
        Column(_("Proposed"), "<strong>{1}</strong>", numeric=True),
    ]
    if was:
        columns.append(Column(_("Published now"), "{2}", numeric=True))
        columns.append(Column(_("Difference"), "{3}", numeric=True))
    names = {
        "counted_fen": _("Purchased in all (yuan)"),
        "direct_fen": _("Direct purchase (yuan)"),
        "helped_fen": _("Helped sale (yuan)"),
        "confirmed_fen": _("Confirmed by the assisted counties (yuan)"),
        "n": _("Purchases"),
        "n_units": _("Buying units"),
    }
    rows = [(title, *_compared(key, now, was)) for key, title in names.items()]
    return Table(_("What would be published"), columns, rows, cards=False)


def _compared(key: str, now: Mapping[str, Any], was: Mapping[str, Any] | None) -> tuple[str, ...]:
    """(proposed, published now, difference); a dash where a release does not state it."""
    told = shown.yuan if key.endswith("_fen") else "{:,}".format
    new, old = now.get(key), (was or {}).get(key)
    step = None if new is None or old is None else new - old
    return tuple(NOT_SHOWN if one is None else told(one) for one in (new, old, step))
