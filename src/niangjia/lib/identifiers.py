"""Identifiers of the field, checked by their own standards."""

from typing import Literal

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from niangjia.lib.text import fold_width

UsccProblem = Literal["format", "check_character", "mangled"]
USCC_LENGTH = 18


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
