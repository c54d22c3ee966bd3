"""Findings: put in order with what a check finds, decided by a person, read in a scope."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.facts import FINDING_DECIDED, FINDING_RAISED
from niangjia.blocks.cases.finding_models import Finding, FindingParty, FindingSubject
from niangjia.blocks.cases.types import FindingView, Found
from niangjia.blocks.orgs.public import Scope, people_named
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work

MOST_SUBJECTS, BATCH, PER_PAGE = 50, 200, 30
OWNER = "system"
VERDICTS = ("open", "explained", "faulty")


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a programme's findings somebody may see. shared: kinds that tell one party of
    another; they are for those who are set over all parties, never for a party itself."""

    programme: str
    scope: Scope
    shared: frozenset[str] = frozenset()


def findings_put(work: Work, *, programme: str, found: Sequence[Found]) -> int:
    """At most 200 findings stand as found; returns how many are new or say something new.

    What was decided stays decided unless it says something new: then it is open again. Where only
    what it names or whose it is changed, that is put right without a fact. One that comes twice
    counts as it came first.
    """
    if len(found) > BATCH:
        raise Invalid(_("At most %(n)s at a time."), code="too_many", n=BATCH)
    first: dict[tuple[str, str], Found] = {}
    for one in found:
        first.setdefault((one.kind, one.key), one)
    rows = Finding.objects.select_for_update().filter(
        programme=programme, kind__in={kind for kind, _k in first}, key__in=[k for _kd, k in first]
    )
    there = {(row.kind, row.key): row for row in rows}
    named = _named([row.pk for row in there.values()])
    facts = []
    for key, one in first.items():
        row = there.get(key)
        if row is None or row.gone_at is not None or row.params != one.params:
            facts.append(_raised(work, _stands(work, programme, one, row)))
        elif row.county_code != one.county_code or named[row.pk] != _names_of(one):
            _stands(work, programme, one, row)
    if facts:
        work.record_many(facts)
    else:
        work.repeated()
    return len(facts)


Names = tuple[frozenset[int], frozenset[str]]  # ids of parties, subjects


def _names_of(one: Found) -> Names:
    return frozenset(one.parties), frozenset(one.subjects)


def _named(ids: Collection[int]) -> Mapping[int, Names]:
    """By finding: what it names now."""
    parties: dict[int, set[int]] = defaultdict(set)
    subjects: dict[int, set[str]] = defaultdict(set)
    rows = FindingParty.objects.filter(finding_id__in=ids)
    for pk, party in rows.values_list("finding_id", "organisation_id"):
        parties[pk].add(party)
    texts = FindingSubject.objects.filter(finding_id__in=ids)
    for pk, text in texts.values_list("finding_id", "subject").iterator(chunk_size=2_000):
        subjects[pk].add(text)
    return {pk: (frozenset(parties[pk]), frozenset(subjects[pk])) for pk in ids}


def _stands(work: Work, programme: str, one: Found, row: Finding | None) -> Finding:
    told = {
        "params": dict(one.params),
        "subjects": list(one.subjects[:MOST_SUBJECTS]),
        "county_code": one.county_code,
        "gone_at": None,
    }
    if row is None:
        key = {"programme": programme, "kind": one.kind, "key": one.key}
        row = Finding.objects.create(ref=work.new_id(), found_at=work.at, **key, **told)
    else:
        same = row.params == one.params
        state = row.state if same else "open"
        Finding.objects.filter(pk=row.pk).update(state=state, version=row.version + 1, **told)
        row.refresh_from_db()
    FindingParty.objects.filter(finding=row).exclude(organisation_id__in=one.parties).delete()
    parties = [FindingParty(finding=row, organisation_id=pk) for pk in sorted(set(one.parties))]
    FindingParty.objects.bulk_create(parties, ignore_conflicts=True)
    FindingSubject.objects.filter(finding=row).exclude(subject__in=one.subjects).delete()
    named = [FindingSubject(finding=row, subject=text) for text in dict.fromkeys(one.subjects)]
    FindingSubject.objects.bulk_create(named, ignore_conflicts=True, batch_size=500)
    return row


def findings_close(
    work: Work, *, programme: str, kind: str, but: Collection[str], prefix: str = ""
) -> int:
    """At most 200 findings of a kind, with keys that begin with `prefix`, are gone if a check found
    them no more (its keys are `but`); returns how many."""
    rows = Finding.objects.filter(
        programme=programme, kind=kind, key__startswith=prefix, gone_at__isnull=True
    )
    gone = [pk for pk, key in rows.order_by("id").values_list("id", "key") if key not in but]
    if not gone:
        return 0
    Finding.objects.filter(pk__in=gone[:BATCH]).update(gone_at=work.at)
    return len(gone[:BATCH])


def finding_decide(work: Work, row: Finding, *, verdict: str, reason: str, version: int) -> None:
    """The finding is explained, faulty, or open again, with the reason. The caller has checked that
    the actor may see it. Raises Invalid, Conflict (somebody else did meanwhile)."""
    text = reason.replace("\0", "").strip()[:500]
    if verdict not in VERDICTS:
        raise Invalid(_("Nothing was chosen."))
    if row.gone_at is not None:
        raise Conflict(_("It fits again meanwhile; there is nothing to decide."), code="gone")
    if len(text) < 2:
        raise Invalid(
            _("Say why, in a few words: the reason stays for ever."),
            code="reason_missing",
            fields={"reason": str(_("Say why, in a few words: the reason stays for ever."))},
        )
    moved = Finding.objects.filter(pk=row.pk, version=version).update(
        state=verdict,
        version=version + 1,
        reason=text,
        person_ref=work.actor.person_ref,
        role=work.actor.role,
        decided_at=work.at,
    )
    if not moved:
        raise Conflict(
            _("Somebody else did this meanwhile. Look at the page again."),
            code="changed_meanwhile",
        )
    values: dict[str, Value] = {
        "finding": row.ref,
        "kind": row.kind,
        "params": dict(row.params),
        "reason": text,
        "subjects": list(row.subjects),
        "verdict": verdict,
    }
    subject = f"finding:{row.ref}"
    work.record(Fact(FINDING_DECIDED, subject, work.at, values, {BUSINESS: OWNER}))


def _raised(work: Work, row: Finding) -> Fact:
    values: dict[str, Value] = {
        "finding": row.ref,
        "kind": row.kind,
        "params": dict(row.params),
        "subjects": list(row.subjects),
    }
    return Fact(FINDING_RAISED, f"finding:{row.ref}", work.at, values, {BUSINESS: OWNER})


def findings_in(sight: Sight) -> QuerySet[Finding]:
    """Findings that a scope may see: all; of its county; of parties in it.

    Those of a shared kind: only all; of its county; of no party but those in its territory.
    """
    scope, rows = sight.scope, Finding.objects.filter(programme=sight.programme)
    if scope.kind == "all":
        return rows
    if scope.kind == "county" and scope.code:
        return rows.filter(county_code=scope.code)
    parties = FindingParty.objects.all()
    if scope.kind == "beneath" and scope.path:
        inside = Q(organisation__territory_path__startswith=scope.path)
        others = parties.filter(~inside, finding__kind__in=sight.shared)
        rows = rows.filter(pk__in=parties.filter(inside).values("finding_id"))
        return rows.exclude(pk__in=others.values("finding_id"))
    if scope.kind in ("unit", "supplier"):
        own = parties.filter(organisation_id__in=scope.ids)
        return rows.filter(pk__in=own.values("finding_id")).exclude(kind__in=sight.shared)
    return rows.none()


def finding_of(sight: Sight, ref: str) -> Finding:
    """One of them. Raises NotFound."""
    row = findings_in(sight).filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such finding, or it is not yours to see."))
    return row


def findings_page(
    sight: Sight, *, state: str, kind: str = "", before: int = 0
) -> tuple[list[FindingView], int]:
    """(findings, newest first; where to go on, 0 at the end). state: of VERDICTS, or `gone`."""
    rows = _of_state(findings_in(sight), state)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(id__lt=before) if before else rows
    found = list(rows.order_by("-id")[: PER_PAGE + 1])
    names = people_named({one.person_ref for one in found if one.person_ref})
    views = [view_of(one, names) for one in found[:PER_PAGE]]
    return views, found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0


def _of_state(rows: QuerySet[Finding], state: str) -> QuerySet[Finding]:
    if state == "gone":
        return rows.filter(gone_at__isnull=False)
    return rows.filter(gone_at__isnull=True, state=state)


def finding_view(row: Finding) -> FindingView:
    """It as other rooms see it."""
    return view_of(row, people_named([row.person_ref] if row.person_ref else []))


def view_of(row: Finding, names: Mapping[str, str]) -> FindingView:
    return FindingView(
        ref=row.ref,
        kind=row.kind,
        params=row.params,
        subjects=tuple(row.subjects),
        county_code=row.county_code,
        state=row.state,
        version=row.version,
        found_at=row.found_at,
        gone_at=row.gone_at,
        reason=row.reason,
        person=names.get(row.person_ref, ""),
        role=row.role,
        decided_at=row.decided_at,
    )


def findings_counted(sight: Sight) -> Mapping[tuple[str, str], int]:
    """(state or `gone`, kind) -> how many."""
    rows = findings_in(sight).order_by()
    counted: Counter[tuple[str, str]] = Counter()
    values = rows.values("state", "kind", gone=Q(gone_at__isnull=False)).annotate(n=Count("id"))
    for one in values:
        counted["gone" if one["gone"] else one["state"], one["kind"]] += one["n"]
    return counted


def findings_about(sight: Sight, subject: str) -> list[FindingView]:
    """Findings in force that name this subject, open ones first."""
    rows = findings_in(sight).filter(gone_at__isnull=True)
    found = list(rows.filter(named__subject=subject).order_by("id"))
    names = people_named({one.person_ref for one in found if one.person_ref})
    return sorted((view_of(one, names) for one in found), key=lambda one: one.state != "open")
