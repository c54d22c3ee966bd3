"""Which log is written to, and how the first one begins."""

import secrets

from django.conf import settings
from django.db import transaction

from niangjia.blocks.ledger import log_key
from niangjia.blocks.ledger.models import Entry, Head, Log, Tile
from niangjia.core import clock
from niangjia.lib.tlog.hashing import HASH_BYTES, root_of
from niangjia.lib.tlog.tiles import WIDTH


def newest_log() -> Log | None:
    """The log that is written to; None before the first entry."""
    return Log.objects.order_by("-number").first()


def open_first() -> Log:
    """The first log is there, with the tiles of the entries that an earlier version left.

    Its origin is fixed for ever and names no host: the city's code and 8 random digits.
    """
    origin = f"niangjia/{settings.NIANGJIA_CITY_CODE}/{secrets.token_hex(4)}"
    log_key.make(origin)
    with transaction.atomic():
        Head.objects.select_for_update().get(pk=1)
        if (there := newest_log()) is not None:
            return there
        log = Log.objects.create(number=1, origin=origin, first=0, opened_at=clock.real_now())
        _fill(log, Head.objects.get(pk=1).size)
    return log


def _fill(log: Log, size: int) -> None:
    """All full tiles of a log of `size` entries."""
    level = 0
    while size >= WIDTH:
        for n in range(size // WIDTH):
            part = partial(log, level, n, WIDTH)
            Tile.objects.create(
                log=log, level=level, n=n, hashes=b"".join(part), root=root_of(part)
            )
        level, size = level + 1, size // WIDTH


def partial(log: Log, level: int, n: int, width: int) -> list[bytes]:
    """The first `width` hashes of a tile, from the entries or from the tiles below."""
    if not width:
        return []
    first, end = n * WIDTH, n * WIDTH + width
    if level == 0:
        rows = Entry.objects.filter(index__gte=log.first + first, index__lt=log.first + end)
        found = [bytes(one) for one in rows.order_by("index").values_list("leaf_hash", flat=True)]
    else:
        below = Tile.objects.filter(log=log, level=level - 1, n__gte=first, n__lt=end)
        found = [bytes(one) for one in below.order_by("n").values_list("root", flat=True)]
    if len(found) != width or any(len(one) != HASH_BYTES for one in found):
        raise ValueError(f"tile {level}/{n} has {len(found)} of {width} hashes")
    return found
