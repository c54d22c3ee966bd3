"""Taking gifts inside a Work: the same for a payment, a transfer, a roster and a collection."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Order, orders_take
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work
from niangjia.programmes.donations import books, rules
from niangjia.programmes.donations.donors import DonorRef, donors_take, told_apart
from niangjia.programmes.donations.facts import RECEIVED
from niangjia.programmes.donations.models import Direction, Donor, Gift, Raising
from niangjia.programmes.donations.types import DirectionIn, GiftIn, GiftTaken

BATCH = 200
COLUMNS = (
    "ref",
    "number",
    "raising_id",
    "direction_id",
    "donor_id",
    "referrer_id",
    "digest",
    "line",
    "kind",
    "channel",
    "n_people",
    "n_times",
    "pledged_fen",
    "fen",
    "changed_fen",
    "unvalued",
    "state",
    "what",
    "said",
    "show_name",
    "show_amount",
    "source",
    "pledged_at",
    "received_at",
    "recorded_at",
    "pledge_ref",
    "fact_ref",
    "secret_digest",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A gift about to be recorded with all that it refers to."""

    row: GiftIn
    ref: str
    number: str
    fact_ref: str
    digest: str
    donor: DonorRef | None
    direction: Direction | None
    referrer: DonorRef | None


def gift_digest(raising: Raising, key: str) -> str:
    """What a gift is known by in a raising."""
    return hashlib.sha256(f"{raising.ref}\0{key}".encode()).hexdigest()


def new_number() -> str:
    """A receipt's number: 11 random characters and their check."""
    body = "".join(secrets.choice(rules.ALPHABET) for _ in range(11))
    return body + rules.check_character(body)


def check_gift(row: GiftIn, at: dt.datetime) -> None:
    """Raises Invalid for what no gift can be."""
    if type(row.fen) is not int or not 0 < row.fen <= rules.MOST_FEN:
        raise Invalid(
            _("An amount is more than 0 and at most 90,071,992,547,409.91 yuan."), code="amount"
        )
    if not 0 <= row.fee_fen <= row.fen:
        raise Invalid(_("A fee cannot be more than the gift."), code="fee")
    if row.received_at > at:
        raise Invalid(_("A gift cannot arrive in the future."), code="future")
    if row.n_people < 1 or row.n_times < row.n_people:
        raise Invalid(_("A collection has people, and not fewer person-times."), code="people")


def directions_take(
    work: Work, raising: Raising, wanted: Sequence[DirectionIn]
) -> dict[DirectionIn, Direction]:
    """Every direction is there with its account, by what was given."""
    if not wanted:
        return {}
    known = {_key(one): one for one in Direction.objects.filter(raising=raising)}
    fresh = [one for one in dict.fromkeys(wanted) if one not in known]
    if fresh:
        Raising.objects.select_for_update().get(pk=raising.pk)
        known = {_key(one): one for one in Direction.objects.filter(raising=raising)}
        fresh = [one for one in fresh if one not in known]
        first = len(known) + 1
        made = Direction.objects.bulk_create(
            [
                Direction(
                    raising=raising, n=n, beneficiary=one.beneficiary, area=one.area, use=one.use
                )
                for n, one in enumerate(fresh, first)
            ]
        )
        books.direction_accounts(work, raising, made)
        known |= {_key(one): one for one in Direction.objects.filter(raising=raising)}
    return {one: known[one] for one in wanted}


def _key(one: Direction) -> DirectionIn:
    return DirectionIn(one.beneficiary, one.area, one.use)


def gifts_take(work: Work, raising: Raising, rows: Sequence[GiftIn]) -> dict[str, GiftTaken]:
    """Every gift is in once: counted, in the books and in the log; by its key.

    Rows recorded together are shuffled, so that their places in the log say nothing of the order of
    a list. Raises Invalid, Conflict (a capped raising's goal).
    """
    if len(rows) > BATCH:
        raise Invalid(_("At most %(n)s rows in a batch."), code="batch_too_large", n=BATCH)
    for row in rows:
        check_gift(row, work.at)
    digests = {gift_digest(raising, row.key): row for row in rows}
    known = _known(list(digests))
    fresh = {digest: row for digest, row in digests.items() if digest not in known}
    if not fresh:
        work.repeated()
    drafts = _drafts(work, raising, fresh)
    secrets.SystemRandom().shuffle(drafts)
    _record(work, raising, drafts)
    taken = {one.row.key: GiftTaken(one.ref, one.number, one.fact_ref) for one in drafts}
    return taken | {row.key: known[digest] for digest, row in digests.items() if digest in known}


def _known(digests: Sequence[str]) -> dict[str, GiftTaken]:
    rows = Gift.objects.filter(digest__in=digests)
    return {
        digest: GiftTaken(ref, number, fact_ref, repeated=True)
        for digest, ref, number, fact_ref in rows.values_list("digest", "ref", "number", "fact_ref")
    }


def _drafts(work: Work, raising: Raising, fresh: Mapping[str, GiftIn]) -> list[Draft]:
    fresh = {
        digest: replace(row, donor=told_apart(row.donor, digest) if row.donor else None)
        for digest, row in fresh.items()
    }
    rows = fresh.values()
    donors = donors_take(work, [d for row in rows for d in (row.donor, row.referrer) if d])
    directions = directions_take(work, raising, [row.direction for row in rows if row.direction])
    return [
        Draft(
            row,
            work.new_id(),
            new_number(),
            work.new_id(),
            digest,
            donors.get(row.donor) if row.donor else None,
            directions[row.direction] if row.direction else None,
            donors.get(row.referrer) if row.referrer else None,
        )
        for digest, row in fresh.items()
    ]


def _record(work: Work, raising: Raising, drafts: Sequence[Draft]) -> None:
    if not drafts:
        return
    orders = [_order(raising, one) for one in drafts]
    orders_take(work, books.BOOK, orders)
    try:
        insert_rows(Gift, COLUMNS, [_columns(work, raising, one) for one in drafts])
    except IntegrityError as error:
        raise Conflict(
            _("Others took down the same gifts at this moment. Please repeat it."), code="busy"
        ) from error
    work.record_many(
        [_fact(raising, one, order) for one, order in zip(drafts, orders, strict=True)]
    )


def _order(raising: Raising, one: Draft) -> Order:
    row = one.row
    legs = books.gift_legs(
        raising, one.direction, row.fen, account=row.account, fee_fen=row.fee_fen
    )
    return Order(f"gift:{one.ref}", legs, row.received_at, one.fact_ref)


def _columns(work: Work, raising: Raising, one: Draft) -> tuple[object, ...]:
    row = one.row
    return (
        one.ref,
        one.number,
        raising.pk,
        one.direction.pk if one.direction else None,
        one.donor.pk if one.donor else None,
        one.referrer.pk if one.referrer else None,
        one.digest,
        row.line,
        "cash",
        row.channel,
        row.n_people,
        row.n_times,
        None,
        row.fen,
        0,
        False,
        "received",
        "",
        row.said[:200],
        row.show_name,
        row.show_amount,
        row.source[:80],
        None,
        row.received_at,
        work.at,
        "",
        one.fact_ref,
        row.secret_digest,
    )


def direction_words(direction: Direction | None) -> Value:
    """A direction as a fact carries it."""
    if direction is None:
        return None
    return {"area": direction.area, "beneficiary": direction.beneficiary, "use": direction.use}


def donor_values(donor: Donor | DonorRef | None, given: GiftIn) -> dict[str, Value]:
    """Who gave, as a fact carries it: a person's in their own slot."""
    one = given.donor
    if one is None:
        return {}
    if one.kind == "unit":
        return {
            "donor": donor.ref if donor else None,
            "unit_name": one.name,
            "unit_uscc": one.uscc or None,
        }
    return {
        "donor": donor.ref if donor else None,
        "donor_name": one.name or None,
        "donor_phone": one.phone or None,
    }


def owners(raising: Raising, donor: Donor | DonorRef | None) -> dict[str, str]:
    """Whose keys seal a gift's fact."""
    found = {BUSINESS: f"org:{raising.organisation.ref}"}
    if donor is not None and donor.kind == "person":
        found["donor"] = f"donor:{donor.ref}"
    return found


def _fact(raising: Raising, one: Draft, order: Order) -> Fact:
    row = one.row
    values: dict[str, Value] = {
        "raising": raising.slug,
        "line": row.line,
        "fen": row.fen,
        "hour": rules.hour_up(row.received_at),
        "gift": one.ref,
        "kind": "cash",
        "channel": row.channel,
        "n_people": row.n_people,
        "n_times": row.n_times,
        "received_at": row.received_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "direction": direction_words(one.direction),
        "referrer": one.referrer.ref if one.referrer else None,
        "fee_fen": row.fee_fen or None,
        "show_name": row.show_name,
        "show_amount": row.show_amount,
        "source": row.source or None,
        "postings": books.said(order),
        **donor_values(one.donor, row),
    }
    return Fact(
        RECEIVED,
        f"gift:{one.ref}",
        row.received_at,
        values,
        owners(raising, one.donor),
        ref=one.fact_ref,
    )


def refuse_own(work: Work, asked_by: str) -> None:
    """Raises Denied where the person who decides is the one who asked."""
    if asked_by == work.actor.person_ref:
        raise Denied(
            _("You asked for this yourself, so another person decides (four eyes)."),
            code="four_eyes",
        )
