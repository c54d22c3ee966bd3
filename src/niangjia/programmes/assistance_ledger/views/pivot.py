"""The pivot: look any two dimensions up, keep the question, take the answer away."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from niangjia.blocks.desk.public import export_ask, sheet_keep, views_of
from niangjia.core import clock
from niangjia.core.errors import Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import pivot_files
from niangjia.programmes.assistance_ledger.exporting import PIVOT, PIVOT_SHEET
from niangjia.programmes.assistance_ledger.forms.pivot import asked_of, page_of
from niangjia.programmes.assistance_ledger.pages import pivot as parts
from niangjia.programmes.assistance_ledger.pages import printed, shown
from niangjia.programmes.assistance_ledger.selectors.pivot import measures_for, pivot_get
from niangjia.ui.page import actor_of

PAGE = "assistance_ledger:pivot"


@never_cache
@require_GET
def pivot(request: HttpRequest) -> HttpResponse:
    """The table asked for, its chart, its form."""
    actor = authorise(actor_of(request), "purchases.see")
    asked = asked_of(request.GET)
    if asked.measure not in measures_for(actor):  # a view kept by somebody who may see more
        asked = replace(asked, measure="fen")
        messages.info(request, _("Your role does not see this measure; amounts are shown instead."))
    found = pivot_get(actor, asked=asked, page=page_of(request.GET))
    context = {
        "found": found,
        "form": parts.form(actor, found),
        "caption": parts.caption(found),
        "unit": parts.unit_of(found),
        "table": parts.table(found),
        "chart": parts.chart(found),
        "chips": parts.chips(found),
        "here": parts.query_of(asked),
        "views": views_of(actor, page=PAGE),
        "total": parts.value(found.pivot.total, found),
        "size": f"{found.size:,}",
        "behind": f"{found.behind:,}",
        "as_of": shown.moment(clock.city_now()),
        "before": parts.page_link(asked, found.page - 1) if found.page > 1 else "",
        "after": parts.page_link(asked, found.page + 1) if found.page < found.n_pages else "",
    }
    return render(request, "assistance_ledger/pivot.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """All rows and columns as a file that is made in the background."""
    actor = authorise(actor_of(request), "purchases.see")
    params = pivot_files.params_of(request.POST)
    found = pivot_get(actor, asked=pivot_files.asked_in(params))
    title = f"{parts.caption(found)} {actor.organisation_name} {clock.city_today():%Y%m%d}"
    export_ask(actor, kind=PIVOT, title=title, params=params, n_expected=found.pivot.n_lines)
    messages.success(request, _("The file is being made; it will stand here."))
    return redirect("desk:exports")


@never_cache
@require_GET
def paper(request: HttpRequest) -> HttpResponse:
    """The table as a paper, A4 landscape, that can be verified as of the moment of printing."""
    actor = authorise(actor_of(request), "purchases.see")
    asked, at = asked_of(request.GET), clock.city_now()
    found = pivot_get(actor, asked=asked, per_page=pivot_files.MOST_PRINTED)
    if found.pivot.total is None:
        raise Invalid(_("Nothing was recorded here; there is nothing to print."), code="nothing")
    if found.behind:
        raise Invalid(
            _("New entries are being counted. Print again in a moment."), code="still_counting"
        )
    title = f"{actor.organisation_name} {parts.caption(found)}"[:120]
    rows = pivot_files.printed_rows(actor, found, at)
    total = found.pivot.total[1]
    code, digest = sheet_keep(actor, kind=PIVOT_SHEET, title=title, rows=rows, total_fen=total)
    context = printed.context_of_pivot(request, actor, found, code, digest)
    return render(request, "assistance_ledger/pivot_print.html", context)
