"""PDF files, opened by PDFium. Runs in the child."""

import re
import sys
from collections.abc import Iterator
from ctypes import byref, c_int

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from niangjia.blocks.evidence.looking import actions, child, drawn
from niangjia.blocks.evidence.looking.types import Limits, Looked, Refused
from niangjia.lib import dates

_PAGE_PX = 1800
_FIRST_PX = 3600
_MAX_SCALE = 12.0
_OBJECT = re.compile(rb"[0-9]+\s+[0-9]+\s+obj")  # of a later edition, cut off
_PADDING = b"\x00 \r\n\t"
_TEXT_CHARS = 20_000
_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{20}|[0-9]{8})(?![0-9])")


def look(data: bytes, limits: Limits) -> Looked:
    """The document in these bytes. Raises Refused."""
    _check_end(data)
    document = _opened(data)
    n_pages = len(document)
    if n_pages == 0:
        raise Refused("damaged")
    if actions.starts_something(data) or raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        raise Refused("active_content")
    texts: dict[str, None] = {}
    numbers: dict[str, None] = {}
    preview = thumbnail = b""
    for index in range(min(n_pages, limits.pages)):
        page = _page(document, index)
        _refuse_actions(page)
        picture = _picture(page, _PAGE_PX)
        texts |= dict.fromkeys(_codes(page, picture, is_first=index == 0))
        numbers |= dict.fromkeys(_numbers(page))
        if index == 0:
            preview, thumbnail = drawn.copies(picture, limits)
        page.close()
    return Looked(
        format="pdf",
        n_pages=n_pages,
        is_signed=raw.FPDF_GetSignatureCount(document) > 0,
        qr_texts=tuple(texts)[: limits.n_codes],
        invoice=drawn.invoice_of(texts),
        numbers=tuple(numbers)[: limits.n_numbers],
        preview=preview,
        thumbnail=thumbnail,
    )


def _check_end(data: bytes) -> None:
    """The file ends with its end mark: PDFium would mend a cut file, and show less than it held."""
    end = data.rfind(b"%%EOF")
    rest = data[end + 5 :].strip(_PADDING)
    if end < 0 or _OBJECT.match(rest):
        raise Refused("truncated")
    if rest:
        raise Refused("not_what_it_says")


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) in (
            raw.FPDF_ERR_PASSWORD,
            raw.FPDF_ERR_SECURITY,
        )
        raise Refused("password" if is_locked else "damaged") from error


def _page(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    try:
        return document[index]
    except pdfium.PdfiumError as error:  # a count of pages that is not theirs
        raise Refused("damaged") from error


def _picture(page: pdfium.PdfPage, longest_px: int) -> Image.Image:
    width, height = page.get_size()
    scale = min(longest_px / max(width, height, 1.0), _MAX_SCALE)
    try:
        bitmap = page.render(scale=scale, draw_annots=True, rev_byteorder=True)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
    except (pdfium.PdfiumError, ValueError) as error:
        raise Refused("damaged") from error
    return picture


def _codes(page: pdfium.PdfPage, picture: Image.Image, *, is_first: bool) -> list[str]:
    """A scan of poor quality is drawn once more, finer; only the first page is worth it."""
    found = drawn.codes(picture)
    if found or not is_first:
        return found
    return drawn.codes(_picture(page, _FIRST_PX).convert("L"))


def _numbers(page: pdfium.PdfPage) -> Iterator[str]:
    """Digits that stand alone: 20, or 8 that are no day of this century."""
    text = page.get_textpage()
    for match in _NUMBER.finditer(text.get_text_range(0, min(text.count_chars(), _TEXT_CHARS))):
        if len(match[0]) != 8 or not _is_day(match[0]):
            yield match[0]
    text.close()


def _is_day(digits: str) -> bool:
    try:
        return 2000 <= dates.parse(digits).year < 2100
    except ValueError:
        return False


def _refuse_actions(page: pdfium.PdfPage) -> None:
    """Links that start a program; PDFium sees them in packed and encrypted objects too."""
    place, link = c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page, byref(place), byref(link)):
        action = raw.FPDFLink_GetAction(link)
        if action and raw.FPDFAction_GetType(action) == raw.PDFACTION_LAUNCH:
            raise Refused("active_content")


if __name__ == "__main__":
    sys.exit(child.run(look))
