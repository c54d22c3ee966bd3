"""Writing a pack: records in lists, each list once through every part, so that memory stays flat.

What has to be whole before it can be written (tables, OCDS, index) goes through spools on the disk,
in a folder of its own beside the pack that is gone when the pack is done.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.conf import settings

from niangjia.blocks.desk.public import Cell, write_table
from niangjia.blocks.indicators.public import position, summed
from niangjia.blocks.ledger.public import MadePack, log_size, packs_make
from niangjia.blocks.orgs.public import organisations_of
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import evidencing
from niangjia.programmes.assistance_ledger.audit_pack import described, ocds, readme
from niangjia.programmes.assistance_ledger.audit_pack.columns import (
    EVIDENCE,
    RECORDS,
    TOTALS,
    Field,
    names,
)
from niangjia.programmes.assistance_ledger.audit_pack.evidence import (
    EvidencePart,
    index_page,
)
from niangjia.programmes.assistance_ledger.audit_pack.rows import finished, lines_of, yuan
from niangjia.programmes.assistance_ledger.audit_pack.totals import Tally
from niangjia.programmes.assistance_ledger.projections import MEASURES, PURCHASES
from niangjia.programmes.assistance_ledger.selectors.packs import (
    PackOf,
    confirmed_of,
    pack_batches,
    reviews_of,
)
from niangjia.ui.words import role_name

BATCH = 200
Tell = Callable[[int], None]
KEPT = (*names(RECORDS), "counted_fen", "confirmed_fen")


@dataclass(slots=True)
class Written:
    """What a pack holds; told: as its README says it."""

    told: readme.Told
    personal: list[str]


@dataclass(slots=True)
class _Ledger:
    """Log entries enclosed so far."""

    n_packs: int = 0
    n_entries: int = 0
    n_later: int = 0


@dataclass(slots=True)
class _Met:
    """Suppliers and reviews whose evidence and entries are in already."""

    subjects: set[str] = field(default_factory=set)

    def fresh(self, subjects: Iterable[str]) -> list[str]:
        new = sorted(set(subjects) - self.subjects)
        self.subjects.update(new)
        return new


class _Writer:
    """One pack under way. folder: for spools; into: the pack."""

    def __init__(self, actor: Actor, of: PackOf, into: ZipFile, spools: Mapping[str, TextIO]):
        self.actor, self.of, self.into, self.spools = actor, of, into, spools
        self.tally, self.ledger, self.met = Tally(), _Ledger(), _Met()
        self.evidence = EvidencePart(actor, into, spools["evidence"])
        self.n_records = 0

    def run(self, tell: Tell) -> None:
        """All but the tables is in the pack, and the tables are in the spools."""
        title = f"{self.of.unit.name} {self.of.year}"
        parts = self._parts(tell)
        for made in packs_make(self.actor, parts=parts, title=title):
            if made is not None:
                self._enclose(made)

    def _parts(self, tell: Tell) -> Iterator[list[str]]:
        """Subjects of each list of records, its lines spooled and its evidence enclosed before."""
        for records in pack_batches(self.actor, self.of, BATCH):
            subjects = self._list(records)
            yield subjects
            self.n_records += len(records)
            tell(self.n_records)

    def _list(self, records: list[dict[str, Any]]) -> list[str]:
        own = [evidencing.subject_of(row["ref"]) for row in records]
        of_others = {f"supplier:{row['supplier__ref']}" for row in records}
        of_others |= {f"review:{ref}" for ref in reviews_of(records)}
        subjects = [*own, *self.met.fresh(of_others)]
        proofs = self.evidence.add(subjects)
        confirmed = confirmed_of(records)
        for row, subject in zip(records, own, strict=True):
            for line in lines_of(row, self.of.year, confirmed.get(row["id"], (0, 0))):
                self.tally.add(line)
                self._spool("records", {name: line.get(name) for name in KEPT if name in line})
            self._spool("ocds", ocds.release(row, proofs.get(subject, ())))
        return subjects

    def _spool(self, name: str, value: Mapping[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, default=str)
        self.spools[name].write(text + "\n")

    def _enclose(self, made: MadePack) -> None:
        self.ledger.n_packs += 1
        self.ledger.n_entries += made.n_entries
        self.ledger.n_later += made.n_later
        name = f"ledger/pack-{self.ledger.n_packs:03d}.zip"
        with self.into.open(name, "w", force_zip64=False) as out:
            for chunk in made.chunks:
                out.write(chunk)


def pack_write(actor: Actor, of: PackOf, path: Path, tell: Tell = lambda n: None) -> Written:
    """The pack lies at `path`. tell: is told the number of records that are in.

    Raises what `packs_make` raises, OSError; then nothing that lies at `path` is a pack.
    """
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix=".pack-", dir=path.parent))
        )
        into = stack.enter_context(ZipFile(path, "w", ZIP_STORED))
        with ExitStack() as open_files:
            spools = {
                name: open_files.enter_context((folder / name).open("w", encoding="utf-8"))
                for name in ("records", "evidence", "ocds")
            }
            writer = _Writer(actor, of, into, spools)
            writer.run(tell)
        told = _told(writer)
        _tables(writer, folder, told)
    return Written(told, writer.evidence.counts.personal)


def _tables(writer: _Writer, folder: Path, told: readme.Told) -> None:
    title = f"{told.unit} {told.year}"
    records = folder / "records.csv"
    rows = _cells(folder / "records", RECORDS)
    write_table(records, "csv", "records", names(RECORDS), (), rows)
    book = folder / "records.xlsx"
    header = tuple(one.zh for one in RECORDS)
    widths = tuple(30 if one.name in ("unit", "supplier", "product") else 13 for one in RECORDS)
    rows = _cells(folder / "records", RECORDS)
    write_table(book, "xlsx", "records", header, widths, rows)
    totals = folder / "totals.csv"
    write_table(totals, "csv", "totals", names(TOTALS), (), _totals(writer.tally))
    index = folder / "index.csv"
    write_table(index, "csv", "evidence", names(EVIDENCE), (), _index(folder / "evidence"))
    page = folder / "index.html"
    _write(page, index_page(title, _lines(folder / "evidence")))
    releases = folder / "releases.json"
    uri = f"urn:sha256:{described.digest(records)}"
    made = ocds.package(
        _lines(folder / "ocds"), uri=uri, publisher=settings.NIANGJIA_TITLE, at=clock.real_now()
    )
    _write(releases, made)
    tables = (
        ("records.csv", records, RECORDS),
        ("totals.csv", totals, TOTALS),
        ("evidence/index.csv", index, EVIDENCE),
    )
    for name, path, _fields in tables:
        writer.into.write(path, name, ZIP_DEFLATED)
    writer.into.write(book, "records.xlsx")
    writer.into.write(page, "evidence/index.html", ZIP_DEFLATED)
    writer.into.write(releases, "ocds/releases.json", ZIP_DEFLATED)
    writer.into.writestr("datapackage.json", described.data_package(title, tables), ZIP_DEFLATED)
    writer.into.writestr("README.txt", readme.text(told), ZIP_DEFLATED)


def _told(writer: _Writer) -> readme.Told:
    of, ledger = writer.of, writer.ledger
    agrees, behind = _against_the_cube(of, writer.tally)
    return readme.Told(
        unit=of.unit.name,
        uscc=of.unit.uscc,
        year=of.year,
        made_at=f"{clock.real_now():%Y-%m-%d %H:%M} UTC",
        by=f"{writer.actor.organisation_name} · {role_name(writer.actor.role)}",
        n_records=writer.n_records,
        totals=writer.tally.all,
        evidence=writer.evidence.counts,
        n_packs=ledger.n_packs,
        n_entries=ledger.n_entries,
        n_later=ledger.n_later,
        log_size=position(PURCHASES.name),
        behind=behind,
        agrees=agrees,
    )


def _against_the_cube(of: PackOf, tally: Tally) -> tuple[bool, int]:
    """(whether the site's totals of the unit and year are those of the pack, month by month;
    entries that these totals have not counted yet)."""
    refs = [one.ref for one in organisations_of(of.ids)]
    columns = [MEASURES[name] for name in ("n", "fen", "confirmed_fen")]
    months = {"month": (f"{of.year:04d}-01", f"{of.year:04d}-12")}
    found = summed(PURCHASES, ("month",), columns, within=[("unit", refs)], spans=months)
    theirs = {str(month): (n, fen, confirmed) for month, n, fen, confirmed in found}
    ours = {value: sums for (by, value), sums in tally.by.items() if by == "month"}
    empty = (0, 0, 0)
    agrees = all(ours.get(m, empty) == theirs.get(m, empty) for m in ours.keys() | theirs.keys())
    return agrees, max(0, log_size() - position(PURCHASES.name))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _cells(path: Path, fields: tuple[Field, ...]) -> Iterator[tuple[Cell, ...]]:
    for line in _lines(path):
        done = finished(line)
        yield tuple(_cell(one, done.get(one.name)) for one in fields)


def _cell(field: Field, value: Any) -> Cell:
    if value is None or isinstance(value, Decimal):
        return value
    if field.kind == "number":
        return Decimal(value)
    if field.kind == "date":
        return date.fromisoformat(value)
    return int(value) if field.kind == "integer" else str(value)


def _totals(tally: Tally) -> Iterator[tuple[Cell, ...]]:
    for by, value, name, (n, fen, confirmed) in tally.lines():
        yield by, value, name, n, yuan(fen), yuan(confirmed), yuan(fen - confirmed)


def _index(path: Path) -> Iterator[tuple[Cell, ...]]:
    for line in _lines(path):
        yield tuple(line[name] for name in names(EVIDENCE))


def _write(path: Path, pieces: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(pieces)
