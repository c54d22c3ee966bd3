"""Reads of rosters. The caller has checked that the actor may see the roster."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.households import rules, sealing
from niangjia.blocks.households.models import Household, Member, PseudonymKey, Roster
from niangjia.blocks.households.types import (
    HouseholdView,
    KeyView,
    Look,
    Once,
    RosterView,
)
from niangjia.core import clock, seal
from niangjia.core.errors import NotFound
from niangjia.core.models import JournalEntry

KEPT_YEARS = 5  # after the year of a roster; then its households and the year's key go
PER_PAGE = 30
CHUNK = 2_000


def roster_of(subject: str) -> RosterView | None:
    """The roster in force of a subject."""
    return rosters_of([subject]).get(subject)


def rosters_of(subjects: Collection[str]) -> Mapping[str, RosterView]:
    """Subject -> its roster in force."""
    rows = Roster.objects.filter(subject__in=list(subjects), ended_at__isnull=True)
    return {row.subject: _view(row) for row in rows}


def rosters_in(programme: str, year: int) -> Sequence[RosterView]:
    """Rosters in force of a year."""
    rows = Roster.objects.filter(programme=programme, year=year, ended_at__isnull=True)
    return [_view(row) for row in rows.order_by("id")]


def years_of(programme: str) -> Sequence[int]:
    """Years with rosters in force, newest first."""
    rows = Roster.objects.filter(programme=programme, ended_at__isnull=True)
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def _view(row: Roster) -> RosterView:
    return RosterView(
        ref=row.ref,
        subject=row.subject,
        party=row.party,
        county_code=row.county_code,
        year=row.year,
        n_households=row.n_households,
        n_people=row.n_people,
        gain_fen=row.gain_fen,
        n_struck=row.n_struck,
        taken_at=row.taken_at,
        organisation_id=row.organisation_id,
    )


def households_page(
    roster_ref: str, *, after: int = 0, struck: bool = False
) -> tuple[list[HouseholdView], int]:
    """(households of a roster, masked, in its order; where to go on, 0 at the end)."""
    rows = Household.objects.filter(roster__ref=roster_ref, id__gt=after)
    if struck:
        rows = rows.exclude(struck="")
    found = list(rows.order_by("id")[: PER_PAGE + 1])
    times = _times(found[:PER_PAGE])
    views = [rules.masked(view_of(row, times=times[row.one])) for row in found[:PER_PAGE]]
    return views, found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0


def household_of(roster_ref: str, household_ref: str) -> HouseholdView:
    """One household of a roster, masked. Raises NotFound."""
    row = Household.objects.filter(ref=household_ref, roster__ref=roster_ref).first()
    if row is None:
        raise NotFound(_("There is no such household, or it is not yours to see."))
    return rules.masked(view_of(row))


def _times(rows: Sequence[Household]) -> Mapping[str, int]:
    ones = [row.one for row in rows]
    found = Household.objects.filter(one__in=ones, roster__ended_at__isnull=True).order_by()
    counted = found.values("one").annotate(n=Count("roster", distinct=True))
    return defaultdict(lambda: 1, {one["one"]: one["n"] for one in counted})


def view_of(row: Household, *, times: int = 0, in_clear: bool = False) -> HouseholdView:
    """An entry as it stands, unmasked."""
    try:
        number, place, persons = sealing.opened(bytes(row.sealed))
        erased = row.erased_at is not None
    except (seal.Erased, ValueError):
        number, place, persons, erased = "", "", [], True
    return HouseholdView(
        ref=row.ref,
        number=number,
        place=place,
        persons=persons,
        n_people=row.n_people,
        gain_fen=row.gain_fen,
        left=row.left,
        struck=row.struck,
        n_rosters=times or _times([row])[row.one],
        erased=erased,
        in_clear=in_clear,
    )


def looks_at(roster_ref: str, *, n: int = 50) -> Sequence[Look]:
    """Who looked at persons of a roster in the clear, newest first."""
    rows = JournalEntry.objects.filter(kind="roster.looked", subject=f"roster:{roster_ref}")
    return [
        Look(row.at, row.login_id, row.organisation_id, row.role, str(row.detail["reason"]))
        for row in rows.order_by("-id")[:n]
    ]


def rosters_with(roster_ref: str, household_ref: str) -> Sequence[RosterView]:
    """The year's rosters in force that name this household, this one first."""
    row = Household.objects.filter(ref=household_ref, roster__ref=roster_ref).first()
    if row is None:
        return []
    found = Roster.objects.filter(households__one=row.one, ended_at__isnull=True).distinct()
    views = [_view(one) for one in found.order_by("id")]
    return sorted(views, key=lambda one: one.ref != roster_ref)


def count_once(
    groups: Mapping[str, Collection[str]], *, confirmed: bool = False
) -> Mapping[str, Once]:
    """Households of several rosters, each counted once in each group. groups: label -> rosters'
    refs; confirmed: those that were struck are left out.

    people: of the entry that names most; gain_fen: every roster's own, for it is another's money.
    """
    wanted = {ref for refs in groups.values() for ref in refs}
    rows = Household.objects.filter(roster__ref__in=wanted, roster__ended_at__isnull=True)
    if confirmed:
        rows = rows.filter(struck="")
    by_roster: dict[str, list[tuple[str, int, int, str]]] = defaultdict(list)
    values = rows.order_by("id").values_list("roster__ref", "one", "n_people", "gain_fen", "left")
    for roster, one, people, gain, left in values.iterator(chunk_size=CHUNK):
        by_roster[roster].append((one, people, gain or 0, left))
    return {label: _once(by_roster, refs) for label, refs in groups.items()}


def _once(
    by_roster: Mapping[str, Sequence[tuple[str, int, int, str]]], refs: Collection[str]
) -> Once:
    people: dict[str, int] = {}
    left: dict[str, str] = {}
    gain = 0
    for ref in sorted(set(refs)):
        for one, n, fen, year in by_roster.get(ref, ()):
            people[one] = max(people.get(one, 0), n)
            left[one] = max(left.get(one, ""), year, key=_told)
            gain += fen
    return Once(len(people), sum(people.values()), gain, dict(Counter(left.values())))


def _told(left: str) -> tuple[int, str]:
    """A year says more than `yes`, that more than `no`, that more than nothing."""
    return (("", "no", "yes").index(left) if left in ("", "no", "yes") else 3, left)


def pairs_alike(programme: str, year: int, percent: int) -> list[tuple[str, str, int, int]]:
    """(roster, roster, households that both name, share of the smaller in percent) of different
    parties, from `percent` on, largest first."""
    rows = _in_force(programme, year).values_list("one", "roster__ref", "roster__party")
    where: dict[str, set[tuple[str, str]]] = defaultdict(set)
    sizes: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for one, roster, party in rows.iterator(chunk_size=CHUNK):
        where[one].add((roster, party))
        if (one, roster) not in seen:
            seen.add((one, roster))
            sizes[roster] += 1
    both: Counter[tuple[str, str]] = Counter()
    for places in where.values():
        ordered = sorted(places)
        for i, (first, party) in enumerate(ordered):
            for second, other in ordered[i + 1 :]:
                if party != other:
                    both[first, second] += 1
    found = [(a, b, n, n * 100 // min(sizes[a], sizes[b])) for (a, b), n in both.items()]
    return sorted((one for one in found if one[3] >= percent), key=lambda one: (-one[2], one))


def persons_twice(programme: str, year: int) -> list[tuple[str, ...]]:
    """Refs of entries that share a person and are different households, once each group."""
    rows = Member.objects.filter(household__in=_in_force(programme, year)).order_by()
    several = rows.values("pseudonym").annotate(n=Count("household__one", distinct=True))
    wanted = [one["pseudonym"] for one in several.filter(n__gt=1)]
    found: dict[str, list[str]] = defaultdict(list)
    named = rows.filter(pseudonym__in=wanted).order_by("household_id")
    for pseudonym, ref in named.values_list("pseudonym", "household__ref"):
        found[pseudonym].append(ref)
    return sorted({tuple(refs) for refs in found.values()})


def roster_of_households(refs: Iterable[str]) -> Mapping[str, RosterView]:
    """Household -> its roster, for those in force."""
    rows = Household.objects.filter(ref__in=list(refs), roster__ended_at__isnull=True)
    return {row.ref: _view(row.roster) for row in rows.select_related("roster")}


def _in_force(programme: str, year: int) -> QuerySet[Household]:
    return Household.objects.filter(
        roster__programme=programme, roster__year=year, roster__ended_at__isnull=True
    )


def keys_of(programme: str) -> Sequence[KeyView]:
    """The programme's keys, newest first."""
    before = clock.city_today().year - KEPT_YEARS
    rows = PseudonymKey.objects.filter(programme=programme).order_by("-year")
    return [
        KeyView(
            row.programme,
            row.year,
            row.public,
            row.first_used_at,
            row.destroyed_at,
            row.destroyed_at is None and row.year < before,
        )
        for row in rows
    ]
