"""What a donor sees of their gifts, and what anybody may learn by a receipt's number."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from niangjia.core import clock, seal
from niangjia.core.errors import NotFound
from niangjia.programmes.donations import donors, rules
from niangjia.programmes.donations.following import Followed, followed
from niangjia.programmes.donations.models import Adjustment, Gift
from niangjia.programmes.donations.proving import gift_proven, gifts_proven
from niangjia.programmes.donations.receipt_models import Certificate, Code, OfficialReceipt
from niangjia.programmes.donations.receipts import name_on
from niangjia.programmes.donations.types import Proof


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate of some version. ended: empty, replaced, voided."""

    ref: str
    n: int
    name: str
    fen: int
    issued_at: dt.datetime
    ended: str
    ended_at: dt.datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class OfficialView:
    """An official receipt that was filed."""

    ref: str
    code: str
    number: str
    fen: int
    issued_on: dt.date
    voided: bool
    void_reason: str


@dataclass(frozen=True, slots=True)
class MyGift:
    """A gift as its donor sees it. known: the reader proved to be its donor."""

    ref: str
    number: str
    fact_ref: str
    slug: str
    title: str
    organisation: str
    line: int
    kind: str
    what: str
    state: str
    fen: int
    changed_fen: int
    received_at: dt.datetime | None
    direction: str
    name: str
    show_name: bool
    show_amount: bool
    has_donor: bool
    changes: tuple[tuple[str, int, dt.datetime], ...]
    certificates: tuple[CertificateView, ...]
    official: tuple[OfficialView, ...]
    went: Followed | None

    @property
    def net_fen(self) -> int:
        return self.fen + self.changed_fen


def my_gifts(proof: Proof) -> list[MyGift]:
    """All gifts of the donor whose phone was checked, the newest first."""
    return [_gift(row, whole=False) for row in gifts_proven(proof).order_by("-id")[:500]]


def my_gift(ref: str, proof: Proof) -> MyGift:
    """One of them with where it went. Raises NotFound."""
    return _gift(gift_proven(ref, proof))


def gift_by_number(number: str) -> MyGift:
    """What the number of a receipt opens: the gift without who gave it. Raises NotFound."""
    plain = rules.read_number(number)
    rows = Gift.objects.select_related("raising__organisation", "donor", "direction")
    row = rows.filter(number=plain).first() if rules.is_number(plain) else None
    if row is None:
        raise NotFound(
            _("There is no receipt of that number. Compare it with your receipt, sign by sign.")
        )
    return _gift(row, named=False)


def _gift(row: Gift, *, whole: bool = True, named: bool = True) -> MyGift:
    """whole: with where it went; named: with the donor's name and certificates."""
    changes = Adjustment.objects.filter(gift=row).order_by("id") if whole else []
    where = row.direction
    words = (where.beneficiary, where.area, where.use) if where else ()
    return MyGift(
        ref=row.ref,
        number=row.number,
        fact_ref=row.fact_ref,
        slug=row.raising.slug,
        title=row.raising.title,
        organisation=row.raising.organisation.name,
        line=row.line,
        kind=row.kind,
        what=row.what,
        state=row.state,
        fen=row.fen,
        changed_fen=row.changed_fen,
        received_at=row.received_at,
        direction=" · ".join(word for word in words if word),
        name=donors.opened(row.donor).name if named and row.donor else "",
        show_name=row.show_name,
        show_amount=row.show_amount,
        has_donor=row.donor is not None,
        changes=tuple((one.why, one.fen, one.at) for one in changes),
        certificates=_certificates(row) if named else (),
        official=_official(row) if whole else (),
        went=followed(row) if whole and row.kind == "cash" and row.fact_ref else None,
    )


def _certificates(row: Gift) -> tuple[CertificateView, ...]:
    return tuple(
        certificate_view(one) for one in Certificate.objects.filter(gift=row).order_by("-n")
    )


def certificate_view(row: Certificate) -> CertificateView:
    """A certificate as it crosses to pages."""
    return CertificateView(
        row.ref,
        row.n,
        name_on(row),
        row.fen,
        row.issued_at,
        row.ended,
        row.ended_at,
        row.reason,
    )


def certificate_get(ref: str) -> tuple[CertificateView, Gift]:
    """A certificate by its random ref, as its QR names it. Raises NotFound."""
    rows = Certificate.objects.select_related("gift__raising__organisation")
    row = rows.filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such certificate."))
    return certificate_view(row), row.gift


def _official(row: Gift) -> tuple[OfficialView, ...]:
    return official_of(row.ref)


def official_of(gift_ref: str) -> tuple[OfficialView, ...]:
    """Official receipts filed with a gift, the oldest first."""
    rows = OfficialReceipt.objects.filter(gift__ref=gift_ref).order_by("id")
    return tuple(
        OfficialView(
            one.ref,
            one.code,
            one.number,
            one.fen,
            one.issued_on,
            one.voided_at is not None,
            one.void_reason,
        )
        for one in rows
    )


def certificates_of(gift_ref: str) -> tuple[CertificateView, ...]:
    """Certificates of a gift, the newest first."""
    rows = Certificate.objects.filter(gift__ref=gift_ref).order_by("-n")
    return tuple(certificate_view(one) for one in rows)


def years_of(gifts: Sequence[MyGift]) -> list[tuple[int, int, int]]:
    """(year, gifts, fen) of what was received, the newest year first."""
    sums: dict[int, list[int]] = {}
    for one in gifts:
        if one.received_at is not None:
            cell = sums.setdefault(clock.day_of(one.received_at).year, [0, 0])
            cell[0] += 1
            cell[1] += one.net_fen
    return [(year, n, fen) for year, (n, fen) in sorted(sums.items(), reverse=True)]


def demonstration_code(phone: str) -> str:
    """In the demonstration the code that would have been sent; empty elsewhere."""
    if not settings.NIANGJIA_DEMO:
        return ""
    rows = Code.objects.filter(phone_digest=donors.phone_digest(phone), used_at__isnull=True)
    row = rows.exclude(sealed=b"").order_by("-id").first()
    plain = json.loads(seal.unseal(bytes(row.sealed))) if row else {}
    return str(plain["code"]) if plain.get("phone") else ""
