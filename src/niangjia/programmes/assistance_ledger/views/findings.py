"""What does not fit: the list, one finding, the decision; capacities."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from niangjia.core import clock
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.lib import money
from niangjia.programmes.assistance_ledger.pages import findings as parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.findings import (
    capacities,
    finding_get,
    findings_list,
    findings_sums,
    subjects_seen,
    supplier_named,
)
from niangjia.programmes.assistance_ledger.services.findings import (
    capacity_declare,
    crosschecks_ask,
    finding_say,
)
from niangjia.ui.page import actor_of


def _number(text: str, most: int = 18) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else 0


@never_cache
@require_http_methods(["GET", "POST"])
def findings(request: HttpRequest) -> HttpResponse:
    """Findings by state and kind; POST: the checks run again."""
    actor = authorise(actor_of(request), "findings.see")
    if request.method == "POST":
        crosschecks_ask(actor)
        messages.success(request, _("The checks run; this page shows what they find in a minute."))
        return redirect("assistance_ledger:findings")
    state = request.GET.get("state", "open")
    state = state if state in parts.STATES else "open"
    kind = request.GET.get("kind", "")
    kind = kind if kind in parts.KINDS else ""
    before = _number(request.GET.get("before", ""))
    found, more = findings_list(actor, state=state, kind=kind, before=before)
    sums = findings_sums(actor)
    totals = {key: sum(n for (at, _k), n in sums.items() if at == key) for key in parts.STATES}
    context = {
        "state": state,
        "kind": kind,
        "states": [(key, name, f"{totals[key]:,}") for key, name in parts.STATES.items()],
        "kinds": [
            (key, name, f"{sums[state, key]:,}")
            for key, name in parts.KINDS.items()
            if sums.get((state, key)) or key == kind
        ],
        "lines": [parts.line(one) for one in found],
        "next": more,
        "first": bool(before),
        "may_run": actor.may("findings.run"),
        "may_declare": actor.may("capacity.declare"),
    }
    return render(request, "assistance_ledger/findings.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, ref: str) -> HttpResponse:
    """One finding with what it names; a decision on POST."""
    actor = actor_of(request)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            finding_say(
                actor,
                ref=ref,
                verdict=request.POST.get("verdict", ""),
                reason=request.POST.get("reason", ""),
                version=_number(request.POST.get("version", ""), 9),
            )
        except (Invalid, Conflict) as error:
            refusal, status = str(error), error.status
        else:
            messages.success(request, _("Noted."))
            return redirect("assistance_ledger:finding", ref=ref)
    one = finding_get(actor, ref=ref)
    context = {
        "line": parts.line(one),
        "one": one,
        "subjects": parts.subjects(one.subjects, subjects_seen(actor, one.subjects)),
        "may_decide": actor.may("findings.decide") and one.gone_at is None,
        "verdicts": [(key, name) for key, name in parts.STATES.items() if key != "gone"],
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "verdict": request.POST.get("verdict", ""),
    }
    return render(request, "assistance_ledger/finding.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def capacity(request: HttpRequest) -> HttpResponse:
    """What suppliers say they can deliver in a year, beside what was sold of it."""
    actor = authorise(actor_of(request), "capacity.declare")
    year = _number(request.GET.get("year", ""), 4) or clock.city_today().year
    data = {name: request.POST.get(name, "").replace("\0", "").strip() for name in _FIELDS}
    errors: dict[str, str] = {}
    told, status = "", 200
    if request.method == "POST":
        try:
            _declared(request, data)
        except Invalid as error:
            errors, told, status = dict(error.fields), str(error), error.status
        except (Denied, NotFound) as error:
            told, status = str(error), error.status
        else:
            messages.success(request, _("Noted."))
            return redirect(f"{request.path}?year={_number(data['year'], 4) or year}")
    context = {
        "year": year,
        "lines": [_line(one) for one in capacities(actor, year=year)],
        "data": data if data["product"] or told else {**data, "year": year},
        "errors": errors,
        "told": told,
        "asks_supplier": actor.role != "supplier",
    }
    return render(request, "assistance_ledger/capacity.html", context, status=status)


_FIELDS = ("supplier", "product", "year", "value", "source")


def _declared(request: HttpRequest, data: dict[str, str]) -> None:
    actor = actor_of(request)
    own = actor.organisation_ref if actor.role == "supplier" else ""
    ref = own or supplier_named(data["supplier"])
    if not ref:
        text = str(_("No such supplier: its full name or code as registered."))
        raise Invalid(text, fields={"supplier": text})
    try:
        fen = money.fen_of(money.parse_text(data["value"]))
    except ValueError as error:
        text = str(_("An amount in yuan, such as 500000.00."))
        raise Invalid(text, fields={"value": text}) from error
    capacity_declare(
        actor,
        supplier_ref=ref,
        product=data["product"],
        year=_number(data["year"], 4),
        fen=fen,
        source=data["source"],
    )


def _line(one: Any) -> dict[str, Any]:
    return {
        "supplier": one.supplier,
        "product": one.product,
        "fen": shown.yuan(one.fen),
        "sold": shown.yuan(one.sold_fen),
        "over": one.sold_fen > one.fen,
        "source": one.source,
    }
