"""Pure decisions of the county's review: how confirmed help is shared out, what a form must say."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from niangjia.lib import working_days

MECHANISMS = ("purchase", "work", "dividend", "transfer")
LEVELS = ("village", "township", "line", "office")


@dataclass(frozen=True, slots=True)
class Share:
    """What of a confirmation belongs to one record. fen: of its amount; households, people."""

    id: int
    fen: int
    households: int
    people: int


def shares(
    records: Sequence[tuple[int, int]], fen: int, households: int, people: int
) -> Iterator[Share]:
    """A confirmation shared out over records (id, amount in fen) by their amounts.

    Every part is whole, and all parts together are exactly what was confirmed: record by record
    the running share is cut, and what is new in it is the record's. Records that add up to nothing
    get nothing but the first, which gets all. Amounts may be negative (returns).
    """
    total = sum(amount for _id, amount in records)
    run, given = 0, (0, 0, 0)
    for at, (pk, amount) in enumerate(records):
        run += amount
        if at == len(records) - 1 or total == 0:
            upto = (fen, households, people)
        else:
            upto = (fen * run // total, households * run // total, people * run // total)
        yield Share(pk, *(new - old for new, old in zip(upto, given, strict=True)))
        given = upto


@dataclass(frozen=True, slots=True)
class HelpForm:
    """What the help material says of a supplier's product in a period. paid_fen: paid out to
    households; opinions: text by level of LEVELS; days as ISO texts, empty if not given."""

    mechanisms: tuple[str, ...]
    households: int
    people: int
    paid_fen: int
    public_first: str = ""
    public_last: str = ""
    opinions: Mapping[str, str] | None = None
    note: str = ""


PUBLICITY_DAYS = 7


def problems(form: HelpForm, fen: int) -> dict[str, str]:
    """field -> code of what is wrong with a form. fen: what was sold in the period."""
    found: dict[str, str] = {}
    if not form.mechanisms or set(form.mechanisms) - set(MECHANISMS):
        found["mechanisms"] = "mechanism_missing"
    if form.households < 1:
        found["households"] = "households_missing"
    if form.people < form.households:
        found["people"] = "fewer_people_than_households"
    if form.paid_fen < 0:
        found["paid_fen"] = "negative"
    if bool(form.public_first) != bool(form.public_last) or form.public_first > form.public_last:
        found["public_last"] = "publicity_dates"
    return found


def oddities(form: HelpForm, fen: int) -> tuple[str, ...]:
    """Codes of what a reviewer should look at; nothing is dropped for it."""
    found = []
    if form.paid_fen > fen:
        found.append("paid_more_than_sold")
    if form.people > 8 * form.households:
        found.append("large_households")
    if not form.public_first:
        found.append("no_publicity")
    if form.households and form.paid_fen and form.paid_fen % (form.households * 100_00) == 0:
        found.append("round_per_household")
    return tuple(found)


OVERDUE = 0


def deadline(last: dt.date, days: int) -> dt.date:
    """The day `days` after the quarter's last one; the next working day, where offices rest."""
    day = last + dt.timedelta(days=days)
    if working_days.is_working_day(day, beyond=working_days.monday_to_friday):
        return day
    return working_days.after(day, 1, beyond=working_days.monday_to_friday)


def mark_of(due_on: dt.date, today: dt.date, marks: Sequence[int]) -> int | None:
    """The reminder whose day has come: days before the deadline, OVERDUE after it, None before the
    first. Those that were passed by are not made up for."""
    left = (due_on - today).days
    if left < 0:
        return OVERDUE
    return min((mark for mark in marks if left <= mark), default=None)
