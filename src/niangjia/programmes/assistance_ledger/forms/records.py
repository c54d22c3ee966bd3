"""Forms of records: filters, a correction."""

import re
from dataclasses import fields as fields_of
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.lib import money
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.pages.shown import MODES
from niangjia.programmes.assistance_ledger.selectors import Filters

MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
STATES = ("in_force", "reversed", "all", "counted")
INPUT = {"class": "input"}
NUMBERED = {"quantity": ("quantity_milli", 1000), "price": ("price_milli", 1000)}
TEXTS = (
    "product",
    "spec",
    "measure",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "voucher_no",
    "order_no",
    "note",
)


def _words(listed: list[str], current: str) -> list[tuple[str, str]]:
    """Choices of an official list, with the record's own word if it is another."""
    return [(word, word) for word in dict.fromkeys(["", *listed, current])]


def _longest(name: str) -> int:
    return 200 if name == "product" else 100


class FiltersForm(forms.Form):
    """Reads the list's address; what cannot be read is left out."""

    first = forms.DateField(required=False)
    last = forms.DateField(required=False)

    def filters(self) -> Filters:
        """Every filter that can be read."""
        self.is_valid()
        texts = {
            field.name: self.data.get(field.name, "")
            .replace("\0", "")
            .strip()[: _longest(field.name)]
            for field in fields_of(Filters)
            if field.name not in ("first", "last", "state")
        }
        for name in ("from_month", "to_month"):
            texts[name] = texts[name] if MONTH.fullmatch(texts[name]) else ""
        state = self.data.get("state", "in_force")
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:  # meant the other way round
            first, last = last, first
        return Filters(
            **texts,
            first=first,
            last=last,
            state=state if state in STATES else "in_force",
        )


def _text(label: Any, length: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs=INPUT)
    more = {"required": False} | more
    return forms.CharField(label=label, max_length=length, widget=widget, **more)


class NumberField(forms.DecimalField):
    """A number as an import reads it: `¥1,234.50`, full width too."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            try:
                return money.parse_text(value)
            except money.NotMoney as error:
                raise forms.ValidationError(
                    _("“%(shown)s” is not a number. Please write digits, such as 12500.00."),
                    params={"shown": value},
                ) from error
        return super().to_python(value)


def _number(label: Any, places: int, **more: Any) -> NumberField:
    widget = forms.TextInput(attrs={**INPUT, "inputmode": "decimal"})
    return NumberField(label=label, max_digits=15, decimal_places=places, widget=widget, **more)


class CorrectionForm(forms.Form):
    """What a record should say instead, and why. Units as shown: yuan, whole measures."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_(
            "Stays with the record for ever and is read by auditors. "
            "For example: amount mistyped, invoice says 2,952.00."
        ),
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 2}),
        error_messages={
            "required": _("Say why, in a few words: the reason stays with the record for ever.")
        },
    )
    product = _text(
        _("Product"), 200, required=True, error_messages={"required": _("Say what was bought.")}
    )
    spec = _text(_("Specification"), 100)
    quantity = _number(_("Quantity"), 3, required=False)
    measure = _text(_("Unit of measure"), 20)
    price = _number(_("Price (yuan)"), 3, required=False)
    amount = _number(
        _("Amount (yuan)"), 2, help_text=_("Quantity times price, to the fen, such as 2952.00.")
    )
    occurred_on = forms.DateField(
        label=_("Date of purchase"),
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the date as 2020-03-16.")},
    )
    mode = forms.ChoiceField(
        label=_("Mode"), choices=list(MODES.items()), widget=forms.Select(attrs={"class": "select"})
    )
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, widget=forms.Select(attrs={"class": "select"})
    )
    category = forms.ChoiceField(
        label=_("Kind"), required=False, widget=forms.Select(attrs={"class": "select"})
    )
    contract_no = _text(_("Contract number"), 80)
    invoice_code = _text(_("Invoice code"), 20)
    invoice_no = _text(_("Invoice number"), 30)
    voucher_no = _text(_("Voucher number"), 80)
    order_no = _text(_("Order number"), 40)
    households = forms.IntegerField(
        label=_("Households helped"),
        required=False,
        min_value=0,
        max_value=999_999_999,
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric"}),
    )
    people = forms.IntegerField(
        label=_("People helped"),
        required=False,
        min_value=0,
        max_value=999_999_999,
        help_text=_("Not fewer than the households."),
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric"}),
    )
    note = _text(_("Note"), 1000)

    def __init__(self, data: Any, purchase: Purchase) -> None:
        super().__init__(data, initial=_shown(purchase))
        self.purchase = purchase
        for name, listed in (("channel", policy.channels()), ("category", policy.categories())):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = _words(listed, getattr(purchase, name))

    def changes(self) -> dict[str, object]:
        """Only what differs from the record, in its units."""
        found = {name: self.cleaned_data[name] for name in (*TEXTS, "mode", "channel", "category")}
        found |= {n: self.cleaned_data[n] for n in ("occurred_on", "households", "people")}
        for name, (column, scale) in {**NUMBERED, "amount": ("amount_fen", 100)}.items():
            value: Decimal | None = self.cleaned_data[name]
            found[column] = None if value is None else int(value * scale)
        return {k: v for k, v in found.items() if v != getattr(self.purchase, k)}

    def take(self, problems: dict[str, str], message: str) -> None:
        """Show a service's refusal at its fields, or above the form."""
        for name, text in problems.items():
            self.add_error({"amount_fen": "amount"}.get(name, name), text)
        if not problems:
            self.add_error(None, message)


def _shown(purchase: Purchase) -> dict[str, object]:
    found: dict[str, object] = {
        name: getattr(purchase, name)
        for name in (*TEXTS, "mode", "channel", "category", "occurred_on", "households", "people")
    }
    for name, (column, scale) in NUMBERED.items():
        value = getattr(purchase, column)
        found[name] = None if value is None else (Decimal(value) / scale).normalize()
    if found["quantity"] is not None:
        found["quantity"] = f"{found['quantity']:f}"
    if found["price"] is not None:
        found["price"] = f"{found['price']:f}"
    found["amount"] = f"{Decimal(purchase.amount_fen) / 100:.2f}"
    return found
