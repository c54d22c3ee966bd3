"""The list of releases."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.ui.parts import Column, Table


def releases_table(found: Iterable[Mapping[str, Any]]) -> Table:
    """One row a release, newest first."""
    address = reverse("assistance_ledger:board", args=["PERIOD"]).replace("PERIOD", "{0}")
    columns = [
        Column(_("Period"), f'<a href="{address}">{{1}}</a>', lead=True),
        Column(_("Version"), "{2}", numeric=True),
        Column(_("Purchased in all (10,000 yuan)"), "{3}", numeric=True),
        Column(_("Purchases"), "{4}", numeric=True),
        Column(_("Cut-off"), "{5}"),
        Column(_("Log size"), "{6}", numeric=True),
        Column(_("Released"), "{7}"),
        Column(_("Fingerprint"), '<span class="hash">{8}</span>'),
    ]
    rows = [
        (
            row["period"],
            shown.period(row["period"]),
            row["version"],
            shown.wan(row["counted_fen"]),
            f"{row['n']:,}",
            row["cut_off"],
            f"{row['log_size']:,}",
            shown.moment(row["released_at"]),
            row["sha256"][:16],
        )
        for row in found
    ]
    return Table(_("Releases"), columns, rows)
