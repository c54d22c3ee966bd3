"""A count of cosignatures beside the key: an older state has counted fewer.

The state commits first, this file follows: a crash between the two leaves the file behind the
state, which is honest; a file ahead of the state is not.
"""

import time
from collections.abc import Callable
from pathlib import Path

from niangjia.witness.files import write_durably

SEEN_FILE = "seen"
EVERY_S = 1.0


class Seen:
    """The file of one folder; written at most once in EVERY_S, and when closed."""

    def __init__(
        self, folder: Path, state_id: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = folder / SEEN_FILE
        self._state_id, self._monotonic = state_id, monotonic
        self._written_at = -EVERY_S
        self._pending: int | None = None

    def read(self) -> int | None:
        """The count; None if there is no such file, or it is of another state."""
        try:
            state_id, count = self._path.read_text("ascii").split()
            return int(count) if state_id == self._state_id else None
        except (OSError, ValueError):
            return None

    def counted(self, n: int) -> None:
        """`n` will be in the file within a second. Raises OSError."""
        self._pending = n
        self.write_if_due()

    def write_if_due(self) -> None:
        if self._monotonic() - self._written_at >= EVERY_S:
            self.write()

    def write(self) -> None:
        """What was counted is in the file, on the disk. Raises OSError."""
        if self._pending is None:
            return
        self._written_at = self._monotonic()
        write_durably(self._path, f"{self._state_id} {self._pending}\n".encode(), 0o600)
        self._pending = None
