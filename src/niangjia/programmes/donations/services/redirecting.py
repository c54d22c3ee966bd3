"""Another use than a gift was directed to: only with the donor's consent, recorded first."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Leg, Order, orders_take
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import books, following, steps
from niangjia.programmes.donations.facts import REDIRECTED
from niangjia.programmes.donations.goods_models import Redirection
from niangjia.programmes.donations.models import Direction, Gift
from niangjia.programmes.donations.services.adjusting import gift_alone
from niangjia.programmes.donations.types import ConsentIn

HOW = ("writing", "phone", "person")


@service(permission="gifts.take", records=FACT)
def gift_redirect(work: Work, /, *, gift_ref: str, consent: ConsentIn) -> None:
    """The donor agreed: what is left of the gift is for something else from now on.

    What was spent stays where it went. Raises NotFound, Denied, Conflict (nothing left, the same
    use), Invalid.
    """
    gift = gift_alone(work, gift_ref)
    _check(work, gift, consent)
    wanted = [consent.direction] if consent.direction else []
    made = steps.directions_take(work, gift.raising, wanted)
    after = made[consent.direction] if consent.direction else None
    if after == gift.direction:
        raise Conflict(_("The gift is for this already."), code="same_use")
    moved = following.followed(gift).left_fen if gift.kind == "cash" else 0
    if gift.kind == "cash" and moved <= 0:
        raise Conflict(_("Nothing of this gift is left to be used otherwise."), code="spent")
    ref, fact_ref = work.new_id(), work.new_id()
    order = _order(gift, after, moved, ref, work, fact_ref)
    if order:
        orders_take(work, books.BOOK, [order])
    Gift.objects.filter(pk=gift.pk).update(direction=after)
    _kept(
        gift,
        after,
        consent,
        Redirection(ref=ref, moved_fen=moved, fact_ref=fact_ref, at=work.at),
    )
    work.record(_fact(work, gift, after, consent, order, moved, fact_ref))


def _kept(
    gift: Gift,
    after: Direction | None,
    consent: ConsentIn,
    row: Redirection,
) -> None:
    row.gift, row.before, row.after = gift, gift.direction, after
    row.how, row.given_on, row.reason = consent.how, consent.given_on, consent.reason.strip()[:500]
    row.save()


def _fact(
    work: Work,
    gift: Gift,
    after: Direction | None,
    consent: ConsentIn,
    order: Order | None,
    moved: int,
    fact_ref: str,
) -> Fact:
    values: dict[str, Value] = {
        "raising": gift.raising.slug,
        "gift": gift.ref,
        "before": steps.direction_words(gift.direction),
        "after": steps.direction_words(after),
        "how": consent.how,
        "given_on": consent.given_on.isoformat(),
        "moved_fen": moved or None,
        "reason": consent.reason.strip()[:500],
        "postings": books.said(order) if order else None,
    }
    owner = {BUSINESS: f"org:{gift.raising.organisation.ref}"}
    return Fact(REDIRECTED, f"gift:{gift.ref}", work.at, values, owner, ref=fact_ref)


def _check(work: Work, gift: Gift, consent: ConsentIn) -> None:
    if not gift.fact_ref:
        raise Conflict(_("Only what was received can be used otherwise."), code="not_received")
    faults = {
        "how": consent.how not in HOW,
        "given_on": consent.given_on > clock.day_of(work.at),
        "reason": len(consent.reason.strip()) < 2,
    }
    words = {
        "how": _("Say how the donor agreed."),
        "given_on": _("The donor did not agree in the future."),
        "reason": _("Say in a few words why."),
    }
    fields = {name: str(words[name]) for name, wrong in faults.items() if wrong}
    if fields:
        raise Invalid(next(iter(fields.values())), code="consent_invalid", fields=fields)


def _order(
    gift: Gift, after: Direction | None, moved: int, ref: str, work: Work, fact_ref: str
) -> Order | None:
    if not moved:
        return None
    slug = gift.raising.slug
    legs = (Leg(books.fund(slug, gift.direction), books.fund(slug, after), moved),)
    return Order(f"redirect:{ref}", legs, work.at, fact_ref)
