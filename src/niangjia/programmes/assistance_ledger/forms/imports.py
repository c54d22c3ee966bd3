"""What the import wizard's pages send: a file, how it is read, what is mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from niangjia.blocks.intake.public import Bad, Choices, SheetLook, SheetRow, cell_text, reader_for
from niangjia.core.errors import Invalid
from niangjia.programmes.assistance_ledger.filekinds import schema_of

LONGEST_TEXT = 1_000
SCALE_NAMES = ("yes", "no")


def posted_version(data: QueryDict) -> int:
    """The version that the page was made from; -1 (never in force) if it names none."""
    text = data.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def text_of(data: QueryDict, name: str) -> str:
    """A typed text without blanks around it, at most 1,000 characters."""
    return data.get(name, "").replace("\0", "").strip()[:LONGEST_TEXT]


def row_of(data: QueryDict) -> tuple[str, int]:
    """The sheet and row that the page names. Raises Invalid."""
    number = data.get("row", "")
    if not (number.isascii() and number.isdigit() and len(number) < 8):
        raise Invalid(_("There is no such row in this file."))
    return data.get("sheet", "").replace("\0", "")[:200], int(number)


def cell_problem(kind: str, key: str, text: str, row_no: int) -> str:
    """Why a typed text cannot stand in a column of a kind of file, empty if it can. Amounts are
    typed in yuan."""
    column = next((one for one in schema_of(kind).columns if one.key == key), None)
    if column is None or column.personal or column.kind == "ignored":
        return _("This column cannot be mended on the page. Mend it in the workbook.")
    row = SheetRow("", row_no, {}, [])
    try:
        value = reader_for(column, False)(text, row) if text else None
    except Bad as bad:
        return cell_text(bad.code, row=row_no, column=column.header, shown=text, **bad.params)
    if value is None and column.required:
        return cell_text("required_cell_empty", row=row_no, column=column.header, shown="")
    return ""


@dataclass(slots=True)
class ColumnsForm:
    """How the file is to be read, as sent or as first shown. errors: text per sheet's name.

    keys: signature -> key per position; fixed: sheet -> key -> text; wan: sheet -> yes, no or
    empty; read: names of sheets to be read.
    """

    looks: Sequence[SheetLook]
    kind: str
    keys: dict[str, list[str]] = field(default_factory=dict)
    fixed: dict[str, dict[str, str]] = field(default_factory=dict)
    wan: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    header_rows: dict[str, int] = field(default_factory=dict)
    hidden_rows: bool = True
    errors: dict[str, list[str]] = field(default_factory=dict)

    def choices(self) -> Choices:
        """The choices as they are kept."""
        sheets = [one for one in self.looks if one.name in self.read and one.signature]
        return Choices(
            columns={one.signature: tuple(self.keys[one.signature]) for one in sheets},
            fixed={name: one for name, one in self.fixed.items() if one and name in self.read},
            header_rows=self.header_rows,
            left_out=frozenset(one.name for one in self.looks if one.name not in self.read),
            wan={one.name: self.wan.get(one.name) == "yes" for one in sheets if one.wan},
            hidden_rows=self.hidden_rows,
        )

    def is_valid(self) -> bool:
        """Whether a check can begin; `errors` say what is missing."""
        self.errors = {}
        for one in self.looks:
            if one.name in self.read and one.signature:
                self._check(one)
        if not any(one.signature and one.name in self.read for one in self.looks):
            self._say("", _("No sheet is chosen to be read. Choose at least one with a header."))
        return not self.errors

    def _check(self, look: SheetLook) -> None:
        keys = [key for key in self.keys[look.signature] if key]
        columns = {column.key: column for column in schema_of(self.kind).columns}
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            names = "、".join(sorted(columns[key].header for key in twice))
            self._say(
                look.name, _("Two columns are read as %(names)s. Choose one.") % {"names": names}
            )
        missing = self.missing(look)
        if missing:
            names = "、".join(column.header for column in missing)
            text = _(
                "Needed and not found: %(names)s. Choose a column, or fill in one value for all."
            )
            self._say(look.name, text % {"names": names})
        for key, text in self.fixed.get(look.name, {}).items():
            problem = cell_problem(self.kind, key, text, look.header_row + 1) if text else ""
            if problem:
                self._say(look.name, problem)
        if look.wan and self.wan.get(look.name) not in SCALE_NAMES:
            self._say(look.name, _("Please say whether the amounts are in 万元."))

    def missing(self, look: SheetLook) -> list[Any]:
        """Required columns that a sheet has neither a column nor a fixed value for."""
        keys, fixed = self.keys.get(look.signature, []), self.fixed.get(look.name, {})
        return [
            column
            for column in schema_of(self.kind).columns
            if column.required and column.key not in keys and not fixed.get(column.key)
        ]

    def _say(self, sheet: str, text: str) -> None:
        self.errors.setdefault(sheet, []).append(text)


def columns_first(
    looks: Sequence[SheetLook],
    choices: Choices,
    *,
    kind: str,
    suggested: Mapping[str, Mapping[str, str]],
) -> ColumnsForm:
    """The form as it is first shown: what was chosen, else what was found.

    suggested: sheet -> key -> text, for columns that are missing.
    """
    form = ColumnsForm(looks, kind, header_rows=dict(choices.header_rows))
    form.hidden_rows = choices.hidden_rows
    for one in looks:
        form.keys[one.signature] = list(choices.columns.get(one.signature, one.keys))
        if one.name not in choices.left_out and one.signature:
            form.read.add(one.name)
        if one.name in choices.wan:
            form.wan[one.name] = "yes" if choices.wan[one.name] else "no"
        form.fixed[one.name] = dict(choices.fixed.get(one.name, suggested.get(one.name, {})))
    return form


def columns_sent(
    looks: Sequence[SheetLook], choices: Choices, data: QueryDict, *, kind: str
) -> ColumnsForm:
    """The form as it was sent. Fields: `read-<sheet>`, `wan-<sheet>`, `fixed-<sheet>-<key>` by the
    sheet's place, `col-<signature>-<position>`, `hidden_rows`."""
    known = {column.key for column in schema_of(kind).columns}
    form = ColumnsForm(looks, kind, header_rows=dict(choices.header_rows))
    form.hidden_rows = data.get("hidden_rows", "take") == "take"
    for place, one in enumerate(looks):
        form.keys[one.signature] = [
            key if (key := data.get(f"col-{one.signature}-{at}", "")) in known else ""
            for at in range(len(one.header))
        ]
        if f"read-{place}" in data and one.signature:
            form.read.add(one.name)
        form.wan[one.name] = data.get(f"wan-{place}", "")
        form.fixed[one.name] = {
            key: text
            for key in sorted(known - set(form.keys[one.signature]))
            if (text := text_of(data, f"fixed-{place}-{key}"))
        }
    return form


def header_rows_sent(looks: Sequence[SheetLook], data: QueryDict) -> dict[str, int]:
    """Rows that the clerk pointed at as headers: `header-<sheet's place>`."""
    found = {}
    for place, one in enumerate(looks):
        number = data.get(f"header-{place}", "")
        if number.isascii() and number.isdigit() and len(number) < 8:
            found[one.name] = int(number)
    return found
