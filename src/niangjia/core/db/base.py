"""SQLite with a turn: every transaction takes its place with a file lock before BEGIN.

SQLite's polling busy handler starves writers (p99 over 1 s with 16 of them); a kernel lock queues
them. In-memory databases skip it. kill -9 of the holder frees the turn.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper as SQLiteWrapper


class DatabaseWrapper(SQLiteWrapper):
    """Django's SQLite backend whose transactions wait for `<database>-turn`."""

    _turn_fd: int | None = None
    _turn_held = False

    def _turn_path(self) -> str | None:
        name = str(self.settings_dict["NAME"])
        return None if name == ":memory:" or "mode=memory" in name else f"{name}-turn"

    def _take_turn(self) -> None:
        path = self._turn_path()
        if path is None or self._turn_held:
            return
        if self._turn_fd is None:
            self._turn_fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._turn_fd, fcntl.LOCK_EX)
        self._turn_held = True

    def _leave_turn(self) -> None:
        if self._turn_held and self._turn_fd is not None:
            fcntl.flock(self._turn_fd, fcntl.LOCK_UN)
        self._turn_held = False

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_turn()
            raise

    def _commit(self) -> Any:
        result = super()._commit()  # type: ignore[misc]
        self._leave_turn()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_turn()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._leave_turn()
            if self._turn_fd is not None:
                os.close(self._turn_fd)
                self._turn_fd = None
