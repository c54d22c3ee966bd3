"""What of some rows is on record already: the same, or another under the same key."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from niangjia.blocks.orgs.public import (
    ContactRef,
    OrgRef,
    contacts_known,
    key_of,
    known_or_meant,
)
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import rules
from niangjia.programmes.assistance_ledger.booking import Booking
from niangjia.programmes.assistance_ledger.known_before import known_before
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.steps import Draft, month_of
from niangjia.programmes.assistance_ledger.types import PurchaseIn


def drafted(row: PurchaseIn, unit: OrgRef, supplier: OrgRef, contact: ContactRef | None) -> Draft:
    """The row with all that it is known by."""
    return Draft(
        row=row,
        key=rules.key_of(row, unit.ref, supplier.ref),
        digest=rules.digest_of(row, supplier.ref, contact.owner if contact else ""),
        unit=unit,
        supplier=supplier,
        contact=contact,
        flags=rules.own_flags(row),
    )


class Known(NamedTuple):
    """A record that a row is known by: the one in force, or the last that was taken back."""

    id: int
    ref: str
    digest: str
    upload_ref: str
    reversed_at: dt.datetime | None


Sorted = tuple[dict[int, Draft], list[int], dict[int, Known | None]]


def sorted_out(drafts: Sequence[Draft], seen: dict[str, str] | None = None) -> Sorted:
    """(new by position, positions repeated, position -> the record it would change, None if that
    is another row of the batch, or of those in `seen`: key -> digest, to which these are added)."""
    known, counted = _known({key for draft in drafts for key in (draft.key, *draft.keys)})
    fresh: dict[int, Draft] = {}
    seen = {} if seen is None else seen
    repeated: list[int] = []
    changed: dict[int, Known | None] = {}
    for position, draft in enumerate(drafts):
        keys = [key for key in (draft.key, *sorted(draft.keys)) if key in known]
        found = known[keys[0]] if keys else None
        digests = {draft.digest, *draft.digests}
        was_counted = any(digests & counted.get(key, set()) for key in keys)
        if draft.digest == seen.get(draft.key) or was_counted:
            repeated.append(position)
        elif found:
            changed[position] = found
        elif draft.key in seen:
            changed[position] = None
        else:
            fresh[position] = draft
            seen[draft.key] = draft.digest
    return fresh, repeated, changed


def _known(keys: set[str]) -> tuple[dict[str, Known], dict[str, set[str]]]:
    """(record by key, digests by key that are counted already, as they are or corrected since).

    Where none is in force: what stands in the place of the one that was reversed, else that one.
    """
    rows = Purchase.objects.filter(key__in=keys, reversed_at__isnull=True)
    known = {row[0]: Known(*row[1:]) for row in rows.values_list("key", *_KNOWN)}
    counted = {key: {one.digest} for key, one in known.items()}
    gone = Purchase.objects.filter(key__in=keys - known.keys(), reversed_at__isnull=False)
    below: dict[str, str] = {}
    was: dict[str, set[str]] = {}
    for key, *row in gone.order_by("id").values_list("key", *_KNOWN):
        known[key] = Known(*row)
        below[known[key].ref] = key
        was.setdefault(key, set()).add(known[key].digest)
    while below:
        later = Purchase.objects.filter(corrects__in=below).exclude(corrects="")
        next_below = {}
        for corrects, *row in later.values_list("corrects", *_KNOWN):
            one, key = Known(*row), below[corrects]
            next_below[one.ref] = key
            if one.reversed_at is None:
                known[key], counted[key] = one, was[key]
        below = next_below
    return known, counted


_KNOWN = ("id", "ref", "digest", "upload_ref", "reversed_at")


class Foreseen:
    """How many of a file's rows a take would find on record; nothing is registered or written.

    n_repeated: the same stands there, or above in the file; n_changed: another under its key;
    n_late, n_held: the others whose period was reported or closed, or is being signed.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self.n_repeated = self.n_changed = self.n_late = self.n_held = 0
        self._seen: dict[str, str] = {}

    def look(self, rows: Sequence[PurchaseIn]) -> None:
        """The next rows of the file."""
        units = self._known("buyer", [(row.unit_uscc, row.unit_name) for row in rows])
        sold_by = [(row.supplier_uscc, row.supplier_name) for row in rows]
        suppliers = self._known("supplier", sold_by)
        wanted = [
            (supplier.id, row.contact_name, row.contact_phone)
            for row, supplier in zip(rows, suppliers, strict=True)
        ]
        contacts = contacts_known(one for one in wanted if one[0] and (one[1] or one[2]))
        drafts = [
            drafted(row, unit, supplier, contacts.get(one) or _nobody(one))
            for row, unit, supplier, one in zip(rows, units, suppliers, wanted, strict=True)
        ]
        fresh, repeated, changed = sorted_out(known_before(drafts), self._seen)
        self.n_repeated += len(repeated)
        self.n_changed += len(changed)
        booking = Booking((one.unit.id for one in fresh.values()), foreseeing=True)
        for one in fresh.values():
            why = booking.place(one.unit.id, month_of(one.row.occurred_on)).why
            self.n_late += why == "late"
            self.n_held += why == "under_way"

    def _known(self, category: str, names: Sequence[tuple[str, str]]) -> list[OrgRef]:
        """Organisations by (code, name); one that is not registered stands for itself."""
        keys = [key_of(*one) for one in names]
        found = known_or_meant(self._actor, category, names)
        return [found.get(key) or OrgRef(0, f"new:{key}", "", "", "", "", True) for key in keys]


def _nobody(one: tuple[int, str, str]) -> ContactRef | None:
    """A contact who is not registered stands for itself."""
    return ContactRef(0, f"new:{one[1]}/{one[2]}") if one[1] or one[2] else None
