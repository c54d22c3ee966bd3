"""From a released figure back to the records that it was added up from, as of its place in the log.

A record counts if its entry stands before the release's log size, and is taken off if that of its
reversal does: what came later is not in the figure, and not in this list.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger.public import HistoryLine, entries_before
from niangjia.blocks.orgs.public import nodes, scope_of
from niangjia.blocks.places.public import provinces_of, region_names
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.disclosure import MODES, OTHER
from niangjia.programmes.assistance_ledger.facts import REVERSED
from niangjia.programmes.assistance_ledger.figures import TABLES
from niangjia.programmes.assistance_ledger.models import Purchase, Release
from niangjia.programmes.assistance_ledger.selectors import counted
from niangjia.programmes.assistance_ledger.selectors.board import released_fact
from niangjia.programmes.assistance_ledger.selectors.listing import COLUMNS, PER_PAGE
from niangjia.programmes.assistance_ledger.selectors.scope import visible_in

ADDED_UP = 20_000  # records of a figure; more are added up only if asked


@dataclass(frozen=True, slots=True)
class Cell:
    """Which figure of a release. table, label: as in its document, empty for the whole; mode:
    `direct`, `helped` or both."""

    table: str = ""
    label: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """n: records that count less those taken off; n_off: of these; fen."""

    n: int
    n_off: int
    fen: int


@dataclass(frozen=True, slots=True)
class Released:
    """fen, n: as released; n is None where the public does not see it (a mode alone). own: what
    of it is in the reader's scope, None where it was too much to be added up unasked.

    rows: 20, newest first, those taken off with `takes_off` and negated; fact: the log's line of
    the release; name: of the label; everything: the reader's scope holds every record.
    """

    release: Release
    cell: Cell
    name: str
    fen: int
    n: int | None
    own: Sums | None
    rows: list[dict[str, Any]]
    next: str
    fact: HistoryLine
    everything: bool


def released_get(
    actor: Actor, *, ref: str, cell: Cell, after: str = "", whole: bool = False
) -> Released:
    """A figure of a published release and its records in the reader's scope.

    Small cells that stand together have records only for who may see all. whole: add up however
    many there are. Raises NotSignedIn, Denied, NotFound (no such release or figure), Invalid
    (broken cursor).
    """
    authorise(actor, "purchases.see")
    release = Release.objects.filter(ref=ref, state="published").first()
    if release is None:
        raise NotFound(_("There is no such release."))
    document = json.loads(bytes(release.document))
    line = _line(document, cell)
    scope = scope_of(actor)
    if cell.label == OTHER and scope.kind != "all":
        raise NotFound(_("There is no such figure in this release, or it is not yours to see."))
    rows = _rows(visible_in(scope), release, cell)
    n = int(line["n"])
    own = _sums(rows) if whole or n <= ADDED_UP or scope.kind == "unit" else None
    found = _page(rows, after)
    return Released(
        release=release,
        cell=cell,
        name=_name(cell),
        fen=sum(int(line[f"{mode}_fen"]) for mode in MODES if cell.mode in ("", mode)),
        n=None if cell.mode else n,
        own=own,
        rows=found[:PER_PAGE],
        next=str(found[PER_PAGE - 1]["id"]) if len(found) > PER_PAGE else "",
        fact=released_fact(ref),
        everything=scope.kind == "all",
    )


def _line(document: Mapping[str, Any], cell: Cell) -> Mapping[str, Any]:
    """What the document says of a cell; of all if there is no table."""
    if cell.mode in ("", *MODES):
        if not cell.table and not cell.label:
            return document
        for row in document["tables"].get(cell.table, ()) if cell.table in TABLES else ():
            if row["label"] == cell.label:
                found: Mapping[str, Any] = row
                return found
    raise NotFound(_("There is no such figure in this release, or it is not yours to see."))


def _rows(rows: QuerySet[Purchase], release: Release, cell: Cell) -> QuerySet[Purchase]:
    """Records that add to a figure, `added`, or are taken off in it, as of the release."""
    labels = release.others.get(cell.table, []) if cell.label == OTHER else [cell.label]
    rows = rows.filter(assisted=True)
    if cell.mode:
        rows = rows.filter(mode=cell.mode)
    if cell.table == "month":
        here, off_here = Q(month__in=labels), Q(reversed_month__in=labels)
        return _as_of(rows, release.log_size, here, off_here)
    if cell.table:
        rows = rows.filter(_labelled(cell.table, labels))
    months = periods.parse(release.period).months
    span = months[0], months[-1]
    here, off_here = counted.in_span("month", span), counted.in_span("reversed_month", span)
    return _as_of(rows, release.log_size, here, off_here)


def _labelled(table: str, labels: list[str]) -> Q:
    found = Q(pk__in=[])
    for label in labels:
        if table in ("category", "channel"):
            found |= counted.word_is(table, label)
        else:
            found |= Q(**{f"{table}_code": label})
    return found


def _as_of(rows: QuerySet[Purchase], size: int, here: Q, off_here: Q) -> QuerySet[Purchase]:
    """here: counts in the span; off_here: was taken off in it. Both or neither adds nothing."""
    entries = entries_before(size)
    subject = Concat(Value("purchase:"), OuterRef("ref"))
    taken = entries.filter(fact__subject=subject, fact__kind=REVERSED.id)
    rows = rows.filter(Exists(entries.filter(fact__ref=OuterRef("fact_ref"))))
    added = here & ~(off_here & Q(Exists(taken)))
    off = off_here & Q(Exists(taken)) & ~here
    return rows.filter(added | off).annotate(
        sign=Case(When(here, then=Value(1)), default=Value(-1), output_field=BigIntegerField())
    )


def _sums(rows: QuerySet[Purchase]) -> Sums:
    found = rows.order_by().aggregate(
        n_=Count("id"),
        off_=Count("id", filter=Q(sign=-1)),
        fen_=Sum(F("sign") * F("amount_fen"), output_field=BigIntegerField()),
    )
    return Sums(found["n_"] - 2 * found["off_"], found["off_"], found["fen_"] or 0)


def _page(rows: QuerySet[Purchase], after: str) -> list[dict[str, Any]]:
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Invalid(
            _("This link to a page is damaged. Open the list afresh."), code="cursor_damaged"
        )
    if after:
        rows = rows.filter(id__lt=int(after))
    found = list(rows.order_by("-id").values(*COLUMNS, "sign")[: PER_PAGE + 1])
    for row in found:
        row["takes_off"] = row["sign"] < 0
        row["amount_fen"] *= row["sign"]
        row["reversed_at"] = None  # as of the release, it stood
    return found


def _name(cell: Cell) -> str:
    """The label in words; months, kinds and channels as they are."""
    if cell.label == OTHER:
        return ""
    if cell.table in ("district", "line"):
        kinds = (cell.table, f"virtual_{cell.table}")
        return dict(nodes(*kinds)).get(cell.label, cell.label)
    if cell.table == "county":
        code = cell.label
        return (
            f"{provinces_of({code}).get(code, '')} {region_names({code}).get(code, code)}".strip()
        )
    return cell.label
