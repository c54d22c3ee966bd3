"""Files looked at in the limited process: what is said of good ones, and of bad ones."""

import io
import time

import pypdfium2
import pytest
from PIL import Image
from tests import einvoices, evidence_files

from niangjia.blocks.evidence.looking import hashing, pdfs
from niangjia.blocks.evidence.looking.look import look
from niangjia.blocks.evidence.looking.types import PROBLEMS, Limits, Looked, Refused
from niangjia.lib.einvoice.types import Invoice

PHOTO = evidence_files.photo()
DIGITAL = einvoices.digital()
OLDER = einvoices.older()
TEXT = einvoices.qr_text(DIGITAL)


@pytest.fixture
def seen(tmp_path):
    """Looks at bytes; the file is afterwards as it was."""

    def see(data: bytes, **limits) -> Looked:
        path = tmp_path / "received.bin"
        path.write_bytes(data)
        looked = look(path, limits=Limits(**limits))
        assert path.read_bytes() == data
        assert [one.name for one in tmp_path.iterdir()] == ["received.bin"]
        assert looked.problem in PROBLEMS
        return looked

    return see


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_gives_copies_and_a_hash(seen, kind):
    looked = seen(evidence_files.encoded(PHOTO.resize((2400, 1800)), kind))
    assert (looked.format, looked.problem, looked.n_pages) == (kind.lower(), "", 1)
    assert opened(looked.preview).size == (1600, 1200)
    assert opened(looked.thumbnail).size == (320, 240)
    assert len(looked.picture_hash) == 16
    assert (looked.qr_texts, looked.invoice, looked.is_signed) == ((), None, False)


def test_a_small_photo_is_not_made_larger(seen):
    looked = seen(evidence_files.encoded(PHOTO.resize((200, 150))))
    assert opened(looked.preview).size == opened(looked.thumbnail).size == (200, 150)


def test_copies_carry_no_place_no_camera_and_no_comment(seen):
    data = evidence_files.with_notes(PHOTO)
    assert b"SAMPLE CAMERA 7" in data and b"SAMPLE COMMENT" in data
    looked = seen(data)
    assert looked.problem == ""
    for copy in (looked.preview, looked.thumbnail):
        assert b"SAMPLE" not in copy and b"Exif" not in copy
        assert not opened(copy).getexif()
        assert "comment" not in opened(copy).info


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))]
)
def test_copies_are_upright(seen, orientation, corner):
    """The red corner lies top left in the stored pixels; the note says how to turn them."""
    picture = Image.new("RGB", (400, 300), "white")
    picture.paste("red", (0, 0, 100, 100))
    copy = opened(seen(evidence_files.with_notes(picture, orientation)).preview).convert("RGB")
    assert copy.size == ((300, 400) if orientation in (6, 8) else (400, 300))
    x, y = (20 + side * (length - 40) for side, length in zip(corner, copy.size, strict=True))
    red, green, blue = copy.getpixel((x, y))
    assert red > 200 and green < 60 and blue < 60


def test_the_same_photo_compressed_again_is_near_and_another_is_not(seen):
    first = seen(evidence_files.encoded(PHOTO, quality=95)).picture_hash
    again = seen(evidence_files.encoded(PHOTO.resize((800, 600)), quality=40)).picture_hash
    turned = seen(evidence_files.with_notes(PHOTO.transpose(Image.Transpose.ROTATE_90), 6))
    assert hashing.distance(first, again) <= hashing.NEAR
    assert hashing.distance(first, turned.picture_hash) <= hashing.NEAR
    others = [evidence_files.photo(seed=seed) for seed in range(2, 12)]
    far = [hashing.distance(first, hashing.look_hash(one)) for one in others]
    assert min(far) > 2 * hashing.NEAR


def test_a_blank_page_has_no_hash():
    assert hashing.look_hash(Image.new("RGB", (100, 100), "white")) == ""


@pytest.mark.parametrize("turn", [0, 17, 90, 135, 180, 270])
def test_a_code_is_read_however_the_photo_is_turned(seen, turn):
    looked = seen(evidence_files.encoded(evidence_files.paper_photo(TEXT, turn=turn)))
    assert looked.qr_texts == (TEXT,)
    assert looked.invoice is not None
    assert (looked.invoice.number, looked.invoice.source) == (DIGITAL.number, "qr")
    assert looked.invoice.total_with_tax_fen == DIGITAL.with_tax_fen


@pytest.mark.parametrize(("px", "scale"), [(500, 2), (900, 2), (3000, 4), (4800, 8)])
def test_a_code_is_read_in_small_and_in_large_photos(seen, px, scale):
    data = evidence_files.encoded(evidence_files.paper_photo(TEXT, px=px, scale=scale))
    assert seen(data).qr_texts == (TEXT,)


def test_a_code_of_the_older_kind_knows_the_amount_before_tax_only(seen):
    data = evidence_files.encoded(evidence_files.paper_photo(einvoices.qr_text(OLDER)))
    found = seen(data).invoice
    assert isinstance(found, Invoice)
    assert (found.total_fen, found.total_with_tax_fen, found.complete) == (500_000, None, False)


def test_a_pdf_gives_pages_codes_numbers_and_copies(seen):
    lines = ("No. 20112000000000000017", "21010038", "20200306", "123456789", "No 21010038")
    looked = seen(evidence_files.pdf(lines, picture=evidence_files.code(TEXT), n_pages=3))
    assert (looked.format, looked.problem, looked.n_pages) == ("pdf", "", 3)
    assert looked.qr_texts == (TEXT,)
    assert looked.invoice is not None and looked.invoice.number == DIGITAL.number
    assert looked.numbers == ("20112000000000000017", "21010038")
    assert max(opened(looked.preview).size) == 1600
    assert max(opened(looked.thumbnail).size) == 320
    assert (looked.is_signed, looked.picture_hash) == (False, "")


def test_a_scanned_pdf_shows_its_small_code(seen):
    scan = evidence_files.paper_photo(TEXT, px=2400, scale=4)
    looked = seen(evidence_files.pdf((), picture=scan))
    assert looked.qr_texts == (TEXT,)


def test_a_signed_pdf_is_taken_and_said_to_be_signed(seen):
    looked = seen(evidence_files.signed_pdf())
    assert (looked.problem, looked.is_signed) == ("", True)


@pytest.mark.parametrize(
    ("data", "n_pages", "complete"),
    [
        (einvoices.ofd(OLDER, n_pages=2), 2, True),
        (einvoices.ofd(DIGITAL, inside=False), 1, True),
    ],
)
def test_an_ofd_gives_its_invoice(seen, data, n_pages, complete):
    looked = seen(data)
    assert (looked.format, looked.problem, looked.is_signed) == ("ofd", "", True)
    assert looked.n_pages == n_pages
    assert looked.invoice is not None and looked.invoice.complete == complete
    assert looked.preview == b""


def test_an_ofd_without_signatures_says_so(seen):
    assert not seen(einvoices.ofd(OLDER, signed=False)).is_signed


def test_an_xml_invoice_crosses_the_pipe_whole(seen):
    from niangjia.lib.einvoice import xml

    data = einvoices.digital_xml(einvoices.red(einvoices.two_lines(), "20112000000000000099"))
    looked = seen(data)
    assert (looked.format, looked.is_signed) == ("xml", True)
    assert looked.invoice == xml.read(data)


def test_a_workbook_gives_its_sheets(seen):
    looked = seen(evidence_files.workbook())
    assert (looked.format, looked.problem, looked.n_pages) == ("xlsx", "", 2)


JPEG = evidence_files.encoded(PHOTO)
PNG = evidence_files.encoded(PHOTO, "PNG")
PDF = evidence_files.pdf()
OFD = einvoices.ofd(OLDER)
JAVASCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
TYPES = (
    '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>'
)
LAUNCH = b"<</S/Launch/F(calc.exe)>>"
BAD = {
    "nothing": (b"", "empty"),
    "half an OFD": (OFD[: len(OFD) // 2], "truncated"),
    "half a JPEG": (JPEG[: len(JPEG) // 2], "truncated"),
    "half a PNG": (PNG[: len(PNG) // 2], "truncated"),
    "half a PDF": (PDF[: len(PDF) // 2], "truncated"),
    "a PDF cut in its second edition": (PDF + b"7 0 obj\n<</A 1", "truncated"),
    "a locked PDF": (evidence_files.pdf(password=b"secret"), "password"),
    "a script called a picture": (b"#!/bin/sh\nrm -rf /\n", "not_what_it_says"),
    "a page called a picture": (b"\n<!DOCTYPE html><script>1</script>", "not_what_it_says"),
    "a program": (b"MZ" + bytes(100), "not_what_it_says"),
    "a JPEG that is a script": (JPEG[:4] + b"/*" + JPEG[6:], "not_what_it_says"),
    "a script after a JPEG": (JPEG + b"<script>1</script>", "not_what_it_says"),
    "an archive after a JPEG": (JPEG + OFD, "not_what_it_says"),
    "a script in a JPEG's comment": (
        evidence_files.encoded(PHOTO, comment=b"<ScRipt>1</script>"),
        "not_what_it_says",
    ),
    "a program after a PNG": (PNG + b"#!/bin/sh", "not_what_it_says"),
    "a script in a PNG": (
        evidence_files.png_with_text(PHOTO, b"<script>1</script>"),
        "not_what_it_says",
    ),
    "something before a PDF": (b"<b>1</b>" + PDF, "not_what_it_says"),
    "an archive after a PDF": (PDF + OFD, "not_what_it_says"),
    "something after an OFD": (OFD + b"<script>", "not_what_it_says"),
    "a PDF with a script": (
        evidence_files.pdf(catalog=b"/OpenAction 10 0 R", extra=(JAVASCRIPT,)),
        "active_content",
    ),
    "a PDF with a script by another name": (
        evidence_files.pdf(
            catalog=b"/OpenAction 10 0 R", extra=(b"<</S/J#61vaScript/J#53(app.alert\\(1\\))>>",)
        ),
        "active_content",
    ),
    "a PDF with a packed script": (
        evidence_files.pdf(extra=(evidence_files.packed_objects(JAVASCRIPT),)),
        "active_content",
    ),
    "a PDF that starts a program": (
        evidence_files.pdf(
            page=b"/Annots[10 0 R]",
            extra=(b"<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A" + LAUNCH + b">>",),
        ),
        "active_content",
    ),
    "a workbook with macros": (
        einvoices.zipped(
            {
                "[Content_Types].xml": '<Types><Override ContentType="application/vnd.ms-excel.'
                'sheet.macroEnabled.main+xml"/></Types>',
                "xl/vbaProject.bin": b"\0",
            }
        ),
        "macros",
    ),
    "a locked workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "format_old_office"),
    "another archive": (einvoices.zipped({"a.txt": b"1"}), "unknown_format"),
    "a document": (
        einvoices.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>"}),
        "unknown_format",
    ),
    "a picture that unpacks without end": (evidence_files.bomb_png(), "too_large"),
    "an archive that unpacks without end": (
        einvoices.zipped({"OFD.xml": b"<a>" + b" " * (30 << 20)}),
        "too_large",
    ),
    "a photo of a phone": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "format_heic"),
    "a film": (b"\0\0\0\x18ftypmp42\0\0\0\0", "format_video"),
    "a moving photo": (JPEG + b"\0\0\0\x18ftypmp42" + bytes(100), "format_video"),
    "a PDF with pages that are not there": (
        PDF.replace(b"/Count 1/Kids[4 0 R]", b"/Count 9/Kids[4 0 R]"),
        "damaged",
    ),
    "a WebP": (evidence_files.encoded(PHOTO, "WEBP"), "format_webp"),
    "a GIF": (evidence_files.encoded(PHOTO, "GIF"), "format_picture"),
    "entities": (b'<!DOCTYPE a [<!ENTITY b "c">]><EInvoice>&b;</EInvoice>', "dangerous_xml"),
    "another XML": (b"<?xml version='1.0'?><order/>", "not_an_invoice"),
    "text": ("采购清单".encode(), "unknown_format"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_a_problem_and_nothing_else(seen, name):
    data, problem = BAD[name]
    looked = seen(data)
    assert looked == Looked(format=looked.format, problem=problem)


def test_a_file_of_30_megabytes_is_not_even_opened(seen):
    started = time.process_time()
    assert seen(b"\xff\xd8\xff" + bytes(30 << 20)).problem == "too_large"
    assert time.process_time() - started < 1


def test_a_picture_with_damaged_pixels_is_refused(seen):
    data = bytearray(PNG)
    data[len(data) // 2] ^= 0xFF
    assert seen(bytes(data)).problem == "damaged"


def test_a_workbook_with_a_damaged_sheet_is_refused(seen):
    members = {"[Content_Types].xml": TYPES, "xl/worksheets/sheet1.xml": "<a>" + "1" * 999}
    data = einvoices.zipped(members)
    assert seen(data).problem == ""
    place = data.index(b"sheet1.xml") + 20
    damaged = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
    assert seen(damaged).problem == "damaged"


def test_pdfium_tells_of_programs_that_the_bytes_hide():
    document = pypdfium2.PdfDocument(BAD["a PDF that starts a program"][0])
    with pytest.raises(Refused) as refused:
        pdfs._refuse_actions(document[0])
    assert refused.value.code == "active_content"
    assert pdfs._refuse_actions(pypdfium2.PdfDocument(PDF)[0]) is None


def test_a_second_picture_after_the_first_is_what_phones_do(seen):
    assert seen(JPEG + evidence_files.encoded(PHOTO.resize((160, 120)))).problem == ""


def test_a_pdf_with_an_empty_password_opens_for_everyone(seen):
    assert seen(evidence_files.pdf(password=b"")).problem == ""


def test_notes_of_a_camera_that_make_no_sense_do_not_matter(seen):
    data = evidence_files.encoded(PHOTO, exif=b"Exif\0\0" + b"\xff" * 50)
    assert seen(data).problem == ""


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "CMYK", "I;16"])
def test_every_kind_of_pixels_is_drawn(seen, mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = PHOTO.convert("L") if mode == "I;16" else PHOTO
    looked = seen(evidence_files.encoded(source.convert(mode), kind))
    assert looked.problem == ""
    assert opened(looked.preview).size == PHOTO.size
