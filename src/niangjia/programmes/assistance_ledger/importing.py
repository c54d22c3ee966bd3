"""An office's workbook goes in: read, checked, taken in batches, and accounted for to the fen."""

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Choices, Edits, Problem, SheetRow, Workbook
from niangjia.blocks.orgs.public import (
    OrgRef,
    buyers_in_force,
    known_code,
    organisation,
    registered_names,
    scope_of,
)
from niangjia.blocks.places.public import CountyBook
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.filekinds import PURCHASES, schema_of
from niangjia.programmes.assistance_ledger.matching import party_key
from niangjia.programmes.assistance_ledger.roster_sheet import RosterRow
from niangjia.programmes.assistance_ledger.services import (
    purchases_take,
    upload_begin,
    upload_end,
)
from niangjia.programmes.assistance_ledger.services.taking import BATCH
from niangjia.programmes.assistance_ledger.sheet import Checker, schema
from niangjia.programmes.assistance_ledger.sources_sheet import NOT_KEPT, SourceChecker
from niangjia.programmes.assistance_ledger.types import PurchaseIn, SourceIn

Progress = Callable[[int], None]
Refused = Callable[[SheetRow, list[Problem]], None]
DAY, LATE, HELD = "occurred_on", "period_reported", "report_under_way"
HELD_BACK = {
    LATE: _(
        "Row %(row)s: %(period)s was reported or closed. Take it with an explanation: it then "
        "counts in the next period."
    ),
    HELD: _(
        "Row %(row)s: the report of %(period)s is being signed. Withdraw the report, or take the "
        "row once it is reported."
    ),
}


@dataclass(slots=True)
class Changed:
    """A row that differs from the record in force under the same key. ref: that record's."""

    row: SheetRow
    purchase: PurchaseIn
    ref: str


@dataclass(slots=True)
class Outcome:
    """What became of a workbook. Money in fen, counts in rows; refused: rows with reasons.

    ready: rows without problems, taken or not; left_out: by the clerk or because they are hidden;
    mended_fen: what mended amounts of taken rows are more than what stood there; not_kept: rows of
    a bank's file that are none of the office's purchases, by why; received_fen: money that came
    back, in a column of its own.
    """

    upload_ref: str = ""
    errors: Counter[str] = field(default_factory=Counter)
    normalised: Counter[str] = field(default_factory=Counter)
    flagged: dict[str, set[str]] = field(default_factory=dict)
    n_repeated: int = 0
    n_changed: int = 0
    n_taken: int = 0
    taken_fen: int = 0
    assisted_fen: int = 0
    mode_fen: Counter[str] = field(default_factory=Counter)
    province_fen: Counter[str] = field(default_factory=Counter)
    repeated_fen: int = 0
    refused_fen: int = 0
    changed_fen: int = 0
    text_fen: int = 0
    n_corrected: int = 0
    n_completed: int = 0
    not_kept: Counter[str] = field(default_factory=Counter)
    received_fen: int = 0
    n_ready: int = 0
    ready_fen: int = 0
    n_refused: int = 0
    n_left_out: int = 0
    left_out_fen: int = 0
    mended_fen: int = 0
    n_negative: int = 0
    negative_fen: int = 0
    refused: list[tuple[SheetRow, list[Problem]]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)


Item = TypeVar("Item", PurchaseIn, SourceIn, RosterRow)
Item_co = TypeVar("Item_co", covariant=True)


class Checks(Protocol[Item_co]):
    """Checks rows of one kind of file."""

    def check(self, row: SheetRow, headers: dict[str, str]) -> Item_co | None:
        """What the row says, or None with row.problems or row.left_out saying why."""


class Reading(ABC, Generic[Item]):
    """A workbook read, mended and checked: one pass, the same for a check and for the take.

    choices, edits: as the clerk left them on the page. hints: also tell what is not refused. kind:
    of file, see filekinds. refused: told of each row that is not taken; else they are kept here.
    subject: what the file belongs to.
    """

    permission = "purchases.import"

    def __init__(
        self,
        actor: Actor,
        path: Path,
        name: str,
        *,
        choices: Choices | None = None,
        edits: Edits | None = None,
        hints: bool = False,
        kind: str = PURCHASES,
        refused: Refused | None = None,
        subject: str = "",
    ) -> None:
        self.refused = refused or self._keep_refused
        self.actor, self.subject = authorise(actor, self.permission), subject
        self.path, self.name, self.kind = path, name, kind
        self.book = Workbook(path, name, schema_of(kind), choices=choices, edits=edits)
        self.outcome = Outcome()
        self._hints = hints
        self._provinces: dict[str, str] = {}

    def rows(self) -> Iterator[tuple[SheetRow, Item | None]]:
        """Every data row, with what it says if nothing keeps it out. Raises core errors."""
        outcome, checker = self.outcome, self._checker()
        for row in self.book:
            item = checker.check(row, self.book.headers)
            outcome.normalised.update(row.normalised)
            if row.left_out:
                outcome.n_left_out += 1
                outcome.left_out_fen += row.numeric_fen or 0
                outcome.not_kept.update({row.left_out} & NOT_KEPT.keys())
                item = None
            elif item is None:
                wrong = [one for one in row.problems if not one.hint]
                outcome.errors.update({problem.code for problem in wrong})
                outcome.n_refused += 1
                outcome.refused_fen += row.numeric_fen or 0
                self.refused(row, wrong)
            else:
                self._count_ready(item)
            yield row, item

    def _keep_refused(self, row: SheetRow, problems: list[Problem]) -> None:
        """Keep a row that is not taken, with its reasons."""
        self.outcome.refused.append((row, problems))

    def _count_ready(self, item: Item) -> None:
        outcome, fen = self.outcome, item.amount_fen
        outcome.n_ready += 1
        outcome.ready_fen += fen
        if fen < 0:
            outcome.n_negative += 1
            outcome.negative_fen += fen

    @abstractmethod
    def _checker(self) -> Checks[Item]:
        """What checks the rows of this kind of file."""

    def _own(self) -> OrgRef | None:
        """The unit of a clerk, who brings no other's."""
        scope = scope_of(self.actor)
        return organisation(scope.id) if scope.kind == "unit" else None

    def result(self) -> dict[str, Any]:
        """The summary that `--json` prints and the upload keeps."""
        outcome, summary = self.outcome, self.book.summary
        skipped = {
            "row_repeated": outcome.n_repeated,
            "row_changed": outcome.n_changed,
            "total": summary.n_total,
            "subtotal": summary.n_subtotal,
        }
        return {
            "data_rows": summary.n_data,
            "error": dict(outcome.errors),
            "normalised": dict(outcome.normalised),
            "flagged": {flag: len(refs) for flag, refs in outcome.flagged.items() if refs},
            "skipped": {name: n for name, n in skipped.items() if n},
            "accepted_rows": outcome.n_taken,
            "accepted_fen": outcome.taken_fen,
            "accepted_assisted_fen": outcome.assisted_fen,
            "direct_fen": outcome.mode_fen["direct"],
            "helped_sale_fen": outcome.mode_fen["helped"],
            "by_province_fen": dict(outcome.province_fen),
            "bridge": {
                "sheet_total_fen": summary.sheet_total_fen,
                "repeated_fen": outcome.repeated_fen,
                "refused_fen": outcome.refused_fen + outcome.changed_fen,
                "text_amounts_fen": outcome.text_fen,
                "accepted_fen": outcome.taken_fen,
                **self._by_hand(),
            },
            "more": self._more(),
        }

    def _by_hand(self) -> dict[str, int]:
        """What a clerk did on the page moves the bridge too; an import by command has none."""
        outcome = self.outcome
        moved = {
            "left_out_fen": outcome.left_out_fen,
            "mended_fen": outcome.mended_fen,
            "received_fen": outcome.received_fen,
        }
        return {name: fen for name, fen in moved.items() if fen}

    def _more(self) -> dict[str, Any]:
        outcome, summary = self.outcome, self.book.summary
        return {
            "upload": outcome.upload_ref,
            "refused_rows": outcome.n_refused,
            "left_out_rows": outcome.n_left_out,
            "negative_rows": outcome.n_negative,
            "negative_fen": outcome.negative_fen,
            "hidden_rows": summary.n_hidden_rows,
            "changed_rows": outcome.n_changed,
            "changed_fen": outcome.changed_fen,
            "corrected_rows": outcome.n_corrected,
            "completed_rows": outcome.n_completed,
            "not_kept": dict(outcome.not_kept),
            "printed_total_fen": summary.printed_fen,
            "printed_total_agrees": summary.printed_fen in (None, summary.sheet_total_fen),
            "sheets": summary.sheets,
            "sheets_without_header": summary.sheets_without_header,
            "hidden_sheets": summary.hidden_sheets,
            "footer_rows": summary.n_footer,
            "amounts_in_wan": summary.in_wan,
            "unknown_columns": summary.unknown_columns,
        }


class PurchaseReading(Reading[PurchaseIn]):
    """The office's own ledger, read."""

    def _checker(self) -> Checks[PurchaseIn]:
        own = self._own()
        self._counties = CountyBook()
        names = frozenset(registered_names("buyer")) if self._hints and own is None else None
        return Checker(self._counties, clock.city_today(), own, known_code, names, self._hints)

    def _province(self, code: str) -> str:
        if code not in self._provinces:
            county = self._counties.by_code(code)
            self._provinces[code] = county.province if county else ""
        return self._provinces[code]


class SourceReading(Reading[SourceIn]):
    """A file of another source, read. kind: matching.ORDER or PAYMENT."""

    def _checker(self) -> Checks[SourceIn]:
        own = self._own()
        units = {} if own else {one.name: one for one in buyers_in_force()}
        known = frozenset(party_key(name) for name in registered_names("supplier"))
        return SourceChecker(self.kind, CountyBook(), clock.city_today(), own, units, known)


class Import(PurchaseReading):
    """One import under way: `run()` takes all rows; `outcome` and `book.summary` tell the rest."""

    def __init__(
        self,
        actor: Actor,
        path: Path,
        name: str,
        *,
        accept_corrections: str = "",
        correct_only: Collection[str] | None = None,
        explain_late: str = "",
        choices: Choices | None = None,
        edits: Edits | None = None,
        refused: Refused | None = None,
    ) -> None:
        super().__init__(actor, path, name, choices=choices, edits=edits, refused=refused)
        self.reason, self.correct_only = accept_corrections, correct_only
        self.explain_late = explain_late
        self._sha256 = ""

    def run(self, progress: Progress = lambda n: None) -> Outcome:
        """Take the workbook. progress is told the number of rows done after each batch.

        Raises core errors; batches already taken stay, repeating completes the rest.
        """
        self.take_all(progress)
        problems = [problem for _row, found in self.outcome.refused for problem in found]
        upload_end(self.actor, ref=self.outcome.upload_ref, result=self.result(), problems=problems)
        return self.outcome

    def take_all(self, progress: Progress) -> None:
        """Every good row is in; see `run`."""
        batch: list[tuple[SheetRow, PurchaseIn]] = []
        done = 0
        for row, purchase in self.rows():
            done += 1
            if purchase is not None:
                batch.append((row, purchase))
            if len(batch) == BATCH:
                self._take(batch)
                batch = []
                progress(done)
        self._begin()
        self._take(batch)
        progress(done)

    def _begin(self) -> None:
        """Note the file once its first batch is ready: a refused file leaves no trace."""
        if self.outcome.upload_ref:
            return
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        self._sha256 = digest.hexdigest()
        self.outcome.upload_ref = upload_begin(
            self.actor,
            sha256=self._sha256,
            name=self.name,
            size_bytes=self.path.stat().st_size,
        )

    def _take(self, batch: list[tuple[SheetRow, PurchaseIn]]) -> None:
        if not batch:
            return
        self._begin()
        outcome = self.outcome
        result = purchases_take(
            self.actor,
            rows=[purchase for _row, purchase in batch],
            upload_ref=outcome.upload_ref,
            file_sha256=self._sha256,
            accept_corrections=self.reason,
            correct_only=self.correct_only,
            explain_late=self.explain_late,
        )
        for position, period in result.late.items():
            self._hold_back(batch[position][0], LATE, period)
        for position, period in result.held.items():
            self._hold_back(batch[position][0], HELD, period)
        for position, ref in result.taken.items():
            self._count_taken(*batch[position])
            self.recorded(*batch[position], ref)
        for position in result.repeated:
            self._count_repeated(*batch[position])
        for position, ref in result.changed.items():
            row, purchase = batch[position]
            outcome.n_changed += 1
            outcome.changed_fen += row.numeric_fen or 0
            outcome.changed.append(Changed(row, purchase, ref))
        outcome.n_corrected += result.n_corrected
        outcome.n_completed += result.n_completed
        for flag, refs in result.flagged.items():
            outcome.flagged.setdefault(flag, set()).update(refs)

    def _count_taken(self, row: SheetRow, purchase: PurchaseIn) -> None:
        outcome, fen = self.outcome, purchase.amount_fen
        outcome.n_taken += 1
        outcome.taken_fen += fen
        outcome.mode_fen[purchase.mode] += fen
        outcome.province_fen[self._province(purchase.county_code)] += fen
        if purchase.assisted:
            outcome.assisted_fen += fen
        if "amount_fen" in row.replaced:
            outcome.mended_fen += fen - (row.numeric_fen or 0)
        elif row.amount_is_text:
            outcome.text_fen += fen

    def _hold_back(self, row: SheetRow, code: str, period: str) -> None:
        """The ledger does not take the row now: it is kept with the others that were refused."""
        header = next((one.header for one in schema().columns if one.key == DAY), "")
        text = HELD_BACK[code] % {"row": row.row_no, "period": periods.name(period)}
        problem = Problem(row.sheet, row.row_no, DAY, header, code, text, "")
        self.outcome.errors[code] += 1
        self.outcome.n_refused += 1
        self.outcome.refused_fen += row.numeric_fen or 0
        self.refused(row, [problem])

    def recorded(self, row: SheetRow, purchase: PurchaseIn, ref: str) -> None:
        """Told of each row that is on record now. ref: of its record."""

    def _count_repeated(self, row: SheetRow, purchase: PurchaseIn) -> None:
        self.outcome.n_repeated += 1
        self.outcome.repeated_fen += row.numeric_fen or 0


def bridge_holds(result: dict[str, Any]) -> bool:
    """Sheet total - repeated - refused + amounts written as text = taken.

    Where a clerk worked on the page: - left out + mended, on the left side; where a bank's file has
    a column of its own for money that came back: + that, which is negative.
    """
    bridge = result["bridge"]
    left = (
        bridge["sheet_total_fen"]
        - bridge["repeated_fen"]
        - bridge["refused_fen"]
        + bridge["text_amounts_fen"]
        - bridge.get("left_out_fen", 0)
        + bridge.get("mended_fen", 0)
        + bridge.get("received_fen", 0)
    )
    return bool(left == bridge["accepted_fen"])
