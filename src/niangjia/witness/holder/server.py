"""The key holder over HTTP: GET /keys, POST /evaluate/<label>. It sees blinded elements only."""

import json
import socket
from dataclasses import asdict
from http.server import ThreadingHTTPServer
from typing import cast

from niangjia.lib import voprf
from niangjia.witness.connection import WitnessHandler
from niangjia.witness.cosigner import Answer
from niangjia.witness.holder.keys import Folder, Gone, TooMany, Unknown

BYTES_TYPE = "application/octet-stream"
MAX_BYTES = voprf.MAX_BATCH * voprf.ELEMENT
EVALUATE = "/evaluate/"


class HolderServer(ThreadingHTTPServer):
    """Listens at an address. Raises OSError."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], folder: Folder) -> None:
        self.folder = folder
        super().__init__(address, HolderHandler)

    def server_bind(self) -> None:
        """As the library's, but it asks no name server who this machine is."""
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # back at once at its port
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]


class HolderHandler(WitnessHandler):
    """One connection, bounded as the witness's are."""

    server_version = "niangjia-keyholder"

    @property
    def _folder(self) -> Folder:
        return cast("HolderServer", self.server).folder

    def do_GET(self) -> None:  # noqa: N802 - the library calls it
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self._say(Answer(200, b"ok\n"))
        elif path != "/keys":
            self._say(Answer(404, b"no such page\n"))
        elif self._is_admitted():
            found = [asdict(self._folder.held(label)) for label in self._folder.labels()]
            self._say(Answer(200, json.dumps(found).encode(), "application/json"))

    def do_POST(self) -> None:  # noqa: N802
        path, length = self.path.partition("?")[0], self._length()
        if not path.startswith(EVALUATE):
            self._refuse(None, 404, "no such page")
        elif length is None or length > MAX_BYTES:
            self._refuse(None, 413, "1 to 1000 elements at a time")
        elif self._is_admitted():
            body = self.rfile.read(length)
            if len(body) == length:
                self._say(self._evaluated(path.removeprefix(EVALUATE), body))
            else:
                self.close_connection = True

    def _is_admitted(self) -> bool:
        shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._folder.admits(shown):
            return True
        self._refuse(None, 401, "not admitted")
        return False

    def _evaluated(self, label: str, body: bytes) -> Answer:
        """The evaluated elements, then the proof."""
        elements = [body[at : at + voprf.ELEMENT] for at in range(0, len(body), voprf.ELEMENT)]
        try:
            found = self._folder.evaluate(label, elements)
        except Unknown:
            return Answer(404, b"no such key\n")
        except Gone:
            return Answer(410, b"the key was destroyed\n")
        except TooMany:
            return Answer(429, b"more than a day's elements\n", retry_after_s=3600)
        except voprf.Bad as error:
            return Answer(400, f"{error}\n".encode())
        return Answer(200, b"".join(found.elements) + found.proof, BYTES_TYPE)
