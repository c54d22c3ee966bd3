"""That an audit pack was made: of whom, what is in it, and which personal files."""

from collections.abc import Sequence

from niangjia.core.service import JOURNAL, service
from niangjia.core.work import Work


@service(permission="packs.make", records=JOURNAL)
def pack_made(
    work: Work,
    /,
    *,
    unit_ref: str,
    year: int,
    n_records: int,
    n_entries: int,
    sha256: str,
    personal: Sequence[str],
) -> None:
    """It stands in the journal that the actor has this pack, and each personal file in it. The log
    entries in it stand in the log besides (`ledger.disclosed`)."""
    work.journal(
        "pack.made",
        f"organisation:{unit_ref}",
        year=year,
        n=n_records,
        entries=n_entries,
        n_personal=len(personal),
        sha256=sha256,
    )
    for ref in personal:
        work.journal("evidence.opened", f"document:{ref}", part="pack")
