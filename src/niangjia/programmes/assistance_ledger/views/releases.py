"""Releases: what was released, and releasing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.core.clock import city_today
from niangjia.core.errors import Invalid
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.forms import ReleaseForm
from niangjia.programmes.assistance_ledger.pages.releases import releases_table
from niangjia.programmes.assistance_ledger.selectors import releases_list
from niangjia.programmes.assistance_ledger.services import figures_release
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def releases(request: HttpRequest) -> HttpResponse:
    """What was released so far; the city finds the button here."""
    return _releases(request, ReleaseForm(initial={"period": periods.of_day(city_today())}))


def _releases(request: HttpRequest, form: ReleaseForm) -> HttpResponse:
    actor = actor_of(request)
    found = releases_list(actor)
    context = {
        "table": releases_table(found),
        "empty": not found,
        "form": form,
        "may_release": actor.may("purchases.release"),
    }
    status = 422 if form.errors else 200
    return render(request, "assistance_ledger/releases.html", context, status=status)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest) -> HttpResponse:
    """The period's figures are on the public board."""
    if request.method == "GET":  # a reload, or the language changed, after a refusal
        return redirect("assistance_ledger:releases")
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            figures_release(actor_of(request), period=form.cleaned_data["period"])
        except Invalid as error:
            form.add_error("period", str(error))
        else:
            messages.success(request, _("Released. The public board shows these figures now."))
            return redirect("assistance_ledger:releases")
    return _releases(request, form)
