"""Papers that the foundation keeps: official receipts filed and voided, certificates voided."""

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.lib.money import format_yuan
from niangjia.programmes.donations import steps
from niangjia.programmes.donations.facts import RECEIPT_FILED, RECEIPT_VOIDED, UNCERTIFIED
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.receipt_models import Certificate, OfficialReceipt
from niangjia.programmes.donations.services.adjusting import gift_alone
from niangjia.programmes.donations.types import OfficialIn


@service(permission="receipts.file", records=FACT)
def receipt_file(work: Work, /, *, gift_ref: str, receipt: OfficialIn) -> str:
    """The official receipt's numbers are filed with the gift; the row's ref.

    Raises NotFound, Denied, Conflict (filed before, more than the gift), Invalid.
    """
    gift = gift_alone(work, gift_ref)
    _check(work, gift, receipt)
    ref, fact_ref = work.new_id(), work.new_id()
    try:
        with transaction.atomic():
            OfficialReceipt.objects.create(
                ref=ref,
                gift=gift,
                code=receipt.code,
                number=receipt.number,
                check_code=receipt.check_code,
                fen=receipt.fen,
                issued_on=receipt.issued_on,
                filed_at=work.at,
                fact_ref=fact_ref,
            )
    except IntegrityError as error:
        raise Conflict(
            _("The receipt %(code)s %(number)s is filed already. Check the number."),
            code="receipt_filed",
            number=receipt.number,
        ) from error
    values: dict[str, Value] = {
        "raising": gift.raising.slug,
        "gift": gift.ref,
        "code": receipt.code,
        "number": receipt.number,
        "check_code": receipt.check_code or None,
        "fen": receipt.fen,
        "issued_on": receipt.issued_on.isoformat(),
    }
    owners = steps.owners(gift.raising, None)
    work.record(Fact(RECEIPT_FILED, f"gift:{gift.ref}", work.at, values, owners, ref=fact_ref))
    return ref


def _check(work: Work, gift: Gift, receipt: OfficialIn) -> None:
    faults = {
        "code": not receipt.code.isascii() or not receipt.code.isalnum(),
        "number": not receipt.number.isascii() or not receipt.number.isalnum(),
        "fen": type(receipt.fen) is not int or receipt.fen <= 0,
        "issued_on": receipt.issued_on > clock.day_of(work.at),
    }
    words = {
        "code": _("Digits and letters as printed on the receipt."),
        "number": _("Digits and letters as printed on the receipt."),
        "fen": _("An amount in yuan, more than 0."),
        "issued_on": _("A receipt is not issued in the future."),
    }
    fields = {name: str(words[name]) for name, wrong in faults.items() if wrong}
    if fields:
        raise Invalid(next(iter(fields.values())), code="receipt_invalid", fields=fields)
    in_force = OfficialReceipt.objects.filter(gift=gift, voided_at__isnull=True)
    left = gift.fen + gift.changed_fen - (in_force.aggregate(n=Sum("fen"))["n"] or 0)
    if receipt.fen > left:
        raise Conflict(
            _("Receipts for %(left)s yuan of this gift are still open; this one says more."),
            code="receipt_more",
            left=format_yuan(max(left, 0)),
        )


@service(permission="receipts.file", records=FACT)
def receipt_void(work: Work, /, *, ref: str, reason: str) -> None:
    """An official receipt was voided where it was issued; it stays visible, and says why.

    Raises NotFound, Denied, Conflict (voided before), Invalid (no reason).
    """
    row = OfficialReceipt.objects.select_related("gift").filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such receipt."))
    gift = gift_alone(work, row.gift.ref)
    text = _reason(reason)
    rows = OfficialReceipt.objects.filter(pk=row.pk, voided_at__isnull=True)
    if rows.update(voided_at=work.at, void_reason=text) != 1:
        raise Conflict(_("This was voided before."), code="voided")
    values: dict[str, Value] = {
        "raising": gift.raising.slug,
        "gift": gift.ref,
        "code": row.code,
        "number": row.number,
        "reason": text,
    }
    owners = steps.owners(gift.raising, None)
    work.record(Fact(RECEIPT_VOIDED, f"gift:{gift.ref}", work.at, values, owners))


def _reason(reason: str) -> str:
    text = reason.strip()[:200]
    if len(text) < 2:
        message = str(_("Say in a few words why."))
        raise Invalid(message, code="reason_missing", fields={"reason": message})
    return text


@service(permission="receipts.file", records=FACT)
def certificate_void(work: Work, /, *, gift_ref: str, reason: str) -> None:
    """The certificate in force no longer holds; its page says so. Raises as `receipt_void`."""
    gift = gift_alone(work, gift_ref)
    text = _reason(reason)
    row = Certificate.objects.filter(gift=gift, ended="").first()
    if row is None:
        raise Conflict(_("No certificate of this gift is in force."), code="voided")
    Certificate.objects.filter(pk=row.pk).update(ended="voided", ended_at=work.at, reason=text)
    values: dict[str, Value] = {
        "raising": gift.raising.slug,
        "gift": gift.ref,
        "certificate": row.ref,
        "n": row.n,
        "reason": text,
    }
    owners = steps.owners(gift.raising, None)
    work.record(Fact(UNCERTIFIED, f"gift:{gift.ref}", work.at, values, owners))
