"""Effects after the commit: messages with retries and, after ten failures, a dead letter."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from niangjia.core import clock
from niangjia.core.models import OutboxMessage

MAX_ATTEMPTS = 10
_handlers: dict[str, Callable[[Mapping[str, Any]], None]] = {}
log = logging.getLogger(__name__)


def handles(topic: str) -> Callable[..., Callable[[Mapping[str, Any]], None]]:
    """Register the handler of a topic; it must be idempotent (at least once)."""

    def register(handler: Callable[[Mapping[str, Any]], None]) -> Callable[..., None]:
        _handlers[topic] = handler
        return handler

    return register


def put(topic: str, payload: Mapping[str, object]) -> None:
    """Leave a message in the current transaction."""
    OutboxMessage.objects.create(topic=topic, payload=dict(payload), due_at=clock.real_now())


class OutboxJob:
    """The worker's part: one due message a turn."""

    name = "outbox"

    def run_once(self) -> bool:
        """True if a message was carried out or put off."""
        message = (
            OutboxMessage.objects.filter(failed_at__isnull=True, due_at__lte=clock.real_now())
            .order_by("due_at", "id")
            .first()
        )
        if message is None:
            return False
        try:
            _handlers[message.topic](message.payload)
        except Exception as error:  # a handler's failure of any kind is retried, then kept
            log.exception("outbox %s failed", message.topic)
            self._put_off(message, error)
        else:
            with transaction.atomic():
                message.delete()
        return True

    @staticmethod
    def _put_off(message: OutboxMessage, error: Exception) -> None:
        message.attempts += 1
        message.error = f"{type(error).__name__}: {error}"[:200]
        now = clock.real_now()
        message.due_at = now + dt.timedelta(seconds=min(2**message.attempts, 3600))
        if message.attempts >= MAX_ATTEMPTS:
            message.failed_at = now
        with transaction.atomic():
            message.save()

    def mark(self) -> int:
        return 0

    def reached(self, mark: int) -> bool:
        return not OutboxMessage.objects.filter(
            failed_at__isnull=True, due_at__lte=clock.real_now()
        ).exists()
