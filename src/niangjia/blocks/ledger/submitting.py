"""The newest checkpoint goes to every witness; what they answer is kept, published, or seen
through. Only a tree that carries our own signature counts against us."""

import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.db import transaction

from niangjia.blocks.ledger import client, cosigning, freezing, opening, policies, rules
from niangjia.blocks.ledger.client import Answer, Line
from niangjia.blocks.ledger.models import Checkpoint, Cosignature, WitnessState
from niangjia.blocks.ledger.policies import InForce
from niangjia.blocks.ledger.rules import Meaning
from niangjia.blocks.ledger.tree import tree_of
from niangjia.core import clock
from niangjia.lib.tlog import note
from niangjia.lib.tlog.checkpoint import Checkpoint as Signed
from niangjia.lib.tlog.request import AddCheckpoint

# Of a witness's state; where it is reached is the operator's to say.
KEPT = ("tried_at", "outcome", "detail", "cosigned_size", "cosigned_at", "n_refused")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to one address. old: the size it starts from."""

    department: str
    url: str
    old: int


class Submitter:
    """Keeps a connection to each witness. One round at a time."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="witness")
        self._turn = threading.Lock()

    def submit(
        self, row: Checkpoint, in_force: InForce, *, everyone: bool = False
    ) -> dict[str, Meaning]:
        """Asks the witnesses that are due (or everyone) to cosign; department -> what came of it.

        Cosignatures are kept, and the checkpoint is published if its quorum is full.
        """
        with self._turn:
            wanted = _wanted(row, in_force, everyone)
            meanings = self._ask(row, in_force, wanted)
            behind = [one for one in wanted if meanings[one].outcome == "behind"]
            reset = [one for one in behind if _is_reset(row, one, meanings[one], in_force)]
            again = [
                Asked(one.department, one.url, meanings.pop(one).size or 0)
                for one in behind
                if one not in reset
            ]
            meanings |= {one: Meaning("nonsense", detail="reset") for one in reset}
            meanings |= self._ask(row, in_force, again)
            meanings |= {
                one: self._look(row, one, found) for one, found in meanings.items() if found.ask
            }
        lines = [line for found in meanings.values() for line in found.lines]
        if lines:
            cosigning.keep(row, lines)
        _remember(row, meanings)
        return {one.department: found for one, found in meanings.items()}

    def _ask(
        self, row: Checkpoint, in_force: InForce, asked: Iterable[Asked]
    ) -> dict[Asked, Meaning]:
        head, tree = _head(row), tree_of(row.log)
        signed = note.parse(row.note.encode())
        jobs, bodies = [], dict[int, bytes]()
        for one in asked:
            if one.old not in bodies:  # mostly all stand at the same size
                proof = tree.consistency(one.old, row.size) if 0 < one.old < row.size else []
                bodies[one.old] = bytes(AddCheckpoint(one.old, tuple(proof), signed))
            jobs.append((one, self._pool.submit(self._line(one.url).submit, bodies[one.old])))
        deadline = time.monotonic() + client.TIMEOUT_S * 2  # a kept connection is tried twice
        return {
            one: _meaning(head, one, self._answer(one, job, deadline), in_force)
            for one, job in jobs
        }

    def _answer(self, asked: Asked, job: "Future[Answer]", deadline: float) -> Answer:
        """What came of a request by the deadline, however slowly a witness drips."""
        try:
            return job.result(max(deadline - time.monotonic(), 0))
        except TimeoutError:
            self._lines.pop(asked.url).abort()
            return Answer(0, detail="too slow")

    def _line(self, url: str) -> Line:
        if url not in self._lines:
            self._lines[url] = Line(url)
        return self._lines[url]

    def _look(self, row: Checkpoint, asked: Asked, found: Meaning) -> Meaning:
        """A witness says that it knows another tree: believed only if we signed what it shows."""
        answer = self._line(asked.url).latest(row.log.origin)
        keys = policies.all_log_keys(row.log)
        shown = rules.seen_at_witness(answer.body, row.log.origin, keys)
        if answer.status != 200 or shown is None:
            return Meaning("nonsense", detail="no_tree")
        head, signed = shown
        newest = cosigning.newest_checkpoint(row.log) or row  # it may have grown meanwhile
        if head.size > newest.size:
            freezing.freeze("lost", asked.department, str(signed))
            return Meaning("ahead", size=head.size)
        if tree_of(row.log).root(head.size) != head.root:
            freezing.freeze("forked", asked.department, str(signed))
            return Meaning("refused", size=head.size, detail="forked")
        return Meaning("nonsense", detail="our_tree")


def _head(row: Checkpoint) -> Signed:
    return Signed(row.log.origin, row.size, bytes(row.root))


def submit_newest() -> bool:
    """True if the newest checkpoint was submitted to whom it was due."""
    newest = opening.newest_log()
    row = cosigning.newest_checkpoint(newest) if newest else None
    if row is None:
        return False
    in_force = policies.at(row.log, row.size)
    if not in_force.asks_witnesses or freezing.in_force():
        return False
    return bool(SUBMITTER.submit(row, in_force))


def _wanted(row: Checkpoint, in_force: InForce, everyone: bool) -> list[Asked]:
    """Whom to ask, and from which size: where it stood last, else our own size, never 0."""
    states = {one.department: one for one in WitnessState.objects.all()}
    now = int(clock.real_now().timestamp())
    done = _cosigned_at(row)
    wanted = []
    for department in in_force.departments:
        state = states.get(department) or WitnessState(department=department)
        url = state.url or in_force.url_of(department)
        times = [done.get(one.key.key_id.hex(), 0) for one in in_force.keys_of(department)]
        due = rules.is_due(max(times), now) and not _rests(state, now)
        if url and (everyone or due):
            known = state.cosigned_size
            wanted.append(Asked(department, url, known if 0 < known <= row.size else row.size))
    return wanted


def _rests(state: WitnessState, now: int) -> bool:
    """A witness that just failed is left alone for some seconds."""
    if state.outcome in ("", "cosigned") or state.tried_at is None:
        return False
    return now - state.tried_at.timestamp() < rules.REST_S


def _cosigned_at(row: Checkpoint) -> Mapping[str, int]:
    """Key id -> when it cosigned this checkpoint last."""
    lines = Cosignature.objects.filter(checkpoint=row).order_by("at")
    return dict(lines.values_list("key_id", "at"))


def _meaning(head: Signed, asked: Asked, answer: Answer, in_force: InForce) -> Meaning:
    keys = [one.key for one in in_force.keys_of(asked.department)]
    now = int(clock.real_now().timestamp())
    if not answer.status:
        return Meaning("unreachable", detail=answer.detail)
    return rules.meaning(head, asked.old, answer.status, answer.body, answer.size, keys, now)


def _is_reset(row: Checkpoint, asked: Asked, found: Meaning, in_force: InForce) -> bool:
    """True if a witness says 0 though a key of its department has cosigned this log: its state is
    never reset, it gets a new key."""
    if found.size:
        return False
    ids = [one.key.key_id.hex() for one in in_force.keys_of(asked.department)]
    return Cosignature.objects.filter(checkpoint__log=row.log, key_id__in=ids).exists()


@transaction.atomic
def _remember(row: Checkpoint, meanings: Mapping[Asked, Meaning]) -> None:
    """One COMMIT for all: on SQLite each is a turn and an fsync."""
    now = clock.real_now()
    for asked, found in meanings.items():
        state, _made = WitnessState.objects.get_or_create(department=asked.department)
        state.tried_at = now
        state.outcome, state.detail = found.outcome, found.detail
        if found.outcome == "cosigned":
            state.cosigned_size, state.cosigned_at = row.size, now
        elif found.outcome in ("refused", "nonsense", "ahead"):
            state.n_refused += 1
        state.save(update_fields=KEPT)


SUBMITTER = Submitter()
