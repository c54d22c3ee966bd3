from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib import money

FEN = st.integers(-(10**15), 10**15)
WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


@given(FEN)
def test_an_amount_reads_back_however_it_is_dressed(fen):
    text = money.format_yuan(fen)
    for dressed in (text, text + "元", text.translate(WIDE), "人民币" + text, "RMB " + text):
        assert money.fen_of(money.parse_text(dressed)) == fen


@pytest.mark.parametrize(
    "text", ["", "1.25万元", "无", "1.2.3", "1e5", "元", "--1", "人民币", "NaN"]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(money.NotMoney):
        money.parse_text(text)


def test_parts_of_a_fen_are_refused_and_wan_is_exact():
    with pytest.raises(money.PartOfFen):
        money.fen_of(Decimal("0.001"))
    assert money.fen_of(Decimal("4.06011"), 10_000) == 4_060_110
    with pytest.raises(money.PartOfFen):
        money.fen_of(Decimal("4.0601111"), 10_000)


@given(FEN)
def test_wan_is_cut_never_rounded(fen):
    whole = money.floor_wan(fen)
    assert abs(whole) * money.WAN_FEN <= abs(fen) < (abs(whole) + 1) * money.WAN_FEN


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (123456, "壹仟贰佰叁拾肆元伍角陆分"),
        (100001, "壹仟元零壹分"),
        (1000000, "壹万元整"),
        (1001000000, "壹仟零壹万元整"),
        (10000000100, "壹亿零壹元整"),
        (-150, "负壹元伍角整"),
    ],
)
def test_capitals(fen, text):
    assert money.capitals(fen) == text
