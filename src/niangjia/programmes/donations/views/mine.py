"""My gifts without an account: by phone and code, by receipt number, by the link of the device."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.programmes.donations import limits, rules
from niangjia.programmes.donations.forms.mine import CertificateForm, FindForm
from niangjia.programmes.donations.pages import certificates, mine, shown
from niangjia.programmes.donations.selectors.mine import (
    certificate_get,
    demonstration_code,
    gift_by_number,
    my_gift,
    my_gifts,
    years_of,
)
from niangjia.programmes.donations.services import (
    certificate_issue,
    code_check,
    code_send,
    consent_give,
)
from niangjia.programmes.donations.types import Proof
from niangjia.ui import paper
from niangjia.ui.page import actor_of

PHONE, TOKENS = "donor_phone", "donor_tokens"


def _proof(request: HttpRequest, ref: str = "") -> Proof:
    tokens = request.session.get(TOKENS, {})
    return Proof(request.session.get(PHONE, ""), tokens.get(ref, ""))


@never_cache
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Phone and code, or the number of a receipt."""
    if request.session.get(PHONE) and request.method == "GET":
        return redirect("donations:mine")
    form = FindForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "sent": False}
    status = 200
    if request.method == "POST":
        limits.check(request, "find", most=40, within_s=600)
        answer = _found(request, form, context) if form.is_valid() else None
        if answer is not None:
            return answer
        status = 422 if form.errors else 200
    return render(request, "donations/find.html", context, status=status)


def _found(request: HttpRequest, form: FindForm, context: dict[str, Any]) -> HttpResponse | None:
    """Where the reader goes next; None: the form again."""
    data = form.cleaned_data
    if data["number"]:
        try:
            one = gift_by_number(data["number"])
        except NotFound as error:
            form.add_error("number", str(error))
            return None
        return render(request, "donations/my_gift.html", mine.gift(one, known=False))
    phone = data["phone"]
    if data["code"]:
        digest = code_check(actor_of(request), phone=phone, code=data["code"])
        if digest:
            request.session.cycle_key()
            request.session[PHONE] = digest
            return redirect("donations:mine")
        form.add_error("code", _("That is not the code, or it is over. Ask for a new one."))
    else:
        try:
            code_send(actor_of(request), phone=phone)
        except Invalid as error:
            form.add_error("phone", str(error))
            return None
    context |= {"sent": True, "demonstration": demonstration_code(phone)}
    return None


@never_cache
@require_GET
def my_list(request: HttpRequest) -> HttpResponse:
    """All gifts of the phone that was checked, and a sum per year."""
    proof = _proof(request)
    if not proof.phone_digest:
        return redirect("donations:find")
    found = my_gifts(proof)
    context = {
        "gifts": [mine.line(one) for one in found],
        "years": [(year, n, shown.yuan(fen)) for year, n, fen in years_of(found)],
    }
    return render(request, "donations/mine.html", context)


@never_cache
@require_GET
def statement(request: HttpRequest, year: int) -> HttpResponse:
    """What a donor gave in a year, to be printed."""
    proof = _proof(request)
    if not proof.phone_digest:
        return redirect("donations:find")
    return render(request, "donations/statement.html", mine.statement(my_gifts(proof), year))


@never_cache
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, ref: str) -> HttpResponse:
    """One gift as its donor sees it; POST: consents change."""
    proof = _proof(request, ref)
    if request.method == "POST":
        consent_give(
            actor_of(request),
            gift_ref=ref,
            proof=proof,
            show_name="show_name" in request.POST,
            show_amount="show_amount" in request.POST,
        )
        messages.success(request, _("Saved; the public page follows at once."))
        return redirect("donations:my_gift", ref=ref)
    return _one(request, ref, CertificateForm())


def _one(request: HttpRequest, ref: str, form: CertificateForm) -> HttpResponse:
    found = my_gift(ref, _proof(request, ref))
    if not form.is_bound:
        form = CertificateForm(initial={"name": found.name})
    context = mine.gift(found, known=True) | {"form": form}
    status = 422 if form.errors else 200
    return render(request, "donations/my_gift.html", context, status=status)


@never_cache
@require_POST
def certificate(request: HttpRequest, ref: str) -> HttpResponse:
    """A certificate is issued with the name that the donor wants on it."""
    form = CertificateForm(request.POST)
    if form.is_valid():
        try:
            made = certificate_issue(
                actor_of(request),
                gift_ref=ref,
                proof=_proof(request, ref),
                name=form.cleaned_data["name"],
                reason=form.cleaned_data["reason"],
            )
        except (Invalid, Conflict) as error:
            form.add_error("name", str(error))
        else:
            return redirect("donations:certificate", ref=made)
    return _one(request, ref, form)


@never_cache
@require_GET
def certificate_page(request: HttpRequest, ref: str) -> HttpResponse:
    """What the QR of a certificate leads to: whether it holds, and what it says."""
    found, gift = certificate_get(ref)
    context = certificates.page(found, gift)
    return render(request, "donations/certificate.html", context)


@never_cache
@require_GET
def certificate_pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """The certificate as PDF."""
    found, gift = certificate_get(ref)
    address = request.build_absolute_uri(reverse("donations:certificate", args=[ref]))
    data = paper.pdf(certificates.TEMPLATE, certificates.paper(found, gift, address))
    response = HttpResponse(data, content_type="application/pdf")
    name = f"certificate-{rules.shown_number(gift.number)}-{found.n}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, number: str) -> HttpResponse:
    """The link of the giver's own device: its secret stays in the fragment; a token made of it
    opens the gift. POST: the token."""
    if request.method == "GET":
        return render(request, "donations/by_link.html", {"number": number})
    limits.check(request, "token", most=60, within_s=600)
    token = request.POST.get("token", "")[:64]
    try:
        ref = gift_by_number(number).ref
        my_gift(ref, Proof(token=token))
    except NotFound:
        return JsonResponse({"href": ""}, status=404)
    tokens = request.session.get(TOKENS, {})
    request.session[TOKENS] = dict([*tokens.items(), (ref, token)][-20:])
    return JsonResponse({"href": reverse("donations:my_gift", args=[ref])})


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget on this device whose gifts were looked at."""
    for name in (PHONE, TOKENS):
        request.session.pop(name, None)
    return redirect("donations:find")
