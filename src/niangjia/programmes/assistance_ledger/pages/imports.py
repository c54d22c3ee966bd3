"""What the import wizard's pages show: steps, progress, sheets and columns, alike problems."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from niangjia.blocks.intake.public import (
    KeptEdit,
    ProblemGroup,
    ProblemValue,
    SheetLook,
    UploadView,
)
from niangjia.blocks.orgs.public import actor_under, organisation, registered_names, scope_of
from niangjia.blocks.places.public import CountyBook
from niangjia.core.actor import Actor
from niangjia.core.clock import real_now
from niangjia.core.errors import DomainError
from niangjia.programmes.assistance_ledger import oddities, policy
from niangjia.programmes.assistance_ledger.forms.imports import ColumnsForm
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.ui.words import role_name

STATES = {
    "received": gettext_lazy("Being looked at"),
    "mapping": gettext_lazy("Columns to be confirmed"),
    "checking": gettext_lazy("Being checked"),
    "checked": gettext_lazy("Checked, to be mended or taken"),
    "taking": gettext_lazy("Being taken"),
    "done": gettext_lazy("Taken"),
    "refused": gettext_lazy("Could not be read"),
    "abandoned": gettext_lazy("Given up"),
}
SLOW = ("received", "checking", "taking")
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
}
NORMALISED = {
    "text_date": gettext_lazy("dates written as text"),
    "currency_text": gettext_lazy("amounts written as text"),
    "spaces": gettext_lazy("blanks taken out"),
    "full_width": gettext_lazy("full width made half width"),
    "ditto": gettext_lazy("“as above” filled in"),
    "merged": gettext_lazy("merged cells filled in"),
    "measure_split": gettext_lazy("quantity parted from its measure"),
    "leading_zero": gettext_lazy("noughts in front put back"),
    "origin_text": gettext_lazy("county read out of a whole address"),
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
WAITING_S = 20


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the wizard. href: where it can be gone back to, empty if it cannot."""

    title: str
    state: str
    href: str


def steps(view: UploadView | None, current: int, links: Sequence[str]) -> list[Step]:
    """The five steps; links: addresses of those that may be visited now, empty else."""
    titles = (_("Upload"), _("Columns"), _("Check and mend"), _("Take"), _("Done"))
    made = []
    for place, title in enumerate(titles):
        state = "current" if place == current else "past" if place < current else ""
        made.append(Step(title, state, links[place] if place < len(links) else ""))
    return made


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a slow step is. share: 0 to 100, None while it cannot be told."""

    title: str
    share: int | None
    rows: str
    left: str
    waiting: bool


def progress(view: UploadView) -> Progress:
    """The step under way, its rows and the time that is left."""
    titles = {
        "received": _("The file is being read"),
        "checking": _("The rows are being checked"),
        "taking": _("The rows are being taken"),
    }
    n, expected = view.n_done, view.n_expected
    seconds = (real_now() - view.started_at).total_seconds() if view.started_at else 0.0
    share = min(100, n * 100 // expected) if expected else None
    rows = ""
    if expected:
        rows = _("%(n)s of about %(all)s rows") % {"n": f"{n:,}", "all": f"{expected:,}"}
    left = remaining(seconds * (expected - n) / n) if n and expected > n else ""
    waiting = not n and seconds > WAITING_S
    return Progress(str(titles.get(view.state, "")), share, rows, left, waiting)


def remaining(seconds: float) -> str:
    """`about 20 seconds left`, `about 3 minutes left`."""
    if seconds < 60:
        n = max(1, round(seconds))
        return ngettext("about %(n)s second left", "about %(n)s seconds left", n) % {"n": n}
    n = round(seconds / 60)
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", n) % {"n": n}


def size(n_bytes: int) -> str:
    """`1.2 MB`, `34 KB`."""
    if n_bytes >= 1024 * 1024:
        return f"{n_bytes / 1024 / 1024:.1f} MB"
    return f"{max(1, round(n_bytes / 1024))} KB"


class People:
    """Names of who brought an upload, looked up once each."""

    def __init__(self) -> None:
        self._names: dict[tuple[int | None, int | None, str], str] = {}

    def of(self, view: UploadView) -> str:
        """Name and role; the role alone once the appointment has ended."""
        key = (view.login_id, view.organisation_id, view.role)
        if key not in self._names:
            self._names[key] = self._name(*key)
        return self._names[key]

    def _name(self, login_id: int | None, organisation_id: int | None, role: str) -> str:
        try:
            name = actor_under(login_id or 0, organisation_id, role).name
        except DomainError:
            name = ""
        return " · ".join(filter(None, (name, role_name(role))))


def told(view: UploadView) -> str:
    """What an upload's line in the list says beside its state."""
    result = view.result
    if view.state == "done":
        return _("%(n)s rows, %(yuan)s yuan taken; %(bad)s to be mended") % {
            "n": f"{result['accepted_rows']:,}",
            "yuan": shown.yuan(result["accepted_fen"]),
            "bad": f"{result['more']['refused_rows']:,}",
        }
    if view.state == "checked":
        return _("%(n)s rows ready, %(bad)s to be mended") % {
            "n": f"{result['ready_rows']:,}",
            "bad": f"{result['more']['refused_rows']:,}",
        }
    return str(view.error.get("text", "")) if view.state in ("refused", "mapping") else ""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the file. name: of its field; options are made once for all."""

    name: str
    header: str
    sample: str
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class SheetCard:
    """Sheets with the same header: chosen together. found: columns known; open: to be looked at."""

    signature: str
    sheets: str
    n_rows: int
    open: list[ColumnLine]
    found: list[ColumnLine]
    more: list["SheetLine"]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One sheet in its card. place: its number in the file, for the names of its fields."""

    place: int
    look: SheetLook
    read: bool
    wan: str
    wan_text: str
    missing: list[tuple[str, str, str]]
    errors: list[str]


def cards(form: ColumnsForm) -> list[SheetCard]:
    """The sheets that have a header, by header."""
    titles = {column.key: column.header for column in schema().columns}
    by_header: dict[str, list[tuple[int, SheetLook]]] = {}
    for place, look in enumerate(form.looks):
        if look.signature:
            by_header.setdefault(look.signature, []).append((place, look))
    made = []
    for signature, looks in by_header.items():
        lines = _lines(form.keys[signature], looks[0][1], titles)
        made.append(
            SheetCard(
                signature=signature,
                sheets="、".join(look.name or _("(the whole file)") for _place, look in looks),
                n_rows=sum(look.n_rows for _place, look in looks),
                open=[line for line in lines if not line.key],
                found=[line for line in lines if line.key],
                more=[_sheet_line(form, place, look) for place, look in looks],
            )
        )
    return made


def _lines(keys: Sequence[str], look: SheetLook, titles: Mapping[str, str]) -> list[ColumnLine]:
    return [
        ColumnLine(
            name=f"col-{look.signature}-{place}",
            header=header,
            sample=look.samples[place] if place < len(look.samples) else "",
            key=keys[place] if place < len(keys) else "",
            title=titles.get(keys[place], "") if place < len(keys) else "",
        )
        for place, header in enumerate(look.header)
        if header
    ]


def _sheet_line(form: ColumnsForm, place: int, look: SheetLook) -> SheetLine:
    fixed = form.fixed.get(look.name, {})
    keys = form.keys.get(look.signature, [])
    missing = [
        (f"fixed-{place}-{column.key}", column.header, fixed.get(column.key, ""))
        for column in schema().columns
        if column.required and column.key not in keys
    ]
    wan_text = ""
    if look.wan:
        wan_text = _("Together %(wan)s 万元 = %(yuan)s yuan.") % {
            "wan": f"{look.sum_fen / 1_000_000:,.2f}",
            "yuan": shown.yuan(look.sum_fen),
        }
    read, wan = look.name in form.read, form.wan.get(look.name, "")
    return SheetLine(place, look, read, wan, wan_text, missing, form.errors.get(look.name, []))


def suggestions(actor: Actor, looks: Sequence[SheetLook]) -> dict[str, dict[str, str]]:
    """Values for the column of the unit where a sheet has none: the clerk's own unit, else the
    registered one that the sheet is named after."""
    scope = scope_of(actor)
    own = organisation(scope.id).name if scope.kind == "unit" else ""
    lacking = [one for one in looks if one.signature and "unit_name" not in one.keys]
    names = registered_names("buyer") if lacking and not own else []
    found = {}
    for look in lacking:
        close = [own] if own else oddities.close_names(look.name, names, 1)
        close = [look.name] if look.name in names else close
        found[look.name] = {"unit_name": close[0]} if close else {}
    return found


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
    """A group of problems as a card. by_row: each row is mended by itself."""

    group: ProblemGroup
    title: str
    by_row: bool
    values: list[AlikeValue] = field(default_factory=list)
    n_more: int = 0
    n_offered: int = 0

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
    actor: Actor, groups: Sequence[ProblemGroup], edits: Sequence[KeptEdit]
) -> list[AlikeGroup]:
    """The groups with what the register offers for each value."""
    offers, by_id = Offers(actor), {one.id: one for one in edits}
    titles = {column.key: column.header for column in schema().columns}
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
        card.n_offered = sum(one.n for one in group.values if one.offer and not one.edit)
        made.append(card)
    return made


def normalised(result: Mapping[str, Any]) -> list[tuple[str, int]]:
    """(what was changed by itself, in how many rows), most first."""
    found = result.get("normalised", {})
    listed = [(str(NORMALISED.get(code, code)), n) for code, n in found.items()]
    return sorted(listed, key=lambda one: -one[1])


def seen(result: Mapping[str, Any]) -> list[str]:
    """What else the file holds that a clerk should know."""
    more, skipped = result["more"], result.get("skipped", {})
    lines = []
    if more.get("negative_rows"):
        text = _("%(n)s returns with negative amounts, together %(yuan)s yuan.")
        fen = shown.yuan(more["negative_fen"])
        lines.append(text % {"n": more["negative_rows"], "yuan": fen})
    if more.get("hidden_rows"):
        lines.append(_("%(n)s rows are hidden in the sheet.") % {"n": more["hidden_rows"]})
    if more["hidden_sheets"]:
        names = "、".join(more["hidden_sheets"])
        lines.append(_("Hidden sheets were read: %(names)s.") % {"names": names})
    if skipped.get("total") or skipped.get("subtotal") or more["footer_rows"]:
        text = _(
            "%(total)s totals, %(sub)s subtotals and %(foot)s footer lines were not read as rows."
        )
        found = {"total": skipped.get("total", 0), "sub": skipped.get("subtotal", 0)}
        lines.append(text % {**found, "foot": more["footer_rows"]})
    if not more["printed_total_agrees"]:
        text = _("The sheet's own total line says %(printed)s; its rows add up to %(sum)s.")
        printed, rows = more["printed_total_fen"], result["bridge"]["sheet_total_fen"]
        lines.append(text % {"printed": shown.yuan(printed), "sum": shown.yuan(rows)})
    if more["amounts_in_wan"]:
        lines.append(_("Amounts were converted from 万元 to yuan, as you confirmed."))
    return lines


def bridge(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(sign, name, yuan) of the lines of the bridge, to the fen."""
    found = result["bridge"]
    lines = [
        ("", _("sheet total"), found["sheet_total_fen"]),
        ("−", _("repeated"), found["repeated_fen"]),
        ("−", _("refused"), found["refused_fen"]),
        ("−", _("left out"), found.get("left_out_fen", 0)),
        ("+", _("amounts written as text"), found["text_amounts_fen"]),
        ("+", _("mended on the page"), found.get("mended_fen", 0)),
        ("=", _("taken"), found["accepted_fen"]),
    ]
    return [
        (sign, name, shown.yuan(fen))
        for sign, name, fen in lines
        if fen or sign in ("", "=") or name in (_("repeated"), _("refused"))
    ]


def mendings(edits: Sequence[KeptEdit]) -> list[tuple[KeptEdit, str, str]]:
    """(edit, what it did, when), newest first."""
    titles = {column.key: column.header for column in schema().columns}
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
