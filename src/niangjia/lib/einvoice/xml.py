"""Invoices as XML: the tax administration's digital invoice, and the older `eInvoice`.

Digital (2021 on): EInvoice with Header (EIid), EInvoiceData (SellerInformation, BuyerInformation,
BasicInformation, IssuItemInformation per line, AdditionalInformation), TaxSupervisionInfo
(InvoiceNumber, IssueTime), TaxBureauSignature. Older (2019 on, `original_invoice.xml` of an OFD):
eInvoice in the namespace http://www.edrm.org.cn/schema/e-invoice/2019 with InvoiceCode, InvoiceNo,
IssueDate, Buyer, Seller, GoodsInfos, TaxInclusiveTotalAmount. Structures as published by readers
and samples in public repositories; names are compared without namespace and case.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from niangjia.lib.einvoice.check import checked
from niangjia.lib.einvoice.figures import Reading, original, plain
from niangjia.lib.einvoice.tree import child, children, first, local, parse, texts
from niangjia.lib.einvoice.types import Invoice, Kind, Line, Source, Unreadable
from niangjia.lib.identifiers import uscc_compact

MAX_LINES = 3_000
MILLI, MICRO = 1_000, 1_000_000
_DIGITAL = re.compile(r"[0-9]{20}")
_CODE = re.compile(r"[0-9]{10}|[0-9]{12}")
_NUMBER = re.compile(r"[0-9]{8}")
_ROOT = "einvoice"
_LINE_NAMES = {"itemname", "item", "goodsname"}


def read(data: bytes) -> Invoice:
    """The invoice in an XML file. Raises Unreadable."""
    root = parse(data)
    element = invoice_element(root)
    if element is None:
        raise Unreadable("not_an_invoice")
    return from_element(element, "xml", Reading())


def invoice_element(root: Element) -> Element | None:
    """The invoice: the root, or the first one wrapped in something else."""
    return next((one for one in root.iter() if local(one) == _ROOT), None)


def from_element(element: Element, source: Source, reading: Reading) -> Invoice:
    """An invoice from its element, of either structure. Raises Unreadable."""
    data = child(element, "einvoicedata")
    if data is not None:
        return _digital(element, data, source, reading)
    return _older(element, source, reading)


def identity(code: str, number: str) -> tuple[Kind, str, str]:
    """Kind, code and number in their plain form. Raises Unreadable: neither of the two kinds."""
    code, number = code.replace(" ", ""), number.replace(" ", "")
    if _DIGITAL.fullmatch(number):
        return "digital", "", number
    if _CODE.fullmatch(code) and _NUMBER.fullmatch(number):
        return "old_electronic", code, number
    raise Unreadable("not_an_invoice", field="number")


def _digital(element: Element, data: Element, source: Source, reading: Reading) -> Invoice:
    supervised = texts(child(element, "taxsupervisioninfo"))
    head = texts(child(element, "header"))
    basic = texts(child(data, "basicinformation"))
    seller = texts(child(data, "sellerinformation"))
    buyer = texts(child(data, "buyerinformation"))
    numbers = [one for one in (first(supervised, "invoicenumber"), first(head, "eiid")) if one]
    if len(set(numbers)) > 1:
        reading.warn("number_differs")
    kind, code, number = identity("", numbers[0] if numbers else "")
    more = {**basic, **texts(child(data, "additionalinformation"))}
    note = reading.note(first(more, "remark", "remarks", "note"))
    invoice = Invoice(
        kind=kind,
        code=code,
        number=number,
        issued_on=reading.date(first(supervised, "issuetime") or first(basic, "requesttime")),
        source=source,
        seller_name=plain(first(seller, "sellername")),
        seller_uscc=_uscc(first(seller, "selleridnum", "sellertaxid")),
        buyer_name=plain(first(buyer, "buyername")),
        buyer_uscc=_uscc(first(buyer, "buyeridnum", "buyertaxid")),
        lines=_lines(data, reading),
        total_fen=reading.fen(first(basic, "totalamwithouttax")),
        tax_fen=reading.fen(first(basic, "totaltaxam")),
        total_with_tax_fen=reading.fen(
            first(basic, "totaltax-includedamount", "totaltaxincludedamount")
        ),
        original_number=_original(note, more)[1],
        note=note,
    )
    return checked(invoice, reading)


def _older(element: Element, source: Source, reading: Reading) -> Invoice:
    own = texts(element)
    seller, buyer = texts(child(element, "seller")), texts(child(element, "buyer"))
    kind, code, number = identity(
        first(own, "invoicecode"), first(own, "invoiceno", "invoicenumber")
    )
    note = reading.note(first(own, "note", "remark"))
    original_code, original_number = _original(note, own)
    invoice = Invoice(
        kind=kind,
        code=code,
        number=number,
        issued_on=reading.date(first(own, "issuedate", "issuetime")),
        source=source,
        check_code=plain(first(own, "invoicecheckcode"), 40),
        seller_name=plain(first(seller, "sellername")),
        seller_uscc=_uscc(first(seller, "sellertaxid", "selleridnum")),
        buyer_name=plain(first(buyer, "buyername")),
        buyer_uscc=_uscc(first(buyer, "buyertaxid", "buyeridnum")),
        lines=_lines(child(element, "goodsinfos"), reading),
        total_fen=reading.fen(first(own, "taxexclusivetotalamount")),
        tax_fen=_tax(first(own, "taxtotalamount"), reading),
        total_with_tax_fen=reading.fen(first(own, "taxinclusivetotalamount")),
        original_code=original_code,
        original_number=original_number,
        note=note,
    )
    return checked(invoice, reading)


def _lines(holder: Element | None, reading: Reading) -> tuple[Line, ...]:
    lines: list[Line] = []
    for own in _line_texts(holder):
        if len(lines) >= MAX_LINES:
            raise Unreadable("too_large")
        lines.append(
            Line(
                name=plain(first(own, "itemname", "item", "goodsname")),
                spec=plain(first(own, "specmod", "specification")),
                unit=plain(first(own, "meaunits", "measurementdimension", "unit"), 40),
                quantity_milli=reading.scaled(first(own, "quantity"), MILLI),
                price_micro=reading.scaled(first(own, "unprice", "price"), MICRO),
                amount_fen=reading.fen(first(own, "amount")),
                tax_rate_permille=reading.rate_permille(first(own, "taxrate", "taxscheme")),
                tax_fen=_tax(first(own, "comtaxam", "taxamount", "taxam"), reading),
            )
        )
    return tuple(lines)


def _line_texts(holder: Element | None) -> Iterator[dict[str, str]]:
    for one in children(holder):
        own = texts(one)
        if _LINE_NAMES & own.keys():
            yield own


def _tax(text: str, reading: Reading) -> int | None:
    """免税 and *** stand where a tax of nothing would."""
    return None if text.startswith(("免税", "不征税", "*")) else reading.fen(text)


def _original(note: str, own: dict[str, str]) -> tuple[str, str]:
    named = original(note)
    if named[1]:
        return named
    number = first(own, "originalinvoiceno", "originalinvoicenumber")
    if _DIGITAL.fullmatch(number) or _NUMBER.fullmatch(number):
        return first(own, "originalinvoicecode")[:12], number
    return "", ""


def _uscc(text: str) -> str:
    return uscc_compact(plain(text, 40))
