"""Invoices in OFD files (GB/T 33190): an archive with OFD.xml, pages, and the data as XML.

The older kind carries `original_invoice.xml` among its attachments; the digital kind often only
names number, day and amounts in OFD.xml (DocBody/DocInfo/CustomDatas), and by tags the texts on its
page that are the parties' names. Pages are not drawn.
"""

from dataclasses import dataclass, replace
from posixpath import dirname, normpath
from xml.etree.ElementTree import Element

from niangjia.lib.archives import Archive, BadArchive, opened
from niangjia.lib.einvoice import tree
from niangjia.lib.einvoice.check import checked
from niangjia.lib.einvoice.figures import Reading, original, plain
from niangjia.lib.einvoice.parts import member, part, places
from niangjia.lib.einvoice.tags import tagged
from niangjia.lib.einvoice.types import Invoice, Unreadable
from niangjia.lib.einvoice.xml import from_element, identity, invoice_element
from niangjia.lib.identifiers import uscc_compact

MAX_BYTES = 30 * 1024 * 1024
MAX_ATTACHMENTS = 20
ENTRY = "ofd.xml"


@dataclass(frozen=True, slots=True)
class Document:
    """An opened OFD. invoice: None if it holds none; signed: it has a list of signatures, which
    are not verified here."""

    invoice: Invoice | None
    signed: bool
    n_pages: int


def read(data: bytes) -> Invoice:
    """The invoice in an OFD file. Raises Unreadable."""
    document = read_document(data)
    if document.invoice is None:
        raise Unreadable("not_an_invoice")
    return document.invoice


def read_document(data: bytes) -> Document:
    """The OFD file, with its invoice if it is one. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large")
    try:
        return read_archive(opened(data))
    except BadArchive as error:
        raise Unreadable(error.code) from error


def is_ofd(archive: Archive) -> bool:
    """Whether an archive has the entry that makes it an OFD file."""
    return member(archive, ENTRY) is not None


def read_archive(archive: Archive) -> Document:
    """The OFD file in an opened archive. Raises Unreadable, BadArchive."""
    entry = part(archive, ENTRY)
    if entry is None:
        raise Unreadable("not_an_invoice")
    reading = Reading()
    bodies = [one for one in entry if tree.local(one) == "docbody"]
    if len(bodies) > 1:
        reading.warn("several_documents")
    body = bodies[0] if bodies else None
    own = tree.texts(body)
    root_name = normpath(tree.first(own, "docroot").lstrip("/"))
    root = part(archive, root_name)
    pages = [one for one in tree.children(tree.child(root, "pages")) if tree.local(one) == "page"]
    head = _head(tree.child(body, "docinfo"))
    folder = dirname(root_name)
    element = _invoice(archive, root, folder)
    if element is None:
        head = _joined(head, tagged(archive, root, folder), reading)
    invoice = _read(element, head, reading)
    signed = bool(tree.first(own, "signatures"))
    return Document(invoice=invoice, signed=signed, n_pages=len(pages))


def _read(element: Element | None, head: dict[str, str], reading: Reading) -> Invoice | None:
    """None if the document is something else than an invoice of a kind we know."""
    try:
        if element is not None:
            return _compared(from_element(element, "ofd", reading), head, reading)
        return _from_head(head, reading) if "发票号码" in head else None
    except Unreadable as error:
        if error.code == "not_an_invoice":
            return None
        raise


def _head(info: Element | None) -> dict[str, str]:
    """The values of CustomDatas by their Chinese names; the first where a name comes twice."""
    found: dict[str, str] = {}
    holder = tree.child(info, "customdatas")
    for one in tree.children(info if holder is None else holder):
        name, text = plain(one.get("Name", ""), 40), (one.text or "").strip()
        if tree.local(one) == "customdata" and name and text:
            found.setdefault(name, text)
    return found


def _joined(head: dict[str, str], tags: dict[str, str], reading: Reading) -> dict[str, str]:
    """The list of OFD.xml counts; what it lacks is taken from the page."""
    joined = tags | head
    if tags.get("发票号码", joined.get("发票号码")) != joined.get("发票号码"):
        reading.warn("number_differs")
    return joined


def _from_head(head: dict[str, str], reading: Reading) -> Invoice:
    kind, code, number = identity(head.get("发票代码", ""), head["发票号码"])
    note = reading.note(head.get("备注", ""))
    original_code, original_number = original(note)
    invoice = Invoice(
        kind=kind,
        code=code,
        number=number,
        issued_on=reading.date(head.get("开票日期", "")),
        source="ofd",
        check_code=plain(head.get("校验码", ""), 40),
        seller_name=plain(head.get("销售方名称", "")),
        seller_uscc=uscc_compact(plain(head.get("销售方纳税人识别号", ""), 40)),
        buyer_name=plain(head.get("购买方名称", "")),
        buyer_uscc=uscc_compact(plain(head.get("购买方纳税人识别号", ""), 40)),
        total_fen=reading.fen(head.get("合计金额", "")),
        tax_fen=reading.fen(head.get("合计税额", "")),
        total_with_tax_fen=reading.fen(head.get("价税合计", "")),
        original_code=original_code,
        original_number=original_number,
        note=note,
    )
    return checked(invoice, reading)


def _compared(invoice: Invoice, head: dict[str, str], reading: Reading) -> Invoice:
    """The data inside counts; where the file's own list says otherwise, that is told."""
    if head.get("发票号码", invoice.number) != invoice.number:
        reading.warn("number_differs")
    quiet = Reading()
    for name, own in (
        ("合计金额", invoice.total_fen),
        ("合计税额", invoice.tax_fen),
        ("价税合计", invoice.total_with_tax_fen),
    ):
        listed = quiet.fen(head.get(name, ""))
        if listed is not None and own is not None and listed != own:
            reading.warn("head_differs")
    return replace(invoice, warnings=reading.warnings)


def _invoice(archive: Archive, root: Element | None, folder: str) -> Element | None:
    """The invoice's element: first among the attachments listed, then by place and name."""
    names = [*_listed(archive, root, folder), *_by_place(archive)]
    for name in list(dict.fromkeys(names))[:MAX_ATTACHMENTS]:
        attached = part(archive, name)
        found = None if attached is None else invoice_element(attached)
        if found is not None:
            return found
    return None


def _listed(archive: Archive, root: Element | None, folder: str) -> list[str]:
    place = tree.first(tree.texts(root), "attachments")
    names = []
    for list_name in places(place, folder):
        listing = part(archive, list_name)
        for one in tree.children(listing):
            file = tree.first(tree.texts(one), "fileloc")
            if file.lower().endswith(".xml"):
                names += places(file, dirname(list_name), folder)
    return names


def _by_place(archive: Archive) -> list[str]:
    lowered = [(name.lower(), name) for name in archive.names]
    return [
        name
        for low, name in lowered
        if low.endswith(".xml") and ("original_invoice" in low or "/attachs/" in low)
    ]
