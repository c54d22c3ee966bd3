"""The only spelling of a number and of bytes in the C2SP texts; any other is refused."""

import base64
import binascii
import re

from niangjia.lib.tlog.proofs import MAX_SIZE

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class BadEncoding(ValueError):
    """The text is not in the one form that its specification allows."""


def decimal(text: str) -> int:
    """A size or index: ASCII digits, no leading zero, at most 2^63-1. Raises BadEncoding."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_SIZE:
        raise BadEncoding("not a number of the log")
    return int(text)


def unbase64(text: str, length: int | None = None) -> bytes:
    """Bytes of standard base64 (RFC 4648, 4), padded, canonical. Raises BadEncoding."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadEncoding("not base64") from error
    if to_base64(data) != text or length not in (None, len(data)):
        raise BadEncoding("not base64 of so many bytes")
    return data


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
