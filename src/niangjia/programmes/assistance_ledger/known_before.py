"""What a row was known by before its unit or supplier was merged, so that it comes in once."""

from collections.abc import Sequence
from dataclasses import replace

from niangjia.blocks.orgs.public import contacts_known, predecessors_of
from niangjia.programmes.assistance_ledger import rules
from niangjia.programmes.assistance_ledger.steps import Draft


def known_before(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with all that they were known by before their unit or supplier was merged."""
    before = predecessors_of(one.id for draft in drafts for one in (draft.unit, draft.supplier))
    if not before:
        return list(drafts)
    suppliers = [(draft, [draft.supplier, *before.get(draft.supplier.id, ())]) for draft in drafts]
    contacts = contacts_known(
        (one.id, draft.row.contact_name, draft.row.contact_phone)
        for draft, listed in suppliers
        for one in listed
    )
    found = []
    for draft, listed in suppliers:
        row, units = draft.row, [draft.unit, *before.get(draft.unit.id, ())]
        keys = {rules.key_of(row, unit.ref, one.ref) for unit in units for one in listed}
        whom = [contacts.get((one.id, row.contact_name, row.contact_phone)) for one in listed]
        digests = {
            rules.digest_of(row, one.ref, contact.owner if contact else "")
            for one, contact in zip(listed, whom, strict=True)
        }
        found.append(replace(draft, keys=keys - {draft.key}, digests=digests - {draft.digest}))
    return found
