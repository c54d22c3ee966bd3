"""A key holder over loopback, as a department runs it."""

import contextlib
import threading

from niangjia.witness.holder.keys import Folder
from niangjia.witness.holder.server import HolderServer


class Holder:
    """Runs until stopped; `settings`: pytest-django's, pointed at it."""

    def __init__(self, path, settings):
        self.folder = Folder(path)
        self._settings = settings
        self._server = None
        self.port = 0

    def start(self):
        self._server = HolderServer(("127.0.0.1", self.port), self.folder)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self._settings.NIANGJIA_KEYHOLDER_URL = f"http://127.0.0.1:{self.port}"
        self._settings.NIANGJIA_KEYHOLDER_TOKEN_FILE = str(self.folder.path / "token")
        return self

    def stop(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextlib.contextmanager
def holding(path, settings, *labels):
    """A holder with a key of each label."""
    found = Holder(path, settings)
    for label in labels:
        found.folder.make(label)
    try:
        yield found.start()
    finally:
        found.stop()
