"""Slow drills: sheets far larger than an office's, whole files taken or refused."""

import zipfile

import pytest
from bench.workbook import write

from niangjia.blocks.intake.public import Workbook
from niangjia.core.errors import TooLarge
from niangjia.programmes.assistance_ledger.sheet import schema


@pytest.mark.slow
def test_a_sheet_of_200_000_rows_is_taken(tmp_path):
    path = tmp_path / "large.xlsx"
    write(path, 200_000)
    book = Workbook(path, path.name, schema())
    assert sum(not row.problems for row in book) == 200_000
    assert book.summary.n_data == 200_000


def test_a_small_file_that_unpacks_to_hundreds_of_megabytes_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(b" " * 1024 * 1024)
    assert path.stat().st_size < 400_000
    with pytest.raises(TooLarge, match="unpacks"):
        list(Workbook(path, path.name, schema()))
