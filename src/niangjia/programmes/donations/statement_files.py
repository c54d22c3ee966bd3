"""A file as received, read as a statement: tables by intake's limited reader, MT940 by mt-940."""

import datetime as dt
import functools
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import mt940
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import plain_rows
from niangjia.core import clock
from niangjia.core.errors import Invalid, TooLarge
from niangjia.programmes.donations.policy import DATA
from niangjia.programmes.donations.statement_rules import Table, Unreadable, bridge_of
from niangjia.programmes.donations.statement_types import ReadLine, ReadStatement

MOST_LINES = 20_000
MT940_BYTES = 2 * 1024 * 1024
_MT940 = re.compile(rb"^:20:", re.MULTILINE)
_BALANCE = re.compile(rb"^:60[FM]:", re.MULTILINE)
TEXTS = {
    "no_header": _("No header was found. A statement has columns such as 交易时间, 收入 and 余额."),
    "no_lines": _("The statement has a header but no lines. Choose a longer period and export it."),
    "amount": _("Row %(row)s: the amount cannot be read. Export the statement again."),
    "no_amount": _("Row %(row)s: it has a time but no amount. Export the statement again."),
    "time": _("Row %(row)s: “%(shown)s” is no time. Export the statement again."),
    "mt940": _("This MT940 file cannot be read. Ask the bank for it again, or bring a table."),
}


@functools.cache
def names() -> dict[str, list[str]]:
    """Names of columns by key."""
    found: dict[str, list[str]] = _toml()["columns"]
    return found


@functools.cache
def words() -> dict[str, list[str]]:
    """Words that say what a row or a name is."""
    found: dict[str, list[str]] = _toml()["words"]
    return found


def waiting_days(day: dt.date) -> int:
    """After so many days a line that waits comes into the inbox."""
    rows = [row for row in _toml()["waiting"] if row["valid_from"] <= day]
    return int(max(rows, key=lambda row: row["valid_from"])["days"])


@functools.cache
def _toml() -> dict[str, Any]:
    return tomllib.loads((DATA / "bank.toml").read_text("utf-8"))


def name_for_reader(head: bytes, name: str) -> str:
    """The file's name; an MT940 file, by its bytes, is named as a text."""
    return f"{name}.txt" if is_mt940(head) else name


def is_mt940(head: bytes) -> bool:
    return bool(_MT940.search(head) and _BALANCE.search(head))


def read_file(path: Path, name: str) -> ReadStatement:
    """The statement in a file. Raises Invalid, TooLarge."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    try:
        found = _mt940(path) if is_mt940(head) else _table(path, name)
    except Unreadable as error:
        raise _refused(error) from error
    return found


def _refused(error: Unreadable) -> Invalid:
    made = Invalid(TEXTS[error.code], code=f"statement_{error.code}")
    made.params = dict(error.params)
    return made


def _table(path: Path, name: str) -> ReadStatement:
    def rows() -> Any:
        for n, (_sheet, row_no, cells) in enumerate(plain_rows(path, name)):
            if n > MOST_LINES:
                raise _too_long()
            yield row_no, cells

    return Table(names(), words(), clock.zone()).read(rows())


def _too_long() -> TooLarge:
    return TooLarge(
        _("More than %(n)s lines. Export a shorter period, and bring the files one by one."),
        code="too_many_lines",
        n=f"{MOST_LINES:,}",
    )


def _mt940(path: Path) -> ReadStatement:
    if path.stat().st_size > MT940_BYTES:
        raise _too_long()
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    read = mt940.models.Transactions()
    try:
        read.parse(text)
        lines = tuple(_line(number, one.data) for number, one in enumerate(read, 1))
        opening, closing = _balance(read.data, "opening"), _balance(read.data, "closing")
    except (ValueError, KeyError, AttributeError, RuntimeError, ArithmeticError) as error:
        raise Unreadable("mt940") from error
    if not lines:
        raise Unreadable("no_lines")
    days = [line.at.astimezone(clock.zone()).date() for line in lines]
    account = str(read.data.get("account_identification", "")).rpartition("/")[2]
    bridge = bridge_of(lines, opening, closing)
    return ReadStatement("mt940", account, min(days), max(days), lines, bridge)


def _balance(data: dict[str, Any], which: str) -> int | None:
    found = data.get(f"final_{which}_balance") or data.get(f"intermediate_{which}_balance")
    return _fen(found.amount.amount) if found is not None else None


def _fen(amount: Decimal) -> int:
    return int(amount * 100)


def _line(number: int, data: dict[str, Any]) -> ReadLine:
    day = data["date"]
    at = dt.datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=clock.zone())
    remark = " ".join(str(data.get("transaction_details") or "").split())
    party = str(data.get("applicant_name") or remark.partition(" ")[0])
    serial = str(data.get("bank_reference") or data.get("customer_reference") or "")
    return ReadLine(
        row_no=number,
        at=at.astimezone(dt.UTC),
        timed=False,
        fen=_fen(data["amount"].amount),
        party=party[:120],
        remark=remark[:300],
        serial="" if serial in ("NONREF", "") else serial[:64],
    )
