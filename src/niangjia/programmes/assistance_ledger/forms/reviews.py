"""Forms of the county's review: help material, a decision on it."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.assistance_ledger.chain import REVIEW_FIELDS
from niangjia.programmes.assistance_ledger.forms.records import INPUT, NumberField
from niangjia.programmes.assistance_ledger.forms.reports import AREA, DecisionForm
from niangjia.programmes.assistance_ledger.reviewing import LEVELS, HelpForm
from niangjia.programmes.assistance_ledger.services.reviews import Confirmed

MECHANISM_NAMES = {
    "purchase": _("Bought from households"),
    "work": _("Paid work"),
    "dividend": _("Dividends"),
    "transfer": _("Lease of land"),
}
LEVEL_NAMES = {
    "village": _("Village committee"),
    "township": _("Township"),
    "line": _("Line department"),
    "office": _("Assistance department"),
}
NEEDED = {"required": _("This is needed."), "invalid": _("Please write a whole number.")}


def _count(label: Any, **more: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={**INPUT, "inputmode": "numeric"})
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=9_999_999,
        widget=widget,
        error_messages={**NEEDED, "max_value": _("This cannot be right; please check it.")},
        **more,
    )


def _money(label: Any, **more: Any) -> NumberField:
    widget = forms.TextInput(attrs={**INPUT, "inputmode": "decimal"})
    return NumberField(label=label, max_digits=14, decimal_places=2, widget=widget, **more)


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        required=False,
        widget=widget,
        error_messages={"invalid": _("Write the date as 2020-03-16.")},
        **more,
    )


class HelpMaterialForm(forms.Form):
    """What a supplier's product did for households in a quarter."""

    version = forms.IntegerField(
        min_value=0, max_value=1_000_000, initial=0, widget=forms.HiddenInput
    )
    mechanisms = forms.MultipleChoiceField(
        label=_("How it helps"),
        choices=list(MECHANISM_NAMES.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
        error_messages={"required": _("Tick how the purchase helps households.")},
    )
    households = _count(
        _("Households helped"),
        help_text=_("Registered poor households, each once, as on the roster."),
    )
    people = _count(_("People helped"), help_text=_("Not fewer than the households."))
    paid = _money(
        _("Paid out to households (yuan)"),
        help_text=_("Purchase money, wages, dividends and rent in the quarter, such as 50000.00."),
    )
    public_first = _day(_("Publicity from"), help_text=_("When the list hung out in the village."))
    public_last = _day(_("Publicity to"))
    note = forms.CharField(
        label=_("Remarks"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs=AREA),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in LEVELS:
            self.fields[f"opinion_{level}"] = forms.CharField(
                label=LEVEL_NAMES[level],
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs=INPUT),
            )

    def opinions(self) -> list[forms.BoundField]:
        """The opinion of each level, as the page shows them."""
        return [self[f"opinion_{level}"] for level in LEVELS]

    def form(self) -> HelpForm:
        """The material as the service takes it; only after is_valid()."""
        data = self.cleaned_data

        def day(value: dt.date | None) -> str:
            return value.isoformat() if value else ""

        return HelpForm(
            mechanisms=tuple(data["mechanisms"]),
            households=data["households"],
            people=data["people"],
            paid_fen=int(data["paid"] * 100),
            public_first=day(data["public_first"]),
            public_last=day(data["public_last"]),
            opinions={level: data[f"opinion_{level}"] for level in LEVELS},
            note=data["note"],
        )

    def take(self, problems: dict[str, str], message: str) -> None:
        """Show a service's refusal at its fields, or above the form."""
        for name, text in problems.items():
            self.add_error({"paid_fen": "paid"}.get(name, name), text)
        if not problems:
            self.add_error(None, message)


class ReviewDecisionForm(DecisionForm):
    """A reviewer's decision: what was shown, a part confirmed, reasons per field."""

    content = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    confirmed_fen = _money(
        _("Sales confirmed (yuan)"),
        required=False,
        help_text=_("Of what was sold; the records share it by their amounts."),
    )
    confirmed_households = _count(_("Households confirmed"), required=False)
    confirmed_people = _count(_("People confirmed"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in REVIEW_FIELDS.items():
            self.fields[f"field_{name}"] = forms.CharField(
                label=label,
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs=INPUT),
            )

    def part(self) -> Confirmed | None:
        """The part that is confirmed; None if it is not said whole."""
        names = ("confirmed_fen", "confirmed_households", "confirmed_people")
        yuan, households, people = (self.cleaned_data.get(name) for name in names)
        if yuan is None or households is None or people is None:
            return None
        return Confirmed(int(yuan * 100), households, people)

    def parts(self) -> list[forms.BoundField]:
        return [self["confirmed_fen"], self["confirmed_households"], self["confirmed_people"]]

    def reasons(self) -> dict[str, str]:
        """Reason by name of REVIEW_FIELDS, where one was written."""
        found = {name: self.cleaned_data[f"field_{name}"] for name in REVIEW_FIELDS}
        return {name: text for name, text in found.items() if text}

    def field_inputs(self) -> list[forms.BoundField]:
        return [self[f"field_{name}"] for name in REVIEW_FIELDS]
