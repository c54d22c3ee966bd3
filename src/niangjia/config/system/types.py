"""What the operator is told."""

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Light:
    """One thing looked at. name: stable, for programs; title, text: what and how it is; todo: what
    to do, empty if nothing."""

    name: str
    title: str
    state: State
    text: str
    todo: str = ""
