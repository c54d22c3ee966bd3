"""A hash of how a picture looks, so that the same photo compressed again is found.

dHash (Krawetz, 2013): the picture in grey at 9 x 8; bit = darker than its right neighbour. The same
photo, resized or compressed again, differs in few bits; two photos differ in about half. Pages of
one form look alike, so a near hash is a reason to look, never proof.
"""

from PIL import Image

NEAR = 6
_WIDTH, _HEIGHT = 9, 8
_FLAT = 8  # of 256 levels: a blank page has no look


def look_hash(picture: Image.Image) -> str:
    """16 hex digits; empty for a picture of one shade."""
    small = picture.convert("L").resize((_WIDTH, _HEIGHT), Image.Resampling.BOX)
    levels = small.tobytes()
    if max(levels) - min(levels) < _FLAT:
        return ""
    bits = 0
    for row in range(_HEIGHT):
        for column in range(_WIDTH - 1):
            place = row * _WIDTH + column
            bits = bits << 1 | (levels[place] < levels[place + 1])
    return f"{bits:016x}"


def distance(one: str, other: str) -> int:
    """Bits in which two hashes differ: 0 to 64; up to NEAR is the same picture, most likely."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
