"""Forms of spending: asked for, paid, signed for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.lib import money
from niangjia.programmes.donations.forms.giving import (
    INPUT,
    NEEDED,
    PhoneField,
    YuanField,
    city_time,
    long_text,
    text,
)
from niangjia.programmes.donations.selectors.spending import Fund
from niangjia.programmes.donations.types import SignForIn, SpendingIn

SELECT = {"class": "select"}
HOW = (
    ("sheet", _("On a sheet, by several people")),
    ("person", _("By the person themselves")),
    ("office", _("By an office for them")),
)


class SpendingForm(forms.Form):
    """Money is asked for. listed: the funds that it can come from."""

    fund = forms.TypedChoiceField(
        label=_("From which money"), coerce=int, widget=forms.Select(attrs=SELECT)
    )
    payee = text(_("Who is paid"), 120, required=True)
    payee_account = text(_("Last 4 digits of their account"), 4)
    fen = YuanField(_("Amount (yuan)"), required=True)
    purpose = long_text(_("What it is for"), 500, required=True)
    beneficiaries = text(_("Who benefits"), 200, required=True)

    def __init__(self, *args: Any, listed: list[Fund], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fund"]
        field.choices = [  # type: ignore[attr-defined]
            (one.n, _("%(fund)s · %(yuan)s yuan free") % _said(one)) for one in listed
        ]

    def spending(self) -> SpendingIn:
        """What was filled in."""
        data = self.cleaned_data
        return SpendingIn(
            payee=data["payee"],
            purpose=data["purpose"],
            beneficiaries=data["beneficiaries"],
            fen=data["fen"],
            direction_n=data["fund"],
            payee_account=data["payee_account"],
        )


def _said(one: Fund) -> dict[str, str]:
    return {"fund": one.words or str(_("Common pool")), "yuan": money.format_yuan(one.free)}


class PayForm(forms.Form):
    """The money left the bank."""

    fen = YuanField(_("Paid (yuan)"), required=True)
    paid_at = forms.DateTimeField(
        label=_("Paid at"),
        widget=forms.DateTimeInput(
            attrs={**INPUT, "type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"],
        error_messages=NEEDED,
    )
    voucher = text(_("Number of the bank's voucher"), 80, required=True)

    def clean_paid_at(self) -> Any:
        return city_time(self.cleaned_data["paid_at"])


class SignForm(forms.Form):
    """Recipients signed."""

    how = forms.ChoiceField(
        label=_("How it was signed for"), choices=HOW, widget=forms.Select(attrs=SELECT)
    )
    fen = YuanField(_("For how much (yuan)"), required=True)
    n_people = forms.IntegerField(
        label=_("How many people signed"),
        min_value=1,
        initial=1,
        widget=forms.NumberInput(attrs=INPUT),
        error_messages=NEEDED,
    )
    name = text(_("Who signed"), 60, attrs={"data-personal": ""})
    phone = PhoneField(_("Mobile number"))
    signed_on = forms.DateField(
        label=_("Signed on"),
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages=NEEDED,
    )
    note = text(_("Number of the sheet, or a note"), 200)

    def signed(self) -> SignForIn:
        """What was filled in."""
        return SignForIn(**self.cleaned_data)
