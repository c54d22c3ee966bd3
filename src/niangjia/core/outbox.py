"""Effects after the commit: messages with retries and, after ten failures, a dead letter.

Slow topics (an import, an export) are carried out beside the worker's round, in threads of its own.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models, transaction

from niangjia.core import clock
from niangjia.core.models import OutboxMessage

MAX_ATTEMPTS = 10
_handlers: dict[str, Callable[[Mapping[str, Any]], None]] = {}
_slow: set[str] = set()
log = logging.getLogger(__name__)


def handles(topic: str, *, slow: bool = False) -> Callable[..., Callable[..., None]]:
    """Register the handler of a topic; it must be idempotent (at least once).

    slow: may take long; it looks at `jobs.stopping()` between its batches and raises Interrupted.
    """

    def register(handler: Callable[[Mapping[str, Any]], None]) -> Callable[..., None]:
        _handlers[topic] = handler
        if slow:
            _slow.add(topic)
        return handler

    return register


def put(topic: str, payload: Mapping[str, object]) -> None:
    """Leave a message in the current transaction."""
    OutboxMessage.objects.create(topic=topic, payload=dict(payload), due_at=clock.real_now())


class Interrupted(Exception):
    """The worker stops: the message is carried out again from where it was at the next start."""


class Away(Exception):
    """Whom the handler needs is away for now: it is carried out again every minute, for as long as
    that lasts, and does not count as failed."""


AWAY_S = 60


def _due() -> "models.QuerySet[OutboxMessage]":
    rows = OutboxMessage.objects.filter(failed_at__isnull=True, due_at__lte=clock.real_now())
    return rows.order_by("due_at", "id")


def _carry_out(message: OutboxMessage) -> None:
    try:
        _handlers[message.topic](message.payload)
    except Interrupted:
        return
    except Away as error:
        _put_off(message, error, failed=False)
    except Exception as error:  # a handler's failure of any kind is retried, then kept
        log.exception("outbox %s failed", message.topic)
        _put_off(message, error)
    else:
        with transaction.atomic():
            message.delete()


def _put_off(message: OutboxMessage, error: Exception, *, failed: bool = True) -> None:
    message.attempts += failed
    message.error = f"{type(error).__name__}: {error}"[:200]
    now = clock.real_now()
    seconds = min(2**message.attempts, 3600) if failed else AWAY_S
    message.due_at = now + dt.timedelta(seconds=seconds)
    if message.attempts >= MAX_ATTEMPTS:
        message.failed_at = now
    with transaction.atomic():
        message.save()


class OutboxJob:
    """The worker's part: one due message a turn."""

    name = "outbox"

    def run_once(self) -> bool:
        """True if a message was carried out or put off."""
        message = _due().exclude(topic__in=_slow).first()
        if message is None:
            return False
        _carry_out(message)
        return True

    def mark(self) -> int:
        return 0

    def reached(self, mark: int) -> bool:
        return not _due().exclude(topic__in=_slow).exists()

    def behind(self) -> int:
        """Messages that are due."""
        return _due().exclude(topic__in=_slow).count()


class SlowJob:
    """Slow messages: one at a time per thread, each by one thread only."""

    name = "slow"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[int] = set()

    def run_once(self) -> bool:
        """True if a slow message was carried out, put off or interrupted."""
        with self._lock:
            message = _due().filter(topic__in=_slow).exclude(pk__in=self._under_way).first()
            if message is None:
                return False
            pk = message.pk  # a message that is done and deleted has none
            self._under_way.add(pk)
        try:
            _carry_out(message)
        finally:
            with self._lock:
                self._under_way.discard(pk)
        return True
