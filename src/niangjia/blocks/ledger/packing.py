"""Evidence packs: entries with their proofs, what the holder may see of their sealed fields, and
all that it takes to check them offline. Handing one out is a fact of its own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.ledger import (
    cosigning,
    disclosing,
    facts,
    opening,
    pages,
    policies,
    serving,
    stamping,
)
from niangjia.blocks.ledger.models import Log, Published, StoredFact
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, NotFound, TooLarge
from niangjia.core.facts import BUSINESS, Fact, Value, kind_of
from niangjia.core.service import FACT, authorise, service
from niangjia.core.work import Work
from niangjia.lib import canonical, pack
from niangjia.lib.zipped import Member

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Made:
    """A pack ready to be written. chunks: its bytes, to be read once; name: of the file.

    n_later: entries about the same that are too new for the checkpoint, and so not in it.
    """

    name: str
    chunks: Iterator[bytes]
    n_entries: int
    n_fields: int
    size: int
    n_later: int = 0


@service(permission="packs.make", records=FACT)
def pack_note(
    work: Work, /, *, title: str, indices: Sequence[int], n_fields: int, size: int, manifest: str
) -> str:
    """The log says that a pack was handed out: of how many entries, how many fields it shows."""
    values: dict[str, Value] = {
        "n_entries": len(indices),
        "n_fields": n_fields,
        "size": size,
        "entries": listed if len(listed := ",".join(map(str, indices))) <= 4000 else None,
        "manifest_sha256": manifest,
        "title": title,
    }
    return work.record(
        Fact(facts.DISCLOSED, f"pack:{manifest}", work.at, values, {BUSINESS: facts.OWNER})
    )


def pack_make(
    actor: Actor, /, *, subjects: Sequence[str], title: str, evidence: Sequence[Member] = ()
) -> Made:
    """A pack of all entries about these subjects, recorded as handed out.

    The caller has checked that the actor may see them; business fields are shown, people are not.
    Raises NotFound, Conflict (not served yet), TooLarge.
    """
    authorise(actor, "ledger.pack")
    found = _facts(subjects)
    if not found:
        raise NotFound(_("Nothing is recorded about this."))
    log, served = _served(found)
    return _made(actor, log, served, found, title, evidence)


def packs_make(
    actor: Actor, /, *, parts: Iterable[Sequence[str]], title: str
) -> Iterator[Made | None]:
    """A pack for each part (a list of subjects), all under the one checkpoint served at the start,
    each made, and recorded as handed out, when it is asked for; None where nothing can be in it.

    What is too new for that checkpoint is counted and left out. A part is held in memory: keep it
    to some hundred subjects. The caller has checked that the actor may see them. Raises Conflict
    if nothing is served, TooLarge.
    """
    authorise(actor, "packs.make")
    log = opening.newest_log()
    served = cosigning.newest_published(log) if log else None
    for number, subjects in enumerate(parts, 1):
        found = _facts(subjects)
        if log is None or served is None:
            raise _not_served(len(found))
        covered = [fact for fact in found if _covers(log, served, fact)]
        if not covered:
            yield None
            continue
        made = _made(actor, log, served, covered, f"{title} ({number})", ())
        yield replace(made, n_later=len(found) - len(covered))


def _facts(subjects: Sequence[str]) -> list[StoredFact]:
    rows = StoredFact.objects.filter(subject__in=subjects).select_related("entry")
    found = list(rows.prefetch_related("kept").order_by("id")[: MOST + 1])
    if len(found) > MOST:
        raise TooLarge(gettext_lazy("A pack holds at most 10,000 entries. Choose fewer."))
    return found


def _covers(log: Log, served: Published, fact: StoredFact) -> bool:
    entry = getattr(fact, "entry", None)
    return entry is not None and log.first <= entry.index < log.first + served.checkpoint.size


def _served(found: Sequence[StoredFact]) -> tuple[Log, Published]:
    """The newest log and what it serves, if that covers all of them."""
    log = opening.newest_log()
    served = cosigning.newest_published(log) if log else None
    waiting = [
        fact for fact in found if log is None or served is None or not _covers(log, served, fact)
    ]
    if log is None or served is None or waiting:
        raise _not_served(len(waiting))
    return log, served


def _not_served(n: int) -> Conflict:
    return Conflict(
        gettext_lazy(
            "%(n)s entries are not under a served checkpoint of this log yet. Try again in a"
            " minute; if it stays so, see the witnesses' page."
        ),
        n=n,
    )


def _made(
    actor: Actor,
    log: Log,
    served: Published,
    found: Sequence[StoredFact],
    title: str,
    evidence: Sequence[Member],
) -> Made:
    size = served.checkpoint.size
    policy = policies.row_at(log, size)
    extra = [policy.fact] if policy and policy.fact.entry.index >= log.first else []
    n_fields = 0
    records = []
    for fact in {one.pk: one for one in (*found, *extra)}.values():
        index = fact.entry.index - log.first
        opened = disclosing.open_fact(fact)
        names = disclosing.disclosable(fact, opened)
        n_fields += len(names)
        hashes = serving.inclusion(log, index, size)
        shown = disclosing.disclose(fact, opened, index, names)
        records.append(pack.Record(index, bytes(fact.body), hashes, shown))
    made = pack.Pack(
        title=title,
        made_at=clock.real_now(),
        checkpoint=str(cosigning.cosigned_note(served.checkpoint)).encode(),
        policy=serving.policy_text(serving.Served(log, served)),
        records=records,
        policy_entry=extra[0].entry.index - log.first if extra else None,
        evidence=evidence,
        timestamp=stamping.reply_for(served.checkpoint),
        readme=render_to_string("ledger/pack_readme.txt", _about(served, title)).encode(),
        report=_report(served, title, found, log).encode(),
    )
    members = made.members()
    pack_note(
        actor,
        title=title,
        indices=sorted(one.index for one in records),
        n_fields=n_fields,
        size=size,
        manifest=members[0].sha256,
    )
    name = f"pack-{members[0].sha256[:12]}.zip"
    return Made(name, made.chunks(), len(records), n_fields, size)


def _about(served: Published, title: str) -> dict[str, object]:
    log = served.checkpoint.log
    in_force = policies.at(log, served.checkpoint.size)
    text = serving.policy_text(serving.Served(log, served))
    return {
        "title": title,
        "origin": log.origin,
        "size": served.checkpoint.size,
        "policy_sha256": sha256(text.encode()).hexdigest(),
        "quorum": in_force.n_quorum,
        "n_departments": len(in_force.departments),
        "witnessed_at": pages.moment(served.witnessed_at),
        "made_at": pages.moment(clock.real_now()),
    }


def _report(served: Published, title: str, found: Sequence[StoredFact], log: Log) -> str:
    """The pack for reading: nothing in it is checked; the files beside it are."""
    entries = []
    for fact in found:
        opened = disclosing.open_fact(fact)
        body = canonical.reread(bytes(fact.body))
        names = disclosing.disclosable(fact, opened)
        entries.append(
            {
                "index": fact.entry.index - log.first,
                "title": str(kind_of(fact.kind).title),
                "hour": body["hour"],  # type: ignore[index]
                "opened": list(body["open"].items()),  # type: ignore[index]
                "sealed": [(name, opened.values[name]) for name in names],
            }
        )
    return render_to_string(
        "ledger/pack_report.html", {"entries": entries, **_about(served, title)}
    )
