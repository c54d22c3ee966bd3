"""Pure decisions of the cross-checks: runs of numbers, round amounts, pictures alike."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

PARTS, PART_BITS = 4, 16  # a look of 64 bits that differs in at most 3 shares one of four parts


def runs(numbers: Mapping[int, Sequence[str]], least: int) -> Iterator[list[int]]:
    """Runs of at least `least` consecutive numbers, in order. numbers: number -> refs."""
    run: list[int] = []
    for number in sorted(numbers):
        if run and number != run[-1] + 1:
            if len(run) >= least:
                yield run
            run = []
        run.append(number)
    if len(run) >= least:
        yield run


def is_round(fen: int, to: int) -> bool:
    """Whether an amount is a whole multiple of `to` fen, and not nothing."""
    return fen > 0 and fen % to == 0


def number_of(text: str) -> int | None:
    """An invoice number as a number; None if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None


def alike(looks: Mapping[str, str], near: int) -> list[list[str]]:
    """Groups of two and more pictures that look the same. looks: id -> 16 hex digits.

    Pictures that differ in at most 3 of 64 bits are found for sure; up to `near`, if one of four
    parts of the look is equal.
    """
    bits = {one: int(look, 16) for one, look in looks.items()}
    first = {one: one for one in bits}

    def root(one: str) -> str:
        while first[one] != one:
            one = first[one]
        return one

    for one, other in _near(bits, near):
        low, high = sorted((root(one), root(other)))
        first[high] = low
    groups: dict[str, list[str]] = defaultdict(list)
    for one in sorted(bits):
        groups[root(one)].append(one)
    return [group for group in groups.values() if len(group) > 1]


def _near(bits: Mapping[str, int], near: int) -> Iterator[tuple[str, str]]:
    """Pairs that share a part and differ in at most `near` bits; a pair may come again."""
    buckets: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one in sorted(bits):
        for part in range(PARTS):
            buckets[part, bits[one] >> (PART_BITS * part) & (1 << PART_BITS) - 1].append(one)
    for bucket in buckets.values():
        for one, other in combinations(bucket, 2):
            if (bits[one] ^ bits[other]).bit_count() <= near:
                yield one, other
