"""Forms of a pledge: taken down, received, withdrawn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.donations.forms.giving import NEEDED, PhoneField, YuanField, text
from niangjia.programmes.donations.forms.goods import SELECT, DonorFields, MomentField
from niangjia.programmes.donations.types import DirectionIn, DonorIn, PledgeIn


class PledgeForm(DonorFields):
    """Somebody promised money or goods."""

    donor_kind = forms.ChoiceField(
        label=_("Who gave"),
        choices=[("unit", _("A unit")), ("person", _("A person"))],
        widget=forms.Select(attrs=SELECT),
    )
    name = text(_("Name of the unit or person"), 120, required=True, attrs={"data-personal": ""})
    uscc = text(_("Code of the unit"), 18)
    phone = PhoneField(_("Mobile number of the person"))
    kind = forms.ChoiceField(
        label=_("What is promised"),
        choices=[("cash", _("Money")), ("goods", _("Goods"))],
        widget=forms.Select(attrs=SELECT),
    )
    fen = YuanField(
        _("Amount, or what the goods are worth (yuan)"),
        required=False,
        help_text=_("Goods without a value are left empty."),
    )
    what = text(_("Which goods, and how many"), 200)
    pledged_at = MomentField(_("Promised at"), required=False)
    beneficiary = text(_("Directed to (people)"), 120)
    area = text(_("Directed to (place)"), 120)
    use = text(_("Directed to (use)"), 200)
    referrer = text(_("Brought in by"), 120)
    show_name = forms.BooleanField(label=_("The donor agrees to be named"), required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("kind") == "cash" and not found.get("fen") and "fen" not in self.errors:
            self.add_error("fen", NEEDED["required"])
        if found.get("kind") == "goods" and not found.get("what"):
            self.add_error("what", NEEDED["required"])
        return found

    def pledge(self, key: str) -> PledgeIn:
        """What was filled in."""
        data = self.cleaned_data
        where = DirectionIn(data["beneficiary"], data["area"], data["use"])
        of_unit = 2 if data["donor_kind"] == "unit" else 1
        return PledgeIn(
            key=key,
            donor=self.donor(),
            kind=data["kind"],
            line=3 if data["kind"] == "goods" else of_unit,
            fen=data["fen"],
            what=data["what"],
            direction=where if any((where.beneficiary, where.area, where.use)) else None,
            referrer=DonorIn("unit", data["referrer"]) if data["referrer"] else None,
            pledged_at=data["pledged_at"],
            show_name=data["show_name"],
        )


class ArrivedForm(forms.Form):
    """The promised money arrived."""

    fen = YuanField(_("Amount (yuan)"), required=True)
    received_at = MomentField(_("Arrived at"))
    source = text(_("Voucher or statement line"), 80)
