"""Pure rules of the yearly assessment: what a unit has to reach, how far it is, its place."""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

CANTEENS = ("own", "outsourced", "shared", "none")
MOST_FEN = 10**13  # a hundred billion yuan: a slip of the keyboard
MOST_MEMBERS = 10_000_000


@dataclass(frozen=True, slots=True)
class Assessment:
    """The policy of a year; see data/assessment.toml. Shares in per cent."""

    id: str
    valid_from: dt.date
    food_share: int
    gift_share: int
    gift_member_fen: int
    not_below_last_year: bool
    rule_zh: str
    rule_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """A ground for being exempt. of: `gifts` or `all`."""

    id: str
    valid_from: dt.date
    of: str
    zh: str
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class TargetForm:
    """What a unit files. food_fen: food purchases of the year; filed_with: ref of the unit that
    files a shared canteen; members: heads that get gifts; exempt: id of an Exemption, or empty."""

    canteen: str
    food_fen: int = 0
    filed_with: str = ""
    members: int = 0
    gift_fen: int = 0
    exempt: str = ""
    exempt_reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a unit has to reach, fen. reserved_fen: of its food, with the floor of last year;
    floor_fen: that floor, 0 if none applies; gift_part_fen: of its gifts; target_fen: together."""

    reserved_fen: int
    floor_fen: int
    gift_part_fen: int

    @property
    def target_fen(self) -> int:
        return self.reserved_fen + self.gift_part_fen


def share_of(fen: int, percent: int) -> int:
    """The share, rounded up to the fen: `at least` is not reached by cutting."""
    return -(-fen * percent // 100)


def amounts(form: TargetForm, rule: Assessment, exempt_of: str, last_fen: int | None) -> Amounts:
    """What the form commits to. exempt_of: ``, `gifts` or `all`; last_fen: the amount reserved for
    food in the year before, None if nothing was accepted then.

    Who has no canteen, notes a shared one, or is exempt has no floor: there is no food to buy.
    """
    if exempt_of == "all":
        return Amounts(0, 0, 0)
    cooks = form.canteen in ("own", "outsourced")
    floor = (last_fen or 0) if rule.not_below_last_year and cooks else 0
    reserved = max(share_of(form.food_fen, rule.food_share), floor) if cooks else 0
    gifts = 0 if exempt_of == "gifts" else share_of(form.gift_fen, rule.gift_share)
    return Amounts(reserved, floor, gifts)


def problems(form: TargetForm, rule: Assessment, exempt_of: str) -> dict[str, str]:
    """field -> code of what is wrong with a form."""
    if exempt_of == "all":
        return {} if len(form.exempt_reason.strip()) >= 2 else {"exempt_reason": "reason"}
    return {**_wrong_food(form), **_wrong_gifts(form, rule, exempt_of)}


def _wrong_food(form: TargetForm) -> dict[str, str]:
    cooks = form.canteen in ("own", "outsourced")
    found = {}
    if form.canteen not in CANTEENS:
        found["canteen"] = "canteen"
    if not 0 <= form.food_fen <= MOST_FEN or (cooks and form.food_fen == 0):
        found["food_fen"] = "food_missing"
    if form.canteen in ("shared", "none") and form.food_fen:
        found["food_fen"] = "food_elsewhere" if form.canteen == "shared" else "food_none"
    if (form.canteen == "shared") != bool(form.filed_with):
        found["filed_with"] = "filed_with"
    return found


def _wrong_gifts(form: TargetForm, rule: Assessment, exempt_of: str) -> dict[str, str]:
    found = {}
    if not 0 <= form.members <= MOST_MEMBERS:
        found["members"] = "members"
    if exempt_of == "gifts":
        if form.gift_fen:
            found["gift_fen"] = "gift_exempt"
        if len(form.exempt_reason.strip()) < 2:
            found["exempt_reason"] = "reason"
    elif not form.members * rule.gift_member_fen <= form.gift_fen <= MOST_FEN:
        found["gift_fen"] = "gift_below"
    return found


def days_gone(year: int, today: dt.date) -> tuple[int, int]:
    """(days of the year that have come, today among them; days of the year)."""
    all_days = 366 if calendar.isleap(year) else 365
    return max(0, min(all_days, (today - dt.date(year, 1, 1)).days + 1)), all_days


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a unit is. permille: of the target, cut, may be below 0 or above 1000; None where
    there is no target, which is not 0; gone: thousandths of the year, cut; due_fen: what the
    calendar asks for by today; gap_fen: still to be bought, 0 once reached."""

    counted_fen: int
    target_fen: int
    permille: int | None
    gone: int
    due_fen: int
    gap_fen: int

    @property
    def is_behind(self) -> bool:
        return self.permille is not None and self.counted_fen < self.due_fen


def progress(counted_fen: int, target_fen: int, year: int, today: dt.date) -> Progress:
    """Counted purchases of the year held against target and calendar."""
    gone, of = days_gone(year, today)
    return Progress(
        counted_fen=counted_fen,
        target_fen=target_fen,
        permille=counted_fen * 1000 // target_fen if target_fen > 0 else None,
        gone=gone * 1000 // of,
        due_fen=-(-target_fen * gone // of),
        gap_fen=max(0, target_fen - counted_fen),
    )


def places(counted: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """Place of each unit by counted / target, exactly; equal parts share a place, and the next
    one's counts them all. counted: id -> (counted fen, target fen); without a target no place."""
    parts = {pk: Fraction(fen, target) for pk, (fen, target) in counted.items() if target > 0}
    found: dict[int, int] = {}
    place, before = 0, None
    for n, (pk, part) in enumerate(sorted(parts.items(), key=lambda one: (-one[1], one[0])), 1):
        if part != before:
            place, before = n, part
        found[pk] = place
    return found
