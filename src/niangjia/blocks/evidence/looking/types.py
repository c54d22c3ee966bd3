"""What is seen in a received file, and within which limits it is looked at. Django-free."""

from dataclasses import dataclass
from typing import Literal

from niangjia.lib.einvoice.types import Invoice

Format = Literal["pdf", "ofd", "jpeg", "png", "xlsx", "xml", ""]
PROBLEMS = frozenset(
    {
        "",
        "empty",
        "too_large",  # bytes, pixels, or what it unpacks to
        "unknown_format",
        "format_heic",  # photos of some phones: to be sent as JPEG ("most compatible")
        "format_webp",
        "format_picture",  # GIF, TIFF, BMP
        "format_video",  # a film, or a moving photo: a picture with one behind it
        "format_old_office",  # .xls, .doc
        "not_what_it_says",  # two files in one, a script in a picture, bytes after the end
        "active_content",  # a PDF with scripts or programs to start
        "macros",
        "password",
        "truncated",
        "damaged",
        "dangerous_xml",
        "not_an_invoice",  # XML that is none
        "could_not_read",  # the process that looked ended early
    }
)
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """file_bytes: as received; pixels: of a picture; pages: looked through for codes and numbers;
    memory_bytes: address space of the child; cpu_s, wall_s: of the child; answer_bytes: of all
    it may say; preview_px, thumbnail_px: longest side; n_codes, n_numbers: kept of each."""

    file_bytes: int = 20 * MIB
    pixels: int = 50_000_000
    pages: int = 30
    memory_bytes: int = 1024 * MIB
    cpu_s: int = 30
    wall_s: int = 60
    answer_bytes: int = 8 * MIB
    preview_px: int = 1600
    thumbnail_px: int = 320
    n_codes: int = 20
    n_numbers: int = 50


class Refused(Exception):
    """The file is not taken. code: one of PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Looked:
    """A file as far as it was looked at. With a problem, nothing but the format is told.

    n_pages: sheets of a workbook, 1 for a picture; is_signed: a signature is there, not that it
    holds; qr_texts: of all pages, each once; numbers: 20 or 8 digits standing alone in a PDF's
    text; preview, thumbnail: JPEG without any of the original's notes (place, camera), upright;
    empty for files without pages to draw; picture_hash: 16 hex digits for pictures, see hashing.
    """

    format: Format = ""
    problem: str = ""
    n_pages: int = 0
    is_signed: bool = False
    qr_texts: tuple[str, ...] = ()
    invoice: Invoice | None = None
    numbers: tuple[str, ...] = ()
    preview: bytes = b""
    thumbnail: bytes = b""
    picture_hash: str = ""
