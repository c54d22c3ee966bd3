"""The ledger's pages for people: the witnesses, and one entry with its proof."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.ledger import cosigning, policies, serving
from niangjia.blocks.ledger.models import Entry, Log
from niangjia.blocks.ledger.witnesses import Department, Standing
from niangjia.core.facts import kind_of
from niangjia.lib import canonical
from niangjia.ui.parts import Column, Table

OUTCOMES = {
    "cosigned": gettext_lazy("cosigns"),
    "behind": gettext_lazy("catching up"),
    "ahead": gettext_lazy("knows more than we have"),
    "refused": gettext_lazy("refuses"),
    "nonsense": gettext_lazy("answers nonsense"),
    "unreachable": gettext_lazy("does not answer"),
    "": gettext_lazy("not asked yet"),
}


DETAILS = {
    "no_line": gettext_lazy("no cosignature of its keys in the answer"),
    "clock": gettext_lazy("its clock is wrong"),
    "no_size": gettext_lazy("it states another size, but not which"),
    "same_size": gettext_lazy("it refuses the size that it states itself"),
    "elsewhere": gettext_lazy("it sends us elsewhere"),
    "no_tree": gettext_lazy("it claims another tree and shows none that we signed"),
    "our_tree": gettext_lazy("it refuses, and shows our own tree"),
    "reset": gettext_lazy("it has forgotten what it cosigned: a new key is needed"),
    "forked": gettext_lazy("it holds another tree, signed by us"),
    "422": gettext_lazy("it finds no continuation of what it holds"),
    "403": gettext_lazy("it does not know the log's key"),
    "404": gettext_lazy("it does not know this log"),
    "400": gettext_lazy("it cannot read what was sent"),
    "503": gettext_lazy("its clock or its disk is at fault"),
}
STATE_CELL = '<span class="tag {1}">{2}</span><small class="muted block">{3}</small>'


def moment(at: dt.datetime | None) -> str:
    """An instant in the city's zone, to the second."""
    return localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else "—"


def standing_parts(now: Standing) -> dict[str, object]:
    """What the witness page shows, by the names in its template."""
    rows = [_row(one) for one in now.departments]
    columns = (
        Column(_("Department"), "{0}", lead=True),
        Column(
            _("State"), '<span class="tag {1}">{2}</span><small class="muted block">{3}</small>'
        ),
        Column(_("Cosigned entries"), "{4}", numeric=True),
        Column(_("Behind by"), "{5}", numeric=True),
        Column(_("Last cosigned"), "{6}", numeric=True),
        Column(_("Refusals"), "{7}", numeric=True),
        Column(_("Key ids"), '<span class="hash">{8}</span>'),
    )
    return {
        "now": now,
        "served_size": now.served.checkpoint.size if now.served else 0,
        "signed_at": moment(now.signed.signed_at if now.signed else None),
        "witnessed_at": moment(now.served.witnessed_at if now.served else None),
        "table": Table(_("Witnesses"), columns, rows),
        "demonstration": settings.NIANGJIA_DEMO,
        "n_departments": len(now.departments),
        "n_quorum": now.in_force.n_quorum,
        "n_bears": max(now.n_shared - 1, 0),
        "verifier_hashes": serving.verifier_hashes(),
        "policy_sha256": now.in_force.main.sha256 if now.policy else "",
    }


def _row(one: Department) -> tuple[object, ...]:
    said = OUTCOMES.get(one.outcome, one.outcome)
    if one.by_hand and not one.outcome:
        said = _("cosigns by file")
    return (
        one.name,
        {"none": ""}.get(one.light, one.light),
        said,
        DETAILS.get(one.detail, one.detail) if one.light == "bad" else "",
        "—" if one.size is None else f"{one.size:,}",
        "—" if one.size is None else f"{one.lag:,}",
        moment(one.at),
        one.n_refused,
        " ".join(one.key_ids),
    )


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry for people. cosigned: (department, when) under the served checkpoint."""

    index: int
    within: int
    origin: str
    title: str
    hour: str
    opened: tuple[tuple[str, str], ...]
    n_sealed: int
    sealed_root: str
    leaf_hash: str
    size: int
    root: str
    hashes: tuple[str, ...]
    cosigned: tuple[tuple[str, str], ...]
    witnessed_at: str
    is_served: bool
    is_witnessed: bool


def entry_page(index: int) -> EntryPage | None:
    """The entry, with its proof if it is served; None past the end of the log."""
    row = Entry.objects.filter(index=index).select_related("fact").first()
    log = Log.objects.filter(first__lte=index).order_by("-number").first()
    if row is None or log is None:
        return None
    body: Any = canonical.reread(bytes(row.fact.body))
    served = cosigning.newest_published(log)
    within = index - log.first
    is_served = served is not None and within < served.checkpoint.size
    checkpoint = served.checkpoint if served is not None and is_served else None
    proof = serving.inclusion(log, within, checkpoint.size) if checkpoint else []
    in_force = policies.at(log, checkpoint.size) if checkpoint else policies.NONE
    cosigned = in_force.main.cosigned(cosigning.cosigned_note(checkpoint)) if checkpoint else {}
    by_name = _by_department(in_force, cosigned)
    return EntryPage(
        index=index,
        within=within,
        origin=log.origin,
        title=str(kind_of(row.fact.kind).title),
        hour=moment(dt.datetime.fromisoformat(body["hour"])),
        opened=tuple((name, _shown(value)) for name, value in body["open"].items()),
        n_sealed=body["sealed"]["n"],
        sealed_root=body["sealed"]["root"],
        leaf_hash=bytes(row.leaf_hash).hex(),
        size=checkpoint.size if checkpoint else 0,
        root=bytes(checkpoint.root).hex() if checkpoint else "",
        hashes=tuple(one.hex() for one in proof),
        cosigned=tuple(
            (name, moment(dt.datetime.fromtimestamp(at, dt.UTC))) for name, at in by_name.items()
        ),
        witnessed_at=moment(served.witnessed_at if served else None),
        is_served=is_served,
        is_witnessed=is_served and in_force.asks_witnesses,
    )


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _by_department(in_force: policies.InForce, cosigned: Mapping[str, int]) -> dict[str, int]:
    """Department -> when its first key cosigned, POSIX seconds; who did not is left out."""
    found = {}
    for name in in_force.departments:
        if (at := in_force.main.reached_at(name, cosigned)) is not None:
            found[name] = at
    return found
