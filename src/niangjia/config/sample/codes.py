"""Plainly synthetic codes with right check characters."""

import random

from stdnum.cn import uscc as standard

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(front: str, region: str, rng: random.Random) -> str:
    """A unified social credit code (GB 32100) of 18 characters; front: 2, region: 6."""
    body = front + region + "".join(rng.choice(ALPHABET) for _ in range(9))
    check: str = standard.calc_check_digit(body)
    return body + check
