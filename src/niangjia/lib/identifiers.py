"""Identifiers of the field, checked by their own standards."""

from typing import Literal

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from niangjia.lib.text import fold_width

UsccProblem = Literal["format", "check_character", "mangled"]
RicProblem = Literal["format", "birth_date", "check_digit"]
USCC_LENGTH = RIC_LENGTH = 18


def uscc_compact(text: str) -> str:
    """A unified social credit code as typed, in its plain form: ASCII, no blanks, capitals."""
    return fold_width(text).replace(" ", "").replace("\u3000", "").upper()


def uscc_problem(code: str) -> UsccProblem | None:
    """None if the code holds (GB 32100), else what is wrong with it.

    mangled: eighteen digits ending in 000, or an exponent: a spreadsheet made it a number.
    """
    try:
        uscc.validate(code)
    except InvalidChecksum:
        return "mangled" if _mangled(code) else "check_character"
    except ValidationError:
        return "mangled" if _mangled(code) else "format"
    return None


def _mangled(code: str) -> bool:
    is_number = len(code) == USCC_LENGTH and code.isdigit() and code.endswith("000")
    return is_number or "E+" in code


def ric_problem(code: str) -> RicProblem | None:
    """None if a resident identity number holds (GB 11643), else what is wrong with it.

    The place of birth is not looked up: numbers keep codes of counties that are no more.
    """
    if len(code) != RIC_LENGTH or not (code[:-1].isascii() and code[:-1].isdigit()):
        return "format"
    if code[-1] not in "0123456789X":
        return "format"
    try:
        ric.get_birth_date(code)
    except ValidationError:
        return "birth_date"
    return None if ric.calc_check_digit(code) == code[-1] else "check_digit"
