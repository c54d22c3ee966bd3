"""What the child says, as bytes: four of length, JSON, two pictures. Checked like any input."""

import json
from typing import Any, get_args

from niangjia.blocks.evidence.looking.types import PROBLEMS, Format, Looked
from niangjia.lib.einvoice import plain

_HEAD = 4
_FORMATS: dict[str, Format] = {name: name for name in get_args(Format)}


def packed(looked: Looked) -> bytes:
    """The answer as bytes."""
    head = json.dumps(
        {
            "format": looked.format,
            "problem": looked.problem,
            "n_pages": looked.n_pages,
            "is_signed": looked.is_signed,
            "qr_texts": looked.qr_texts,
            "invoice": looked.invoice and plain.as_plain(looked.invoice),
            "numbers": looked.numbers,
            "picture_hash": looked.picture_hash,
            "sizes": [len(looked.preview), len(looked.thumbnail)],
        }
    ).encode("ascii")
    return len(head).to_bytes(_HEAD, "big") + head + looked.preview + looked.thumbnail


def unpacked(data: bytes) -> Looked:
    """The answer again. Raises ValueError on anything else."""
    try:
        return _unpacked(data)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("not an answer") from error


def _unpacked(data: bytes) -> Looked:
    start = _HEAD + int.from_bytes(data[:_HEAD], "big")
    head: dict[str, Any] = json.loads(data[_HEAD:start])
    preview, thumbnail = (int(size) for size in head["sizes"])
    if min(preview, thumbnail) < 0 or start + preview + thumbnail != len(data):
        raise ValueError("an answer of another length")
    if head["problem"] not in PROBLEMS:
        raise ValueError("a problem that nobody knows")
    return Looked(
        format=_FORMATS[head["format"]],
        problem=head["problem"],
        n_pages=int(head["n_pages"]),
        is_signed=bool(head["is_signed"]),
        qr_texts=tuple(str(text) for text in head["qr_texts"]),
        invoice=plain.from_plain(head["invoice"]) if head["invoice"] else None,
        numbers=tuple(str(text) for text in head["numbers"]),
        preview=data[start : start + preview],
        thumbnail=data[start + preview :],
        picture_hash=str(head["picture_hash"]),
    )
