"""What an incoming line most likely is: a pledge, a gift known already, a payout, a new gift. Pure.

A proposal is sure where nothing else fits as well; what is not sure waits for a person.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from niangjia.lib.text import compact

NEAR = dt.timedelta(days=3)
MOST_OTHERS = 10
CODE = re.compile(r"[0-9A-Z]{4}[\s-]?[0-9A-Z]{4}[\s-]?[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be matched. unit: whether the payer is an organisation; twin: whether another file
    has a line that may be the same transfer."""

    at: dt.datetime
    fen: int
    party: str
    remark: str
    unit: bool
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a line could be. number: of its receipt; name: of its donor; at: close to when; waits:
    a list of who gave is still to come."""

    ref: str
    number: str
    name: str
    fen: int
    at: dt.datetime
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """All that lines of a raising can be. platform_fen: online gifts that the platform has not
    paid out yet, net of its fees."""

    pledges: Sequence[Candidate]
    gifts: Sequence[Candidate]
    rosters: Sequence[Candidate]
    platform_fen: int
    platforms: Sequence[str]
    interest: Sequence[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """how: see bank_models.HOW; target: ref of the gift or roster; why: a code of pages.bank.WHY;
    gap_fen: by how much the amounts differ."""

    how: str
    target: str = ""
    why: str = ""
    sure: bool = False
    gap_fen: int = 0


def same_name(one: str, other: str) -> bool:
    return bool(one) and compact(one) == compact(other)


def propose(line: Line, known: Known) -> list[Proposal]:
    """What the line may be, the likeliest first; never empty."""
    if any(word in line.party + line.remark for word in known.interest):
        return [Proposal("other", why="no_gift"), _fresh(line)]
    coded = _coded(line, known)
    if coded:
        return [coded, *_others(line, known)]
    found = _others(line, known)
    exact = [one for one in found if one.sure]
    if len(exact) > 1:  # as likely one as the other: a person says
        found = [Proposal(p.how, p.target, p.why, gap_fen=p.gap_fen) for p in found]
    fresh = _fresh(line)
    far = _of_others(line, known.gifts)
    return [*found, fresh if not found else Proposal(fresh.how, why=fresh.why), *far]


def _others(line: Line, known: Known) -> list[Proposal]:
    return [
        *_hand(line, known.gifts),
        *_pledges(line, known.pledges),
        *_rosters(line, known.rosters),
        *_payout(line, known),
    ]


def _coded(line: Line, known: Known) -> Proposal | None:
    """The remark names the number of a pledge, or of the one that a roster belongs to."""
    said = {re.sub(r"[\s-]", "", one) for one in CODE.findall(line.remark.upper())}
    for one in known.rosters:
        if one.number in said:
            gap = line.fen - one.fen
            return Proposal("roster", one.ref, "code", gap == 0, gap)
    for one in known.pledges:
        if one.number in said:
            why = "waits" if one.waits else "code"
            return Proposal("pledge", one.ref, why, not one.waits, line.fen - one.fen)
    return None


def _near(line: Line, gifts: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in gifts if one.fen == line.fen and abs(one.at - line.at) <= NEAR]


def _hand(line: Line, gifts: Sequence[Candidate]) -> list[Proposal]:
    """Gifts taken down before, of this payer or where one of the two is not named."""
    found = _near(line, gifts)
    named = [one for one in found if same_name(one.name, line.party)]
    if named:
        return [Proposal("hand", one.ref, "hand", len(named) == 1) for one in named]
    unnamed = [one for one in found if not one.name or not line.party]
    return [Proposal("hand", one.ref, "hand_amount") for one in unnamed]


def _of_others(line: Line, gifts: Sequence[Candidate]) -> list[Proposal]:
    """Gifts of the same amount under another name: to choose from, no sign of anything."""
    both = [one for one in _near(line, gifts) if one.name and line.party]
    others = [one for one in both if not same_name(one.name, line.party)]
    return [Proposal("hand", one.ref, "hand_amount") for one in others[:MOST_OTHERS]]


def _pledges(line: Line, pledges: Sequence[Candidate]) -> list[Proposal]:
    named = [one for one in pledges if same_name(one.name, line.party)]
    exact = [one for one in named if one.fen == line.fen]
    if exact:
        return [
            Proposal("pledge", one.ref, "waits" if one.waits else "pledge", _alone(one, exact))
            for one in exact
        ]
    return [Proposal("pledge", one.ref, "pledge_name", False, line.fen - one.fen) for one in named]


def _alone(one: Candidate, exact: Sequence[Candidate]) -> bool:
    return len(exact) == 1 and not one.waits


def _rosters(line: Line, rosters: Sequence[Candidate]) -> list[Proposal]:
    exact = [one for one in rosters if one.fen == line.fen]
    return [Proposal("roster", one.ref, "roster", same_name(one.name, line.party)) for one in exact]


def _payout(line: Line, known: Known) -> list[Proposal]:
    if not any(word in line.party + line.remark for word in known.platforms):
        return []
    gap = line.fen - known.platform_fen
    return [Proposal("payout", "", "payout" if not gap else "payout_part", not gap, gap)]


def _fresh(line: Line) -> Proposal:
    """A new gift; of a person or unit by name, else of somebody who stays unknown. Never sure where
    the same transfer may stand in another file."""
    if line.twin:
        return Proposal("gift", why="twin")
    if not line.party:
        return Proposal("gift", why="anonymous")
    return Proposal("gift", why="unit" if line.unit else "person", sure=True)


def directed(remark: str, words: Sequence[str]) -> str:
    """What the remark says the gift is for; empty if it says nothing."""
    for word in words:
        if match := re.search(re.escape(word) + r"[:：]?([^，。；,;\s]{2,40})", remark):
            return match[1]
    return ""
