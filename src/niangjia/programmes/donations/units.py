"""Units that give: one row each, by code or name, however the name was typed."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.core import seal
from niangjia.core.errors import Conflict
from niangjia.lib.text import fold_name, fold_width
from niangjia.programmes.donations.models import Donor
from niangjia.programmes.donations.types import DonorIn

PURPOSE = "donor"
LENGTH = 120


def unit_name(text: str) -> str:
    """The name as it is kept."""
    return fold_name(text)[:LENGTH].strip()


def unit_code(text: str) -> str:
    """A unit's code as it is kept: ASCII, without blanks, capital letters."""
    return re.sub(r"\s", "", fold_width(text)).upper()


def told(one: DonorIn) -> DonorIn:
    """A unit under the name and code that it is kept under."""
    return DonorIn("unit", unit_name(one.name), uscc=unit_code(one.uscc))


def identity(one: DonorIn) -> str:
    """What tells a unit: its code, else its name; empty for neither."""
    kept = told(one)
    return f"unit:{kept.uscc or kept.name}" if kept.uscc or kept.name else ""


def known_units(wanted: Iterable[DonorIn]) -> Mapping[DonorIn, Donor]:
    """Units that have a row: by code; by name alone the one that has a code, else by that name.

    A code that comes for a unit known by its name alone finds that unit, as long as no other of
    that name has a code.
    """
    listed = list(dict.fromkeys(wanted))
    by_digest = {row.digest: row for row in Donor.objects.filter(digest__in=_digests(listed))}
    by_name = _by_name(listed)
    found = {one: _of(one, by_digest, by_name) for one in listed}
    return {one: row for one, row in found.items() if row is not None}


def _spelled(name: str) -> set[str]:
    """How a name may stand in rows: as it is kept now, and as it was typed before."""
    kept = unit_name(name)
    return {kept, kept.replace("（", "(").replace("）", ")"), name[:LENGTH]}


def _digests(listed: Sequence[DonorIn]) -> list[str]:
    known = [f"unit:{told(one).uscc}" for one in listed if one.uscc]
    known += [f"unit:{name}" for one in listed for name in sorted(_spelled(one.name)) if name]
    return seal.lookup_digests((PURPOSE, one) for one in dict.fromkeys(known))


def _by_name(listed: Sequence[DonorIn]) -> Mapping[str, Sequence[Donor]]:
    names = {name for one in listed for name in _spelled(one.name) if name}
    found: dict[str, list[Donor]] = {}
    for row in Donor.objects.filter(kind="unit", name__in=names).exclude(uscc="").order_by("id"):
        found.setdefault(unit_name(row.name), []).append(row)
    return found


def _of(
    one: DonorIn, by_digest: Mapping[str, Donor], by_name: Mapping[str, Sequence[Donor]]
) -> Donor | None:
    kept, coded = told(one), by_name.get(unit_name(one.name), ())
    if kept.uscc:
        (digest,) = seal.lookup_digests([(PURPOSE, f"unit:{kept.uscc}")])
        if found := by_digest.get(digest):
            return found
        return None if coded else _named(one, by_digest)
    return coded[0] if len(coded) == 1 else _named(one, by_digest)


def _named(one: DonorIn, by_digest: Mapping[str, Donor]) -> Donor | None:
    """The row that is known by this name alone."""
    names = [f"unit:{name}" for name in sorted(_spelled(one.name)) if name]
    digests = seal.lookup_digests((PURPOSE, name) for name in names)
    rows = [by_digest[digest] for digest in digests if digest in by_digest]
    return next((row for row in rows if not row.uscc), None)


def adopt(row: Donor, one: DonorIn) -> None:
    """A unit that was known by its name alone is known by its code from now on; one row.

    Raises Conflict where somebody else did so at this moment.
    """
    kept = told(one)
    (digest,) = seal.lookup_digests([(PURPOSE, f"unit:{kept.uscc}")])
    if not Donor.objects.filter(pk=row.pk, uscc="").update(digest=digest, uscc=kept.uscc):
        raise Conflict(
            _("Others took down the same gifts at this moment. Please repeat it."), code="busy"
        )
