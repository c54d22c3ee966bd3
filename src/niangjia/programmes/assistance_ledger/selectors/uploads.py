"""What of an upload is in the ledger already."""

from typing import NamedTuple

from niangjia.programmes.assistance_ledger.models import Purchase


class Recorded(NamedTuple):
    """A record that a row of an upload became. flags: codes joined by commas."""

    ref: str
    flags: str


def recorded_of(upload_ref: str) -> dict[tuple[str, int], Recorded]:
    """Records of an upload by (sheet, row); for a take that goes on after a break."""
    rows = Purchase.objects.filter(upload_ref=upload_ref).exclude(upload_ref="")
    return {
        (sheet, row_no): Recorded(ref, flags)
        for sheet, row_no, ref, flags in rows.values_list("sheet", "row_no", "ref", "flags")
    }
