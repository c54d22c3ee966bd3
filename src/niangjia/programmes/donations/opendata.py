"""A raising as open data: a Frictionless data package without a person in it."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from niangjia.blocks.indicators.public import (
    bulletin_document,
    bulletins,
    hour_of,
)
from niangjia.blocks.ledger.public import open_entries, served_size
from niangjia.programmes.donations.counting import ADJUSTED, INDICATOR, RECEIVED
from niangjia.programmes.donations.selectors.raisings import RaisingView

Fields = Sequence[tuple[str, str]]  # name, type
GIFTS: Fields = (
    ("log_index", "integer"),
    ("kind", "string"),
    ("id", "string"),
    ("of", "string"),
    ("hour", "string"),
    ("line", "integer"),
    ("fen", "integer"),
    ("why", "string"),
)
BULLETINS: Fields = (
    ("number", "integer"),
    ("as_of", "string"),
    ("corrects", "integer"),
    ("log_size", "integer"),
    ("log_root", "string"),
    ("tree_root", "string"),
    ("n_gifts", "integer"),
    ("explanation", "string"),
)
LINES: Fields = (
    ("number", "integer"),
    ("id", "string"),
    ("title", "string"),
    ("fen", "integer"),
    ("wan", "integer"),
    ("count", "integer"),
)
Row = Sequence[object]


def write(one: RaisingView, out: IO[bytes]) -> None:
    """The package as a zip: open fields of each served gift and change, bulletins, their lines."""
    parts: tuple[tuple[str, Fields, Iterable[Row]], ...] = (
        ("gifts", GIFTS, _gifts(one.slug)),
        ("bulletins", BULLETINS, _bulletins(one.slug)),
        ("bulletin-lines", LINES, _lines(one.slug)),
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        described = json.dumps(_described(one, parts), ensure_ascii=False, indent=2)
        archive.writestr("datapackage.json", described)
        for name, fields, rows in parts:
            with archive.open(f"{name}.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8") as text:
                writer = csv.writer(text, lineterminator="\n")
                writer.writerow([field for field, _type in fields])
                writer.writerows(rows)


def _described(
    one: RaisingView, parts: Sequence[tuple[str, Fields, Iterable[Row]]]
) -> dict[str, Any]:
    return {
        "name": f"donations-{one.slug}",
        "title": one.title,
        "description": f"{one.organisation}: open fields of gifts as they stand in the log, and "
        "the bulletins that count them. fen: 1/100 yuan; hour: time of receipt, rounded up, UTC.",
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": [{"name": f, "type": kind} for f, kind in fields]},
            }
            for name, fields, _rows in parts
        ],
    }


def _gifts(slug: str) -> Iterator[Row]:
    for entry in open_entries((RECEIVED, ADJUSTED), served_size()):
        said = entry.opened
        if said.get("raising") == slug:
            kind = "received" if entry.kind == RECEIVED else "adjusted"
            same = [said.get(name) for name in ("of", "hour", "line", "fen", "why")]
            yield (entry.index, kind, entry.ref, *same)


def _bulletins(slug: str) -> Iterator[Row]:
    listed = bulletins(INDICATOR, slug)
    numbers = {one.ref: one.number for one in listed}
    for one in reversed(listed):
        yield (
            one.number,
            hour_of(one.as_of),
            numbers.get(one.corrects, ""),
            one.log_size,
            one.log_root.hex(),
            one.root.hash.hex(),
            one.root.n,
            one.explanation,
        )


def _lines(slug: str) -> Iterator[Row]:
    for one in reversed(bulletins(INDICATOR, slug)):
        document = json.loads(bulletin_document(one.ref))
        for line in (*document["lines"], *document["sums"]):
            count = line.get("count", "")
            yield (one.number, line["id"], line["title"]["zh"], line["fen"], line["wan"], count)
