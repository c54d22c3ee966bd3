"""Releasing figures: what the public board shows, frozen as a fact."""

import datetime as dt
import hashlib

from django.db.models import Max
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

Cells = dict[tuple[str, ...], Sums]


@service(permission="purchases.release", records=FACT)
def figures_release(work: Work, /, *, period: str) -> str:
    """The period's figures stand on the public board as they are now; returns the release's ref.

    Raises Invalid: no such period, not begun, nothing changed, too few to show.
    """
    span = periods.parse(period)
    today = clock.city_today()
    if span.first > today:
        raise Invalid(_("The period %(period)s has not begun."), code="future", period=span.code)
    size, cells = snapshot("purchases", span.months)
    cut_off = min(span.last, today)
    last = Release.objects.filter(period=span.code).order_by("-version").first()
    before = _cells_of(last) if last else None
    if before is not None and before == _money_only(cells):
        raise Invalid(
            _("Nothing changed since release %(version)s. The board shows what it should."),
            code="nothing_changed",
            version=last.version if last else 0,
        )
    version = (
        Release.objects.filter(period=span.code).aggregate(top=Max("version"))["top"] or 0
    ) + 1
    head = {
        "period": span.code,
        "version": version,
        "cut_off": cut_off.isoformat(),
        "log_size": size,
        "released_at": work.at.isoformat(timespec="seconds"),
    }
    found = figures.document(cells, before, policy.counting_on(cut_off), head)
    return _store(work, found, cells, size)


def _store(work: Work, found: dict[str, object], cells: Cells, size: int) -> str:
    data = figures.encode(found)
    digest = hashlib.sha256(data).hexdigest()
    ref, fact_ref = work.new_id(), work.new_id()
    release = Release.objects.create(
        ref=ref,
        period=str(found["period"]),
        version=int(str(found["version"])),
        document=data,
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
            {**values, "document_sha256": digest, "release": ref},  # type: ignore[dict-item]
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
