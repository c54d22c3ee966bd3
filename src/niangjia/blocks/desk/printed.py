"""Verifying a printed list: does the system still hold what the paper says?"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.models import PrintedSheet
from niangjia.core.errors import NotFound

CODE_LENGTH = 20
# refs -> ref: (fen, still in force) of those that are there
Current = Callable[[Sequence[str]], Mapping[str, tuple[int, bool]]]
_kinds: dict[str, Current] = {}


def sheet_kind(kind: str, current: Current) -> str:
    """Declare a list that can be printed and verified; returns its kind."""
    _kinds[kind] = current
    return kind


def fingerprint(kind: str, title: str, rows: Sequence[tuple[str, int]]) -> str:
    """SHA-256 over kind, title and a line `<ref> <fen>` per row, in their order."""
    lines = [kind, title, *(f"{ref} {fen}" for ref, fen in rows)]
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """What is told about a printed list. holds: all its rows stand with the printed amounts.

    n_reversed: rows that were taken back since; total_now_fen: of those still in force.
    """

    title: str
    n: int
    total_fen: int
    sha256: str
    printed_at: dt.datetime
    holds: bool
    n_reversed: int
    total_now_fen: int


def verified(code: str) -> Verified:
    """A printed list compared with today's rows; open to whoever holds the paper.

    Raises NotFound: nothing was printed under this code.
    """
    sheet = PrintedSheet.objects.filter(code=code).first()
    if sheet is None:
        raise NotFound(
            _("No list was printed under this code. Compare it with the paper, digit by digit.")
        )
    refs = sheet.refs.split()
    now = _kinds[sheet.kind](refs)
    rows = [(ref, now[ref][0]) for ref in refs if ref in now]
    return Verified(
        title=sheet.title,
        n=sheet.n,
        total_fen=sheet.total_fen,
        sha256=sheet.sha256,
        printed_at=sheet.printed_at,
        holds=fingerprint(sheet.kind, sheet.title, rows) == sheet.sha256,
        n_reversed=sum(not in_force for _fen, in_force in now.values()),
        total_now_fen=sum(fen for fen, in_force in now.values() if in_force),
    )
