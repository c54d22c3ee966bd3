"""Changes of the ledger's own rules: whom it trusts, and what departments without a server sign."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger import cosigning, facts, log_key, opening, policies, rules
from niangjia.blocks.ledger.models import Checkpoint, Log, Policy, StoredFact, WitnessState
from niangjia.blocks.ledger.selectors import policy_departments
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import service
from niangjia.core.work import FACT, JOURNAL, Work
from niangjia.lib.tlog import keys, note, policy
from niangjia.lib.tlog.note import BadNote, Note

MAX_TEXT = 12_000


@service(permission="ledger.policy", records=FACT)
def policy_set(work: Work, /, *, text: str, text_ml_dsa: str | None = None, resolution: str) -> str:
    """The witnesses and their quorum are these from the entry on that says so; returns its id.

    text_ml_dsa: the same departments' ML-DSA-44 keys; None keeps those of the policy before.

    The outgoing quorum has to witness that entry first: see `policies`. text: C2SP tlog-policy.
    Raises Invalid, Conflict (it is that already; nothing was recorded yet).
    """
    log = opening.newest_log()
    if log is None:
        raise Conflict(_("The log has no entry yet. Record something first, then set the policy."))
    newest = Policy.objects.order_by("-number").first()
    if text_ml_dsa is None:
        text_ml_dsa = newest.text_ml_dsa if newest else ""
    _check(log, text, text_ml_dsa)
    resolution = resolution_of(resolution)
    if newest and (newest.text, newest.text_ml_dsa) == (text, text_ml_dsa):
        raise Conflict(_("This is the policy already; nothing was changed."))
    return policy_record(work, text, text_ml_dsa, resolution)


def policy_record(work: Work, text: str, text_ml_dsa: str, resolution: str) -> str:
    """A step: the next policy is recorded as it stands; returns the id of its fact."""
    number = (Policy.objects.aggregate(Max("number"))["number__max"] or 0) + 1
    values: dict[str, Value] = {
        "number": number,
        "text": text,
        "policy_sha256": policies.sha256(text),
        "ml_dsa_sha256": policies.sha256(text_ml_dsa) if text_ml_dsa else None,
        "resolution": resolution,
    }
    fact = Fact(facts.POLICY, f"policy:{number}", work.at, values, {BUSINESS: facts.OWNER})
    ref = work.record(fact)
    Policy.objects.create(
        fact=StoredFact.objects.get(ref=ref),
        number=number,
        text=text,
        text_ml_dsa=text_ml_dsa,
        resolution=resolution,
        at=clock.real_now(),
    )
    return ref


def resolution_of(text: str) -> str:
    """The resolution as it is kept. Raises Invalid."""
    found = text.strip()
    if not 2 <= len(found) <= 300:
        raise Invalid(
            _("Name the resolution of the joint conference (2 to 300 characters)."),
            fields={"resolution": str(_("2 to 300 characters"))},
        )
    return found


def _check(log: Log, text: str, text_ml_dsa: str) -> None:
    """The two texts are a policy that this log can live under. Raises Invalid."""
    if len(text.encode()) > MAX_TEXT:
        raise Invalid(_("The policy is longer than 12,000 bytes: put ML-DSA-44 keys into theirs."))
    try:
        found = policies.InForce(
            0, policy.parse(text), policy.parse(text_ml_dsa) if text_ml_dsa else None
        )
    except policy.BadPolicy as error:
        raise Invalid(_("The policy cannot be read: %(why)s."), why=str(error)) from error
    if policies.log_signer(log).key not in {key for key, _url in found.main.logs}:
        raise Invalid(_("The policy does not name this log's own key."))
    n, members = found.main.top()
    if found.asks_witnesses and 2 * n <= len(members):
        raise Invalid(
            _("%(n)s of %(m)s: two halves could see two different logs. Ask for more than half."),
            n=n,
            m=len(members),
        )


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file of cosignatures brought. published: the checkpoint's quorum is full now."""

    size: int
    departments: tuple[str, ...]
    published: bool


@service(permission="ledger.witness", records=JOURNAL)
def cosignatures_bring(work: Work, /, *, size: int, lines: bytes) -> Brought:
    """Cosignatures that a department without a server made of the checkpoint of that size.

    lines: what `niangjia-witness cosign` wrote. Raises NotFound, Invalid.
    """
    log = opening.newest_log()
    row = Checkpoint.objects.filter(log=log, size=size).select_related("log").first()
    if row is None:
        raise NotFound(_("The log signed no checkpoint of %(size)s entries."), size=size)
    in_force = policies.at(row.log, size)
    known = {one.key: name for name in in_force.departments for one in in_force.keys_of(name)}
    try:
        text = note.parse(row.note.encode()).text
        found = note.verified(Note(text, note.parse_lines(lines)), known)
        if max(one.at or 0 for one in found) > clock.real_now().timestamp() + rules.OFF_CLOCK_S:
            raise BadNote("it states a time that is still to come")
    except BadNote as error:
        raise Invalid(
            _("This is no cosignature of that checkpoint by a witness of the policy: %(why)s."),
            why=str(error),
        ) from error
    cosigning.keep(row, found)
    names = tuple(sorted({known[one.key] for one in found}))  # type: ignore[index]
    for name in names:
        at = max(one.at or 0 for one in found if known[one.key] == name)  # type: ignore[index]
        told = {
            "cosigned_size": size,
            "cosigned_at": dt.datetime.fromtimestamp(at, dt.UTC),
            "outcome": "cosigned",
        }
        WitnessState.objects.update_or_create(department=name, defaults=told)
    work.journal("ledger.cosignatures_brought", f"checkpoint:{size}", by="、".join(names))
    served = cosigning.newest_published(row.log)
    return Brought(size, names, served is not None and served.checkpoint.size >= size)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and (len(url) <= 300)
        )
    except ValueError:  # a port beyond 65535, a bracket that is not closed
        return False


@service(permission="ledger.witness", records=JOURNAL)
def witness_address_set(work: Work, /, *, department: str, url: str) -> None:
    """A department's witness is asked at this address from now on; empty: as the policy says.

    Raises Invalid, NotFound.
    """
    if department not in policy_departments():
        raise NotFound(_("The policy names no department %(name)s."), name=department)
    if url and not _is_address(url):
        raise Invalid(_("Give the address as https://host/path."), fields={"url": url})
    WitnessState.objects.update_or_create(department=department, defaults={"url": url})
    work.journal("ledger.witness_address", f"witness:{department}", url=url)


@service(permission="ledger.policy", records=JOURNAL)
def log_key_switch(work: Work, /) -> str:
    """The log signs with its next key from now on; returns its vkey.

    Raises Conflict unless the policy in force names both, so that every checkpoint before and
    after is checked by a key that the witnesses were told of.
    """
    log = opening.newest_log()
    row = cosigning.newest_checkpoint(log) if log else None
    if log is None or row is None:
        raise Conflict(_("The log has no entry yet."))
    fresh = log_key.make_next(log.origin).key
    named = {key for key, _url in policies.at(log, row.size + 1).main.logs}
    if not {fresh, policies.log_signer(log).key} <= named:
        raise Conflict(
            _("The policy in force does not name both keys. Set one that does, then repeat.")
        )
    log_key.switch()
    work.journal("ledger.key_switched", log.origin, key=fresh.key_id.hex())
    return keys.vkey(fresh)
