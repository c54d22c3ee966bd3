"""The witness as a web server: several identities in one process, few connections, no addresses."""

import signal
import socket
import threading
import traceback
from collections.abc import Mapping, Sequence
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import FrameType

from niangjia.witness.connection import WitnessHandler
from niangjia.witness.cosigner import Witness, complain
from niangjia.witness.files import write_durably
from niangjia.witness.language import say

MAX_CONNECTIONS = 64
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 10\r\n"
    b"Connection: close\r\n\r\n"
)


class WitnessServer(ThreadingHTTPServer):
    """witnesses: by prefix; one alone has the empty prefix."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], witnesses: Mapping[str, Witness]) -> None:
        """Listens. Raises OSError."""
        self.witnesses = dict(witnesses)
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, WitnessHandler)

    def server_bind(self) -> None:
        """As the library's, but it asks no name server who this machine is."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: object, client_address: object) -> None:
        if not isinstance(request, socket.socket):
            return
        if not self._places.acquire(blocking=False):
            self._turn_away(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()

    def _turn_away(self, request: socket.socket) -> None:
        try:
            request.settimeout(1)
            request.sendall(_FULL)
        except OSError:
            complain(error=say("a connection more than allowed"))
        finally:
            self.shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A fault of the program in one connection. The library would print the address."""
        complain(error=say("a fault of the program"), detail=traceback.format_exc())

    def service_actions(self) -> None:
        for witness in self.witnesses.values():
            witness.tick()


def prefixes(folders: Sequence[Path]) -> list[str]:
    """The prefix of each: empty for one, else the folder's name. Raises ValueError if two agree."""
    if len(folders) == 1:
        return [""]
    names = [folder.resolve().name for folder in folders]
    if len(set(names)) != len(names) or "healthz" in names:
        raise ValueError("each folder needs a name of its own")
    return names


def run(server: WitnessServer, port_file: Path | None) -> None:
    """Serves until SIGTERM or SIGINT, then closes all states."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if port_file is not None:
        write_durably(port_file, f"{server.server_port}\n".encode())
    try:
        server.serve_forever()
    finally:
        server.server_close()
        for witness in server.witnesses.values():
            witness.close()
