"""What a file is by its first bytes; its name is never asked."""

import re

from niangjia.blocks.evidence.looking.types import Refused

HEAD_BYTES = 4096
JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLANK = b" \t\r\n\x0c\x00\xef\xbb\xbf"
_PDF_WITHIN = 1024  # PDF 32000-1, note 13 to Annex H.3: readers accept the header up to there
_SCRIPTS = (b"#!", b"MZ", b"\x7fELF", b"<?php", b"@echo")
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|body|head|meta)\b", re.IGNORECASE)
_SCRIPT = re.compile(rb"<(?:script|svg|iframe)\b", re.IGNORECASE)
_XML = re.compile(rb"<(?:\?xml|!DOCTYPE\s|!--|[A-Za-z_][\w.:-]*[\s/>])")
_UTF16_XML = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_PICTURES = (b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"BM")


def kind_of(head: bytes) -> str:
    """`pdf`, `jpeg`, `png`, `archive` (OFD or workbook), `office` (old or encrypted) or `xml`.

    head: the first HEAD_BYTES. Raises Refused.
    """
    if not head:
        raise Refused("empty")
    for start, kind in ((JPEG, "jpeg"), (PNG, "png"), (ZIP, "archive"), (OLE2, "office")):
        if head.startswith(start):
            return kind
    if PDF in head[:_PDF_WITHIN]:
        return _pdf(head)
    if _is_xml(head):
        return "xml"
    raise Refused(_refusal(head))


def _pdf(head: bytes) -> str:
    if not head.lstrip(_BLANK).startswith(PDF):
        raise Refused("not_what_it_says")
    return "pdf"


def _is_xml(head: bytes) -> bool:
    text = head.lstrip(_BLANK)
    if text.startswith(_SCRIPTS) or _PAGE.match(text) or _SCRIPT.search(text):
        raise Refused("not_what_it_says")
    return bool(_XML.match(text)) or head.startswith(_UTF16_XML)


def _refusal(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return "format_heic" if head[8:12] in _HEIC else "format_video"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "format_webp"
    return "format_picture" if head.startswith(_PICTURES) else "unknown_format"
