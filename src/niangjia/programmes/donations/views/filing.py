"""Papers of a gift at the desk: official receipts filed and voided, the certificate voided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations.forms.filing import OfficialForm
from niangjia.programmes.donations.pages import mine, shown
from niangjia.programmes.donations.selectors.gifts import gift_get
from niangjia.programmes.donations.selectors.mine import certificates_of, official_of
from niangjia.programmes.donations.services import certificate_void, receipt_file, receipt_void
from niangjia.ui.page import actor_of


@never_cache
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, ref: str) -> HttpResponse:
    """What papers a gift has; POST: one is filed, or voided."""
    actor = authorise(actor_of(request), "donations.see")
    act = request.POST.get("act", "")
    form = OfficialForm(request.POST if act == "file" else None)
    if request.method == "POST":
        try:
            done = _done(request, ref, act, form)
        except (Invalid, Conflict, Denied, NotFound) as error:
            done = False
            _told(request, form, error)
        if done:
            messages.success(request, _("Noted."))
            return redirect("donations:gift_papers", ref=ref)
    found = gift_get(actor, ref=ref)
    context = {
        "one": found.row,
        "amount": shown.yuan(found.row.fen + found.row.changed_fen),
        "official": [
            (row, shown.yuan(row.fen), shown.day(row.issued_on)) for row in official_of(ref)
        ],
        "certificates": [mine.certificate(row) for row in certificates_of(ref)],
        "form": form,
        "may_file": actor.may("receipts.file") and bool(found.fact_ref),
    }
    status = 422 if form.errors else 200
    return render(request, "donations/papers.html", context, status=status)


def _done(request: HttpRequest, ref: str, act: str, form: OfficialForm) -> bool:
    actor, reason = actor_of(request), request.POST.get("reason", "")
    if act == "file":
        if not form.is_valid():
            return False
        receipt_file(actor, gift_ref=ref, receipt=form.receipt())
    elif act == "void":
        receipt_void(actor, ref=request.POST.get("receipt", ""), reason=reason)
    else:
        certificate_void(actor, gift_ref=ref, reason=reason)
    return True


def _told(
    request: HttpRequest, form: OfficialForm, error: Invalid | Conflict | Denied | NotFound
) -> None:
    if not form.is_bound:
        messages.error(request, str(error))
        return
    fields = getattr(error, "fields", {})
    for name, told in fields.items():
        form.add_error(name, told)
    if not fields:
        form.add_error(None, str(error))
