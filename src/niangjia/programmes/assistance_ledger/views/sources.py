"""Other sources: orders of a platform and payments beside the office's own records."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.orgs.public import organisation
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.forms.sources import from_order
from niangjia.programmes.assistance_ledger.models import SourceLine
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages import sources as parts
from niangjia.programmes.assistance_ledger.selectors import sources as selectors
from niangjia.programmes.assistance_ledger.services import (
    purchases_take,
    sources_aside,
    sources_back,
    sources_choose,
    sources_other,
    sources_part,
    sources_same,
)
from niangjia.programmes.assistance_ledger.types import PurchaseIn, Taken
from niangjia.ui.page import actor_of

MOST = 200


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _text(value: str, n: int = 100) -> str:
    return value.replace("\0", "").strip()[:n]


@never_cache
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """What other sources hold beside the records: what is found, what waits, what is left over."""
    actor = actor_of(request)
    own = selectors.own_unit(actor)
    unit_id = own or _number(request.GET.get("unit", "")) or None
    unit = "" if own else str(unit_id or "")
    sums = selectors.source_sums(actor, unit_id=unit_id)
    tab, source = _where(request, sums)
    text, after = _text(request.GET.get("q", "")), _number(request.GET.get("after", ""))
    rows, more = _rows(actor, unit_id, source, tab, text, after)
    here = {"unit": unit, "source": source, "tab": tab, "q": text}
    context = {
        "overview": parts.overview(sums, unit),
        "units": [] if own else selectors.units_with_lines(actor),
        "unit": unit_id if not own else None,
        "unit_name": "" if own else _name_of(unit_id, sums),
        "tabs": _tabs(unit, source, tab),
        "rows": rows,
        "tab": tab,
        "source": source,
        "sources": parts.SOURCES.items(),
        "text": text,
        "query": parts.query(**here),
        "next": parts.query(**here, after=more) if more else "",
        "after": after,
        "empty": not any(one.n_all for one in sums),
        "may_decide": actor.may("sources.decide"),
        "may_import": actor.may("purchases.import"),
        "channels": policy.channels(),
    }
    return render(request, "assistance_ledger/sources.html", context)


def _name_of(unit_id: int | None, sums: list[selectors.Sums]) -> str:
    """The name of a unit that the actor sees lines of."""
    return organisation(unit_id).name if unit_id and any(one.n_all for one in sums) else ""


def _where(request: HttpRequest, sums: list[selectors.Sums]) -> tuple[str, str]:
    """(tab, source) asked for; else the first that something waits in."""
    source = request.GET.get("source", "")
    source = source if source in parts.SOURCES else ""
    tab = request.GET.get("tab", "")
    if tab not in parts.TABS:
        waits = [state for state in ("proposed", "open") if any(one.n.get(state) for one in sums)]
        tab = waits[0] if waits else "matched"
    if tab == "records" and not source:
        source = "payment" if not sums[0].n_all else "order"
    return tab, source


def _tabs(unit: str, source: str, tab: str) -> list[tuple[str, str, bool]]:
    return [
        (str(title), parts.query(unit=unit, source=source, tab=key), key == tab)
        for key, title in parts.TABS.items()
    ]


def _rows(
    actor: Actor, unit_id: int | None, source: str, tab: str, text: str, after: int
) -> tuple[list[Any], int]:
    if tab == "records":
        records, more = selectors.records_without(
            actor, unit_id=unit_id, source=source, after=after
        )
        return [parts.purchase_side(one) for one in records], more
    lines, more = selectors.lines_page(
        actor, unit_id=unit_id, source=source, state=tab, text=text, after=after
    )
    verdict = {"proposed": "proposed", "matched": "same", "cancelled": "same"}.get(tab)
    found = selectors.matches_of([one.id for one in lines], verdict) if verdict else {}
    return [parts.row(one, found.get(one.id, [])) for one in lines], more


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """What the pressed button says is done with the lines or proposals that were chosen."""
    actor = authorise(actor_of(request), "sources.decide")
    acts: dict[str, Callable[[HttpRequest, Actor], str]] = {
        "same": _same,
        "other": _other,
        "aside": _aside,
        "back": _back,
        "part": _part,
        "enter": _enter,
    }
    what = acts.get(request.POST.get("do", "").partition(":")[0])
    if what is None:
        raise Invalid(_("Choose what to do."))
    try:
        messages.success(request, what(request, actor))
    except (Invalid, NotFound) as error:
        messages.warning(request, str(error))
    target = reverse("assistance_ledger:sources")
    query = _text(request.POST.get("query", ""), 500)
    return HttpResponseRedirect(f"{target}?{query}" if query else target)


def _chosen(request: HttpRequest, name: str) -> list[str]:
    """The line or proposal whose own button was pressed, else those ticked."""
    one = request.POST.get("do", "").partition(":")[2]
    found = [text[:40] for text in ([one] if one else request.POST.getlist(name)[:MOST])]
    if not found:
        raise Invalid(_("Nothing was chosen. Tick the lines you mean."))
    return found


def _same(request: HttpRequest, actor: Actor) -> str:
    wanted = _chosen(request, "proposal")
    n = sources_same(actor, proposals=wanted)
    text = ngettext("%(n)s is now one with its record.", "%(n)s are now one with their records.", n)
    if n < len(set(wanted)):
        text += " " + _("The others had changed meanwhile; look at them again.")
    return text % {"n": n}


def _other(request: HttpRequest, actor: Actor) -> str:
    n = sources_other(actor, proposals=_chosen(request, "proposal"))
    text = ngettext(
        "%(n)s proposal is turned down; it will not come again.",
        "%(n)s proposals are turned down; they will not come again.",
        n,
    )
    return text % {"n": n}


def _aside(request: HttpRequest, actor: Actor) -> str:
    reason = _text(request.POST.get("reason", ""), 200)
    n = sources_aside(actor, lines=_chosen(request, "line"), reason=reason)
    return ngettext("%(n)s line is set aside.", "%(n)s lines are set aside.", n) % {"n": n}


def _back(request: HttpRequest, actor: Actor) -> str:
    n = sources_back(actor, lines=_chosen(request, "line"))
    return ngettext("%(n)s line counts again.", "%(n)s lines count again.", n) % {"n": n}


def _part(request: HttpRequest, actor: Actor) -> str:
    reason = _text(request.POST.get("reason", ""), 200)
    parted: set[str] = set()
    for line in _chosen(request, "line"):
        if line not in parted:  # else with another line of the same purchase
            parted.update(sources_part(actor, line_ref=line, reason=reason))
    return _("Parted. The line waits for its record again.")


def _enter(request: HttpRequest, actor: Actor) -> str:
    """Orders without a record become records; what lacks something is left, and told."""
    lines = selectors.lines_get(actor, refs=_chosen(request, "line"))
    channel = request.POST.get("channel", "")
    open_ones = [one for one in lines if one.state == "open"]  # type: ignore[attr-defined]
    made = [(one, row) for one in open_ones if (row := from_order(one, channel)) is not None]
    n = 0
    for taken in _taken(actor, made, _text(request.POST.get("reason", ""), 200)):
        n += len(taken.taken)
    text = ngettext("%(n)s order is now a record.", "%(n)s orders are now records.", n)
    left = len(lines) - n
    if left:
        text += " " + _(
            "%(left)s were not entered: something needed is missing, or their period was reported. "
            "Fill in the reason why they come late, or enter them by hand."
        )
    return text % {"n": n, "left": left}


def _taken(actor: Actor, made: list[tuple[SourceLine, PurchaseIn]], reason: str) -> Iterator[Taken]:
    """Orders of one file at a time: each record says which row of which file it came from. reason:
    why they come late, where their period was reported."""
    by_file = sorted(made, key=lambda one: one[0].upload_ref)
    for upload, group in groupby(by_file, key=lambda one: one[0].upload_ref):
        rows = [replace(row, sheet=line.sheet, row_no=line.row_no) for line, row in group]
        yield purchases_take(actor, rows=rows, upload_ref=upload, explain_late=reason)


@never_cache
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """A person says which records a line is: one or several."""
    actor = authorise(actor_of(request), "sources.decide")
    line = selectors.line_get(actor, ref=ref)
    if request.method == "POST":
        try:
            sources_choose(actor, lines=[ref], purchases=_chosen(request, "purchase"))
            messages.success(request, _("The line is now one with what you chose."))
            return redirect("assistance_ledger:sources")
        except DomainError as error:
            messages.warning(request, str(error))
    text = _text(request.GET.get("q", ""))
    found = selectors.candidates(actor, line=line, text=text)
    context = {
        "line": parts.line_side(line),
        "source": parts.SOURCES[line.source],
        "unit": line.unit.name,
        "state": line.state,  # type: ignore[attr-defined]
        "records": [(parts.purchase_side(one), _gap(line, one.amount_fen)) for one in found],
        "text": text,
    }
    return render(request, "assistance_ledger/source_choose.html", context)


def _gap(line: SourceLine, fen: int) -> str:
    gap = line.amount_fen - fen
    return "" if not gap else f"{'+' if gap > 0 else '−'}{shown.yuan(abs(gap))}"
