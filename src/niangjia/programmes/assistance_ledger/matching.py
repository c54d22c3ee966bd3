"""Which lines of a platform's or a bank's file are which purchases. Pure.

A line that names its purchase (order, invoice, voucher number), or that only one purchase can be
and that only it can be, is sure; all else is a proposal, which a person decides. Money in fen.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from niangjia.lib.text import compact

ORDER, PAYMENT = "order", "payment"
MOST_PER_LINE = 3
LONGEST_RUN = 24
_MARKS = re.compile(r"[()（）\[\]【】·.,，。、\-—_/\s]")
T = TypeVar("T")
_INVOICE = re.compile(r"(?<![0-9])(?:[0-9]{8}|[0-9]{20})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file that no record accounts for. number: of the order or the transfer."""

    id: int
    source: str
    number: str
    day: dt.date
    fen: int
    party: str = ""
    party_uscc: str = ""
    text: str = ""
    invoice_no: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A purchase in force. left_fen: what no line of the source accounts for yet."""

    id: int
    day: dt.date
    left_fen: int
    supplier: str
    supplier_uscc: str = ""
    product: str = ""
    order_no: str = ""
    invoice_no: str = ""
    contract_no: str = ""
    voucher_no: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """fen: how much of the line belongs to the record."""

    line: int
    record: int
    fen: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Lines and records that may be one purchase. gap_fen: lines less records; score: 0 to 100.

    why: order_no, invoice_no, voucher_no, alone, alike, sum, instalments, amount_differs,
    supplier_differs.
    """

    pairs: tuple[Pair, ...]
    why: str
    score: int
    sure: bool = False
    gap_fen: int = 0

    @property
    def lines(self) -> frozenset[int]:
        return frozenset(pair.line for pair in self.pairs)

    @property
    def records(self) -> frozenset[int]:
        return frozenset(pair.record for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Limits:
    """days_before, days_after: how long a purchase's day may lie before or after the line's;
    gap_share: how far amounts may differ, per mille; gap_fen: and by how much at least."""

    days_before: int
    days_after: int
    gap_share: int = 20
    gap_fen: int = 5_000


def propose(
    lines: Iterable[Line],
    entries: Iterable[Entry],
    limits: Limits,
    refused: frozenset[tuple[int, int]] = frozenset(),
) -> list[Proposal]:
    """What the lines of one source of one unit may be; independent of their order.

    Sure ones share no line and no record with another sure one. refused: (line, record) that a
    person said are not the same; they never come again.
    """
    work = _Matching(lines, entries, limits, refused)
    for step in (work.named, work.alone, work.alike, work.whole_orders, work.sums, work.near):
        step()
    return work.found


@dataclass(slots=True)
class _Matching:
    given: Iterable[Line]
    entries: Iterable[Entry]
    limits: Limits
    refused: frozenset[tuple[int, int]]
    found: list[Proposal] = field(default_factory=list)
    lines: dict[int, Line] = field(init=False)
    records: dict[int, Entry] = field(init=False)
    _n: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        given = sorted(self.given, key=lambda one: (one.day, one.id))
        self.lines = {one.id: one for one in given if one.fen}
        entries = sorted(self.entries, key=lambda one: (one.day, one.id))
        self.records = {one.id: one for one in entries if one.left_fen}

    def _say(self, why: str, lines: Sequence[Line], records: Sequence[Entry], score: int) -> None:
        """Keep a proposal; sure ones (100) use up their lines and records."""
        pairs = split(lines, records)
        if any((pair.line, pair.record) in self.refused for pair in pairs):
            return
        sure = score == 100
        gap = sum(one.fen for one in lines) - sum(one.left_fen for one in records)
        if not sure:
            if any(self._n[one.id] >= MOST_PER_LINE for one in lines):
                return
            for one in lines:
                self._n[one.id] += 1
        self.found.append(Proposal(pairs, why, score, sure, gap))
        if sure:
            for line in lines:
                self.lines.pop(line.id, None)
            for record in records:
                self.records.pop(record.id, None)

    def _may_be(self, line: Line, record: Entry) -> bool:
        """Near in time, and nobody said that they are not the same."""
        if (line.id, record.id) in self.refused:
            return False
        days = (line.day - record.day).days
        return -self.limits.days_after <= days <= self.limits.days_before

    # What names its purchase

    def named(self) -> None:
        """By a number that both bear."""
        for why, of_line, of_record in _NAMES:
            known: defaultdict[str, list[Entry]] = defaultdict(list)
            for record in self.records.values():
                for number in of_record(record):
                    known[number].append(record)
            groups: defaultdict[str, list[Line]] = defaultdict(list)
            for line in self.lines.values():
                for number in of_line(line):
                    if number in known:
                        groups[number].append(line)
            for number, lines in groups.items():
                self._group(why, lines, known[number])

    def _group(self, why: str, lines: list[Line], records: list[Entry]) -> None:
        """Lines and records that bear one number: amount by amount, then together."""
        lines = [one for one in lines if one.id in self.lines]
        records = [one for one in records if one.id in self.records]
        for line in list(lines):
            same = [one for one in records if one.left_fen == line.fen]
            same.sort(key=lambda one: not _same_goods(line, one))
            if same:
                self._say(why, [line], [same[0]], 100)
                lines.remove(line)
                records.remove(same[0])
        if lines and records:
            total = sum(one.fen for one in lines) - sum(one.left_fen for one in records)
            self._say(why, lines, records, 100 if total == 0 else 80)

    # What can only be one

    def _like(self) -> dict[tuple[str, int], tuple[list[Line], list[Entry]]]:
        """Lines and records with the same supplier and amount."""
        buckets: dict[tuple[str, int], tuple[list[Line], list[Entry]]] = {}
        names = _Parties(self.lines.values(), self.records.values())
        for line in self.lines.values():
            party = names.of_line(line)
            if party:
                buckets.setdefault((party, line.fen), ([], []))[0].append(line)
        for record in self.records.values():
            key = (names.of_record(record), record.left_fen)
            if key in buckets:
                buckets[key][1].append(record)
        return buckets

    def alone(self) -> None:
        """The same supplier and amount, near in time, and nothing else it could be."""
        for lines, records in self._like().values():
            near = {line.id: [one for one in records if self._may_be(line, one)] for line in lines}
            for line in lines:
                others = [one for one in lines if one is not line]
                if len(near[line.id]) != 1:
                    continue
                record = near[line.id][0]
                if not any(record in near[one.id] for one in others):
                    self._say("alone", [line], [record], 100)

    def alike(self) -> None:
        """Several equal ones: as many lines as records are put side by side by their days."""
        for lines, records in self._like().values():
            if len(lines) == len(records):
                for line, record in zip(lines, records, strict=True):
                    if self._may_be(line, record):
                        self._say("alike", [line], [record], 90)
                continue
            for line in lines:
                near = [one for one in records if self._may_be(line, one)]
                near.sort(key=lambda one, day=line.day: (abs((day - one.day).days), one.id))  # type: ignore[misc]
                for record in near[:MOST_PER_LINE]:
                    self._say("alike", [line], [record], 70)

    # What adds up

    def whole_orders(self) -> None:
        """Several lines of one order, one record of their sum."""
        orders: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
        names = _Parties(self.lines.values(), self.records.values())
        for line in self.lines.values():
            if line.source == ORDER and line.number:
                orders[line.number, names.of_line(line)].append(line)
        sums: defaultdict[tuple[str, int], list[list[Line]]] = defaultdict(list)
        for (_number, party), lines in orders.items():
            if len(lines) > 1 and party:
                sums[party, sum(one.fen for one in lines)].append(lines)
        for record in list(self.records.values()):
            fits = [
                lines
                for lines in sums.get((names.of_record(record), record.left_fen), ())
                if self._may_be(lines[0], record) and lines[0].id in self.lines
            ]
            for lines in fits:
                self._say("sum", lines, [record], 100 if len(fits) == 1 else 75)

    def sums(self) -> None:
        """One payment for several records of a supplier, or several payments for one record."""
        for paid, owed in self._accounts():
            for line in paid:
                near = [one for one in owed if self._may_be(line, one)]
                for run in _sets_of(near, line.fen):
                    self._say("sum", [line], run, 85)
            for record in owed:
                near_paid = [one for one in paid if self._may_be(one, record)]
                run_paid = _run(near_paid, record.left_fen, lambda one: one.fen)
                if run_paid:
                    self._say("instalments", run_paid, [record], 75)

    def _accounts(self) -> list[tuple[list[Line], list[Entry]]]:
        """Payments and records of each supplier, by day."""
        names = _Parties(self.lines.values(), self.records.values())
        lines: defaultdict[str, list[Line]] = defaultdict(list)
        records: defaultdict[str, list[Entry]] = defaultdict(list)
        for line in self.lines.values():
            if line.source == PAYMENT and names.of_line(line):
                lines[names.of_line(line)].append(line)
        for record in self.records.values():
            records[names.of_record(record)].append(record)
        return [(paid, records[party]) for party, paid in lines.items() if party in records]

    # What nearly fits

    def near(self) -> None:
        """The same supplier and nearly the amount, or the amount and nearly the supplier."""
        names = _Parties(self.lines.values(), self.records.values())
        by_party: defaultdict[str, list[Entry]] = defaultdict(list)
        by_fen: defaultdict[int, list[Entry]] = defaultdict(list)
        for record in self.records.values():
            by_party[names.of_record(record)].append(record)
            by_fen[record.left_fen].append(record)
        for line in list(self.lines.values()):
            if self._n[line.id]:
                continue
            party = names.of_line(line)
            close = [
                (abs(line.fen - one.left_fen), one.id, one)
                for one in by_party.get(party, ())
                if self._may_be(line, one) and self._amounts_near(line.fen, one.left_fen)
            ]
            for _gap, _id, record in sorted(close)[:MOST_PER_LINE]:
                self._say("amount_differs", [line], [record], 60)
            for record in by_fen.get(line.fen, ()):
                near = self._may_be(line, record)
                if near and names.of_record(record) != party and _names_near(line, record):
                    self._say("supplier_differs", [line], [record], 50)

    def _amounts_near(self, one: int, other: int) -> bool:
        if one == other or (one < 0) != (other < 0):
            return False
        most = max(self.limits.gap_fen, abs(other) * self.limits.gap_share // 1000)
        return abs(one - other) <= min(most, abs(other) // 2)


def split(lines: Sequence[Line], records: Sequence[Entry]) -> tuple[Pair, ...]:
    """The lines' money laid on the records in order; a difference is borne by all in proportion.

    A line of no money belongs to the record where the one before it ended.
    """
    shares = _in_proportion([one.left_fen for one in records], sum(one.fen for one in lines))
    owed = [[one.id, share] for one, share in zip(records, shares, strict=True)]
    pairs: list[Pair] = []
    at = 0
    for line in lines:
        rest = line.fen
        if not rest:
            pairs.append(Pair(line.id, owed[at][0], 0))
        while rest:
            last = at == len(owed) - 1
            part = rest if last or abs(rest) <= abs(owed[at][1]) else owed[at][1]
            if part:
                pairs.append(Pair(line.id, owed[at][0], part))
            rest -= part
            owed[at][1] -= part
            if owed[at][1] == 0 and not last:
                at += 1
    return tuple(pairs)


def _in_proportion(parts: Sequence[int], total: int) -> list[int]:
    """Whole numbers in proportion to the parts, with this sum; the last takes the rest."""
    whole = sum(parts)
    if whole == total or not whole:
        return list(parts)
    made = [part * total // whole for part in parts[:-1]]
    return [*made, total - sum(made)]


class _Parties:
    """Suppliers by one key, whether a line names them by code or by name."""

    def __init__(self, lines: Iterable[Line], records: Iterable[Entry]) -> None:
        self._codes: dict[str, str] = {}
        for one in records:
            if one.supplier_uscc:
                self._codes.setdefault(one.supplier_uscc, party_key(one.supplier))
        for line in lines:
            if line.party_uscc and line.party:
                self._codes.setdefault(line.party_uscc, party_key(line.party))

    def of_line(self, line: Line) -> str:
        return self._codes.get(line.party_uscc) or party_key(line.party)

    def of_record(self, record: Entry) -> str:
        return self._codes.get(record.supplier_uscc) or party_key(record.supplier)


def party_key(name: str) -> str:
    """A firm's name without blanks, brackets and width: equal keys mean the same name."""
    return _MARKS.sub("", compact(name))


def _sets_of(records: Sequence[Entry], fen: int) -> list[list[Entry]]:
    """Records that a payment most likely means: of one contract, one invoice, one month, or one
    run of days, two at least, with this sum; each set once."""
    found: dict[frozenset[int], list[Entry]] = {}
    by: Sequence[Callable[[Entry], str]] = (
        lambda one: one.contract_no,
        lambda one: one.invoice_no,
        lambda one: f"{one.day:%Y-%m}",
    )
    for key_of in by:
        groups: defaultdict[str, list[Entry]] = defaultdict(list)
        for one in records:
            if key_of(one):
                groups[key_of(one)].append(one)
        for group in groups.values():
            if len(group) > 1 and sum(one.left_fen for one in group) == fen:
                found.setdefault(frozenset(one.id for one in group), group)
    run = _run(records, fen, lambda one: one.left_fen)
    if run:
        found.setdefault(frozenset(one.id for one in run), run)
    return list(found.values())[:MOST_PER_LINE]


def _run(rows: Sequence[T], fen: int, fen_of: Callable[[T], int]) -> list[T]:
    """The first run of neighbours, at most 24, with this sum."""
    for start in range(len(rows)):
        total = 0
        for end in range(start, min(start + LONGEST_RUN, len(rows))):
            total += fen_of(rows[end])
            if total == fen and end > start:
                return list(rows[start : end + 1])
    return []


def _same_goods(line: Line, record: Entry) -> bool:
    return bool(line.text) and compact(record.product) in compact(line.text)


def _names_near(line: Line, record: Entry) -> bool:
    """The line names no supplier but the goods, or one that is close to the record's."""
    if not line.party:
        return _same_goods(line, record)
    one, other = party_key(line.party), party_key(record.supplier)
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return len(short) > 1 and all(char in rest for char in short)


def _invoices(line: Line) -> list[str]:
    named = [line.invoice_no] if line.invoice_no else []
    return list(dict.fromkeys(named + _INVOICE.findall(line.text)))


def _one(text: str) -> list[str]:
    return [text] if len(text) > 3 else []


def _order(line: Line) -> list[str]:
    return _one(line.number) if line.source == ORDER else []


def _transfer(line: Line) -> list[str]:
    return _one(line.number) if line.source == PAYMENT else []


Numbers = tuple[str, Callable[[Line], list[str]], Callable[[Entry], list[str]]]
_NAMES: tuple[Numbers, ...] = (
    ("order_no", _order, lambda one: _one(one.order_no)),
    ("voucher_no", _transfer, lambda one: _one(one.voucher_no)),
    ("invoice_no", _invoices, lambda one: _one(one.invoice_no)),
)
