"""A workbook's rows as texts, for files that are no table of ours: statements with their titles."""

from collections.abc import Iterator
from pathlib import Path

from niangjia.blocks.intake import texts
from niangjia.blocks.intake.cells import shown
from niangjia.blocks.intake.reader import stream
from niangjia.blocks.intake.reader.limits import Limits, Refused


def plain_rows(
    path: Path, name: str, limits: Limits | None = None
) -> Iterator[tuple[str, int, list[str]]]:
    """(sheet, row number, cells as a person reads them) of every row that holds something.

    Read in the limited child process. Raises core Invalid or TooLarge with a text for the user.
    """
    try:
        for one in stream.messages(path, name, limits or Limits()):
            for row_no, cells in one.rows:
                yield one.sheet, row_no, [shown(cell) for cell in cells]
    except Refused as refused:
        raise texts.refusal(refused) from refused
