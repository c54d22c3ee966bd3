"""The demonstration city: Beijing's trees, plainly fictitious units and people, purchases.

Deterministic in values (seeded), not in salts or random ids.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import (
    Account,
    Node,
    accounts_set_up,
    actor_by_account,
    organisations_set_up,
)
from niangjia.blocks.places.public import (
    demonstration_counties,
    demonstration_counties_load,
    districts,
    regions_load,
)
from niangjia.config.sample import codes
from niangjia.config.sample.donations import donations_loaded, load_donations
from niangjia.core import clock, jobs
from niangjia.core.actor import system_actor
from niangjia.core.errors import Conflict
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.selectors import board_key, n_of_upload, periods_known
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_open,
    purchases_take,
    release_decide,
    release_propose,
)
from niangjia.programmes.assistance_ledger.types import PurchaseIn

DEMO_PASSWORD = "niangjia-demo-2020"
SINCE = dt.date(2019, 1, 1)
BATCH = 200
SETTLED_EVERY = 20_000  # purchases; so that the log keeps up and the bar tells the truth


@dataclass(frozen=True, slots=True)
class Size:
    """How large a city. streets: per district; first, days: when its purchases were made.

    skewed: few units buy much and many little, as in a real city. upload: what its purchases name
    as their source.
    """

    upload: str
    streets: int
    units: int
    suppliers: int
    purchases: int
    first: dt.date
    days: int
    skewed: bool = False


SIZES = {
    "small": Size("sample", 2, 183, 60, 2_000, dt.date(2019, 10, 8), 160),
    "city": Size("sample-city", 22, 27_623, 2_000, 1_000_000, dt.date(2019, 1, 2), 440, True),
}
LINES = (
    ("industry", "产业系统工会"),
    ("education", "教育系统工会"),
    ("group", "集团公司工会"),
    ("university", "高校工会"),
    ("government", "机关事业系统"),
)
KINDS = (
    ("街道总工会", "工会", "government", "811"),
    ("教育工会", "工会", "education", "811"),
    ("建设集团工会", "工会", "group", "811"),
    ("中学", "事业单位", "education", "121"),
    ("医院", "事业单位", "government", "121"),
    ("大学", "事业单位", "university", "121"),
    ("机关食堂", "机关", "government", "111"),
    ("机械厂工会", "工会", "industry", "811"),
)
PRODUCTS = (
    ("小米", "粮油", "2.5kg", "袋", 31_100),
    ("胡麻油", "粮油", "5L", "桶", 125_700),
    ("羊肉卷", "肉禽", "1kg", "箱", 230_200),
    ("黑木耳", "干货", "500g", "袋", 46_500),
    ("马铃薯", "蔬菜", "10kg", "箱", 38_000),
    ("核桃", "干果", "1kg", "袋", 43_900),
    ("土鸡蛋", "副食", "30枚", "箱", 45_000),
    ("蜂蜜", "副食", "500g", "瓶", 58_000),
)
CHANNELS = ("832平台", "双创中心", "分中心", "专柜", "展销", "电商", "工会慰问", "食堂")
ROLES = (
    ("clerk", "示例填报员"),
    ("checker", "示例审核员"),
    ("head", "示例负责人"),
    ("canteen", "示例食堂员"),
    ("reviewer", "示例受援员"),
    ("supplier", "示例供应员"),
    ("district", "示例区级员"),
    ("city", "示例市级员"),
    ("auditor", "示例审计员"),
    ("secrecy", "示例保密员"),
    ("leader", "示例分管领导"),
    ("foundation", "示例基金员"),
    ("treasurer", "示例财务员"),
    ("member", "示例会员"),
    ("operator", "示例运维员"),
)
SYSTEM = system_actor("demonstration city")


def sample_begun() -> str:
    """The size of the city of which something is there, or an empty text."""
    return next((name for name, size in SIZES.items() if n_of_upload(size.upload)), "")


def sample_is_loaded(name: str) -> bool:
    """True once all its purchases and donations are in, and the running quarter is open."""
    size = SIZES[name]
    whole = n_of_upload(size.upload) == size.purchases and bool(periods_known())
    return whole and donations_loaded()


def load_sample(name: str, progress: Callable[[int], None] = lambda n: None) -> int:
    """The demonstration city is there; repeating completes it. Returns the number of purchases.

    progress: is told how many are done. Raises Conflict if a city of another size is there.
    """
    other = sample_begun()
    if other not in ("", name):
        raise Conflict(
            _("This site holds the city of size “%(size)s”. Load another into an empty site."),
            code="another_sample",
            size=other,
        )
    size = SIZES[name]
    regions_load(SYSTEM)
    demonstration_counties_load(SYSTEM)
    rng = random.Random(20191008)
    units, suppliers = _set_up(rng, size)
    n = 0
    for rows in _batches(_rows(rng, size, units, suppliers)):
        purchases_take(SYSTEM, rows=rows, upload_ref=size.upload)
        n += len(rows)
        if n % SETTLED_EVERY == 0:
            jobs.settle()
        progress(n)
    jobs.settle()
    _report(size)
    load_donations(roster=size.skewed)
    return n


def _report(size: Size) -> None:
    """Quarters that ended are closed and the last one is released; the running one is open."""
    known = {one.code for one in periods_known()}
    running = periods.of_day(clock.city_today())
    quarter = periods.of_day(size.first)
    ended = []
    while quarter < running:
        ended.append(quarter)
        if quarter not in known:
            period_adopt(SYSTEM, period=quarter, reason="示例：本系统启用前已线下上报")
        quarter = periods.after(quarter)
    if running not in known:
        period_open(SYSTEM, period=running)
    jobs.settle()
    if ended and board_key(ended[-1]) is None:
        _release(ended[-1])


def _release(period: str) -> None:
    ref = release_propose(actor_by_account("city"), period=period)
    for version, (who, step) in enumerate((("secrecy", "clear"), ("leader", "sign")), start=1):
        release_decide(actor_by_account(who), release_ref=ref, step=step, version=version)
    jobs.settle()


def _batches(rows: Iterator[PurchaseIn]) -> Iterator[list[PurchaseIn]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _set_up(rng: random.Random, size: Size) -> tuple[list[Node], list[Node]]:
    nodes = [Node("北京市总工会", "node", "city", code="110000", region_code="110000")]
    nodes.append(Node("未定区", "node", "virtual_district", code="unplaced", territory="110000"))
    nodes.append(Node("未归口", "node", "virtual_line", code="unassigned"))
    listed = districts("110000")
    for code, name in listed:
        nodes.append(
            Node(name, "node", "district", code=code, region_code=code, territory="110000")
        )
        for number in range(1, size.streets + 1):
            nodes.append(
                Node(
                    f"{name}示例{number}街道",
                    "node",
                    "street",
                    code=f"{code}{number:03d}",
                    region_code=code,
                    territory=code,
                )
            )
    nodes += [Node(name, "node", "line", code=code) for code, name in LINES]
    units = [_unit(rng, number, listed, size.streets) for number in range(1, size.units + 1)]
    suppliers = _supplier_nodes(rng, size.suppliers)
    departments = {
        county.code: Node(
            f"{county.name}扶贫开发办公室（示例）",
            "department",
            "assistance_department",
            code=f"dept-{county.code}",
            region_code=county.code,
        )
        for county in demonstration_counties()
    }
    foundation = Node("示例温暖基金会", "department", "foundation", code="foundation")
    everybody = [*nodes, *units, *suppliers, *departments.values(), foundation]
    organisations_set_up(SYSTEM, nodes=everybody, valid_from=SINCE)
    _accounts(units, suppliers[0], departments[suppliers[0].region_code])
    return units, suppliers


def _unit(rng: random.Random, number: int, listed: list[tuple[str, str]], n_streets: int) -> Node:
    code, district = listed[number % len(listed)]
    suffix, kind, line, front = KINDS[number % len(KINDS)]
    return Node(
        f"{district}演示{number:03d}{suffix}",
        "buyer",
        kind,
        uscc=codes.uscc(front[:2], code, rng),
        region_code=code,
        territory=f"{code}{1 + number % n_streets:03d}",
        line=line,
    )


def _supplier_nodes(rng: random.Random, n: int) -> list[Node]:
    counties = demonstration_counties()
    return [
        Node(
            f"{county.name}演示{number:02d}农民专业合作社",
            "supplier",
            "supplier",
            uscc=codes.uscc("93", county.code, rng),
            region_code=county.code,
        )
        for number in range(1, n + 1)
        for county in (counties[number % len(counties)],)
    ]


def _accounts(units: list[Node], supplier: Node, department: Node) -> None:
    at = {
        "reviewer": department.code,
        "supplier": f"uscc:{supplier.uscc}",
        "district": units[0].region_code,  # so that one district's people can do the whole chain
        "city": "110000",
        "auditor": "110000",
        "secrecy": "110000",
        "leader": "110000",
        "operator": "110000",
        "foundation": "foundation",
        "treasurer": "foundation",
    }
    unit = f"uscc:{units[0].uscc}"
    also = {"checker": (("clerk", f"uscc:{units[1].uscc}"),)}  # one person, two hats
    accounts_set_up(
        SYSTEM,
        accounts=[
            Account(role, DEMO_PASSWORD, name, role, at.get(role, unit), also.get(role, ()))
            for role, name in ROLES
        ],
        valid_from=SINCE,
    )


def _rows(
    rng: random.Random, size: Size, units: list[Node], suppliers: list[Node]
) -> Iterator[PurchaseIn]:
    counties = {county.code for county in demonstration_counties()}
    numbered = list(enumerate(suppliers))
    for number in range(1, size.purchases + 1):
        unit = _skewed(rng, units) if size.skewed else rng.choice(units)
        place, supplier = rng.choice(numbered)
        product, category, spec, measure, price_milli = rng.choice(PRODUCTS)
        quantity = rng.randrange(20, 400)
        price = price_milli + 100 * rng.randrange(-20, 20)
        households = rng.randrange(2, 40)
        direct = rng.random() < 0.75
        day = size.first + dt.timedelta(days=rng.randrange(size.days))
        yield PurchaseIn(
            unit_name=unit.name,
            unit_uscc=unit.uscc,
            unit_kind=unit.kind,
            district="",
            line="",
            occurred_on=day,
            channel=rng.choice(CHANNELS),
            mode="direct" if direct else "helped",
            product=product,
            category=category,
            recognition_no=f"RD2019{rng.randrange(10_000, 99_999)}",
            county_code=supplier.region_code,
            assisted=supplier.region_code in counties,
            spec=spec,
            measure=measure,
            quantity_milli=quantity * 1000,
            price_milli=price,
            amount_fen=quantity * price // 10,
            supplier_name=supplier.name,
            supplier_uscc=supplier.uscc,
            contact_name=f"示例联系人{place + 1:02d}",
            contact_phone=f"1380000{place:04d}",
            contract_no=f"YS-2019-{number:05d}" if direct else "",
            invoice_code="019001900104" if direct else "",
            invoice_no=f"{20_000_000 + number}" if direct else "",
            voucher_no=f"YSFK{number:06d}" if direct else "",
            households=households,
            people=households * rng.randrange(2, 4) + rng.randrange(3),
            income_gain_fen=rng.choice((None, 30_000, 50_000, 80_000)),
            note="",
        )


def _skewed(rng: random.Random, units: list[Node]) -> Node:
    """The first hundredth of the units is chosen for about a fifth of the purchases."""
    return units[int(len(units) * rng.random() ** 3)]
