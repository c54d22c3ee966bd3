"""Households as read -> households with pseudonyms; before the transaction, for it asks others."""

from collections.abc import Sequence

from niangjia.blocks.households import rules
from niangjia.blocks.households.models import PseudonymKey
from niangjia.blocks.households.pseudonyms import pseudonyms, public_of
from niangjia.blocks.households.types import HouseholdIn, Named, RosterOf


def named(of: RosterOf, households: Sequence[HouseholdIn]) -> tuple[str, list[Named]]:
    """(public key, the households with pseudonyms). Raises Unavailable, Conflict."""
    rows = PseudonymKey.objects.filter(programme=of.programme, year=of.year)
    public = rows.values_list("public", flat=True).first() or public_of(of.programme, of.year)
    inputs: list[bytes] = []
    for one in households:
        if rules.is_national(one.number):
            inputs.append(f"household\0{of.county_code}\0{one.number}".encode())
        inputs += [f"person\0{person.id_number}".encode() for person in one.persons]
    found = iter(pseudonyms(of.programme, of.year, public, inputs))
    return public, [
        Named(
            one,
            next(found) if rules.is_national(one.number) else "",
            [next(found) for _person in one.persons],
        )
        for one in households
    ]
