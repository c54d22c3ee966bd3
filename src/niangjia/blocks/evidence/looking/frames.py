"""The frame of a picture file: one picture from the first byte to the last, and no second file.

A browser or a shell that takes the same bytes for something else must find nothing to run. Sources:
ITU T.81 annex B (JPEG markers), CIPA DC-007 (further pictures after the first), PNG 3rd edition.
"""

import re
import zlib
from collections.abc import Iterator

from niangjia.blocks.evidence.looking.formats import JPEG, PNG
from niangjia.blocks.evidence.looking.types import Refused

_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_EOI, _SOS = 0xD9, 0xDA
_NOTES = frozenset({0xFE, *range(0xE0, 0xF0)})  # comments and applications' data
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_PADDING = b"\x00 \r\n\t"
_MARKUP = re.compile(rb"<script|<\?php|<html|<iframe|<svg|javascript:|#!/", re.IGNORECASE)
_PNG_NOTES = frozenset({b"tEXt", b"iTXt", b"zTXt", b"eXIf"})
_MAX_CHUNKS = 100_000
_FILM, _FILM_WITHIN = b"ftyp", 64  # what a phone appends to a moving photo, some under a title


def check_jpeg(data: bytes) -> None:
    """Raises Refused (truncated, damaged, not_what_it_says, format_video)."""
    # FF D8 FF E0 2F 2A: the length of the first segment would open a comment in a script.
    if data[4:6] == b"/*":
        raise Refused("not_what_it_says")
    rest = data
    while rest.startswith(JPEG):  # phones put gain maps and thumbnails after the first picture
        rest = rest[_end_of_jpeg(rest) :].lstrip(_PADDING)
    if rest:
        raise Refused("format_video" if _FILM in rest[:_FILM_WITHIN] else "not_what_it_says")


def check_png(data: bytes) -> None:
    """Raises Refused (truncated, damaged, not_what_it_says)."""
    end = len(PNG)
    for name, start, end in _chunks(data):
        if name in _PNG_NOTES:
            _refuse_markup(data[start:end])
        if name == b"IEND":
            break
    if data[end:].strip(_PADDING):
        raise Refused("not_what_it_says")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte and end of each chunk with its checksum, up to IEND."""
    place = len(PNG)
    for _ in range(_MAX_CHUNKS):
        if place + 12 > len(data):
            raise Refused("truncated")
        name = data[place + 4 : place + 8]
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        if end > len(data):
            raise Refused("truncated")
        if zlib.crc32(data[place + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise Refused("damaged")
        yield name, place + 8, end
        if name == b"IEND":
            return
        place = end
    raise Refused("damaged")


def _end_of_jpeg(data: bytes) -> int:
    """Where the picture that begins at byte 0 ends."""
    place = 2
    while place + 2 <= len(data):
        if data[place] != 0xFF:
            raise Refused("damaged")
        marker = data[place + 1]
        if marker == _EOI:
            return place + 2
        if marker == 0xFF:  # fill byte
            place += 1
        elif marker in _BARE:
            place += 2
        else:
            place = _after_segment(data, place, marker)
    raise Refused("truncated")


def _after_segment(data: bytes, place: int, marker: int) -> int:
    length = int.from_bytes(data[place + 2 : place + 4], "big")
    end = place + 2 + length
    if length < 2:
        raise Refused("damaged")
    if marker in _NOTES:
        _refuse_markup(data[place + 4 : end])
    if marker != _SOS:
        return end
    found = _AFTER_SCAN.search(data, end)
    if found is None:
        raise Refused("truncated")
    return found.start()


def _refuse_markup(note: bytes) -> None:
    if _MARKUP.search(note):
        raise Refused("not_what_it_says")
