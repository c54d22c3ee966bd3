"""Whether a PDF file holds something that starts by itself: scripts, programs.

The objects' plain bytes and the object streams are searched for the names; PDFium is asked about
the rest (see pdfs). Sources: ISO 32000-2, 12.6.4 (actions), 7.3.5 (names with #xx), 7.5.7.
"""

import re
import zlib
from collections.abc import Iterator

_STREAM = re.compile(rb"stream\r?\n")
_NAME = re.compile(rb"/(?:JavaScript|JS|Launch)(?=[\x00\s/<>\[\]()%]|$)")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_END = b"endstream"
_DICTIONARY_BYTES = 8192
_BEYOND = 256 * 1024
_UNPACKED = 32 * 1024 * 1024


def starts_something(data: bytes) -> bool:
    """Whether an action of a script or a program is written anywhere outside of page contents."""
    left = _UNPACKED
    for part, is_objects in _parts(data):
        text = part
        if is_objects:
            text = _inflated(part, left)
            left -= len(text)
        if b"#" in text:
            text = _HEX.sub(lambda match: bytes([int(match[1], 16)]), text)
        if _NAME.search(text):
            return True
    return False


def _parts(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """What lies between streams, and streams of objects."""
    place = 0
    while found := _STREAM.search(data, place):
        end = data.find(_END, found.end())
        if end < 0:
            break
        yield data[place : found.start()], False
        # Packed bytes may hold the end mark too; what is packed knows its own end.
        if b"ObjStm" in data[max(place, found.start() - _DICTIONARY_BYTES) : found.start()]:
            yield data[found.end() : end + _BEYOND], True
        place = end + len(_END)
    yield data[place:], False


def _inflated(packed: bytes, at_most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, max(1, at_most))
    except zlib.error:
        return b""
