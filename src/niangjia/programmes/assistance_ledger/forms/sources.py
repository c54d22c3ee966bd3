"""A line of another source as a purchase to be entered."""

from niangjia.blocks.orgs.public import organisation
from niangjia.blocks.places.public import CountyBook, provinces_of, region_names
from niangjia.lib.identifiers import uscc_problem
from niangjia.programmes.assistance_ledger import policy, rules
from niangjia.programmes.assistance_ledger.models import SourceLine
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.types import PurchaseIn


def from_order(line: SourceLine, channel: str) -> PurchaseIn | None:
    """The purchase of an order that names all that is needed; None if it does not.

    channel: official word, for lines that name none.
    """
    county = CountyBook().by_code(line.county_code) if line.county_code else None
    if line.source != "order" or county is None or not line.party or not line.text:
        return None
    unit = organisation(line.unit_id)
    quantity, price = line.quantity_milli, line.price_milli
    if (
        quantity is None
        or price is None
        or not rules.amount_agrees(quantity, price, line.amount_fen)
    ):
        price = None  # a discount or freight lies between: the amount paid is what counts
    words = policy.channels()
    own = line.channel if line.channel in words else channel
    return PurchaseIn(
        unit_name=unit.name,
        unit_uscc=unit.uscc,
        unit_kind="",
        district="",
        line="",
        occurred_on=line.occurred_on,
        channel=own if own in words else words[-1],
        mode="direct",
        product=line.text,
        category=line.category,
        recognition_no="",
        county_code=county.code,
        assisted=county.assisted,
        spec=line.spec,
        measure=line.measure,
        quantity_milli=quantity,
        price_milli=price,
        amount_fen=line.amount_fen,
        supplier_name=line.party,
        supplier_uscc="" if uscc_problem(line.party_uscc) else line.party_uscc,
        contact_name="",
        contact_phone="",
        contract_no="",
        invoice_code="",
        invoice_no=line.invoice_no,
        voucher_no="",
        households=None,
        people=None,
        income_gain_fen=None,
        note="",
        order_no=line.number,
    )


def entry_values(line: SourceLine) -> dict[str, str]:
    """What the form of a purchase by hand takes over from a line."""
    unit = organisation(line.unit_id)
    found = {
        "unit_name": unit.name,
        "unit_uscc": unit.uscc,
        "occurred_on": line.occurred_on.isoformat(),
        "amount_fen": shown.yuan(line.amount_fen).replace(",", ""),
        "supplier_name": line.party,
        "supplier_uscc": line.party_uscc,
        "invoice_no": line.invoice_no,
        "spec": line.spec,
        "measure": line.measure,
        "quantity_milli": shown.milli(line.quantity_milli).replace(",", ""),
        "category": line.category,
    }
    if line.source == "payment":
        return {**found, "voucher_no": line.number, "note": line.text}
    county = {line.county_code} - {""}
    return {
        **found,
        "product": line.text,
        "order_no": line.number[:40],
        "channel": line.channel if line.channel in policy.channels() else "",
        "county": region_names(county).get(line.county_code, ""),
        "province": provinces_of(county).get(line.county_code, ""),
    }
