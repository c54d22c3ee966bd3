"""What the wizard's page of columns shows: sheets by header, columns, what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from niangjia.blocks.intake.public import SheetLook
from niangjia.blocks.orgs.public import organisation, registered_names, scope_of
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import oddities
from niangjia.programmes.assistance_ledger.filekinds import schema_of
from niangjia.programmes.assistance_ledger.forms.imports import ColumnsForm
from niangjia.programmes.assistance_ledger.pages import shown


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
    titles = {column.key: column.header for column in schema_of(form.kind).columns}
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
        for column in schema_of(form.kind).columns
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
