"""Records as releases of the Open Contracting Data Standard 1.1. Pure.

One contracting process per record: an award to the supplier and the contract it made; value in CNY.
Source: OCDS release and release package schemas 1.1. The ocid prefix is not a registered one: who
publishes has to register one, or to replace it.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PREFIX = "ocds-unregistered"
SCHEME = "CN-USCC"  # unified social credit code, GB 32100-2015
MIME = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ofd": "application/ofd",
}
TYPES = {"invoice": "x_invoice", "contract": "contractSigned", "agreement": "contractSigned"}


@dataclass(frozen=True, slots=True)
class Proof:
    """A file of evidence by its hash."""

    sha256: str
    kind: str
    title: str
    format: str


def release(record: Mapping[str, Any], proofs: Sequence[Proof]) -> dict[str, Any]:
    """The release of one record, reversed or not."""
    ref, at = record["ref"], record["occurred_on"].isoformat() + "T00:00:00+08:00"
    buyer, supplier = _party(record, "unit", "buyer"), _party(record, "supplier", "supplier")
    in_force = record["reversed_at"] is None
    value = {"amount": record["amount_fen"] / 100, "currency": "CNY"}
    recorded: dt.datetime = record["reversed_at"] or record["recorded_at"]
    documents = [_document(one) for one in {one.sha256: one for one in proofs}.values()]
    award = {
        "id": f"{ref}-award",
        "status": "active" if in_force else "cancelled",
        "date": at,
        "value": value,
        "suppliers": [{"id": supplier["id"], "name": supplier["name"]}],
        "items": [_item(record)],
    }
    contract: dict[str, Any] = {
        "id": record["contract_no"] or f"{ref}-contract",
        "awardID": award["id"],
        "title": record["product"],
        "status": "active" if in_force else "cancelled",
        "dateSigned": at,
        "value": value,
    }
    if documents:
        contract["documents"] = documents
    return {
        "ocid": f"{PREFIX}-{ref}",
        "id": f"{ref}-{'1' if in_force else '2'}",
        "date": recorded.isoformat(timespec="seconds"),
        "tag": ["award", "contract"] if in_force else ["awardCancellation", "contractTermination"],
        "initiationType": "tender",
        "language": "zh",
        "parties": [buyer, supplier],
        "buyer": {"id": buyer["id"], "name": buyer["name"]},
        "awards": [award],
        "contracts": [contract],
    }


def _party(record: Mapping[str, Any], column: str, role: str) -> dict[str, Any]:
    name, uscc = record[f"{column}__name"], record[f"{column}__uscc"]
    found: dict[str, Any] = {"name": name, "roles": [role]}
    if uscc:
        return {
            **found,
            "id": f"{SCHEME}-{uscc}",
            "identifier": {"scheme": SCHEME, "id": uscc, "legalName": name},
        }
    return {**found, "id": record[f"{column}__ref"]}


def _item(record: Mapping[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {"id": "1", "description": record["product"]}
    if record["quantity_milli"] is not None:
        item["quantity"] = record["quantity_milli"] / 1000
    unit: dict[str, Any] = {"name": record["measure"]} if record["measure"] else {}
    if record["price_milli"] is not None:
        unit["value"] = {"amount": record["price_milli"] / 1000, "currency": "CNY"}
    return {**item, "unit": unit} if unit else item


def _document(one: Proof) -> dict[str, Any]:
    """Evidence by its hash: the file is not public, so it has no address."""
    found = {
        "id": f"sha256-{one.sha256}",
        "documentType": TYPES.get(one.kind, f"x_{one.kind}"),
        "title": one.title,
        "description": f"SHA-256 {one.sha256}",
    }
    return {**found, "format": MIME[one.format]} if one.format in MIME else found


def package(
    releases: Iterable[Mapping[str, Any]], *, uri: str, publisher: str, at: dt.datetime
) -> Iterator[str]:
    """The release package as JSON text, piece by piece: no more than a release is in memory."""
    head = {
        "uri": uri,
        "version": "1.1",
        "publishedDate": at.isoformat(timespec="seconds"),
        "publisher": {"name": publisher},
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "releases": ['
    for number, one in enumerate(releases):
        yield (",\n" if number else "\n") + json.dumps(one, ensure_ascii=False)
    yield "\n]}\n"
