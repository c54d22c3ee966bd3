"""Forms of bulletins: prepared, a record looked up, a sample drawn."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.donations.forms.giving import INPUT, NEEDED, city_time, long_text, text


class CutOffForm(forms.Form):
    """The cut-off of a bulletin, and what is explained with it."""

    as_of = forms.DateTimeField(
        label=_("Cut-off (a whole hour)"),
        widget=forms.DateTimeInput(
            attrs={**INPUT, "type": "datetime-local", "step": "3600"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages=NEEDED,
        help_text=_("What was received by then counts. Facts show the hour only."),
    )
    explanation = long_text(
        _("Explanation"),
        1000,
        help_text=_("Of late gifts and changes; in a correction what was wrong and why."),
    )

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            self.fields["as_of"].disabled = True

    def clean_as_of(self) -> dt.datetime:
        """The instant, UTC."""
        return city_time(self.cleaned_data["as_of"])


class NumberForm(forms.Form):
    """The number of a receipt."""

    number = text(
        _("Number of your receipt"),
        20,
        required=True,
        help_text=_("12 signs, such as K7Q2-MWX9-TR4B; it stands on the receipt of your gift."),
    )


class SeedForm(forms.Form):
    """The auditor's own seed."""

    seed = text(
        _("Your seed"),
        200,
        required=True,
        help_text=_("8 to 200 characters that nobody could guess: throw dice, do not choose it."),
    )


class CheckForm(forms.Form):
    """What the auditor found of one position."""

    place = forms.IntegerField(min_value=1, max_value=1000)
    found = forms.ChoiceField(choices=[(one, one) for one in ("seen", "missing", "differs")])
    note = text(_("Note"), 200)
