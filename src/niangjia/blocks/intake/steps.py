"""Steps that a programme takes in its own Work to keep what became of a file."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.models import RowProblem, Upload
from niangjia.blocks.intake.types import Problem
from niangjia.core.errors import NotFound
from niangjia.core.work import Work

KEPT_PROBLEMS = 20_000


def upload_open(work: Work, *, sha256: str, name: str, size_bytes: int) -> str:
    """The file is noted as being taken; the same file of the same organisation keeps its ref."""
    known = Upload.objects.filter(sha256=sha256, kept=False, **_own(work)).first()
    if known is not None:
        Upload.objects.filter(pk=known.pk).update(state="taking")
        return known.ref
    upload = Upload.objects.create(
        ref=work.new_id(),
        sha256=sha256,
        name=name[:200],
        size_bytes=size_bytes,
        organisation_id=work.actor.organisation_id,
        login_id=work.actor.login_id,
        received_at=work.at,
    )
    return upload.ref


def _own(work: Work) -> dict[str, int | None]:
    """Files of the actor's organisation; those of none where the system acts."""
    return {"organisation_id": work.actor.organisation_id}


def upload_close(
    work: Work, *, ref: str, result: Mapping[str, object], problems: Sequence[Problem]
) -> None:
    """The file is done; its problems replace those of an earlier try (at most 20,000 are kept).

    Raises NotFound for a file of another organisation.
    """
    upload = Upload.objects.filter(ref=ref, **_own(work)).first()
    if upload is None:
        raise NotFound(_("There is no such file, or it is not yours."))
    replace_problems(upload, [(one, "", "") for one in problems])
    upload.state, upload.result = "done", dict(result)
    upload.save(update_fields=["state", "result"])


def replace_problems(upload: Upload, problems: Sequence[tuple[Problem, str, str]]) -> None:
    """Problems of an upload, each with what stood in its cell and its row in short."""
    upload.problems.all().delete()
    RowProblem.objects.bulk_create(
        [
            RowProblem(
                upload=upload,
                sheet=one.sheet[:60],
                row_no=one.row_no,
                key=one.key,
                header=one.header[:60],
                code=one.code,
                text=one.text[:500],
                shown=one.shown[:200],
                stood=stood[:200],
                offer=one.offer[:200],
                hint=one.hint,
                row_text=row_text[:200],
            )
            for one, stood, row_text in problems[:KEPT_PROBLEMS]
        ],
        batch_size=60,
    )
