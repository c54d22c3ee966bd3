"""Files as received go when their days are over, never before, and never those still under way."""

import datetime as dt
import os

import pytest

from niangjia.blocks.intake.models import Upload
from niangjia.blocks.intake.retention import sweep
from niangjia.blocks.intake.storage import file_of
from niangjia.core import clock

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def file(number, days, state=""):
    ref = f"{number:032x}"
    file_of(ref).write_bytes(b"x")
    at = clock.real_now() - dt.timedelta(days=days)
    os.utime(file_of(ref), (at.timestamp(), at.timestamp()))
    if state:
        Upload.objects.create(
            ref=ref, sha256="0", name="a.xlsx", size_bytes=1, received_at=at, state=state, kept=True
        )
    return ref


@pytest.fixture
def files(settings, tmp_path):
    settings.NIANGJIA_HOME = str(tmp_path)
    return {
        "old done": file(1, 31, "done"),
        "new done": file(2, 29, "done"),
        "old under way": file(3, 400, "checked"),
        "old refused": file(4, 31, "refused"),
        "nobody's": file(5, 2),
        "nobody's yet": file(6, 0),
    }


def left(files):
    return {name for name, ref in files.items() if file_of(ref).exists()}


def test_without_days_all_that_belongs_to_an_upload_is_kept(files, settings):
    settings.NIANGJIA_UPLOADS_KEPT_DAYS = 0
    assert sweep() == 1
    assert left(files) == set(files) - {"nobody's"}


def test_after_its_days_a_file_that_ended_is_gone_and_its_upload_stays(files, settings):
    settings.NIANGJIA_UPLOADS_KEPT_DAYS = 30
    assert sweep() == 3
    assert left(files) == {"new done", "old under way", "nobody's yet"}
    assert Upload.objects.count() == 4
