"""A purchase by hand: the sheet's columns as a form, read and checked as an import reads a row."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Bad, Column, SheetRow, cell_text, reader_for
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.forms.records import INPUT
from niangjia.programmes.assistance_ledger.pages.shown import MODES
from niangjia.programmes.assistance_ledger.sheet import Checker, schema
from niangjia.programmes.assistance_ledger.types import PurchaseIn

LABELS = {
    "unit_name": _("Buying unit"),
    "unit_uscc": _("Code of the unit"),
    "occurred_on": _("Date of purchase"),
    "channel": _("Channel"),
    "mode": _("Mode"),
    "product": _("Product"),
    "category": _("Kind"),
    "recognition_no": _("Recognition number"),
    "province": _("Province of origin"),
    "county": _("County of origin"),
    "spec": _("Specification"),
    "measure": _("Unit of measure"),
    "quantity_milli": _("Quantity"),
    "price_milli": _("Price (yuan)"),
    "amount_fen": _("Amount (yuan)"),
    "supplier_name": _("Supplier"),
    "supplier_uscc": _("Code of the supplier"),
    "contact_name": _("Contact of the supplier"),
    "contact_phone": _("Phone of the contact"),
    "contract_no": _("Contract number"),
    "invoice_code": _("Invoice code"),
    "invoice_no": _("Invoice number"),
    "voucher_no": _("Voucher number"),
    "order_no": _("Order number"),
    "households": _("Households helped"),
    "people": _("People helped"),
    "income_gain_fen": _("Income gain (yuan)"),
    "note": _("Note"),
}
SECTIONS = (
    (_("What was bought"), ("product", "category", "spec", "measure", "quantity_milli")),
    (_("Amount and date"), ("price_milli", "amount_fen", "occurred_on", "mode", "channel")),
    (_("From whom"), ("supplier_name", "supplier_uscc", "contact_name", "contact_phone")),
    (_("Origin"), ("province", "county", "recognition_no")),
    (_("Papers"), ("contract_no", "invoice_code", "invoice_no", "voucher_no", "order_no")),
    (_("Help"), ("households", "people", "income_gain_fen", "note")),
)
UNIT = ("unit_name", "unit_uscc")
HELP = {
    "amount_fen": _("Quantity times price, to the fen, such as 2952.00."),
    "county": _("Under today's or an old name, such as 唐县."),
    "people": _("Not fewer than the households."),
}
NUMERIC = ("quantity_milli", "price_milli", "amount_fen", "income_gain_fen", "households", "people")


class EntryForm(forms.Form):
    """One purchase. own: the name of the clerk's unit; without it the unit is typed too."""

    explain_late = forms.CharField(
        label=_("Explanation for a late entry"),
        max_length=500,
        required=False,
        help_text=_("Only if its period was reported or closed: it then counts in the next one."),
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 2}),
    )

    def __init__(self, data: Any = None, *, own: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.own = own
        for column in schema().columns:
            if column.key in LABELS and not (own and column.key in UNIT):
                self.fields[column.key] = _field(column)

    def sections(self) -> list[tuple[object, list[forms.BoundField]]]:
        """The fields in groups, as the page shows them."""
        head = [] if self.own else [(_("For whom"), [self[name] for name in UNIT])]
        return [*head, *((title, [self[name] for name in names]) for title, names in SECTIONS)]

    def purchase(self, checker: Checker, own: Mapping[str, str]) -> PurchaseIn | None:
        """The purchase as it was typed; None with the reasons at their fields."""
        row = SheetRow("", 0, {}, [])
        values = {
            **own,
            **{name: self.cleaned_data.get(name) or "" for name in LABELS if name in self.fields},
        }
        for column in schema().columns:
            text = str(values.get(column.key, "")).strip()
            try:
                row.values[column.key] = reader_for(column, False)(text, row) if text else None
            except Bad as bad:
                told = cell_text(
                    bad.code, row=0, column=self._name(column), shown=text, **bad.params
                )
                self.add_error(self._place(column.key), _plain(told))
        if self.errors:
            return None
        found = checker.check(row, {column.key: self._name(column) for column in schema().columns})
        for problem in row.problems:
            if not problem.hint:
                self.add_error(self._place(problem.key), _plain(problem.text))
        return None if self.errors else found

    def _name(self, column: Column) -> str:
        return str(LABELS.get(column.key, column.header))

    def _place(self, key: str) -> str | None:
        return key if key in self.fields else None


def _plain(text: str) -> str:
    """A row's text without the row: there is only one."""
    return re.sub(r"^(第0行[：，]?|Row 0: ?)", "", text)


def _field(column: Column) -> forms.Field:
    attrs: dict[str, Any] = dict(INPUT)
    if column.personal:
        attrs["data-personal"] = ""
    if column.key in NUMERIC:
        attrs["inputmode"] = "decimal"
    shared: dict[str, Any] = {
        "label": LABELS[column.key],
        "required": column.required,
        "help_text": HELP.get(column.key, ""),
        "error_messages": {"required": _("This is needed.")},
    }
    listed = {"channel": policy.channels, "category": policy.categories}.get(column.key)
    if column.key == "mode" or listed:
        choices: list[tuple[str, Any]]
        if listed is None:
            choices = [(word, MODES[code]) for code, word in policy.mode_names().items()]
        else:
            choices = [("", ""), *((word, word) for word in listed())]
        return forms.ChoiceField(
            choices=choices, widget=forms.Select(attrs={"class": "select"}), **shared
        )
    if column.kind == "date":
        widget = forms.DateInput(attrs={**attrs, "type": "date"}, format="%Y-%m-%d")
        return forms.CharField(widget=widget, max_length=20, **shared)
    if column.key == "note":
        widget_note = forms.Textarea(attrs={"class": "textarea", "rows": 2})
        return forms.CharField(widget=widget_note, max_length=column.limit, **shared)
    return forms.CharField(widget=forms.TextInput(attrs=attrs), max_length=column.limit, **shared)
