"""How the witnesses stand: what each department cosigned last, how far behind, what it refused."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from niangjia.blocks.ledger import cosigning, freezing, opening, policies, rules
from niangjia.blocks.ledger.models import (
    Checkpoint,
    Freeze,
    Gate,
    Log,
    Policy,
    Published,
    WitnessState,
)
from niangjia.blocks.ledger.policies import InForce
from niangjia.core import clock
from niangjia.lib.tlog import keys

Light = Literal["good", "warn", "bad", "none"]


@dataclass(frozen=True, slots=True)
class Department:
    """size, at: what it cosigned last (None: nothing yet). lag: entries behind the newest signed.
    outcome, detail: of the last attempt; key_ids: of all its keys, ML-DSA-44
    ones last; by_hand: it cosigns by file."""

    name: str
    size: int | None
    at: dt.datetime | None
    lag: int
    outcome: str
    detail: str
    n_refused: int
    key_ids: tuple[str, ...]
    by_hand: bool
    light: Light


@dataclass(frozen=True, slots=True)
class Standing:
    """The log and its witnesses now. gate: None until the first question was asked."""

    log: Log
    signed: Checkpoint | None
    served: Published | None
    in_force: InForce
    policy: Policy | None
    departments: tuple[Department, ...]
    frozen: Freeze | None
    gate: Gate | None
    log_key: str

    @property
    def n_current(self) -> int:
        """Departments that have cosigned the newest checkpoint and answered when asked last; none
        while the log is frozen."""
        if self.frozen is not None:
            return 0
        return sum(one.light == "good" and one.lag == 0 for one in self.departments)

    @property
    def n_shared(self) -> int:
        """How many departments any two quorums share: so many must collude to show two logs."""
        return 2 * self.in_force.n_quorum - len(self.departments)

    @property
    def n_may_be_away(self) -> int:
        return len(self.departments) - self.in_force.n_quorum

    @property
    def is_stale(self) -> bool:
        """True if what is served was last cosigned more than 24 hours ago."""
        times = sorted(one.at for one in self.departments if one.at)
        n = self.in_force.n_quorum
        if not self.in_force.asks_witnesses or len(times) < n:
            return self.in_force.asks_witnesses
        return (clock.real_now() - times[-n]).total_seconds() > rules.STALE_S


def standing() -> Standing | None:
    """None before the first entry."""
    log = opening.newest_log()
    if log is None:
        return None
    signed = cosigning.newest_checkpoint(log)
    size = signed.size if signed else 0
    in_force = policies.at(log, size)
    states = {one.department: one for one in WitnessState.objects.all()}
    found = (
        _department(name, states.get(name) or WitnessState(department=name), in_force, size)
        for name in in_force.departments
    )
    return Standing(
        log=log,
        signed=signed,
        served=cosigning.newest_published(log),
        in_force=in_force,
        policy=policies.row_at(log, size),
        departments=tuple(found),
        frozen=freezing.in_force(),
        gate=Gate.objects.first(),
        log_key=keys.vkey(policies.log_signer(log).key),
    )


def _department(name: str, state: WitnessState, in_force: InForce, newest: int) -> Department:
    by_hand = not (state.url or in_force.url_of(name))
    size = state.cosigned_size or None
    return Department(
        name=name,
        size=size,
        at=state.cosigned_at,
        lag=newest - (size or 0),
        outcome=state.outcome,
        detail=state.detail,
        n_refused=state.n_refused,
        key_ids=tuple(one.key.key_id.hex() for one in in_force.keys_of(name)),
        by_hand=by_hand,
        light=_light(state.outcome, size, by_hand),
    )


def _light(outcome: str, size: int | None, by_hand: bool) -> Light:
    if outcome == "cosigned" or (by_hand and size is not None):
        return "good"
    if outcome in ("nonsense", "ahead", "refused"):
        return "bad"
    return "warn" if outcome else "none"
