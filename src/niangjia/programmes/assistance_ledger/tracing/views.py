"""Pages: a trace from anything to its records, and from a released figure back to them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.blocks.desk.public import lag
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.forms import FiltersForm
from niangjia.programmes.assistance_ledger.pages.records import query_of
from niangjia.programmes.assistance_ledger.selectors import Filters
from niangjia.programmes.assistance_ledger.tracing import back, pages, questions
from niangjia.programmes.assistance_ledger.tracing.found import trace_get
from niangjia.programmes.assistance_ledger.tracing.released import Cell, released_get
from niangjia.ui.page import actor_of

TRACE = "assistance_ledger/trace.html"


@never_cache
@require_GET
def trace(request: HttpRequest) -> HttpResponse:
    """The search box; what was typed leads to one thing at once, or to a choice; its records."""
    actor = authorise(actor_of(request), "purchases.see")
    filters = FiltersForm(request.GET).filters()
    if any(getattr(filters, kind) for kind in questions.KINDS):
        return _traced(request, filters)
    question = questions.plain(request.GET.get("q", ""))
    found = questions.meanings(actor, question=question)
    if len(found) == 1:
        return redirect(pages.address(questions.narrowed_by(found[0]), question=question))
    context = {
        "question": question[: questions.LONGEST],
        "groups": pages.grouped(found, question),
        "short": 0 < len(question) < questions.SHORTEST,
        "long": len(question) > questions.LONGEST,
        "sees_households": actor.may("rosters.see"),
        "behind": f"{lag():,}" if lag() else "",
    }
    return render(request, TRACE, context)


def _traced(request: HttpRequest, filters: Filters) -> HttpResponse:
    actor = actor_of(request)
    by = pages.by_of(request.GET.get("by", ""), filters)
    after = request.GET.get("after", "").replace("\0", "")
    asked = trace_get(actor, filters=filters, by=by, after=after, whole="whole" in request.GET)
    told = questions.meaning_of(actor, asked.filters)
    context = {
        "question": questions.plain(request.GET.get("q", ""))[: questions.LONGEST],
        "asked": asked,
        "chips": pages.chips(asked, told),
        "bys": pages.bys(asked),
        "figures": pages.figures(asked.whole) if asked.whole else [],
        "chart": pages.flow(asked),
        "table": pages.record_table(asked.page.rows, asked.confirmed),
        "here": query_of(asked.filters, "-recorded"),
        "next": pages.address(asked.filters, by=by, after=asked.page.next)
        if asked.page.next
        else "",
        "first": pages.address(asked.filters, by=by) if after else "",
        "whole": pages.address(asked.filters, by=by, whole=True),
        "pack": pages.unit_told(told) if actor.may("packs.make") and asked.page.rows else "",
        "behind": f"{lag():,}" if lag() else "",
    }
    return render(request, TRACE, context)


@never_cache
@require_GET
def released(request: HttpRequest, ref: str) -> HttpResponse:
    """A figure of the public board with its records in the reader's scope, and its log entry."""
    named = {name: request.GET.get(name, "").replace("\0", "")[:100] for name in back.NAMES}
    cell, after = Cell(**named), request.GET.get("after", "")
    found = released_get(
        actor_of(request), ref=ref, cell=cell, after=after, whole="whole" in request.GET
    )
    context = {
        "found": found,
        "period": periods.name(found.release.period),
        "title": back.title(found),
        "figures": back.figures(found),
        "partly": back.partly(found),
        "table": pages.record_table(found.rows),
        "next": back.address(ref, cell, after=found.next) if found.next else "",
        "first": back.address(ref, cell) if after else "",
        "whole": back.address(ref, cell, whole=True),
    }
    return render(request, "assistance_ledger/released.html", context)
