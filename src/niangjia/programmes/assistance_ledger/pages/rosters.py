"""Rosters and counts of households as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.households.public import HouseholdView, Look, RosterView
from niangjia.blocks.orgs.public import actor_under, organisation_names
from niangjia.core.errors import DomainError
from niangjia.programmes.assistance_ledger.models import HelpReview
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.roster_sheet import roster_schema
from niangjia.programmes.assistance_ledger.selectors.households import Counted
from niangjia.ui.words import role_name

KIND_NAMES = {
    "county": gettext_lazy("By county"),
    "district": gettext_lazy("By district"),
    "unit": gettext_lazy("By unit"),
    "supplier": gettext_lazy("By supplier"),
}


def left_name(left: str) -> str:
    """`2019` and the like, in words."""
    if left.isdigit():
        return _("left poverty in %(year)s") % {"year": left}
    texts = {
        "yes": _("left poverty, year not given"),
        "no": _("not yet out of poverty"),
        "": _("not said"),
    }
    return texts[left]


@dataclass(frozen=True, slots=True)
class Line:
    """A household of a roster, masked."""

    view: HouseholdView
    title: str
    detail: str
    gain: str
    left: str


def line(view: HouseholdView) -> Line:
    head = view.persons[0] if view.persons else None
    title = f"{head.name} {head.id_number}" if head else _("Erased")
    detail = _("household %(number)s · %(n)s people") % {"number": view.number, "n": view.n_people}
    gain = "" if view.gain_fen is None else shown.yuan(view.gain_fen)
    return Line(view, title, detail if head else str(view.n_people), gain, left_name(view.left))


def in_clear(view: HouseholdView) -> list[tuple[str, list[tuple[str, str]]]]:
    """(person, (column, value) of all that the roster says) of a household looked at."""
    headers = {column.key: column.header for column in roster_schema().columns}
    made = []
    for one in view.persons:
        told = [(headers["id_number"], one.id_number)]
        told += [(headers.get(key, key), text) for key, text in one.fields.items()]
        title = " · ".join(filter(None, (one.name, one.relation)))
        made.append((title, told))
    return made


def differs(roster: RosterView, row: HelpReview) -> str:
    """What a reviewer should know where the roster is not what the form says; empty if it is."""
    if (roster.n_households, roster.n_people) == (row.households, row.people):
        return ""
    text = _(
        "The roster names %(households)s households and %(people)s people; the form says "
        "%(said)s and %(said_people)s."
    )
    return text % {
        "households": f"{roster.n_households:,}",
        "people": f"{roster.n_people:,}",
        "said": f"{row.households:,}",
        "said_people": f"{row.people:,}",
    }


def looks(found: Sequence[Look]) -> list[tuple[str, str, str]]:
    """(when, who, why) of each look in the clear."""
    names = organisation_names({one.organisation_id for one in found if one.organisation_id})
    people: dict[tuple[int | None, int | None, str], str] = {}
    made = []
    for one in found:
        key = (one.login_id, one.organisation_id, one.role)
        if key not in people:
            people[key] = _person(*key)
        parts = (people[key], role_name(one.role), names.get(one.organisation_id or 0, ""))
        made.append((shown.moment(one.at), " · ".join(filter(None, parts)), one.reason))
    return made


def _person(login_id: int | None, organisation_id: int | None, role: str) -> str:
    try:
        return actor_under(login_id or 0, organisation_id, role).name
    except DomainError:
        return ""


@dataclass(frozen=True, slots=True)
class CountLine:
    """A line of counts as shown: households, people, gain; each registered and confirmed."""

    name: str
    cells: Sequence[tuple[str, str, str]]


def count_line(one: Counted) -> CountLine:
    numbers = (
        (_("Households"), one.households, one.confirmed_households),
        (_("People"), one.people, one.confirmed_people),
    )
    cells = [(title, f"{said:,}", f"{sure:,}") for title, said, sure in numbers]
    gain = (shown.yuan(one.gain_fen), shown.yuan(one.confirmed_gain_fen))
    return CountLine(one.name, [*cells, (_("Income gain (yuan)"), *gain)])


def exits(left: Mapping[str, int]) -> list[tuple[str, str]]:
    """(when they left poverty, households), by year, what is not known last."""
    order = sorted(left, key=lambda key: (not key.isdigit(), key == "", key))
    return [(left_name(key), f"{left[key]:,}") for key in order]
