"""Forms of releases."""

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.assistance_ledger.forms.records import INPUT


class ReleaseForm(forms.Form):
    """Which period to propose, and what those who decide should know."""

    period = forms.CharField(
        label=_("Reporting period"),
        max_length=10,
        help_text=_("A quarter, a month or a year: 2020Q1, 2020-03 or 2020."),
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": _("Write a period such as 2020Q1.")},
    )
    note = forms.CharField(
        label=_("For those who decide"),
        max_length=500,
        required=False,
        help_text=_("Why it is released now, what is new in it. Not published."),
        widget=forms.TextInput(attrs=INPUT),
    )
