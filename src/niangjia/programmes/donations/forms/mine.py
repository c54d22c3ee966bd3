"""Forms of a donor who has no account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.donations.forms.giving import PhoneField, text


class FindForm(forms.Form):
    """A phone with its code, or the number of a receipt."""

    phone = PhoneField(_("Mobile number"))
    code = text(
        _("Code from the message"),
        6,
        attrs={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )
    number = text(_("Number of the receipt"), 20, attrs={"autocapitalize": "characters"})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not found.get("phone") and not found.get("number"):
            self.add_error("phone", _("Type your mobile number, or the number of a receipt."))
        return found


class CertificateForm(forms.Form):
    """The name on a certificate; a reason where one is issued anew."""

    name = text(_("Name on the certificate"), 60, required=True, attrs={"data-personal": ""})
    reason = text(_("Why it is issued anew (if it is)"), 200)
