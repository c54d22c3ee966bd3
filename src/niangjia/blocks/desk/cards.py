"""Cards of the desk's first page: declared once by the room that fills them, for whoever may."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from niangjia.core.actor import Actor


@dataclass(frozen=True, slots=True)
class CardLine:
    """text: what is counted; value: as shown; href: where it leads; is_late: in red, with words."""

    text: str
    value: str
    href: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class DeskCard:
    """title: in the reader's language; lines: in the order shown."""

    title: str
    lines: Sequence[CardLine]


Make = Callable[[Actor], DeskCard | None]
_makers: list[tuple[str, Make]] = []


def desk_card(permission: str, make: Make) -> None:
    """Whoever holds the permission sees what `make` gives, if it gives anything."""
    _makers.append((permission, make))


def cards_for(actor: Actor) -> list[DeskCard]:
    """The cards of an actor's hat."""
    found = [make(actor) for permission, make in _makers if actor.may(permission)]
    return [card for card in found if card is not None]
