"""Files as people hand them in, good and bad, made on the spot: photos, PDF files, workbooks."""

import hashlib
import io
import random
import struct
import zlib

import segno
import xlsxwriter
from PIL import Image, ImageDraw, ImageFilter

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def photo(width: int = 1200, height: int = 900, seed: int = 1) -> Image.Image:
    """A picture with forms in it, another one for each seed."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (width, height), (rng.randrange(90, 200),) * 3)
    pen = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = rng.randrange(width), rng.randrange(height)
        w, h = rng.randrange(width // 3), rng.randrange(height // 3)
        pen.ellipse((x, y, x + w, y + h), fill=tuple(rng.randrange(256) for _ in range(3)))
    return picture


def code(text: str, scale: int = 6) -> Image.Image:
    """A QR code with its white border; scale: pixels of a module."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def paper_photo(text: str, *, px: int = 1600, scale: int = 4, turn: float = 0.0) -> Image.Image:
    """A photo of a sheet with a QR code at its top left, slightly out of focus."""
    sheet = Image.new("RGB", (px, px * 3 // 4), "white")
    pen = ImageDraw.Draw(sheet)
    for row in range(12):
        y = px // 3 + row * px // 32
        pen.line((px // 10, y, px * 9 // 10, y), fill=(120, 120, 120), width=2)
    sheet.paste(code(text, scale), (px // 20, px // 20))
    turned = sheet.rotate(turn, expand=True, fillcolor=(90, 80, 70))
    return turned.filter(ImageFilter.GaussianBlur(0.6))


def encoded(picture: Image.Image, kind: str = "JPEG", **options) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def with_notes(picture: Image.Image, orientation: int = 1) -> bytes:
    """A JPEG with camera, place and orientation in its EXIF, and a comment."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0110] = "SAMPLE CAMERA 7"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 20.0), 3: "E", 4: (116.0, 23.0, 30.0)})
    return encoded(picture, "JPEG", exif=exif, comment=b"SAMPLE COMMENT", quality=90)


def bomb_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of few bytes that unpacks to 7.5 gigabytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def png_with_text(picture: Image.Image, note: bytes) -> bytes:
    """A PNG with a text chunk after its head."""
    data = encoded(picture, "PNG")
    return data[:33] + _chunk(b"tEXt", b"Comment\x00" + note) + data[33:]


def _chunk(name: bytes, data: bytes = b"") -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum


def pdf(
    lines: tuple[str, ...] = ("SAMPLE",),
    *,
    picture: Image.Image | None = None,
    n_pages: int = 1,
    extra: tuple[bytes, ...] = (),
    catalog: bytes = b"",
    page: bytes = b"",
    password: bytes | None = None,
) -> bytes:
    """A PDF with lines of ASCII and a picture on each page; extra: further objects, the first is
    number 10; catalog, page: entries added to those dictionaries; password: to open it, which may
    be empty (only printing is then locked)."""
    drawing = b" ".join(
        b"BT /F1 14 Tf 60 %d Td (%s) Tj ET" % (700 - 20 * row, line.encode())
        for row, line in enumerate(lines)
    )
    jpeg = encoded(picture or Image.new("RGB", (8, 8), "white"), "JPEG", quality=92)
    size = picture.size if picture else (8, 8)
    if picture:
        share = min(480 / size[0], 600 / size[1])
        box = (size[0] * share, size[1] * share)
        drawing += b" q %f 0 0 %f 60 60 cm /P Do Q" % box
    kids = b" ".join(b"4 0 R" for _ in range(n_pages))
    image = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB" % size
    image += b"/BitsPerComponent 8/Filter/DCTDecode/Length %d>>" % len(jpeg)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (n_pages, kids),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        4: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R"
        b"/Resources<</Font<</F1 3 0 R>>/XObject<</P 6 0 R>>>>" + page + b">>",
        5: stream(drawing),
        6: image + b"stream\n" + jpeg + b"\nendstream",
    }
    objects |= {10 + no: body for no, body in enumerate(extra)}
    return _file(objects, b"" if password is None else _locked(password))


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def signed_pdf() -> bytes:
    """A PDF with a filled signature field (the signature itself is zeroes)."""
    return pdf(
        ("SIGNED SAMPLE",),
        catalog=b"/AcroForm<</SigFlags 3/Fields[10 0 R]>>",
        page=b"/Annots[10 0 R]",
        extra=(
            b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 0 0]/P 4 0 R/V 11 0 R>>",
            b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached"
            b"/ByteRange[0 100 200 100]/Contents<" + b"00" * 64 + b">>>",
        ),
    )


def packed_objects(body: bytes) -> bytes:
    """A stream of objects that holds one, number 20."""
    data = zlib.compress(b"20 0 " + body)
    return stream(data, b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode")


def _file(objects: dict[int, bytes], encrypt: bytes) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    if encrypt:
        objects = objects | {9: encrypt}
    for no, body in objects.items():
        places[no] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (no, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for no, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (no, place)
    ends = b"/Encrypt 9 0 R/ID[<%s><%s>]" % (b"11" * 16, b"11" * 16) if encrypt else b""
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (max(objects) + 1, ends)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _locked(password: bytes) -> bytes:
    """The entry of the standard handler, revision 2 (ISO 32000-1, 7.6.3): only this password."""
    padded = (password + _PAD)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + b"\x11" * 16).digest()[:5]
    user = _rc4(key, _PAD)
    hexed = owner.hex().encode(), user.hex().encode()
    return b"<</Filter/Standard/V 1/R 2/Length 40/P -4/O<%s>/U<%s>>>" % hexed


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def workbook(*, macros: bool = False) -> bytes:
    """A workbook of two sheets."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for _ in range(2):
        book.add_worksheet().write(0, 0, "样例")
    if macros:
        book.add_vba_project(io.BytesIO(b"\0" * 100), is_stream=True)
        book.filename = out
    book.close()
    return out.getvalue()
