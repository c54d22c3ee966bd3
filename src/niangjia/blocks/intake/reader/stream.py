"""The parent's side: what the file is by its bytes, and its rows from the parsing process."""

import contextlib
import marshal
import mmap
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.merges import Merge
from niangjia.blocks.intake.reader.xlsx import Row

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
PDF = b"%PDF"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG")
WORKBOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
TEXT_ENDINGS = (".csv", ".txt", ".tsv")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(slots=True)
class Message:
    """Rows of a sheet, or none at its beginning. share: read so far, 0 to 1 of the file; hidden:
    numbers of rows that the sheet hides; merges: cells merged downward, at the beginning."""

    sheet: str
    sheet_hidden: bool
    rows: list[Row] = field(default_factory=list)
    share: float = 0.0
    hidden: list[int] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)


def format_of(path: Path, name: str, limits: Limits) -> str:
    """`xlsx`, `xls` or `csv` by the bytes, not by the name. Raises Refused."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        mib = 1024 * 1024
        raise Refused("file_too_large", size=-(-size // mib), mb=limits.file_bytes // mib)
    if size == 0:
        raise Refused("file_empty")
    with path.open("rb") as file:
        head = file.read(64 * 1024)
        if head.startswith(OLE2):
            return _old(file)
    if head.startswith(ZIP):
        return "xlsx"
    if head.startswith(PDF) or head.startswith(PICTURES):
        raise Refused("file_is_picture")
    if name.lower().endswith(TEXT_ENDINGS):
        return "csv"
    if name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise Refused("file_damaged" if b"\0" in head else "file_not_a_workbook")
    raise Refused("file_not_a_workbook")


def _old(file: BinaryIO) -> str:
    """`xls` for an old workbook. Raises Refused for other files of that make."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        if whole.find(ENCRYPTED) >= 0:
            raise Refused("file_encrypted")
        if not any(whole.find(name) >= 0 for name in WORKBOOK_STREAMS):
            raise Refused("file_not_a_workbook")
    return "xls"


def messages(path: Path, name: str, limits: Limits) -> Iterator[Message]:
    """The file batch by batch; ends the process however this ends.

    Raises Refused; also when the process died of its limits.
    """
    kind = format_of(path, name, limits)
    command = [sys.executable, "-m", "niangjia.blocks.intake.reader.child", kind, str(path)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield from _received(process)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _received(process: "subprocess.Popen[bytes]") -> Generator[Message, None, None]:
    sheet, hidden = "", False
    if process.stdout is None:
        raise Refused("file_damaged")
    while (message := _next(process.stdout)) is not None:
        if message[0] == "rows":
            yield Message(sheet, hidden, message[1], message[2], message[3])
        elif message[0] == "sheet":
            sheet, hidden = message[1], message[2]
            yield Message(sheet, hidden, merges=message[3])
        elif message[0] == "refused":
            raise Refused(message[1], **message[2])
        else:
            return
    raise Refused("file_too_heavy")


def _next(pipe: IO[bytes]) -> tuple[Any, ...] | None:
    head = pipe.read(4)
    if len(head) < 4:
        return None
    data = pipe.read(int.from_bytes(head, "big"))
    with contextlib.suppress(EOFError, ValueError):
        found: tuple[Any, ...] = marshal.loads(data)  # noqa: S302 - from our own child only
        return found
    return None
