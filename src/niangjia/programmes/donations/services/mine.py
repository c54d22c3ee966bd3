"""What a donor does without an account: a code to the phone, consent, the certificate."""

import datetime as dt
import json
import secrets

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from niangjia.core import seal
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import Fact, Value
from niangjia.core.service import FACT, NOTHING, PUBLIC, service
from niangjia.core.work import Work
from niangjia.programmes.donations import donors, steps
from niangjia.programmes.donations.board_version import board_renew
from niangjia.programmes.donations.donors import erased
from niangjia.programmes.donations.facts import CERTIFIED, CONSENTED
from niangjia.programmes.donations.models import Donor, Gift
from niangjia.programmes.donations.proving import gift_proven
from niangjia.programmes.donations.receipt_models import Certificate, Code
from niangjia.programmes.donations.receipts import name_on
from niangjia.programmes.donations.types import Proof

SEND = "donations.code"
MINUTES, WRONG_PER_HOUR, PER_HOUR = 10, 10, 5


@service(permission=PUBLIC, records=NOTHING)
def code_send(work: Work, /, *, phone: str) -> None:
    """Six digits go to the phone, if somebody gave with it; the caller learns neither way: the same
    is done for any phone, and for one that nobody gave with the message is never sent.

    Asked again while a code is in time, the same one goes out: whoever asks, it stays valid.
    Raises Invalid: no phone number.
    """
    if not phone:
        message = str(_("A mobile number has 11 digits."))
        raise Invalid(message, code="phone", fields={"phone": message})
    digest = donors.phone_digest(phone)
    if _of_hour(work, digest).count() >= PER_HOUR:
        return
    known = Donor.objects.filter(phone_digest=digest).exists()
    live = _live(work, digest).first()
    ref, code = work.new_id(), _code(live) if live else f"{secrets.randbelow(10**6):06d}"
    plain = json.dumps({"phone": phone if known else "", "code": code}).encode()
    Code.objects.create(
        ref=ref,
        phone_digest=digest,
        code_digest=_digest(ref, code if known else secrets.token_hex()),
        sealed=seal.seal(f"code:{ref}", plain),
        made_at=work.at,
    )
    work.send(SEND, {"code": ref})


def _of_hour(work: Work, digest: str) -> QuerySet[Code]:
    since = work.at - dt.timedelta(hours=1)
    return Code.objects.filter(phone_digest=digest, made_at__gte=since)


def _live(work: Work, digest: str) -> QuerySet[Code]:
    """Codes of a phone that may still be used, the newest first."""
    since = work.at - dt.timedelta(minutes=MINUTES)
    rows = Code.objects.filter(phone_digest=digest, used_at__isnull=True, made_at__gte=since)
    return rows.order_by("-id")


def _code(row: Code) -> str:
    return str(json.loads(seal.unseal(bytes(row.sealed)))["code"])


def _digest(ref: str, code: str) -> str:
    return seal.lookup_digests([(f"code {ref}", code)])[0]


@service(permission=PUBLIC, records=NOTHING)
def code_check(work: Work, /, *, phone: str, code: str) -> str:
    """The phone's keyed hash, if the code is right, in time and not used; empty otherwise.

    Ten wrong ones are looked at for a phone and the codes sent to it within an hour, however many
    they are, then none until the hour is over: guessing finds one in 100,000. Wrong ones of
    somebody else do not end a code before that.
    """
    digest = donors.phone_digest(phone)
    row = _live(work, digest).select_for_update().first()
    if row is None:
        return ""
    wrong = _of_hour(work, digest).aggregate(n=Sum("tries"))["n"] or 0
    if wrong >= WRONG_PER_HOUR:
        return ""
    if not secrets.compare_digest(row.code_digest, _digest(row.ref, code.strip())):
        Code.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        return ""
    _live(work, digest).update(used_at=work.at, sealed=b"")
    return digest


@service(permission=PUBLIC, records=FACT)
def consent_give(
    work: Work, /, *, gift_ref: str, proof: Proof, show_name: bool, show_amount: bool
) -> None:
    """The donor agrees to be named, to the amount, to both or to neither, from now on.

    Raises NotFound.
    """
    gift = gift_proven(gift_ref, proof)
    has_name = gift.donor is not None and not erased(gift.donor)
    wanted = (show_name and has_name, show_amount)
    if (gift.show_name, gift.show_amount) == wanted:
        work.repeated()
        return
    Gift.objects.filter(pk=gift.pk).update(show_name=wanted[0], show_amount=wanted[1])
    board_renew(work, gift.raising_id)
    values: dict[str, Value] = {
        "raising": gift.raising.slug,
        "gift": gift.ref,
        "show_name": wanted[0],
        "show_amount": wanted[1],
    }
    owners = steps.owners(gift.raising, None)
    work.record(Fact(CONSENTED, f"gift:{gift.ref}", work.at, values, owners))


@service(permission=PUBLIC, records=FACT)
def certificate_issue(
    work: Work, /, *, gift_ref: str, proof: Proof, name: str, reason: str = ""
) -> str:
    """A certificate with this name stands for the gift; its ref. The same again is the same one.

    Another name, or another amount since, makes a new version; the old one stays and says that it
    was replaced. Raises NotFound, Conflict (not received, taken back), Invalid (no name).
    """
    gift = gift_proven(gift_ref, proof)
    text, net = name.strip()[:60], gift.fen + gift.changed_fen
    if gift.donor is not None and erased(gift.donor):
        raise NotFound(_("There is no such gift."))
    if not gift.fact_ref or not (net or gift.kind == "goods"):
        raise Conflict(_("There is nothing to certify: the gift is not here."), code="no_gift")
    if not text:
        message = str(_("Say which name stands on the certificate."))
        raise Invalid(message, code="name", fields={"name": message})
    Gift.objects.select_for_update().get(pk=gift.pk)
    old = Certificate.objects.filter(gift=gift, ended="").first()
    if old is not None and (name_on(old), old.fen) == (text, net):
        work.repeated()
        return old.ref
    if old is not None:
        Certificate.objects.filter(pk=old.pk).update(
            ended="replaced", ended_at=work.at, reason=reason.strip()[:200]
        )
    return _issued(work, gift, text, net, reason)


def _issued(work: Work, gift: Gift, name: str, net: int, reason: str) -> str:
    ref, fact_ref = work.new_id(), work.new_id()
    n = Certificate.objects.filter(gift=gift).count() + 1
    is_person = gift.donor is None or gift.donor.kind == "person"
    owner = f"donor:{gift.donor.ref if gift.donor else ref}" if is_person else ""
    business = f"org:{gift.raising.organisation.ref}"
    Certificate.objects.create(
        ref=ref,
        gift=gift,
        n=n,
        sealed=seal.seal(owner or business, name.encode()),
        fen=net,
        issued_at=work.at,
        fact_ref=fact_ref,
    )
    values: dict[str, Value] = {
        "raising": gift.raising.slug,
        "gift": gift.ref,
        "certificate": ref,
        "n": n,
        "fen": net,
        "reason": reason.strip()[:200] or None,
        "name_on_it": name,
    }
    owners = {"business": business, "donor": owner or business}
    work.record(Fact(CERTIFIED, f"gift:{gift.ref}", work.at, values, owners, ref=fact_ref))
    return ref
