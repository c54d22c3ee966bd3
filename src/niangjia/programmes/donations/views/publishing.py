"""Bulletins at the desk: prepared by one person, signed by another."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.indicators.public import Draft, PublishedBulletin, bulletins, printed
from niangjia.blocks.ledger.public import history
from niangjia.core import clock
from niangjia.core.errors import Conflict, Denied, DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations import publishing
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.forms.bulletins import CutOffForm
from niangjia.programmes.donations.forms.giving import put_errors
from niangjia.programmes.donations.pages import bulletins as parts
from niangjia.programmes.donations.pages import gifts as gift_parts
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.bulletins import (
    held_against,
    proposal_get,
    proposals,
)
from niangjia.programmes.donations.selectors.raisings import raising_get, raisings_of
from niangjia.programmes.donations.services import bulletin_return
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def desk_bulletins(request: HttpRequest) -> HttpResponse:
    """Of each raising: what was published, what waits to be signed."""
    actor = authorise(actor_of(request), "donations.see")
    listed = [
        (one, [parts.line(row, rows) for row in rows])
        for one in raisings_of(actor)
        if one.state != "draft"
        for rows in [bulletins(INDICATOR, one.slug)]
    ]
    drafts = [(one, parts.proposal(one)) for one in proposals(actor) if one.state != "published"]
    context = {
        "listed": listed,
        "drafts": drafts,
        "may_prepare": actor.may("bulletins.prepare"),
    }
    return render(request, "donations/desk_bulletins.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def bulletin_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures as of a cut-off are looked at (GET), then prepared for the signature (POST)."""
    actor = authorise(actor_of(request), "bulletins.prepare")
    one = raising_get(actor, slug=slug)
    corrected = _corrected(request, slug)
    form = CutOffForm(
        request.POST if request.method == "POST" else request.GET or None,
        initial={"as_of": _local(corrected.as_of if corrected else _hour())},
        fixed=corrected is not None,
    )
    context: dict[str, Any] = {"one": one, "form": form, "corrected": corrected}
    wanted = request.method == "POST" or "as_of" in request.GET or corrected is not None
    if wanted and (form.is_valid() or (corrected is not None and request.method == "GET")):
        answer = _drafted(request, slug, form, corrected, context)
        if answer is not None:
            return answer
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "donations/bulletin_new.html", context, status=status)


def _corrected(request: HttpRequest, slug: str) -> PublishedBulletin | None:
    ref = request.POST.get("corrects") or request.GET.get("corrects", "")
    found = bulletins(INDICATOR, slug) if ref else []
    return next((one for one in found if one.ref == ref), None)


def _hour() -> dt.datetime:
    return clock.city_now().replace(minute=0, second=0, microsecond=0)


def _local(at: dt.datetime) -> dt.datetime:
    return at.astimezone(clock.zone()).replace(tzinfo=None)


def _drafted(
    request: HttpRequest,
    slug: str,
    form: CutOffForm,
    corrected: PublishedBulletin | None,
    context: dict[str, Any],
) -> HttpResponse | None:
    """The figures are put beside the form, or the bulletin waits for its signature."""
    actor, corrects = actor_of(request), corrected.ref if corrected else ""
    as_of = corrected.as_of if corrected else form.cleaned_data["as_of"]
    try:
        if request.method == "POST":
            words = form.cleaned_data["explanation"]
            ref = publishing.prepare(actor, slug, as_of, explanation=words, corrects=corrects)
            messages.success(request, _("Prepared. A second person signs; then it is published."))
            return redirect("donations:proposal", ref=ref)
        context |= _figures(publishing.draft_of(actor, slug, as_of, corrects))
    except (Invalid, Conflict) as error:
        _put_errors(form, error)
        if "explanation" in getattr(error, "fields", {}):
            context |= _figures(publishing.draft_of(actor, slug, as_of, corrects))
    return None


def _put_errors(form: CutOffForm, error: DomainError) -> None:
    if not form.is_bound:
        form.is_bound, form.data = True, {}
    put_errors(form, error)


def _figures(draft: Draft) -> dict[str, Any]:
    figures = draft.figures
    lines, sums = printed(draft.indicator, figures.root.sums, figures.counts)
    cash = sum(figures.root.sums[:2])
    return {
        "draft": draft,
        "cut_off": f"{_local(draft.as_of):%Y-%m-%dT%H:%M}",
        "cut_off_said": shown.moment(draft.as_of),
        "lines": parts.rows_of(lines),
        "sums": parts.rows_of(sums),
        "note": parts.note_of(sums),
        "changes": parts.changed(draft.late, draft.adjusted),
        "against": parts.against(held_against(draft.scope, draft.as_of), cash),
    }


@never_cache
@require_GET
def proposal(request: HttpRequest, ref: str) -> HttpResponse:
    """A draft: its figures, what changed, what it is held against, and the signature."""
    actor = actor_of(request)
    found = proposal_get(actor, ref=ref)
    lines = [*history(f"proposal:{ref}")]
    if found.bulletin_ref:
        lines += history(f"bulletin:{found.bulletin_ref}")
    number = next(
        (
            one.number
            for one in bulletins(INDICATOR, found.slug)
            if one.ref == found.bulletin_ref and found.bulletin_ref
        ),
        None,
    )
    cash = sum(one.fen for one in found.sums if one.id == "cash")
    context = parts.proposal(found) | {
        "found": found,
        "number": number,
        "steps": gift_parts.steps(lines),
        "against": parts.against(held_against(found.slug, found.as_of), cash),
        "may_sign": actor.may("bulletins.sign") and found.state == "asked" and not found.mine,
        "waits": found.state == "asked",
    }
    return render(request, "donations/proposal.html", context)


@require_POST
def proposal_decide(request: HttpRequest, ref: str) -> HttpResponse:
    """It is signed, which publishes it, or sent back."""
    actor = authorise(actor_of(request), "bulletins.sign")
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    try:
        if request.POST.get("step") == "sign":
            publishing.sign(actor, ref, version)
            messages.success(request, _("Signed: the bulletin is published and stands for ever."))
        else:
            reason = request.POST.get("reason", "")
            bulletin_return(actor, ref=ref, version=version, reason=reason)
    except (Invalid, Conflict, Denied) as error:
        messages.error(request, str(error))
    return redirect("donations:proposal", ref=ref)
