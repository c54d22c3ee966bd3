"""Making an audit pack: whole at its place, noted, or not there at all."""

import os
from collections.abc import Mapping
from pathlib import Path

from niangjia.blocks.desk.public import Tell, export_file_kind
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger.audit_pack.described import digest
from niangjia.programmes.assistance_ledger.audit_pack.readme import Told
from niangjia.programmes.assistance_ledger.audit_pack.writing import pack_write
from niangjia.programmes.assistance_ledger.selectors.packs import pack_of
from niangjia.programmes.assistance_ledger.services.packs import pack_made


def pack_at(actor: Actor, *, unit: str, year: int, path: Path, tell: Tell = lambda n: None) -> Told:
    """The pack of a unit (code or ref) and a year lies at `path`, and that it does is noted.

    tell: is told the number of records that are in. Raises NotSignedIn, Denied, NotFound, Invalid,
    Conflict (nothing is served yet), OSError; then what lay at `path` lies there still.
    """
    of = pack_of(actor, unit=unit, year=year)
    draft = path.with_name(f".{path.name}.draft")
    try:
        written = pack_write(actor, of, draft, tell)
        told = written.told
        pack_made(
            actor,
            unit_ref=of.unit.ref,
            year=year,
            n_records=told.n_records,
            n_entries=told.n_entries,
            sha256=digest(draft),
            personal=written.personal,
        )
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return told


def _write(actor: Actor, params: Mapping[str, object], path: Path, tell: Tell) -> int:
    year = int(str(params["year"]))
    return pack_at(actor, unit=str(params["unit"]), year=year, path=path, tell=tell).n_records


PACK = export_file_kind("audit_pack", "zip", _write)
