"""What the wizard's page of mending shows: alike problems with what the register offers."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.intake.public import KeptEdit, ProblemGroup, ProblemValue
from niangjia.blocks.orgs.public import organisation, registered_names, scope_of
from niangjia.blocks.places.public import CountyBook
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import oddities, policy
from niangjia.programmes.assistance_ledger.filekinds import personal_columns, schema_of
from niangjia.programmes.assistance_ledger.pages import shown

TITLES = {
    "required_cell_empty": gettext_lazy("not filled in"),
    "error_cell": gettext_lazy("holds an error of a formula"),
    "text_too_long": gettext_lazy("too long"),
    "amount_not_a_number": gettext_lazy("is no amount"),
    "amount_in_another_unit": gettext_lazy("is in another unit"),
    "amount_part_of_fen": gettext_lazy("has parts of a fen"),
    "amount_merged": gettext_lazy("is merged over several rows"),
    "number_not_a_number": gettext_lazy("is no number"),
    "count_not_whole": gettext_lazy("is no whole number"),
    "date_not_a_date": gettext_lazy("is no date"),
    "date_only_month": gettext_lazy("is a month without a day"),
    "date_in_future": gettext_lazy("lies after today"),
    "code_digits_lost": gettext_lazy("lost digits in Excel"),
    "choice_unknown": gettext_lazy("is none of the choices"),
    "buyer_uscc_check_character": gettext_lazy("check character does not fit"),
    "supplier_uscc_check_character": gettext_lazy("check character does not fit"),
    "uscc_format": gettext_lazy("has not 18 letters and digits"),
    "uscc_mangled": gettext_lazy("was made a number by Excel"),
    "amount_is_not_quantity_times_price": gettext_lazy("is not quantity × price"),
    "fewer_people_than_households": gettext_lazy("fewer people than households"),
    "county_unknown": gettext_lazy("no such county is known"),
    "county_several": gettext_lazy("names several counties"),
    "invoices_several": gettext_lazy("holds several numbers"),
    "measure_differs": gettext_lazy("differs from the quantity's"),
    "not_your_unit": gettext_lazy("is not your unit"),
    "unit_unknown": gettext_lazy("is not registered yet"),
    "word_unlisted": gettext_lazy("is no official word"),
    "id_format": gettext_lazy("has not 18 digits"),
    "id_birth_date": gettext_lazy("has no valid birth date"),
    "id_check_digit": gettext_lazy("check digit does not fit"),
    "person_in_two_households": gettext_lazy("stands in two households"),
    "other_county": gettext_lazy("is of another county"),
    "gain_negative": gettext_lazy("is below zero"),
    "people_too_few": gettext_lazy("says nobody"),
}
# What is wrong lies in the row, not in the one value: each row is mended by itself.
BY_ROW = frozenset(
    {
        "amount_is_not_quantity_times_price",
        "fewer_people_than_households",
        "amount_merged",
        "measure_differs",
        "text_too_long",
    }
)
SHOWN_VALUES, AT_ONCE = 30, 4
# Columns with official words, which are offered while typing.
WORDS: dict[str, Callable[[], list[str]]] = {
    "channel": policy.channels,
    "category": policy.categories,
    "mode": lambda: list(policy.mode_names().values()),
}


@dataclass(slots=True)
class AlikeValue:
    """Alike problems as a line: what stood there, what it may be, and whether it was mended."""

    value: ProblemValue
    stood: str
    offers: list[str]
    mended: str = ""
    edit: str = ""

    @property
    def where(self) -> str:
        """The row's address behind the question mark."""
        return urlencode({"sheet": self.value.sheet, "row": self.value.row_no})


@dataclass(slots=True)
class AlikeGroup:
    """A group of problems as a card. by_row: each row is mended by itself; words: official ones;
    closed: the column is about people and is mended in the workbook alone."""

    group: ProblemGroup
    title: str
    by_row: bool
    values: list[AlikeValue] = field(default_factory=list)
    n_more: int = 0
    n_offered: int = 0
    words: list[str] = field(default_factory=list)
    closed: bool = False

    @property
    def first(self) -> list[AlikeValue]:
        """The values that are shown at once; `rest`: those shown when asked for."""
        return self.values[:AT_ONCE]

    @property
    def rest(self) -> list[AlikeValue]:
        return self.values[AT_ONCE:]


class Offers:
    """Values from the register that come close to a wrong one; the register is read once."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._kept: dict[str, list[str]] = {}

    def of(self, key: str, code: str, value: ProblemValue) -> list[str]:
        """At most five, the likeliest first."""
        found = [value.offer] if value.offer else []
        if code == "county_several":
            found += oddities.places_in(value.stood)
        elif code == "invoices_several":
            found += oddities.invoices_in(value.stood)
        elif key in ("county", "unit_name", "channel", "category", "mode"):
            found += oddities.close_names(value.stood, self._names(key)) if value.stood else []
        if key in ("mode",) and not found:
            found = list(policy.mode_names().values())
        return list(dict.fromkeys(found))[:5]

    def _names(self, key: str) -> list[str]:
        if key not in self._kept:
            self._kept[key] = self._listed(key)
        return self._kept[key]

    def _listed(self, key: str) -> list[str]:
        if key == "county":
            return CountyBook().names("")
        if key == "unit_name":
            scope = scope_of(self._actor)
            own = scope.kind == "unit"
            return [organisation(scope.id).name] if own else registered_names("buyer")
        if key == "mode":
            return list(policy.mode_names().values())
        return policy.channels() if key == "channel" else policy.categories()


def alike(
    actor: Actor, kind: str, groups: Sequence[ProblemGroup], edits: Sequence[KeptEdit]
) -> list[AlikeGroup]:
    """The groups with what the register offers for each value."""
    offers, by_id = Offers(actor), {one.id: one for one in edits}
    titles = {column.key: column.header for column in schema_of(kind).columns}
    closed = personal_columns(kind)
    made = []
    for group in groups:
        by_row = group.code in BY_ROW
        title = f"{group.header or titles.get(group.key, group.key)}：{TITLES.get(group.code, '')}"
        card = AlikeGroup(group, title, by_row, n_more=max(0, len(group.values) - SHOWN_VALUES))
        for value in group.values[:SHOWN_VALUES]:
            edit = by_id.get(value.edit)
            found = [] if by_row or edit else offers.of(group.key, group.code, value)
            mended = _("left out") if edit and edit.reason else edit.value if edit else ""
            card.values.append(
                AlikeValue(value, value.stood or _("(empty)"), found, mended, value.edit)
            )
        card.words = WORDS[group.key]() if group.key in WORDS else []
        card.n_offered = sum(one.n for one in group.values if one.offer and not one.edit)
        card.closed = group.key in closed
        made.append(card)
    return made


def mendings(kind: str, edits: Sequence[KeptEdit]) -> list[tuple[KeptEdit, str, str]]:
    """(edit, what it did, when), newest first."""
    titles = {column.key: column.header for column in schema_of(kind).columns}
    made = []
    for one in edits:
        if one.reason:
            text = _("%(n)s rows left out: %(reason)s") % {"n": one.n, "reason": one.reason}
        else:
            text = _("%(column)s: “%(old)s” → “%(new)s”, %(n)s rows") % {
                "column": titles.get(one.key, one.key),
                "old": one.stood or _("(empty)"),
                "new": one.value or _("as offered"),
                "n": one.n,
            }
        made.append((one, text, shown.moment(dt.datetime.fromisoformat(one.at))))
    return made
