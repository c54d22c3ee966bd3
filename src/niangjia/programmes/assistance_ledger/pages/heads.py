"""Released head counts as shown, and as a file."""

import csv
import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.programmes.assistance_ledger.heads import ELSEWHERE
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.heads import HeadsShown
from niangjia.ui.page import language_of
from niangjia.ui.parts import Column, Figure, Table

LEFT_OUT = "*"
COLUMNS = ("period", "table", "label", "name", "households", "people")


def parts(found: HeadsShown) -> dict[str, Any]:
    """Figures and tables of the page, by their names in the template."""
    data = found.data
    return {
        "found": found,
        "period": shown.period(data["period"]),
        "cut_off": shown.day(dt.date.fromisoformat(data["cut_off"])),
        "released_at": shown.moment(found.released_at),
        "figures": [
            _figure(found, _("Households helped, confirmed"), data["households"], _("households")),
            _figure(found, _("People helped, confirmed"), data["people"], _("people")),
        ],
        "tables": tables(data, found.names),
        "rule": rule_of(found),
        "choices": [
            (reverse("assistance_ledger:board_heads", args=[one]), shown.period(one))
            for one in found.periods
            if one != data["period"]
        ],
    }


def rule_of(found: HeadsShown) -> str:
    """The counting rule in the language in force."""
    return found.rule.rule_zh if language_of().startswith("zh") else found.rule.rule_en


def _figure(found: HeadsShown, title: str, number: int, unit: str) -> Figure:
    data = found.data
    day = shown.day(dt.date.fromisoformat(data["cut_off"]))
    return Figure(
        title=title,
        number=f"{number:,}",
        unit=unit,
        as_of=day,
        rule=rule_of(found),
        policy=data["policy"],
        cut_off=day,
        log_size=data["log_size"],
        proof=found.fact.proof,
        href="#release",
    )


def titles() -> dict[str, str]:
    return {"county": _("By county of origin"), "district": _("By district")}


Names = Mapping[str, Mapping[str, str]]


def _name(names: Names, table: str, label: str) -> str:
    if label == ELSEWHERE:
        return _("Other counties") if table == "county" else _("Elsewhere")
    return names[table].get(label, label)


def tables(part: Mapping[str, Any], names: Names) -> list[Table]:
    """Every table that a release states of heads, as the public sees it."""
    return [_table(part, name, names) for name in part["tables"]]


def _number(number: int | None) -> str:
    return LEFT_OUT if number is None else f"{number:,}"


def _table(part: Mapping[str, Any], name: str, names: Names) -> Table:
    """The rows with anything in them, the largest first; those left out below; then the total."""
    rows: list[Mapping[str, Any]] = part["tables"][name]
    filled = [row for row in rows if row["people"] is None or row["people"] or row["households"]]
    filled.sort(key=lambda row: (row["people"] is None, -(row["people"] or 0)))
    columns = [
        Column(_("County of origin") if name == "county" else _("District"), "{0}", lead=True),
        Column(_("Households"), "{1}", numeric=True),
        Column(_("People"), "{2}", numeric=True),
    ]
    values: list[tuple[str, ...]] = [
        (_name(names, name, row["label"]), _number(row["households"]), _number(row["people"]))
        for row in filled
    ]
    if len(filled) < len(rows):
        values.append((_("%(n)s others") % {"n": len(rows) - len(filled)}, "0", "0"))
    foot = (_("Total"), _number(part["households"]), _number(part["people"]))
    return Table(titles()[name], columns, values, cards=False, foot=foot)


def as_csv(found: HeadsShown) -> bytes:
    """Every row of every table, with totals (label empty); what is left out is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    data = found.data
    for name, rows in data["tables"].items():
        for row in rows:
            numbers = ["" if row[key] is None else row[key] for key in ("households", "people")]
            told = _name(found.names, name, row["label"])
            writer.writerow([data["period"], name, row["label"], told, *numbers])
        total = [data["households"], data["people"]]
        writer.writerow([data["period"], name, "", _("Total"), *total])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
