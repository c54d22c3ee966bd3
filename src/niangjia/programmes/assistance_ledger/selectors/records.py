"""One record's page."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger.public import HistoryLine, history
from niangjia.blocks.orgs.public import contact, contact_masked, masked, nodes, organisation
from niangjia.blocks.places.public import provinces_of, region_names
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import rules
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to
from niangjia.programmes.assistance_ledger.types import PurchaseIn


@dataclass(frozen=True, slots=True)
class Detail:
    """One record with its names, history and what replaced it."""

    purchase: Purchase
    unit_name: str
    supplier_name: str
    county_name: str
    province: str
    district_name: str
    line_name: str
    contact: tuple[str, str]
    corrected_by: str
    corrects: str
    claimants: list[tuple[str, str]]
    history: list[HistoryLine] = field(default_factory=list)


def purchase_get(actor: Actor, *, ref: str) -> Detail:
    """One record in the actor's scope. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "purchases.see")
    purchase = visible_to(actor).filter(ref=ref).first()
    if purchase is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    code = purchase.county_code
    later = (
        visible_to(actor)
        .exclude(corrects="")
        .filter(corrects=ref)
        .values_list("ref", flat=True)
        .first()
    )
    unit = organisation(purchase.unit_id)
    return Detail(
        purchase=purchase,
        unit_name=unit.name,
        supplier_name=organisation(purchase.supplier_id).name,
        county_name=region_names({code}).get(code, code),
        province=provinces_of({code}).get(code, ""),
        district_name=_node_name("district", purchase.district_code),
        line_name=_node_name("line", purchase.line_code),
        contact=contact_masked(purchase.contact_id) if purchase.contact_id else ("", ""),
        corrected_by=later or "",
        corrects=purchase.corrects,
        claimants=_claimants(actor, purchase),
        history=history(f"purchase:{ref}"),
    )


def _node_name(kind: str, code: str) -> str:
    return dict(nodes(kind)).get(code) or dict(nodes(f"virtual_{kind}")).get(code, code)


def _claimants(actor: Actor, purchase: Purchase) -> list[tuple[str, str]]:
    """(ref, unit) of other records on the same invoice that the actor may see."""
    if not purchase.invoice_no:
        return []
    rows = visible_to(actor).filter(
        invoice_code=purchase.invoice_code,
        invoice_no=purchase.invoice_no,
        reversed_at__isnull=True,
    )
    return list(
        rows.exclude(pk=purchase.pk)
        .exclude(unit_id=purchase.unit_id)
        .values_list("ref", "unit__name")
    )


def n_of_upload(upload_ref: str) -> int:
    """How many records came with an upload, reversed ones included."""
    return Purchase.objects.exclude(upload_ref="").filter(upload_ref=upload_ref).count()


def changes_of(actor: Actor, *, ref: str, row: PurchaseIn) -> list[tuple[str, str, str]]:
    """(field, in force, in the sheet) of a row that differs from the record `ref`."""
    purchase = visible_to(actor).filter(ref=ref).select_related("unit", "supplier").first()
    if purchase is None:
        return [("", str(_("(another row of the same sheet)")), "")]
    new = {name: getattr(row, name) for name in COMPARED}
    old = {name: getattr(purchase, name) for name in COMPARED}
    of = purchase.supplier
    old["supplier"] = (of.uscc if row.supplier_uscc else "") or of.name
    new["supplier"] = row.supplier_uscc or row.supplier_name
    lines = [(name, was, now) for name, (was, now) in rules.differences(old, new).items()]
    whom = contact(purchase.contact_id)[1:] if purchase.contact_id else ("", "")
    given = row.contact_name, row.contact_phone
    if whom != given:
        lines.append(("contact", " ".join(masked(*whom)), " ".join(masked(*given))))
    return lines


COMPARED = (
    "occurred_on",
    "channel",
    "mode",
    "product",
    "category",
    "recognition_no",
    "county_code",
    "spec",
    "measure",
    "quantity_milli",
    "price_milli",
    "amount_fen",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "voucher_no",
    "order_no",
    "households",
    "people",
    "income_gain_fen",
    "note",
)
