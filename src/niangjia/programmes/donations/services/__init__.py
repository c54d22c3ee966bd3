"""Writes of the donations programme, one module per use case."""

from niangjia.programmes.donations.services.adjusting import change_ask, change_decide
from niangjia.programmes.donations.services.giving import (
    gift_begin,
    gifts_record,
    payment_end,
    payment_settle,
)
from niangjia.programmes.donations.services.goods import goods_receive
from niangjia.programmes.donations.services.pledging import (
    gift_pledge,
    pledge_receive,
    pledge_withdraw,
)
from niangjia.programmes.donations.services.raisings import (
    raising_change,
    raising_close,
    raising_make,
    raising_open,
)
from niangjia.programmes.donations.services.spending import (
    spending_ask,
    spending_decide,
    spending_drop,
    spending_pay,
    spending_sign,
)

__all__ = [
    "change_ask",
    "change_decide",
    "gift_begin",
    "gift_pledge",
    "gifts_record",
    "goods_receive",
    "payment_end",
    "payment_settle",
    "pledge_receive",
    "pledge_withdraw",
    "raising_change",
    "raising_close",
    "raising_make",
    "raising_open",
    "spending_ask",
    "spending_decide",
    "spending_drop",
    "spending_pay",
    "spending_sign",
]
