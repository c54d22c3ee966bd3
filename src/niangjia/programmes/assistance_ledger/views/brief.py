"""The leader's page, and the one-page brief as a file."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.core.clock import city_today
from niangjia.core.errors import Invalid
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.forms import TargetForm
from niangjia.programmes.assistance_ledger.pages import brief as parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import brief_get
from niangjia.programmes.assistance_ledger.services import target_set
from niangjia.ui.page import actor_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@never_cache
@require_GET
def brief(request: HttpRequest) -> HttpResponse:
    """Amount, target, calendar, rank, who has not reported, what waits to be signed."""
    return _brief(request, TargetForm(initial={"year": city_today().year}))


def _brief(request: HttpRequest, form: TargetForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    found = brief_get(actor)
    context = {
        "found": found,
        "quarter": periods.name(found.quarter),
        "amount": shown.wan(found.quarter_fen),
        "year_amount": shown.wan(found.year_fen),
        "help": shown.help_of(found.quarter_fen, found.confirmed_fen),
        "year_help": shown.help_of(found.year_fen, found.year_confirmed_fen),
        "modes": [
            (_("Direct purchase"), *_pair(found.direct_fen, found.direct_confirmed_fen)),
            (_("Helped sale"), *_pair(found.helped_fen, found.helped_confirmed_fen)),
        ],
        "meters": parts.meters(found),
        "behind": parts.behind(found),
        "compared": [
            (name, shown.wan(one.fen), text, shown.help_of(one.fen, one.confirmed_fen))
            for name, one, text in parts.compared(found)
        ],
        "ranks": [
            (one, shown.wan(one.fen), shown.help_of(one.fen, one.confirmed_fen))
            for one in found.ranks
        ],
        "period": periods.name(found.period.code) if found.period else "",
        "as_of": shown.moment(found.as_of),
        "form": form,
        "may_set": actor.may("targets.set"),
        "may_remind": actor.may("reports.remind"),
    }
    return render(request, "assistance_ledger/brief.html", context, status=status)


def _pair(fen: int, confirmed_fen: int) -> tuple[str, str]:
    return shown.wan(fen), shown.help_of(fen, confirmed_fen)


@require_http_methods(["GET", "POST"])
def target(request: HttpRequest) -> HttpResponse:
    """The office's yearly target is set."""
    if request.method == "GET":
        return redirect("assistance_ledger:brief")
    form = TargetForm(request.POST)
    if form.is_valid():
        amount: Decimal = form.cleaned_data["amount"]
        try:
            target_set(
                actor_of(request), year=form.cleaned_data["year"], fen=int(amount * 1_000_000)
            )
        except Invalid as error:
            for name, text in (error.fields or {"amount": str(error)}).items():
                form.add_error(name, text)
        else:
            messages.success(request, _("The target is set. The earlier one stays in the log."))
            return redirect("assistance_ledger:brief")
    return _brief(request, form, 422)


@never_cache
@require_GET
def pdf(request: HttpRequest) -> HttpResponse:
    """The brief as PDF."""
    found = brief_get(actor_of(request))
    return _file(parts.pdf(found), "application/pdf", f"brief-{found.quarter}.pdf")


@never_cache
@require_GET
def docx(request: HttpRequest) -> HttpResponse:
    """The brief as .docx."""
    found = brief_get(actor_of(request))
    return _file(parts.docx(found), WORD, f"brief-{found.quarter}.docx")


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
