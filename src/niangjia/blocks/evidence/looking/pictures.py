"""Photos and scans: JPEG and PNG, decoded to the last pixel. Runs in the child."""

import io
import sys
import warnings

from PIL import Image, JpegImagePlugin, PngImagePlugin

from niangjia.blocks.evidence.looking import child, drawn, frames, hashing
from niangjia.blocks.evidence.looking.formats import JPEG
from niangjia.blocks.evidence.looking.types import Format, Limits, Looked, Refused

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PLUGINS = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
}


def look(data: bytes, limits: Limits) -> Looked:
    """The picture in these bytes. Raises Refused."""
    kind: Format = "jpeg" if data.startswith(JPEG) else "png"
    (frames.check_jpeg if kind == "jpeg" else frames.check_png)(data)
    picture, turn = _decoded(data, kind.upper(), limits)
    texts = drawn.codes(picture)
    small = drawn.shrunk(picture, limits.preview_px)
    upright = small if turn is None else small.transpose(turn)
    preview, thumbnail = drawn.copies(upright, limits)
    return Looked(
        format=kind,
        n_pages=1,
        qr_texts=tuple(dict.fromkeys(texts))[: limits.n_codes],
        invoice=drawn.invoice_of(texts),
        preview=preview,
        thumbnail=thumbnail,
        picture_hash=hashing.look_hash(upright),
    )


def _decoded(
    data: bytes, plugin: str, limits: Limits
) -> tuple[Image.Image, Image.Transpose | None]:
    """All pixels in RGB or grey, and how to turn them upright. Raises Refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _PLUGINS[plugin](io.BytesIO(data))
            if picture.width * picture.height > limits.pixels:
                raise Refused("too_large")
            turn = _turn(picture)
            picture.load()
            return _plain(picture), turn
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_large") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError) as error:
        text = str(error)
        raise Refused("truncated" if "truncated" in text else "damaged") from error


def _turn(picture: Image.Image) -> Image.Transpose | None:
    try:
        return _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:
        return None


def _plain(picture: Image.Image) -> Image.Image:
    """RGB or L; what is see-through lies on white; 16 bits become 8."""
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return picture.convert("F").point(lambda level: level / 256).convert("L")
    if picture.mode in ("L", "RGB"):
        return picture
    if picture.mode in ("LA", "PA", "RGBA", "P") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture.convert("RGB")


if __name__ == "__main__":
    sys.exit(child.run(look))
