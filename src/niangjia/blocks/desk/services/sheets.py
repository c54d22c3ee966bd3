"""Lists as they were printed, so that a paper can be compared with what the system holds."""

from collections.abc import Sequence

from niangjia.blocks.desk.models import PrintedSheet
from niangjia.blocks.desk.printed import CODE_LENGTH, fingerprint
from niangjia.core import clock
from niangjia.core.db.bulk import insert_rows
from niangjia.core.service import NOTHING, service
from niangjia.core.work import Work

COLUMNS = (
    "code",
    "kind",
    "sha256",
    "title",
    "n",
    "total_fen",
    "refs",
    "organisation_id",
    "printed_at",
)


@service(permission="desk.find", records=NOTHING)
def sheet_keep(
    work: Work,
    /,
    *,
    kind: str,
    title: str,
    rows: Sequence[tuple[str, int]],
    total_fen: int | None = None,
) -> tuple[str, str]:
    """The printed rows can be verified; returns (code on the paper, its SHA-256).

    rows: (ref, fen) in the order printed; total_fen: where not all of them add up. The same rows
    under the same title give the same code.
    """
    digest = fingerprint(kind, title, rows)
    code = digest[:CODE_LENGTH]
    row = (
        code,
        kind,
        digest,
        title[:120],
        len(rows),
        sum(fen for _ref, fen in rows) if total_fen is None else total_fen,
        " ".join(ref for ref, _fen in rows),
        work.actor.organisation_id,
        clock.real_now(),
    )
    insert_rows(PrintedSheet, COLUMNS, [row], ignore_conflicts=True)
    return code, digest
