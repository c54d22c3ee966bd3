"""Several records at once: add up, print, export, reverse."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from niangjia.blocks.desk.public import export_ask, export_note, rows_of, write_table
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.exporting import PURCHASES
from niangjia.programmes.assistance_ledger.forms.chosen import (
    MOST_REFS,
    Chosen,
    chosen_of,
    refs_of,
)
from niangjia.programmes.assistance_ledger.forms.records import FiltersForm
from niangjia.programmes.assistance_ledger.pages import chosen as parts
from niangjia.programmes.assistance_ledger.selectors import (
    purchases_chosen,
    purchases_each,
    purchases_total,
)
from niangjia.programmes.assistance_ledger.selectors.listing import SIGNING, signed
from niangjia.programmes.assistance_ledger.services import purchases_reverse
from niangjia.programmes.assistance_ledger.services.bulk import Outcome
from niangjia.ui.page import actor_of

AT_ONCE = 2_000  # rows; a larger export is made in the background
BATCH = 200
FILES = {"xlsx": ("shown", "xlsx"), "official": ("official", "xlsx"), "csv": ("shown", "csv")}
LAYOUTS = {"shown": gettext_lazy("as shown"), "official": gettext_lazy("official columns")}


@require_POST
def chosen(request: HttpRequest) -> HttpResponse | FileResponse:
    """What the list's form asks for."""
    actor = authorise(actor_of(request), "purchases.see")
    asked, do = chosen_of(request.POST), request.POST.get("do", "")
    back = f"{reverse('assistance_ledger:records')}?{asked.query}"
    if asked.nothing:
        messages.warning(request, _("Nothing is chosen. Tick some records, or choose “all”."))
        return redirect(back)
    if do in FILES:
        return _export(request, actor, asked, *FILES[do])
    if do == "print":
        return redirect(_address("print", asked))
    if do == "reverse":
        return redirect(_address("reverse_many", asked))
    messages.info(request, parts.summed(*_total(actor, asked)))
    return redirect(back)


def _total(actor: Actor, asked: Chosen) -> tuple[int, int]:
    if asked.everything:
        return purchases_total(actor, filters=asked.filters)
    columns = (*SIGNING, "reversed_at")
    rows = signed(purchases_chosen(actor, refs=asked.refs, columns=columns), asked.filters)
    mixed = asked.filters.state == "all"
    return len(rows), sum(row["amount_fen"] for row in rows if not (mixed and row["reversed_at"]))


def _address(page: str, asked: Chosen) -> str:
    """Of a page about the records chosen; it can be gone back to."""
    address = reverse(f"assistance_ledger:{page}")
    refs = [("ref", ref) for ref in asked.refs] or [("which", "all")]
    return f"{address}?{asked.query}{'&' if asked.query else ''}{urlencode(refs)}"


def _export(
    request: HttpRequest, actor: Actor, asked: Chosen, layout: str, suffix: str
) -> HttpResponse | FileResponse:
    n, _fen = _total(actor, asked)
    title = (
        f"{_('Purchase ledger')} {actor.organisation_name} {clock.city_today():%Y%m%d}"
        f" {LAYOUTS[layout]}"
    )
    params = {
        "layout": layout,
        "format": suffix,
        "query": asked.query,
        "refs": " ".join(asked.refs),
    }
    if n > AT_ONCE:
        export_ask(actor, kind=PURCHASES, title=title, params=params, n_expected=n)
        messages.success(request, _("The file is being made; it will stand here."))
        return redirect("desk:exports")
    export_note(actor, kind=PURCHASES, n=n)
    table = rows_of(PURCHASES, actor, params)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{suffix}"
        write_table(path, suffix, table.sheet, table.header, table.widths, table.rows)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{title}.{suffix}")


def _confirm(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page that asks for the reason, with all records that it is for."""
    listed = request.GET.copy()
    refs, every = refs_of(listed.pop("ref", [])), listed.pop("which", []) == ["all"]
    if not refs and not every:
        messages.warning(request, _("Nothing is chosen. Tick some records, or choose “all”."))
        return redirect(f"{reverse('assistance_ledger:records')}?{listed.urlencode()}")
    try:
        context = parts.to_reverse(actor, refs or _refs_of_all(actor, listed), listed.urlencode())
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect(f"{reverse('assistance_ledger:records')}?{listed.urlencode()}")
    return render(request, "assistance_ledger/reverse.html", context)


def _refs_of_all(actor: Actor, listed: QueryDict) -> tuple[str, ...]:
    refs: list[str] = []
    filters, sort = FiltersForm(listed).filters(), listed.get("sort", "-recorded")
    lists = purchases_each(actor, filters=filters, sort=sort, columns=("ref",))
    for rows in lists:
        refs += (row["ref"] for row in rows)
        if len(refs) > MOST_REFS:
            raise Invalid(
                _("More than 1,000 records match. Narrow the list and reverse them in parts."),
                code="too_many_chosen",
            )
    return tuple(refs)


@never_cache
@require_http_methods(["GET", "POST"])
def reverse_many(request: HttpRequest) -> HttpResponse:
    """Every record chosen is reversed with one reason; the page says what became of each."""
    actor = authorise(actor_of(request), "purchases.correct")
    if request.method == "GET":
        return _confirm(request, actor)
    refs = refs_of(request.POST.get("refs", "").split())
    query, reason = request.POST.get("query", "")[:2000], request.POST.get("reason", "")
    outcomes: list[Outcome] = []
    wrong = ""
    try:
        for start in range(0, len(refs), BATCH):
            outcomes += purchases_reverse(actor, refs=refs[start : start + BATCH], reason=reason)
    except Invalid as error:
        wrong = str(error)
    context = parts.to_reverse(actor, refs, query, outcomes, reason, wrong)
    return render(request, "assistance_ledger/reverse.html", context, status=422 if wrong else 200)
