"""Cells merged downward, found behind the rows of a sheet. Django-free."""

import re
import zipfile
import zlib

from niangjia.blocks.intake.reader.limits import Refused

CHUNK = 1024 * 1024
MOST = 20_000
END = b"</sheetData>"
_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
Merge = tuple[int, int, int, int]  # first row, last row (1 is the first), first, last column (0)


def column_index(reference: str) -> int:
    """0 for `A1`, 27 for `AB7`."""
    index = 0
    for char in reference:
        if not "A" <= char <= "Z":
            break
        index = index * 26 + ord(char) - 64
    return index - 1


def downward(archive: zipfile.ZipFile, part: str) -> list[Merge]:
    """Ranges of more than one row; at most 20,000 of a sheet. Raises Refused."""
    try:
        tail = _behind_rows(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Refused("file_damaged") from error
    found = []
    for left, top, right, bottom in _MERGE.findall(tail):
        if int(bottom) > int(top):
            columns = column_index(left.decode()), column_index(right.decode())
            found.append((int(top), int(bottom), *columns))
    return found[:MOST]


def _behind_rows(archive: zipfile.ZipFile, part: str) -> bytes:
    """What stands behind the rows, at most 4 MiB; all of it if it is a small sheet."""
    kept = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            kept += chunk
            at = kept.find(END)
            if at >= 0:
                return kept[at:] + file.read(4 * CHUNK)
            if len(kept) > 2 * CHUNK:
                kept = kept[-CHUNK:]
    return kept
