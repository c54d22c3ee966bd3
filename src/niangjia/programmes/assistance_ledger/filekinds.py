"""Kinds of file that the import wizard takes, and which of them a file most likely is."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Schema, SheetLook
from niangjia.lib.text import compact
from niangjia.programmes.assistance_ledger import sheet
from niangjia.programmes.assistance_ledger.matching import ORDER, PAYMENT
from niangjia.programmes.assistance_ledger.roster_sheet import ROSTER, roster_schema
from niangjia.programmes.assistance_ledger.sources_sheet import source_schema

PURCHASES = "purchases"
KINDS = {
    PURCHASES: _("The office's own purchase ledger"),
    ORDER: _("Orders exported from a buying platform"),
    PAYMENT: _("Payments from the bank or the official card"),
}
# What is brought where it belongs, never from the list of kinds.
BOUND = {ROSTER: _("Roster of registered poor households")}
# Headers that only such a file has.
_TELLING = {
    ROSTER: (
        "户编号",
        "人编号",
        "与户主关系",
        "证件号码",
        "贫困户属性",
        "脱贫属性",
        "主要致贫原因",
    ),
    ORDER: (
        "订单状态",
        "下单时间",
        "下单日期",
        "店铺名称",
        "实付金额",
        "订单金额",
        "订单创建时间",
        "交易状态",
    ),
    PAYMENT: (
        "对方户名",
        "对方账号",
        "借方发生额",
        "贷方发生额",
        "借贷标志",
        "交易流水号",
        "账户余额",
        "余额",
        "商户名称",
        "支出金额",
        "收入金额",
    ),
}
TOLD_BY = 2


def schema_of(kind: str) -> Schema:
    """The columns of a kind of file; of the office's own ledger where none is named."""
    if kind == ROSTER:
        return roster_schema()
    return source_schema(kind) if kind in (ORDER, PAYMENT) else sheet.schema()


def personal_columns(kind: str) -> frozenset[str]:
    """Keys of the columns that are about people: what stands there is kept nowhere."""
    return frozenset(one.key for one in schema_of(kind).columns if one.personal)


def most_likely(look: Callable[[Schema], list[SheetLook]]) -> tuple[str, list[SheetLook]]:
    """(kind, what the sheets hold read as that kind). look: the sheets under a schema."""
    seen = look(schema_of(PURCHASES))
    for kind in (ROSTER, ORDER, PAYMENT):
        if _told(kind, seen):
            found = look(schema_of(kind))
            if any(one.signature for one in found):
                return kind, found
    return PURCHASES, seen


def _told(kind: str, looks: Sequence[SheetLook]) -> bool:
    """Whether some sheet bears at least two headers that only this kind has."""
    telling = {compact(text) for text in _TELLING[kind]}
    for one in looks:
        rows = [one.header] if one.header else [cells for _row, cells in one.top]
        for cells in rows:
            names = {compact(cell).partition("(")[0] for cell in cells}
            if len(names & telling) >= TOLD_BY:
                return True
    return False
