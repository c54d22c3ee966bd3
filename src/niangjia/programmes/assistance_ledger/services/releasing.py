"""Releasing figures: proposed, checked for secrets, signed off, then frozen as a fact."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.desk.public import inbox_done
from niangjia.blocks.indicators.public import Sums, snapshot
from niangjia.blocks.orgs.public import city_office, heads_by_ref, nodes, organisation
from niangjia.blocks.places.public import paired_counties
from niangjia.core import clock
from niangjia.core.db.held import hold
from niangjia.core.errors import Conflict, Invalid, NotFound, ProgrammingError
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import chain, figures, heads, periods, policy
from niangjia.programmes.assistance_ledger.facts import RELEASED
from niangjia.programmes.assistance_ledger.models import Release, ReleaseCell
from niangjia.programmes.assistance_ledger.periods import Period

NAME = "assistance_ledger.releases"
Cells = dict[tuple[str, ...], Sums]


@service(permission="purchases.release", records=FACT)
def release_propose(work: Work, /, *, period: str, note: str = "") -> str:
    """The period's figures as they are now wait for the secrecy check; returns the release's ref.

    Raises Invalid: no such period, not begun, no rule for it, within a longer one that was
    released, empty, nothing changed, too few to show; Conflict: another proposal is open.
    """
    span = periods.parse(period)
    hold(NAME, alone=True)
    today = clock.city_today()
    if span.first > today:
        raise Invalid(_("The period %(period)s has not begun."), code="future", period=span.code)
    _refuse_second()
    cut_off = min(span.last, today)
    rule = _rule_on(cut_off, span)
    size, recorded = snapshot("purchases", span.months)
    cells = figures.with_heads(recorded, heads_by_ref("buyer"))
    _refuse_within_released(span)
    own = [_read(one) for one in _published().filter(period=span.code).order_by("version")]
    if own and own[-1][1] == _stored(cells):
        raise _nothing_changed(len(own))
    before = [figures.earlier([one]) for one in own]
    before += [figures.earlier(parts) for parts in _views_within(span)]
    head: dict[str, str | int] = {
        "period": span.code,
        "version": len(own) + 1,
        "cut_off": cut_off.isoformat(),
        "log_size": size,
    }
    counted = _heads(cells, span, cut_off, [(one.document, then) for one, then in own])
    found = figures.figures(cells, before, rule, head, counted)
    if own and _said(found.document) == _said(own[-1][0].document):
        raise _nothing_changed(len(own))
    release = _store(work, found, recorded, size, note)
    _decide(work, release, "propose", version=0)
    return release.ref


def _nothing_changed(version: int) -> Invalid:
    return Invalid(
        _("Nothing changed since release %(version)s. The board shows what it should."),
        code="nothing_changed",
        version=version,
    )


def _said(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the public reads of a release, without the numbers that every release has anew."""
    apart = ("version", "cut_off", "log_size", "released_at")
    return {name: value for name, value in document.items() if name not in apart}


def _heads(
    cells: Cells, span: Period, cut_off: dt.date, own: Sequence[tuple[Mapping[str, Any], Cells]]
) -> dict[str, Any] | None:
    """Head counts, if tables of them are declared for such a period."""
    rule = policy.heads_on(cut_off)
    if rule is None or "Q" not in span.code:
        return None
    districts = [code for code, _name in nodes("district", "virtual_district")]
    listed = {"county": sorted(paired_counties()), "district": districts}
    return heads.section(cells, rule, listed, own)


@service(permission="releases.decide", records=FACT)
def release_decide(
    work: Work, /, *, release_ref: str, step: str, version: int, reason: str = ""
) -> str:
    """The release has moved by `step` of chain.RELEASE; `sign` publishes it. Returns its state.

    version: of the case as the actor saw it. Raises NotFound, Denied (role, four eyes), Conflict
    (moved meanwhile), Invalid (no reason).
    """
    hold(NAME, alone=True)
    release = (
        Release.objects.select_related("case").filter(ref=release_ref, case__isnull=False).first()
    )
    if release is None:
        raise NotFound(_("There is no such release."))
    return _decide(work, release, step, version=version, reason=reason)


def _published() -> QuerySet[Release]:
    return Release.objects.filter(state="published")


def _refuse_second() -> None:
    if waiting := Release.objects.filter(state="open").first():
        raise Conflict(
            _(
                "%(period)s is proposed and waits to be decided. One proposal at a time: what "
                "each shows is checked against all that was published before."
            ),
            code="proposal_open",
            period=periods.name(waiting.period),
        )


def _decide(work: Work, release: Release, step: str, *, version: int, reason: str = "") -> str:
    if release.case is None:
        raise ProgrammingError("a release without a case is not decided")
    matter = Matter(
        organisation=organisation(release.case.organisation_id),
        href=reverse("assistance_ledger:proposal", args=[release.ref]),
        period=release.period,
        content={"n": json.loads(bytes(release.document))["n"], "version": release.version},
        content_sha256=release.sha256,
        params={"period": release.period, "version": release.version},
    )
    publish = partial(_publish, work, release) if step == "sign" else None
    state = case_decide(
        work, release.case, step, matter, version=version, reason=reason, fact=publish
    )
    if state in ("returned", "withdrawn"):
        Release.objects.filter(pk=release.pk).update(state="withdrawn")
    elif state == "published":
        work.send("figures.publish", {"release": release.ref})
    return state


def _publish(work: Work, release: Release, _state: str) -> Fact:
    """The release has its instant and stands on the board; returns the fact that says so."""
    document = json.loads(bytes(release.document))
    document["released_at"] = work.at.isoformat(timespec="seconds")
    data = figures.encode(document)
    release.document, release.sha256 = data, hashlib.sha256(data).hexdigest()
    release.state, release.released_at, release.fact_ref = "published", work.at, work.new_id()
    release.save()
    values = {name: document[name] for name in RELEASED.open if name in document}
    left_out = document["not_counted_fen"]
    values["recorded_fen"] = int(document["counted_fen"]) + int(left_out or 0)
    return Fact(
        RELEASED,
        f"release:{release.ref}",
        dt.datetime.fromisoformat(document["released_at"]),
        {**values, "document_sha256": release.sha256, "release": release.ref},
        {BUSINESS: f"org:{work.actor.organisation_ref}"},
        ref=release.fact_ref,
    )


def _rule_on(cut_off: dt.date, span: Period) -> policy.Counting:
    try:
        return policy.counting_on(cut_off)
    except LookupError as error:
        raise Invalid(
            _("No counting rule is in force for %(period)s. Figures begin with a later period."),
            code="no_rule",
            period=span.code,
        ) from error


def _newest() -> dict[Period, Release]:
    """The newest release of every period."""
    rows = _published().order_by("version").defer("document")
    return {periods.parse(release.period): release for release in rows}


def _refuse_within_released(span: Period) -> None:
    """Once a year stands, its quarters are closed: a reader could subtract one from the other."""
    for other in _newest():
        if other != span and other.holds(span):
            raise Invalid(
                _(
                    "%(other)s was released and holds %(period)s. Release %(other)s again: it "
                    "shows every month."
                ),
                code="period_within_released",
                other=other.code,
                period=span.code,
            )


def _views_within(span: Period) -> list[list[tuple[figures.Figures, Cells]]]:
    """What a reader can add up to subtract it from `span`: each release of a shorter period, and
    each together with the newest of the others beside it."""
    newest = {one: row for one, row in _newest().items() if one != span and span.holds(one)}
    largest = [one for one in newest if not any(o != one and o.holds(one) for o in newest)]
    views = []
    for inner in newest:
        beside = [_read(newest[one]) for one in largest if not one.meets(inner)]
        for release in _published().filter(period=inner.code):
            alone = _read(release)
            views += [[alone], [alone, *beside]] if beside else [[alone]]
    return views


def _read(release: Release) -> tuple[figures.Figures, Cells]:
    document = json.loads(bytes(release.document))
    return figures.Figures(document, release.others), _cells_of(release)


def _store(work: Work, made: figures.Figures, cells: Cells, size: int, note: str) -> Release:
    found = made.document
    data = figures.encode(found)
    ref = work.new_id()
    office = city_office()
    subject = f"release:{ref}"
    cases = cases_open(work, chain.RELEASE.name, [Opening(subject, office)])
    release = Release.objects.create(
        ref=ref,
        period=found["period"],
        version=found["version"],
        document=data,
        others=made.others,
        sha256=hashlib.sha256(data).hexdigest(),
        log_size=size,
        case_id=cases[subject],
        note=note.strip()[:500],
        proposed_at=work.at,
    )
    ReleaseCell.objects.bulk_create(
        [
            ReleaseCell(
                release=release,
                key="\x1f".join(k),
                n=s.n,
                fen=s.fen,
                confirmed_fen=s.fifth,
                confirmed_households=s.sixth,
                confirmed_people=s.seventh,
            )
            for k, s in cells.items()
        ],
        batch_size=200,
    )
    gone = Release.objects.filter(state="withdrawn", period=release.period)
    inbox_done(work, [f"release:{old}" for old in gone.values_list("ref", flat=True)])
    return release


def _cells_of(release: Release) -> Cells:
    """The unmerged cells that a release was made from, kept inside for the next comparison."""
    names = ("n", "fen", "confirmed_fen", "confirmed_households", "confirmed_people")
    rows = ReleaseCell.objects.filter(release=release).values_list("key", *names)
    cells = {
        tuple(key.split("\x1f")): Sums(n, fen, fifth=c or 0, sixth=h or 0, seventh=p or 0)
        for key, n, fen, c, h, p in rows
    }
    return figures.with_heads(cells, heads_by_ref("buyer"))


def _stored(cells: Cells) -> Cells:
    """Of each cell what is kept of it with a release."""
    return {
        key: Sums(s.n, s.fen, fifth=s.fifth, sixth=s.sixth, seventh=s.seventh)
        for key, s in cells.items()
    }
