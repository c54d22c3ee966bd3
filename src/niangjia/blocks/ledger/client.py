"""Asking a witness over HTTP (C2SP tlog-witness). Knows no database; obeys no redirect."""

import contextlib
import http.client
import socket
import time
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from niangjia.lib.tlog.request import SIZE_TYPE

TIMEOUT_S = 2.0
MAX_ANSWER = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """status: 0 if there was none. detail: why there was none, or a redirect's target."""

    status: int
    body: bytes = b""
    detail: str = ""
    kind: str = ""

    @property
    def size(self) -> int | None:
        """The size a 409 states; None if it states none as the specification asks."""
        text = self.body.decode("ascii", "replace")
        number = text.removesuffix("\n")
        if self.kind.split(";")[0] != SIZE_TYPE or not number.isascii() or not number.isdigit():
            return None
        return int(number) if len(number) < 20 and number == str(int(number)) else None


class Line:
    """A connection to one witness, kept open between requests; used by one thread at a time."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        self._https = parts.scheme == "https"
        self._host, self._prefix = parts.netloc.rpartition("@")[2], parts.path
        self._open: http.client.HTTPConnection | None = None

    def submit(self, body: bytes) -> Answer:
        """What the witness answers to an add-checkpoint."""
        return self._ask("POST", f"{self._prefix}/add-checkpoint", body)

    def latest(self, origin: str) -> Answer:
        """The checkpoint of that origin which it cosigned last, by the monitoring endpoint."""
        return self._ask("GET", f"{self._prefix}/{sha256(origin.encode()).hexdigest()}/checkpoint")

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None

    def abort(self) -> None:
        """From another thread: whoever waits for an answer here waits no longer."""
        kept = self._open.sock if self._open is not None else None
        if kept is not None:
            with contextlib.suppress(OSError):
                kept.shutdown(socket.SHUT_RDWR)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        kept = self._open is not None
        answer = self._once(method, path, body)
        if answer.status == 0 and kept:  # what was kept open may have been closed meanwhile
            answer = self._once(method, path, body)
        return answer

    def _once(self, method: str, path: str, body: bytes | None) -> Answer:
        deadline = time.monotonic() + TIMEOUT_S
        try:
            if self._open is None:
                kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
                self._open = kind(self._host, timeout=TIMEOUT_S)
            self._open.request(method, path, body, {"Content-Type": "text/plain"})
            found = self._open.getresponse()
            data = _within(found, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return Answer(0, detail=f"{type(error).__name__}: {error}"[:200])
        if found.will_close or found.status >= 500:
            self.close()
        told = found.headers.get("Location", "")[:200] if 300 <= found.status < 400 else ""
        return Answer(found.status, data, told, found.headers.get("Content-Type", ""))


def _within(found: http.client.HTTPResponse, deadline: float) -> bytes:
    """The whole answer. Raises ValueError if it is too long or too slow."""
    data = bytearray()
    while part := found.read1(65536):
        data += part
        if len(data) > MAX_ANSWER or time.monotonic() > deadline:
            raise ValueError("the answer is too long or too slow")
    with contextlib.suppress(OSError):
        found.read()
    return bytes(data)
