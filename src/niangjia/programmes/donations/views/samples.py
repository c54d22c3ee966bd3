"""The auditor's sample under a bulletin: seed, 300 positions, a checklist, what it adds up to."""

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.core.errors import Conflict, DomainError, Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations.forms.bulletins import CheckForm, SeedForm
from niangjia.programmes.donations.pages import samples as parts
from niangjia.programmes.donations.selectors.bulletins import bulletin_view
from niangjia.programmes.donations.selectors.raisings import raising_get
from niangjia.programmes.donations.selectors.samples import sample_get, samples
from niangjia.programmes.donations.services import sample_check, sample_draw
from niangjia.ui.page import actor_of


@never_cache
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Samples of a bulletin; POST: another is drawn by the auditor's seed."""
    actor = authorise(actor_of(request), "donations.see")
    one, found = raising_get(actor, slug=slug), bulletin_view(slug, number).bulletin
    form = SeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ref = sample_draw(actor, slug=slug, number=number, seed=form.cleaned_data["seed"])
            return redirect("donations:sample", slug=slug, number=number, ref=ref)
        except (Invalid, Conflict) as error:
            form.add_error("seed", str(error))
    context: dict[str, Any] = {
        "raising": one,
        "one": found,
        "form": form,
        "rows": [parts.line(row) for row in samples(actor, bulletin_ref=found.ref)],
        "may_draw": actor.may("bulletins.sample"),
    }
    status = 422 if form.errors else 200
    return render(request, "donations/samples.html", context, status=status)


@never_cache
@require_GET
def sample(request: HttpRequest, slug: str, number: int, ref: str) -> HttpResponse:
    """One sample with its checklist."""
    actor = actor_of(request)
    one, found = raising_get(actor, slug=slug), bulletin_view(slug, number).bulletin
    bulletin_ref, rows = sample_get(actor, ref=ref)
    lines = [row for row in samples(actor, bulletin_ref=found.ref) if row.ref == ref]
    if bulletin_ref != found.ref:
        raise NotFound(_("There is no such sample."))
    context = {
        "raising": one,
        "one": found,
        "line": parts.line(lines[0]),
        "rows": [parts.position(row) for row in rows],
        "may_check": actor.may("bulletins.sample"),
        "choices": parts.FOUND.items(),
    }
    return render(request, "donations/sample.html", context)


@require_POST
def check(request: HttpRequest, slug: str, number: int, ref: str) -> HttpResponse:
    """What was found of one position."""
    actor = authorise(actor_of(request), "bulletins.sample")
    form = CheckForm(request.POST)
    if form.is_valid():
        try:
            sample_check(actor, ref=ref, **form.cleaned_data)
        except DomainError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, _("Choose what was found."))
    response = redirect("donations:sample", slug=slug, number=number, ref=ref)
    response["Location"] += f"#p{form.cleaned_data.get('place', 1)}"
    return response


@never_cache
@require_GET
def export(request: HttpRequest, slug: str, number: int, ref: str) -> HttpResponse:
    """The sample as CSV."""
    _bulletin, rows = sample_get(actor_of(request), ref=ref)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"sample-{slug}-{number}-{ref[:8]}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(parts.HEADER)
    writer.writerows(parts.exported(row) for row in rows)
    return response
