"""Forms of the reporting chain: a decision, the collection's filters, a period."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.assistance_ledger.chain import REPORT_FIELDS
from niangjia.programmes.assistance_ledger.forms.records import INPUT, NumberField
from niangjia.programmes.assistance_ledger.selectors import ReportFilters

AREA = {"class": "textarea", "rows": 2}


class DecisionForm(forms.Form):
    """A step of a case: which, on which version, and why."""

    step = forms.CharField(max_length=20, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, max_value=1_000_000, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs=AREA),
    )


class ReportDecisionForm(DecisionForm):
    """With what only a report has: remarks, a confirmed zero, reasons per field."""

    note = forms.CharField(
        label=_("Remarks"),
        max_length=500,
        required=False,
        help_text=_("What the readers of the figures should know. May stay empty."),
        widget=forms.Textarea(attrs=AREA),
    )
    zero = forms.BooleanField(
        label=_("Nothing was bought in this period"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "checkbox"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in REPORT_FIELDS.items():
            self.fields[f"field_{name}"] = forms.CharField(
                label=label,
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs=INPUT),
            )

    def reasons(self) -> dict[str, str]:
        """Reason by name of REPORT_FIELDS, where one was written."""
        found = {name: self.cleaned_data[f"field_{name}"] for name in REPORT_FIELDS}
        return {name: text for name, text in found.items() if text}

    def field_inputs(self) -> list[forms.BoundField]:
        return [self[f"field_{name}"] for name in REPORT_FIELDS]


class CollectionFiltersForm(forms.Form):
    """Reads the collection's address; what cannot be read is left out."""

    def filters(self) -> ReportFilters:
        """Every filter given."""
        names = ("group", "state", "district", "line", "text")
        found = {n: self.data.get(n, "").replace("\0", "").strip()[:100] for n in names}
        return ReportFilters(**found)


class CarryForm(forms.Form):
    """Why reports are carried over."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("It stands with every purchase that is carried over, for ever."),
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": _("Say why these units have not reported.")},
    )


class PeriodForm(forms.Form):
    """A quarter, and why."""

    period = forms.CharField(
        label=_("Quarter"),
        max_length=10,
        help_text=_("Such as 2020Q1."),
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": _("Write a quarter such as 2020Q1.")},
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs=AREA)
    )


class TargetForm(forms.Form):
    """What the office means to reach in a year, in units of 10,000 yuan."""

    year = forms.IntegerField(
        label=_("Year"),
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric"}),
        error_messages={
            "required": _("Write the year with four digits, next year at the latest."),
            "invalid": _("Write the year with four digits, next year at the latest."),
        },
    )
    amount = NumberField(
        label=_("Target (10,000 yuan)"),
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "decimal"}),
        error_messages={
            "required": _("Write an amount above nought, in units of 10,000 yuan."),
            "max_digits": _("Write an amount above nought, in units of 10,000 yuan."),
            "max_whole_digits": _("Write an amount above nought, in units of 10,000 yuan."),
            "max_decimal_places": _("At most two decimals."),
        },
    )
