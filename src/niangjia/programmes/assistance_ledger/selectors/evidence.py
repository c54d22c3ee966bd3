"""Reads: what evidence a record has and lacks, whose files an actor may see, where files belong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence.public import (
    CheckLine,
    DocumentView,
    LinkView,
    checklist,
    document,
    documents_hashed,
    guessed_kind,
    links_of,
    links_to,
    unplaced,
)
from niangjia.blocks.orgs.public import OrgRef, organisation_with, scope_of
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import evidencing, requirements
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.scope import (
    reviews_visible_to,
    unit_targets_visible_to,
    visible_to,
)

OWN_CODE = re.compile(r"/desk/records/([0-9a-f]{32})")
TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{5,}")
MOST_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a record needs and has; lines of the supplier stand for all of its records."""

    lines: Sequence[CheckLine]
    of_supplier: Sequence[CheckLine]


def checklist_of(purchase: Purchase) -> Checklist:
    """The checklist of a record that the actor has been let see."""
    own, of = evidencing.subject_of(purchase.ref), f"supplier:{purchase.supplier.ref}"
    links = links_of([own, of])
    wanted = requirements.needed_by(purchase.occurred_on, purchase.channel, purchase.amount_fen)
    return Checklist(
        checklist(wanted, [one for one in links if one.subject == own]),
        checklist(requirements.of_supplier(), [one for one in links if one.subject == of]),
    )


def purchase_checklist(actor: Actor, *, ref: str) -> tuple[list[str], Checklist]:
    """(kinds missing, checklist) of a record in the actor's scope. Raises NotFound."""
    authorise(actor, "evidence.open")
    purchase = visible_to(actor).filter(ref=ref).select_related("supplier").first()
    if purchase is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    return [kind for kind in purchase.missing.split(",") if kind], checklist_of(purchase)


def document_get(actor: Actor, *, ref: str) -> DocumentView:
    """A file of the actor's organisation, or one that proves something the actor may see.

    Personal kinds only for roles cleared for them. Raises NotSignedIn, Denied, NotFound.
    """
    authorise(actor, "evidence.open")
    found = document(ref)
    if found is None or not _may_see(actor, found):
        raise NotFound(_("There is no such file, or it is not yours to see."))
    return found


def documents_with(actor: Actor, *, sha256: str) -> list[DocumentView]:
    """The files with this SHA-256, or with one that begins so, that the actor may open."""
    return [one for one in documents_hashed(sha256) if _may_see(actor, one)]


def _may_see(actor: Actor, found: DocumentView) -> bool:
    if actor.system or found.organisation_id == actor.organisation_id:
        return True
    if not is_cleared(actor, found):
        return False
    subjects = _parted(links_to(found.ref))
    purchases = [ref for kind, _mark, ref in subjects if kind == "purchase"]
    suppliers = [ref for kind, _mark, ref in subjects if kind == "supplier"]
    reviews = [ref for kind, _mark, ref in subjects if kind == "review"]
    if reviews and reviews_visible_to(actor).filter(ref__in=reviews).exists():
        return True
    targets = [ref for kind, _mark, ref in subjects if kind == "unit_target"]
    if targets and unit_targets_visible_to(actor).filter(ref__in=targets).exists():
        return True
    rows = visible_to(actor)
    proved = Q(ref__in=purchases) | Q(supplier__ref__in=suppliers)
    return bool(purchases or suppliers) and rows.filter(proved).exists()


def is_cleared(actor: Actor, found: DocumentView) -> bool:
    """True if the actor's role may read what the file names people for. Rosters and other help
    material of a county are for those who check them; a unit's own sheets for its staff."""
    kinds = requirements.kinds()
    named = [kinds[one.kind] for one in links_to(found.ref) if one.kind in kinds]
    personal = [kind for kind in named if kind.personal]
    if any(kind.of != "record" for kind in personal) and not actor.may("evidence.open_help"):
        return False
    return not personal or actor.may("evidence.open_personal")


def is_personal(actor: Actor, found: DocumentView) -> bool:
    """True if looks at the file are noted: it is of a personal kind, or another organisation's of
    which nobody has said what it is."""
    kinds, links = requirements.kinds(), links_to(found.ref)
    if not links:
        return found.organisation_id != actor.organisation_id
    return any(kinds[one.kind].personal for one in links if one.kind in kinds)


def named_subjects(actor: Actor, links: Sequence[LinkView]) -> dict[str, str]:
    """What of these links' subjects the actor may see, in words: subject -> name."""
    refs = {ref for kind, _mark, ref in _parted(links) if kind == "purchase"}
    rows = visible_to(actor).filter(ref__in=refs).values_list("ref", "product", "unit__name")
    named = {f"purchase:{ref}": f"{product} · {unit}" for ref, product, unit in rows}
    for kind, _mark, ref in _parted(links):
        if kind == "supplier" and (found := organisation_with(ref, category="supplier")):
            named[f"supplier:{ref}"] = found[0].name
    return named


def _parted(links: Sequence[LinkView]) -> list[tuple[str, str, str]]:
    return [one.subject.partition(":") for one in links]


def supplier_get(actor: Actor, *, ref: str) -> OrgRef:
    """A supplier whose records the actor may see. Raises NotFound."""
    found = organisation_with(ref, category="supplier")
    scope = scope_of(actor)
    if found is not None:
        head, members = found
        if scope.kind == "all" or (scope.kind == "supplier" and set(members) & set(scope.ids)):
            return head
        if visible_to(actor).filter(supplier_id__in=members).exists():
            return head
    raise NotFound(_("There is no such supplier, or it is not yours to see."))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record to which a file may belong. why: `code` (our own code on the page), `invoice`
    (number inside the file or in its name), `number` (order, contract or voucher in its name)."""

    ref: str
    product: str
    supplier: str
    unit: str
    day: str
    amount_fen: int
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file that proves nothing yet. kind: what it probably is, or empty; sure: there is exactly
    one record that it can belong to, and its kind is known."""

    document: DocumentView
    kind: str
    candidates: tuple[Candidate, ...]

    @property
    def sure(self) -> bool:
        return bool(self.kind) and len(self.candidates) == 1


def proposals(actor: Actor, *, before: int = 0) -> tuple[list[Proposal], int]:
    """(files of the actor's organisation that prove nothing yet, newest first, with the records
    they may belong to; where to go on, or 0). Raises NotSignedIn, Denied."""
    authorise(actor, "evidence.attach")
    if actor.organisation_id is None:
        return [], 0
    found, more = unplaced(actor.organisation_id, before=before)
    return proposed(actor, found), more


def proposed(actor: Actor, documents: Sequence[DocumentView]) -> list[Proposal]:
    """Where these files may belong, among records in force that the actor may see."""
    sought = {one.ref: _sought(one) for one in documents}
    rows = visible_to(actor).filter(reversed_at__isnull=True)
    by_code = _rows(rows, Q(ref__in={code for s in sought.values() for code in s.codes}))
    numbers = {number for s in sought.values() for number in s.numbers}
    by_invoice = _rows(rows.exclude(invoice_no=""), Q(invoice_no__in=numbers))
    tokens = {token for s in sought.values() for token in s.tokens}
    by_number = _named(actor, rows, tokens)
    made = []
    for one in documents:
        s = sought[one.ref]
        hits = [_candidate(row, "code") for row in by_code if row["ref"] in s.codes]
        hits += [_candidate(row, "invoice") for row in by_invoice if row["invoice_no"] in s.numbers]
        hits += [_candidate(row, "number") for row in by_number if _names(row) & s.tokens]
        unique = {hit.ref: hit for hit in reversed(hits)}
        kind = guessed_kind(one.name, one.invoice is not None, _of_records())
        made.append(Proposal(one, kind, tuple(unique.values())[:MOST_CANDIDATES]))
    return made


@dataclass(frozen=True, slots=True)
class _Sought:
    codes: frozenset[str]
    numbers: frozenset[str]
    tokens: frozenset[str]


def _sought(one: DocumentView) -> _Sought:
    tokens = frozenset(TOKEN.findall(one.name))
    codes = frozenset(code for text in one.codes for code in OWN_CODE.findall(text))
    digits = {token for token in tokens if token.isdigit()}
    return _Sought(codes, frozenset({*one.numbers, *digits}), tokens)


_COLUMNS = (
    "ref",
    "product",
    "occurred_on",
    "amount_fen",
    "invoice_no",
    "order_no",
    "contract_no",
    "voucher_no",
    "supplier__name",
    "unit__name",
)


def _rows(rows: QuerySet[Purchase], wanted: Q) -> list[dict[str, Any]]:
    return list(rows.filter(wanted).order_by("-id").values(*_COLUMNS)[:200])


def _named(actor: Actor, rows: QuerySet[Purchase], tokens: Iterable[str]) -> list[dict[str, Any]]:
    """Records of the actor's own unit whose order, contract or voucher is one of these."""
    wanted = set(tokens)
    if not wanted or scope_of(actor).kind != "unit":
        return []  # elsewhere these numbers have no index to look them up by
    named = Q(order_no__in=wanted) | Q(contract_no__in=wanted) | Q(voucher_no__in=wanted)
    return _rows(rows, named)


def _names(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset((row["order_no"], row["contract_no"], row["voucher_no"])) - {""}


def _candidate(row: Mapping[str, Any], why: str) -> Candidate:
    return Candidate(
        ref=row["ref"],
        product=row["product"],
        supplier=row["supplier__name"],
        unit=row["unit__name"],
        day=row["occurred_on"].isoformat(),
        amount_fen=row["amount_fen"],
        why=why,
    )


def _of_records() -> dict[str, Any]:
    return {code: kind for code, kind in requirements.kinds().items() if kind.of == "record"}


def last_from_supplier(actor: Actor, *, uscc: str) -> dict[str, str]:
    """county_code, category and channel of the newest record from a supplier; empty if none."""
    if not uscc:
        return {}
    rows = visible_to(actor).filter(supplier__uscc=uscc, reversed_at__isnull=True)
    names = ("county_code", "category", "channel")
    found = rows.order_by("-id").values_list(*names).first()
    return dict(zip(names, found, strict=True)) if found else {}


@dataclass(frozen=True, slots=True)
class OnInvoice:
    """Records in force that name an invoice. mine: amounts (fen) of those the actor may see;
    elsewhere: whether another unit registered it, too."""

    mine: tuple[int, ...]
    refs: tuple[str, ...]
    elsewhere: bool


def recorded_on_invoice(actor: Actor, invoice: Mapping[str, Any]) -> OnInvoice:
    """Which records name this e-invoice, city-wide."""
    number = str(invoice.get("number") or "")
    if not number:
        return OnInvoice((), (), False)
    named = Purchase.objects.exclude(invoice_no="").filter(
        invoice_no=number, invoice_code=str(invoice.get("code") or ""), reversed_at__isnull=True
    )
    mine = list(
        visible_to(actor)
        .filter(pk__in=named.values("pk"))
        .order_by("id")
        .values_list("ref", "amount_fen")
    )
    refs = tuple(ref for ref, _fen in mine)
    others = named.exclude(ref__in=refs)
    return OnInvoice(tuple(fen for _ref, fen in mine), refs, others.exists())
