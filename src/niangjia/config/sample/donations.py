"""The demonstration's raising: gifts that give the figures of the page (seed S7), to the fen.

As of 2020-03-16 15:00: 130,584 people, 209 units, 3 givers of goods. In the small city people gave
in collections and a few online; in the large one each stands in a roster.
"""

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

from niangjia.blocks.indicators.public import bulletin_as_of
from niangjia.blocks.ledger.public import log_size, served_size
from niangjia.blocks.orgs.public import actor_by_account
from niangjia.core import clock, jobs
from niangjia.programmes.donations import publishing
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.selectors.goods import hand_overs, stock
from niangjia.programmes.donations.selectors.raisings import raisings_public
from niangjia.programmes.donations.selectors.spending import spending_page
from niangjia.programmes.donations.services import (
    gift_pledge,
    gifts_record,
    goods_arrive,
    goods_receive,
    goods_send,
    raising_make,
    raising_open,
    spending_ask,
    spending_decide,
    spending_pay,
    spending_sign,
)
from niangjia.programmes.donations.types import (
    DirectionIn,
    DonorIn,
    GiftIn,
    GoodsIn,
    HandOverIn,
    ItemIn,
    PledgeIn,
    RaisingIn,
    SignForIn,
    SpendingIn,
)

SLUG = "wennuan-wuhan"
PEOPLE, UNITS = 130_584, 209
PEOPLE_FEN, UNITS_FEN = 1_936_481_236, 837_854_000  # 1,936 and 837 万, together 2,774
BATCH = 200
ONLINE = 360
SERVED_S = 60.0  # how long the log may take to be served
COLLECTIONS = 240
CUT_OFF = dt.datetime(2020, 3, 16, 15, 0, 0)
BEGINS = dt.datetime(2020, 1, 26, 9, 0, 0)
RAISING = RaisingIn(
    slug=SLUG,
    title="温暖武汉",
    purpose="向武汉及湖北疫情防控一线的医务人员、志愿者和职工捐赠款物，用于防护物资采购、慰问和生活保障。",
    area="湖北省武汉市等疫情严重地区",
    restrictions="专款专用；定向捐赠按捐赠人意愿使用，变更用途须经捐赠人同意。",
    first_on=dt.date(2020, 1, 26),
    last_on=dt.date(2020, 6, 30),
    qualification_no="示例公募资格第0001号",
    qualification_until=dt.date(2021, 12, 31),
    plan_no="示例募捐备案2020第0001号",
    platform="示例指定互联网募捐平台",
)
GOODS = (
    ("天福示例食品厂", "熟食礼盒", 30_000, "盒", 450_000_000, "医务人员"),
    ("同仁示例药业", "防疫中药代煎液", 60_000, "袋", 612_300_000, "援鄂医疗队"),
    ("矿工示例关爱基金会", "无创呼吸机", 48, "台", 240_000_000, "定点医院"),
)
SPENT = (
    ("示例援鄂医疗队", "一线医务人员慰问金", "援鄂医疗队3,200人", 960_000_000),
    ("示例医疗器械有限公司", "采购防护服、口罩、护目镜", "定点医院", 735_000_000),
    ("示例物流有限公司", "物资运输", "武汉市示例仓库", 42_500_000),
)
BUS = DirectionIn("公交一线职工", "北京市", "慰问")
MEDICAL = DirectionIn("医务人员和民警", "示例区", "防护")
FRIEND = DonorIn("unit", "示例防护用品有限公司")


def donations_loaded() -> bool:
    """True once all that is given, spent and handed over is in; the bulletin may still wait."""
    return _begun() and bool(hand_overs(actor_by_account("foundation"), slug=SLUG))


def _begun() -> bool:
    return any(one.slug == SLUG for one in raisings_public())


def load_donations(*, roster: bool, progress: Callable[[int], None] = lambda n: None) -> int:
    """The raising with its gifts is there; repeating completes it. Returns the number of gifts."""
    foundation = actor_by_account("foundation")
    if not _begun():
        raising_make(foundation, raising=RAISING)
        raising_open(foundation, slug=SLUG, version=1)
    rng = random.Random(20200316)
    rows = [*_unit_gifts(rng), *_after()]
    people = _roster(rng) if roster else _collections(rng)
    n = 0
    for batch in _batches([*people, *rows]):
        gifts_record(foundation, slug=SLUG, rows=batch)
        n += len(batch)
        progress(n)
        if n % 20_000 == 0:
            jobs.settle()
    _goods()
    _pledges()
    _spent()
    _handed_over()
    jobs.settle()
    _bulletin()
    return n + len(GOODS)


def _batches(rows: list[GiftIn]) -> Iterator[list[GiftIn]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _city(moment: dt.datetime) -> dt.datetime:
    zone: ZoneInfo = clock.zone()
    return moment.replace(tzinfo=zone).astimezone(dt.UTC)


def _moment(rng: random.Random) -> dt.datetime:
    """Some second up to the cut-off."""
    seconds = int((CUT_OFF - BEGINS).total_seconds())
    return _city(BEGINS + dt.timedelta(seconds=rng.randrange(seconds + 1)))


def _parts(rng: random.Random, whole: int, n: int, least: int) -> list[int]:
    """n amounts of at least `least` that add up to the whole."""
    cuts = sorted(rng.randrange(whole - n * least + 1) for _ in range(n - 1))
    edges = [0, *cuts, whole - n * least]
    return [right - left + least for left, right in pairwise(edges)]


def _unit_gifts(rng: random.Random) -> list[GiftIn]:
    return [
        GiftIn(
            key=f"sample:unit:{number}",
            fen=fen,
            received_at=_moment(rng),
            channel="transfer",
            line=2,
            donor=DonorIn("unit", f"示例{number:03d}号企业工会"),
            show_name=number % 3 != 0,
            show_amount=number % 2 == 0,
            source=f"示例银行流水{number:05d}",
        )
        for number, fen in enumerate(_parts(rng, UNITS_FEN, UNITS, 100_000), 1)
    ]


def _collections(rng: random.Random) -> list[GiftIn]:
    """A few hundred people by themselves, the others in collections of units."""
    online = [_online(rng, number) for number in range(1, ONLINE + 1)]
    heads = _parts(rng, PEOPLE - ONLINE, COLLECTIONS, 20)
    whole = PEOPLE_FEN - sum(one.fen for one in online)
    amounts = _by_heads(whole, heads)
    return online + [
        GiftIn(
            key=f"sample:collection:{number}",
            fen=fen,
            received_at=_moment(rng),
            channel="collection",
            n_people=n,
            n_times=n + n // 9,
            source=f"示例单位集体捐款{number:04d}",
        )
        for number, (n, fen) in enumerate(zip(heads, amounts, strict=True), 1)
    ]


def _by_heads(whole: int, heads: list[int]) -> list[int]:
    """The whole in proportion to heads, in fen; the last takes what cutting leaves over."""
    total = sum(heads)
    parts = [whole * n // total for n in heads]
    parts[-1] += whole - sum(parts)
    return parts


def _online(rng: random.Random, number: int) -> GiftIn:
    named = number % 4 != 0
    return GiftIn(
        key=f"sample:online:{number}",
        fen=rng.choice((2_000, 5_000, 10_000, 20_000, 50_000)),
        received_at=_moment(rng),
        channel="transfer",
        donor=DonorIn("person", f"示例{_name(number)}", f"139{number:08d}") if named else None,
        show_name=number % 5 != 0 and named,
        show_amount=number % 3 != 0,
        said=rng.choice(("武汉加油", "向一线致敬", "平安归来", "")),
        source=f"示例平台流水{number:06d}",
    )


def _name(number: int) -> str:
    return "甲乙丙丁戊己庚辛壬癸"[number % 10] + "子丑寅卯辰巳午未申酉戌亥"[number % 12]


def _roster(rng: random.Random) -> list[GiftIn]:
    """Everybody in a roster of their unit, known by a staff number."""
    amounts = _parts(rng, PEOPLE_FEN, PEOPLE, 1_000)
    moments = [_moment(rng) for _ in range(400)]
    return [
        GiftIn(
            key=f"sample:roster:{number}",
            fen=fen,
            received_at=moments[number % len(moments)],
            channel="roster",
            donor=DonorIn("person", f"示例{_name(number)}", known_by=f"示例工号{number:06d}"),
            source=f"示例花名册{number % 400:03d}",
        )
        for number, fen in enumerate(amounts, 1)
    ]


def _after() -> list[GiftIn]:
    """One second too late for the bulletin."""
    return [
        GiftIn(
            key="sample:after",
            fen=12_345,
            received_at=_city(CUT_OFF + dt.timedelta(seconds=1)),
            channel="transfer",
            donor=DonorIn("person", "示例迟到者", "13988888888"),
        )
    ]


def _goods() -> None:
    """The three givers of goods for a purpose: 1,302 万."""
    foundation = actor_by_account("foundation")
    for number, (donor, name, n, measure, fen, whom) in enumerate(GOODS, 1):
        item = ItemIn(name, n, measure, "", fen, "invoice", f"示例发票{number:04d}")
        goods_receive(
            foundation,
            slug=SLUG,
            goods=GoodsIn(
                key=f"sample:goods:{number}",
                donor=DonorIn("unit", donor),
                items=(item,),
                received_at=_city(dt.datetime(2020, 2, 10 + number, 10, 0, 0)),
                direction=DirectionIn(whom, "湖北省", ""),
                show_name=True,
            ),
        )


def _pledges() -> None:
    """Newly announced, directed, outside the total; the first brought the two others in."""
    foundation = actor_by_account("foundation")
    tea, powder = DonorIn("unit", "示例茶业有限公司"), DonorIn("unit", "示例营养食品有限公司")
    for key, donor, fen, what, where, by in (
        ("underwear", FRIEND, 9_980_000, "防辐射内衣499套", MEDICAL, None),
        ("tea", tea, 5_980_000, "茶叶598盒", BUS, FRIEND),
        ("powder", powder, None, "营养粉60箱", BUS, FRIEND),
    ):
        pledge = PledgeIn(
            key=f"sample:pledge:{key}",
            donor=donor,
            kind="goods",
            line=3,
            fen=fen,
            what=what,
            direction=where,
            referrer=by,
            pledged_at=_city(dt.datetime(2020, 3, 16, 10, 0, 0)),
            show_name=True,
        )
        gift_pledge(foundation, slug=SLUG, pledge=pledge)


def _spent() -> None:
    """Three payments from the common pool: signed for, paid, approved."""
    foundation, treasurer = actor_by_account("foundation"), actor_by_account("treasurer")
    if spending_page(foundation, slug=SLUG)[0]:
        return
    for number, (payee, purpose, whom, fen) in enumerate(SPENT, 1):
        spending = SpendingIn(payee, purpose, whom, fen)
        ref = spending_ask(foundation, slug=SLUG, spending=spending)
        spending_decide(treasurer, ref=ref, step="approve", version=0)
        if number == len(SPENT):
            continue
        spending_pay(
            foundation,
            ref=ref,
            version=1,
            fen=fen,
            paid_at=_city(dt.datetime(2020, 3, 16, 16, number, 0)),
            voucher=f"示例回单{number:04d}",
        )
        if number == 1:
            signed = SignForIn(fen, 3_200, "sheet", dt.date(2020, 3, 16), note="示例签领表0001")
            spending_sign(foundation, ref=ref, signed=signed)


def _handed_over() -> None:
    """Half of the food is with its recipients, two boxes short; the rest lies in store."""
    foundation = actor_by_account("foundation")
    if hand_overs(foundation, slug=SLUG):
        return
    food = next(one for one in stock(foundation, slug=SLUG) if one.name == GOODS[0][1])
    hand_over = HandOverIn(
        recipient="示例援鄂医疗队驻地",
        lines=((food.ref, 15_000),),
        sent_at=_city(dt.datetime(2020, 3, 14, 8, 0, 0)),
        direction_n=food.direction_n,
        place="武汉市示例路1号",
        sender="示例交接人",
        carrier="示例承运人",
    )
    ref = goods_send(foundation, slug=SLUG, hand_over=hand_over)
    goods_arrive(
        foundation,
        ref=ref,
        arrived={food.ref: 14_998},
        receiver="示例接收人",
        arrived_at=_city(dt.datetime(2020, 3, 15, 17, 30, 0)),
    )


def _bulletin() -> None:
    """The page's own bulletin, as of 2020-03-16 15:00, by two people; once the log is served."""
    if bulletin_as_of(INDICATOR, SLUG, _city(CUT_OFF)):
        return
    size, until = log_size(), time.monotonic() + SERVED_S
    while served_size() < size:
        if time.monotonic() > until:
            return
        time.sleep(0.2)
    foundation, treasurer = actor_by_account("foundation"), actor_by_account("treasurer")
    ref = publishing.prepare(foundation, SLUG, _city(CUT_OFF))
    publishing.sign(treasurer, ref, 0)
    jobs.settle()
