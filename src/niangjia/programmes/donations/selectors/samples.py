"""Audit samples of a bulletin, with masked donors."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations import donors, rules
from niangjia.programmes.donations.bulletin_models import Sample, SampleItem
from niangjia.programmes.donations.selectors.raisings import seen_ids


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A sample in a list. n, n_checked, n_seen, n_missing, n_differs: positions."""

    ref: str
    seed: str
    drawn_at: dt.datetime
    n: int
    n_seen: int
    n_missing: int
    n_differs: int

    @property
    def n_checked(self) -> int:
        return self.n_seen + self.n_missing + self.n_differs


@dataclass(frozen=True, slots=True)
class Position:
    """A position. donor: masked, empty where there is none; fen: as the bulletin counts it."""

    place: int
    position: int
    log_index: int
    gift_ref: str
    number: str
    donor: str
    line: int
    fen: int
    source: str
    received_at: dt.datetime | None
    found: str
    note: str


def samples(actor: Actor, *, bulletin_ref: str) -> list[SampleLine]:
    """All of a bulletin, the newest first."""
    authorise(actor, "donations.see")
    rows = Sample.objects.filter(bulletin_ref=bulletin_ref, raising_id__in=seen_ids(actor))
    counts = {
        f"n_{name}": Count("items", filter=Q(items__found=name))
        for name in ("seen", "missing", "differs")
    }
    found = rows.annotate(n=Count("items"), **counts).order_by("-id")
    columns = ("ref", "seed", "drawn_at", "n", "n_seen", "n_missing", "n_differs")
    return [SampleLine(*row) for row in found.values_list(*columns)]


def sample_get(actor: Actor, *, ref: str) -> tuple[str, list[Position]]:
    """(ref of its bulletin, positions as drawn). Raises NotFound."""
    authorise(actor, "donations.see")
    row = Sample.objects.filter(ref=ref, raising_id__in=seen_ids(actor)).first()
    if row is None:
        raise NotFound(_("There is no such sample."))
    items = SampleItem.objects.filter(sample=row).select_related("gift__donor").order_by("place")
    listed = list(items)
    names = donors.names_of([one.gift.donor for one in listed if one.gift.donor])
    return row.bulletin_ref, [
        Position(
            place=one.place,
            position=one.position,
            log_index=one.log_index,
            gift_ref=one.gift.ref,
            number=rules.shown_number(one.gift.number),
            donor=names[one.gift.donor.pk] if one.gift.donor else "",
            line=one.gift.line,
            fen=one.fen,
            source=one.gift.source,
            received_at=one.gift.received_at,
            found=one.found,
            note=one.note,
        )
        for one in listed
    ]
