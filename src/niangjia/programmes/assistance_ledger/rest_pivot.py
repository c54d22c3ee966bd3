"""JSON: the pivot, any two dimensions of the totals in the reader's scope."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.programmes.assistance_ledger.pages.pivot import name_of
from niangjia.programmes.assistance_ledger.pivoting import Numbers
from niangjia.programmes.assistance_ledger.rest import Code, Month, Ref
from niangjia.programmes.assistance_ledger.selectors.pivot import Asked, PivotFound, pivot_get
from niangjia.ui.page import actor_of
from niangjia.ui.rest import SIGNED_IN

router = Router(tags=["pivot"])
Dimension = Literal[
    "month", "district", "line", "county", "category", "channel", "mode", "assisted", "unit"
]


class PivotAsked(Schema):
    """What stands where, and what it is narrowed to; empty means all. unit: a ref."""

    rows: Dimension = "district"
    columns: Literal[
        "",
        "month",
        "district",
        "line",
        "county",
        "category",
        "channel",
        "mode",
        "assisted",
        "unit",
    ] = "month"
    measure: Literal[
        "fen",
        "n",
        "complete",
        "complete_fen",
        "confirmed",
        "households",
        "people",
        "confirmed_households",
        "confirmed_people",
    ] = "fen"
    sort: Literal["-total", "total", "-label", "label"] = "-total"
    district: Code = ""
    line: Code = ""
    county: Code = ""
    category: Code = ""
    channel: Code = ""
    mode: Literal["", "direct", "helped"] = ""
    assisted: Literal["", "0", "1"] = ""
    unit: Ref = ""
    first: Month = ""
    last: Month = ""


class Named(Schema):
    """A value of a dimension and its name."""

    label: str
    name: str


class PivotLine(Named):
    """cells: one per column, null where nothing was recorded; others: of columns not shown."""

    cells: list[list[int] | None]
    others: list[int] | None
    total: list[int]


class PivotAnswer(Schema):
    """fields: what each number of a list is (records, fen, ...). lines: 50 a page of n_lines.

    foot, others, total: over all lines, also those of other pages. log_size: entries that the
    figures reach; behind: entries that wait to be counted.
    """

    fields: list[str]
    columns: list[Named]
    n_others: int
    lines: list[PivotLine]
    n_lines: int
    foot: list[list[int]]
    others: list[int] | None
    total: list[int] | None
    log_size: int
    behind: int
    page: int
    n_pages: int


@router.get("", response={200: PivotAnswer, **SIGNED_IN}, operation_id="pivot")
def pivot(
    request: HttpRequest,
    asked: Query[PivotAsked],
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1,
) -> PivotAnswer:
    """Totals by rows and columns. Counts of people are refused to roles that may not see them."""
    found = pivot_get(actor_of(request), asked=Asked(**asked.dict()), page=page)
    pivot = found.pivot
    return PivotAnswer(
        fields=list(found.measure.fields),
        columns=[_named(found, found.asked.columns, label) for label in pivot.columns],
        n_others=pivot.n_others,
        lines=[
            PivotLine(
                **_named(found, found.asked.rows, line.label).dict(),
                cells=[_listed(cell) for cell in line.cells],
                others=_listed(line.others),
                total=list(line.total),
            )
            for line in pivot.lines
        ],
        n_lines=pivot.n_lines,
        foot=[list(numbers) for numbers in pivot.foot],
        others=_listed(pivot.others),
        total=_listed(pivot.total),
        log_size=found.size,
        behind=found.behind,
        page=found.page,
        n_pages=found.n_pages,
    )


def _named(found: PivotFound, dimension: str, label: str) -> Named:
    return Named(label=label, name=name_of(found, dimension, label))


def _listed(numbers: Numbers | None) -> list[int] | None:
    return None if numbers is None else list(numbers)
