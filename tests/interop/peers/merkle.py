"""pymerkle over our entries; run in its own environment: merkle.py FOLDER.

Its consistency proofs hold the same hashes in another order, with some more: they are made by it
and must lead from our old root to our new one, and to no other. Prints one JSON object.
"""

import json
import sys
from pathlib import Path

from aics_tlog import checkpoint
from aics_tlog.tiles import parse_entry_bundle
from pymerkle import InmemoryTree, InvalidProof, verify_consistency, verify_inclusion


def grown(folder):
    """Its tree over the entries of an export."""
    head, _note = checkpoint.checkpoint_from_note((folder / "checkpoint").read_bytes())
    tree, whole = InmemoryTree(algorithm="sha256"), head.size // 256
    bundles = [f"{n:03d}" for n in range(whole)] + [f"{whole:03d}.p/{head.size % 256}"]
    for bundle in bundles:
        entries = (folder / "tile" / "entries" / bundle).read_bytes()
        tree.append_entries(parse_entry_bundle(entries))
    return tree, head


def refuses(prior, later, proof):
    try:
        verify_consistency(prior, later, proof)
    except InvalidProof:
        return True
    return False


def main(folder):
    tree, head = grown(folder / "log")
    assert tree.get_state() == head.root, "another root than the checkpoint's"
    trees = json.loads((folder / "trees.json").read_text())
    roots = {int(size): bytes.fromhex(root) for size, root in trees["roots"].items()}
    for size, root in roots.items():
        assert tree.get_state(size) == root, f"another root at {size}"
    for index, size, hashes in trees["inclusion"]:
        proof = tree.prove_inclusion(index + 1, size)
        assert [one.hex() for one in proof.path[1:]] == hashes, f"inclusion of {index} in {size}"
        verify_inclusion(tree.get_leaf(index + 1), roots[size], proof)
    for old, new, _hashes in trees["consistency"]:
        proof = tree.prove_consistency(old, new)
        verify_consistency(roots[old], roots[new], proof)
        assert refuses(bytes(32), roots[new], proof) and refuses(roots[old], bytes(32), proof)
    n = len(trees["inclusion"]) + len(trees["consistency"])
    print(json.dumps({"size": head.size, "roots": len(roots), "proofs": n}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
