"""File names of evidence in a pack: safe on every system, each once. Pure."""

import re
import unicodedata

MOST_BYTES = 90
SUFFIXES = {"jpeg": "jpg", "archive": "zip", "office": "bin"}
_UNSAFE = re.compile(r"[^\w.-]+")


def file_name(number: int, kind: str, name: str, format: str) -> str:
    """`00012_invoice_扫描件.jpg`: its number makes it unique; of the sender's name only letters,
    digits, `-` and `_` stay, and the ending says what the file is, not what it was called.

    number: in the pack, from 1; kind: code of the evidence; format: as found in the bytes.
    """
    stem = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = stem.rpartition(".")[0] or stem
    stem = _UNSAFE.sub("_", stem).replace(".", "_").strip("_-")
    ending = SUFFIXES.get(format, format) if format.isalnum() else "bin"
    kind = _cut(_UNSAFE.sub("_", kind).replace(".", "_"), 20)
    return f"{number:05d}_{kind}_{_cut(stem, MOST_BYTES) or 'file'}.{ending}"


def _cut(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8, no character cut."""
    return text.encode("utf-8")[:most].decode("utf-8", "ignore").strip("_-")
