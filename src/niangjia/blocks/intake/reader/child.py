"""The parsing process: limited memory and time, rows out in batches, gone when its parent is.

Usage: python -m niangjia.blocks.intake.reader.child FORMAT PATH. Writes to stdout messages of a
4-byte big-endian length and that many bytes of marshal (plain tuples, lists, text and numbers,
written and read by the same interpreter): ("sheet", name, hidden, merges), ("rows", [(row,
cells), ...], share read, hidden rows), ("end",), ("refused", code, params).
"""

import marshal
import sys
from typing import Any

from niangjia.blocks.intake.reader import delimited, xls, xlsx
from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.merges import Merge
from niangjia.core import limited

BATCH = 400
FORMATS = {"xlsx": xlsx.read, "xls": xls.read, "csv": delimited.read}


def main() -> int:
    limits = Limits()
    limited.restrict(memory_bytes=limits.memory_bytes, cpu_s=limits.cpu_s)
    limited.end_with_parent()
    out = _Out()
    try:
        FORMATS[sys.argv[1]](sys.argv[2], limits, out.sheet, out.row, out.hidden_row)
    except Refused as refused:
        out.send(("refused", refused.code, refused.params))
        return 0
    out.flush()
    out.send(("end",))
    return 0


class _Out:
    """Batches rows onto stdout; a full pipe makes the parser wait."""

    def __init__(self) -> None:
        self._rows: list[xlsx.Row] = []
        self._hidden: list[int] = []
        self._share = 0.0

    def send(self, message: tuple[Any, ...]) -> None:
        data = marshal.dumps(message)
        sys.stdout.buffer.write(len(data).to_bytes(4, "big") + data)
        sys.stdout.buffer.flush()

    def sheet(self, name: str, hidden: bool, merges: list[Merge]) -> None:
        self.flush()
        self.send(("sheet", name, hidden, merges))

    def hidden_row(self, row_no: int) -> None:
        self._hidden.append(row_no)

    def row(self, row: xlsx.Row, share: float) -> None:
        self._rows.append(row)
        self._share = share
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            self.send(("rows", self._rows, self._share, self._hidden))
            self._rows, self._hidden = [], []


if __name__ == "__main__":
    sys.exit(main())
