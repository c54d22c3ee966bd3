"""Whether a visitor may see a gift as its donor: by a phone that was checked, or by a token."""

import hashlib
import hmac

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import NotFound
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.types import Proof


def gifts_proven(proof: Proof) -> QuerySet[Gift]:
    """All gifts of the person whose phone was checked; none otherwise."""
    rows = Gift.objects.select_related("raising__organisation", "donor", "direction")
    if not proof.phone_digest:
        return rows.none()
    return rows.filter(donor__phone_digest=proof.phone_digest)


def gift_proven(ref: str, proof: Proof) -> Gift:
    """The gift, if the proof is its donor's. Raises NotFound: no more is said."""
    rows = Gift.objects.select_related("raising__organisation", "donor", "direction")
    found = rows.filter(ref=ref).first()
    if found is None or not (_by_phone(found, proof) or _by_token(found, proof)):
        raise NotFound(_("There is no such gift."))
    return found


def _by_phone(gift: Gift, proof: Proof) -> bool:
    digest = gift.donor.phone_digest if gift.donor else ""
    return bool(digest) and hmac.compare_digest(digest, proof.phone_digest)


def _by_token(gift: Gift, proof: Proof) -> bool:
    made = hashlib.sha256(proof.token.encode()).hexdigest()
    return bool(gift.secret_digest and proof.token) and hmac.compare_digest(
        made, gift.secret_digest
    )
