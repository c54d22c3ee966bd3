"""Bulletins of a raising, those that wait to be signed, and what they are held against."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import moved
from niangjia.blocks.indicators.public import (
    Change,
    PrintedLine,
    PublishedBulletin,
    bulletin_document,
    bulletins,
    indicator_at,
    printed,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations import books
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.bulletin_models import Proposal
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.receipt_models import OfficialReceipt
from niangjia.programmes.donations.selectors.raisings import raising_public, seen_ids


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A bulletin that was prepared. state, version: of its case; lines, sums: as they will be
    printed; late, adjusted: against the bulletin before; pledged: (gifts, fen) outside the total.
    """

    ref: str
    slug: str
    title: str
    as_of: dt.datetime
    log_size: int
    corrects: str
    explanation: str
    tree_root: str
    n: int
    lines: tuple[PrintedLine, ...]
    sums: tuple[PrintedLine, ...]
    counts: Mapping[str, int]
    late: Change
    adjusted: Change
    state: str
    version: int
    prepared_at: dt.datetime
    mine: bool
    bulletin_ref: str


def proposals(actor: Actor, *, slug: str = "") -> list[ProposalView]:
    """The newest 50 of the raisings that the actor works on."""
    rows = _rows(actor)
    rows = rows.filter(raising__slug=slug) if slug else rows
    return [_view(actor, row) for row in rows.order_by("-id")[:50]]


def proposal_get(actor: Actor, *, ref: str) -> ProposalView:
    """One of them. Raises NotFound."""
    row = _rows(actor).filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such draft of a bulletin."))
    return _view(actor, row)


def _rows(actor: Actor) -> QuerySet[Proposal]:
    authorise(actor, "donations.see")
    return Proposal.objects.filter(raising_id__in=seen_ids(actor)).select_related("case", "raising")


def _view(actor: Actor, row: Proposal) -> ProposalView:
    lines, sums = printed(indicator_at(INDICATOR, row.as_of), row.sums, row.counts)
    return ProposalView(
        ref=row.ref,
        slug=row.raising.slug,
        title=row.raising.title,
        as_of=row.as_of,
        log_size=row.log_size,
        corrects=row.corrects,
        explanation=row.explanation,
        tree_root=row.tree_root,
        n=row.n,
        lines=lines,
        sums=sums,
        counts=row.counts,
        late=Change(row.late["n"], tuple(row.late["sums"])),
        adjusted=Change(row.adjusted["n"], tuple(row.adjusted["sums"])),
        state=row.case.state,
        version=row.case.version,
        prepared_at=row.prepared_at,
        mine=row.prepared_by == actor.person_ref,
        bulletin_ref=row.bulletin_ref,
    )


def raising_bulletins(slug: str) -> list[PublishedBulletin]:
    """All of a raising that was opened, the newest first. Raises NotFound."""
    raising_public(slug)
    return bulletins(INDICATOR, slug)


@dataclass(frozen=True, slots=True)
class BulletinView:
    """A bulletin as it was published. document: what its fact commits to; before: the bulletin that
    it corrects; after: the one that corrects it; proposal: ref of its draft."""

    bulletin: PublishedBulletin
    document: Mapping[str, Any]
    before: PublishedBulletin | None
    after: PublishedBulletin | None
    previous: PublishedBulletin | None
    newest: bool


def bulletin_view(slug: str, number: int) -> BulletinView:
    """The bulletin of that number. Raises NotFound."""
    listed = raising_bulletins(slug)
    found = next((one for one in listed if one.number == number), None)
    if found is None:
        raise NotFound(_("There is no bulletin of that number."))
    by_ref = {one.ref: one for one in listed}
    after = next((one for one in listed if one.corrects == found.ref), None)
    return BulletinView(
        bulletin=found,
        document=json.loads(bulletin_document(found.ref)),
        before=by_ref.get(found.corrects),
        after=after,
        previous=by_ref.get(found.previous),
        newest=found == listed[0],
    )


SETTLED = Q(state="matched") & (
    Q(how__in=["gift", "collection", "pledge", "hand", "payout"])
    | Q(how="roster", roster__state="taken")
)


@dataclass(frozen=True, slots=True)
class Against:
    """What a bulletin's money is held against: as of the same cut-off, by now.

    bank_fen: what came in by the statements; settled_fen: gifts that it accounts for: of a roster
    once it is taken, of a platform's payouts with what the platform kept; open_fen: what nobody has
    said yet. receipts: official ones that hold; pledged: outside the total.
    """

    bank_fen: int
    settled_fen: int
    open_fen: int
    n_open: int
    n_receipts: int
    receipts_fen: int
    n_pledged: int
    pledged_fen: int
    n_pledged_unvalued: int


def held_against(slug: str, as_of: dt.datetime) -> Against:
    """Official receipts of gifts that were received by then, and pledges that are still open."""
    receipts = OfficialReceipt.objects.filter(
        gift__raising__slug=slug, gift__received_at__lte=as_of, voided_at__isnull=True
    )
    pledged = Gift.objects.filter(raising__slug=slug, state="pledged")
    fen = receipts.aggregate(fen=Sum("fen"))["fen"] or 0
    sums = pledged.aggregate(fen=Sum("pledged_fen"))
    came = BankLine.objects.filter(account__raising__slug=slug, at__lte=as_of, fen__gt=0)
    bank = came.aggregate(
        whole=Sum("fen"),
        settled=Sum("fen", filter=SETTLED),
        payouts=Count("id", filter=Q(state="matched", how="payout")),
        open=Sum("fen", filter=Q(state="open")),
        n_open=Count("id", filter=Q(state="open")),
    )
    kept = _kept(slug, as_of) if bank["payouts"] else 0
    return Against(
        bank["whole"] or 0,
        (bank["settled"] or 0) + kept,
        bank["open"] or 0,
        bank["n_open"],
        receipts.count(),
        fen,
        pledged.count(),
        sums["fen"] or 0,
        pledged.filter(pledged_fen__isnull=True).count(),
    )


def _kept(slug: str, as_of: dt.datetime) -> int:
    """What the platform kept of online gifts that were paid out: they count whole as gifts."""
    return moved(books.BOOK, books.fees(slug), books.platform(slug), until=as_of)


__all__ = [
    "Against",
    "BulletinView",
    "ProposalView",
    "bulletin_view",
    "held_against",
    "proposal_get",
    "proposals",
    "raising_bulletins",
]
