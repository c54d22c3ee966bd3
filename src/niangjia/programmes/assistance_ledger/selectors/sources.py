"""Reads of lines of other sources: sums by state, lists, what may be the same, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models import Value as Plain
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import families_of, organisation_names, scope_of
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.accounted import left_of, limits_of, live
from niangjia.programmes.assistance_ledger.models import Purchase, SourceLine, SourceMatch
from niangjia.programmes.assistance_ledger.selectors.scope import lines_visible_to, visible_to

PAGE = 30
STATES = ("matched", "proposed", "open", "aside", "cancelled")
PLATFORMS = ("832平台",)  # channels whose purchases leave an order


@dataclass(frozen=True, slots=True)
class Sums:
    """Lines of a source by state, n and fen. cancelled: taken back, yet a record still holds."""

    source: str
    n: dict[str, int] = field(default_factory=dict)
    fen: dict[str, int] = field(default_factory=dict)

    @property
    def n_all(self) -> int:
        return sum(self.n.values())

    @property
    def fen_all(self) -> int:
        return sum(self.fen.values())


@dataclass(frozen=True, slots=True)
class UnitLines:
    """A unit with lines of other sources: how many, and how many wait for a decision."""

    unit_id: int
    name: str
    n: int
    n_open: int


@dataclass(frozen=True, slots=True)
class Matched:
    """What a line is, or may be, the same as. why: see models.SourceMatch."""

    together: str
    why: str
    score: int
    gap_fen: int
    lines: list[SourceLine]
    purchases: list[Purchase]


def with_state(lines: QuerySet[SourceLine]) -> QuerySet[Any]:
    """The lines with `state`, one of STATES; `dropped` for an order taken back that no record
    holds."""
    matched = Exists(live().filter(line=OuterRef("pk")))
    proposed = Exists(SourceMatch.objects.filter(line=OuterRef("pk"), verdict="proposed"))
    state = Case(
        When(Q(cancelled=True) & matched, then=Plain("cancelled")),
        When(cancelled=True, then=Plain("dropped")),
        When(matched, then=Plain("matched")),
        When(~Q(aside=""), then=Plain("aside")),
        When(proposed, then=Plain("proposed")),
        default=Plain("open"),
        output_field=CharField(),
    )
    return lines.annotate(state=state)


def _of_unit(actor: Actor, unit_id: int | None) -> QuerySet[SourceLine]:
    rows = lines_visible_to(authorise(actor, "sources.see"))
    return rows.filter(unit_id__in=families_of([unit_id])[unit_id]) if unit_id else rows


def own_unit(actor: Actor) -> int | None:
    """The unit of who sees one alone; None for offices."""
    scope = scope_of(authorise(actor, "sources.see"))
    return scope.id if scope.kind == "unit" else None


def source_sums(actor: Actor, *, unit_id: int | None = None) -> list[Sums]:
    """For orders and for payments: lines by state."""
    found = {source: Sums(source) for source in ("order", "payment")}
    rows = with_state(_of_unit(actor, unit_id)).values_list("source", "state")
    for source, state, n, fen in rows.annotate(n=Count("id"), fen=Sum("amount_fen")):
        if state in STATES:
            found[source].n[state], found[source].fen[state] = n, fen
    return list(found.values())


def units_with_lines(actor: Actor) -> list[UnitLines]:
    """Units in the actor's scope that brought lines, those with most open first; 200 at most."""
    found = with_state(_of_unit(actor, None))
    found = found.annotate(head=Coalesce("unit__succeeded_by_id", "unit_id"))
    rows = found.values_list("head")
    waiting = Count("id", filter=Q(state__in=("open", "proposed", "cancelled")))
    listed = list(rows.annotate(n=Count("id"), waiting=waiting).order_by("-waiting", "head")[:200])
    names = organisation_names(row[0] for row in listed)
    return [UnitLines(pk, names[pk], n, n_open) for pk, n, n_open in listed]


def lines_page(
    actor: Actor, *, unit_id: int | None, source: str, state: str, text: str = "", after: int = 0
) -> tuple[list[SourceLine], int]:
    """(30 lines in the order they came, cursor of the next page; 0 on the last). text: each of its
    words in number, name or goods."""
    rows = with_state(_of_unit(actor, unit_id)).filter(state=state, id__gt=after)
    if source:
        rows = rows.filter(source=source)
    rows = rows.filter(_with_words(text))
    found = list(rows.select_related("unit").order_by("id")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0


def _with_words(text: str) -> Q:
    found = Q()
    for word in text.split():
        found &= Q(number__icontains=word) | Q(party__icontains=word) | Q(text__icontains=word)
    return found


def lines_found(actor: Actor, *, text: str, limit: int) -> list[Any]:
    """The actor's own unit's lines with every word in number, name or goods, newest first, each
    with its `state`; offices, who see a city's, look for them by unit."""
    unit_id = own_unit(actor)
    if unit_id is None:
        return []
    rows = with_state(_of_unit(actor, unit_id)).filter(_with_words(text), state__in=STATES)
    return list(rows.order_by("-id")[:limit])


def matches_of(line_ids: Sequence[int], verdict: str) -> dict[int, list[Matched]]:
    """By line: what it was found to be, or may be, the likeliest first."""
    standing = live() if verdict == "same" else SourceMatch.objects.filter(verdict=verdict)
    mine = standing.filter(line_id__in=list(line_ids))
    togethers = set(mine.values_list("together", flat=True))
    rows = SourceMatch.objects.filter(together__in=togethers, verdict=verdict)
    rows = rows.select_related("line", "purchase__supplier", "purchase__unit")
    groups: dict[str, Matched] = {}
    for row in rows.order_by("-score", "id"):
        one = groups.setdefault(
            row.together, Matched(row.together, row.why, row.score, row.gap_fen, [], [])
        )
        if row.line not in one.lines:
            one.lines.append(row.line)
        if row.purchase not in one.purchases:
            one.purchases.append(row.purchase)
    found: dict[int, list[Matched]] = {}
    for one in groups.values():
        for line in one.lines:
            found.setdefault(line.id, []).append(one)
    return found


def sources_of(purchase: Purchase) -> list[SourceMatch]:
    """Where else a record was found, orders first."""
    rows = SourceMatch.objects.filter(purchase=purchase, verdict="same").select_related("line")
    return list(rows.order_by("line__source", "line__occurred_on", "id"))


def line_get(actor: Actor, *, ref: str) -> SourceLine:
    """One line with its state. Raises NotFound."""
    rows = with_state(_of_unit(actor, None)).filter(ref=ref).select_related("unit")
    found: SourceLine | None = rows.first()
    if found is None:
        raise NotFound(_("There is no such line, or it is not yours to see."))
    return found


def lines_get(actor: Actor, *, refs: Sequence[str]) -> list[SourceLine]:
    """Lines with their state, in the order they came; those out of sight are left out."""
    rows = with_state(_of_unit(actor, None)).filter(ref__in=list(refs)[:200])
    return list(rows.select_related("unit").order_by("id"))


def records_without(
    actor: Actor, *, unit_id: int | None, source: str, after: int = 0
) -> tuple[list[Purchase], int]:
    """(30 records in force that no line of the source accounts for, next cursor): within the days
    that files of the source reach; for orders those bought on a platform that keeps them."""
    lines = _of_unit(actor, unit_id).filter(source=source)
    days = lines.aggregate(first=Min("occurred_on"), last=Max("occurred_on"))
    if days["first"] is None:
        return [], 0
    rows = visible_to(actor).filter(
        reversed_at__isnull=True, occurred_on__range=(days["first"], days["last"]), id__gt=after
    )
    rows = (
        rows.filter(unit_id__in=families_of([unit_id])[unit_id])
        if unit_id
        else rows.filter(unit_id__in=lines.values("unit_id"))
    )
    if source == "order":
        rows = rows.filter(channel__in=PLATFORMS)
    rows = rows.filter(~Exists(live().filter(purchase=OuterRef("pk"), line__source=source)))
    found = list(rows.select_related("unit", "supplier").order_by("id")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0


def candidates(actor: Actor, *, line: SourceLine, text: str = "") -> list[Purchase]:
    """Records of the line's unit that a person may choose for it: 30, nearest in amount first.

    A record of which a part was found is there for the rest. text: in product, supplier, invoice
    or contract number.
    """
    units = families_of([line.unit_id])[line.unit_id]
    rows = visible_to(actor).filter(unit_id__in=units, reversed_at__isnull=True)
    if text:
        rows = rows.filter(
            Q(product__icontains=text)
            | Q(supplier__name__icontains=text)
            | Q(invoice_no__startswith=text)
            | Q(contract_no__icontains=text)
        )
    found = live().filter(purchase=OuterRef("pk"), line__source=line.source).order_by()
    sums = found.values("purchase").annotate(covered=Sum("fen")).values("covered")
    rows = rows.exclude(
        amount_fen=Coalesce(Subquery(sums), 0)
    )  # so that whole ones do not fill the list
    latest = rows.select_related("supplier").order_by("-occurred_on", "-id")[:500]
    fen = {one.pk: one.amount_fen for one in latest}
    left = left_of(fen, line.source, limits_of(line.source))
    listed = [one for one in latest if one.pk in left]
    listed.sort(key=lambda one: (abs(left[one.pk] - line.amount_fen), one.id))
    return listed[:PAGE]
