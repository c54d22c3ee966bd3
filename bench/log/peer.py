"""The peer, aics-tlog, in its own environment: `peer.py append FOLDER BATCH N | proofs N`.

append: entries of 930 bytes into tile files, each file and folder forced to the disk, and a signed
checkpoint after each batch. proofs: of random entries, its whole tree in memory. One JSON object.
"""

import json
import random
import sys
import time

import aics_tlog
from aics_tlog.checkpoint import Checkpoint, sign_checkpoint
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "bench.example"
N_PROOFS = 5000


def append(folder: str, batch: int, n: int) -> dict[str, float]:
    rng, key = random.Random(n), Ed25519PrivateKey.generate()
    entries = [rng.randbytes(930) for _ in range(n)]
    store = aics_tlog.DirectoryTileStore(folder)
    writer = aics_tlog.IncrementalTileWriter(store)
    began, spent = time.perf_counter(), time.process_time()
    for at in range(0, n, batch):
        done = writer.append(entries[at : at + batch])
        head = Checkpoint(ORIGIN, done.size, done.root)
        store.write_checkpoint(sign_checkpoint(head, key, ORIGIN).to_bytes())
    return {"n": n, "wall": time.perf_counter() - began, "cpu": time.process_time() - spent}


def proofs(size: int) -> dict[str, float]:
    rng = random.Random(size)
    tree = aics_tlog.MerkleTree(n.to_bytes(8, "big") for n in range(size))
    tree.inclusion_proof(0)
    began, spent = time.perf_counter(), time.process_time()
    for _ in range(N_PROOFS):
        tree.inclusion_proof(rng.randrange(size))
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    return {"n": N_PROOFS, "wall": wall, "cpu": cpu}


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "append":
        print(json.dumps(append(words[0], int(words[1]), int(words[2]))))
    else:
        print(json.dumps(proofs(int(words[0]))))
