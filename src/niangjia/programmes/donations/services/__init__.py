"""Writes of the donations programme, one module per use case."""

from niangjia.programmes.donations.services.adjusting import change_ask, change_decide
from niangjia.programmes.donations.services.filing import (
    certificate_void,
    receipt_file,
    receipt_void,
)
from niangjia.programmes.donations.services.giving import (
    gift_begin,
    gifts_record,
    payment_end,
    payment_settle,
)
from niangjia.programmes.donations.services.goods import goods_receive
from niangjia.programmes.donations.services.mine import (
    certificate_issue,
    code_check,
    code_send,
    consent_give,
)
from niangjia.programmes.donations.services.pledging import (
    gift_pledge,
    pledge_receive,
    pledge_withdraw,
)
from niangjia.programmes.donations.services.publishing import (
    bulletin_prepare,
    bulletin_return,
    bulletin_sign,
)
from niangjia.programmes.donations.services.raisings import (
    raising_change,
    raising_close,
    raising_make,
    raising_open,
)
from niangjia.programmes.donations.services.reminding import disclosure_remind
from niangjia.programmes.donations.services.sampling import sample_check, sample_draw
from niangjia.programmes.donations.services.spending import (
    spending_ask,
    spending_decide,
    spending_drop,
    spending_pay,
    spending_sign,
)

__all__ = [
    "bulletin_prepare",
    "bulletin_return",
    "bulletin_sign",
    "certificate_issue",
    "certificate_void",
    "change_ask",
    "change_decide",
    "code_check",
    "code_send",
    "consent_give",
    "disclosure_remind",
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
    "receipt_file",
    "receipt_void",
    "sample_check",
    "sample_draw",
    "spending_ask",
    "spending_decide",
    "spending_drop",
    "spending_pay",
    "spending_sign",
]
