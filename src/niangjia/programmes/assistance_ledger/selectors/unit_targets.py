"""Reads of the yearly assessment: one target with its versions, the list of an office's units."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import CaseStep, Past, case_steps, past_of
from niangjia.blocks.evidence.public import LinkView, links_of
from niangjia.blocks.orgs.public import (
    OrgRef,
    buyers_in_force,
    head_of,
    nodes,
    organisation,
    people_named,
    refs_in,
    scope_of,
)
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.lib import canonical
from niangjia.programmes.assistance_ledger import assessing, assessment
from niangjia.programmes.assistance_ledger.assessing import Progress
from niangjia.programmes.assistance_ledger.selectors.scope import unit_targets_visible_to
from niangjia.programmes.assistance_ledger.selectors.target_parts import (
    NOTHING,
    PARTS,
    Amounts,
    Counted,
    counted_in,
)
from niangjia.programmes.assistance_ledger.unit_target_models import (
    SealedSheet,
    UnitTarget,
    UnitTargetVersion,
)

PER_PAGE = 50
SAID = (
    "canteen",
    "food_fen",
    "members",
    "gift_fen",
    "exempt",
    "exempt_reason",
    "note",
    "reason",
    "policy",
    "reserved_fen",
    "floor_fen",
    "gift_part_fen",
    "target_fen",
)


def subject_of(unit_ref: str, year: int) -> str:
    """What the case, the inbox and the facts of a target name it by."""
    return f"unit_target:{unit_ref}:{year}"


def content_sha256(version: UnitTargetVersion) -> str:
    """The fingerprint of all that a version says."""
    said: dict[str, object] = {name: getattr(version, name) for name in SAID}
    said["filed_with"] = version.filed_with.ref if version.filed_with else ""
    said |= {"n": version.n, "unit": version.target.unit.ref, "year": version.target.year}
    return hashlib.sha256(canonical.encode(said, limit=None)).hexdigest()


def year_of(text: str) -> int:
    """A year that is assessed: the one given, else this one. Raises Invalid."""
    today = clock.city_today()
    if not text:
        return today.year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    if not assessment.first_year() <= year <= today.year + 1:
        message = _("Write the year with four digits, next year at the latest.")
        raise Invalid(message, code="year", fields={"year": str(message)})
    return year


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A unit of the list. version: the one in force, else the newest; None: nothing is filed.

    confirmed_fen: of what was counted. place: among the units in the reader's scope with an
    accepted target; 0: none.
    """

    unit: OrgRef
    target: UnitTarget | None
    version: UnitTargetVersion | None
    state: str
    progress: Progress
    confirmed_fen: int = 0
    place: int = 0

    @property
    def is_exempt(self) -> bool:
        return self.version is not None and is_exempt(self.version)


def is_exempt(version: UnitTargetVersion) -> bool:
    """True if the unit owes nothing on a ground that it names."""
    return bool(version.exempt) and version.target_fen == 0


@dataclass(frozen=True, slots=True)
class TargetFilters:
    """state: of the case, `behind`, `exempt` or empty; district: a code; text: part of a name."""

    year: int
    state: str = ""
    district: str = ""
    text: str = ""
    sort: str = "place"


@dataclass(frozen=True, slots=True)
class TargetsFound:
    """lines: of one page; n: of all that match; counts: units by state in the whole scope; behind:
    how many are behind the calendar; target_fen, counted_fen, confirmed_fen: of the targets in
    force."""

    filters: TargetFilters
    lines: Sequence[TargetLine]
    n: int
    page: int
    n_pages: int
    counts: Mapping[str, int]
    n_behind: int
    n_exempt: int
    target_fen: int
    counted_fen: int
    confirmed_fen: int
    gone: int
    districts: Sequence[tuple[str, str]] = field(default=())


def _units(actor: Actor) -> list[OrgRef]:
    scope = scope_of(actor)
    units = buyers_in_force()
    if scope.kind == "all":
        return units
    refs = set(refs_in(scope)) if scope.kind in ("beneath", "unit") else set()
    return [one for one in units if one.ref in refs]


def target_lines(actor: Actor, *, year: int) -> list[TargetLine]:
    """Every unit in the actor's scope with its target and place. Raises NotSignedIn, Denied."""
    authorise(actor, "unit_targets.see")
    rows = unit_targets_visible_to(actor).filter(year=year).select_related("case")
    targets = {one.unit_id: one for one in rows}
    versions = _versions(list(targets.values()))
    counted, today = counted_in(year), clock.city_today()
    made = []
    for unit in _units(actor):
        target = targets.get(unit.id)
        version = versions.get(target.pk) if target else None
        owed = version.target_fen if version else 0
        whole = counted.get(unit.ref, NOTHING).whole
        progress = assessing.progress(whole.fen, owed, year, today)
        state = target.case.state if target else "draft"
        made.append(TargetLine(unit, target, version, state, progress, whole.confirmed_fen))
    return _placed(made)


def _versions(targets: Sequence[UnitTarget]) -> dict[int, UnitTargetVersion]:
    """By target: the version in force, else the newest."""
    wanted = {one.pk: one.accepted_n or one.n for one in targets}
    rows = UnitTargetVersion.objects.filter(target__in=targets)
    return {one.target_id: one for one in rows if one.n == wanted[one.target_id]}


def _placed(lines: Sequence[TargetLine]) -> list[TargetLine]:
    ranked = {
        one.unit.id: (one.progress.counted_fen, one.progress.target_fen)
        for one in lines
        if one.target and one.target.accepted_n
    }
    places = assessing.places(ranked)
    return [replace(one, place=places.get(one.unit.id, 0)) for one in lines]


def _matches(one: TargetLine, filters: TargetFilters) -> bool:
    is_of_state = {
        "": True,
        "behind": one.progress.is_behind,
        "exempt": one.is_exempt,
    }.get(filters.state, one.state == filters.state)
    is_of_place = filters.district in ("", one.unit.district)
    return is_of_state and is_of_place and filters.text in one.unit.name


def targets_matching(actor: Actor, *, filters: TargetFilters) -> list[TargetLine]:
    """All that match, by place (those without one last) or by name."""
    found = [one for one in target_lines(actor, year=filters.year) if _matches(one, filters)]
    if filters.sort == "name":
        return sorted(found, key=lambda one: (one.unit.name, one.unit.id))
    return sorted(found, key=lambda one: (not one.place, one.place, one.unit.name, one.unit.id))


def targets_page(actor: Actor, *, filters: TargetFilters, page: int = 1) -> TargetsFound:
    """One page of an office's units. Raises NotSignedIn, Denied."""
    everything = target_lines(actor, year=filters.year)
    found = targets_matching(actor, filters=filters)
    n_pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(1, page), n_pages)
    counts: dict[str, int] = {}
    for one in everything:
        counts[one.state] = counts.get(one.state, 0) + 1
    in_force = [one for one in everything if one.target and one.target.accepted_n]
    gone, of = assessing.days_gone(filters.year, clock.city_today())
    present = {one.unit.district for one in everything}
    return TargetsFound(
        filters=filters,
        lines=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        n=len(found),
        page=page,
        n_pages=n_pages,
        counts=counts,
        n_behind=sum(one.progress.is_behind for one in everything),
        n_exempt=sum(one.is_exempt for one in everything),
        target_fen=sum(one.progress.target_fen for one in in_force),
        counted_fen=sum(one.progress.counted_fen for one in in_force),
        confirmed_fen=sum(one.confirmed_fen for one in in_force),
        gone=gone * 1000 // of,
        districts=[one for one in nodes("district") if one[0] in present],
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed sheet. verdict: `same` (it names the newest version, unchanged), `changed` (an
    older one), `other` (a code of something else), `person` (no code found; a person says so)."""

    row: SealedSheet
    verdict: str
    link: LinkView | None


@dataclass(frozen=True, slots=True)
class TargetPart:
    """A part of the target: `canteen`, `gifts`, or `other`: channels that are of neither, which
    owe nothing by themselves. confirmed_fen: of what was counted."""

    name: str
    progress: Progress
    confirmed_fen: int


@dataclass(frozen=True, slots=True)
class TargetDetail:
    """One target. versions: newest first; version: the newest; in_force: the accepted one.

    progress, parts: against the version in force, else the newest; confirmed_fen: of what was
    counted in all. into: what the unit was merged into, where its purchases count now.
    """

    row: UnitTarget
    unit: OrgRef
    versions: Sequence[UnitTargetVersion]
    version: UnitTargetVersion
    in_force: UnitTargetVersion | None
    progress: Progress
    confirmed_fen: int
    parts: Sequence[TargetPart]
    place: int
    n_placed: int
    sheets: Sequence[Sealed]
    steps: Sequence[CaseStep]
    past: Sequence[Past]
    who: Mapping[str, str]
    into: OrgRef | None = None


def target_get(actor: Actor, *, ref: str) -> TargetDetail:
    """One target in the actor's scope. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "unit_targets.see")
    row = unit_targets_visible_to(actor).select_related("case", "unit").filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such target, or it is not yours to see."))
    versions = list(row.versions.select_related("filed_with", "target__unit").order_by("-n"))
    in_force = next((one for one in versions if one.n == row.accepted_n), None)
    lines = target_lines(actor, year=row.year)
    own = next((one for one in lines if one.unit.id == row.unit_id), None)
    counted = counted_in(row.year).get(row.unit.ref, NOTHING)
    owed = in_force or versions[0]
    today = clock.city_today()
    past = past_of(row.case_id)
    return TargetDetail(
        row=row,
        unit=organisation(row.unit_id),
        versions=versions,
        version=versions[0],
        in_force=in_force,
        progress=assessing.progress(counted.whole.fen, owed.target_fen, row.year, today),
        confirmed_fen=counted.whole.confirmed_fen,
        parts=_parts(counted, owed, row.year, today),
        place=own.place if own else 0,
        n_placed=sum(one.place > 0 for one in lines),
        sheets=_sheets(row, versions),
        steps=[one for one in case_steps(actor, row.case) if one.name not in ("file", "change")],
        past=past,
        who=people_named({one.person_ref for one in past}),
        into=organisation(head) if (head := head_of(row.unit_id)) != row.unit_id else None,
    )


def _parts(
    counted: Counted, version: UnitTargetVersion, year: int, today: dt.date
) -> list[TargetPart]:
    """Canteen, gifts, and what was bought by channels that are of neither part."""
    owed = {"canteen": version.reserved_fen, "gifts": version.gift_part_fen}
    made = []
    for name in PARTS:
        found = counted.by_part.get(name, Amounts())
        progress = assessing.progress(found.fen, owed.get(name, 0), year, today)
        made.append(TargetPart(name, progress, found.confirmed_fen))
    return made


def _sheets(row: UnitTarget, versions: Sequence[UnitTargetVersion]) -> list[Sealed]:
    links = {one.document.ref: one for one in links_of([f"unit_target:{row.ref}"])}
    by_id = {one.pk: one for one in versions}
    return [
        Sealed(one, _verdict(one, by_id, row.n), links.get(one.document_ref))
        for one in row.sheets.order_by("-id")
    ]


def _verdict(sheet: SealedSheet, versions: Mapping[int, UnitTargetVersion], newest: int) -> str:
    if not sheet.code:
        return "person"
    found = versions.get(sheet.version_id or 0)
    if found is None:
        return "other"
    is_whole = content_sha256(found) == found.content_sha256
    return "same" if found.n == newest and is_whole else "changed"


def own_target(actor: Actor, *, year: int) -> UnitTarget | None:
    """The target of the actor's own unit, if it has filed one."""
    rows = UnitTarget.objects.filter(unit_id=actor.organisation_id or 0, year=year)
    return rows.select_related("case").first()
