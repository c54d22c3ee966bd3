"""The Work: one business event under way, inside its transaction. Only `@service` makes one."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from enum import Enum

from django.db import DEFAULT_DB_ALIAS, connections

from niangjia.core import clock, outbox
from niangjia.core.actor import Actor
from niangjia.core.errors import ProgrammingError
from niangjia.core.facts import RECORDER, Fact
from niangjia.core.models import JournalEntry


class Records(Enum):
    """What a service must leave behind: a fact, a journal entry, or nothing."""

    FACT = "fact"
    JOURNAL = "journal"
    NOTHING = "nothing"


FACT, JOURNAL, NOTHING = Records.FACT, Records.JOURNAL, Records.NOTHING


class Work:
    """actor: who; at: city instant, UTC. Facts, journal and outbox share the transaction."""

    def __init__(self, actor: Actor, at: dt.datetime) -> None:
        if not connections[DEFAULT_DB_ALIAS].in_atomic_block:
            raise ProgrammingError("a Work exists only inside a service's transaction")
        self.actor = actor
        self.at = at
        self.n_facts = 0
        self.n_journal = 0
        self.is_repeat = False

    def new_id(self) -> str:
        """A random public id, 32 hexadecimal digits."""
        return secrets.token_hex(16)

    def record(self, fact: Fact) -> str:
        return self.record_many([fact])[0]

    def record_many(self, facts: Sequence[Fact]) -> list[str]:
        """Record facts in order; returns their ids. Sequenced by the worker after the commit."""
        actor = {
            "actor_name": self.actor.name,
            "actor_role": self.actor.role,
            "actor_person": self.actor.person_ref,
            "actor_organisation": self.actor.organisation_ref,
        }
        owner = f"person:{self.actor.person_ref}" if self.actor.person_ref else "system"
        ids = RECORDER.impl.record(facts, actor=actor, owner=owner, at=self.at)
        self.n_facts += len(ids)
        return ids

    def journal(self, kind: str, subject: str = "", **detail: str | int | bool | None) -> None:
        """Note a private act (sign-in, export, look at masked data); kept for its retention."""
        JournalEntry.objects.create(
            at=clock.real_now(),
            login_id=self.actor.login_id,
            organisation_id=self.actor.organisation_id,
            role=self.actor.role,
            kind=kind,
            subject=subject,
            detail=detail,
        )
        self.n_journal += 1

    def send(self, topic: str, payload: Mapping[str, object]) -> None:
        """Leave a message that the worker carries out after the commit, at least once."""
        outbox.put(topic, payload)

    def repeated(self) -> None:
        """Say that this call repeats one already done, so that recording nothing is right."""
        self.is_repeat = True
