"""`niangjia ledger`: check the log, give it away, say who witnesses it."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.blocks.ledger import (
    cosigning,
    log_key,
    opening,
    packing,
    policies,
    repairing,
    services,
    serving,
)
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import Cosignature
from niangjia.blocks.ledger.selectors import log_vkey, n_pending
from niangjia.blocks.ledger.tree import tree_of
from niangjia.core import jobs
from niangjia.core.errors import Conflict, NotFound
from niangjia.core.service import authorise
from niangjia.lib.tlog import keys, note
from niangjia.lib.tlog.request import AddCheckpoint

NOUN = "ledger"
HELP = "the log of facts: check it, export it, its witnesses"


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def register(commands: Commands) -> None:
    """Add the noun's sub-commands."""
    _add_reading(commands)
    _add_witnessing(commands)
    _add_trouble(commands)


def _add_reading(commands: Commands) -> None:
    check = commands.add_parser("audit", help="re-hash every entry and re-open every sealed root")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.add_argument("--known", type=Path, metavar="CHECKPOINT", help="a checkpoint kept outside")
    check.add_argument("--log-only", action="store_true", help="leave the sealed values closed")
    check.set_defaults(run=run_audit)
    export = commands.add_parser("export", help="the served log as static files")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.set_defaults(run=run_export)
    packed = commands.add_parser("pack", help="an evidence pack of all entries about something")
    packed.add_argument("subject", nargs="+", help="such as purchase:REF")
    packed.add_argument("--title", required=True)
    packed.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    packed.set_defaults(run=run_pack)


def _add_witnessing(commands: Commands) -> None:
    policy = commands.add_parser("policy", help="show, or set, who witnesses the log")
    policy.add_argument("--set", type=Path, metavar="FILE", help="a C2SP tlog-policy")
    policy.add_argument("--ml-dsa", type=Path, metavar="FILE", help="the same with ML-DSA-44 keys")
    policy.add_argument("--resolution", default="", help="of the joint conference, for --set")
    policy.set_defaults(run=run_policy)
    key = commands.add_parser("key", help="the log's next key: make it, then sign with it")
    key.add_argument("--switch", action="store_true", help="once the policy names both")
    key.set_defaults(run=run_key)
    address = commands.add_parser("witness", help="where a department's witness is asked")
    address.add_argument("department", help="as the policy names it")
    address.add_argument("--url", required=True, help="empty: as the policy says")
    address.set_defaults(run=run_witness)
    request = commands.add_parser("request", help="a request file for a witness without a server")
    request.add_argument("--department", required=True, help="as the policy names it")
    request.add_argument("--out", type=Path, required=True, metavar="FILE")
    request.set_defaults(run=run_request)
    bring = commands.add_parser("cosigned", help="bring the lines that such a witness wrote")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--size", type=int, required=True, help="entries of the checkpoint")
    bring.set_defaults(run=run_cosigned)


def _add_trouble(commands: Commands) -> None:
    repair = commands.add_parser("repair", help="get lost entries back from a copy of the log")
    repair.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR")
    repair.add_argument("--resolution", required=True)
    repair.set_defaults(run=run_repair)
    again = commands.add_parser(
        "erasures", help="after a restore: erase again what a copy of the log says was erased"
    )
    again.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR")
    again.set_defaults(run=run_erasures, default_as="city")
    fresh = commands.add_parser("continue", help="close a frozen log and begin another origin")
    fresh.add_argument("--resolution", required=True)
    fresh.set_defaults(run=run_continue)


def run_audit(options: argparse.Namespace) -> int:
    """Exit 0 if every entry, root and sealed value holds, 1 else."""
    known = options.known.read_bytes() if options.known else None
    result = audit(known, sealed=not options.log_only)
    n_open = result.size - result.n_witnessed
    if options.json:
        print(json.dumps(asdict(result)))
        return 1 if result.faults else 0
    print(_("%(n)s entries, root %(root)s") % {"n": result.size, "root": result.root})
    for fault in result.faults:
        print(_("FAULT: %(fault)s") % {"fault": fault})
    if not result.faults:
        print(_("All of it holds."))
    if n_open:
        told = ngettext(
            "The newest entry is not covered by witnesses.",
            "The newest %(n)s entries are not covered by witnesses.",
            n_open,
        )
        print(told % {"n": n_open})
    return 1 if result.faults else 0


def run_export(options: argparse.Namespace) -> int:
    """The files lie in DIR. Raises Conflict if nothing is served yet."""
    of = serving.served()
    if of is None or of.row is None:
        raise Conflict(_("Nothing is served yet: the log has no published checkpoint."))
    n = sum(1 for _path in serving.export(of, options.out))
    print(
        _("%(size)s entries in %(n)s files in %(out)s")
        % {"size": of.size, "n": n, "out": options.out}
    )
    return 0


def run_policy(options: argparse.Namespace) -> int:
    """Prints the policy of the newest checkpoint, or sets another. Raises Invalid, Conflict."""
    if options.set:
        services.policy_set(
            options.actor,
            text=options.set.read_text("utf-8"),
            text_ml_dsa=options.ml_dsa.read_text("utf-8") if options.ml_dsa else None,
            resolution=options.resolution,
        )
        jobs.settle()
        if n_pending():
            print(_("The policy is recorded, and not in the log yet: see /log/witnesses."))
        else:
            print(_("The policy stands in the log."))
        return 0
    of = serving.served()
    if of is None:
        raise Conflict(_("The log has no entry yet."))
    sys.stdout.write(f"# {keys.vkey(policies.log_signer(of.log).key)}\n")
    sys.stdout.write(serving.policy_text(of) or serving.none_policy(of.log))
    return 0


def run_key(options: argparse.Namespace) -> int:
    """Prints the next key, made if absent; with --switch the log signs with it. Raises Conflict."""
    if options.switch:
        print(services.log_key_switch(options.actor))
        return 0
    log = opening.newest_log()
    if log is None:
        raise Conflict(_("The log has no entry yet."))
    authorise(options.actor, "ledger.policy")
    print(keys.vkey(log_key.make_next(log.origin).key))
    return 0


def run_witness(options: argparse.Namespace) -> int:
    """The department is asked at this address from now on. Raises NotFound, Invalid."""
    services.witness_address_set(options.actor, department=options.department, url=options.url)
    print(_("%(name)s is asked at %(url)s") % {"name": options.department, "url": options.url})
    return 0


def run_request(options: argparse.Namespace) -> int:
    """FILE asks the department to cosign the newest checkpoint. Raises NotFound."""
    log = opening.newest_log()
    row = cosigning.newest_checkpoint(log) if log else None
    in_force = policies.at(row.log, row.size) if row else policies.NONE
    if row is None or options.department not in in_force.departments:
        raise NotFound(_("The policy names no department %(name)s."), name=options.department)
    ids = [one.key.key_id.hex() for one in in_force.keys_of(options.department)]
    lines = Cosignature.objects.filter(key_id__in=ids, checkpoint__log=row.log)
    last = lines.order_by("-checkpoint__size").values_list("checkpoint__size", flat=True).first()
    old = last or 0
    proof = tree_of(row.log).consistency(old, row.size) if 0 < old < row.size else []
    options.out.write_bytes(bytes(AddCheckpoint(old, tuple(proof), note.parse(row.note.encode()))))
    print(
        _("%(out)s asks %(name)s to cosign %(size)s entries")
        % {"out": options.out, "name": options.department, "size": row.size}
    )
    return 0


def run_cosigned(options: argparse.Namespace) -> int:
    """The cosignatures are kept. Raises NotFound, Invalid."""
    found = services.cosignatures_bring(
        options.actor, size=options.size, lines=options.file.read_bytes()
    )
    print(_("Cosigned by %(names)s") % {"names": "、".join(found.departments)})
    if found.published:
        print(_("The checkpoint is published."))
    return 0


def run_repair(options: argparse.Namespace) -> int:
    """What was lost is back. Raises Conflict, Invalid."""
    found = repairing.log_repair(
        options.actor, folder=options.folder, resolution=options.resolution
    )
    print(
        _("%(n)s entries are back, %(known)s of them with sealed values; the log has %(size)s.")
        % {"n": found.n_back, "known": found.n_known, "size": found.size}
    )
    return 0


def run_pack(options: argparse.Namespace) -> int:
    """FILE holds the pack, whole. Raises NotFound, Conflict, TooLarge."""
    draft = options.out.with_name(f".{options.out.name}")
    with draft.open("wb") as file:  # before anything is said to have been handed out
        made = packing.pack_make(options.actor, subjects=options.subject, title=options.title)
        for chunk in made.chunks:
            file.write(chunk)
    draft.replace(options.out)
    print(
        _("%(out)s: %(n)s entries, %(fields)s sealed fields shown, checkpoint of %(size)s")
        % {"out": options.out, "n": made.n_entries, "fields": made.n_fields, "size": made.size}
    )
    return 0


def run_erasures(options: argparse.Namespace) -> int:
    """No key stands that the copy says was erased. Raises Invalid."""
    n = repairing.erasures_replay(options.actor, folder=options.folder)
    said = _("%(n)s erasures stand in the copy; none of their keys is here any more.")
    print(said % {"n": n})
    return 0


def run_continue(options: argparse.Namespace) -> int:
    """The log goes on under a new origin, which the witnesses have to trust. Raises Conflict."""
    origin = repairing.log_continue(options.actor, resolution=options.resolution)
    print(_("The log goes on as %(origin)s. Give this key to the witnesses:") % {"origin": origin})
    print(log_vkey())
    return 0
