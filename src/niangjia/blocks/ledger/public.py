"""The ledger's door."""

from niangjia.blocks.ledger.recorder import LedgerRecorder
from niangjia.blocks.ledger.selectors import (
    audit,
    entry_body,
    history,
    log_size,
    logged_facts,
    logged_subjects,
    n_pending,
)
from niangjia.blocks.ledger.sequencer import SequencerJob
from niangjia.blocks.ledger.types import AuditResult, HistoryLine, LoggedFact, ProofState

__all__ = [
    "AuditResult",
    "HistoryLine",
    "LedgerRecorder",
    "LoggedFact",
    "ProofState",
    "SequencerJob",
    "audit",
    "entry_body",
    "history",
    "log_size",
    "logged_facts",
    "logged_subjects",
    "n_pending",
]
