"""Which policy is in force at a size of the log: the newest that stands in it below that size and
that the witnesses of the one before it have seen. Where four keys of eight are lost at once no
policy can follow: then the log is closed, and another opened by resolution."""

import functools
import hashlib
from dataclasses import dataclass

from niangjia.blocks.ledger import log_key
from niangjia.blocks.ledger.models import Entry, Log, Policy, Published
from niangjia.lib.tlog import policy as tlog_policy
from niangjia.lib.tlog.keys import LogKey, Signer
from niangjia.lib.tlog.policy import Witness


@dataclass(frozen=True, slots=True)
class InForce:
    """number: 0 before the first. main: Ed25519 keys; ml_dsa: the second file, or None."""

    number: int
    main: tlog_policy.Policy
    ml_dsa: tlog_policy.Policy | None = None

    @property
    def asks_witnesses(self) -> bool:
        return self.main.quorum != tlog_policy.NONE

    @property
    def departments(self) -> tuple[str, ...]:
        """The members of the quorum, in the policy's order."""
        return self.main.top()[1]

    @property
    def n_quorum(self) -> int:
        return self.main.top()[0]

    @property
    def n_agreeing(self) -> int:
        """How many departments must know our last checkpoint before we sign the next: so many that
        no quorum could have seen a later one without any of them."""
        return len(self.departments) - self.n_quorum + 1 if self.asks_witnesses else 0

    def keys_of(self, department: str) -> tuple[Witness, ...]:
        """All keys of a department, ML-DSA-44 ones last."""
        keys = self.main.witnesses_of(department)
        if self.ml_dsa and (
            department in self.ml_dsa.groups or department in self.ml_dsa.witnesses
        ):
            keys += self.ml_dsa.witnesses_of(department)
        return keys

    def url_of(self, department: str) -> str:
        """The address that the policy gives; empty if none."""
        return next((one.url for one in self.keys_of(department) if one.url), "")


@functools.lru_cache(maxsize=32)
def _parsed(number: int, text: str, text_ml_dsa: str) -> InForce:
    more = tlog_policy.parse(text_ml_dsa) if text_ml_dsa else None
    return InForce(number, tlog_policy.parse(text), more)


NONE = InForce(0, tlog_policy.parse("quorum none\n"))


def row_at(log: Log, size: int) -> Policy | None:
    """The row of the policy in force at that size of a log; None before the first."""
    known = list(Policy.objects.order_by("-number"))
    if not known:
        return None
    placed = Entry.objects.filter(fact_id__in=[row.fact_id for row in known])
    places = dict(placed.values_list("fact_id", "index"))
    end = log.first + size
    rows = [(row, places[row.fact_id]) for row in known if places.get(row.fact_id, end) < end]
    for n, (row, index) in enumerate(rows, 1):
        before, place = rows[n] if n < len(rows) else (None, index)
        moved = place < log.first <= index
        if moved or not _asks(before) or _is_witnessed(index, log, size):
            return row
    return None


def sha256(text: str) -> str:
    """Hash of a policy's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _asks(row: Policy | None) -> bool:
    return row is not None and _parsed(row.number, row.text, row.text_ml_dsa).asks_witnesses


def _is_witnessed(index: int, log: Log, size: int) -> bool:
    """True if a checkpoint that contains the entry of a policy was published, under the one before
    it, below `size`: the outgoing quorum has seen by whom it is replaced."""
    own = Log.objects.filter(first__lte=index).order_by("-number").first()
    if own is None:
        return False
    seen = Published.objects.filter(checkpoint__log=own, checkpoint__size__gt=index - own.first)
    if own.pk == log.pk:
        seen = seen.filter(checkpoint__size__lt=size)
    return seen.exists()


def at(log: Log, size: int) -> InForce:
    """The policy under which a checkpoint of that size is published and checked."""
    row = row_at(log, size)
    return _parsed(row.number, row.text, row.text_ml_dsa) if row else NONE


def log_signer(log: Log) -> Signer:
    """Who signs for a log."""
    return log_key.signer(log.origin)


def all_log_keys(log: Log) -> list[LogKey]:
    """Every key that ever was this log's: that of today, and those its policies named."""
    keys = {log_signer(log).key}
    for text in Policy.objects.values_list("text", flat=True):
        keys |= {key for key, _url in tlog_policy.parse(text).logs if key.name == log.origin}
    return [key for key in keys if isinstance(key, LogKey)]
