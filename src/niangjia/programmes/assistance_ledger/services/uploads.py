"""Uploads of the programme: by command (begin, end) and by the wizard, from step to step."""

from collections.abc import Mapping, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import (
    Choices,
    Edit,
    Problem,
    SheetLook,
    Stored,
    upload_abandon,
    upload_back,
    upload_checked,
    upload_choose,
    upload_close,
    upload_edit,
    upload_get,
    upload_look_again,
    upload_looked,
    upload_open,
    upload_progress,
    upload_receive,
    upload_recheck,
    upload_restart,
    upload_stop,
    upload_take,
    upload_taken,
    upload_undo,
    upload_waits,
)
from niangjia.core.errors import Invalid
from niangjia.core.service import NOTHING, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger.services.taking import reason_of

LOOK, CHECK, TAKE = "imports.look", "imports.check", "imports.take"


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


def _send(work: Work, topic: str, ref: str, version: int, **more: str) -> None:
    """The worker goes on with this upload, under the actor's hat and in their language."""
    work.send(
        topic,
        {
            "upload": ref,
            "version": version,
            "login": work.actor.login_id,
            "organisation": work.actor.organisation_id,
            "role": work.actor.role,
            "language": get_language() or "zh-hans",
            **more,
        },
    )


@service(permission="imports.use", records=NOTHING)
def import_receive(
    work: Work, /, *, stored: Stored, name: str, kind: str = "", subject: str = ""
) -> str:
    """The stored file is noted and will be looked at; returns its ref. kind: of filekinds; subject:
    what a roster belongs to. Who may take what is asked again by the check and by the take."""
    ref = upload_receive(work, stored=stored, name=name, kind=kind, subject=subject)
    _send(work, LOOK, ref, 0)
    return ref


@service(permission="imports.use", records=NOTHING)
def import_looked(
    work: Work, /, *, ref: str, version: int, looks: Sequence[SheetLook], kind: str
) -> None:
    """What the file holds, and as what, is known; its columns wait for the clerk."""
    upload_looked(work, ref=ref, version=version, looks=looks, kind=kind)


@service(permission="imports.use", records=NOTHING)
def import_look_again(
    work: Work, /, *, ref: str, version: int, header_rows: dict[str, int], kind: str = ""
) -> None:
    """The file will be looked at with its headers where the clerk pointed, or as another kind of
    file. Raises Conflict."""
    new = upload_look_again(work, ref=ref, version=version, header_rows=header_rows, kind=kind)
    _send(work, LOOK, ref, new)


@service(permission="imports.use", records=NOTHING)
def import_choose(work: Work, /, *, ref: str, version: int, choices: Choices) -> None:
    """How the file is read is settled and remembered; it will be checked. Raises Conflict."""
    new = upload_choose(work, ref=ref, version=version, choices=choices)
    _send(work, CHECK, ref, new)


@service(permission="imports.use", records=NOTHING)
def import_recheck(work: Work, /, *, ref: str, version: int) -> None:
    """The file will be checked again, with what was mended. Raises Conflict."""
    _send(work, CHECK, ref, upload_recheck(work, ref=ref, version=version))


@service(permission="imports.use", records=NOTHING)
def import_checked(
    work: Work,
    /,
    *,
    ref: str,
    version: int,
    result: Mapping[str, object],
    problems: Sequence[tuple[Problem, str, str]],
) -> None:
    """The check is done. problems: each with what stood in its cell and its row in short."""
    upload_checked(work, ref=ref, version=version, result=result, problems=problems)


@service(permission="imports.use", records=NOTHING)
def import_edit(work: Work, /, *, ref: str, version: int, edits: Sequence[Edit]) -> list[str]:
    """The edits are kept, all or none; returns their ids. Raises Conflict, Invalid."""
    return upload_edit(work, ref=ref, version=version, edits=edits)


@service(permission="imports.use", records=NOTHING)
def import_undo(work: Work, /, *, ref: str, version: int, edit_id: str) -> None:
    """The edit is taken back. Raises Conflict."""
    upload_undo(work, ref=ref, version=version, edit_id=edit_id)


@service(permission="imports.use", records=NOTHING)
def import_take(work: Work, /, *, ref: str, version: int, explain_late: str = "") -> None:
    """The file will be taken as it was last checked, once, whoever presses. Raises Conflict.

    explain_late: why rows come late whose period was reported or closed; without it they stay out.
    """
    said = {"reason": explain_late.strip()[:500]}
    _send(work, TAKE, ref, upload_take(work, ref=ref, version=version, said=said), **said)


@service(permission="purchases.correct", records=NOTHING)
def import_correct(work: Work, /, *, ref: str, version: int, reason: str) -> None:
    """Rows that differ from the records in force will take their place, each with this reason.

    The file was taken before. Raises Invalid (no reason, nothing differs), Conflict.
    """
    text = reason_of(reason)
    if not any(one["ref"] for one in upload_get(work.actor, ref=ref).result.get("changed", ())):
        raise Invalid(_("No row of this file differs from what is on record."), code="none_changed")
    said = {"correct": text}
    new = upload_take(work, ref=ref, version=version, said=said, again=True)
    _send(work, TAKE, ref, new, **said)


@service(permission="imports.use", records=NOTHING)
def import_taken(
    work: Work,
    /,
    *,
    ref: str,
    version: int,
    result: Mapping[str, object],
    problems: Sequence[tuple[Problem, str, str]],
    forget: bool = False,
) -> None:
    """The file is done, with what became of its rows. forget: the file itself is removed."""
    upload_taken(work, ref=ref, version=version, result=result, problems=problems)
    if forget:
        work.send("imports.forget", {"upload": ref})


@service(permission="imports.use", records=NOTHING)
def import_progress(work: Work, /, *, ref: str, version: int, n_done: int, n_expected: int) -> bool:
    """How far a slow step is; False if the clerk went back meanwhile."""
    return upload_progress(work, ref=ref, version=version, n_done=n_done, n_expected=n_expected)


@service(permission="imports.use", records=NOTHING)
def import_restart(work: Work, /, *, ref: str, version: int) -> None:
    """A slow step that shows no life begins again. Raises Conflict if it has ended meanwhile."""
    state, new, said = upload_restart(work, ref=ref, version=version)
    _send(work, {"received": LOOK, "checking": CHECK, "taking": TAKE}[state], ref, new, **said)


@service(permission="imports.use", records=NOTHING)
def import_stop(work: Work, /, *, ref: str, version: int, state: str, code: str, text: str) -> None:
    """A slow step ended without a result: the upload is in `state`, and says why."""
    upload_stop(work, ref=ref, version=version, state=state, code=code, text=text)


@service(permission="imports.use", records=NOTHING)
def import_back(work: Work, /, *, ref: str, version: int) -> None:
    """Back at the columns; what was mended stays. Raises Conflict while it is being taken."""
    upload_back(work, ref=ref, version=version)


@service(permission="imports.use", records=NOTHING)
def import_abandon(work: Work, /, *, ref: str, version: int) -> None:
    """The file is given up. Raises Conflict if it is being taken or was."""
    upload_abandon(work, ref=ref, version=version)
    work.send("imports.forget", {"upload": ref})


@service(permission="imports.use", records=NOTHING)
def import_waits(work: Work, /, *, ref: str, version: int, code: str, text: str) -> None:
    """A slow step waits for somebody else; it goes on by itself."""
    upload_waits(work, ref=ref, version=version, code=code, text=text)
