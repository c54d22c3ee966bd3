"""The purchase sheet: its columns, and the checks of a row beyond its single cells."""

import datetime as dt
import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Column, Problem, Schema, SheetRow
from niangjia.blocks.orgs.public import OrgRef
from niangjia.blocks.places.public import County, CountyBook
from niangjia.lib.identifiers import uscc_problem
from niangjia.programmes.assistance_ledger import policy, rules
from niangjia.programmes.assistance_ledger.types import PurchaseIn

TEXTS = {
    "buyer_uscc_check_character": _(
        "Row %(row)s: the check character of “%(column)s” (%(shown)s) does not fit; it may be "
        "mistyped.%(offer)s"
    ),
    "supplier_uscc_check_character": _(
        "Row %(row)s: the check character of “%(column)s” (%(shown)s) does not fit; it may be "
        "mistyped.%(offer)s"
    ),
    "uscc_format": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”; a code has 18 letters and digits. Please "
        "check it."
    ),
    "uscc_mangled": _(
        "Row %(row)s: the code %(shown)s ends in 000; Excel may have made it a number. Set the "
        "column to “text” and type it again."
    ),
    "amount_is_not_quantity_times_price": _(
        "Row %(row)s: the amount is %(amount)s yuan, quantity × price is %(product)s yuan. Please "
        "correct one of the three."
    ),
    "fewer_people_than_households": _(
        "Row %(row)s: %(people)s people in %(households)s households cannot be. Please check both."
    ),
    "county_unknown": _(
        "Row %(row)s: no county “%(shown)s” is known in %(province)s, under today's or an old "
        "name. Please write the county's full name."
    ),
    "date_in_future": _("Row %(row)s: the date %(shown)s lies after today. Please check the year."),
    "not_your_unit": _(
        "Row %(row)s: this purchase is of “%(shown)s”; you may import only those of “%(own)s”."
    ),
}
COUNTRY = _("the country")
OFFER = _(" A unit of this name is registered as %(code)s: is that the one?")


@functools.cache
def schema() -> Schema:
    """The sheet's schema from data/columns.toml."""
    lines = tomllib.loads((policy.DATA / "columns.toml").read_text("utf-8"))["column"]
    return Schema(
        columns=tuple(_column(line) for line in lines),
        amount="amount_fen",
        anchors=("product", "supplier_name", "unit_uscc", "county"),
    )


def _column(line: dict[str, Any]) -> Column:
    choices = tuple((name, code) for code, name in policy.mode_names().items())
    return Column(
        key=line["key"],
        header=line["header"],
        kind=line.get("kind", "text"),
        aliases=tuple(line.get("aliases", ())),
        required=line.get("required", False),
        choices=choices if line["key"] == "mode" else (),
        limit=line.get("limit", 200),
        personal=line.get("personal", False),
    )


@dataclass(slots=True)
class Checker:
    """Checks rows of one import. own: the unit of a clerk, who may enter no other's."""

    counties: CountyBook
    today: dt.date
    own: OrgRef | None = None
    find_code: Callable[[str, str], str] = field(default=lambda category, name: "")
    _codes: dict[str, str | None] = field(default_factory=dict)

    def check(self, row: SheetRow, headers: dict[str, str]) -> PurchaseIn | None:
        """The purchase of a row, or None with row.problems saying why."""
        values: dict[str, Any] = row.values
        county = self._county(row, headers)
        self._check_code(row, headers, "unit_uscc", "buyer")
        self._check_code(row, headers, "supplier_uscc", "supplier")
        self._check_numbers(row, headers)
        day = values.get("occurred_on")
        if isinstance(day, dt.date) and day > self.today:
            self._refuse(row, headers, "occurred_on", "date_in_future", shown=day.isoformat())
        if self.own is not None and not self._is_own(values):
            shown = str(values.get("unit_name") or "")
            self._refuse(row, headers, "unit_name", "not_your_unit", shown=shown, own=self.own.name)
        if row.problems or county is None:
            return None
        return purchase_in(row, county)

    def _county(self, row: SheetRow, headers: dict[str, str]) -> County | None:
        name = row.values.get("county")
        if not isinstance(name, str):
            return None
        province = str(row.values.get("province") or "")
        county = self.counties.find(province, name)
        if county is None:
            where = province or str(COUNTRY)
            self._refuse(row, headers, "county", "county_unknown", shown=name, province=where)
        return county

    def _check_code(self, row: SheetRow, headers: dict[str, str], key: str, category: str) -> None:
        code = row.values.get(key)
        if not isinstance(code, str):
            return
        if code not in self._codes:
            self._codes[code] = uscc_problem(code)
        found = self._codes[code]
        if found is None:
            return
        if found == "check_character":
            name = str(
                row.values.get("unit_name" if category == "buyer" else "supplier_name") or ""
            )
            registered = self.find_code(category, name) if name else ""
            offer = translated(str(OFFER)) % {"code": registered} if registered else ""
            self._refuse(
                row, headers, key, f"{category}_uscc_check_character", shown=code, offer=offer
            )
        else:
            self._refuse(row, headers, key, f"uscc_{found}", shown=code)

    def _check_numbers(self, row: SheetRow, headers: dict[str, str]) -> None:
        values: dict[str, Any] = row.values
        quantity: Any = values.get("quantity_milli")
        price: Any = values.get("price_milli")
        amount: Any = values.get("amount_fen")
        whole = quantity is not None and price is not None and amount is not None
        if whole and not rules.amount_agrees(quantity, price, amount):
            self._refuse(
                row,
                headers,
                "amount_fen",
                "amount_is_not_quantity_times_price",
                amount=rules.yuan(amount),
                product=rules.yuan(rules.product_fen(quantity, price)),
            )
        households, people = values.get("households"), values.get("people")
        if households is not None and people is not None and people < households:
            self._refuse(
                row,
                headers,
                "people",
                "fewer_people_than_households",
                people=people,
                households=households,
            )

    def _is_own(self, values: dict[str, Any]) -> bool:
        own = self.own
        if own is None:
            return True
        code = values.get("unit_uscc")
        return bool(code == own.uscc if code and own.uscc else values.get("unit_name") == own.name)

    def _refuse(
        self, row: SheetRow, headers: dict[str, str], key: str, code: str, **params: object
    ) -> None:
        header = headers.get(key, key)
        shown = str(params.get("shown", row.values.get(key) or ""))
        text = translated(str(TEXTS[code])) % {"row": row.row_no, "column": header, **params}
        row.problems.append(Problem(row.sheet, row.row_no, key, header, code, text, shown))


def purchase_in(row: SheetRow, county: County) -> PurchaseIn:
    """The purchase of a row without problems."""
    values: dict[str, Any] = row.values
    texts: dict[str, Any] = {name: values.get(name) or "" for name in _TEXTS}
    numbers: dict[str, Any] = {name: values.get(name) for name in _NUMBERS}
    return PurchaseIn(
        unit_kind=values.get("unit_kind") or "",
        occurred_on=values["occurred_on"],
        mode=values.get("mode") or "direct",
        county_code=county.code,
        assisted=county.assisted,
        amount_fen=values["amount_fen"],
        sheet=row.sheet,
        row_no=row.row_no,
        **texts,
        **numbers,
    )


_TEXTS = (
    "unit_name",
    "unit_uscc",
    "district",
    "line",
    "channel",
    "product",
    "category",
    "recognition_no",
    "spec",
    "measure",
    "supplier_name",
    "supplier_uscc",
    "contact_name",
    "contact_phone",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "voucher_no",
    "note",
)
_NUMBERS = ("quantity_milli", "price_milli", "households", "people", "income_gain_fen")
