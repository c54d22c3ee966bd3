"""Who gives: found again by keyed hashes, a person's name and phone only sealed."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from niangjia.blocks.orgs.public import OrgRef
from niangjia.core import seal
from niangjia.core.db.bulk import insert_rows
from niangjia.core.work import Work
from niangjia.programmes.donations import units
from niangjia.programmes.donations.models import Donor
from niangjia.programmes.donations.types import DonorIn
from niangjia.programmes.donations.units import PURPOSE

PHONE = "donor phone"


def identity(one: DonorIn) -> str:
    """What tells a donor from all others; empty for somebody who can be told by nothing."""
    if one.kind == "unit":
        return units.identity(one)
    if one.phone:
        return f"phone:{one.phone}"
    return f"known:{one.known_by}:{one.name}" if one.known_by else ""


class DonorRef(NamedTuple):
    """A donor's row without what is sealed. kind: person, unit."""

    pk: int
    ref: str
    kind: str


def told_apart(one: DonorIn, key: str) -> DonorIn | None:
    """A person with a name alone can be told by nothing: each such gift is another person's.

    None: nobody is named.
    """
    if one.kind != "person" or one.phone or one.known_by:
        return one
    return replace(one, known_by=f"gift {key}") if one.name else None


def pk_of(donor: DonorRef | None) -> int | None:
    """The id of a donor's row, if there is one."""
    return donor.pk if donor else None


def donors_take(work: Work, wanted: Iterable[DonorIn]) -> dict[DonorIn, DonorRef]:
    """Every donor that can be told from others is there; by what was given. Sealed anew never."""
    given = [one for one in dict.fromkeys(wanted) if identity(one)]
    people = [one for one in given if _is_person(one)]
    listed = [one for one in given if not _is_person(one)]
    coded = [one for one in listed if units.unit_code(one.uscc)]
    named = [one for one in listed if not units.unit_code(one.uscc)]
    return _units_take(work, coded) | _units_take(work, named) | _people_take(work, people)


def _units_take(work: Work, wanted: Sequence[DonorIn]) -> dict[DonorIn, DonorRef]:
    """Units have one row each: with a code they come first, then a name alone finds them."""
    first: dict[str, DonorIn] = {}
    for one in wanted:
        first.setdefault(identity(one), one)
    known = units.known_units(first.values())
    rows: dict[str, Donor] = {}
    for key, one in first.items():
        row = known.get(one)
        if row is None:
            continue
        if units.unit_code(one.uscc) and not row.uscc:
            if row in rows.values():
                continue  # another code came for that name before
            units.adopt(row, one)
        rows[key] = row
    found = {key: DonorRef(row.pk, row.ref, row.kind) for key, row in rows.items()}
    left = [key for key in first if key not in found]
    digests = seal.lookup_digests((PURPOSE, key) for key in left)
    made = _made(work, {d: units.told(first[key]) for d, key in zip(digests, left, strict=True)})
    found |= {key: made[digest] for digest, key in zip(digests, left, strict=True)}
    return {one: found[identity(one)] for one in wanted}


def _people_take(work: Work, listed: Sequence[DonorIn]) -> dict[DonorIn, DonorRef]:
    digests = seal.lookup_digests((PURPOSE, identity(one)) for one in listed)
    by_digest = dict(zip(digests, listed, strict=True))
    found = _found(by_digest)
    fresh = {digest: one for digest, one in by_digest.items() if digest not in found}
    found |= _made(work, fresh)
    return {one: found[digest] for digest, one in zip(digests, listed, strict=True)}


def _made(work: Work, fresh: Mapping[str, DonorIn]) -> dict[str, DonorRef]:
    """Rows of donors that are new, by digest."""
    if fresh:
        insert_rows(Donor, COLUMNS, _rows(work, fresh), ignore_conflicts=True)
    return _found(fresh)


def _found(digests: Mapping[str, DonorIn]) -> dict[str, DonorRef]:
    if not digests:
        return {}
    rows = Donor.objects.filter(digest__in=list(digests))
    columns = rows.values_list("digest", "id", "ref", "kind")
    return {digest: DonorRef(pk, ref, kind) for digest, pk, ref, kind in columns}


def unit_donor(unit: OrgRef) -> Donor | None:
    """The donor that an organisation is; None if it never gave or promised anything."""
    one = DonorIn("unit", unit.name, uscc=unit.uscc)
    return units.known_units([one]).get(one)


COLUMNS = ("ref", "kind", "digest", "phone_digest", "sealed", "name", "uscc", "first_at")
Row = tuple[str, str, str, str, bytes, str, str, dt.datetime]


def _rows(work: Work, fresh: Mapping[str, DonorIn]) -> list[Row]:
    phones = seal.lookup_digests((PHONE, one.phone) for one in fresh.values())
    refs = [work.new_id() for _one in fresh]
    people = [
        f"donor:{ref}" for ref, one in zip(refs, fresh.values(), strict=True) if _is_person(one)
    ]
    seal.ensure(people)
    return [
        _row(work, ref, digest, one, phone)
        for (digest, one), phone, ref in zip(fresh.items(), phones, refs, strict=True)
    ]


def _is_person(one: DonorIn) -> bool:
    return one.kind == "person"


def _row(work: Work, ref: str, digest: str, one: DonorIn, phone_digest: str) -> Row:
    """A row of Donor, in the order of COLUMNS."""
    if not _is_person(one):
        return ref, "unit", digest, "", b"", one.name[:120], one.uscc, work.at
    plain = json.dumps({"name": one.name, "phone": one.phone}).encode()
    sealed = seal.seal(f"donor:{ref}", plain)
    return ref, "person", digest, phone_digest if one.phone else "", sealed, "", "", work.at


def opened(row: Donor) -> DonorIn:
    """A donor's name and phone; empty once erased."""
    if row.kind == "unit":
        return DonorIn("unit", row.name, uscc=row.uscc)
    if not row.sealed:
        return DonorIn("person")
    try:
        found = json.loads(seal.unseal(bytes(row.sealed)))
    except seal.Erased:
        return DonorIn("person")
    return DonorIn("person", found["name"], found["phone"])


def erased(row: Donor) -> bool:
    """True for a person whose name and phone were erased."""
    return row.kind == "person" and not row.sealed


def names_of(rows: Sequence[Donor]) -> dict[int, str]:
    """Names by id; of a person the family name and stars, `王**`."""
    return {row.pk: masked_name(opened(row)) for row in rows}


def masked_name(one: DonorIn) -> str:
    """What a list shows of a donor: a unit's name, a person's family name."""
    if one.kind == "unit" or not one.name:
        return one.name
    return one.name[0] + "*" * max(len(one.name) - 1, 1)


def phone_digest(phone: str) -> str:
    return seal.lookup_digests([(PHONE, phone)])[0]
