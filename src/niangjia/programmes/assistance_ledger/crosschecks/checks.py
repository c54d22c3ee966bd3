"""Each check reads what is on record now and says what does not fit."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from django.db.models import QuerySet, Sum

from niangjia.blocks.cases.public import Found
from niangjia.blocks.evidence.public import NEAR, pictures_of
from niangjia.blocks.households.public import (
    RosterView,
    pairs_alike,
    persons_twice,
    roster_of_households,
    rosters_in,
)
from niangjia.blocks.orgs.public import heads_of, organisation_names
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.capacity_models import Capacity
from niangjia.programmes.assistance_ledger.crosschecks import rules
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase
from niangjia.programmes.assistance_ledger.selectors.reviews import content_of, group_of_review
from niangjia.programmes.assistance_ledger.selectors.rosters import PROGRAMME

CHUNK = 5_000
# Photos; papers of one form look alike, and an invoice rightly proves several records.
PHOTO_KINDS = ("acceptance", "waybill", "sign_for", "publicity", "payout")
Check = Callable[[int, policy.Crosschecks], Iterator[Found]]


def _key(*parts: object) -> str:
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:40]


def _in_force(year: int) -> QuerySet[Purchase]:
    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    return Purchase.objects.filter(month__in=months, reversed_at__isnull=True)


def over_capacity(year: int, _limits: policy.Crosschecks) -> Iterator[Found]:
    """More was sold of a supplier's product than it said that it can deliver."""
    declared = list(Capacity.objects.filter(year=year).order_by("id"))
    if not declared:
        return
    products = {row.product for row in declared}
    rows = _in_force(year).filter(product__in=products).order_by()
    sums = rows.values("supplier_id", "product").annotate(fen=Sum("amount_fen"))
    sold: Counter[tuple[int, str]] = Counter()
    found = list(sums.values_list("supplier_id", "product", "fen"))
    heads = heads_of({pk for pk, _p, _fen in found} | {row.supplier_id for row in declared})
    newest = {(heads[row.supplier_id], row.product): row for row in declared}
    for pk, product, fen in found:
        sold[heads[pk], product] += fen
    names = organisation_names(set(heads.values()))
    for (head, product), row in newest.items():
        if sold[head, product] > row.fen:
            params: dict[str, str | int] = {
                "supplier": names[head],
                "product": product,
                "year": year,
                "sold": sold[head, product],
                "declared": row.fen,
            }
            key = _key(head, product, year)
            yield Found("capacity", key, params, (), (head,), row.county_code)


def gain_above_sales(year: int, _limits: policy.Crosschecks) -> Iterator[Found]:
    """Households gained, or were paid, more than the goods were sold for."""
    rosters = {one.subject.removeprefix("review:"): one for one in rosters_in(PROGRAMME, year)}
    rows = HelpReview.objects.filter(period__startswith=str(year)).exclude(case__state="draft")
    for row in rows.order_by("id"):
        roster = rosters.get(row.ref)
        gain = max(row.paid_fen, roster.gain_fen if roster else 0)
        if not gain:
            continue
        group = group_of_review(row)
        sales = content_of(group).fen
        if gain > sales:
            params: dict[str, str | int] = {
                "supplier": group.supplier.name,
                "product": row.product,
                "gain": gain,
                "sales": sales,
            }
            yield Found(
                "gain",
                row.ref,
                params,
                (f"review:{row.ref}",),
                (group.supplier.id,),
                row.county_code,
            )


def _reviews(rosters: Sequence[RosterView]) -> Mapping[str, HelpReview]:
    refs = {one.subject.removeprefix("review:") for one in rosters}
    return {row.ref: row for row in HelpReview.objects.filter(ref__in=refs)}


def _of_rosters(kind: str, key: str, rosters: Sequence[RosterView], **params: int) -> Found:
    """A finding about several rosters, told with the names of their suppliers."""
    rows = _reviews(rosters)
    listed = [rows[one.subject.removeprefix("review:")] for one in rosters]
    suppliers = heads_of({row.supplier_id for row in listed})
    names = organisation_names(set(suppliers.values()))
    told = [names[suppliers[row.supplier_id]] for row in listed]
    counties = {row.county_code for row in listed}
    return Found(
        kind,
        key,
        {"suppliers": "、".join(dict.fromkeys(told)), **params},
        tuple(dict.fromkeys(f"review:{row.ref}" for row in listed)),
        tuple(suppliers.values()),
        counties.pop() if len(counties) == 1 else "",
    )


def roster_under_two(year: int, limits: policy.Crosschecks) -> Iterator[Found]:
    """One roster serves two suppliers; those that were merged into one are one."""
    by_ref = {one.ref: one for one in rosters_in(PROGRAMME, year)}
    for first, second, n, percent in pairs_alike(PROGRAMME, year, limits.roster_percent):
        if n >= limits.roster_households:
            pair = [by_ref[first], by_ref[second]]
            found = _of_rosters("roster", _key(first, second), pair, n=n, percent=percent)
            if len(set(found.parties)) > 1:
                yield found


def person_in_two(year: int, _limits: policy.Crosschecks) -> Iterator[Found]:
    """One person stands in two households that are not the same."""
    groups = persons_twice(PROGRAMME, year)
    where = roster_of_households({ref for refs in groups for ref in refs})
    for refs in groups:
        rosters = [where[ref] for ref in refs if ref in where]
        yield _of_rosters("person", _key(*refs), rosters, n=len(refs))


def invoices_and_amounts(year: int, limits: policy.Crosschecks) -> Iterator[Found]:
    """Invoices of one supplier to one unit run on, or its amounts are round; one pass over all."""
    rows = (
        _in_force(year)
        .order_by("supplier_id", "unit_id", "id")
        .values_list(
            *("supplier_id", "unit_id", "ref", "invoice_code", "invoice_no", "amount_fen"),
            "county_code",
        )
    )
    pair: tuple[int, int] | None = None
    records: list[tuple[str, str, str, int, str]] = []
    for supplier, unit, *record in rows.iterator(chunk_size=CHUNK):
        if pair is not None and pair != (supplier, unit):
            yield from _of_pair(pair, records, limits, year)
            records = []
        pair = (supplier, unit)
        records.append((record[0], record[1], record[2], record[3], record[4]))
    if pair is not None:
        yield from _of_pair(pair, records, limits, year)


def _of_pair(
    pair: tuple[int, int],
    records: Sequence[tuple[str, str, str, int, str]],
    limits: policy.Crosschecks,
    year: int,
) -> Iterator[Found]:
    numbers: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    counties: dict[str, str] = {}
    for ref, code, text, _fen, county in records:
        counties[ref] = county
        if (number := rules.number_of(text)) is not None:
            numbers[code][number].append(ref)
    round_ones = [ref for ref, _c, _t, fen, _k in records if rules.is_round(fen, limits.round_fen)]
    found = []
    for code, listed in numbers.items():
        for run in rules.runs(listed, limits.invoice_run):
            refs = [ref for number in run for ref in listed[number]]
            told: dict[str, str | int] = {"first": run[0], "last": run[-1], "n": len(run)}
            found.append(("invoices", _key(*pair, code, run[0]), refs, told))
    if len(round_ones) >= limits.round_records:
        yuan = limits.round_fen // 100
        told = {"n": len(round_ones), "round": yuan}
        found.append(("round", _key(*pair, year), round_ones, told))
    if not found:
        return
    names = organisation_names(set(pair))
    for kind, key, refs, told in found:
        params = {"supplier": names[pair[0]], "unit": names[pair[1]], **told}
        theirs = {counties[ref] for ref in refs}
        county = theirs.pop() if len(theirs) == 1 else ""
        yield Found(kind, key, params, [f"purchase:{ref}" for ref in refs], pair, county)


def same_photo(year: int, _limits: policy.Crosschecks) -> Iterator[Found]:
    """One photo, perhaps compressed again, stands under two records."""
    looks, subjects = pictures_of(PHOTO_KINDS, "purchase:")
    refs = {one.removeprefix("purchase:") for named in subjects.values() for one in named}
    known: dict[str, tuple[int, str]] = {}
    listed = sorted(refs)
    for at in range(0, len(listed), 500):
        rows = _in_force(year).filter(ref__in=listed[at : at + 500])
        known |= {
            ref: (unit, county)
            for ref, unit, county in rows.values_list("ref", "unit_id", "county_code")
        }
    groups = rules.alike(looks, NEAR)
    in_groups = {one for group in groups for one in group}
    groups += [[one] for one in looks if len(subjects[one]) > 1 and one not in in_groups]
    for group in groups:
        named = sorted({one for document in group for one in subjects[document]})
        records = [one for one in named if one.removeprefix("purchase:") in known]
        if len(records) < 2:
            continue
        parties = {known[one.removeprefix("purchase:")][0] for one in records}
        counties = {known[one.removeprefix("purchase:")][1] for one in records}
        county = counties.pop() if len(counties) == 1 else ""
        key = _key(*sorted(group), year)
        yield Found("photo", key, {"n": len(records)}, records, tuple(sorted(parties)), county)


# Kinds that a check finds -> the check.
CHECKS: Mapping[tuple[str, ...], Check] = {
    ("capacity",): over_capacity,
    ("gain",): gain_above_sales,
    ("roster",): roster_under_two,
    ("person",): person_in_two,
    ("invoices", "round"): invoices_and_amounts,
    ("photo",): same_photo,
}
