"""Short messages behind one adapter. None is built in: a city names its own provider's."""

from typing import Protocol

from django.conf import settings


class Sender(Protocol):
    """Sends a short message to a phone. Raises what makes it worth trying again."""

    def send(self, phone: str, text: str) -> None: ...


class DemonstrationSender:
    """Sends nothing: the demonstration's page shows the code that would have been sent."""

    def send(self, phone: str, text: str) -> None:
        """Nothing goes out."""


_sender: list[Sender] = [DemonstrationSender()] if settings.NIANGJIA_DEMO else []


def provide(sender: Sender) -> None:
    """Make this the sender of the installation."""
    _sender[:] = [sender]


def sender() -> Sender | None:
    return _sender[0] if _sender else None
