"""Lines of other sources: kept, found among the records, decided by a person where unsure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import upload_hashes
from niangjia.blocks.orgs.public import Scope, families_of, heads_of, scope_of
from niangjia.core.db.bulk import insert_rows
from niangjia.core.db.held import hold
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, FactKind
from niangjia.core.service import FACT, NOTHING, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import matching
from niangjia.programmes.assistance_ledger.accounted import left_of, limits_of, live
from niangjia.programmes.assistance_ledger.facts import MATCHED, PARTED
from niangjia.programmes.assistance_ledger.looking import look_for
from niangjia.programmes.assistance_ledger.models import Purchase, SourceLine, SourceMatch
from niangjia.programmes.assistance_ledger.selectors.scope import lines_visible_to, visible_to
from niangjia.programmes.assistance_ledger.services.taking import BATCH, reason_of
from niangjia.programmes.assistance_ledger.types import SourceIn

PROPOSED, SAME, OTHER = "proposed", "same", "other"
COLUMNS = (
    "ref",
    "source",
    "key",
    "unit_id",
    "number",
    "occurred_on",
    "amount_fen",
    "party",
    "party_uscc",
    "text",
    "spec",
    "measure",
    "quantity_milli",
    "price_milli",
    "category",
    "county_code",
    "channel",
    "invoice_no",
    "cancelled",
    "sheet",
    "row_no",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of lines, by position. known: from an earlier file; dropped: orders that came to
    nothing and were never known."""

    known: frozenset[int]
    dropped: frozenset[int]


@service(permission="purchases.import", records=NOTHING)
def sources_take(work: Work, /, *, lines: Sequence[SourceIn], upload_ref: str) -> Kept:
    """At most 200 lines are kept, each once however many files hold it; then they are looked for
    among the records. An order known from before that the platform took back is marked.

    Raises Denied if a unit lies outside the actor's scope.
    """
    if len(lines) > BATCH:
        raise Invalid(_("At most %(n)s rows in a batch."), code="batch_too_large", n=BATCH)
    scope: Scope = scope_of(work.actor)
    own = scope.id if scope.kind == "unit" else None
    if scope.kind != "all" and any(one.unit_id != own for one in lines):
        raise Denied(_("These lines are of another unit. You may bring only your own unit's."))
    known = _known(lines, upload_ref)
    dropped = {i for i, one in enumerate(lines) if one.cancelled and i not in known}
    gone = [known[i] for i, one in enumerate(lines) if one.cancelled and i in known]
    SourceLine.objects.filter(pk__in=gone, cancelled=False).update(cancelled=True)
    fresh = [one for i, one in enumerate(lines) if i not in known and i not in dropped]
    _insert(work, fresh, upload_ref)
    look_for(work, {one.unit_id for one in lines})
    return Kept(frozenset(known), frozenset(dropped))


def _known(lines: Sequence[SourceIn], upload_ref: str) -> dict[int, int]:
    """Position -> id of the line that an earlier file brought."""
    families = families_of(one.unit_id for one in lines)
    heads = {member: unit for unit, family in families.items() for member in family}
    keys = {one.key for one in lines}
    rows = SourceLine.objects.filter(unit_id__in=heads, key__in=keys)
    rows = rows.exclude(upload_ref=upload_ref)  # its own lines, of a take that goes on, are new
    columns = ("unit_id", "source", "key", "id")
    there = {(heads[unit], source, key): pk for unit, source, key, pk in rows.values_list(*columns)}
    places = enumerate((one.unit_id, one.source, one.key) for one in lines)
    return {place: there[key] for place, key in places if key in there}


def _insert(work: Work, lines: Sequence[SourceIn], upload_ref: str) -> None:
    rows = [
        (work.new_id(), *(getattr(one, name) for name in COLUMNS[1:]), "", upload_ref, work.at)
        for one in lines
    ]
    if rows:
        columns = (*COLUMNS, "aside", "upload_ref", "taken_at")
        insert_rows(SourceLine, columns, rows, ignore_conflicts=True)


# Found by rule


def unmatched(lines: QuerySet[SourceLine]) -> QuerySet[SourceLine]:
    """Those that count and that no record in force accounts for."""
    open_lines = lines.filter(aside="", cancelled=False)
    return open_lines.filter(~Exists(live().filter(line=OuterRef("pk"))))


@service(permission="sources.match", records=FACT)
def sources_match(work: Work, /, *, unit_id: int, source: str) -> bool:
    """What is sure of a unit's lines is matched, at most 200 at a time; the rest is put forward.

    True if there may be more that is sure.
    """
    _held([unit_id])
    units = families_of([unit_id])[unit_id]
    lines = {one.id: one for one in unmatched(_lines(units, source))}
    proposals: list[matching.Proposal] = []
    if lines:
        limits = limits_of(source)
        entries = _entries(units, source, lines.values(), limits)
        refused = SourceMatch.objects.filter(verdict=OTHER, line__in=list(lines))
        pairs = frozenset(refused.values_list("line_id", "purchase_id"))
        proposals = matching.propose(map(_line, lines.values()), entries, limits, pairs)
    sure = [one for one in proposals if one.sure]
    _put_forward(work, units, source, [one for one in proposals if not one.sure])
    for one in sure[:BATCH]:
        _settle(work, one.pairs, one.why, one.gap_fen)
    if not work.n_facts:
        work.repeated()
    return len(sure) > BATCH


def _held(unit_ids: Iterable[int]) -> None:
    """Nobody else matches lines of these units until this transaction ends."""
    for head in sorted(set(heads_of(unit_ids).values())):
        hold(f"assistance_ledger.sources.{head}", alone=True)


def _lines(units: Sequence[int], source: str) -> QuerySet[SourceLine]:
    return SourceLine.objects.filter(unit_id__in=units, source=source)


def _line(one: SourceLine) -> matching.Line:
    return matching.Line(
        id=one.id,
        source=one.source,
        number=one.number,
        day=one.occurred_on,
        fen=one.amount_fen,
        party=one.party,
        party_uscc=one.party_uscc,
        text=one.text,
        invoice_no=one.invoice_no,
    )


def _entries(
    units: Sequence[int],
    source: str,
    lines: Iterable[SourceLine],
    limits: matching.Limits,
) -> list[matching.Entry]:
    """Records of the unit in force that lines of the source do not account for yet."""
    days = [one.occurred_on for one in lines]
    numbers = {one.number for one in lines} - {""}
    first = min(days) - dt.timedelta(limits.days_before)
    last = max(days) + dt.timedelta(limits.days_after)
    rows = Purchase.objects.filter(unit_id__in=units, reversed_at__isnull=True)
    near = rows.filter(occurred_on__range=(first, last))
    named = rows.exclude(order_no="").filter(order_no__in=numbers) if numbers else rows.none()
    found = {row[0]: row for query in (near, named) for row in query.values_list(*_ENTRY)}
    left = left_of({pk: row[2] for pk, row in found.items()}, source, limits)
    rest = [(pk, found[pk]) for pk in found if pk in left]
    return [matching.Entry(pk, day, left[pk], *texts) for pk, (_pk, day, _fen, *texts) in rest]


def _unclaimed(records: Iterable[Purchase], source: str) -> dict[int, int] | None:
    """What is left of each record; None if lines of the source account for one of them already."""
    fen = {one.pk: one.amount_fen for one in records}
    left = left_of(fen, source, limits_of(source))
    return left if left.keys() == fen.keys() else None


_ENTRY = (
    "id",
    "occurred_on",
    "amount_fen",
    "supplier__name",
    "supplier__uscc",
    "product",
    "order_no",
    "invoice_no",
    "contract_no",
    "voucher_no",
)


def _put_forward(
    work: Work, units: Sequence[int], source: str, proposals: Sequence[matching.Proposal]
) -> None:
    """Those that stand already stay as they are, so that a page that shows them is not behind."""
    old = SourceMatch.objects.filter(verdict=PROPOSED, line__unit_id__in=units, line__source=source)
    standing: defaultdict[str, set[matching.Pair]] = defaultdict(set)
    why: dict[str, str] = {}
    for row in old:
        standing[row.together].add(matching.Pair(row.line_id, row.purchase_id, row.fen))
        why[row.together] = row.why
    known = {(why[one], frozenset(pairs)): one for one, pairs in standing.items()}
    wanted = {(one.why, frozenset(one.pairs)): one for one in proposals}
    old.filter(together__in=[known[key] for key in known.keys() - wanted.keys()]).delete()
    rows = []
    for key, one in wanted.items():
        if key in known:
            continue
        together = work.new_id()
        rows += [
            SourceMatch(
                line_id=pair.line,
                purchase_id=pair.record,
                verdict=PROPOSED,
                together=together,
                why=one.why,
                score=one.score,
                fen=pair.fen,
                gap_fen=one.gap_fen,
                decided_at=work.at,
            )
            for pair in one.pairs
        ]
    SourceMatch.objects.bulk_create(rows)


# Decided by a person


class _Named(NamedTuple):
    purchase: Purchase
    line: SourceLine


def _settle(work: Work, pairs: Sequence[matching.Pair], why: str, gap_fen: int) -> None:
    """The pairs are one purchase: rows and facts."""
    lines = SourceLine.objects.in_bulk([one.line for one in pairs])
    records = Purchase.objects.select_related("unit").in_bulk([one.record for one in pairs])
    hashes = upload_hashes(one.upload_ref for one in lines.values())
    named = [_Named(records[one.record], lines[one.line]) for one in pairs]
    facts = [
        _fact(work, MATCHED, two, pair.fen, why, hashes)
        for two, pair in zip(named, pairs, strict=True)
    ]
    refs, together = work.record_many(facts), work.new_id()
    SourceMatch.objects.filter(verdict=PROPOSED, line__in=list(lines)).delete()
    for pair, ref in zip(pairs, refs, strict=True):
        SourceMatch.objects.update_or_create(
            line_id=pair.line,
            purchase_id=pair.record,
            defaults={
                "verdict": SAME,
                "together": together,
                "why": why,
                "score": 100,
                "fen": pair.fen,
                "gap_fen": gap_fen,
                "decided_at": work.at,
                "fact_ref": ref,
            },
        )


def _fact(
    work: Work,
    kind: FactKind,
    of: _Named,
    fen: int,
    why: str,
    hashes: Mapping[str, str],
    reason: str = "",
) -> Fact:
    line, unit = of.line, of.purchase.unit.ref
    values = {
        "source": line.source,
        "purchase": of.purchase.ref,
        "line": f"{line.upload_ref}/{line.sheet}/{line.row_no}",
        "number": line.number or None,
        "day": line.occurred_on.isoformat(),
        "fen": fen,
        "file_sha256": hashes.get(line.upload_ref),
        "unit": unit,
        "why": why,
    }
    if reason:
        values["reason"] = reason
    subject = f"purchase:{of.purchase.ref}"
    return Fact(kind, subject, work.at, values, {BUSINESS: f"org:{unit}"})


@service(permission="sources.decide", records=FACT)
def sources_same(work: Work, /, *, proposals: Sequence[str]) -> int:
    """The proposals hold, at most 200: how many did. One that was decided or has changed meanwhile
    is passed over."""
    if len(proposals) > BATCH:
        raise Invalid(_("At most %(n)s rows in a batch."), code="batch_too_large", n=BATCH)
    n, wanted = 0, sorted(set(proposals))
    named = SourceMatch.objects.filter(together__in=wanted, line__in=lines_visible_to(work.actor))
    _held(named.values_list("line__unit_id", flat=True))
    for together in wanted:
        rows = _proposed(work, together)
        if not rows or _unclaimed((one.purchase for one in rows), rows[0].line.source) is None:
            continue
        free = unmatched(SourceLine.objects.filter(pk__in=[one.line_id for one in rows]))
        if free.count() != len({one.line_id for one in rows}):
            continue
        pairs = [matching.Pair(one.line_id, one.purchase_id, one.fen) for one in rows]
        _settle(work, pairs, rows[0].why, rows[0].gap_fen)
        n += 1
        look_for(work, {rows[0].purchase.unit_id})
    if not n:
        work.repeated()
    return n


def _proposed(work: Work, together: str) -> list[SourceMatch]:
    """The pairs of a proposal in the actor's scope, all records in force; empty if gone."""
    mine = lines_visible_to(work.actor)
    rows = list(
        SourceMatch.objects.select_related("purchase", "line")
        .filter(together=together, verdict=PROPOSED, line__in=mine)
        .select_for_update(of=("self",))
        .order_by("id")
    )
    whole = all(one.purchase.reversed_at is None for one in rows)
    return rows if whole else []


@service(permission="sources.decide", records=NOTHING)
def sources_other(work: Work, /, *, proposals: Sequence[str]) -> int:
    """They are not the same and will not be put forward again: how many proposals that was."""
    rows = SourceMatch.objects.filter(together__in=list(proposals)[:BATCH], verdict=PROPOSED)
    mine = rows.filter(line__in=lines_visible_to(work.actor))
    _held(mine.values_list("line__unit_id", flat=True))
    said = list(mine.values_list("line_id", "purchase_id", "together", "purchase__unit_id"))
    for line_id, purchase_id, _together, _unit in said:
        _say_other(work, line_id, purchase_id)
    look_for(work, {one[3] for one in said})
    return len({one[2] for one in said})


def _say_other(work: Work, line_id: int, purchase_id: int) -> None:
    pair = {"line_id": line_id, "purchase_id": purchase_id}
    SourceMatch.objects.filter(verdict=PROPOSED, **pair).delete()
    defaults = {"verdict": OTHER, "together": "", "why": "chosen", "fen": 0, "decided_at": work.at}
    SourceMatch.objects.filter(**pair).exclude(verdict=SAME).delete()
    SourceMatch.objects.get_or_create(**pair, defaults=defaults)


@service(permission="sources.decide", records=FACT)
def sources_choose(work: Work, /, *, lines: Sequence[str], purchases: Sequence[str]) -> None:
    """A person says that these lines are these records, of one unit and one source.

    Raises NotFound, Conflict (a line or a record was matched meanwhile), Invalid (several units or
    sources).
    """
    mine = lines_visible_to(work.actor).filter(ref__in=list(lines))
    _held(mine.values_list("unit_id", flat=True))
    found = list(mine.order_by("occurred_on", "id").select_for_update())
    rows = visible_to(work.actor).filter(ref__in=list(purchases), reversed_at__isnull=True)
    records = list(rows.order_by("occurred_on", "id"))
    if not found or not records or len(found) < len(set(lines)):
        raise NotFound(_("There is no such line or record, or it is not yours to see."))
    named = {one.unit_id for one in found} | {one.unit_id for one in records}
    units = set(heads_of(named).values())
    if len(units) > 1 or len({one.source for one in found}) > 1:
        raise Invalid(_("Choose lines of one source and records of one unit."), code="several")
    if unmatched(SourceLine.objects.filter(pk__in=[one.pk for one in found])).count() < len(found):
        raise Conflict(
            _("One of these lines is matched or set aside already. Look at the page again."),
            code="changed_meanwhile",
        )
    left = _unclaimed(records, found[0].source)
    if left is None:
        raise Conflict(
            _("One of these records was found in this source already. Look at the page again."),
            code="changed_meanwhile",
        )
    owed = [matching.Entry(one.pk, one.occurred_on, left[one.pk], "") for one in records]
    pairs = matching.split([_line(one) for one in found], owed)
    gap = sum(one.amount_fen for one in found) - sum(left.values())
    _settle(work, pairs, "chosen", gap)
    look_for(work, units)


@service(permission="sources.decide", records=FACT)
def sources_part(work: Work, /, *, line_ref: str, reason: str) -> tuple[str, ...]:
    """A line and what was matched with it are not the same after all; refs of all lines that this
    concerns. Raises NotFound, Invalid."""
    text = reason_of(reason)
    mine = lines_visible_to(work.actor).filter(ref=line_ref)
    _held(mine.values_list("unit_id", flat=True))
    line = mine.first()
    one = live().filter(line=line).first() if line else None
    if one is None:
        raise NotFound(_("This line is not matched. Look at the page again."))
    group = SourceMatch.objects.filter(together=one.together, verdict=SAME)
    rows = list(group.select_related("line", "purchase__unit").select_for_update(of=("self",)))
    hashes = upload_hashes(row.line.upload_ref for row in rows)
    facts = [
        _fact(work, PARTED, _Named(row.purchase, row.line), row.fen, row.why, hashes, text)
        for row in rows
    ]
    work.record_many(facts)
    group.update(verdict=OTHER, decided_at=work.at)
    look_for(work, {rows[0].line.unit_id})
    return tuple({row.line.ref for row in rows})


@service(permission="sources.decide", records=NOTHING)
def sources_aside(work: Work, /, *, lines: Sequence[str], reason: str) -> int:
    """Lines that are no purchase to be recorded, with the reason: how many. Raises Invalid."""
    text = reason_of(reason)[:200]
    mine = lines_visible_to(work.actor).filter(ref__in=list(lines)[:BATCH])
    _held(mine.values_list("unit_id", flat=True))
    found = list(unmatched(mine).values_list("id", "unit_id"))
    ids = [pk for pk, _unit in found]
    SourceMatch.objects.filter(verdict=PROPOSED, line__in=ids).delete()
    n = SourceLine.objects.filter(pk__in=ids).update(aside=text)
    look_for(work, {unit for _pk, unit in found})
    return n


@service(permission="sources.decide", records=NOTHING)
def sources_back(work: Work, /, *, lines: Sequence[str]) -> int:
    """Lines set aside count again: how many."""
    mine = lines_visible_to(work.actor).filter(ref__in=list(lines)[:BATCH]).exclude(aside="")
    _held(mine.values_list("unit_id", flat=True))
    found = list(mine.values_list("id", "unit_id"))
    n = SourceLine.objects.filter(pk__in=[pk for pk, _unit in found]).update(aside="")
    look_for(work, {unit for _pk, unit in found})
    return n
