"""A bulletin before it is published: read, added up and hashed outside any transaction."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.bulletin_types import Change, Contribution, Figures, Indicator
from niangjia.blocks.indicators.figures import Since, added_up, hour_of
from niangjia.blocks.indicators.models import Bulletin, BulletinTile
from niangjia.blocks.indicators.registry import gathered, indicator_at
from niangjia.blocks.ledger.public import SignedRoot, served_size, signed_root
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.lib.sumtree import Tile, leaves_of


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a bulletin will say but its number. previous, since, corrects: see models."""

    indicator: Indicator
    scope: str
    as_of: dt.datetime
    log_size: int
    signed: SignedRoot
    figures: Figures
    late: Change
    adjusted: Change
    previous: Bulletin | None
    since: Bulletin | None
    corrects: Bulletin | None
    tiles: tuple[Tile, ...] = field(repr=False)


def bulletin_draft(
    *,
    indicator: str,
    scope: str,
    as_of: dt.datetime,
    log_size: int | None = None,
    corrects: str = "",
) -> Draft:
    """What a bulletin would say now. log_size: entries of the site that it sees, those that are
    served without one; corrects: ref of the bulletin that it takes the place of.

    Raises NotFound, Invalid (as_of_not_hour, as_of_future, log_size_unsigned), Conflict
    (as_of_before, as_of_taken, log_size_before, corrected_already, bulletin_sum).
    """
    version = indicator_at(indicator, as_of)
    size = served_size() if log_size is None else log_size
    series = Bulletin.objects.filter(indicator=indicator, scope=scope)
    previous = series.order_by("-number").first()
    corrected = _corrected(indicator, scope, corrects, as_of) if corrects else None
    since = corrected or series.order_by("-as_of", "-number").first()
    _check_time(as_of)
    if since is not None and corrected is None:
        _check_order(since, as_of)
    signed = _signed(size, previous)
    watch = _since(version, scope, since, size) if since else None
    tiles = list[Tile]()
    figures = added_up(version, scope, as_of, size, tiles.append, watch)
    none = Change(0, (0,) * len(version.lines))
    late, adjusted = (watch.late, watch.adjusted) if watch else (none, none)
    return Draft(
        version,
        scope,
        as_of,
        size,
        signed,
        figures,
        late,
        adjusted,
        previous,
        since,
        corrected,
        tuple(tiles),
    )


def _check_time(as_of: dt.datetime) -> None:
    if (as_of.minute, as_of.second, as_of.microsecond) != (0, 0, 0):
        raise Invalid(
            _("The cut-off must be a whole hour: facts show the hour only. Choose one."),
            code="as_of_not_hour",
        )
    if as_of > clock.city_now():
        raise Invalid(
            _("The cut-off lies in the future. Publish when the hour has passed."),
            code="as_of_future",
        )


def _check_order(since: Bulletin, as_of: dt.datetime) -> None:
    said = {"number": since.number, "at": hour_of(since.as_of)}
    if as_of < since.as_of:
        raise Conflict(
            _(
                "Bulletin %(number)s is already as of %(at)s. Choose a later cut-off; an earlier"
                " bulletin can only be corrected."
            ),
            code="as_of_before",
            **said,
        )
    if as_of == since.as_of:
        raise Conflict(
            _(
                "Bulletin %(number)s is already as of %(at)s. What was wrong in it is put right by"
                " a correction of it, with its explanation."
            ),
            code="as_of_taken",
            **said,
        )


def _corrected(indicator: str, scope: str, ref: str, as_of: dt.datetime) -> Bulletin:
    """The bulletin to be corrected: the newest of its cut-off."""
    series = Bulletin.objects.filter(indicator=indicator, scope=scope)
    row = series.filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such bulletin to correct."), code="nothing_to_correct")
    if row.as_of != as_of:
        raise Invalid(
            _("A correction has the cut-off of the bulletin that it corrects, %(at)s."),
            code="correction_other_time",
            at=hour_of(row.as_of),
        )
    newest = series.filter(as_of=row.as_of).order_by("-number").first()
    if newest is not None and newest.pk != row.pk:
        raise Conflict(
            _("This bulletin was corrected by bulletin %(number)s. Correct that one."),
            code="corrected_already",
            number=newest.number,
        )
    return row


def _signed(size: int, previous: Bulletin | None) -> SignedRoot:
    if previous is not None and size < previous.log_size:
        raise Conflict(
            _("Bulletin %(number)s saw %(n)s entries of the log already; take no fewer."),
            code="log_size_before",
            number=previous.number,
            n=previous.log_size,
        )
    found = signed_root(size)
    if found is None:
        raise Invalid(
            _("The log has signed nothing at %(n)s entries. Take the size of a checkpoint."),
            code="log_size_unsigned",
            n=size,
        )
    return found


def _since(indicator: Indicator, scope: str, since: Bulletin, size: int) -> Since:
    early = gathered(indicator.id, scope, since.as_of, size).contributions
    return Since(indicator.line_ids, kept_leaves(since), (leaf.index for leaf in early))


def kept_leaves(bulletin: Bulletin) -> Iterator[Contribution]:
    """The leaves of a published bulletin, as they were."""
    tiles = BulletinTile.objects.filter(bulletin=bulletin, level=0).order_by("number")
    for rows in tiles.values_list("rows", flat=True).iterator(50):
        yield from leaves_of(bytes(rows))
