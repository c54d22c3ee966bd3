"""A picture or a drawn page: its codes, and smaller copies that carry nothing but the picture."""

import io
from collections.abc import Iterable, Iterator

import zxingcpp
from PIL import Image

from niangjia.blocks.evidence.looking.types import Limits
from niangjia.lib.einvoice import qr
from niangjia.lib.einvoice.types import Invoice

_QUALITY = 80
_FIRST_PX = 1800  # most codes are found here, and small ones below by scaling up
_SMALL_PX = 900
_MAX_CODE_CHARS = 500
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def codes(picture: Image.Image) -> list[str]:
    """Texts of the QR codes in a picture; several sizes are tried until one shows any."""
    grey = picture if picture.mode == "L" else picture.convert("L")
    for sized in _sizes(grey):
        found = zxingcpp.read_barcodes(sized, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
        texts = [one.text[:_MAX_CODE_CHARS] for one in found if one.text]
        if texts:
            return texts
    return []


def _sizes(grey: Image.Image) -> Iterator[Image.Image]:
    longest = max(grey.size)
    if longest > _FIRST_PX:
        yield shrunk(grey, _FIRST_PX)
    yield grey
    if longest < _SMALL_PX:
        yield grey.resize((grey.width * 3, grey.height * 3), Image.Resampling.BICUBIC)
    elif longest > _FIRST_PX:
        yield shrunk(grey, _FIRST_PX // 2)


def invoice_of(texts: Iterable[str]) -> Invoice | None:
    """The first invoice that a code names."""
    return next((found for text in texts if (found := qr.read(text)) is not None), None)


def shrunk(picture: Image.Image, longest_px: int) -> Image.Image:
    """A copy whose longer side is at most so long; never larger than the original."""
    share = longest_px / max(picture.size)
    if share >= 1:
        return picture.copy()
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def copies(picture: Image.Image, limits: Limits) -> tuple[bytes, bytes]:
    """Preview and thumbnail of an upright RGB or grey picture, as JPEG."""
    preview = shrunk(picture, limits.preview_px)
    return _jpeg(preview), _jpeg(shrunk(preview, limits.thumbnail_px))


def _jpeg(picture: Image.Image) -> bytes:
    picture.info.clear()  # Pillow would carry a comment over
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
