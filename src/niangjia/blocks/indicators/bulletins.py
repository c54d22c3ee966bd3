"""Reads: bulletins as they were published, paths from their tiles, audit samples."""

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.bulletin_types import (
    Change,
    Contribution,
    PrintedLine,
    PublishedBulletin,
)
from niangjia.blocks.indicators.figures import contributions_logged
from niangjia.blocks.indicators.models import Bulletin, BulletinTile
from niangjia.blocks.indicators.registry import indicator_at
from niangjia.blocks.indicators.rules import printed
from niangjia.core.errors import NotFound
from niangjia.lib import sampling
from niangjia.lib.sumtree import WIDTH, BadSum, Node, Path, build, leaves_of, path_of

RELATED = ("previous", "corrects")
# Documents stay where they are until one is asked for.
DEFERRED = ("document", "previous__document", "corrects__document")


def row_of(ref: str) -> Bulletin:
    """Raises NotFound."""
    row = Bulletin.objects.defer(*DEFERRED).select_related(*RELATED).filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such bulletin."), code="no_bulletin")
    return row


def frozen(row: Bulletin) -> PublishedBulletin:
    """A row as it crosses the door."""
    return PublishedBulletin(
        ref=row.ref,
        fact_ref=row.fact_ref,
        indicator=row.indicator,
        scope=row.scope,
        number=row.number,
        as_of=row.as_of,
        log_size=row.log_size,
        log_root=bytes(row.log_root),
        policy=row.policy,
        lines=tuple(row.lines),
        root=Node(bytes(row.tree_root), row.n, tuple(row.sums)),
        counts=row.counts,
        late=Change(row.late["n"], tuple(row.late["sums"])),
        adjusted=Change(row.adjusted["n"], tuple(row.adjusted["sums"])),
        previous=row.previous.ref if row.previous else "",
        corrects=row.corrects.ref if row.corrects else "",
        explanation=row.explanation,
        document_sha256=row.document_sha256,
        published_at=row.published_at,
    )


def bulletins(indicator: str, scope: str) -> list[PublishedBulletin]:
    """All of a scope, the newest first."""
    rows = Bulletin.objects.filter(indicator=indicator, scope=scope).defer(*DEFERRED)
    return [frozen(row) for row in rows.select_related(*RELATED).order_by("-number")]


def bulletin_get(ref: str) -> PublishedBulletin:
    """One bulletin. Raises NotFound."""
    return frozen(row_of(ref))


def bulletin_as_of(indicator: str, scope: str, as_of: dt.datetime) -> PublishedBulletin | None:
    """The bulletin that stands for that cut-off: the newest correction, if there is one."""
    rows = Bulletin.objects.filter(indicator=indicator, scope=scope, as_of=as_of)
    row = rows.defer(*DEFERRED).select_related(*RELATED).order_by("-number").first()
    return frozen(row) if row else None


def bulletin_holds(bulletin: PublishedBulletin) -> bool:
    """True if the log's open fields alone, read entry by entry, give the bulletin's tree again."""
    indicator = indicator_at(bulletin.indicator, bulletin.as_of)
    leaves = contributions_logged(indicator, bulletin.scope, bulletin.as_of, bulletin.log_size)
    try:
        return build(bulletin.lines, leaves) == bulletin.root
    except BadSum:
        return False


def all_bulletins() -> Iterator[PublishedBulletin]:
    """Every bulletin of the site, series by series."""
    rows = Bulletin.objects.defer(*DEFERRED).select_related(*RELATED)
    for row in rows.order_by("indicator", "scope", "number").iterator(100):
        yield frozen(row)


def bulletin_document(ref: str) -> bytes:
    """The bytes of its document, as its fact commits to them. Raises NotFound."""
    data = Bulletin.objects.filter(ref=ref).values_list("document", flat=True).first()
    if data is None:
        raise NotFound(_("There is no such bulletin."), code="no_bulletin")
    return bytes(data)


def bulletin_printed(
    bulletin: PublishedBulletin,
) -> tuple[tuple[PrintedLine, ...], tuple[PrintedLine, ...]]:
    """(lines, sums) of a bulletin as they are printed."""
    indicator = indicator_at(bulletin.indicator, bulletin.as_of)
    return printed(indicator, bulletin.root.sums, bulletin.counts)


def bulletin_path(ref: str, index: int) -> tuple[Contribution, Path]:
    """The leaf of the site's entry `index`, and its path to the bulletin's root: one tile is read
    for each level of the tree, three at 1,000,000 leaves. Raises NotFound: it is not counted."""
    bulletin = Bulletin.objects.filter(ref=ref).values_list("pk", "lines", "n").first()
    if bulletin is None:
        raise NotFound(_("There is no such bulletin."), code="no_bulletin")
    pk, lines, n = bulletin
    tile = (
        BulletinTile.objects.filter(bulletin_id=pk, level=0, first__lte=index)
        .order_by("-first")
        .values_list("number", "rows")
        .first()
    )
    places = [leaf.index for leaf in leaves_of(bytes(tile[1]))] if tile else []
    if tile is None or index not in places:
        raise NotFound(_("This record is not counted in that bulletin."), code="not_counted")
    number, rows = tile

    def read(level: int, at: int) -> bytes:
        return bytes(rows) if level == 0 else _rows(pk, level, at)

    return path_of(tuple(lines), number * WIDTH + places.index(index), n, read)


def _rows(pk: int, level: int, number: int) -> bytes:
    tiles = BulletinTile.objects.filter(bulletin_id=pk, level=level, number=number)
    return bytes(tiles.values_list("rows", flat=True).get())


def sample_places(row: Bulletin, seed: str) -> tuple[tuple[int, int], ...]:
    """(position, index in the site's log) of what a seed draws from the bulletin, as drawn."""
    positions = sampling.positions(seed, row.n)
    wanted = {position // WIDTH for position in positions}
    tiles = BulletinTile.objects.filter(bulletin=row, level=0, number__in=wanted)
    kept = {number: bytes(rows) for number, rows in tiles.values_list("number", "rows")}
    leaves = {number: leaves_of(rows) for number, rows in kept.items()}
    return tuple((at, leaves[at // WIDTH][at % WIDTH].index) for at in positions)
