"""An official receipt as the finance authority's system printed it."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.lib.text import fold_width
from niangjia.programmes.donations.forms.giving import INPUT, NEEDED, YuanField, text
from niangjia.programmes.donations.types import OfficialIn


class OfficialForm(forms.Form):
    """Its numbers, as printed."""

    code = text(_("Code of the receipt"), 20, required=True)
    number = text(_("Number on the receipt"), 20, required=True)
    check_code = text(_("Check code"), 20)
    fen = YuanField(_("Amount (yuan)"), required=True)
    issued_on = forms.DateField(
        label=_("Issued on"),
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages=NEEDED,
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name in ("code", "number", "check_code"):
            found[name] = re.sub(r"[\s-]", "", fold_width(found.get(name) or ""))
        return found

    def receipt(self) -> OfficialIn:
        """What was filled in."""
        return OfficialIn(**self.cleaned_data)
