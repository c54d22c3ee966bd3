"""The list as a paper: A4 landscape, to be signed and sealed."""

from itertools import islice

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.blocks.desk.public import sheet_keep
from niangjia.core.errors import Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.exporting import OFF, REPORT, SHEET
from niangjia.programmes.assistance_ledger.forms import FiltersForm
from niangjia.programmes.assistance_ledger.forms.chosen import refs_of
from niangjia.programmes.assistance_ledger.pages import printed
from niangjia.programmes.assistance_ledger.selectors.exported import (
    chosen_or_filtered,
    with_names,
)
from niangjia.ui.page import actor_of

MOST_ROWS = 2_000


@never_cache
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """The records asked for by their refs, or all that match; at most 2,000 on one paper."""
    actor = authorise(actor_of(request), "purchases.see")
    filters = FiltersForm(request.GET).filters()
    lists = chosen_or_filtered(
        actor,
        filters=filters,
        sort=request.GET.get("sort", "-recorded"),
        refs=refs_of(request.GET.getlist("ref")),
    )
    rows = list(islice(with_names(lists), MOST_ROWS + 1))
    if not rows:
        raise Invalid(_("No record matches; there is nothing to print."), code="nothing_to_print")
    if len(rows) > MOST_ROWS:
        text = _("More than 2,000 records match. Narrow the list, or export it.")
        messages.warning(request, text)
        return redirect(f"{reverse('assistance_ledger:records')}?{request.GET.urlencode()}")
    paper = printed.paper(actor, rows, filters)
    code, digest = sheet_keep(
        actor,
        kind=REPORT if any(row.get("takes_off") for row in rows) else SHEET,
        title=paper.full_title,
        rows=[
            (f"{OFF if row.get('takes_off') else ''}{row['ref']}", row["amount_fen"])
            for row in rows
        ],
        total_fen=paper.total_fen,
    )
    context = printed.context(request, paper, code, digest)
    return render(request, "assistance_ledger/print.html", context)
