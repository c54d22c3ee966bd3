"""Invoices of invented firms as files: OFD, XML and the text of the QR code, made on the spot.

Built from the published structures named in lib/einvoice; firms, numbers and goods are made up.
"""

import datetime as dt
import io
import zipfile
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

from niangjia.lib import money

SELLER = "样例县青禾农产品专业合作社"
SELLER_USCC = "93110000XXXX00001Y"
BUYER = "样例市总工会机关"
BUYER_USCC = "81110000XXXX000029"
FP = 'xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019" Version="1.0"'
OFD_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


@dataclass(frozen=True)
class Item:
    """A line; quantity and price as printed, rate in per cent or a text such as 免税."""

    name: str = "*谷物*五常大米"
    spec: str = "5kg/袋"
    unit: str = "袋"
    quantity: str = "100"
    price: str = "50"
    fen: int = 5_000_00
    rate: str = "9%"
    tax_fen: int = 450_00

    def negative(self) -> "Item":
        quantity = f"-{self.quantity}" if self.quantity else ""
        return replace(self, quantity=quantity, fen=-self.fen, tax_fen=-self.tax_fen)


@dataclass(frozen=True)
class Paper:
    """An invoice to be written; totals follow from the lines unless given."""

    code: str = ""
    number: str = "20112000000000000017"
    day: dt.date = dt.date(2020, 3, 6)
    check: str = "01731581649436515692"
    items: tuple[Item, ...] = (Item(),)
    note: str = ""
    seller: str = SELLER
    seller_uscc: str = SELLER_USCC
    buyer: str = BUYER
    buyer_uscc: str = BUYER_USCC
    overrides: dict[str, int] = field(default_factory=dict)

    @property
    def total_fen(self) -> int:
        return self.overrides.get("total", sum(one.fen for one in self.items))

    @property
    def tax_fen(self) -> int:
        return self.overrides.get("tax", sum(one.tax_fen for one in self.items))

    @property
    def with_tax_fen(self) -> int:
        return self.overrides.get("with_tax", self.total_fen + self.tax_fen)


def digital(**changes) -> Paper:
    """A digital invoice: 20 digits, no code."""
    return replace(Paper(), **changes)


def older(**changes) -> Paper:
    """An electronic ordinary invoice: code of 12 digits, number of 8."""
    return replace(Paper(code="011001900311", number="21010038"), **changes)


def red(paper: Paper, number: str) -> Paper:
    """The red-letter invoice that takes all of `paper` back."""
    if paper.code:
        note = f"对应正数发票代码:{paper.code}号码:{paper.number}"
    else:
        note = (
            f"被红冲蓝字数电发票号码：{paper.number} 红字发票信息确认单编号：11010020031001000001"
        )
    items = tuple(one.negative() for one in paper.items)
    return replace(paper, number=number, items=items, note=note)


def two_lines(**changes) -> Paper:
    """Two goods and a discount, with two rates and one line free of tax."""
    free = Item("*蔬菜*干香菇", "", "千克", "12.345", "88.5", 1_092_53, "免税", 0)
    discount = Item(spec="", unit="", quantity="", price="", fen=-500_00, tax_fen=-45_00)
    items = (Item(), free, discount)
    return replace(Paper(items=items), **changes)


def digital_xml(paper: Paper) -> bytes:
    """The tax administration's structure."""
    lines = "".join(_digital_line(one) for one in paper.items)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<EInvoice><Header><EIid>{paper.number}</EIid><EInvoiceTag>SWEI1100</EInvoiceTag>
<Version>0.2</Version><InherentLabel><EInvoiceType><LabelCode>01</LabelCode></EInvoiceType>
<GeneralOrSpecialVAT><LabelCode>02</LabelCode></GeneralOrSpecialVAT></InherentLabel></Header>
<EInvoiceData>
<SellerInformation><SellerIdNum>{paper.seller_uscc}</SellerIdNum>
<SellerName>{escape(paper.seller)}</SellerName></SellerInformation>
<BuyerInformation><BuyerIdNum>{paper.buyer_uscc}</BuyerIdNum>
<BuyerName>{escape(paper.buyer)}</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{_yuan(paper.total_fen)}</TotalAmWithoutTax>
<TotalTaxAm>{_yuan(paper.tax_fen)}</TotalTaxAm>
<TotalTax-includedAmount>{_yuan(paper.with_tax_fen)}</TotalTax-includedAmount>
<Drawer>样例开票员</Drawer><RequestTime>{paper.day} 10:11:12</RequestTime></BasicInformation>
{lines}<AdditionalInformation><Remark>{escape(paper.note)}</Remark></AdditionalInformation>
</EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{paper.number}</InvoiceNumber><IssueTime>{paper.day}</IssueTime>
<TaxBureauCode>11100000000</TaxBureauCode></TaxSupervisionInfo>
<TaxBureauSignature><SignatureValue>not-a-signature</SignatureValue></TaxBureauSignature>
</EInvoice>""".encode()


def _digital_line(one: Item) -> str:
    rate = f"0.{int(one.rate[:-1]):02d}" if one.rate.endswith("%") else one.rate
    return f"""<IssuItemInformation><ItemName>{escape(one.name)}</ItemName>
<SpecMod>{escape(one.spec)}</SpecMod><MeaUnits>{escape(one.unit)}</MeaUnits>
<Quantity>{one.quantity}</Quantity><UnPrice>{one.price}</UnPrice><Amount>{_yuan(one.fen)}</Amount>
<TaxRate>{rate}</TaxRate><ComTaxAm>{_yuan(one.tax_fen)}</ComTaxAm></IssuItemInformation>
"""


def older_xml(paper: Paper) -> bytes:
    """`original_invoice.xml` of the older electronic invoices."""
    day = f"{paper.day:%Y年%m月%d日}"
    lines = "".join(_older_line(one) for one in paper.items)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<eInvoice {FP}>
<fp:DocID>01</fp:DocID><fp:InvoiceCode>{paper.code}</fp:InvoiceCode>
<fp:InvoiceNo>{paper.number}</fp:InvoiceNo><fp:TypeCode>0</fp:TypeCode>
<fp:IssueDate>{day}</fp:IssueDate><fp:InvoiceCheckCode>{paper.check}</fp:InvoiceCheckCode>
<fp:MachineNo>016000003072</fp:MachineNo>
<fp:Buyer><fp:BuyerName>{escape(paper.buyer)}</fp:BuyerName>
<fp:BuyerTaxID>{paper.buyer_uscc}</fp:BuyerTaxID></fp:Buyer>
<fp:Seller><fp:SellerName>{escape(paper.seller)}</fp:SellerName>
<fp:SellerTaxID>{paper.seller_uscc}</fp:SellerTaxID></fp:Seller>
<fp:TaxInclusiveTotalAmount>{_yuan(paper.with_tax_fen)}</fp:TaxInclusiveTotalAmount>
<fp:Note>{escape(paper.note)}</fp:Note><fp:InvoiceClerk>样例开票员</fp:InvoiceClerk>
<fp:TaxTotalAmount>{_yuan(paper.tax_fen)}</fp:TaxTotalAmount>
<fp:TaxExclusiveTotalAmount>{_yuan(paper.total_fen)}</fp:TaxExclusiveTotalAmount>
<fp:GraphCode>{qr_text(paper)}</fp:GraphCode>
<fp:GoodsInfos>{lines}</fp:GoodsInfos></eInvoice>""".encode()


def _older_line(one: Item) -> str:
    return f"""<fp:GoodsInfo><fp:Item>{escape(one.name)}</fp:Item>
<fp:Specification>{escape(one.spec)}</fp:Specification>
<fp:MeasurementDimension>{escape(one.unit)}</fp:MeasurementDimension><fp:Price>{one.price}</fp:Price>
<fp:Quantity>{one.quantity}</fp:Quantity><fp:Amount>{_yuan(one.fen)}</fp:Amount>
<fp:TaxScheme>{one.rate}</fp:TaxScheme><fp:TaxAmount>{_yuan(one.tax_fen)}</fp:TaxAmount>
</fp:GoodsInfo>"""


def qr_text(paper: Paper) -> str:
    """What the QR code says: before tax if older, with tax if digital."""
    day = f"{paper.day:%Y%m%d}"
    if paper.code:
        amount = _yuan(paper.total_fen)
        return f"01,10,{paper.code},{paper.number},{amount},{day},{paper.check},53F1,"
    return f"01,32,,{paper.number},{_yuan(paper.with_tax_fen)},{day},,A6A1"


def ofd(
    paper: Paper,
    *,
    inside: bool = True,
    signed: bool = True,
    n_pages: int = 1,
    tags: bool = False,
) -> bytes:
    """An OFD file; inside: with the data as an attachment, as the older kind has it; tags: the
    texts on its first page are named, as the digital kind has it."""
    pages = "".join(
        f'<ofd:Page ID="{no}" BaseLoc="Pages/Page_{no}/Content.xml"/>' for no in range(n_pages)
    )
    attachments = "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>" if inside else ""
    members = {
        "OFD.xml": _ofd_xml(paper, signed),
        "Doc_0/Document.xml": f"<ofd:Document {OFD_NAMESPACE}><ofd:Pages>{pages}</ofd:Pages>"
        f"{attachments}</ofd:Document>",
    }
    for no in range(n_pages):
        members[f"Doc_0/Pages/Page_{no}/Content.xml"] = f"<ofd:Page {OFD_NAMESPACE}/>"
    if tags:
        members |= _tagged(paper)
    if signed:
        members["Doc_0/Signs/Signatures.xml"] = f"<ofd:Signatures {OFD_NAMESPACE}/>"
    if inside:
        members["Doc_0/Attachs/Attachments.xml"] = (
            f"<ofd:Attachments {OFD_NAMESPACE}>"
            '<ofd:Attachment ID="8" Name="original_invoice" Format="xml">'
            "<ofd:FileLoc>original_invoice.xml</ofd:FileLoc></ofd:Attachment></ofd:Attachments>"
        )
        data = older_xml(paper) if paper.code else digital_xml(paper)
        members["Doc_0/Attachs/original_invoice.xml"] = data.decode()
    return zipped(members)


def _tagged(paper: Paper) -> dict[str, str]:
    """Tags and the page they point into; the note is drawn in two pieces."""
    half = len(paper.note) // 2
    fields = {
        "InvoiceNo": (paper.number,),
        "Buyer/BuyerName": (paper.buyer,),
        "Seller/SellerName": (paper.seller,),
        "TaxInclusiveTotalAmount": ("¥", _yuan(paper.with_tax_fen)),
        "Note": (paper.note[:half], paper.note[half:]),
    }
    tags, drawn, number = "", "", 6920
    for path, texts in fields.items():
        refs = ""
        for text in texts:
            number += 1
            refs += f'<ofd:ObjectRef PageRef="61">{number}</ofd:ObjectRef>'
            drawn += f'<ofd:TextObject ID="{number}"><ofd:TextCode>{escape(text)}</ofd:TextCode>'
            drawn += "</ofd:TextObject>"
        names = path.split("/")
        opened = "".join(f"<ofd:{name}>" for name in names)
        tags += opened + refs + "".join(f"</ofd:{name}>" for name in reversed(names))
    return {
        "Doc_0/Tags/CustomTag.xml": f"<ofd:eInvoice {OFD_NAMESPACE}>{tags}</ofd:eInvoice>",
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {OFD_NAMESPACE}><ofd:Content><ofd:Layer>"
        f"{drawn}</ofd:Layer></ofd:Content></ofd:Page>",
    }


def _ofd_xml(paper: Paper, signed: bool) -> str:
    head = {
        "native-producer": "Sample",
        "发票代码": paper.code,
        "发票号码": paper.number,
        "开票日期": f"{paper.day:%Y年%m月%d日}",
        "合计金额": _yuan(paper.total_fen),
        "合计税额": _yuan(paper.tax_fen),
        "购买方纳税人识别号": paper.buyer_uscc,
        "销售方纳税人识别号": paper.seller_uscc,
    }
    if paper.code:
        head |= {"校验码": paper.check, "价税合计": _yuan(paper.with_tax_fen)}
        head |= {"购买方名称": paper.buyer, "销售方名称": paper.seller}
    listed = "".join(
        f'<ofd:CustomData Name="{name}">{escape(value)}</ofd:CustomData>'
        for name, value in head.items()
        if value
    )
    signatures = "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>" if signed else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {OFD_NAMESPACE} DocType="OFD" '
        f'Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>'
        f"<ofd:CustomDatas>{listed}</ofd:CustomDatas></ofd:DocInfo>"
        f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{signatures}</ofd:DocBody></ofd:OFD>"
    )


def zipped(members: dict[str, str | bytes]) -> bytes:
    """An archive of these members, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _yuan(fen: int) -> str:
    return money.format_yuan(fen).replace(",", "")
