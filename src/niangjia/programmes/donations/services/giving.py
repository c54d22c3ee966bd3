"""Giving: online by whoever comes; taken down by the foundation; pledged, received, withdrawn."""

import datetime as dt
import json
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.public import Waiting, inbox_put
from niangjia.core import clock, seal
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, NOTHING, PUBLIC, service
from niangjia.core.work import Work
from niangjia.lib.money import format_yuan
from niangjia.programmes.donations import books, inbox, policy, providers, rules, steps
from niangjia.programmes.donations.facts import TAKEN
from niangjia.programmes.donations.models import Gift, Payment, Raising
from niangjia.programmes.donations.online import room, why_off
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.types import DonorIn, GiftIn, GiftTaken

ASK = "donations.ask"
ENDED = ("paid", "failed", "lapsed", "back")


@service(permission=PUBLIC, records=NOTHING)
def gift_begin(
    work: Work,
    /,
    *,
    slug: str,
    fen: int,
    key: str,
    name: str = "",
    phone: str = "",
    show_name: bool = False,
    show_amount: bool = False,
    said: str = "",
    secret_digest: str = "",
) -> tuple[str, str]:
    """A payment is under way; (its ref, the address where it is paid). A double click gives once.

    Nothing is a gift before the provider says that it was paid. Raises NotFound, Conflict (giving
    online is off, the goal is reached), Invalid (amount).
    """
    raising = Raising.objects.filter(slug=slug).first()
    if raising is None or raising.state == "draft":
        raise NotFound(_("There is no such raising."))
    if raising.capped:
        raising = Raising.objects.select_for_update().get(pk=raising.pk)
    known = Payment.objects.filter(key=key).first()
    if known is None:
        _check_online(raising, fen, clock.day_of(work.at))
        known = _begun(work, raising, fen, key, DonorIn("person", name.strip(), phone.strip()))
        Payment.objects.filter(pk=known.pk).update(
            show_name=show_name and bool(name.strip()),
            show_amount=show_amount,
            said=said.strip()[:200],
            secret_digest=secret_digest if rules.is_digest(secret_digest) else "",
        )
    return known.ref, providers.provider(known.provider).begin(known.ref, known.fen, raising.title)


def _begun(work: Work, raising: Raising, fen: int, key: str, donor: DonorIn) -> Payment:
    ref = work.new_id()
    plain = json.dumps({"name": donor.name[:60], "phone": donor.phone[:20]}).encode()
    has_donor = bool(donor.name or donor.phone)
    work.send(ASK, {"payment": ref})
    return Payment.objects.create(
        ref=ref,
        key=key[:40],
        raising=raising,
        provider=providers.names()[0],
        fen=fen,
        sealed=seal.seal(f"payment:{ref}", plain) if has_donor else b"",
        begun_at=work.at,
    )


def _check_online(raising: Raising, fen: int, today: dt.date) -> None:
    if why_off(raising, today):
        raise Conflict(
            _("This raising takes no gifts online at the moment; its page says why."),
            code="online_off",
        )
    most = policy.giving_on(today).most_online_fen
    if not 0 < fen <= most:
        raise Invalid(
            _("Give between 0.01 and %(most)s yuan online; more goes by bank transfer."),
            code="amount",
            most=f"{most // 100:,}",
        )
    if raising.capped and fen > room(raising):
        raise Conflict(
            _("Only %(left)s yuan are left to this raising's goal. Give less, or elsewhere."),
            code="goal_reached",
            left=f"{max(room(raising), 0) / 100:,.2f}",
        )


@service(permission="gifts.take", records=FACT)
def gifts_record(
    work: Work, /, *, slug: str, rows: Sequence[GiftIn], source: str = "", file_sha256: str = ""
) -> dict[str, GiftTaken]:
    """Gifts of money that arrived (at most 200) are in, each once; by their keys.

    Raises NotFound, Denied, Conflict (not open, no room), Invalid; then nothing is taken.
    """
    raising = raising_of(work, slug)
    if raising.state == "draft":
        raise Conflict(_("Open the raising first."), code="raising_not_open")
    taken = steps.gifts_take(work, raising, rows)
    fresh = [row for row in rows if not taken[row.key].repeated]
    if source and fresh:
        values: dict[str, Value] = {
            "raising": slug,
            "n": len(fresh),
            "fen": sum(row.fen for row in fresh),
            "source": source,
            "file_sha256": file_sha256 or None,
        }
        owner = {BUSINESS: f"org:{raising.organisation.ref}"}
        work.record(Fact(TAKEN, f"raising:{slug}", work.at, values, owner))
    return taken


@service(permission="payments.settle", records=FACT)
def payment_settle(
    work: Work,
    /,
    *,
    payment_ref: str,
    provider_ref: str,
    fen: int,
    fee_fen: int,
    paid_at: dt.datetime,
) -> str:
    """A paid payment is a gift, once, whatever is told again; returns the payment's state.

    What was paid after it had lapsed is taken all the same; where no room is left it goes `back`.
    Raises NotFound, Conflict (another amount than was asked for).
    """
    row = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("raising__organisation")
        .filter(ref=payment_ref)
        .first()
    )
    if row is None:
        raise NotFound("There is no such payment.")
    if row.state in ("paid", "back"):
        work.repeated()
        return row.state
    if fen != row.fen:
        raise Conflict(
            "Paid %(paid)s fen, asked for %(asked)s.",
            code="amount_differs",
            paid=fen,
            asked=row.fen,
        )
    gift = _gift_of(row, provider_ref, fee_fen, min(paid_at.replace(microsecond=0), work.at))
    return _settled(work, row, provider_ref, _taken(work, row, gift))


def _settled(work: Work, row: Payment, provider_ref: str, taken: GiftTaken | None) -> str:
    """The payment has ended: it is a gift, or there was no room and it goes back."""
    if taken is None:
        work.repeated()
        work.send("donations.pay_back", {"payment": row.ref})
    state = "back" if taken is None else "paid"
    mine = Gift.objects.filter(ref=taken.ref if taken else "").values("pk")[:1]
    Payment.objects.filter(pk=row.pk).update(
        state=state,
        provider_ref=provider_ref,
        ended_at=work.at,
        sealed=b"" if taken else row.sealed,
        gift_id=Subquery(mine),
    )
    return state


def _taken(work: Work, row: Payment, gift: GiftIn) -> GiftTaken | None:
    """None where the raising has no room left."""
    if not row.raising.capped:
        return steps.gifts_take(work, row.raising, [gift])[gift.key]
    try:
        with transaction.atomic():
            return steps.gifts_take(work, row.raising, [gift])[gift.key]
    except (Conflict, Invalid) as error:
        if error.code != "floor":
            raise
        return None


def _gift_of(row: Payment, provider_ref: str, fee_fen: int, paid_at: dt.datetime) -> GiftIn:
    donor = DonorIn("person")
    if row.sealed:
        found = json.loads(seal.unseal(bytes(row.sealed)))
        donor = DonorIn("person", found["name"], found["phone"])
    return GiftIn(
        key=f"payment:{row.ref}",
        fen=row.fen,
        received_at=paid_at,
        channel="online",
        donor=donor if donor.name or donor.phone else None,
        show_name=row.show_name,
        show_amount=row.show_amount,
        said=row.said,
        source=f"{row.provider}:{provider_ref}",
        account=books.platform(row.raising.slug),
        fee_fen=fee_fen,
        secret_digest=row.secret_digest,
    )


@service(permission="payments.settle", records=NOTHING)
def payment_end(work: Work, /, *, payment_ref: str, state: str) -> None:
    """A payment failed or lapsed; one that was paid stays paid, in whatever order that is told."""
    if state not in ("failed", "lapsed"):
        raise Invalid("No such end.", code="state")
    Payment.objects.filter(ref=payment_ref, state="begun").update(
        state=state, ended_at=work.at, sealed=b"", asked_at=F("asked_at")
    )


@service(permission="payments.settle", records=NOTHING)
def payment_odd(work: Work, /, *, payment_ref: str, why: str) -> None:
    """What a provider says of a payment does not fit: it stays as it is, and the foundation is told
    to look at it with the provider. An unknown payment is nobody's."""
    row = Payment.objects.select_related("raising").filter(ref=payment_ref).first()
    if row is None:
        return
    item = Waiting(
        inbox.ODD,
        f"payment:{row.ref}",
        row.raising.organisation_id,
        "treasurer",
        reverse("donations:raising", args=[row.raising.slug]),
        {"yuan": format_yuan(row.fen), "ref": row.ref[:8], "why": why},
        None,
    )
    inbox_put(work, [item])
