"""The file by which a contributor checks, offline, that their record is in the total."""

import base64
from collections.abc import Sequence

from niangjia.blocks.indicators.bulletin_types import PublishedBulletin
from niangjia.blocks.indicators.bulletins import bulletin_path
from niangjia.blocks.ledger.public import ProvenEntry, entries_proven
from niangjia.core.facts import Value
from niangjia.lib import canonical
from niangjia.lib.sumtree import Path

VERSION = 1
TYPE = "niangjia-receipt"


def receipt_file(
    bulletin: PublishedBulletin, record_fact_ref: str, adjusting_refs: Sequence[str] = ()
) -> bytes:
    """Canonical JSON (docs/bulletin.md): the record's entry, those that adjust it, the bulletin's,
    each with its proof under the one served checkpoint, and the record's path in the sum tree.

    adjusting_refs: facts that adjust the record and that the bulletin counts. It shows nobody
    else's record but the amount of one neighbour. Raises NotFound, Conflict (not served yet).
    """
    proven = entries_proven([record_fact_ref, *adjusting_refs, bulletin.fact_ref])
    record, *changes, published = proven.entries
    _leaf, path = bulletin_path(bulletin.ref, proven.first + record.index)
    value: dict[str, Value] = {
        "v": VERSION,
        "type": TYPE,
        "checkpoint": proven.checkpoint,
        "record": _entry(record),
        "changes": [_entry(one) for one in changes],
        "bulletin": _entry(published),
        "position": path.position,
        "path": _steps(path),
    }
    return canonical.encode(value, limit=None)


def _entry(entry: ProvenEntry) -> Value:
    return {
        "index": entry.index,
        "entry": _base64(entry.body),
        "proof": [_base64(one) for one in entry.hashes],
    }


def _steps(path: Path) -> Value:
    return [
        {
            "left": sibling.left,
            "hash": sibling.node.hash.hex(),
            "n": sibling.node.n,
            "sums": list(sibling.node.sums),
        }
        for sibling in path.siblings
    ]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
