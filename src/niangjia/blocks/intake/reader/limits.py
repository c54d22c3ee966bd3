"""How large a file may be, and how it is told that it is not one we take. Django-free."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """file_bytes: as received; xls_bytes: of an old .xls, which is held whole; unpacked_bytes: all
    parts of the zip; columns: furthest one used; cell_chars: a longer text is cut;
    rows: of all sheets; last_row: as a workbook can number it."""

    file_bytes: int = 50 * 1024 * 1024
    xls_bytes: int = 30 * 1024 * 1024
    unpacked_bytes: int = 700 * 1024 * 1024
    ratio: int = 150
    ratio_from_bytes: int = 8 * 1024 * 1024
    columns: int = 256
    cell_chars: int = 4_000
    rows: int = 400_000
    last_row: int = 1_048_576
    memory_bytes: int = 768 * 1024 * 1024
    cpu_s: int = 120


class Refused(Exception):
    """The file is not taken. code: one of intake.texts.FILES; params fill its text."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
