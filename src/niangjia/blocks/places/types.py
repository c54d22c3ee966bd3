"""What crosses the door of places."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class County:
    """A county as resolved from a text. code, name: today's; assisted: on the national list."""

    code: str
    name: str
    province: str
    assisted: bool
    district: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """n: rows read; renamed: (listed name, today's name); without_code: names with no code."""

    n: int
    n_new: int
    n_changed: int
    renamed: tuple[tuple[str, str], ...]
    without_code: tuple[str, ...]
