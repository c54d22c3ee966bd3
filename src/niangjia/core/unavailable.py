"""Faults of the machine that a person can mend, told as such: no space, no database."""

import errno

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Unavailable

FULL = ("disk is full", "no space left", "disk i/o error", "could not extend file")
AWAY = ("is locked", "unable to open", "readonly database", "connection")
CROSSED = frozenset({"40001", "40P01"})  # serialization failure, deadlock
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def unavailable(error: BaseException) -> Unavailable | None:
    """The error that a person sees for a full disk or a silent database; None for all others.

    Known by errno, or by what SQLite and PostgreSQL say (SQLSTATE 53100, 08xxx, 57Pxx,
    CROSSED).
    """
    if isinstance(error, OSError):
        return _full() if error.errno in NO_SPACE else None
    if not isinstance(error, DatabaseError):
        return None
    said = str(error).lower()
    state = getattr(error.__cause__, "sqlstate", None) or ""
    if state == "53100" or any(words in said for words in FULL):
        return _full()
    if state in CROSSED:
        return Unavailable(
            _(
                "Others changed the same records at this moment. The last step was not taken; "
                "please repeat it. Nothing is taken twice."
            ),
            code="busy",
        )
    if state.startswith(("08", "57P")) or any(words in said for words in AWAY):
        return Unavailable(
            _(
                "The database does not answer. What was taken before stays. Try again shortly; if "
                "that does not help, call the operator."
            ),
            code="database_away",
        )
    return None


def _full() -> Unavailable:
    return Unavailable(
        _(
            "The disk is full. The last step was not taken, what was taken before stays. Make "
            "space (or ask the operator to) and repeat; nothing is taken twice."
        ),
        code="disk_full",
    )
