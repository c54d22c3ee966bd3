"""README.txt of a pack, in Chinese and English: what is in it, how each total is recomputed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from niangjia.programmes.assistance_ledger.audit_pack.columns import BY, letter
from niangjia.programmes.assistance_ledger.audit_pack.evidence import Counts
from niangjia.programmes.assistance_ledger.audit_pack.rows import yuan
from niangjia.programmes.assistance_ledger.audit_pack.totals import Sums

ZH = ("月份", "所属区", "系统", "产地县", "类别", "渠道", "方式", "是否受援地区")


@dataclass(frozen=True, slots=True)
class Told:
    """What the README says of a pack. n_records: records; n_entries: of the log, in n_packs inner
    packs; n_later: entries too new for their checkpoint; behind: entries that the published totals
    had not counted yet; agrees: whether these and the records add up to the same."""

    unit: str
    uscc: str
    year: int
    made_at: str
    by: str
    n_records: int
    totals: Sums
    evidence: Counts
    n_packs: int
    n_entries: int
    n_later: int
    log_size: int
    behind: int
    agrees: bool


def text(told: Told) -> str:
    """The file's text."""
    n, fen, confirmed = told.totals
    columns: list[Mapping[str, Any]] = [
        {"name": name, "zh": zh, "letter": letter(name)} for name, zh in zip(BY, ZH, strict=True)
    ]
    context = {
        "told": told,
        "n_counted": n,
        "yuan": yuan(fen),
        "confirmed": yuan(confirmed),
        "not_confirmed": yuan(fen - confirmed),
        "columns": columns,
        "amount": letter("counted_yuan"),
        "counts": letter("counts"),
        "confirmed_letter": letter("confirmed_yuan"),
        "month": letter("month"),
    }
    return render_to_string("assistance_ledger/audit_pack_readme.txt", context)
