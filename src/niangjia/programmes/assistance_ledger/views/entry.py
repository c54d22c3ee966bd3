"""Entering a purchase by hand, from nothing or from another one; what is typed is kept."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from niangjia.blocks.desk.public import draft_drop, draft_get, draft_put
from niangjia.blocks.orgs.public import known_code, organisation, scope_of
from niangjia.blocks.places.public import CountyBook, region_names
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import periods, policy
from niangjia.programmes.assistance_ledger.forms import EntryForm
from niangjia.programmes.assistance_ledger.forms.entry import LABELS
from niangjia.programmes.assistance_ledger.forms.sources import entry_values
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import Detail, purchase_get
from niangjia.programmes.assistance_ledger.selectors.sources import line_get
from niangjia.programmes.assistance_ledger.services import purchases_take
from niangjia.programmes.assistance_ledger.sheet import Checker
from niangjia.programmes.assistance_ledger.types import Taken
from niangjia.programmes.assistance_ledger.views.from_invoice import FromInvoice, asked_invoice
from niangjia.ui.page import actor_of

FORM = "purchase"


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The form; `?like=<ref>` fills it from a record, `?line=<ref>` from a line of another source,
    `?invoice=<file>&n=<line>` from an e-invoice, `?fresh=1` leaves the draft aside."""
    actor = authorise(actor_of(request), "purchases.import")
    scope = scope_of(actor)
    unit = organisation(scope.id) if scope.kind == "unit" else None
    own = {"unit_name": unit.name, "unit_uscc": unit.uscc} if unit else {}
    like = request.GET.get("like", "")[:40]
    line = request.GET.get("line", "")[:40]
    from_invoice = asked_invoice(request)
    subject = f"line:{line}"[:40] if line else from_invoice.subject if from_invoice else like
    if request.method == "POST":
        form = EntryForm(request.POST, own=own.get("unit_name", ""))
        checker = Checker(CountyBook(), clock.city_today(), unit, known_code)
        form.is_valid()  # what cannot be read is told together with what is missing
        row = form.purchase(checker, own)
        new = _taken(actor, form, row) if row else ""
        if new:
            draft_drop(actor, form=FORM, subject=subject)
            messages.success(request, _("Entered. It counts from now on."))
            following = from_invoice.entered(actor, new) if from_invoice else ""
            return redirect(following or _after(request, new))
        status, draft = 422, None
    else:
        draft = None if "fresh" in request.GET else draft_get(actor, form=FORM, subject=subject)
        initial = draft[0] if draft else _initial(actor, like, line, from_invoice)
        form, status = EntryForm(own=own.get("unit_name", ""), initial=initial), 200
    context = {
        "form": form,
        "own": own.get("unit_name", ""),
        "query": _query(like, line, from_invoice),
        "invoice": from_invoice.told(actor, unit) if from_invoice else None,
        "subject": subject,
        "draft_at": shown.moment(draft[1]) if draft else "",
    }
    return render(request, "assistance_ledger/enter.html", context, status=status)


def _query(like: str, line: str, invoice: FromInvoice | None) -> str:
    """What the form is filled from, as its address says it."""
    if invoice:
        return invoice.query
    return f"line={line}" if line else f"like={like}" if like else ""


def _after(request: HttpRequest, ref: str) -> str:
    if "again" in request.POST:
        return f"{request.path}?like={ref}&fresh=1&entered=1"
    return f"{request.path.rsplit('/', 1)[0]}/{ref}?entered=1"


def _taken(actor: Actor, form: EntryForm, row: Any) -> str:
    """The new record's ref; empty with the reason on the form."""
    try:
        result = purchases_take(actor, rows=[row], explain_late=form.cleaned_data["explain_late"])
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        place = "explain_late" if "reason" in fields else None
        form.add_error(place, str(error))
        return ""
    if result.taken:
        return result.taken[0]
    form.add_error(*_refusal(result))
    return ""


def _refusal(result: Taken) -> tuple[str | None, str]:
    if result.late:
        text = _("%(period)s was reported or closed. Say why this comes late.")
        return "explain_late", text % {"period": periods.name(result.late[0])}
    if result.held:
        text = _("The report of %(period)s is being signed. Withdraw it first.")
        return None, text % {"period": periods.name(result.held[0])}
    if result.changed:
        return None, _(
            "This purchase is known, with other values. Correct the record there instead."
        )
    return None, _("This very purchase is in the ledger already. Nothing was entered twice.")


def _initial(actor: Actor, like: str, line: str, invoice: FromInvoice | None) -> dict[str, str]:
    """What the form begins with: an e-invoice, a line of another source, a record like it, or
    nothing."""
    if invoice:
        return invoice.values(actor)
    if line:
        return entry_values(line_get(actor, ref=line))
    return _like(actor, like) if like else {}


def _like(actor: Actor, ref: str) -> dict[str, str]:
    """What a new purchase takes over from a record: not its papers, not its day."""
    detail: Detail = purchase_get(actor, ref=ref)
    one = detail.purchase
    found = {
        name: str(getattr(one, name))
        for name in ("product", "category", "spec", "measure", "channel", "recognition_no")
    }
    return found | {
        "mode": policy.mode_names()[one.mode],
        "price_milli": shown.milli(one.price_milli),
        "county": region_names({one.county_code}).get(one.county_code, ""),
        "province": detail.province,
        "supplier_name": detail.supplier_name,
        "supplier_uscc": organisation(one.supplier_id).uscc,
        "unit_name": detail.unit_name,
        "unit_uscc": organisation(one.unit_id).uscc,
    }


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """What was typed so far is kept, so that another device or day can go on."""
    actor = authorise(actor_of(request), "purchases.import")
    try:
        given = json.loads(request.body[:40_000])
        values = {
            name: str(given["values"][name])[:1000] for name in LABELS if name in given["values"]
        }
        subject = str(given.get("like", ""))[:40]
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This draft cannot be read.")}, status=422)
    if any(values.values()):
        draft_put(actor, form=FORM, subject=subject, values=values)
    else:
        draft_drop(actor, form=FORM, subject=subject)
    return JsonResponse({"kept": shown.moment(clock.city_now())})
