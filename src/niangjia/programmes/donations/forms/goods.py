"""Forms of goods: taken in, sent off, arrived, valued, used otherwise."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.donations.forms.giving import (
    INPUT,
    NEEDED,
    PhoneField,
    YuanField,
    city_time,
    long_text,
    text,
)
from niangjia.programmes.donations.types import (
    ConsentIn,
    DirectionIn,
    DonorIn,
    GoodsIn,
    HandOverIn,
    ItemIn,
)

SELECT = {"class": "select"}
ROWS = 6
BASIS = (
    ("", _("unvalued")),
    ("invoice", _("The donor's invoice")),
    ("customs", _("Customs form")),
    ("delivery_note", _("Delivery note")),
    ("government_list", _("The government's price list")),
)
HOW = (("writing", _("In writing")), ("phone", _("By phone")), ("person", _("In person")))


class MomentField(forms.DateTimeField):
    """A moment in the city's zone; cleaned: UTC."""

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.DateTimeInput(
            attrs={**INPUT, "type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        )
        formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]
        super().__init__(
            label=label, widget=widget, input_formats=formats, error_messages=NEEDED, **more
        )

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return city_time(found) if found else found


def _count(label: Any, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs=INPUT)
    return forms.IntegerField(label=label, required=False, min_value=0, widget=widget, **more)


class ItemForm(forms.Form):
    """One kind of thing in a gift of goods."""

    name = text(_("Goods"), 120)
    spec = text(_("Specification"), 120)
    n = _count(_("How many"))
    measure = text(_("Unit of measure"), 20)
    value_fen = YuanField(_("Worth together (yuan)"), required=False)
    basis = forms.ChoiceField(
        label=_("Valued by"),
        choices=BASIS,
        required=False,
        widget=forms.Select(attrs=SELECT),
    )
    basis_no = text(_("Number of that paper"), 80)

    def item(self) -> ItemIn:
        """What was filled in."""
        data = self.cleaned_data
        return ItemIn(
            data["name"],
            data["n"] or 0,
            data["measure"],
            data["spec"],
            data["value_fen"],
            data["basis"],
            data["basis_no"],
        )


class DonorFields(forms.Form):
    """The fields of a donor, as a DonorIn."""

    def donor(self) -> DonorIn:
        """Who gave: a unit by name and code, or a person by name and phone."""
        data = self.cleaned_data
        if data["donor_kind"] == "unit":
            return DonorIn("unit", data["name"], uscc=data["uscc"])
        return DonorIn("person", data["name"], data["phone"])


class GoodsForm(DonorFields):
    """Goods that arrived from a donor."""

    donor_kind = forms.ChoiceField(
        label=_("Who gave"),
        choices=[("unit", _("A unit")), ("person", _("A person"))],
        widget=forms.Select(attrs=SELECT),
    )
    name = text(_("Name of the unit or person"), 120, required=True, attrs={"data-personal": ""})
    uscc = text(_("Code of the unit"), 18)
    phone = PhoneField(_("Mobile number of the person"))
    received_at = MomentField(_("Arrived at"))
    beneficiary = text(_("Directed to (people)"), 120)
    area = text(_("Directed to (place)"), 120)
    use = text(_("Directed to (use)"), 200)
    referrer = text(_("Brought in by"), 120)
    source = text(_("Number of the hand-over sheet"), 80)
    show_name = forms.BooleanField(label=_("The donor agrees to be named"), required=False)

    def goods(self, key: str, items: tuple[ItemIn, ...], pledge_ref: str) -> GoodsIn:
        """What was filled in; pledge_ref: the promise that it fulfils, empty for none."""
        data = self.cleaned_data
        where = DirectionIn(data["beneficiary"], data["area"], data["use"])
        return GoodsIn(
            key=key,
            donor=self.donor(),
            items=items,
            received_at=data["received_at"],
            direction=where if any((where.beneficiary, where.area, where.use)) else None,
            referrer=DonorIn("unit", data["referrer"]) if data["referrer"] else None,
            show_name=data["show_name"],
            source=data["source"],
            pledge_ref=pledge_ref,
        )


class HandOverForm(forms.Form):
    """Goods sent off; how many of which stands in fields of their own, `n-<item>`."""

    recipient = text(_("Who gets them"), 120, required=True)
    place = text(_("Delivered to"), 200)
    sender = text(_("Handed over by"), 60, required=True, attrs={"data-personal": ""})
    carrier = text(_("Carried by"), 60, attrs={"data-personal": ""})
    sent_at = MomentField(_("Sent at"))

    def hand_over(self, counts: Mapping[str, int], direction_n: int) -> HandOverIn:
        """What was filled in. counts: pieces by the item's ref."""
        data = self.cleaned_data
        return HandOverIn(
            recipient=data["recipient"],
            lines=tuple((ref, n) for ref, n in counts.items() if n),
            sent_at=data["sent_at"],
            direction_n=direction_n,
            place=data["place"],
            sender=data["sender"],
            carrier=data["carrier"],
        )


class ArrivalForm(forms.Form):
    """The recipient signed."""

    receiver = text(_("Received by"), 60, required=True, attrs={"data-personal": ""})
    receiver_phone = PhoneField(_("Mobile number"))
    arrived_at = MomentField(_("Received at"))


class ValueForm(forms.Form):
    """Another value of an item."""

    value_fen = YuanField(_("Worth together (yuan)"), required=True)
    basis = forms.ChoiceField(
        label=_("Valued by"),
        choices=BASIS[1:],
        widget=forms.Select(attrs=SELECT),
    )
    basis_no = text(_("Number of that paper"), 80)
    reason = long_text(_("Reason"), 500, required=True)


class ConsentForm(forms.Form):
    """The donor agreed to another use; all three empty: to the common pool."""

    beneficiary = text(_("Directed to (people)"), 120)
    area = text(_("Directed to (place)"), 120)
    use = text(_("Directed to (use)"), 200)
    how = forms.ChoiceField(
        label=_("How the donor agreed"), choices=HOW, widget=forms.Select(attrs=SELECT)
    )
    given_on = forms.DateField(
        label=_("Agreed on"),
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages=NEEDED,
    )
    reason = long_text(_("Reason"), 500, required=True)

    def consent(self) -> ConsentIn:
        """What was filled in."""
        data = self.cleaned_data
        where = DirectionIn(data["beneficiary"], data["area"], data["use"])
        named = any((where.beneficiary, where.area, where.use))
        return ConsentIn(where if named else None, data["how"], data["given_on"], data["reason"])
