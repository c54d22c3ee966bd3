"""A released figure with its records, as shown."""

from dataclasses import asdict
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.programmes.assistance_ledger.disclosure import OTHER
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.tracing.released import Cell, Released

NAMES = ("table", "label", "mode")
TABLES = {
    "month": gettext_lazy("Month"),
    "district": gettext_lazy("District"),
    "line": gettext_lazy("System"),
    "county": gettext_lazy("County of origin"),
    "category": gettext_lazy("Kind"),
    "channel": gettext_lazy("Channel"),
}


def address(ref: str, cell: Cell, *, after: str = "", whole: bool = False) -> str:
    """Of a figure's page."""
    found = {name: value for name, value in asdict(cell).items() if value}
    found |= {"after": after} if after else {}
    found |= {"whole": "1"} if whole else {}
    query = f"?{urlencode(found)}" if found else ""
    return f"{reverse('assistance_ledger:released', args=[ref])}{query}"


def title(found: Released) -> str:
    """Which figure: `County of origin: Hebei Tang; Direct purchase`."""
    cell = found.cell
    words = []
    if cell.table:
        name = shown.month(cell.label) if cell.table == "month" else found.name
        if cell.label == OTHER:
            name = _("the small ones together")
        words.append(_("%(what)s: %(name)s") % {"what": TABLES[cell.table], "name": name})
    if cell.mode:
        words.append(shown.mode(cell.mode))
    return " · ".join(words) or _("Purchased in all")


def figures(found: Released) -> list[tuple[str, str, str]]:
    """(title, number, note): as released, and in the reader's scope."""
    n = "" if found.n is None else shown.n_records(found.n)
    lines = [(_("As released"), f"¥\u00a0{shown.yuan(found.fen)}", n)]
    if found.own:
        own = shown.n_records(found.own.n)
        if found.own.n_off:
            off = _("%(n)s of them taken off") % {"n": f"{found.own.n_off:,}"}
            own = f"{own} · {off}"
        title = _("Its records") if found.everything else _("Its records in your scope")
        lines.append((title, f"¥\u00a0{shown.yuan(found.own.fen)}", own))
    return lines


def partly(found: Released) -> str:
    """That the reader's scope holds a part of the figure only, or that all is there; or empty."""
    own = found.own
    if own is None or (own.fen, own.n) == (found.fen, found.n if found.n is not None else own.n):
        return ""
    if found.n is None:
        return _("%(own)s yuan of the figure's %(all)s yuan are in your scope.") % {
            "own": shown.yuan(own.fen),
            "all": shown.yuan(found.fen),
        }
    return _("%(own)s of the figure's %(all)s records are in your scope.") % {
        "own": f"{own.n:,}",
        "all": f"{found.n:,}",
    }
