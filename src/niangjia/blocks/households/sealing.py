"""A household's entry as sealed bytes, under a key of its own."""

import json
from collections.abc import Iterable

from niangjia.blocks.households.types import HouseholdIn, Person
from niangjia.core import seal


def owner_of(ref: str) -> str:
    return f"household:{ref}"


def ensure_keys(refs: Iterable[str]) -> None:
    """The households' keys are there, in as few commits as one."""
    seal.ensure([owner_of(ref) for ref in refs])


def sealed(ref: str, household: HouseholdIn) -> bytes:
    persons = [
        {
            "id_number": one.id_number,
            "name": one.name,
            "relation": one.relation,
            "fields": dict(one.fields),
            "gain_fen": one.gain_fen,
        }
        for one in household.persons
    ]
    plain = {"number": household.number, "place": household.place, "persons": persons}
    return seal.seal(owner_of(ref), json.dumps(plain, ensure_ascii=False).encode())


def opened(data: bytes) -> tuple[str, str, list[Person]]:
    """(number, place, persons). Raises seal.Erased."""
    plain = json.loads(seal.unseal(data))
    return plain["number"], plain["place"], [Person(**one) for one in plain["persons"]]
