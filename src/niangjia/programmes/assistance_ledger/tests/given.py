"""What tests of this programme are given: places, two units, a standing cast, purchases."""

import datetime as dt
import random
from dataclasses import replace
from io import BytesIO

from PIL import Image

from niangjia.blocks.orgs.public import (
    Account,
    Node,
    accounts_set_up,
    actor_by_account,
    organisations_set_up,
)
from niangjia.blocks.places.public import demonstration_counties_load, regions_load
from niangjia.core import jobs
from niangjia.core.actor import system_actor
from niangjia.programmes.assistance_ledger.models import Release
from niangjia.programmes.assistance_ledger.services import (
    purchases_take,
    release_decide,
    release_propose,
)
from niangjia.programmes.assistance_ledger.types import PurchaseIn

SYSTEM = system_actor("test city")
SINCE = dt.date(2019, 1, 1)
UNITS = {"甲": "81110101000000001X", "乙": "81110105000000002X", "丙": "81110108000000003X"}
CAST = {
    "clerk": "uscc:" + UNITS["甲"],
    "clerk_b": "uscc:" + UNITS["乙"],
    "checker": "uscc:" + UNITS["甲"],
    "checker_b": "uscc:" + UNITS["乙"],
    "head_b": "uscc:" + UNITS["乙"],
    "secrecy": "110000",
    "leader": "110000",
    "district_b": "110105",
    "head": "uscc:" + UNITS["甲"],
    "district": "110101",
    "city": "110000",
    "auditor": "110000",
    "member": "110000",
    "supplier": "uscc:931306270000000001",
    "reviewer": "dept",
}


def city() -> None:
    """Two districts, three units, a supplier and everybody of the cast."""
    regions_load(SYSTEM)
    demonstration_counties_load(SYSTEM)
    nodes = [
        Node("北京市总工会", "node", "city", code="110000"),
        Node("未定区", "node", "virtual_district", code="unplaced", territory="110000"),
        Node("未归口", "node", "virtual_line", code="unassigned"),
        Node("东城区", "node", "district", code="110101", territory="110000"),
        Node("朝阳区", "node", "district", code="110105", territory="110000"),
        Node("教育系统工会", "node", "line", code="education"),
        Node("示例甲工会", "buyer", "工会", uscc=UNITS["甲"], territory="110101", line="education"),
        Node("示例乙工会", "buyer", "工会", uscc=UNITS["乙"], territory="110105", line="education"),
        Node("示例丙医院", "buyer", "事业单位", uscc=UNITS["丙"], territory="110105"),
        Node("唐县示例合作社", "supplier", "supplier", uscc="931306270000000001"),
        Node("唐县扶贫办（示例）", "department", "d", code="dept", region_code="130627"),
    ]
    organisations_set_up(SYSTEM, nodes=nodes, valid_from=SINCE)
    accounts = [
        Account(name, "示例口令-2020", f"示例{name}", name.partition("_")[0], at)
        for name, at in CAST.items()
    ]
    accounts_set_up(SYSTEM, accounts=accounts, valid_from=SINCE)


def actor(name: str):
    return actor_by_account(name)


def purchase(number: int = 1, unit: str = "甲", **changes) -> PurchaseIn:
    """A purchase whose invoice number tells it from others."""
    row = PurchaseIn(
        unit_name=f"示例{unit}",
        unit_uscc=UNITS.get(unit, ""),
        unit_kind="工会",
        district="",
        line="",
        occurred_on=dt.date(2020, 2, 10),
        channel="食堂",
        mode="direct",
        product="小米",
        category="粮油",
        recognition_no="",
        county_code="130627",
        assisted=True,
        spec="2.5kg",
        measure="袋",
        quantity_milli=10_000,
        price_milli=31_100,
        amount_fen=31_100,
        supplier_name="唐县示例合作社",
        supplier_uscc="931306270000000001",
        contact_name="示例联系人",
        contact_phone="13900000001",
        contract_no=f"HT-{number}",
        invoice_code="011001900104",
        invoice_no=f"{number:08d}",
        voucher_no="",
        households=3,
        people=9,
        income_gain_fen=None,
        note="",
        row_no=number,
    )
    return replace(row, **changes)


def take(*rows: PurchaseIn, by: str = "city", **more):
    result = purchases_take(actor(by), rows=rows, **more)
    jobs.settle()
    return result


def release(period: str) -> str:
    """The period's figures stand on the board, by three people; returns the release's ref."""
    ref = release_propose(actor("city"), period=period)
    for version, (who, step) in enumerate((("secrecy", "clear"), ("leader", "sign")), start=1):
        release_decide(actor(who), release_ref=ref, step=step, version=version)
    assert Release.objects.get(ref=ref).state == "published"
    jobs.settle()
    return ref


def photo(seed: int) -> bytes:
    """A JPEG that differs from those of other seeds, to the eye too."""
    small = Image.frombytes("L", (16, 12), random.Random(seed).randbytes(16 * 12))
    picture = small.resize((320, 240))
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", comment=str(seed).encode())
    return out.getvalue()
