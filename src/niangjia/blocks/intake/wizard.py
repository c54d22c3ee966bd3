"""Steps of the import wizard: an upload from state to state, each by a conditional update.

A page names the version it was made from: if another tab or clerk was first, Conflict, and nothing
is changed. The worker names the version it began with: if the clerk went back meanwhile, what it
found is dropped.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake import chosen, looking
from niangjia.blocks.intake.models import KnownColumns, Upload
from niangjia.blocks.intake.steps import replace_problems
from niangjia.blocks.intake.types import Choices, Edit, Problem, SheetLook, Stored
from niangjia.core.clock import real_now
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.work import Work

MOST_EDITS = 2_000
LONGEST_TEXT = 1_000
WITH_CLERK = ("mapping", "checked")
OPEN = ("received", "mapping", "checking", "checked", "taking")


def _mine(work: Work) -> dict[str, int | None]:
    """Uploads of the actor's organisation; all of them where the system acts."""
    return {} if work.actor.system else {"organisation_id": work.actor.organisation_id}


def _locked(work: Work, ref: str) -> Upload:
    """The upload, which no other transaction changes meanwhile. Raises NotFound."""
    found = Upload.objects.select_for_update().filter(ref=ref, kept=True, **_mine(work)).first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."))
    return found


def _moved(work: Work, ref: str, version: int, states: Sequence[str], **changes: object) -> Upload:
    """The upload after the change. Raises Conflict if it is not where the page saw it."""
    upload = _locked(work, ref)
    if upload.version != version or upload.state not in states:
        raise Conflict(_changed(upload), code="changed_meanwhile", version=upload.version)
    for name, value in changes.items():
        setattr(upload, name, value)
    upload.version = version + 1
    upload.save(update_fields=[*changes, "version"])
    return upload


def _changed(upload: Upload) -> object:
    if upload.state == "taking":
        return _("This file is being taken already. Nothing is taken twice; see its progress.")
    if upload.state == "done":
        return _("This file was taken already. Nothing was taken twice; see its result.")
    return _(
        "Meanwhile this file was changed in another window or by a colleague. What they did is "
        "kept, this step was not taken. Look at it as it is now, then go on."
    )


def upload_receive(
    work: Work, *, stored: Stored, name: str, kind: str = "", subject: str = ""
) -> str:
    """The file is noted and waits to be looked at; returns its ref. kind: if the clerk said it;
    subject: what it belongs to."""
    if work.actor.organisation_id is None:
        raise Invalid(_("Only who acts for an organisation can import on the page."))
    Upload.objects.create(
        ref=stored.ref,
        sha256=stored.sha256,
        name=name[-200:],
        size_bytes=stored.size_bytes,
        organisation_id=work.actor.organisation_id,
        login_id=work.actor.login_id,
        role=work.actor.role,
        kind=kind,
        subject=subject,
        received_at=work.at,
        state="received",
        kept=True,
        started_at=real_now(),
    )
    return stored.ref


def upload_looked(
    work: Work, *, ref: str, version: int, looks: Sequence[SheetLook], kind: str = ""
) -> None:
    """What the file holds, and as what, is known; its columns wait for the clerk."""
    found = {"look": looking.looks_kept(looks), "kind": kind, "n_done": 0, "n_expected": 0}
    _moved(work, ref, version, ["received"], state="mapping", **found)


def upload_look_again(
    work: Work, *, ref: str, version: int, header_rows: dict[str, int], kind: str = ""
) -> int:
    """The file is looked at once more, with headers where the clerk pointed, or as another kind of
    file: what was chosen and mended for the old kind is dropped. Returns its new version."""
    upload = _locked(work, ref)
    changes: dict[str, Any] = {"state": "received", "error": {}, **_clocked()}
    kept = upload.choices
    if kind and kind != upload.kind:
        kept = {}
        changes |= {"kind": kind, "edits": []}
    changes["choices"] = {**kept, "header_rows": header_rows}
    return _moved(work, ref, version, WITH_CLERK, **changes).version


def upload_choose(work: Work, *, ref: str, version: int, choices: Choices) -> int:
    """How the file is to be read is settled, and remembered for headers like these; it waits to be
    checked. Returns its new version."""
    kept = chosen.choices_kept(choices)
    states = (*WITH_CLERK, "checking")
    changes = {"choices": kept, "state": "checking", "error": {}, **_clocked()}
    upload = _moved(work, ref, version, states, **changes)
    if upload.organisation_id is not None:
        for signature, keys in choices.columns.items():
            KnownColumns.objects.update_or_create(
                organisation_id=upload.organisation_id,
                signature=signature,
                defaults={"keys": list(keys), "chosen_at": work.at},
            )
    return upload.version


def _clocked() -> dict[str, Any]:
    """A fresh start of a slow step."""
    return {"n_done": 0, "n_expected": 0, "started_at": real_now(), "finished_at": None}


def upload_recheck(work: Work, *, ref: str, version: int) -> int:
    """The file waits to be checked again with what was mended; its new version."""
    changes = {"state": "checking", "error": {}, **_clocked()}
    return _moved(work, ref, version, ["checked"], **changes).version


def upload_checked(
    work: Work,
    *,
    ref: str,
    version: int,
    result: Mapping[str, object],
    problems: Sequence[tuple[Problem, str, str]],
) -> None:
    """The check is done; problems: each with what stood in its cell and its row in short."""
    changes = {"state": "checked", "result": dict(result), "finished_at": real_now()}
    upload = _moved(work, ref, version, ["checking"], **changes)
    replace_problems(upload, problems)


def upload_edit(work: Work, *, ref: str, version: int, edits: Sequence[Edit]) -> list[str]:
    """The edits are kept and mark the problems they mend; returns their ids.

    A page that is behind may add an edit as long as nobody else mended the same cells: then
    Conflict. Raises Invalid where there are too many.
    """
    upload = _locked(work, ref)
    if upload.state != "checked":
        raise Conflict(_changed(upload), code="changed_meanwhile", version=upload.version)
    if upload.version != version and any(_touched(upload, edit) for edit in edits):
        raise Conflict(
            _(
                "A colleague or another window mended the same cell meanwhile. Theirs is kept; "
                "look at it, and mend it again if yours is right."
            ),
            code="changed_meanwhile",
            version=upload.version,
        )
    if len(upload.edits) + len(edits) > MOST_EDITS:
        message = _(
            "More than %(n)s mendings. Download the rows to be mended and upload them again."
        )
        raise Invalid(message, code="too_many_edits", n=MOST_EDITS)
    at, login_id = real_now().isoformat(), work.actor.login_id
    kept = [
        chosen.edit_kept(edit, id=work.new_id()[:10], at=at, login_id=login_id) for edit in edits
    ]
    upload.edits = [*upload.edits, *kept]
    upload.version += 1
    upload.save(update_fields=["edits", "version"])
    for one in kept:
        _mark(upload, one)
    return [one["id"] for one in kept]


def _touched(upload: Upload, edit: Edit) -> bool:
    """Whether somebody mended one of the edit's cells or rows."""
    done = chosen.edits_of(upload.edits)
    cells = any((sheet, row, edit.key) in done.cells for sheet, row, _text in edit.cells)
    return cells or any(row in done.rows for row in edit.rows)


def _mark(upload: Upload, kept: Mapping[str, Any]) -> None:
    """Problems that an edit reaches carry its id until the next check."""
    cells = [(sheet, row) for sheet, row, _text in kept["cells"]]
    by_sheet: dict[str, list[int]] = {}
    for sheet, row in cells or kept["rows"]:
        by_sheet.setdefault(sheet, []).append(row)
    for sheet, rows in by_sheet.items():
        found = upload.problems.filter(sheet=sheet[:60])
        if cells:
            found = found.filter(key=kept["key"])
        for start in range(0, len(rows), 500):
            found.filter(row_no__in=rows[start : start + 500]).update(edit=kept["id"])


def upload_undo(work: Work, *, ref: str, version: int, edit_id: str) -> None:
    """The edit is taken back; what it mended is as it stood. Undone already: nothing changes."""
    upload = _locked(work, ref)
    if upload.state != "checked":
        raise Conflict(_changed(upload), code="changed_meanwhile", version=upload.version)
    left = [one for one in upload.edits if one["id"] != edit_id]
    if len(left) == len(upload.edits):
        return
    upload.edits, upload.version = left, upload.version + 1
    upload.save(update_fields=["edits", "version"])
    upload.problems.filter(edit=edit_id).update(edit="")


def upload_take(
    work: Work, *, ref: str, version: int, said: Mapping[str, str], again: bool = False
) -> int:
    """The file waits to be taken, as it was last checked; its new version.

    said: reasons given for it, kept should the step begin again. again: once more after it was
    done, as what was kept out then is to be taken now.
    Raises Conflict if it is taken already or was changed, Invalid if mendings were not checked.
    """
    upload = _locked(work, ref)
    if upload.state == "checked" and upload.version == version and unchecked(upload.result, upload):
        raise Invalid(
            _("Some cells were mended since the last check. Check again, then take."),
            code="not_checked",
        )
    result = {**upload.result, "said": dict(said)}
    changes = {"state": "taking", "error": {}, "result": result, **_clocked()}
    return _moved(work, ref, version, ["done" if again else "checked"], **changes).version


def unchecked(result: Mapping[str, Any], upload: Upload) -> bool:
    """Whether the edits are not those that the last check saw."""
    return bool(result.get("edits", []) != [one["id"] for one in upload.edits])


def upload_taken(
    work: Work,
    *,
    ref: str,
    version: int,
    result: Mapping[str, object],
    problems: Sequence[tuple[Problem, str, str]],
) -> None:
    """The file is done, with what became of its rows."""
    changes = {"state": "done", "result": dict(result), "error": {}, "finished_at": real_now()}
    upload = _moved(work, ref, version, ["taking"], **changes)
    if upload.subject:  # it was about people: nothing of how it looked is kept
        Upload.objects.filter(pk=upload.pk).update(look={})
    replace_problems(upload, problems)


def upload_progress(work: Work, *, ref: str, version: int, n_done: int, n_expected: int) -> bool:
    """How far a slow step is; False if the clerk went back meanwhile."""
    rows = Upload.objects.filter(ref=ref, version=version, **_mine(work))
    return bool(rows.update(n_done=n_done, n_expected=n_expected, finished_at=real_now()))


def upload_waits(work: Work, *, ref: str, version: int, code: str, text: str) -> None:
    """A slow step waits for somebody else and says so; nothing of it is undone."""
    rows = Upload.objects.filter(ref=ref, version=version, **_mine(work))
    rows.update(error={"code": code, "text": text[:500]}, finished_at=real_now())


def upload_restart(work: Work, *, ref: str, version: int) -> tuple[str, int, dict[str, str]]:
    """A slow step that shows no life begins again; (its state, the new version, what was said).

    Whatever still works on it ends at its next batch. Nothing is taken twice.
    """
    upload = _moved(work, ref, version, ("received", "checking", "taking"), **_clocked())
    return upload.state, upload.version, upload.result.get("said", {})


def upload_stop(work: Work, *, ref: str, version: int, state: str, code: str, text: str) -> None:
    """A slow step ended without a result: the upload is in `state`, and says why."""
    error = {"code": code, "text": text[:500]}
    changes = {"state": state, "error": error, "finished_at": real_now()}
    _moved(work, ref, version, OPEN, **changes)


def upload_back(work: Work, *, ref: str, version: int) -> None:
    """Back at the columns; what was mended stays. Not while it is being taken."""
    _moved(work, ref, version, ("checked", "checking"), state="mapping", error={})


def upload_abandon(work: Work, *, ref: str, version: int) -> None:
    """The file is given up; nothing more of it is taken. While it is being taken that can be done
    only where it waits for somebody else."""
    states = ["received", "mapping", "checking", "checked", "refused"]
    waits = Upload.objects.filter(ref=ref, state="taking").exclude(error={})
    if waits.exists():
        states.append("taking")
    _moved(work, ref, version, states, state="abandoned", finished_at=real_now())
    Upload.objects.filter(ref=ref).update(look={}, edits=[])
