"""aics-tlog and tlog-scales over our export; run in their own environment: tiles.py FOLDER.

FOLDER/log: the export; FOLDER/trees.json: our roots and proofs. Prints one JSON object; with
`tiles.py sign` a checkpoint that aics-tlog signed and cosigned. Exit 1 with a reason on stderr.
"""

import json
import random
import sys
from pathlib import Path

import aics_tlog
from aics_tlog.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from aics_tlog.cosign import cosignature_vkey, sign_cosignature, verify_cosignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales.tlog import ConsistencyProof, InclusionProof


def keys_of(policy):
    """(the log's key, the witnesses' keys) that a C2SP policy names."""
    lines = [line.split() for line in policy.splitlines()]
    logs = [aics_tlog.parse_vkey(words[1]) for words in lines if words[:1] == ["log"]]
    witnesses = [aics_tlog.parse_vkey(words[2]) for words in lines if words[:1] == ["witness"]]
    return logs[0], witnesses


def check_signatures(folder):
    """The checkpoint as aics-tlog reads it; each cosignature checked for itself as well."""
    log, witnesses = keys_of((folder / "policy").read_text("utf-8"))
    note = aics_tlog.parse_note((folder / "checkpoint").read_bytes())
    result = verify_checkpoint(note, log, witnesses, 5, expected_origin=log.name)
    if not result.ok:
        raise ValueError(result.error)
    known = {(one.name, one.key_id): one for one in witnesses}
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        tree = (result.origin, result.size, result.root)
        if key and not verify_cosignature(line.signature, key.name, key.public_key, *tree):
            raise ValueError(f"{key.name} did not cosign")
    return result


def check_proofs(trees, leaf_at):
    """Our proofs, by two verifiers that share no code."""
    roots = {int(size): bytes.fromhex(root) for size, root in trees["roots"].items()}
    for index, size, hashes in trees["inclusion"]:
        proof, leaf = [bytes.fromhex(one) for one in hashes], leaf_at(index)
        InclusionProof(index, size, proof).check(leaf, roots[size])
        if not aics_tlog.verify_inclusion(leaf, index, size, proof, roots[size]):
            raise ValueError(f"inclusion of {index} in {size}")
    for old, new, hashes in trees["consistency"]:
        proof = [bytes.fromhex(one) for one in hashes]
        ConsistencyProof(old, new, proof).check(roots[old], roots[new])
        if not aics_tlog.verify_consistency(old, new, roots[old], roots[new], proof):
            raise ValueError(f"consistency of {old} and {new}")
    return len(trees["inclusion"]) + len(trees["consistency"])


def check(folder):
    found = check_signatures(folder / "log")
    reader = aics_tlog.FileSystemTileReader(folder / "log")
    report = aics_tlog.audit_tiles(reader, found.size, found.root)

    def leaf_at(index):
        return aics_tlog.leaf_hash(aics_tlog.read_entry(reader, index, found.size))

    n = check_proofs(json.loads((folder / "trees.json").read_text()), leaf_at)
    return {
        "size": found.size,
        "cosigned": found.cosignature_count,
        "tiles": report.tiles,
        "bundles": report.bundles,
        "proofs": n,
    }


def signed():
    """A checkpoint signed and cosigned by aics-tlog, with both vkeys."""
    log, witness = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    head = Checkpoint("log.example/theirs", 3, random.randbytes(32))
    note = sign_checkpoint(head, log, head.origin)
    _blob, line = sign_cosignature(
        witness, "w.example/theirs", 1_700_000_000, head.origin, head.size, head.root
    )
    whole = aics_tlog.Note(text=note.text, signatures=(*note.signatures, line))
    log_key = aics_tlog.vkey_from_ed25519(head.origin, log.public_key().public_bytes_raw())
    witness_key = cosignature_vkey("w.example/theirs", witness.public_key())
    vkeys = [aics_tlog.format_vkey(one) for one in (log_key, witness_key)]
    return {"note": whole.to_bytes().decode(), "vkeys": vkeys}


if __name__ == "__main__":
    try:
        print(json.dumps(signed() if sys.argv[1] == "sign" else check(Path(sys.argv[1]))))
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
