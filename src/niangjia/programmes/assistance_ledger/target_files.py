"""Targets of units as files: the office's list, and what a printed sheet is verified by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from niangjia.blocks.cases.public import state_name
from niangjia.blocks.desk.public import Cell, Rows, fingerprint
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger.chain import TARGET
from niangjia.programmes.assistance_ledger.selectors.unit_targets import (
    TargetFilters,
    TargetLine,
    content_sha256,
    targets_matching,
    year_of,
)
from niangjia.programmes.assistance_ledger.unit_target_models import (
    UnitTargetVersion,
)

SHEET = "unit_target"
CODE = re.compile(r"/verify/([0-9a-f]{20})(?:[/?#]|$)")


def filters_of(params: Mapping[str, object]) -> TargetFilters:
    """What an address or a kept question asks for. Raises Invalid: no such year."""

    def text(name: str) -> str:
        return str(params.get(name, "")).replace("\0", "").strip()[:100]

    sort = "name" if text("sort") == "name" else "place"
    return TargetFilters(year_of(text("year")), text("state"), text("district"), text("text"), sort)


def target_rows(actor: Actor, params: Mapping[str, object]) -> Rows:
    """The list as a table, in its order. Raises NotSignedIn, Denied, Invalid."""
    header = (
        _("Place"),
        _("Buying unit"),
        _("State"),
        _("Canteen"),
        _("Food purchases of the year (yuan)"),
        _("Reserved amount (yuan)"),
        _("Members who get gifts"),
        _("Gifts of the union (yuan)"),
        _("Target (yuan)"),
        _("Counted (yuan)"),
        _("Confirmed (yuan)"),
        _("Of the target (%)"),
        _("Still to buy (yuan)"),
        _("Policy"),
    )
    widths = (8, 30, 16, 14, 18, 18, 12, 18, 18, 18, 18, 12, 18, 18)
    return Rows(
        _("Assessment"), header, widths, _rows(targets_matching(actor, filters=filters_of(params)))
    )


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _rows(lines: Sequence[TargetLine]) -> Iterator[tuple[Cell, ...]]:
    for one in lines:
        version, done = one.version, one.progress
        state = _("Exempt") if one.is_exempt else state_name(TARGET.name, one.state)
        part = done.permille
        yield (
            one.place or None,
            one.unit.name,
            state,
            version.canteen if version else "",
            _yuan(version.food_fen) if version else None,
            _yuan(version.reserved_fen) if version else None,
            version.members if version else None,
            _yuan(version.gift_fen) if version else None,
            _yuan(done.target_fen) if version else None,
            _yuan(done.counted_fen),
            _yuan(one.confirmed_fen),
            Decimal(part).scaleb(-1) if part is not None else None,
            _yuan(done.gap_fen) if part is not None else None,
            version.policy if version else "",
        )


def sheet_title(version: UnitTargetVersion) -> str:
    """What the printed sheet is called, in official words whatever the reader's language."""
    year, unit = version.target.year, version.unit_name[:80]
    return f"{year}年度采购帮扶产品任务考核表 {unit} 第{version.n}版"


def sheet_rows(version: UnitTargetVersion) -> list[tuple[str, int]]:
    """The one row of a printed sheet: the version with the beginning of its fingerprint."""
    return [(f"{version.ref}:{version.content_sha256[:24]}", version.target_fen)]


def sheet_code(version: UnitTargetVersion) -> str:
    """The code that the sheet of this version bears in its QR."""
    return fingerprint(SHEET, sheet_title(version), sheet_rows(version))[:20]


def code_in(codes: Sequence[str]) -> str:
    """The first code of a printed sheet among the texts of a scan's QR codes; empty if none."""
    found = (CODE.search(text) for text in codes)
    return next((one.group(1) for one in found if one), "")


def sheets_now(refs: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """ref -> (target in fen, whether it is still the newest version) of those whose content is
    what was printed."""
    wanted = [ref.partition(":")[0] for ref in refs]
    rows = UnitTargetVersion.objects.filter(ref__in=wanted)
    found = {}
    for one in rows.select_related("target__unit", "filed_with"):
        ref = f"{one.ref}:{content_sha256(one)[:24]}"
        if ref in refs:
            found[ref] = (one.target_fen, one.n == one.target.n)
    return found
