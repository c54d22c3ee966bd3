"""Files of other sources: a platform's orders, a bank's or card's payments; their columns, checks.

Rows that are no purchase of the office are not kept: payments to people, money received from
strangers. They are counted and told.
"""

import datetime as dt
import functools
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Problem, Schema, SheetRow
from niangjia.blocks.orgs.public import OrgRef
from niangjia.blocks.places.public import CountyBook
from niangjia.programmes.assistance_ledger import oddities, policy, rules
from niangjia.programmes.assistance_ledger.matching import ORDER, PAYMENT, party_key
from niangjia.programmes.assistance_ledger.sheet import column_of
from niangjia.programmes.assistance_ledger.types import SourceIn

PERSON, RECEIVED, CANCELLED = "payee_is_a_person", "money_received", "order_cancelled"
NOT_KEPT = {
    PERSON: _("Payments to people: not kept"),
    RECEIVED: _("Money received: not kept"),
    CANCELLED: _("Orders that came to nothing: not kept"),
}
TEXTS = {
    "source_unit_missing": _(
        "Row %(row)s: it names no unit. Fill in the unit for the whole sheet at the columns."
    ),
    "source_unit_unknown": _(
        "Row %(row)s: no unit “%(shown)s” is registered. Put its full name as it is registered."
    ),
    "source_not_your_unit": _(
        "Row %(row)s: this line is of “%(shown)s”; you may bring only those of “%(own)s”."
    ),
    "source_no_amount": _("Row %(row)s: neither money paid nor money received stands in it."),
    "date_in_future": _("Row %(row)s: the date %(shown)s lies after today. Please check the year."),
}
LISTS = {ORDER: "orders", PAYMENT: "payments"}
ANCHORS = {ORDER: ("number", "product", "party"), PAYMENT: ("number", "party", "text")}


@functools.cache
def source_schema(source: str) -> Schema:
    """The columns of a source's files, from data/orders.toml or data/payments.toml."""
    path = policy.DATA / f"{LISTS[source]}.toml"
    lines = tomllib.loads(path.read_text("utf-8"))["column"]
    return Schema(tuple(column_of(line) for line in lines), "amount_fen", ANCHORS[source])


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """A list of data/sources.toml: cancelled, received, organisations."""
    return tuple(tomllib.loads((policy.DATA / "sources.toml").read_text("utf-8"))[name])


def is_organisation(name: str) -> bool:
    """Whether a payee's name is that of an organisation and not of a person."""
    return any(word in name for word in words("organisations"))


def masked(name: str) -> str:
    """A person's name with all but its first character hidden."""
    return name[:1] + "*" * (len(name) - 1)


@dataclass(slots=True)
class SourceChecker:
    """Checks rows of one file. own: the unit of a clerk; units: registered ones by name; known:
    keys of suppliers' names, whose payments are kept whoever they are."""

    source: str
    counties: CountyBook
    today: dt.date
    own: OrgRef | None
    units: Mapping[str, OrgRef]
    known: frozenset[str]
    _seen: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def check(self, row: SheetRow, headers: dict[str, str]) -> SourceIn | None:
        """The line of a row; None with row.problems, or row.left_out, saying why."""
        if row.problems:
            return None
        values: dict[str, Any] = row.values
        fen = self._fen(row)
        unit = self._unit(row, headers)
        day = values.get("occurred_on")
        if isinstance(day, dt.date) and day > self.today:
            self._refuse(row, headers, "occurred_on", "date_in_future", shown=day.isoformat())
        if fen is None and not row.left_out:
            self._refuse(row, headers, "amount_fen", "source_no_amount")
        if row.problems or row.left_out or fen is None or unit is None:
            return None
        return self._line(row, unit, fen)

    def _fen(self, row: SheetRow) -> int | None:
        """What was paid, negative for what came back; None if the row is none of ours."""
        values: dict[str, Any] = row.values
        fen: int | None = values.get("amount_fen")
        if self.source == ORDER:
            return fen
        party = str(values.get("party") or "")
        received = values.get("received_fen")
        way = str(values.get("direction") or "").strip()
        if not fen and received:
            fen = -received
        elif fen and way.startswith(words("received")):
            fen = -abs(fen)
        elif fen and way.startswith(("借", "支", "出", "D", "-")):
            fen = abs(fen)
        known = party_key(party) in self.known
        if fen is not None and fen < 0 and not known:
            row.left_out = RECEIVED
        elif party and not known and not is_organisation(party):
            row.left_out = PERSON
        return fen or None

    def _unit(self, row: SheetRow, headers: dict[str, str]) -> OrgRef | None:
        name = str(row.values.get("unit_name") or "")
        if self.own is not None:
            if name and party_key(name) != party_key(self.own.name):
                offer = self.own.name if oddities.close_names(name, [self.own.name]) else ""
                shown = {"shown": name, "own": self.own.name}
                self._refuse(row, headers, "unit_name", "source_not_your_unit", offer, **shown)
            return self.own
        found = self.units.get(name)
        if not name:
            self._refuse(row, headers, "unit_name", "source_unit_missing")
        elif found is None:
            offer = next(iter(oddities.close_names(name, self.units, 1)), "")
            self._refuse(row, headers, "unit_name", "source_unit_unknown", offer, shown=name)
        return found

    def _line(self, row: SheetRow, unit: OrgRef, fen: int) -> SourceIn:
        values: dict[str, Any] = row.values
        texts = {name: str(values.get(name) or "") for name in _TEXTS}
        party = texts["party"]
        if party and self.source == PAYMENT and not is_organisation(party):
            party = masked(party)
        text = texts["product"] if self.source == ORDER else texts["text"]
        status = texts.pop("status")
        county = self._county(values)
        line = SourceIn(
            source=self.source,
            unit_id=unit.id,
            key="",
            number=texts["number"],
            occurred_on=values["occurred_on"],
            amount_fen=fen,
            party=party,
            party_uscc=texts["party_uscc"],
            text=text,
            spec=texts["spec"],
            measure=texts["measure"],
            quantity_milli=values.get("quantity_milli"),
            price_milli=values.get("price_milli"),
            category=texts["category"],
            county_code=county,
            channel=texts["channel"],
            invoice_no=texts["invoice_no"],
            cancelled=any(word in status for word in words("cancelled")),
            sheet=row.sheet,
            row_no=row.row_no,
        )
        return _with_key(line, self._seen)

    def _county(self, values: Mapping[str, Any]) -> str:
        name = str(values.get("county") or "")
        found = self.counties.find(str(values.get("province") or ""), name) if name else None
        return found.code if found else ""

    def _refuse(
        self,
        row: SheetRow,
        headers: dict[str, str],
        key: str,
        code: str,
        offer: str = "",
        **params: object,
    ) -> None:
        header = headers.get(key, key)
        text = translated(str(TEXTS[code])) % {"row": row.row_no, "column": header, **params}
        shown = str(params.get("shown", ""))
        row.problems.append(Problem(row.sheet, row.row_no, key, header, code, text, shown, offer))


_TEXTS = (
    "number",
    "party",
    "party_uscc",
    "product",
    "text",
    "spec",
    "measure",
    "category",
    "channel",
    "invoice_no",
    "status",
)


def _with_key(line: SourceIn, seen: Counter[tuple[object, ...]]) -> SourceIn:
    """The line with what it is known by. An order's line: its number, goods and amount; a payment:
    its number, else all it says. The n-th of equal ones in a file is the n-th of them."""
    if line.source == ORDER:
        parts: tuple[object, ...] = (line.number, line.text, line.spec, line.amount_fen)
    elif line.number:
        parts = (line.number, line.occurred_on, line.amount_fen)
    else:
        parts = ("", line.occurred_on, line.amount_fen, line.party, line.text)
    seen[line.unit_id, *parts] += 1
    return replace(line, key=rules.source_key([*parts, seen[line.unit_id, *parts]]))
