"""The file an import comes from: noted when it begins and when it ends."""

from collections.abc import Mapping, Sequence

from niangjia.blocks.intake.public import Problem, upload_close, upload_open
from niangjia.core.service import NOTHING, service
from niangjia.core.work import Work


@service(permission="purchases.import", records=NOTHING)
def upload_begin(work: Work, /, *, sha256: str, name: str, size_bytes: int) -> str:
    """The file is noted as being taken; returns its ref, the same for the same file."""
    return upload_open(work, sha256=sha256, name=name, size_bytes=size_bytes)


@service(permission="purchases.import", records=NOTHING)
def upload_end(
    work: Work, /, *, ref: str, result: Mapping[str, object], problems: Sequence[Problem]
) -> None:
    """The file is done, with its summary and what kept rows out."""
    upload_close(work, ref=ref, result=result, problems=problems)
