"""The ledger's door.

Columns that other rooms may join on: Entry.index, .fact__ref, .fact__subject, .fact__kind.
"""

from niangjia.blocks.ledger.agreement import submit_until
from niangjia.blocks.ledger.auditing import audit, audit_newest
from niangjia.blocks.ledger.disclosing import keep_commitments
from niangjia.blocks.ledger.freezing import notice as freeze_notice
from niangjia.blocks.ledger.packing import Made as MadePack
from niangjia.blocks.ledger.packing import pack_make, packs_make
from niangjia.blocks.ledger.proving import (
    SignedRoot,
    entries_proven,
    open_entries,
    served_size,
    signed_root,
    site_index,
)
from niangjia.blocks.ledger.recorder import LedgerRecorder
from niangjia.blocks.ledger.selectors import (
    entries_before,
    entry_body,
    facts_by_ref,
    history,
    log_size,
    log_vkey,
    logged_facts,
    logged_subjects,
    n_pending,
    newest_entry_at,
    policy_departments,
)
from niangjia.blocks.ledger.sequencer import SequencerJob, adopt_entries
from niangjia.blocks.ledger.services import policy_set, witness_address_set
from niangjia.blocks.ledger.sm3 import step as sm3_step
from niangjia.blocks.ledger.types import (
    AuditResult,
    HistoryLine,
    LoggedFact,
    OpenEntry,
    ProofState,
    ProvenEntries,
    ProvenEntry,
)

__all__ = [
    "AuditResult",
    "HistoryLine",
    "LedgerRecorder",
    "LoggedFact",
    "MadePack",
    "OpenEntry",
    "ProofState",
    "ProvenEntries",
    "ProvenEntry",
    "SequencerJob",
    "SignedRoot",
    "adopt_entries",
    "audit",
    "audit_newest",
    "entries_before",
    "entries_proven",
    "entry_body",
    "facts_by_ref",
    "freeze_notice",
    "history",
    "keep_commitments",
    "log_size",
    "log_vkey",
    "logged_facts",
    "logged_subjects",
    "n_pending",
    "newest_entry_at",
    "open_entries",
    "pack_make",
    "packs_make",
    "policy_departments",
    "policy_set",
    "served_size",
    "signed_root",
    "site_index",
    "sm3_step",
    "submit_until",
    "witness_address_set",
]
