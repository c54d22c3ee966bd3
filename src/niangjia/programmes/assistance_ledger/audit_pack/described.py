"""datapackage.json: what the tables of a pack are, for programs (Frictionless Data Package)."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from niangjia.programmes.assistance_ledger.audit_pack.columns import Field, schema

CHUNK = 1 << 20


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def data_package(title: str, tables: Iterable[tuple[str, Path, tuple[Field, ...]]]) -> str:
    """The descriptor's text. tables: (name in the pack, where it lies now, its columns)."""
    resources = [
        {
            "name": name.removesuffix(".csv").replace("/", "-"),
            "type": "table",
            "path": name,
            "scheme": "file",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8-sig",
            "bytes": path.stat().st_size,
            "hash": f"sha256:{digest(path)}",
            "schema": schema(fields),
        }
        for name, path, fields in tables
    ]
    found = {"profile": "data-package", "name": "audit-pack", "title": title}
    return json.dumps({**found, "resources": resources}, ensure_ascii=False, indent=1)
