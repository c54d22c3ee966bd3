"""Parts of a programme's services: a roster is taken, piece by piece, and ended."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.households import facts, rules, sealing
from niangjia.blocks.households.models import Household, Member, PseudonymKey, Roster
from niangjia.blocks.households.types import HouseholdIn, Named, Person, RosterOf
from niangjia.core import seal
from niangjia.core.errors import Conflict, NotFound, Unavailable
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.outbox import handles
from niangjia.core.work import Work

FORGET = "households.forget"
BATCH = 200
Fresh = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """A roster's totals at some moment."""

    households: int
    people: int
    gain_fen: int

    @classmethod
    def of(cls, roster: Roster) -> "Totals":
        return cls(roster.n_households, roster.n_people, roster.gain_fen)


def roster_take(
    work: Work, *, of: RosterOf, public: str, households: Sequence[Named], file_sha256: str
) -> list[Fresh]:
    """At most 200 households join the roster (made if there is none). Of each, in order: which of
    its persons stood there before (False), and which are new (True).

    Raises Unavailable (another key than the one adopted), Conflict (destroyed meanwhile).
    """
    _turn(work, of, public)
    roster = _roster(work, of)
    known = {
        one.ref: one
        for one in _standing(roster, {m for named in households for m in named.members})
    }
    by_member = {m.pseudonym: ref for ref, one in known.items() for m in one.members.all()}
    new, became = [], []
    for named in households:
        there = next((by_member[m] for m in named.members if m in by_member), "")
        if there:
            became.append(_add(known[there], named, by_member.keys()))
        else:
            new.append(named)
            became.append(tuple(True for _member in named.members))
        by_member |= dict.fromkeys(set(named.members) - by_member.keys(), there)
    _insert(work, roster, new)
    _group({m for named in households for m in named.members}, households)
    before = Totals.of(roster)
    count_again(roster)
    if any(any(one) for one in became):
        work.record(_taken_fact(work, roster, before, file_sha256))
    else:
        work.repeated()
    return became


def _turn(work: Work, of: RosterOf, public: str) -> None:
    """The year's key is adopted, and its row held: one roster of a year at a time."""
    key: dict[str, Any] = {"programme": of.programme, "year": of.year}
    first = {"public": public, "first_used_at": work.at}
    _row, adopted = PseudonymKey.objects.get_or_create(**key, defaults=first)
    held = PseudonymKey.objects.select_for_update().get(**key)
    if held.destroyed_at is not None:
        raise Conflict(
            _("The pseudonym key of this year was destroyed; its rosters are closed."),
            code="key_destroyed",
        )
    if held.public != public:
        raise Unavailable(
            _("The pseudonym key is not the one that this city adopted. Nothing was taken."),
            code="key_holder_wrong",
        )
    if adopted:
        values: dict[str, Value] = {**key, "public": public}
        subject = f"pseudonym_key:{of.programme}-{of.year}"
        work.record(Fact(facts.KEY_ADOPTED, subject, work.at, values, {BUSINESS: "system"}))


def hold_year_of(roster_ref: str) -> None:
    """The turn of the roster's year is held, before any row of it is: whoever takes, ends, strikes
    or erases comes one after the other, in one order of locks."""
    roster = Roster.objects.filter(ref=roster_ref).values("programme", "year").first()
    if roster is not None:
        list(PseudonymKey.objects.select_for_update().filter(**roster))


def _roster(work: Work, of: RosterOf) -> Roster:
    found = Roster.objects.filter(subject=of.subject, ended_at__isnull=True).first()
    return found or Roster.objects.create(
        ref=work.new_id(),
        programme=of.programme,
        year=of.year,
        subject=of.subject,
        party=of.party,
        county_code=of.county_code,
        organisation_id=work.actor.organisation_id or 0,
        taken_at=work.at,
    )


def _standing(roster: Roster, members: set[str]) -> list[Household]:
    rows = Household.objects.filter(pk__in=_with_members(members), roster=roster)
    return list(rows.prefetch_related("members"))


def _with_members(members: set[str]) -> list[int]:
    """Ids of the entries that name any of these persons. Asked of the pseudonyms' index alone: a
    database that may join them to a roster reads all of that roster, for every batch again."""
    rows = Member.objects.filter(pseudonym__in=members).order_by()
    return list(set(rows.values_list("household_id", flat=True)))


def _add(row: Household, named: Named, there: Collection[str]) -> Fresh:
    """Persons whom no entry of the roster has yet (`there`: those it has) join this one, with what
    they gained; which they are. An entry that was erased stays erased."""
    gone = row.erased_at is not None
    fresh = tuple(one not in there and not gone for one in named.members)
    joining = [one for one, is_new in zip(named.household.persons, fresh, strict=True) if is_new]
    if not joining:
        return fresh
    number, place, persons = sealing.opened(bytes(row.sealed))
    every: list[Person] = [*persons, *joining]
    stated = max(named.household.n_people, row.n_people, len(every))
    whole = HouseholdIn(number, place, stated, every)
    Household.objects.filter(pk=row.pk).update(
        sealed=sealing.sealed(row.ref, whole),
        n_people=stated,
        gain_fen=whole.gain_fen,
        left=row.left or named.household.left,
    )
    marks = [one for one, is_new in zip(named.members, fresh, strict=True) if is_new]
    Member.objects.bulk_create([Member(household=row, pseudonym=one) for one in marks])
    row.refresh_from_db()  # another entry of this very batch may join it too
    return fresh


def _insert(work: Work, roster: Roster, fresh: Sequence[Named]) -> None:
    rows = []
    for named in fresh:
        one, ref = named.household, work.new_id()
        rows.append(
            Household(
                ref=ref,
                roster=roster,
                number=named.number,
                one=ref,
                sealed=b"",
                n_people=max(one.n_people, len(one.persons)),
                gain_fen=one.gain_fen,
                left=one.left,
            )
        )
    sealing.ensure_keys(row.ref for row in rows)
    for row, named in zip(rows, fresh, strict=True):
        row.sealed = sealing.sealed(row.ref, named.household)
    Household.objects.bulk_create(rows)
    pks = dict(Household.objects.filter(ref__in=[r.ref for r in rows]).values_list("ref", "pk"))
    Member.objects.bulk_create(
        [
            Member(household_id=pks[row.ref], pseudonym=pseudonym)
            for row, named in zip(rows, fresh, strict=True)
            for pseudonym in dict.fromkeys(named.members)
        ]
    )


def _group(members: set[str], households: Sequence[Named]) -> None:
    """Entries that are the same household share `one`: those of these persons and numbers, and
    whatever was one with them before."""
    numbers = {named.number for named in households if named.number}
    rows = Household.objects.order_by()  # pseudonyms are of one programme's year by their key
    ones = set(rows.filter(pk__in=_with_members(members)).values_list("one", flat=True))
    ones |= set(rows.filter(number__in=numbers).values_list("one", flat=True))
    regroup(rows.filter(one__in=ones).values_list("pk", flat=True))


def regroup(ids: Iterable[int]) -> None:
    """These entries, and no others, are looked at anew: which of them are one household."""
    rows = Household.objects.filter(pk__in=list(ids)).order_by("id").prefetch_related("members")
    by_id = {one.pk: one for one in rows}
    entries = [
        rules.Entry(pk, one.number, frozenset(m.pseudonym for m in one.members.all()))
        for pk, one in by_id.items()
    ]
    for pk, first in rules.same_households(entries).items():
        if by_id[pk].one != by_id[first].ref:
            Household.objects.filter(pk=pk).update(one=by_id[first].ref)


def count_again(roster: Roster) -> None:
    """The roster's totals are those of its households."""
    rows = roster.households.all()
    found = rows.aggregate(n=Count("id"), people=Sum("n_people"), gain=Sum("gain_fen"))
    roster.n_households, roster.n_people = found["n"], found["people"] or 0
    roster.gain_fen = found["gain"] or 0
    roster.n_struck = rows.exclude(struck="").count()
    roster.save(update_fields=["n_households", "n_people", "gain_fen", "n_struck"])


def values_of(roster: Roster) -> dict[str, Value]:
    """The roster's own fields of a fact."""
    return {
        "county": roster.county_code,
        "party": roster.party,
        "roster": roster.ref,
        "subject": roster.subject,
        "year": roster.year,
    }


def owners_of(roster: Roster) -> dict[str, str]:
    return {BUSINESS: f"org:{roster.organisation.ref}"}


def _taken_fact(work: Work, roster: Roster, before: Totals, file_sha256: str) -> Fact:
    """What the roster has more than before."""
    now = Totals.of(roster)
    values = {
        **values_of(roster),
        "file_sha256": file_sha256,
        "gain_fen": now.gain_fen - before.gain_fen,
        "n_households": now.households - before.households,
        "n_people": now.people - before.people,
    }
    return Fact(facts.TAKEN, f"roster:{roster.ref}", work.at, values, owners_of(roster))


def roster_end(work: Work, *, roster_ref: str, reason: str) -> None:
    """The roster counts no more and nobody can read it; its totals stay. Raises NotFound."""
    hold_year_of(roster_ref)
    roster = (
        Roster.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(ref=roster_ref, ended_at__isnull=True)
        .first()
    )
    if roster is None:
        raise NotFound(_("There is no such roster, or it is not yours to see."))
    values = {
        **values_of(roster),
        "gain_fen": -roster.gain_fen,
        "n_households": -roster.n_households,
        "n_people": -roster.n_people,
        "reason": reason,
    }
    work.record(Fact(facts.ENDED, f"roster:{roster.ref}", work.at, values, owners_of(roster)))
    roster.ended_at = work.at
    roster.save(update_fields=["ended_at"])
    ones = set(roster.households.values_list("one", flat=True))
    refs = list(roster.households.values_list("ref", flat=True))
    roster.households.all().delete()
    left = Household.objects.filter(one__in=ones, roster__ended_at__isnull=True)
    regroup(left.values_list("pk", flat=True))
    for at in range(0, len(refs), BATCH):
        work.send(FORGET, {"households": refs[at : at + BATCH]})


@handles(FORGET)
def forget(payload: Mapping[str, Sequence[str]]) -> None:
    """The keys of households that are gone, are gone; again and again with the same outcome."""
    for ref in payload["households"]:
        seal.erase(sealing.owner_of(str(ref)))
