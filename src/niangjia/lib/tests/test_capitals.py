"""Amounts in capitals: every amount reads back as itself, by the rules of printed forms."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.lib.money import capitals

DIGITS = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
SMALL = {"拾": 10, "佰": 100, "仟": 1000}
MOST_FEN = 10**17


def whole(text: str) -> int:
    """The number that capitals without 元, 角, 分 say; reads one sign after the other."""
    total = section = digit = 0
    text = text.replace("万亿", "兆")
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in SMALL:
            section += digit * SMALL[sign]
            digit = 0
        else:
            total += (section + digit) * {"万": 10**4, "亿": 10**8, "兆": 10**12}[sign]
            section = digit = 0
    return total + section + digit


def read_back(text: str) -> int:
    """Fen that an amount in capitals says."""
    if text.startswith("负"):
        return -read_back(text[1:])
    found = re.fullmatch(r"(?:(.+)元)?零?(?:(.)角)?(?:零?(.)分)?整?", text)
    assert found, text
    yuan, jiao, fen = found.groups()
    return (
        (whole(yuan) if yuan else 0) * 100
        + (DIGITS[jiao] * 10 if jiao else 0)
        + (DIGITS[fen] if fen else 0)
    )


@given(st.integers(-MOST_FEN, MOST_FEN))
@settings(max_examples=1000)
def test_every_amount_reads_back_as_itself(fen):
    assert read_back(capitals(fen)) == fen


@given(st.integers(0, MOST_FEN))
@settings(max_examples=1000)
def test_the_form_is_that_of_printed_forms(fen):
    text = capitals(fen)
    assert "零零" not in text and not re.search(
        "零[拾佰仟万亿元角分整](?!整)", text.replace("零元整", "")
    )
    assert text.endswith("分") == (fen % 10 != 0)
    assert text.endswith("整") == (fen % 10 == 0)
    assert text.count("元") == (fen >= 100 or fen == 0)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=15))
def test_all_digits_are_shown_in_their_order(digits):
    """The digits shown are those of the number, in their order, noughts left out."""
    number = int("".join(map(str, digits)))
    text = capitals(number * 100)
    shown = [sign for sign in text if sign in DIGITS and sign != "零"]
    assert [DIGITS[sign] for sign in shown] == [digit for digit in map(int, str(number)) if digit]


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (11, "壹角壹分"),
        (100, "壹元整"),
        (101, "壹元零壹分"),
        (110, "壹元壹角整"),
        (1_000_00, "壹仟元整"),
        (1_001_00, "壹仟零壹元整"),
        (1_010_00, "壹仟零壹拾元整"),
        (10_000_00, "壹万元整"),
        (10_001_00, "壹万零壹元整"),
        (100_500_00, "壹拾万零伍佰元整"),
        (1_000_000_000_00, "壹拾亿元整"),
        (100_001_000_00, "壹亿零壹仟元整"),
        (1_141_104_40, "壹佰壹拾肆万壹仟壹佰零肆元肆角整"),
        (-5, "负伍分"),
    ],
)
def test_known_amounts(fen, text):
    assert capitals(fen) == text
