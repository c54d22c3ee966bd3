"""Tables that can be exported: as shown, and in the columns and order of the official sheet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from niangjia.blocks.desk.public import Cell, Rows, export_kind, sheet_kind
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import pivot_files, target_files
from niangjia.programmes.assistance_ledger.content import records_of
from niangjia.programmes.assistance_ledger.forms import FiltersForm
from niangjia.programmes.assistance_ledger.models import Purchase, Report
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.exported import (
    chosen_or_filtered,
    thousandths,
    with_names,
    yuan,
)
from niangjia.programmes.assistance_ledger.sheet import schema

MODES = {"direct": "直接采购", "helped": "帮助销售"}  # words of the official sheet
NARROW, WIDE = 12, 30


def purchases_rows(actor: Actor, params: Mapping[str, object]) -> Rows:
    """The table asked for. params: layout (`shown`, `official`), query, refs (by blanks between).

    Raises NotSignedIn, Denied, Invalid.
    """
    query = QueryDict(str(params.get("query", "")))
    records = with_names(
        chosen_or_filtered(
            actor,
            filters=FiltersForm(query).filters(),
            sort=query.get("sort", "-recorded"),
            refs=str(params.get("refs", "")).split(),
        )
    )
    if params.get("layout") == "official":
        # What was taken back is reported by nobody, and the sheet has no mark for it.
        records = (row for row in records if not row["reversed_at"])
        columns = schema().columns
        header = tuple(column.header for column in columns)
        keys = tuple(column.key for column in columns)
        return Rows("采购台账", header, _widths(header), _official(keys, records))
    titles = _shown_titles()
    return Rows(_("Records"), titles, _widths(titles), map(_shown, records))


def _widths(header: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(WIDE if len(text) > 2 and "名称" in text else NARROW for text in header)


def _official(
    keys: tuple[str, ...], records: Iterator[dict[str, Any]]
) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(records, 1):
        values = {
            **row,
            "number": number,
            "unit_name": row["unit__name"],
            "unit_uscc": row["unit__uscc"],
            "unit_kind": row["unit__kind"],
            "mode": MODES[row["mode"]],
            "quantity_milli": thousandths(row["quantity_milli"]),
            "price_milli": thousandths(row["price_milli"]),
            "amount_fen": yuan(row["amount_fen"]),
            "supplier_name": row["supplier__name"],
            "supplier_uscc": row["supplier__uscc"],
            "income_gain_fen": yuan(row["income_gain_fen"]),
        }
        yield tuple(values[key] for key in keys)


def _shown_titles() -> tuple[str, ...]:
    return (
        _("Product"),
        _("Specification"),
        _("Buying unit"),
        _("Origin"),
        _("Date"),
        _("Channel"),
        _("Mode"),
        _("Kind"),
        _("Amount (yuan)"),
        _("Supplier"),
        _("Invoice number"),
        _("Marks"),
    )


def _shown(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    marks = [*shown.flags(row["flags"]), *([_("Reversed")] if row["reversed_at"] else [])]
    return (
        row["product"],
        row["spec"],
        row["unit__name"],
        row["county"],
        row["occurred_on"],
        row["channel"],
        shown.mode(row["mode"]),
        row["category"],
        yuan(row["amount_fen"]),
        row["supplier__name"],
        row["invoice_no"],
        " · ".join(marks),
    )


PURCHASES = export_kind("purchases", purchases_rows)


def purchases_now(refs: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """ref -> (fen, in force) of those that are there, whoever asks."""
    rows = Purchase.objects.filter(ref__in=list(refs))
    listed = rows.values_list("ref", "amount_fen", "reversed_at")
    return {ref: (fen, reversed_at is None) for ref, fen, reversed_at in listed}


SHEET = sheet_kind("purchases", purchases_now)
OFF = "-"  # before the ref of a record that a report takes off


def report_rows(report: Report) -> list[tuple[str, int]]:
    """(ref, fen) of every record that a report counts or takes off, as it stands now."""
    added, off = records_of(report.unit_id, report.period_id)
    rows = [(ref, fen) for ref, fen in added.order_by("id").values_list("ref", "amount_fen")]
    taken = off.order_by("id").values_list("ref", "amount_fen")
    return [*rows, *((f"{OFF}{ref}", -fen) for ref, fen in taken)]


def report_rows_now(refs: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """The same rows as they stand today. What a report takes off was reversed, and stays so."""
    now = purchases_now([ref.removeprefix(OFF) for ref in refs])
    found = {}
    for ref in refs:
        fen, in_force = now.get(ref.removeprefix(OFF), (0, False))
        if ref.removeprefix(OFF) in now:
            found[ref] = (-fen, True) if ref.startswith(OFF) else (fen, in_force)
    return found


REPORT = sheet_kind("report", report_rows_now)
PIVOT = export_kind("pivot", pivot_files.pivot_rows)
PIVOT_SHEET = sheet_kind("pivot", pivot_files.printed_now)
TARGETS = export_kind("unit_targets", target_files.target_rows)
TARGET_SHEET = sheet_kind(target_files.SHEET, target_files.sheets_now)
