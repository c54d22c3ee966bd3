"""What of an upload is in the ledger already."""

from typing import NamedTuple

from niangjia.programmes.assistance_ledger.models import Purchase


class Recorded(NamedTuple):
    """A record that a row of an upload became. flags: codes joined by commas."""

    ref: str
    flags: str


def first_records(upload_ref: str, most: int = 10) -> list[tuple[str, int, str, str, int]]:
    """(ref, row, product, unit's name, amount in fen) of an upload's first records."""
    rows = Purchase.objects.filter(upload_ref=upload_ref).exclude(upload_ref="").order_by("id")
    return list(rows.values_list("ref", "row_no", "product", "unit__name", "amount_fen")[:most])


def recorded_of(upload_ref: str) -> dict[tuple[str, int], Recorded]:
    """Records of an upload by (sheet, row); for a take that goes on after a break."""
    rows = Purchase.objects.filter(upload_ref=upload_ref).exclude(upload_ref="")
    return {
        (sheet, row_no): Recorded(ref, flags)
        for sheet, row_no, ref, flags in rows.values_list("sheet", "row_no", "ref", "flags")
    }
