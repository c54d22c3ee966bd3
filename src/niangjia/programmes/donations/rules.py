"""Decisions of the donations programme that need no database and no clock."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

MOST_FEN = 2**53 - 1
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"  # 31 signs, a prime; no I, L, O, U


def hour_up(at: dt.datetime) -> str:
    """The instant rounded up to the hour, UTC: what a fact shows of the time of receipt.

    10:00:00 stays, 10:00:00.000001 becomes 11:00: a cut-off on the hour takes the first alone.
    """
    at = at.astimezone(dt.UTC)
    floor = at.replace(minute=0, second=0, microsecond=0)
    up = floor if floor == at else floor + dt.timedelta(hours=1)
    return up.strftime("%Y-%m-%dT%H:%MZ")


def check_character(body: str) -> str:
    """The last character of a receipt's number: sum weighted by place, modulo 31 (a prime), so that
    one wrong character or two swapped ones are noticed."""
    total = sum((place + 2) * ALPHABET.index(one) for place, one in enumerate(body))
    return ALPHABET[total % 31]


def is_number(text: str) -> bool:
    """True for a receipt's number as it is stored, `K7Q2MWX9TR4B`: 11 signs and their check."""
    known = len(text) == 12 and all(one in ALPHABET for one in text)
    return known and check_character(text[:-1]) == text[-1]


def read_number(text: str) -> str:
    """A number as people type it (spaces, dashes, small letters, I for 1, O for 0)."""
    plain = re.sub(r"[\s-]", "", text.upper())
    return plain.translate(str.maketrans("ILO", "110"))


def shown_number(number: str) -> str:
    """`K7Q2-MWX9-TR4B`."""
    return "-".join(number[at : at + 4] for at in range(0, len(number), 4))


def digest_of(text: str) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_digest(text: str) -> bool:
    """True for 64 hexadecimal digits in small letters."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def why_not_online(
    *,
    state: str,
    first_on: dt.date,
    last_on: dt.date | None,
    qualification_no: str,
    qualification_until: dt.date | None,
    plan_no: str,
    platform: str,
    today: dt.date,
) -> tuple[str, ...]:
    """Codes of what is missing before anybody can give online; empty: giving is on.

    Source: domain.md S7 (public raising needs a qualification, a filed plan, a designated
    platform; until they are recorded, giving online is off).
    """
    lapsed = qualification_until is not None and qualification_until < today
    reasons = {
        "not_open": state == "draft",
        "closed": state == "closed",
        "no_qualification": not qualification_no,
        "qualification_lapsed": bool(qualification_no) and lapsed,
        "no_plan": not plan_no,
        "no_platform": not platform,
        "not_begun": today < first_on,
        "ended": last_on is not None and today > last_on,
    }
    return tuple(code for code, holds in reasons.items() if holds)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Money left a fund. key: of the payment, or of the gift that was given back; before: what the
    fund held right before, fen."""

    key: str
    fen: int
    before: int
    given_back: bool = False


def shares(amount: int, drawn: Sequence[Drawn], gift: str) -> tuple[list[tuple[str, int]], int]:
    """Where a gift went, pro rata: (payment, fen) in order, and what is left of it.

    amount: fen as received; drawn: what left its fund since, in order of the books. A payment is
    borne by all gifts that are in the fund by then, each in proportion to what is left of it; what
    is given back was what was left of that gift alone. Fen are cut; those that cutting leaves over
    go to the largest remainders, so that the parts add up to the gift.
    """
    mine, net = Fraction(amount), amount
    parts: list[tuple[str, Fraction]] = []
    for one in drawn:
        if one.given_back:
            if one.key == gift:
                mine, net = mine - one.fen, net - one.fen
            continue
        if one.before > 0 and mine > 0:
            part = mine * Fraction(one.fen, one.before)
            mine -= part
            parts.append((one.key, part))
    return _whole(net, parts, mine)


def _whole(
    amount: int, parts: Sequence[tuple[str, Fraction]], left: Fraction
) -> tuple[list[tuple[str, int]], int]:
    """Fractions as whole fen that add up to the amount (largest remainders)."""
    exact = [*(part for _key, part in parts), left]
    cut = [int(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda i: (cut[i] - exact[i], i))
    for i in order[: max(amount - sum(cut), 0)]:
        cut[i] += 1
    return [(key, fen) for (key, _part), fen in zip(parts, cut, strict=False)], cut[-1]
