"""Forms of the yearly assessment: a unit's target, an office's decision on it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import key_of, known_or_meant
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import assessment
from niangjia.programmes.assistance_ledger.assessing import TargetForm
from niangjia.programmes.assistance_ledger.chain import TARGET_FIELDS
from niangjia.programmes.assistance_ledger.forms.records import INPUT, NumberField
from niangjia.programmes.assistance_ledger.forms.reports import AREA, DecisionForm

CANTEEN_NAMES = {
    "own": _("Run by the unit"),
    "outsourced": _("Outsourced"),
    "shared": _("Shared, filed by another unit"),
    "none": _("No canteen"),
}
SELECT = {"class": "select"}
AT = {"food_fen": "food", "gift_fen": "gift"}


def _money(label: Any, help_text: Any) -> NumberField:
    widget = forms.TextInput(attrs={**INPUT, "inputmode": "decimal"})
    return NumberField(
        label=label,
        max_digits=14,
        decimal_places=2,
        required=False,
        widget=widget,
        help_text=help_text,
    )


class UnitTargetForm(forms.Form):
    """What a unit files for a year."""

    version = forms.IntegerField(
        min_value=0, max_value=1_000_000, required=False, widget=forms.HiddenInput
    )
    canteen = forms.ChoiceField(
        label=_("Canteen"),
        choices=list(CANTEEN_NAMES.items()),
        widget=forms.Select(attrs=SELECT),
        help_text=_("A unit without a canteen reports nought too."),
    )
    food = _money(
        _("Food purchases of the year (yuan)"),
        _("All food that the canteen buys in the year, such as 50000.00."),
    )
    filed_with = forms.CharField(
        label=_("Filed with"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs=INPUT),
        help_text=_("Code or full name of the unit that files the shared canteen."),
    )
    members = forms.IntegerField(
        label=_("Members who get gifts"),
        min_value=0,
        max_value=9_999_999,
        required=False,
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric"}),
    )
    gift = _money(
        _("Gifts of the union (yuan)"), _("What the union means to spend on gifts in the year.")
    )
    exempt = forms.ChoiceField(
        label=_("Exemption"), required=False, widget=forms.Select(attrs=SELECT)
    )
    exempt_reason = forms.CharField(
        label=_("Why the unit is exempt"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=INPUT),
    )
    note = forms.CharField(
        label=_("Remarks"), max_length=500, required=False, widget=forms.Textarea(attrs=AREA)
    )
    reason = forms.CharField(
        label=_("Why it is changed"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("The version before stays visible beside it."),
    )

    def __init__(self, *args: Any, year: int, is_change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = [(one.id, assessment.in_words(one)) for one in assessment.exemptions(year)]
        ground: Any = self.fields["exempt"]
        ground.choices = [("", _("Not exempt")), *grounds]
        if not is_change:
            del self.fields["reason"]

    def target(self, actor: Actor) -> TargetForm:
        """What the service takes; only after is_valid()."""
        data = self.cleaned_data
        return TargetForm(
            canteen=data["canteen"],
            food_fen=int((data["food"] or Decimal(0)) * 100),
            filed_with=_unit_ref(actor, data["filed_with"].strip()),
            members=data["members"] or 0,
            gift_fen=int((data["gift"] or Decimal(0)) * 100),
            exempt=data["exempt"],
            exempt_reason=data["exempt_reason"],
            note=data["note"],
        )

    def take(self, problems: dict[str, str], message: str) -> None:
        """Show a service's refusal at its fields, or above the form."""
        shown = {AT.get(name, name): text for name, text in problems.items()}
        for name, text in shown.items():
            self.add_error(name if name in self.fields else None, text)
        if not shown:
            self.add_error(None, message)


def _unit_ref(actor: Actor, text: str) -> str:
    """The ref of the unit with this code or name; the text itself if there is none."""
    if not text:
        return ""
    named = (text, "") if len(text) == 18 and text.isascii() else ("", text)
    found = known_or_meant(actor, "buyer", [named])
    one = found.get(key_of(*named))
    return one.ref if one else text


class TargetDecisionForm(DecisionForm):
    """A decision with a reason per field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in TARGET_FIELDS.items():
            self.fields[f"field_{name}"] = forms.CharField(
                label=label, max_length=200, required=False, widget=forms.TextInput(attrs=INPUT)
            )

    def reasons(self) -> dict[str, str]:
        found = {name: self.cleaned_data[f"field_{name}"] for name in TARGET_FIELDS}
        return {name: text for name, text in found.items() if text}

    def field_inputs(self) -> list[forms.BoundField]:
        return [self[f"field_{name}"] for name in TARGET_FIELDS]
