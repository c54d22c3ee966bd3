"""Forms of giving: on the phone by whoever comes, and at the foundation's desk."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.core import clock
from niangjia.core.errors import DomainError
from niangjia.lib import money
from niangjia.lib.text import fold_width
from niangjia.programmes.donations.types import DirectionIn, DonorIn, GiftIn, RaisingIn

INPUT = {"class": "input"}
PHONE = re.compile(r"1[3-9]\d{9}")
NEEDED = {"required": _("This is needed.")}


def text(label: Any, length: int, **more: Any) -> forms.CharField:
    """A line of text; not needed unless said."""
    kept: dict[str, Any] = {"required": False, "error_messages": NEEDED} | more
    attrs = INPUT | kept.pop("attrs", {})
    return forms.CharField(
        label=label, max_length=length, widget=forms.TextInput(attrs=attrs), **kept
    )


def long_text(label: Any, length: int, **more: Any) -> forms.CharField:
    kept: dict[str, Any] = {"required": False, "error_messages": NEEDED} | more
    widget = forms.Textarea(attrs={"class": "textarea", "rows": 3})
    return forms.CharField(label=label, max_length=length, widget=widget, **kept)


def put_errors(form: forms.Form, error: DomainError) -> None:
    """What a service refused stands at its fields; what belongs to none, above the form."""
    fields = getattr(error, "fields", {})
    for name, told in fields.items():
        form.add_error(name if name in form.fields else None, told)
    if not fields:
        form.add_error(None, str(error))


class YuanField(forms.CharField):
    """An amount in yuan as people type it; cleaned: integer fen, None if empty."""

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.TextInput(attrs={**INPUT, "inputmode": "decimal"})
        kept: dict[str, Any] = {"error_messages": NEEDED} | more
        super().__init__(label=label, max_length=24, widget=widget, **kept)

    def clean(self, value: Any) -> Any:
        plain = super().clean(value)
        if not plain:
            return None
        try:
            return money.fen_of(money.parse_text(plain))
        except ValueError as error:
            raise forms.ValidationError(_("An amount in yuan, such as 1234.50.")) from error


class PhoneField(forms.CharField):
    """A mobile number; spaces and dashes are left out."""

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.TextInput(
            attrs={**INPUT, "inputmode": "tel", "autocomplete": "tel", "data-personal": ""}
        )
        super().__init__(label=label, max_length=20, widget=widget, required=False, **more)

    def clean(self, value: Any) -> Any:
        plain = re.sub(r"[\s-]", "", fold_width(str(super().clean(value))))
        if plain and not PHONE.fullmatch(plain):
            raise forms.ValidationError(_("A mobile number has 11 digits."))
        return plain


class GiveForm(forms.Form):
    """A visitor's gift: an amount; who it is from only if they want a receipt in their name."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    secret_digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    amount = YuanField(_("Another amount (yuan)"), required=False)
    chosen = forms.IntegerField(required=False, min_value=1)
    name = text(_("Your name"), 60, attrs={"autocomplete": "name", "data-personal": ""})
    phone = PhoneField(
        _("Mobile number"), help_text=_("Only to find your gifts again. Nobody sees it.")
    )
    said = text(_("A few words"), 100)
    show_name = forms.BooleanField(label=_("My name may be shown"), required=False)
    show_amount = forms.BooleanField(label=_("My amount may be shown"), required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        fen = found.get("amount") or (found.get("chosen") or 0) * 100
        if not fen and not self.errors:
            self.add_error("amount", _("Choose an amount, or type one."))
        found["fen"] = fen
        return found


class RaisingForm(forms.Form):
    """A raising as its foundation sets it up."""

    slug = text(
        _("Short name in addresses"),
        40,
        required=True,
        help_text=_("Small letters, digits and dashes, such as wennuan-wuhan."),
    )
    title = text(_("Title"), 80, required=True)
    purpose = long_text(_("Purpose"), 1000, required=True)
    area = text(_("Who benefits, and where"), 200)
    restrictions = long_text(_("Restrictions"), 1000)
    first_on = forms.DateField(
        label=_("Begins on"),
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages=NEEDED,
    )
    last_on = forms.DateField(
        label=_("Ends on"),
        required=False,
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
    )
    goal_fen = YuanField(_("Goal (yuan)"), required=False)
    capped = forms.BooleanField(label=_("Giving stops at the goal"), required=False)
    qualification_no = text(_("Number of the public-raising qualification"), 60)
    qualification_until = forms.DateField(
        label=_("Qualification valid until"),
        required=False,
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
    )
    plan_no = text(_("Number of the filed plan"), 60)
    platform = text(_("Designated platform for giving online"), 100)
    reason = text(_("Why it changes"), 200, help_text=_("Needed once it is open; donors read it."))

    def raising(self) -> RaisingIn:
        """What was filled in."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return RaisingIn(**data)


class GiftForm(forms.Form):
    """A gift of money that the foundation takes down by hand."""

    donor_kind = forms.ChoiceField(
        label=_("Who gave"),
        choices=[
            ("unit", _("A unit")),
            ("person", _("A person")),
            ("collection", _("Several people, without a list")),
            ("anonymous", _("A person who stays anonymous")),
        ],
        widget=forms.Select(attrs={"class": "select"}),
    )
    name = text(_("Name of the unit or person"), 120, attrs={"data-personal": ""})
    uscc = text(_("Code of the unit"), 18)
    phone = PhoneField(_("Mobile number of the person"))
    n_people = forms.IntegerField(
        label=_("How many people"),
        required=False,
        min_value=1,
        widget=forms.NumberInput(attrs=INPUT),
    )
    fen = YuanField(_("Amount (yuan)"), required=True)
    received_at = forms.DateTimeField(
        label=_("Arrived at"),
        widget=forms.DateTimeInput(
            attrs={**INPUT, "type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"],
        error_messages=NEEDED,
        help_text=_("The time of receipt decides which bulletin it counts in."),
    )
    source = text(_("Voucher or statement line"), 80)
    beneficiary = text(_("Directed to (people)"), 120)
    area = text(_("Directed to (place)"), 120)
    use = text(_("Directed to (use)"), 200)
    show_name = forms.BooleanField(label=_("The donor agrees to be named"), required=False)
    show_amount = forms.BooleanField(label=_("The donor agrees to the amount"), required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        kind = found.get("donor_kind")
        if kind in ("unit", "person") and not found.get("name"):
            self.add_error("name", NEEDED["required"])
        if kind == "collection" and not found.get("n_people"):
            self.add_error("n_people", NEEDED["required"])
        return found

    def gift(self, key: str) -> GiftIn:
        """What was filled in."""
        data = self.cleaned_data
        kind = data["donor_kind"]
        where = DirectionIn(data["beneficiary"], data["area"], data["use"])
        n_people = data["n_people"] or 1 if kind == "collection" else 1
        return GiftIn(
            key=key,
            fen=data["fen"],
            received_at=city_time(data["received_at"]),
            channel="collection" if kind == "collection" else "direct",
            line=2 if kind == "unit" else 1,
            donor=_donor(kind, data),
            n_people=n_people,
            n_times=n_people,
            direction=where if any((where.beneficiary, where.area, where.use)) else None,
            show_name=data["show_name"],
            show_amount=data["show_amount"],
            source=data["source"],
        )


def _donor(kind: str, data: dict[str, Any]) -> DonorIn | None:
    if kind == "unit":
        return DonorIn("unit", data["name"], uscc=data["uscc"])
    return DonorIn("person", data["name"], data["phone"]) if kind == "person" else None


def city_time(value: dt.datetime) -> dt.datetime:
    """A moment as typed, in the city's zone, as UTC."""
    local = value.replace(tzinfo=None).replace(tzinfo=_zone())
    return local.astimezone(dt.UTC)


def _zone() -> ZoneInfo:
    return clock.zone()


class ChangeForm(forms.Form):
    """What shall change of a gift, and why."""

    why = forms.ChoiceField(
        label=_("Kind of change"),
        choices=[("refund", _("Refund")), ("mistake", _("Taken down by mistake"))],
        widget=forms.Select(attrs={"class": "select"}),
    )
    fen = YuanField(_("How much goes back (yuan)"), required=True)
    reason = long_text(_("Reason"), 500, required=True)
