"""The slow steps of the import wizard: look, check, take; carried out by the worker.

Check and take are the same pass over the same bytes with the same choices and edits. Before each
the file is hashed again: if it is not what was uploaded, nothing of it is taken.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import (
    KEPT_PROBLEMS,
    Problem,
    Schema,
    SheetLook,
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
from niangjia.programmes.assistance_ledger import rosters, rules
from niangjia.programmes.assistance_ledger.filekinds import most_likely, personal_columns, schema_of
from niangjia.programmes.assistance_ledger.importing import (
    Changed,
    Import,
    Outcome,
    PurchaseReading,
    Reading,
    Refused,
    SourceReading,
)
from niangjia.programmes.assistance_ledger.matching import ORDER, PAYMENT
from niangjia.programmes.assistance_ledger.on_record import Foreseen
from niangjia.programmes.assistance_ledger.roster_sheet import ROSTER
from niangjia.programmes.assistance_ledger.rosters import RosterReading
from niangjia.programmes.assistance_ledger.selectors.records import changes_of
from niangjia.programmes.assistance_ledger.selectors.uploads import Recorded, recorded_of
from niangjia.programmes.assistance_ledger.services.sourcing import sources_take
from niangjia.programmes.assistance_ledger.services.taking import BATCH
from niangjia.programmes.assistance_ledger.services.uploads import (
    import_checked,
    import_looked,
    import_progress,
    import_taken,
)
from niangjia.programmes.assistance_ledger.sources_sheet import CANCELLED
from niangjia.programmes.assistance_ledger.types import PurchaseIn, SourceIn

TOLD_EVERY_S = 0.5
LOOKED_EVERY_ROWS = 200
KEPT_CHANGED, FIRST_RECORDS = 200, 10
Kept = tuple[Problem, str, str]
Said = Mapping[str, Any]
NOTHING_SAID: Said = {}


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


def look_at(actor: Actor, view: UploadView, _said: Said = NOTHING_SAID) -> None:
    """The upload's sheets and columns are known. Raises core errors, GoneBack, Interrupted."""
    check_whole(view)
    tell, header_rows = Telling(actor, view), choices_get(actor, ref=view.ref).header_rows

    def seen(schema: Schema) -> list[SheetLook]:
        keys = {column.key for column in schema.columns} | {""}

        def known(signature: str) -> list[str] | None:
            """The keys chosen before, if they are of this kind of file."""
            found = known_columns(view.organisation_id, signature)
            return found if found and keys.issuperset(found) else None

        path = file_of(view.ref)
        return look(path, view.name, schema, known=known, header_rows=header_rows, progress=tell)

    kind, looks = (view.kind, seen(schema_of(view.kind))) if view.kind else most_likely(seen)
    if kind == ROSTER:
        looks = rosters.without_people(looks)
        rosters.check_bound(actor, view)
    import_looked(actor, ref=view.ref, version=view.version, looks=looks, kind=kind)


class Problems:
    """Problems as they are kept with an upload: at most 20,000."""

    def __init__(self, kind: str) -> None:
        self.kept: list[Kept] = []
        self._personal = personal_columns(kind)

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


def reading_of(
    actor: Actor, view: UploadView, *, hints: bool = False, refused: Refused | None = None
) -> Reading[Any]:
    """The pass over an upload as it stands now, with what was mended."""
    kinds: dict[str, type[Reading[Any]]] = {
        ORDER: SourceReading,
        PAYMENT: SourceReading,
        ROSTER: RosterReading,
    }
    return kinds.get(view.kind, PurchaseReading)(
        actor,
        file_of(view.ref),
        view.name,
        choices=choices_get(actor, ref=view.ref),
        edits=edits_get(actor, ref=view.ref)[0],
        hints=hints,
        kind=view.kind,
        refused=refused,
        subject=view.subject,
    )


def _checked(
    work: Reading[Any], problems: Problems, tell: Callable[[int, int], None]
) -> dict[str, Any]:
    """The summary: what a take would take, refuse and leave out, in rows and fen."""
    n_hints, there, batch = 0, Foreseen(work.actor), []
    for n, (row, item) in enumerate(work.rows(), 1):
        if item is not None and row.problems:
            problems.add(row, row.problems)
            n_hints += 1
        if isinstance(item, PurchaseIn):
            batch.append(item)
        if n % LOOKED_EVERY_ROWS == 0:
            there.look(batch)
            batch = []
            tell(n, work.book.summary.n_expected)
    there.look(batch)
    outcome = work.outcome
    found = {"ready_rows": outcome.n_ready, "ready_fen": outcome.ready_fen}
    foreseen = {
        "foreseen_same": there.n_repeated,
        "foreseen_changed": there.n_changed,
        "foreseen_late": there.n_late,
        "foreseen_held": there.n_held,
    }
    return {**work.result(), **found, **foreseen, "hinted_rows": n_hints}


def check(actor: Actor, view: UploadView, _said: Said = NOTHING_SAID) -> None:
    """The upload is checked. Raises core errors, GoneBack, Interrupted."""
    check_whole(view)
    problems = Problems(view.kind)
    edits = edits_get(actor, ref=view.ref)[1]
    work = reading_of(actor, view, hints=True, refused=problems.add)
    work.outcome.upload_ref = view.ref
    result = _checked(work, problems, Telling(actor, view))
    result["edits"] = [one.id for one in reversed(edits)]
    import_checked(actor, ref=view.ref, version=view.version, result=result, problems=problems.kept)


class Take(Import):
    """The pass that takes what the check let through. Rows of an earlier, broken-off try of this
    very upload count as taken, not as repeated."""

    def __init__(self, actor: Actor, view: UploadView, said: Said) -> None:
        edits, self.done_edits = edits_get(actor, ref=view.ref)
        self.problems = Problems(view.kind)
        super().__init__(
            actor,
            file_of(view.ref),
            view.name,
            accept_corrections=said.get("correct", ""),
            correct_only=shown_changes(view.result),
            explain_late=said.get("reason", ""),
            choices=choices_get(actor, ref=view.ref),
            edits=edits,
            refused=self.problems.add,
        )
        self.outcome.upload_ref = view.ref
        self._sha256 = view.sha256
        self.first: list[dict[str, Any]] = []
        self._before: dict[tuple[str, int], Recorded] = recorded_of(view.ref)

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
        changed = _changed(self.actor, self.outcome.changed, self.outcome.upload_ref)
        return {
            **self.result(),
            "ready_rows": self.outcome.n_ready,
            "ready_fen": self.outcome.ready_fen,
            "changed": changed,
            "first": self.first,
            "edits": [one.id for one in reversed(self.done_edits)],
        }


def _changed(actor: Actor, found: Sequence[Changed], upload_ref: str) -> list[dict[str, Any]]:
    """Rows that differ from a record, the first 200. lines: (field, on record, in the sheet); ref:
    the record that may be corrected by it, empty where that is another row of this very file."""
    times = Counter(one.ref for one in found)
    mine = {one.ref for one in recorded_of(upload_ref).values()}
    told = []
    for one in found[:KEPT_CHANGED]:
        row, ref = one.row, one.ref
        if times[ref] > 1 or ref in mine:
            ref = ""
        lines = changes_of(actor, ref=ref, row=one.purchase) if ref else []
        line = {"sheet": row.sheet, "row": row.row_no, "ref": ref, "text": row_text(row)}
        told.append({**line, "lines": lines})
    return told


def shown_changes(result: Mapping[str, Any]) -> frozenset[str]:
    """Refs of the records that a clerk was shown to differ: those alone may be corrected."""
    return frozenset(one["ref"] for one in result.get("changed", ()) if one["ref"])


def take(actor: Actor, view: UploadView, said: Said = NOTHING_SAID) -> None:
    """The upload is taken whole. Raises core errors, Interrupted; taken batches stay.

    said: `reason` why rows come late; `correct` why changed rows take the place of their records.
    """
    check_whole(view)
    if view.kind == ROSTER:
        _take_roster(actor, view)
        return
    if view.kind in (ORDER, PAYMENT):
        _take_lines(actor, view)
        return
    work = Take(actor, view, said)
    result = work.taken(Telling(actor, view))
    import_taken(
        actor, ref=view.ref, version=view.version, result=result, problems=work.problems.kept
    )


def _take_roster(actor: Actor, view: UploadView) -> None:
    """The households join the roster of their material; the file is kept as evidence, sealed."""
    problems = Problems(view.kind)
    work = reading_of(actor, view, refused=problems.add)
    work.outcome.upload_ref = view.ref
    rosters.take(actor, view, work, Telling(actor, view))
    found = {"ready_rows": work.outcome.n_ready, "ready_fen": work.outcome.ready_fen}
    edits = [one.id for one in reversed(edits_get(actor, ref=view.ref)[1])]
    result = {**work.result(), **found, "changed": [], "first": [], "edits": edits}
    kept = problems.kept
    import_taken(
        actor, ref=view.ref, version=view.version, result=result, problems=kept, forget=True
    )


def _take_lines(actor: Actor, view: UploadView) -> None:
    """The lines of a platform's or a bank's file are kept, and looked for among the records."""
    problems = Problems(view.kind)
    work = reading_of(actor, view, refused=problems.add)
    work.outcome.upload_ref = view.ref
    edits = edits_get(actor, ref=view.ref)[1]
    tell = Telling(actor, view)
    batch: list[tuple[SheetRow, SourceIn]] = []
    for n, (row, line) in enumerate(work.rows(), 1):
        if line is not None:
            batch.append((row, line))
        if len(batch) == BATCH:
            _keep_lines(actor, view, work.outcome, batch)
            batch = []
            tell(n, work.book.summary.n_expected)
    _keep_lines(actor, view, work.outcome, batch)
    found = {"ready_rows": work.outcome.n_ready, "ready_fen": work.outcome.ready_fen}
    result = {**work.result(), **found, "changed": [], "first": []}
    result["edits"] = [one.id for one in reversed(edits)]
    import_taken(
        actor,
        ref=view.ref,
        version=view.version,
        result=result,
        problems=problems.kept,
        forget=view.kind == PAYMENT,
    )


def _keep_lines(
    actor: Actor, view: UploadView, outcome: Outcome, batch: list[tuple[SheetRow, SourceIn]]
) -> None:
    """At most 200 lines are kept; what became of each is counted."""
    if not batch:
        return
    kept = sources_take(actor, lines=[line for _row, line in batch], upload_ref=view.ref)
    for position, (row, line) in enumerate(batch):
        if position in kept.known:
            outcome.n_repeated += 1
            outcome.repeated_fen += row.numeric_fen or 0
        elif position in kept.dropped:
            outcome.n_left_out += 1
            outcome.left_out_fen += row.numeric_fen or 0
            outcome.not_kept[CANCELLED] += 1
        else:
            _count_line(outcome, row, line.amount_fen)


def _count_line(outcome: Outcome, row: SheetRow, fen: int) -> None:
    outcome.n_taken += 1
    outcome.taken_fen += fen
    if "amount_fen" in row.replaced:
        outcome.mended_fen += fen - (row.numeric_fen or 0)
    elif row.amount_is_text:
        outcome.text_fen += fen
    elif fen < 0:
        outcome.received_fen += fen - (row.numeric_fen or 0)
