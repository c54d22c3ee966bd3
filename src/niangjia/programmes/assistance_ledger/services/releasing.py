"""Releasing figures: what the public board shows, frozen as a fact."""

import datetime as dt
import hashlib
import json

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.public import Sums, snapshot
from niangjia.core import clock
from niangjia.core.errors import Invalid
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import figures, periods, policy
from niangjia.programmes.assistance_ledger.facts import RELEASED
from niangjia.programmes.assistance_ledger.models import Release, ReleaseCell
from niangjia.programmes.assistance_ledger.periods import Period

Cells = dict[tuple[str, ...], Sums]


@service(permission="purchases.release", records=FACT)
def figures_release(work: Work, /, *, period: str) -> str:
    """The period's figures stand on the public board as they are now; returns the release's ref.

    Raises Invalid: no such period, not begun, no rule for it, within a longer one that was
    released, empty, nothing changed, too few to show.
    """
    span = periods.parse(period)
    today = clock.city_today()
    if span.first > today:
        raise Invalid(_("The period %(period)s has not begun."), code="future", period=span.code)
    cut_off = min(span.last, today)
    rule = _rule_on(cut_off, span)
    size, cells = snapshot("purchases", span.months)
    _refuse_within_released(span)
    versions = Release.objects.filter(period=span.code).order_by("version")
    own = [_read(release) for release in versions]
    if own and own[-1][1] == _money_only(cells):
        raise Invalid(
            _("Nothing changed since release %(version)s. The board shows what it should."),
            code="nothing_changed",
            version=len(own),
        )
    before = [figures.earlier([one]) for one in own]
    before += [figures.earlier(parts) for parts in _views_within(span)]
    head: dict[str, str | int] = {
        "period": span.code,
        "version": len(own) + 1,
        "cut_off": cut_off.isoformat(),
        "log_size": size,
        "released_at": work.at.isoformat(timespec="seconds"),
    }
    found = figures.figures(cells, before, rule, head)
    return _store(work, found, cells, size)


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
    rows = Release.objects.order_by("version").defer("document")
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
        for release in Release.objects.filter(period=inner.code):
            alone = _read(release)
            views += [[alone], [alone, *beside]] if beside else [[alone]]
    return views


def _read(release: Release) -> tuple[figures.Figures, Cells]:
    document = json.loads(bytes(release.document))
    return figures.Figures(document, release.others), _cells_of(release)


def _store(work: Work, made: figures.Figures, cells: Cells, size: int) -> str:
    found = made.document
    data = figures.encode(found)
    digest = hashlib.sha256(data).hexdigest()
    ref, fact_ref = work.new_id(), work.new_id()
    release = Release.objects.create(
        ref=ref,
        period=found["period"],
        version=found["version"],
        document=data,
        others=made.others,
        sha256=digest,
        log_size=size,
        fact_ref=fact_ref,
        released_at=work.at,
    )
    ReleaseCell.objects.bulk_create(
        [
            ReleaseCell(release=release, key="\x1f".join(k), n=s.n, fen=s.fen)
            for k, s in cells.items()
        ],
        batch_size=200,
    )
    values = {name: found[name] for name in RELEASED.open if name in found}
    left_out = found["not_counted_fen"]
    values["recorded_fen"] = int(str(found["counted_fen"])) + int(str(left_out or 0))
    work.record(
        Fact(
            RELEASED,
            f"release:{ref}",
            dt.datetime.fromisoformat(str(found["released_at"])),
            {**values, "document_sha256": digest, "release": ref},
            {BUSINESS: f"org:{work.actor.organisation_ref}"},
            ref=fact_ref,
        )
    )
    work.send("figures.publish", {"release": ref})
    return ref


def _cells_of(release: Release) -> Cells:
    """The unmerged cells that a release was made from, kept inside for the next comparison."""
    rows = ReleaseCell.objects.filter(release=release).values_list("key", "n", "fen")
    return {tuple(key.split("\x1f")): Sums(n, fen, 0, 0) for key, n, fen in rows}


def _money_only(cells: Cells) -> Cells:
    return {key: Sums(sums.n, sums.fen, 0, 0) for key, sums in cells.items()}
