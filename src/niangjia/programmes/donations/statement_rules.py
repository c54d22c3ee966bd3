"""Reading a statement's rows by the words of its header; whether its balances add up. Pure."""

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from niangjia.lib import money
from niangjia.lib.text import compact, fold_width, trim
from niangjia.programmes.donations.statement_types import Bridge, ReadLine, ReadStatement

HEADER_ROWS = 60
Row = tuple[int, list[str]]
Words = Mapping[str, Sequence[str]]
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_PAD = re.compile(r"^[\s`'\"=]+|[\s`'\"]+$")
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})日?"
    r"(?:[\sT]*(\d{1,2})[:时]?(\d{2})(?:[:分]?(\d{2}))?秒?)?"
)
_DAY = re.compile(r"\d{4}[-/.年]?\d{2}[-/.月]?\d{2}|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}")
_NUMBER = r"[:：\s\[【]*(-?[0-9][0-9,]*(?:\.[0-9]+)?)"
_ACCOUNT = r"(?:号码|名称)?[:：\s\[【]*([0-9A-Za-z@._*-]{4,60})"
NOTHING = frozenset({"", "-", "--", "—", "/"})


class Unreadable(Exception):
    """The file is no statement that can be taken. code and params: see statement_files.TEXTS."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(slots=True)
class _Found:
    """What was found on the way through the rows."""

    said: list[str] = field(default_factory=list)
    lines: list[ReadLine] = field(default_factory=list)


def bare(text: str) -> str:
    """A header without brackets, blanks and colons."""
    return compact(_BRACKETS.sub("", fold_width(text))).strip("*:：")


def unpadded(text: str) -> str:
    """A cell without the tabs, backquotes and quotes that exports pad numbers with."""
    return trim(_PAD.sub("", fold_width(text)))


def columns_of(cells: Sequence[str], names: Words) -> dict[str, list[int]]:
    """Positions by key of a header's cells; a remark may have several columns."""
    keys = {compact(name): key for key, listed in names.items() for name in listed}
    found: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        key = keys.get(compact(fold_width(cell))) or keys.get(bare(cell))
        if key is not None and (key == "remark" or key not in found):
            found.setdefault(key, []).append(place)
    return found


def is_header(found: Mapping[str, object]) -> bool:
    timed = "at" in found or "day" in found
    return timed and ("income" in found or "amount" in found) and len(found) >= 4


def moment(text: str, zone: ZoneInfo) -> tuple[dt.datetime, bool] | None:
    """(instant in UTC, whether a time of day was given); None if it is no date."""
    match = _MOMENT.fullmatch(unpadded(text))
    if match is None:
        return None
    year, month, day, hour, minute, second = match.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
        clock = dt.time(int(hour), int(minute), int(second or 0)) if hour else dt.time(23, 59, 59)
    except ValueError:
        return None
    local = dt.datetime.combine(date, clock, zone)
    return local.astimezone(dt.UTC), hour is not None


def fen_of(text: str) -> int | None:
    """An amount in yuan as fen; None if nothing stands there. Raises ValueError."""
    plain = unpadded(text).replace("¥", "").replace("￥", "").strip()
    if plain in NOTHING:
        return None
    return money.fen_of(money.parse_text(plain))


class Table:
    """A statement that is a table under a few rows of titles."""

    def __init__(self, names: Words, words: Words, zone: ZoneInfo) -> None:
        self._names, self._words, self._zone = names, words, zone
        self._at: dict[str, list[int]] = {}
        self._found = _Found()

    def read(self, rows: Iterable[Row]) -> ReadStatement:
        """The statement. Raises Unreadable."""
        for number, (row_no, cells) in enumerate(rows):
            if not self._at:
                found = columns_of(cells, self._names)
                if is_header(found):
                    self._at = found
                elif number >= HEADER_ROWS:
                    raise Unreadable("no_header")
                else:
                    self._found.said.append(" ".join(cells))
            else:
                self._row(row_no, cells)
        if not self._at:
            raise Unreadable("no_header")
        if not self._found.lines:
            raise Unreadable("no_lines")
        return self._statement()

    def _cell(self, cells: Sequence[str], key: str) -> str:
        texts = [unpadded(cells[place]) for place in self._at.get(key, []) if place < len(cells)]
        return " ".join(dict.fromkeys(text for text in texts if text not in NOTHING))

    def _row(self, row_no: int, cells: list[str]) -> None:
        time = " ".join(filter(None, (self._cell(cells, "day"), self._cell(cells, "at"))))
        when = moment(time, self._zone) or moment(self._cell(cells, "at"), self._zone)
        if when is None:
            self._no_line(row_no, cells, time)
            return
        if any(word in self._cell(cells, "status") for word in self._words["closed"]):
            return
        try:
            fen, fee = self._fen(cells), self._amount(cells, "fee")
            balance = fen_of(self._cell(cells, "balance"))
        except ValueError as error:
            raise Unreadable("amount", row=row_no) from error
        if fen is None:
            raise Unreadable("no_amount", row=row_no)
        self._found.lines.append(self._line(row_no, cells, when, fen, abs(fee or 0), balance))

    def _line(
        self,
        row_no: int,
        cells: list[str],
        when: tuple[dt.datetime, bool],
        fen: int,
        fee: int,
        balance: int | None,
    ) -> ReadLine:
        return ReadLine(
            row_no=row_no,
            at=when[0],
            timed=when[1],
            fen=fen,
            fee_fen=fee,
            party=self._cell(cells, "party")[:120],
            party_account=self._cell(cells, "party_account").replace(" ", "")[:40],
            remark=self._cell(cells, "remark")[:300],
            serial=self._cell(cells, "serial").replace(" ", "")[:64],
            balance_fen=balance,
        )

    def _no_line(self, row_no: int, cells: list[str], time: str) -> None:
        """A total, a footer, a header again; an amount without a time is not passed over."""
        text = " ".join(cells)
        is_told = any(word in text for word in self._words["totals"]) or text.startswith(("#", "-"))
        if is_told or is_header(columns_of(cells, self._names)):
            self._found.said.append(text)
            return
        try:
            fen = self._fen(cells)
        except ValueError:
            fen = None
        if fen:
            raise Unreadable("time", row=row_no, shown=time[:40])
        self._found.said.append(text)

    def _amount(self, cells: list[str], key: str) -> int | None:
        return fen_of(self._cell(cells, key))

    def _fen(self, cells: list[str]) -> int | None:
        """What came in, negative for what went out; None if nothing stands there."""
        income, expense = self._amount(cells, "income"), self._amount(cells, "expense")
        if income or expense:
            return (income or 0) - abs(expense or 0)
        fen = self._amount(cells, "amount")
        way = self._cell(cells, "way")
        if fen is None or not way:
            return fen if fen is not None else income if income is not None else expense
        came_in = way.upper().startswith(tuple(self._words["received"]))
        return abs(fen) if came_in else -abs(fen)

    def _statement(self) -> ReadStatement:
        said = fold_width("\n".join(self._found.said))
        lines = in_order(self._found.lines)
        days = [dt.date(*map(int, _split(text))) for text in _DAY.findall(said) if _is_day(text)]
        own = [one.at.astimezone(self._zone).date() for one in lines]
        opening = _told(said, self._words["opening"], _NUMBER)
        closing = _told(said, self._words["closing"], _NUMBER)
        return ReadStatement(
            kind="table",
            account=_told(said, self._words["account"], _ACCOUNT).strip("[]【】"),
            first_on=min([*own, *days[:1]]),
            last_on=max([*own, *(day for day in days[1:2] if day <= max(own) + _MONTH)]),
            lines=lines,
            bridge=bridge_of(lines, _fen(opening), _fen(closing)),
        )


_MONTH = dt.timedelta(days=31)


def _split(text: str) -> list[str]:
    digits = re.findall(r"\d+", text)
    return digits if len(digits) == 3 else [text[:4], text[4:6], text[6:8]]


def _is_day(text: str) -> bool:
    try:
        dt.date(*map(int, _split(text)))
    except ValueError:
        return False
    return True


def _told(said: str, words: Sequence[str], what: str) -> str:
    for word in words:
        if match := re.search(re.escape(word) + what, said):
            return match[1]
    return ""


def _fen(text: str) -> int | None:
    return fen_of(text) if text else None


def moved(line: ReadLine, *, with_fee: bool) -> int:
    """By how much a line moves the balance."""
    return line.fen - (line.fee_fen if with_fee else 0)


def in_order(lines: Sequence[ReadLine]) -> tuple[ReadLine, ...]:
    """Lines from old to new: as they stand, or turned round where the newest stands first."""
    forward, backward = tuple(lines), tuple(reversed(lines))
    if len(lines) < 2:
        return forward
    if forward[0].at != forward[-1].at:
        return forward if forward[0].at < forward[-1].at else backward
    return min(forward, backward, key=lambda one: len(_breaks(one, with_fee=False)))


def _breaks(lines: Sequence[ReadLine], *, with_fee: bool) -> list[ReadLine]:
    """Lines whose printed balance does not follow from the one before."""
    return [
        line
        for before, line in itertools.pairwise(lines)
        if before.balance_fen is not None
        and line.balance_fen is not None
        and before.balance_fen + moved(line, with_fee=with_fee) != line.balance_fen
    ]


def bridge_of(
    lines: Sequence[ReadLine], opening: int | None = None, closing: int | None = None
) -> Bridge:
    """Opening balance and lines against the closing balance; a fee counts where that makes it
    close: some accounts show it as a line of its own."""
    has_fees = any(line.fee_fen for line in lines)
    plain = _bridge(lines, opening, closing, with_fee=False)
    if plain.closes and plain.known:
        return plain
    with_fees = _bridge(lines, opening, closing, with_fee=True) if has_fees else plain
    return with_fees if with_fees.closes else plain


def _bridge(
    lines: Sequence[ReadLine], opening: int | None, closing: int | None, *, with_fee: bool
) -> Bridge:
    first, last = lines[0], lines[-1]
    if opening is None and first.balance_fen is not None:
        opening = first.balance_fen - moved(first, with_fee=with_fee)
    if closing is None:
        closing = last.balance_fen
    made = Bridge(
        known=opening is not None and closing is not None,
        opening_fen=opening or 0,
        income_fen=sum(line.fen for line in lines if line.fen > 0),
        expense_fen=-sum(line.fen for line in lines if line.fen < 0),
        fee_fen=sum(line.fee_fen for line in lines) if with_fee else 0,
        closing_fen=closing or 0,
        difference_fen=0,
    )
    if not made.known:
        return made
    leads = made.opening_fen + made.income_fen - made.expense_fen - made.fee_fen
    broken = _breaks(lines, with_fee=with_fee)
    breaks_at = broken[0].row_no if broken else 0
    return replace(made, difference_fen=made.closing_fen - leads, breaks_at=breaks_at)


def identities(account: str, lines: Sequence[ReadLine]) -> list[str]:
    """What each line is known by in every file: the bank's serial number, else all it says; the
    n-th of equal ones in a file is the n-th of them."""
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        if line.serial:
            parts = ["serial", line.serial, str(line.fen)]
        else:
            at = line.at.isoformat()
            parts = ["line", at, str(line.fen), line.party, str(line.balance_fen)]
        key = "\x1f".join([account, *parts])
        seen[key] = seen.get(key, 0) + 1
        found.append(f"{key}\x1f{seen[key]}")
    return found
