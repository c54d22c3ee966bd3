"""One HTTP/1.1 connection of the witness: what may be asked, and no more, in bounded time."""

import io
import json
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from niangjia.lib.tlog.request import MAX_BYTES
from niangjia.witness.cosigner import TEXT_TYPE, Answer, Witness

if TYPE_CHECKING:
    from niangjia.witness.server import WitnessServer

REQUEST_S = 10.0  # to send a request whole, or to send none: then the connection ends
DRAIN_S, DRAIN_BYTES = 2.0, 4 * 2**20
ADD, STATUS, LATEST = "add-checkpoint", "status.json", "checkpoint"


class InTime(io.RawIOBase):
    """What a client sends, as long as the whole request comes before the deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request took too long")
        self._connection.settimeout(left)
        n = self._connection.recv_into(buffer)
        self._connection.settimeout(REQUEST_S)
        return n


class WitnessHandler(BaseHTTPRequestHandler):
    """POST add-checkpoint, GET <hash of origin>/checkpoint, status.json, /healthz."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # so that a bad first line is answered with a status
    server_version = "niangjia-witness"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = REQUEST_S

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._in_time = InTime(self.connection)
        self.rfile = io.BufferedReader(self._in_time)

    def handle_one_request(self) -> None:
        self._in_time.until = time.monotonic() + REQUEST_S
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the library's line names the client's address."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library refuses before it is a request of ours."""
        self.close_connection = True
        self._say(Answer(code, f"{message or 'this cannot be done'}\n".encode()))
        self._drain()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthz":
            broken = any(one.broken for one in self._witnesses.values())
            self._say(Answer(503, b"broken\n") if broken else Answer(200, b"ok\n"))
            return
        witness, rest = self._found(path)
        if witness is None or rest == ADD:
            self._say(Answer(405, b"POST\n") if rest == ADD else Answer(404, b"no such page\n"))
        elif rest == STATUS:
            body = json.dumps(witness.status(), ensure_ascii=False, indent=1).encode()
            self._say(Answer(200, body, "application/json"))
        else:
            mark, _gap, name = rest.partition("/")
            note = witness.latest(mark) if name == LATEST else None
            self._say(Answer(404, b"no such page\n") if note is None else Answer(200, note))

    def do_POST(self) -> None:
        witness, rest = self._found(self.path.partition("?")[0])
        length = self._length()
        if witness is None or rest != ADD:
            self._refuse(None, 404, "no such page")
        elif length is None:
            self._refuse(witness, 411, "the length of the request has to be given, once")
        elif length > MAX_BYTES:
            self._refuse(witness, 413, "the request is too long")
        else:
            body = self.rfile.read(length)
            if len(body) == length:
                self._say(witness.add_checkpoint(body))
            else:
                self.close_connection = True

    @property
    def _witnesses(self) -> dict[str, Witness]:
        return cast("WitnessServer", self.server).witnesses

    def _found(self, path: str) -> tuple[Witness | None, str]:
        """(witness of the prefix, what follows it)."""
        only = self._witnesses.get("")
        if only is not None:
            return only, path.removeprefix("/")
        prefix, _gap, rest = path.removeprefix("/").partition("/")
        return self._witnesses.get(unquote(prefix)), rest

    def _length(self) -> int | None:
        given = self.headers.get_all("Content-Length") or []
        plain = len(given) == 1 and given[0].isascii() and given[0].isdigit()
        if not plain or len(given[0]) > 18 or "Transfer-Encoding" in self.headers:
            return None
        return int(given[0])

    def _refuse(self, witness: Witness | None, status: int, why: str) -> None:
        """Refused without reading the body, so the connection ends."""
        if witness is not None:
            witness.refused(status, why)
        self.close_connection = True
        self._say(Answer(status, f"{why}\n".encode()))
        self._drain()

    def _say(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type or TEXT_TYPE)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if answer.retry_after_s:
            self.send_header("Retry-After", str(answer.retry_after_s))
        if answer.status == 405:
            self.send_header("Allow", "POST")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def _drain(self) -> None:
        """Read on for a moment: bytes left unread would cut the answer off on its way."""
        self._in_time.until = time.monotonic() + DRAIN_S
        left = DRAIN_BYTES
        try:
            self.connection.shutdown(socket.SHUT_WR)
            while left > 0 and (got := self.rfile.read1(65536)):
                left -= len(got)
        except OSError:
            return
