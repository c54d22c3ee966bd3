"""The columns of an audit pack's tables: names for programs, titles for people, kinds of value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A column. name: ASCII; zh, en: titles; kind: of a Frictionless Table Schema field."""

    name: str
    zh: str
    en: str
    kind: str = "string"


RECORDS = (
    Field("record", "台账记录", "Record"),
    Field("counts", "计数", "Counts (1, or -1 where it is taken off)", "integer"),
    Field("month", "计入月份", "Month it counts in"),
    Field("unit", "采购单位", "Buying unit"),
    Field("unit_uscc", "统一社会信用代码", "Unified social credit code"),
    Field("day", "采购日期", "Date of purchase", "date"),
    Field("district", "所属区代码", "District, code"),
    Field("district_name", "所属区", "District"),
    Field("line", "系统代码", "System, code"),
    Field("line_name", "系统", "System"),
    Field("county", "产地县代码", "County of origin, code"),
    Field("county_name", "产地县", "County of origin"),
    Field("assisted", "受援地区（1是0否）", "Origin on the list (1 or 0)"),
    Field("category", "产品类别（口径）", "Kind, as counted"),
    Field("channel", "采购渠道（口径）", "Channel, as counted"),
    Field("mode", "采购方式", "Mode"),
    Field("product", "产品名称", "Product"),
    Field("spec", "规格", "Specification"),
    Field("quantity", "数量", "Quantity", "number"),
    Field("measure", "计量单位", "Unit of measure"),
    Field("price_yuan", "单价（元）", "Price (yuan)", "number"),
    Field("counted_yuan", "计入金额（元）", "Amount as counted (yuan)", "number"),
    Field("confirmed_yuan", "已核金额（元）", "Confirmed by the county (yuan)", "number"),
    Field("supplier", "供应商名称", "Supplier"),
    Field("supplier_uscc", "供应商统一社会信用代码", "Supplier's code"),
    Field("contract_no", "合同编号", "Contract"),
    Field("invoice_code", "发票代码", "Invoice code"),
    Field("invoice_no", "发票号码", "Invoice number"),
    Field("voucher_no", "付款凭证号", "Voucher"),
    Field("order_no", "订单号", "Order number"),
    Field("recognition_no", "认定编号", "Recognition"),
    Field("households", "带动户数", "Households helped", "integer"),
    Field("people", "带动人数", "People helped", "integer"),
    Field("category_written", "产品类别（原文）", "Kind, as written"),
    Field("channel_written", "采购渠道（原文）", "Channel, as written"),
    Field("missing", "缺少的佐证", "Evidence missing"),
    Field("flags", "存疑标记", "Marks"),
    Field("corrects", "更正的记录", "Corrects the record"),
    Field("note", "备注", "Note"),
)
TOTALS = (
    Field("by", "口径", "By"),
    Field("value", "代码", "Value"),
    Field("name", "名称", "Name"),
    Field("n", "笔数", "Records", "integer"),
    Field("yuan", "金额（元）", "Amount (yuan)", "number"),
    Field("confirmed_yuan", "已核（元）", "Confirmed (yuan)", "number"),
    Field("not_confirmed_yuan", "未核（元）", "Not confirmed (yuan)", "number"),
)
EVIDENCE = (
    Field("number", "序号", "Number", "integer"),
    Field("subject", "所证明的", "Proves"),
    Field("kind", "种类代码", "Kind, code"),
    Field("kind_name", "种类", "Kind"),
    Field("state", "状态", "State"),
    Field("file", "文件", "File"),
    Field("bytes", "字节数", "Bytes", "integer"),
    Field("sha256", "数字指纹", "SHA-256"),
)
BY = ("month", "district", "line", "county", "category", "channel", "mode", "assisted")
MONEY = frozenset({"price_yuan", "counted_yuan", "confirmed_yuan"})


def names(fields: tuple[Field, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in fields)


def letter(name: str) -> str:
    """The spreadsheet's letters of a column of RECORDS: `A`, `AB`."""
    at, made = names(RECORDS).index(name) + 1, ""
    while at:
        at, rest = divmod(at - 1, 26)
        made = chr(65 + rest) + made
    return made


def schema(fields: tuple[Field, ...]) -> dict[str, object]:
    """The Table Schema of a table of these columns."""
    return {
        "fields": [
            {"name": one.name, "type": one.kind, "title": f"{one.zh} / {one.en}"} for one in fields
        ],
        "missingValues": [""],
    }
