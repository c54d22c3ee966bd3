"""Archives (OFD, workbooks) and XML: read without any library in C but zlib. Runs in the child."""

import sys

from niangjia.blocks.evidence.looking import child
from niangjia.blocks.evidence.looking.formats import OLE2, ZIP
from niangjia.blocks.evidence.looking.types import Limits, Looked, Refused
from niangjia.lib.archives import Archive, BadArchive, opened
from niangjia.lib.einvoice import ofd, tree, xml
from niangjia.lib.einvoice.types import Unreadable

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TYPES = "[Content_Types].xml"
_TYPES_BYTES = 1024 * 1024
_WORKBOOK = "spreadsheetml.sheet.main+xml"
_MACRO_TYPES = ("macroenabled", "vbaproject", "activex")
_MACRO_PARTS = ("vbaproject", "xl/macrosheets/", "xl/activex/", "xl/dialogsheets/")
_SIGNED_PARTS = "_xmlsignatures/"


def look(data: bytes, limits: Limits) -> Looked:
    """The document in these bytes. Raises Refused."""
    try:
        if data.startswith(ZIP):
            return _archive(data)
        if data.startswith(OLE2):
            raise Refused("password" if _ENCRYPTED in data else "format_old_office")
        return _xml(data)
    except (Unreadable, BadArchive) as error:
        raise Refused(error.code) from error


def _archive(data: bytes) -> Looked:
    archive = opened(data)
    archive.verify()
    if ofd.is_ofd(archive):
        document = ofd.read_archive(archive)
        return Looked(
            format="ofd",
            n_pages=document.n_pages,
            is_signed=document.signed,
            invoice=document.invoice,
        )
    return _workbook(archive)


def _workbook(archive: Archive) -> Looked:
    if _TYPES not in archive.names:
        raise Refused("unknown_format")
    listed = " ".join(
        one.get("ContentType", "") for one in tree.parse(archive.read(_TYPES, _TYPES_BYTES))
    ).lower()
    names = [name.lower() for name in archive.names]
    if any(word in listed for word in _MACRO_TYPES) or any(
        part in name for name in names for part in _MACRO_PARTS
    ):
        raise Refused("macros")
    if _WORKBOOK not in listed:
        raise Refused("unknown_format")
    sheets = [name for name in names if name.startswith("xl/worksheets/") and "/_rels/" not in name]
    signed = any(name.startswith(_SIGNED_PARTS) for name in names)
    return Looked(format="xlsx", n_pages=len(sheets), is_signed=signed)


def _xml(data: bytes) -> Looked:
    invoice = xml.read(data)
    signed = b"TaxBureauSignature" in data or b"Signature>" in data
    return Looked(format="xml", n_pages=1, is_signed=signed, invoice=invoice)


if __name__ == "__main__":
    sys.exit(child.run(look))
