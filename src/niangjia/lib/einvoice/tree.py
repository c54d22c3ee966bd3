"""XML from strangers as a tree of bounded size, without document types, entities or look-ups."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from niangjia.lib.einvoice.types import Unreadable

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 60
MAX_ELEMENTS = 100_000
_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["'](gb[k0-9]*)["'][^>]*\?>""", re.IGNORECASE
)


class _Bounded(TreeBuilder):
    """Stops at the first element too many or too deep."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._n_elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._n_elements += 1
        if self._depth > MAX_DEPTH or self._n_elements > MAX_ELEMENTS:
            raise Unreadable("too_large")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(data: bytes) -> Element:
    """The root element. Raises Unreadable (too_large, dangerous_xml, damaged, truncated)."""
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large")
    data = _in_utf8(data)
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise Unreadable("dangerous_xml") from error
    except ParseError as error:
        raise Unreadable("truncated" if _ends_early(error, data) else "damaged") from error
    except (ValueError, LookupError, AssertionError) as error:  # unknown encodings, odd names
        raise Unreadable("damaged") from error
    return root


def local(element: Element) -> str:
    """The name without its namespace, in small letters: writers differ in both."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def child(element: Element | None, *names: str) -> Element | None:
    """The first child of one of these names (small letters)."""
    return next((one for one in children(element) if local(one) in names), None)


def children(element: Element | None) -> Iterator[Element]:
    return iter(()) if element is None else iter(element)


def texts(element: Element | None) -> dict[str, str]:
    """Texts of the children by name; the first counts where a name comes twice."""
    found: dict[str, str] = {}
    for one in children(element):
        if (text := (one.text or "").strip()) and local(one) not in found:
            found[local(one)] = text
    return found


def first(found: dict[str, str], *names: str) -> str:
    """The first that is there, else an empty text."""
    return next((found[name] for name in names if name in found), "")


def _in_utf8(data: bytes) -> bytes:
    """expat reads no GBK, which older tax software writes."""
    match = _DECLARED.match(data)
    if match is None:
        return data
    try:
        return data[match.end() :].decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise Unreadable("damaged") from error


def _ends_early(error: ParseError, data: bytes) -> bool:
    """Whether the document simply stops: no element found, or one still open at the end."""
    return bool(data.strip()) and error.code in (3, 5)  # XML_ERROR_NO_ELEMENTS, UNCLOSED_TOKEN
