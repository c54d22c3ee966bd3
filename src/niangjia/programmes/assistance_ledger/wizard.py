"""The slow steps of the import wizard: look, check, take; carried out by the worker.

Check and take are the same pass over the same bytes with the same choices and edits. Before each
the file is hashed again: if it is not what was uploaded, nothing of it is taken.
"""

import time
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import (
    KEPT_PROBLEMS,
    Problem,
    SheetRow,
    UploadView,
    choices_get,
    edits_get,
    file_of,
    known_columns,
    look,
    sha256_of,
)
from niangjia.core import jobs
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict
from niangjia.core.outbox import Interrupted
from niangjia.programmes.assistance_ledger import rules
from niangjia.programmes.assistance_ledger.importing import Changed, Import, Reading
from niangjia.programmes.assistance_ledger.selectors.uploads import Recorded, recorded_of
from niangjia.programmes.assistance_ledger.services.uploads import (
    import_checked,
    import_looked,
    import_progress,
    import_taken,
)
from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.programmes.assistance_ledger.types import PurchaseIn

TOLD_EVERY_S = 0.5
LOOKED_EVERY_ROWS = 200
KEPT_CHANGED, FIRST_RECORDS = 200, 10
Kept = tuple[Problem, str, str]


class GoneBack(Exception):
    """The clerk changed the upload meanwhile: what was found is dropped."""


class Telling:
    """Notes progress twice a second; ends the step when the worker stops or the clerk went back."""

    def __init__(self, actor: Actor, view: UploadView) -> None:
        self._actor, self._view, self._told = actor, view, 0.0

    def __call__(self, n_done: int, n_expected: int) -> None:
        if jobs.stopping():
            raise Interrupted
        if time.monotonic() - self._told < TOLD_EVERY_S:
            return
        self._told = time.monotonic()
        mine = import_progress(
            self._actor,
            ref=self._view.ref,
            version=self._view.version,
            n_done=n_done,
            n_expected=max(n_done, n_expected),
        )
        if not mine:
            raise GoneBack


def check_whole(view: UploadView) -> None:
    """The stored file is still what was uploaded. Raises Conflict."""
    if sha256_of(file_of(view.ref)) != view.sha256:
        raise Conflict(
            _(
                "The stored file is not what was uploaded: it was changed or removed on the "
                "server. Nothing of it was taken by this step. Please upload the file again."
            ),
            code="file_changed",
        )


def look_at(actor: Actor, view: UploadView, _reason: str = "") -> None:
    """The upload's sheets and columns are known. Raises core errors, GoneBack, Interrupted."""
    check_whole(view)
    looks = look(
        file_of(view.ref),
        view.name,
        schema(),
        known=lambda signature: known_columns(view.organisation_id, signature),
        header_rows=choices_get(actor, ref=view.ref).header_rows,
        progress=Telling(actor, view),
    )
    import_looked(actor, ref=view.ref, version=view.version, looks=looks)


class Problems:
    """Problems as they are kept with an upload: at most 20,000."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self._personal = {column.key for column in schema().columns if column.personal}

    def add(self, row: SheetRow, problems: list[Problem]) -> None:
        if not problems or len(self.kept) >= KEPT_PROBLEMS:
            return
        text = row_text(row)
        for one in problems:
            stood = "" if one.key in self._personal else row.stood(one.key)
            self.kept.append((one, stood, text))


def row_text(row: SheetRow) -> str:
    """A row in short: unit, product, amount; nothing personal."""
    values: dict[str, Any] = row.values
    amount = values.get("amount_fen")
    parts = (
        values.get("unit_name"),
        values.get("product"),
        f"{rules.yuan(amount)}元" if isinstance(amount, int) else row.stood("amount_fen"),
    )
    return " · ".join(str(part) for part in parts if part)


class Check(Reading):
    """The pass that says what a take would do."""

    def __init__(self, actor: Actor, view: UploadView) -> None:
        self.edits, self.done_edits = edits_get(actor, ref=view.ref)
        choices = choices_get(actor, ref=view.ref)
        path = file_of(view.ref)
        super().__init__(actor, path, view.name, choices=choices, edits=self.edits, hints=True)
        self.problems = Problems()
        self.outcome.upload_ref = view.ref

    def refuse(self, row: SheetRow, problems: list[Problem]) -> None:
        self.problems.add(row, problems)

    def run(self, tell: Callable[[int, int], None]) -> dict[str, Any]:
        """The summary: what a take would take, refuse and leave out, in rows and fen."""
        n_hints = 0
        for n, (row, purchase) in enumerate(self.rows(), 1):
            if purchase is not None and row.problems:
                self.problems.add(row, row.problems)
                n_hints += 1
            if n % LOOKED_EVERY_ROWS == 0:
                tell(n, self.book.summary.n_expected)
        return {
            **self.result(),
            "ready_rows": self.outcome.n_ready,
            "ready_fen": self.outcome.ready_fen,
            "hinted_rows": n_hints,
            "edits": [one.id for one in reversed(self.done_edits)],
        }


def check(actor: Actor, view: UploadView, _reason: str = "") -> None:
    """The upload is checked. Raises core errors, GoneBack, Interrupted."""
    check_whole(view)
    work = Check(actor, view)
    result = work.run(Telling(actor, view))
    import_checked(
        actor, ref=view.ref, version=view.version, result=result, problems=work.problems.kept
    )


class Take(Import):
    """The pass that takes what the check let through. Rows of an earlier, broken-off try of this
    very upload count as taken, not as repeated."""

    def __init__(self, actor: Actor, view: UploadView, explain_late: str = "") -> None:
        edits, self.done_edits = edits_get(actor, ref=view.ref)
        super().__init__(
            actor,
            file_of(view.ref),
            view.name,
            explain_late=explain_late,
            choices=choices_get(actor, ref=view.ref),
            edits=edits,
        )
        self.outcome.upload_ref = view.ref
        self._sha256 = view.sha256
        self.problems = Problems()
        self.first: list[dict[str, Any]] = []
        self._before: dict[tuple[str, int], Recorded] = recorded_of(view.ref)

    def refuse(self, row: SheetRow, problems: list[Problem]) -> None:
        self.problems.add(row, problems)

    def _count_repeated(self, row: SheetRow, purchase: PurchaseIn) -> None:
        before = self._before.get((row.sheet, row.row_no))
        if before is None:
            super()._count_repeated(row, purchase)
            return
        self._count_taken(row, purchase)
        self.recorded(row, purchase, before.ref)
        for flag in filter(None, before.flags.split(",")):
            self.outcome.flagged.setdefault(flag, set()).add(before.ref)

    def recorded(self, row: SheetRow, purchase: PurchaseIn, ref: str) -> None:
        if len(self.first) < FIRST_RECORDS:
            self.first.append(
                {
                    "ref": ref,
                    "row": row.row_no,
                    "product": purchase.product,
                    "unit": purchase.unit_name,
                    "fen": purchase.amount_fen,
                }
            )

    def taken(self, tell: Callable[[int, int], None]) -> dict[str, Any]:
        """All good rows are in; returns the summary with what was changed against the ledger."""
        self.take_all(lambda n: tell(n, self.book.summary.n_expected))
        changed = [
            {
                "sheet": one.row.sheet,
                "row": one.row.row_no,
                "ref": one.ref,
                "text": row_text(one.row),
            }
            for one in self.outcome.changed[:KEPT_CHANGED]
        ]
        return {
            **self.result(),
            "ready_rows": self.outcome.n_ready,
            "ready_fen": self.outcome.ready_fen,
            "changed": changed,
            "first": self.first,
            "edits": [one.id for one in reversed(self.done_edits)],
        }


def _changed(one: Changed) -> dict[str, Any]:
    row = one.row
    return {"sheet": row.sheet, "row": row.row_no, "ref": one.ref, "text": row_text(row)}


def take(actor: Actor, view: UploadView, explain_late: str = "") -> None:
    """The upload is taken whole. Raises core errors, Interrupted; taken batches stay."""
    check_whole(view)
    work = Take(actor, view, explain_late)
    result = work.taken(Telling(actor, view))
    import_taken(
        actor, ref=view.ref, version=view.version, result=result, problems=work.problems.kept
    )
