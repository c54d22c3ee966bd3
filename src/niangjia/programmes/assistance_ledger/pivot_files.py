"""The pivot taken away: a table with all rows and columns, and a paper that can be verified.

A paper's figures are those of its moment: they are counted again from the records that were in
force then, whoever asks, in the scope of who printed it.
"""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from django.core.cache import cache
from django.http import QueryDict
from django.utils.translation import gettext as _

from niangjia.blocks.desk.public import Cell, Rows
from niangjia.blocks.orgs.public import Scope, scope_of
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid
from niangjia.programmes.assistance_ledger.forms.pivot import asked_of
from niangjia.programmes.assistance_ledger.pages import pivot as parts
from niangjia.programmes.assistance_ledger.pivoting import Numbers
from niangjia.programmes.assistance_ledger.selectors.exported import yuan
from niangjia.programmes.assistance_ledger.selectors.pivot import (
    Asked,
    PivotFound,
    pivot_get,
    totals_at,
)

MOST_ROWS, MOST_COLUMNS, MOST_PRINTED = 100_000, 200, 500
KEPT_S = 300
LABELLED = "~"  # after the question, in the first row's ref, before its label


def params_of(data: Mapping[str, str]) -> dict[str, str]:
    """What an export is asked with. data: `query`, `format`."""
    suffix = "csv" if data.get("format") == "csv" else "xlsx"
    return {"format": suffix, "query": data.get("query", "")[:2000]}


def asked_in(params: Mapping[str, object]) -> Asked:
    return parts.whole(asked_of(QueryDict(str(params.get("query", "")))))


def pivot_rows(actor: Actor, params: Mapping[str, object]) -> Rows:
    """All rows and columns, exact. params: query. Raises NotSignedIn, Denied, Invalid."""
    found = pivot_get(actor, asked=asked_in(params), per_page=MOST_ROWS, most_columns=MOST_COLUMNS)
    made = parts.table(found, linked=False)
    header = tuple(column.title for column in made.columns)
    widths = (36, *[16] * (len(header) - 1))
    return Rows(_("Pivot"), header, widths, _lines(found))


def _lines(found: PivotFound) -> Iterator[tuple[Cell, ...]]:
    pivot = found.pivot
    for line in pivot.lines:
        others = [_cell(line.others, found)] if pivot.n_others else []
        cells = [_cell(one, found) for one in line.cells]
        name = parts.name_of(found, found.asked.rows, line.label)
        yield (name, *cells, *others, _cell(line.total, found), parts.share(line.total, found))
    if pivot.total is not None:
        others = [_cell(pivot.others, found)] if pivot.n_others else []
        cells = [_cell(one, found) for one in pivot.foot]
        total = _cell(pivot.total, found), parts.share(pivot.total, found)
        yield (_("Total"), *cells, *others, *total)


def _cell(numbers: Numbers | None, found: PivotFound) -> Cell:
    """Empty where nothing was recorded."""
    measure = found.measure
    if numbers is None:
        return None
    if measure.of is not None:
        return parts.value(numbers, found)
    number = numbers[measure.at]
    return yuan(number) if measure.fields[measure.at] == "fen" else number


def printed_rows(actor: Actor, found: PivotFound, at: dt.datetime) -> list[tuple[str, int]]:
    """(ref, fen) of each row printed; the first ref also says what was asked, by whom, when.

    Raises Invalid if there are more than 500 rows.
    """
    if found.n_pages > 1:
        raise Invalid(
            _("More than 500 rows. Narrow the table, or export it."), code="too_many_rows"
        )
    asked = {"scope": asdict(scope_of(actor)), "asked": asdict(found.asked), "at": at.isoformat()}
    question = base64.urlsafe_b64encode(json.dumps(asked).encode()).decode()
    rows = [(_safe(line.label), line.total[1]) for line in found.pivot.lines]
    return [(f"{question}{LABELLED}{rows[0][0]}", rows[0][1]), *rows[1:]]


def _safe(label: str) -> str:
    return base64.urlsafe_b64encode(label.encode()).decode() or "-"


def printed_now(refs: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """The same rows counted again as of the moment of printing, kept for some minutes."""
    key = f"pivot:printed:{hashlib.sha256(' '.join(refs).encode()).hexdigest()}"
    found: dict[str, tuple[int, bool]] | None = cache.get(key)
    if found is None:
        found = _counted_again(refs)
        cache.set(key, found, KEPT_S)
    return found


def _counted_again(refs: Sequence[str]) -> dict[str, tuple[int, bool]]:
    question, _mark, first = refs[0].partition(LABELLED)
    told = json.loads(base64.urlsafe_b64decode(question))
    scope = Scope(**{**told["scope"], "ids": tuple(told["scope"]["ids"])})
    at = dt.datetime.fromisoformat(told["at"])
    totals = {_safe(label): n for label, n in totals_at(scope, Asked(**told["asked"]), at).items()}
    named = {refs[0]: first, **{ref: ref for ref in refs[1:]}}
    return {ref: (totals[label][1], True) for ref, label in named.items() if label in totals}
