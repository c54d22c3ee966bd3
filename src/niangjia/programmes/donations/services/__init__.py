"""Writes of the donations programme, one module per use case."""

from niangjia.programmes.donations.services.adjusting import change_ask, change_decide, value_ask
from niangjia.programmes.donations.services.attaching import paper_attach
from niangjia.programmes.donations.services.banking import (
    account_publish,
    statement_bring,
    statement_close,
    statement_give_up,
    statement_lines_take,
)
from niangjia.programmes.donations.services.erasing import donor_erase, forget_erased
from niangjia.programmes.donations.services.filing import (
    certificate_void,
    receipt_file,
    receipt_void,
)
from niangjia.programmes.donations.services.giving import (
    gift_begin,
    gifts_record,
    payment_end,
    payment_odd,
    payment_settle,
)
from niangjia.programmes.donations.services.goods import goods_receive
from niangjia.programmes.donations.services.handing import (
    goods_arrive,
    goods_send,
    shortage_explain,
)
from niangjia.programmes.donations.services.matching import lines_match
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
from niangjia.programmes.donations.services.redirecting import gift_redirect
from niangjia.programmes.donations.services.reminding import disclosure_remind
from niangjia.programmes.donations.services.rosters import (
    roster_again,
    roster_back,
    roster_batch,
    roster_bring,
    roster_bring_for_unit,
    roster_checked,
    roster_give_up,
    roster_mend,
    roster_refused,
    roster_take,
)
from niangjia.programmes.donations.services.sampling import sample_check, sample_draw
from niangjia.programmes.donations.services.spending import (
    spending_ask,
    spending_decide,
    spending_drop,
    spending_pay,
    spending_sign,
)
from niangjia.programmes.donations.services.units import unit_pledge

__all__ = [
    "account_publish",
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
    "donor_erase",
    "forget_erased",
    "gift_begin",
    "gift_pledge",
    "gift_redirect",
    "gifts_record",
    "goods_arrive",
    "goods_receive",
    "goods_send",
    "lines_match",
    "paper_attach",
    "payment_end",
    "payment_odd",
    "payment_settle",
    "pledge_receive",
    "pledge_withdraw",
    "raising_change",
    "raising_close",
    "raising_make",
    "raising_open",
    "receipt_file",
    "receipt_void",
    "roster_again",
    "roster_back",
    "roster_batch",
    "roster_bring",
    "roster_bring_for_unit",
    "roster_checked",
    "roster_give_up",
    "roster_mend",
    "roster_refused",
    "roster_take",
    "sample_check",
    "sample_draw",
    "shortage_explain",
    "spending_ask",
    "spending_decide",
    "spending_drop",
    "spending_pay",
    "spending_sign",
    "statement_bring",
    "statement_close",
    "statement_give_up",
    "statement_lines_take",
    "unit_pledge",
    "value_ask",
]
