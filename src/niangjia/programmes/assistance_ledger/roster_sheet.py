"""A roster of registered poor households as a workbook: its columns, the check of its rows.

A row is a person; rows of one household number in one village are one household.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.households.public import HouseholdIn, Person
from niangjia.blocks.intake.public import Problem, Schema, SheetRow
from niangjia.core.errors import Invalid
from niangjia.lib.identifiers import ric_problem
from niangjia.lib.text import compact
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.sheet import column_of

ROSTER = "roster"
MOST_ROWS = 50_000
TEXTS = {
    "id_format": _(
        "Row %(row)s: “%(column)s” has not 17 digits and a last digit or X. Please check it; a "
        "column of numbers loses its last digits: make it a column of text."
    ),
    "id_birth_date": _(
        "Row %(row)s: the birth date in “%(column)s” is no day. Please check the number."
    ),
    "id_check_digit": _(
        "Row %(row)s: the check digit of “%(column)s” does not fit, so one digit of it is wrong. "
        "Please check it against the card."
    ),
    "person_in_two_households": _(
        "Row %(row)s: this person stands in row %(other)s already, in another household. A person "
        "belongs to one household: please correct one of the two rows."
    ),
    "other_county": _(
        "Row %(row)s: this household is of “%(shown)s”; the material is about %(county)s."
    ),
    "gain_negative": _("Row %(row)s: “%(column)s” is below zero. Please check the amount."),
    "people_too_few": _(
        "Row %(row)s: “%(column)s” says nobody. Put the number of people of the household."
    ),
}
REPEATED = "person_repeated"
_NUMBER = re.compile(r"(?:19|20)[0-9]{2}")
# Words of the exit from poverty: not yet, fallen back; anything else with 脱贫 is an exit.
_NOT_LEFT = ("未脱贫", "返贫", "贫困户", "否")
_FIELDS = (
    "person_no",
    "ethnicity",
    "schooling",
    "pupil",
    "health",
    "skill",
    "work",
    "work_months",
    "serious_illness",
    "exit",
    "exit_year",
    "poverty",
    "cause",
    "unsafe_house",
    "water_safe",
    "water_short",
    "income_per_head",
    "phone",
    "hamlet",
)


@functools.cache
def roster_schema() -> Schema:
    """The columns of a roster, from data/roster.toml."""
    lines = tomllib.loads((policy.DATA / "roster.toml").read_text("utf-8"))["column"]
    columns = tuple(column_of(line) for line in lines)
    return Schema(columns, "gain_fen", ("household_no", "name", "id_number"))


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A person of a household. key: household number and village; n_people: of the household as
    stated, 0 if it is not."""

    key: tuple[str, str]
    person: Person
    n_people: int
    left: str

    @property
    def amount_fen(self) -> int:
        return self.person.gain_fen or 0


@dataclass(slots=True)
class RosterChecker:
    """Checks rows of one roster. county: (name, code) that the material is about."""

    county: str
    _people: dict[str, tuple[tuple[str, str], int]] = field(default_factory=dict)
    _n: int = 0

    def check(self, row: SheetRow, headers: dict[str, str]) -> RosterRow | None:
        """What a row says; None with row.problems, or row.left_out, saying why. Raises Invalid
        where there are more rows than a roster may have."""
        self._n += 1
        if self._n > MOST_ROWS:
            raise Invalid(
                _("More than %(n)s people. Split the roster into several files."),
                code="too_many_rows",
                n=MOST_ROWS,
            )
        if row.problems:
            return None
        values: dict[str, Any] = row.values
        number = str(values["id_number"]).upper()
        if (wrong := ric_problem(number)) is not None:
            _refuse(row, headers, "id_number", f"id_{wrong}")
        self._check_county(row, headers)
        _check_numbers(row, headers)
        place = " ".join(filter(None, (values.get("town"), values.get("village"))))
        key = (str(values["household_no"]), place)
        self._check_person(row, headers, number, key)
        if row.problems or row.left_out:
            return None
        fields = {name: str(values.get(name) or "") for name in _FIELDS}
        told = {name: text for name, text in fields.items() if text}
        relation = str(values.get("relation") or "")
        person = Person(number, str(values["name"]), relation, told, values.get("gain_fen"))
        left = exit_of(fields["exit"], fields["exit_year"])
        return RosterRow(key, person, values.get("n_people") or 0, left)

    def _check_county(self, row: SheetRow, headers: dict[str, str]) -> None:
        said = compact(str(row.values.get("county") or ""))
        if said and compact(self.county).strip() not in said and said not in compact(self.county):
            shown = {"shown": said, "county": self.county}
            _refuse(row, headers, "county", "other_county", **shown)

    def _check_person(
        self, row: SheetRow, headers: dict[str, str], number: str, key: tuple[str, str]
    ) -> None:
        before = self._people.setdefault(number, (key, row.row_no))
        if before[1] == row.row_no:
            return
        if before[0] == key:
            row.left_out = REPEATED
        else:
            _refuse(row, headers, "id_number", "person_in_two_households", other=before[1])


def _check_numbers(row: SheetRow, headers: dict[str, str]) -> None:
    values: dict[str, Any] = row.values
    if (values.get("gain_fen") or 0) < 0:
        _refuse(row, headers, "gain_fen", "gain_negative")
    if values.get("n_people") == 0:
        _refuse(row, headers, "n_people", "people_too_few")


def _refuse(row: SheetRow, headers: dict[str, str], key: str, code: str, **params: object) -> None:
    """Nothing of the cell is kept: it is about a person."""
    header = headers.get(key, key)
    text = translated(str(TEXTS[code])) % {"row": row.row_no, "column": header, **params}
    row.problems.append(Problem(row.sheet, row.row_no, key, header, code, text, ""))


def exit_of(status: str, year: str) -> str:
    """`2019` if it left poverty then, `yes` without a year, `no`, empty if nothing is said."""
    found = _NUMBER.search(year) or _NUMBER.search(status)
    if any(word in status for word in _NOT_LEFT) and "已脱贫" not in status:
        return "no"
    if found is not None:
        return found[0]
    return "yes" if "脱贫" in status or status == "是" else ""


def households(rows: Iterable[RosterRow]) -> Iterator[HouseholdIn]:
    """The households in the order of their first rows; a person a row."""
    found: dict[tuple[str, str], list[RosterRow]] = {}
    for one in rows:
        found.setdefault(one.key, []).append(one)
    for (number, place), listed in found.items():
        stated = max(one.n_people for one in listed)
        yield HouseholdIn(
            number=number,
            place=place,
            n_people=max(stated, len(listed)),
            persons=[one.person for one in listed],
            left=max((one.left for one in listed), key=lambda left: (left.isdigit(), left)),
        )
