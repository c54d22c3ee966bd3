"""The purchase sheet: its columns, and the checks of a row beyond its single cells."""

import datetime as dt
import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Column, Problem, Schema, SheetRow
from niangjia.blocks.orgs.public import OrgRef
from niangjia.blocks.places.public import County, CountyBook, short_province
from niangjia.lib.identifiers import uscc_problem
from niangjia.programmes.assistance_ledger import oddities, policy, rules
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
TEXTS |= {
    "county_several": _(
        "Row %(row)s: “%(shown)s” names %(n)s counties; a row is of one. Please split it, or "
        "choose the one it belongs to."
    ),
    "invoices_several": _(
        "Row %(row)s: “%(column)s” holds %(n)s numbers (%(shown)s). Please give each invoice its "
        "own row, or keep one: the others then go into the note."
    ),
    "measure_differs": _(
        "Row %(row)s: the quantity is written in “%(beside)s”, the column of measures says "
        "“%(shown)s”. Please make them agree."
    ),
    "word_unlisted": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, which is no official word. It is kept as it "
        "is and counted under “%(last)s”."
    ),
    "unit_unknown": _(
        "Row %(row)s: no unit “%(shown)s” is registered. It will be registered anew and marked to "
        "be confirmed; if it is a short name, please put the full one."
    ),
}
COUNTRY = _("the country")
OTHER_INVOICES = "另有发票号码：%(numbers)s"  # official wording of a note, in the city's language
OFFER = _(" A unit of this name is registered as %(code)s: is that the one?")


@functools.cache
def schema() -> Schema:
    """The sheet's schema from data/columns.toml."""
    lines = tomllib.loads((policy.DATA / "columns.toml").read_text("utf-8"))["column"]
    return Schema(
        columns=tuple(column_of(line) for line in lines),
        amount="amount_fen",
        anchors=("product", "supplier_name", "unit_uscc", "county"),
    )


def column_of(line: dict[str, Any]) -> Column:
    """A column as its data file declares it."""
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
        follows=line.get("follows", ""),
        plain=tuple(line.get("plain", ())),
    )


@dataclass(slots=True)
class Checker:
    """Checks rows of one import. own: the unit of a clerk, who may enter no other's.

    hints: also tell what is not refused; unit_names: registered units, for a hint at others.
    """

    counties: CountyBook
    today: dt.date
    own: OrgRef | None = None
    find_code: Callable[[str, str], str] = field(default=lambda category, name: "")
    unit_names: frozenset[str] | None = None
    hints: bool = False
    _codes: dict[str, str | None] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], str] = field(default_factory=dict)

    def check(self, row: SheetRow, headers: dict[str, str]) -> PurchaseIn | None:
        """The purchase of a row, or None with row.problems saying why."""
        values: dict[str, Any] = row.values
        self._fill_in_own(row)
        self._check_months(row)
        self._check_invoice(row, headers)
        self._check_measure(row, headers)
        county = self._county(row, headers)
        self._check_code(row, headers, "unit_uscc", "buyer")
        self._check_code(row, headers, "supplier_uscc", "supplier")
        self._check_numbers(row, headers)
        day = values.get("occurred_on")
        if isinstance(day, dt.date) and day > self.today:
            self._refuse(row, headers, "occurred_on", "date_in_future", shown=day.isoformat())
        if self.own is not None and not self._is_own(values):
            shown = str(values.get("unit_name") or "")
            offer = self.own.name if oddities.close_names(shown, [self.own.name]) else ""
            self._refuse(
                row,
                headers,
                "unit_name",
                "not_your_unit",
                offered=offer,
                shown=shown,
                own=self.own.name,
            )
        if self.hints:
            self._hint_at_unit(row, headers)
            self._hint_at_words(row, headers)
        if any(not one.hint for one in row.problems) or county is None:
            return None
        return purchase_in(row, county)

    def _county(self, row: SheetRow, headers: dict[str, str]) -> County | None:
        name = row.values.get("county")
        if not isinstance(name, str):
            return None
        province = str(row.values.get("province") or "")
        county = self.counties.find(province, name) or self._county_in_text(row, province, name)
        if county is None:
            self._refuse_county(row, headers, province, name)
        return county

    def _county_in_text(self, row: SheetRow, province: str, name: str) -> County | None:
        """`河北省保定市唐县` in one cell, where what stands before belongs to that county."""
        found = oddities.last_part_known(name, lambda part: self._any_county(part) is not None)
        if found is None or oddities.places_in(name):
            return None
        before, last = found
        county = self.counties.find(province, last) if province else self._named(before, last)
        if county is None or not self._begins(before, county.province):
            return None
        row.normalised.add("origin_text")
        return county

    def _any_county(self, name: str) -> County | None:
        return self.counties.find("", name) or next(iter(self.counties.named(name)), None)

    def _named(self, before: str, name: str) -> County | None:
        """The county of this name in the province that the text begins with."""
        found = [one for one in self.counties.named(name) if self._begins(before, one.province)]
        return found[0] if len(found) == 1 else None

    def _begins(self, text: str, province: str) -> bool:
        return text.startswith(short_province(province))

    def _refuse_county(
        self, row: SheetRow, headers: dict[str, str], province: str, name: str
    ) -> None:
        several = oddities.places_in(name)
        if several:
            self._refuse(row, headers, "county", "county_several", shown=name, n=len(several))
            return
        where = province or str(COUNTRY)
        self._refuse(row, headers, "county", "county_unknown", shown=name, province=where)

    def _check_months(self, row: SheetRow) -> None:
        """A month without its day is offered the last day of it."""
        for place, problem in enumerate(row.problems):
            if problem.code == "date_only_month":
                day = oddities.last_of_month(problem.shown, self.today)
                row.problems[place] = replace(problem, offer=day.isoformat() if day else "")

    def _check_invoice(self, row: SheetRow, headers: dict[str, str]) -> None:
        values, shown = row.values, _text_of(row, "invoice_no")
        several = oddities.invoices_in(shown)
        if several:
            shown = "、".join(several)
            self._refuse(
                row, headers, "invoice_no", "invoices_several", shown=shown, n=len(several)
            )
            return
        before = oddities.invoices_in(row.replaced.get("invoice_no", ""))
        if before and values.get("invoice_no") in before:
            others = "、".join(one for one in before if one != values["invoice_no"])
            note = OTHER_INVOICES % {"numbers": others}
            values["note"] = "；".join(filter(None, (str(values.get("note") or ""), note)))[:1000]
        code, number = str(values.get("invoice_code") or ""), str(values.get("invoice_no") or "")
        numbers = {name for name in ("code", "no") if _is_number(row, f"invoice_{name}")}
        whole = oddities.with_zeros(code, number, numbers=frozenset(numbers))
        if whole != (code, number):
            values["invoice_code"], values["invoice_no"] = whole[0] or None, whole[1] or None
            row.normalised.add("leading_zero")

    def _hint_at_unit(self, row: SheetRow, headers: dict[str, str]) -> None:
        name = row.values.get("unit_name")
        known = self.unit_names is None or self.own is not None or row.values.get("unit_uscc")
        if known or not isinstance(name, str) or name in (self.unit_names or ()):
            return
        self._refuse(row, headers, "unit_name", "unit_unknown", shown=name, hint=True)

    def _hint_at_words(self, row: SheetRow, headers: dict[str, str]) -> None:
        for key, words in (("channel", policy.channels()), ("category", policy.categories())):
            shown = row.values.get(key)
            if isinstance(shown, str) and shown not in words:
                close = _close_word(shown, tuple(words[:-1]))
                self._refuse(
                    row,
                    headers,
                    key,
                    "word_unlisted",
                    offered=close,
                    hint=True,
                    shown=shown,
                    last=words[-1],
                )

    def _check_measure(self, row: SheetRow, headers: dict[str, str]) -> None:
        if not row.measure:
            return
        measure = row.values.get("measure")
        if not measure:
            row.values["measure"] = row.measure
        elif measure != row.measure:
            self._refuse(
                row,
                headers,
                "measure",
                "measure_differs",
                offered=row.measure,
                shown=str(measure),
                beside=row.measure,
            )

    def _check_code(self, row: SheetRow, headers: dict[str, str], key: str, category: str) -> None:
        code = row.values.get(key)
        if not isinstance(code, str):
            return
        if code not in self._codes:
            self._codes[code] = uscc_problem(code)
        found = self._codes[code]
        if found is None:
            return
        name = row.values.get("unit_name" if category == "buyer" else "supplier_name")
        registered = self._registered(category, str(name or ""))
        offer = translated(str(OFFER)) % {"code": registered} if registered else ""
        by_category = f"{category}_" if found == "check_character" else ""
        self._refuse(
            row,
            headers,
            key,
            f"{by_category}uscc_{found}",
            offered=registered if uscc_problem(registered) is None else "",
            shown=code,
            offer=offer,
        )

    def _registered(self, category: str, name: str) -> str:
        """The code registered for this name; looked up once."""
        if (category, name) not in self._by_name:
            self._by_name[category, name] = self.find_code(category, name) if name else ""
        return self._by_name[category, name]

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

    def _fill_in_own(self, row: SheetRow) -> None:
        """A clerk's row that names no unit is the clerk's unit's: it can be no other's."""
        values = row.values
        if self.own is None or values.get("unit_name") or values.get("unit_uscc"):
            return
        wrong = [one for one in row.problems if one.key in ("unit_name", "unit_uscc")]
        if any(one.code != "required_cell_empty" for one in wrong):
            return
        row.problems = [one for one in row.problems if one not in wrong]
        values["unit_name"], values["unit_uscc"] = self.own.name, self.own.uscc or None
        row.normalised.add("own_unit")

    def _is_own(self, values: dict[str, Any]) -> bool:
        own = self.own
        if own is None:
            return True
        code = values.get("unit_uscc")
        return bool(code == own.uscc if code and own.uscc else values.get("unit_name") == own.name)

    def _refuse(
        self,
        row: SheetRow,
        headers: dict[str, str],
        key: str,
        code: str,
        *,
        offered: str = "",
        hint: bool = False,
        **params: object,
    ) -> None:
        header = headers.get(key, key)
        shown = str(params.get("shown", row.values.get(key) or ""))
        text = translated(str(TEXTS[code])) % {"row": row.row_no, "column": header, **params}
        row.problems.append(
            Problem(row.sheet, row.row_no, key, header, code, text, shown, offered, hint)
        )


@functools.lru_cache(maxsize=1000)
def _close_word(shown: str, words: tuple[str, ...]) -> str:
    return next(iter(oddities.close_names(shown, words, 1)), "")


def _text_of(row: SheetRow, key: str) -> str:
    """The text of a cell as it stands now, blanks and line breaks kept."""
    position = row.at.get(key, -1)
    cell = row.raw[position] if 0 <= position < len(row.raw) else None
    return cell if isinstance(cell, str) else ""


def _is_number(row: SheetRow, key: str) -> bool:
    position = row.at.get(key, -1)
    cell = row.raw[position] if 0 <= position < len(row.raw) else None
    return isinstance(cell, int) and not isinstance(cell, bool)


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
    "order_no",
    "note",
)
_NUMBERS = ("quantity_milli", "price_milli", "households", "people", "income_gain_fen")
