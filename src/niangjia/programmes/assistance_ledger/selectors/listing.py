"""The list of records: filtered, sorted, counted and summed; its cost does not grow with the city.

The index proposes ids; `visible_to` and the filters in SQL alone say which rows are read.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.public import (
    Wanted,
    far_behind,
    in_ids,
    matched,
    proposed,
    walk,
    wanted_of,
)
from niangjia.blocks.orgs.public import OrgRef, organisation_with, scope_of
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors import counted, traced
from niangjia.programmes.assistance_ledger.selectors.scope import visible_in, visible_to
from niangjia.programmes.assistance_ledger.selectors.wanted import (
    INDEX,
    day_clauses,
    filter_clauses,
    scope_clauses,
    text_clauses,
)

PER_PAGE = 20
COUNT_LIMIT = 1000
SORTED_AT_ONCE = 2_000  # up to so many are read and sorted; more are met along the sorted index
STEP = 500
PROPOSED_LISTS = 5  # of what the index proposes: up to 9,536 records
SPARE = 3  # asked for beyond what a page needs, as some may be out of force
FEN = F("amount_fen")
SIGNING = ("amount_fen", "month", "reversed_month")
MANY_KEPT_S = 60  # that a list has more than 1,000 records stays true for a while
# Sort keys that an index serves; `-` in front turns the order.
SORTS = {"recorded": "id", "day": "occurred_on", "amount": "amount_fen"}
_REF = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty means all.

    text: words, initials, numbers; unit, supplier, upload: refs; evidence: `missing`, `complete`,
    or a kind of evidence that is missing. assisted: `1` or `0`. state `counted`: what counts in the
    months from `from_month` to `to_month` (`2020-03`), as totals do. product: its whole name;
    invoice: its number, with the code in front where it has one; file: SHA-256 of evidence; record:
    the ref of one record, with what it corrects and what corrects it; household: the ref of an
    entry of a roster.
    """

    text: str = ""
    district: str = ""
    county: str = ""
    channel: str = ""
    mode: str = ""
    category: str = ""
    flag: str = ""
    unit: str = ""
    supplier: str = ""
    upload: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    state: str = "in_force"
    evidence: str = ""
    line: str = ""
    assisted: str = ""
    from_month: str = ""
    to_month: str = ""
    product: str = ""
    invoice: str = ""
    file: str = ""
    record: str = ""
    household: str = ""

    @property
    def span(self) -> counted.Span:
        return self.from_month, self.to_month


@dataclass(frozen=True, slots=True)
class RecordPage:
    """rows: dicts ready for a template, those that the months take off with `takes_off` and negated
    amounts; next: cursor of the page that follows, or empty.

    n, total_fen: matching records and their amounts, up to 1,000; n_more: there are more than that.
    names: of the unit and the supplier that the list is narrowed to.
    """

    rows: list[dict[str, Any]]
    next: str
    n: int
    n_more: bool
    total_fen: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


COLUMNS = (
    "id",
    "ref",
    "occurred_on",
    "product",
    "spec",
    "category",
    "channel",
    "mode",
    "county_code",
    "amount_fen",
    "flags",
    "missing",
    "unit__name",
    "supplier__name",
    "reversed_at",
    "reversed_month",
    "month",
)


@dataclass(frozen=True, slots=True)
class _Order:
    """column: an indexed one; down: largest or newest first."""

    column: str
    down: bool

    @property
    def names(self) -> list[str]:
        sign = "-" if self.down else ""
        return [f"{sign}{name}" for name in dict.fromkeys((self.column, "id"))]

    def cursor(self, row: dict[str, Any]) -> str:
        return f"{row[self.column]}~{row['id']}"

    def beyond(self, after: str) -> tuple[Q, int | None]:
        """(what comes after a cursor, its id). Raises Invalid if it is damaged."""
        if not after:
            return Q(), None
        value, _mark, pk = after.partition("~")
        side = "lt" if self.down else "gt"
        try:
            is_day = self.column == "occurred_on"
            at: object = dt.date.fromisoformat(value) if is_day else int(value)
            if self.column == "id":
                return Q(**{f"id__{side}": int(pk)}), int(pk)
            same = Q(**{self.column: at, f"id__{side}": int(pk)})
            return Q(**{f"{self.column}__{side}": at}) | same, int(pk)
        except ValueError as error:
            raise Invalid(
                _("This link to a page is damaged. Open the list afresh."), code="cursor_damaged"
            ) from error


@dataclass(frozen=True, slots=True)
class _Asked:
    """rows: all that the actor may see and the filters let through; wanted: the same as tokens.

    Without tokens the rows' own indexes are good enough. fen: what each adds to the sum; where
    reversed records stand beside what took their place, these add nothing.
    """

    rows: QuerySet[Purchase]
    wanted: Wanted = ()
    names: Mapping[str, str] = field(default_factory=dict)
    fen: F | Case = FEN


def _order(sort: str) -> _Order:
    name = sort.lstrip("-")
    if name not in SORTS:
        raise Invalid(_("The list cannot be sorted by this."), code="sort_unknown")
    return _Order(SORTS[name], sort.startswith("-"))


def purchases_page(
    actor: Actor, *, filters: Filters, sort: str = "-recorded", after: str = ""
) -> RecordPage:
    """One page of 20, by key: its cost does not depend on how many records there are.

    Raises NotSignedIn, Denied, Invalid (unknown sort, broken cursor).
    """
    authorise(actor, "purchases.see")
    asked, order = _ask(actor, filters), _order(sort)
    found = _rows(asked, order, after, PER_PAGE + 1, COLUMNS)
    n, total = _counted_lately(asked, actor, filters)
    more = len(found) > PER_PAGE
    found = found[:PER_PAGE]
    cursor = order.cursor(found[-1]) if more else ""
    found = signed(found, filters)
    return RecordPage(found, cursor, min(n, COUNT_LIMIT), n > COUNT_LIMIT, total, asked.names)


def purchases_total(actor: Actor, *, filters: Filters) -> tuple[int, int]:
    """(how many match, their amount in fen), exact; takes time with their number.

    Raises NotSignedIn, Denied.
    """
    authorise(actor, "purchases.see")
    asked = _ask(actor, filters)
    sums = [_summed(rows, asked.fen) for rows in _parts(asked)]
    return sum(n for n, _fen in sums), sum(fen for _n, fen in sums)


def purchases_parts(actor: Actor, *, filters: Filters) -> Iterator[QuerySet[Purchase]]:
    """All that match, unordered, as queries that share no record: one, or as the index proposes.

    Raises NotSignedIn, Denied.
    """
    authorise(actor, "purchases.see")
    yield from _parts(_ask(actor, filters))


def _parts(asked: _Asked) -> Iterator[QuerySet[Purchase]]:
    if not asked.wanted:
        yield asked.rows.order_by()
        return
    for ids in walk(INDEX, asked.wanted):
        yield asked.rows.filter(pk__in=in_ids(ids)).order_by()


def purchases_each(
    actor: Actor, *, filters: Filters, sort: str, columns: Sequence[str]
) -> Iterator[list[dict[str, Any]]]:
    """All that match, in lists of at most 500; columns: names of Purchase, `unit__name` too.

    Raises NotSignedIn, Denied, Invalid.
    """
    authorise(actor, "purchases.see")
    asked, order, after = _ask(actor, filters), _order(sort), ""
    months = SIGNING if filters.state == "counted" else ()
    names = tuple(dict.fromkeys(("id", order.column, *columns, *months)))
    while found := _rows(asked, order, after, STEP, names):
        after = order.cursor(found[-1])
        yield signed(found, filters)


def products_like(actor: Actor, *, text: str) -> list[str]:
    """Names of products that contain the text, met among the newest records that the index proposes
    for it: not every name where very many match. Raises NotSignedIn, Denied."""
    authorise(actor, "purchases.see")
    scope = scope_of(actor)
    words, fixed = text_clauses(text), scope_clauses(scope)
    found: dict[str, None] = {}
    for turn, ids in enumerate(
        walk(INDEX, (*words, *fixed)) if words and fixed is not None else ()
    ):
        rows = visible_in(scope).filter(pk__in=in_ids(ids), product__icontains=text).order_by()
        found |= dict.fromkeys(rows.values_list("product", flat=True).distinct()[:STEP])
        if turn + 1 == PROPOSED_LISTS:
            break
    return list(found)


def purchases_chosen(
    actor: Actor, *, refs: Sequence[str], columns: Sequence[str]
) -> list[dict[str, Any]]:
    """Those of the refs that the actor may see, in the order given. Raises NotSignedIn, Denied."""
    authorise(actor, "purchases.see")
    rows = visible_to(actor).filter(ref__in=list(refs)).values("ref", *columns)
    by_ref = {row["ref"]: row for row in rows}
    return [by_ref[ref] for ref in dict.fromkeys(refs) if ref in by_ref]


def _ask(actor: Actor, filters: Filters) -> _Asked:
    scope = scope_of(actor)
    rows = visible_in(scope)
    if _REF.fullmatch(filters.text):
        return _Asked(_narrowed(rows.filter(ref=filters.text), filters, {}))
    words, fixed = text_clauses(filters.text), scope_clauses(scope)
    named = traced.narrowed(actor, rows, filters)
    organisations = _organisations(filters)
    if words is None or fixed is None or organisations is None:
        return _Asked(rows.none())
    ids = {name: members for name, (_head, members) in organisations.items()}
    names = {name: head.name for name, (head, _members) in organisations.items()}
    rows = _narrowed(rows if named is None else named, filters, ids)
    equal: dict[str, str | tuple[int, ...]] = {name: getattr(filters, name) for name in _EQUAL}
    narrow = (
        *words,
        *(wanted_of(filters.product)),
        *filter_clauses({**equal, **ids}, reversed_only=filters.state == "reversed"),
        *day_clauses(filters.first, filters.last, clock.city_today()),
    )
    fen = _fen(filters)
    if named is not None or (filters.state == "counted" and not words):
        return _Asked(rows, (), names, fen)  # an index of the records themselves leads to them
    if not narrow and scope.kind != "beneath":
        return _Asked(rows, (), names, fen)
    if not words and far_behind():
        return _Asked(rows, (), names, fen)
    return _Asked(rows, (*narrow, *fixed), names, fen)


def _fen(filters: Filters) -> F | Case:
    if filters.state == "counted":
        return counted.signed_fen(filters.span)
    if filters.state == "all":
        in_force = When(reversed_at__isnull=True, then=FEN)
        return Case(in_force, default=Value(0), output_field=BigIntegerField())
    return FEN


def signed(rows: list[dict[str, Any]], filters: Filters) -> list[dict[str, Any]]:
    """The rows; where the list is of what counts in some months, what they take off negated.

    rows: with amount_fen and, for such a list, SIGNING.
    """
    if filters.state != "counted":
        return rows
    first, last = filters.span
    for row in rows:
        row["takes_off"] = bool(row["reversed_month"]) and not (
            first <= row["month"] and (not last or row["month"] <= last)
        )
        row["amount_fen"] *= -1 if row["takes_off"] else 1
    return rows


_EQUAL = ("district", "county", "channel", "mode", "category", "flag", "upload")
_SQL = {
    "district": "district_code",
    "line": "line_code",
    "county": "county_code",
    "channel": "channel",
    "mode": "mode",
    "category": "category",
    "upload": "upload_ref",
    "product": "product",
}


def _organisations(filters: Filters) -> dict[str, tuple[OrgRef, tuple[int, ...]]] | None:
    """Unit and supplier that the list is narrowed to, with ids of all merged into them; None if one
    of them is not there."""
    found: dict[str, tuple[OrgRef, tuple[int, ...]]] = {}
    for name, category in (("unit", "buyer"), ("supplier", "supplier")):
        ref = getattr(filters, name)
        if ref:
            one = organisation_with(ref, category=category)
            if one is None:
                return None
            found[name] = one
    return found


def _narrowed(
    rows: QuerySet[Purchase], filters: Filters, organisations: dict[str, tuple[int, ...]]
) -> QuerySet[Purchase]:
    """rows that match every filter given but the text."""
    equal = {column: getattr(filters, name) for name, column in _SQL.items()}
    words = {"assisted": filters.assisted}
    if filters.state == "counted":
        words |= {name: str(equal.pop(_SQL[name])) for name in ("category", "channel")}
    rows = counted.narrowed(rows, words)
    rows = rows.filter(**{column: value for column, value in equal.items() if value})
    rows = rows.filter(**{f"{name}_id__in": ids for name, ids in organisations.items()})
    if filters.flag:
        rows = rows.exclude(flags="").filter(flags__contains=filters.flag)
    rows = _with_evidence(rows, filters.evidence)
    if filters.first:
        rows = rows.filter(occurred_on__gte=filters.first)
    if filters.last:
        rows = rows.filter(occurred_on__lte=filters.last)
    if filters.state == "in_force":
        rows = rows.filter(reversed_at__isnull=True)
    elif filters.state == "reversed":
        rows = rows.filter(reversed_at__isnull=False)
    elif filters.state == "counted":
        rows = rows.filter(counted.counts(filters.span))
    return rows


def _with_evidence(rows: QuerySet[Purchase], wanted: str) -> QuerySet[Purchase]:
    """Those that have all the evidence they need, or lack some, or lack this kind."""
    if wanted == "complete":
        return rows.filter(missing="")
    if wanted:
        rows = rows.exclude(missing="")  # in so many words: only then is the index used
    return rows.filter(missing__contains=wanted) if wanted not in ("", "missing") else rows


def _rows(
    asked: _Asked, order: _Order, after: str, need: int, columns: Sequence[str]
) -> list[dict[str, Any]]:
    """The next `need` rows after a cursor."""
    beyond, pk = order.beyond(after)
    if not asked.wanted:
        return list(asked.rows.filter(beyond).order_by(*order.names).values(*columns)[:need])
    if order.column == "id":
        return _by_age(asked, order, pk, need, columns)
    ids = proposed(INDEX, asked.wanted, limit=SORTED_AT_ONCE + 1)
    if len(ids) > SORTED_AT_ONCE:
        return _along(asked, order, beyond, need, columns)
    keys = asked.rows.filter(beyond, pk__in=in_ids(ids)).order_by()
    first = sorted(keys.values_list(order.column, "id"), reverse=order.down)[:need]
    return _fetched(asked, [pk for _value, pk in first], columns)


def _fetched(asked: _Asked, ids: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the ids that may be seen, in the order given.

    Sorted here: asked to sort, the database may walk a whole index rather than look up a few rows.
    """
    names = dict.fromkeys(("id", *columns))
    rows = {
        row["id"]: row for row in asked.rows.filter(pk__in=in_ids(ids)).order_by().values(*names)
    }
    return [rows[pk] for pk in ids if pk in rows]


def _by_age(
    asked: _Asked, order: _Order, pk: int | None, need: int, columns: Sequence[str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for ids in walk(INDEX, asked.wanted, beyond=pk, oldest=not order.down, first=need + SPARE):
        rows = asked.rows.filter(pk__in=in_ids(ids)).order_by(*order.names).values(*columns)
        found += rows[: need - len(found)]
        if len(found) >= need:
            break
    return found


def _along(
    asked: _Asked, order: _Order, beyond: Q, need: int, columns: Sequence[str]
) -> list[dict[str, Any]]:
    """Where very many match: along the sorted index, past what is not among them.

    `id + 0` keeps the database from looking all of them up and sorting them afterwards.
    """
    found: list[dict[str, Any]] = []
    step = need * 2
    among = Purchase.objects.annotate(place=F("id") + 0).filter(
        place__in=matched(INDEX, asked.wanted)
    )
    while len(found) < need:
        rows = among.filter(beyond).order_by(*order.names)
        met = list(rows.values(order.column, "id")[:step])
        found += _fetched(asked, [row["id"] for row in met], columns)[: need - len(found)]
        if len(met) < step:
            break
        beyond, _pk = order.beyond(order.cursor(met[-1]))
    return found


def _counted_lately(asked: _Asked, actor: Actor, filters: Filters) -> tuple[int, int]:
    """The same, without counting again for a minute where there are more than 1,000."""
    asked_by = repr((actor.system, actor.role, actor.organisation_id, filters))
    key = f"ledger:many:{sha256(asked_by.encode()).hexdigest()}"
    if cache.get(key):
        return COUNT_LIMIT + 1, 0
    n, total = _counted(asked)
    if n > COUNT_LIMIT:
        cache.set(key, True, MANY_KEPT_S)
    return n, total


def _counted(asked: _Asked) -> tuple[int, int]:
    """(how many match, their amount in fen); ends beyond 1,000."""
    if not asked.wanted:
        return _summed(asked.rows.order_by()[: COUNT_LIMIT + 1], asked.fen)
    n, total, last = 0, 0, None
    while n <= COUNT_LIMIT:
        ids = proposed(INDEX, asked.wanted, beyond=last, limit=COUNT_LIMIT + 1)
        if not ids:
            break
        more, fen = _summed(asked.rows.filter(pk__in=in_ids(ids)).order_by(), asked.fen)
        n, total, last = n + more, total + fen, ids[-1]
        if len(ids) <= COUNT_LIMIT:
            break
    return n, total


def _summed(rows: QuerySet[Purchase], fen: F | Case) -> tuple[int, int]:
    found = rows.aggregate(n=Count("id"), fen=Sum(fen))
    return found["n"], found["fen"] or 0
