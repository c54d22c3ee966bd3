"""Which entries of rosters are one household; what a masked reader sees. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from niangjia.blocks.households.types import HouseholdView, Person

# Numbers of the register are long and its own within a county; a village's 1, 2, 3 say nothing
# outside of their sheet.
NATIONAL_DIGITS = 10


def is_national(number: str) -> bool:
    """Whether a household's number means the same household everywhere in its county."""
    return len(number) >= NATIONAL_DIGITS and number.isascii() and number.isdigit()


@dataclass(frozen=True, slots=True)
class Entry:
    """A household of one roster. number: pseudonym of its national number, empty if it has none;
    members: pseudonyms of its persons."""

    id: int
    number: str
    members: frozenset[str]


def same_households(entries: Sequence[Entry]) -> Mapping[int, int]:
    """id -> id of the first entry that is the same household.

    The same number is the same household. A person whom two entries share makes them one, unless
    their numbers differ: then somebody wrote a person into two households, which is told, not
    merged.
    """
    found = _Union(entries)
    by_number: dict[str, int] = {}
    for one in entries:
        if one.number:
            found.join(by_number.setdefault(one.number, one.id), one.id)
    # Those without a number come last, so that the order of the rosters changes nothing.
    by_member: dict[str, list[int]] = defaultdict(list)
    for one in sorted(entries, key=lambda one: (not one.number, one.id)):
        for member in sorted(one.members):
            for other in by_member[member]:
                found.join(other, one.id)
            by_member[member].append(one.id)
    return {one.id: found.root(one.id) for one in entries}


class _Union:
    """Sets of entries that are one household, each known by its first entry."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._up = {one.id: one.id for one in entries}
        self._numbers = {one.id: one.number for one in entries}

    def root(self, at: int) -> int:
        while self._up[at] != at:
            self._up[at] = self._up[self._up[at]]
            at = self._up[at]
        return at

    def join(self, one: int, other: int) -> None:
        """They are the same household, unless both have a number and these differ."""
        a, b = sorted((self.root(one), self.root(other)))
        numbers = {self._numbers[a], self._numbers[b]} - {""}
        if a != b and len(numbers) < 2:
            self._up[b] = a
            self._numbers[a] = next(iter(numbers), "")


# What a masked reader still sees of a person's other fields: nothing that tells who it is.
SHOWN = frozenset({"work_months"})
KEPT_FIRST, KEPT_LAST = 3, 2
SHORT_DIGITS = 4  # of a number that holds in its village only
NEAR_KIN = ("户主", "配偶", "子", "女", "儿子", "女儿", "子女", "父亲", "母亲", "父母")
RELATIONS = frozenset((*NEAR_KIN, "孙子", "孙女", "儿媳", "女婿", "兄弟", "姐妹", "岳父", "岳母"))


def masked(household: HouseholdView) -> HouseholdView:
    """The same household without who it is: surname, first and last digits, no village."""
    persons = [masked_person(one) for one in household.persons]
    plain = household.number.isascii() and household.number.isdigit()
    short = plain and len(household.number) <= SHORT_DIGITS
    number = household.number if short else hidden(household.number)
    return replace(household, persons=persons, number=number, place="")


def masked_person(person: Person) -> Person:
    fields = {name: text for name, text in person.fields.items() if name in SHOWN}
    name = person.name[:1] + "*" * (len(person.name) - 1)
    relation = person.relation if person.relation in RELATIONS else ""
    return Person(hidden(person.id_number), name, relation, fields, person.gain_fen)


def hidden(text: str) -> str:
    """`130***********24`."""
    if len(text) <= KEPT_FIRST + KEPT_LAST:
        return "*" * len(text)
    middle = "*" * (len(text) - KEPT_FIRST - KEPT_LAST)
    return text[:KEPT_FIRST] + middle + text[-KEPT_LAST:]
