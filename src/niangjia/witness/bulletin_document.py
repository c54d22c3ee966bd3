"""The document of a bulletin, held to the entry that commits to it: every figure that it prints."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from niangjia.witness import verify
from niangjia.witness.chain import Said
from niangjia.witness.verify import Bad, need

WAN = 1_000_000  # fen
_SAME = ("indicator", "scope", "number", "as_of", "policy", "late", "adjusted")
_LINKS = ("previous", "since", "corrects")


def check_document(bulletin: Said, data: bytes) -> tuple[str, str] | None:
    """(code, detail) of what is wrong: `document`, or `document_figures` and where; else None."""
    if sha256(data).hexdigest() != bulletin.said["document_sha256"]:
        return "document", ""
    for name, check in (("entry", _check_shared), ("lines", _check_lines), ("sums", _check_sums)):
        try:
            check(bulletin, verify.parse_json(data))
        except (Bad, KeyError, TypeError, AttributeError, ValueError):
            return "document_figures", name
    return None


def _equal(one: Any, other: Any) -> None:
    """To the letter: true is not 1. Raises Bad."""
    need(verify.dump(one) == verify.dump(other))


def _check_shared(bulletin: Said, value: dict[str, Any]) -> None:
    """What both say is the same; a correction is explained."""
    said = bulletin.said
    log = {name: said[f"log_{name}"] for name in ("origin", "first", "size", "root")}
    expected = {name: said[name] for name in _SAME} | {name: said.get(name) for name in _LINKS}
    expected |= {"fact": bulletin.id, "log": log}
    expected |= {"tree": {"n": said["n"], "root": said["tree_root"]}}
    _equal({name: value[name] for name in expected}, expected)
    need(type(value["explanation"]) is str)
    need(said.get("corrects") is None or bool(value["explanation"].strip()))


def _check_lines(bulletin: Said, value: dict[str, Any]) -> None:
    """Fen of each line, the 万 cut from it, and the numbers of heads and things beside them."""
    said, printed = bulletin.said, value["lines"]
    pairs = zip(said["lines"], said["sums"], strict=True)
    _equal(
        [[one["id"], one["fen"], one["wan"]] for one in printed],
        [[str(line), fen, fen // WAN] for line, fen in pairs],
    )
    need(len({one["id"] for one in value["counts"]}) == len(value["counts"]))
    _equal({one["id"]: one["n"] for one in value["counts"]}, said["counts"])
    known = {verify.dump([one["n"], one["unit"]]) for one in value["counts"]}
    beside = [one for one in (*printed, *value["sums"]) if "count" in one or "unit" in one]
    need(all(verify.dump([one["count"], one["unit"]]) in known for one in beside))


def _check_sums(bulletin: Said, value: dict[str, Any]) -> None:
    """Each sum is that of the lines it names; the note stands where printed parts do not add up."""
    fen = dict(zip(bulletin.said["lines"], bulletin.said["sums"], strict=True))
    noted = False
    for one in value["sums"]:
        parts = [fen[line] for line in one["of"]]
        need(bool(parts) and len(set(one["of"])) == len(parts))
        _equal([one["fen"], one["wan"]], [sum(parts), sum(parts) // WAN])
        noted = noted or sum(part // WAN for part in parts) != sum(parts) // WAN
    need(noted == bool(value.get("rounding_note")))
