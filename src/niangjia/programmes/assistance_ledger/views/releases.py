"""Releases: what was released, proposing, and the decisions on a proposal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.cases.public import state_name
from niangjia.blocks.ledger.public import pack_make
from niangjia.core.clock import city_today
from niangjia.core.errors import Conflict, DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.lib import zipped
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.forms import DecisionForm, ReleaseForm
from niangjia.programmes.assistance_ledger.pages import board as board_parts
from niangjia.programmes.assistance_ledger.pages import heads as head_parts
from niangjia.programmes.assistance_ledger.pages import reports as chain_parts
from niangjia.programmes.assistance_ledger.pages.packs import zip_of
from niangjia.programmes.assistance_ledger.pages.releases import (
    difference_table,
    releases_table,
)
from niangjia.programmes.assistance_ledger.selectors import release_get, releases_list
from niangjia.programmes.assistance_ledger.services import release_decide, release_propose
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def releases(request: HttpRequest) -> HttpResponse:
    """What was released and what is on its way; the city finds the button here."""
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
def propose(request: HttpRequest) -> HttpResponse:
    """The period's figures wait for the secrecy check."""
    if request.method == "GET":  # a reload, or the language changed, after a refusal
        return redirect("assistance_ledger:releases")
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            ref = release_propose(actor_of(request), **form.cleaned_data)
        except (Invalid, Conflict) as error:
            form.add_error("period", str(error))
        else:
            messages.success(
                request,
                _("Proposed. It waits for the secrecy check, then for the leader's signature."),
            )
            return redirect("assistance_ledger:proposal", ref=ref)
    return _releases(request, form)


@never_cache
@require_GET
def proposal(request: HttpRequest, ref: str) -> HttpResponse:
    """A release with all that the public would see of it, and its chain."""
    return _proposal(request, ref, DecisionForm())


def _proposal(
    request: HttpRequest, ref: str, form: DecisionForm, status: int = 200
) -> HttpResponse:
    found = release_get(actor_of(request), ref=ref)
    onward, asking = chain_parts.split(found.steps)
    context = {
        "found": found,
        "period": periods.name(found.period),
        "state": state_name("release", found.state),
        "tone": chain_parts.tone(found.state),
        "difference": difference_table(found),
        "states": board_parts.states(found.document),
        "tables": board_parts.release_tables(found.document, found.names),
        "heads": found.document.get("heads"),
        "head_tables": head_parts.tables(found.document["heads"], found.names)
        if found.document.get("heads")
        else [],
        "said": chain_parts.decisions("release", found.past, found.who),
        "onward": onward,
        "asking": asking,
        "form": form,
        "opened": form.data.get("step", ""),
        "may_pack": found.state == "published" and actor_of(request).may("ledger.pack"),
    }
    return render(request, "assistance_ledger/proposal.html", context, status=status)


@require_POST
def pack(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The evidence pack of a release: its entry, and the document whose hash stands in it."""
    actor = authorise(actor_of(request), "ledger.pack")
    found = release_get(actor, ref=ref)
    document = zipped.evidence(lambda: (found.written,), ".json")
    version = _("Release %(n)s") % {"n": found.n_version}
    title = f"{periods.name(found.period)}　{version}"
    made = pack_make(actor, subjects=[f"release:{ref}"], title=title, evidence=[document])
    return zip_of(made)


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """A step of the release's chain; a refusal shows the page as it is now."""
    if request.method == "GET":
        return redirect("assistance_ledger:proposal", ref=ref)
    form = DecisionForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            state = release_decide(
                actor_of(request),
                release_ref=ref,
                step=form.cleaned_data["step"],
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
            )
        except DomainError as error:
            if error.status in (401, 404):
                raise
            fields = error.fields if isinstance(error, Invalid) else {}
            form.add_error("reason" if fields else None, str(error))
            status = error.status
        else:
            said = _("Done: %(state)s.") % {"state": state_name("release", state)}
            messages.success(request, said)
            return redirect("assistance_ledger:proposal", ref=ref)
    return _proposal(request, ref, form, status)
