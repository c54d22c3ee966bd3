"""The parts of an OFD file: where a name leads, and a part as XML."""

from posixpath import join, normpath
from xml.etree.ElementTree import Element

from niangjia.lib.archives import Archive
from niangjia.lib.einvoice import tree


def places(file: str, *folders: str) -> list[str]:
    """Where a file may lie: writers count from the listing's folder, the document's, or the top."""
    if not file:
        return []
    if file.startswith("/"):
        return [normpath(file.lstrip("/"))]
    return [normpath(join(folder, file)) for folder in (*folders, "")]


def member(archive: Archive, name: str) -> str | None:
    """The member of that name, whatever its case."""
    low = name.lower()
    return next((one for one in archive.names if one.lower() == low), None)


def part(archive: Archive, name: str) -> Element | None:
    """A member as XML; None if there is none. Raises Unreadable, BadArchive."""
    found = member(archive, name)
    return None if found is None else tree.parse(archive.read(found, tree.MAX_BYTES))
