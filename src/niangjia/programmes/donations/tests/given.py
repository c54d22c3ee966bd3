"""What tests of donations are given: a foundation with its two people, a raising, gifts."""

import datetime as dt

from niangjia.blocks.orgs.public import (
    Account,
    Node,
    accounts_set_up,
    actor_by_account,
    organisations_set_up,
)
from niangjia.core.actor import system_actor
from niangjia.programmes.donations.donors import phone_digest
from niangjia.programmes.donations.services import raising_make, raising_open
from niangjia.programmes.donations.types import DonorIn, GiftIn, PledgeIn, RaisingIn

SYSTEM = system_actor("test city")
SINCE = dt.date(2019, 1, 1)
SLUG = "wennuan"
UNIT = "81110101000000001X"
CAST = {
    "foundation": "foundation",
    "treasurer": "foundation",
    "foundation_b": "foundation-b",
    "city": "110000",
    "auditor": "110000",
    "member": "110000",
    "clerk": f"uscc:{UNIT}",
}


def city() -> None:
    """The city's office, two foundations, a unit, and everybody of the cast."""
    nodes = [
        Node("北京市总工会", "node", "city", code="110000"),
        Node("未定区", "node", "virtual_district", code="unplaced", territory="110000"),
        Node("未归口", "node", "virtual_line", code="unassigned"),
        Node("东城区", "node", "district", code="110101", territory="110000"),
        Node("示例甲工会", "buyer", "工会", uscc=UNIT, territory="110101"),
        Node("示例温暖基金会", "department", "foundation", code="foundation"),
        Node("示例另一基金会", "department", "foundation", code="foundation-b"),
    ]
    organisations_set_up(SYSTEM, nodes=nodes, valid_from=SINCE)
    accounts = [
        Account(name, "示例口令-2020", f"示例{name}", name.partition("_")[0], at)
        for name, at in CAST.items()
    ]
    accounts_set_up(SYSTEM, accounts=accounts, valid_from=SINCE)


def actor(name: str):
    return actor_by_account(name)


def raising_in(**changes) -> RaisingIn:
    """A raising with all that giving online needs."""
    values = {
        "slug": SLUG,
        "title": "温暖示例",
        "purpose": "支援抗疫一线",
        "first_on": dt.date(2020, 1, 26),
        "last_on": dt.date(2020, 6, 30),
        "qualification_no": "示例公募资格001",
        "plan_no": "示例备案2020-001",
        "platform": "示例指定平台",
    }
    return RaisingIn(**(values | changes))


def raising(**changes) -> str:
    """An open raising; its slug."""
    slug = raising_make(actor("foundation"), raising=raising_in(**changes))
    raising_open(actor("foundation"), slug=slug, version=1)
    return slug


def at(text: str) -> dt.datetime:
    """`2020-03-16 15:00:01`, city time."""
    return dt.datetime.fromisoformat(f"{text}+08:00").astimezone(dt.UTC)


def gift(number: int = 1, **changes) -> GiftIn:
    """A person's gift of 100 yuan."""
    values = {
        "key": f"test:{number}",
        "fen": 10_000,
        "received_at": at("2020-03-01 10:00:00"),
        "channel": "transfer",
        "donor": DonorIn("person", f"示例捐赠人{number}", f"139{number:08d}"),
    }
    return GiftIn(**(values | changes))


def unit_gift(number: int = 1, **changes) -> GiftIn:
    """A unit's gift of 1,000 yuan."""
    donor = DonorIn("unit", f"示例{number}号企业")
    return gift(number, **({"fen": 100_000, "line": 2, "donor": donor} | changes))


def pledge(**changes) -> PledgeIn:
    """A unit's pledge of 500 yuan."""
    values = {
        "key": "p1",
        "donor": DonorIn("unit", "示例一号企业"),
        "kind": "cash",
        "line": 2,
        "fen": 50_000,
    }
    return PledgeIn(**(values | changes))


__all__ = ["phone_digest"]
