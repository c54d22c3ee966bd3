"""What the pack's reader kept from before: other checkpoints, proofs and files than fit the pack.

The kinds stand among those of `signed_mutations`.
"""

import base64
import re

from niangjia.lib.tlog.checkpoint import Checkpoint
from tests.verify.signed_mutations import KINDS, kind
from tests.verify.world import ORIGIN

__all__ = ["KINDS"]


@kind("known_differs")
def known_checkpoint_of_a_split_view(draft, rng):
    head = Checkpoint(ORIGIN, 21, rng.randbytes(32))
    draft.given["known"] = str(draft.world.cosign(head)).encode()


@kind("known_differs")
def known_proof_to_a_split_view(draft, rng):
    known, older = draft.world.known(13, 21)
    root = base64.b64encode(rng.randbytes(32))
    known = re.sub(rb"\n21\n[^\n]+", lambda _m: b"\n21\n" + root, known)
    draft.given |= {"known": known, "older": older}


@kind("known_origin")
def known_checkpoint_of_another_log(draft, rng):
    head = Checkpoint("other.example/log", 21, draft.world.head().root)
    other = str(draft.world.cosign(head)).encode()
    known, _older = draft.world.known(13, 21)
    draft.given |= rng.choice([{"known": other}, {"known": known, "older": other}])


@kind("known_needs_proof")
def known_checkpoint_of_another_size(draft, rng):
    world = draft.world
    known, older = world.known(13, 21)
    same = str(world.cosign(world.head())).encode()
    choices = [
        {"known": older},
        {"known": known},
        {"known": known, "older": same},
        {"known": world.known(7, 13)[0], "older": world.known(7, 13)[1]},
    ]
    draft.given |= rng.choice(choices)


@kind("known_proof")
def known_proof_that_does_not_hold(draft, rng):
    known, older = draft.world.known(13, 21)
    head, rest = known.split(b"\n\n", 1)
    lines = head.split(b"\n")
    hashed = base64.b64encode(rng.randbytes(32))
    at = rng.randrange(1, len(lines))
    tricks = [
        lambda: lines.pop(at),
        lambda: lines.append(hashed),
        lambda: lines.__setitem__(at, hashed),
        lambda: lines.__setitem__(slice(1, None), []),
    ]
    rng.choice(tricks)()
    draft.given |= {"known": b"\n".join(lines) + b"\n\n" + rest, "older": older}


@kind("known_proof")
def known_newer_checkpoint_that_does_not_continue(draft, rng):
    known = draft.world.known(21, 21)[0].replace(
        b"\n\n", b"\n" + base64.b64encode(b"x" * 32) + b"\n\n", 1
    )
    head = Checkpoint(ORIGIN, 20, rng.randbytes(32))
    smaller = b"old 21\n\n" + str(draft.world.cosign(head)).encode()
    draft.given["known"] = rng.choice([known, smaller])


@kind("known_policy")
def known_checkpoint_that_too_few_cosigned(draft, rng):
    world = draft.world
    absent = rng.sample(world.names, 4)
    draft.given["known"] = b"old 21\n\n" + str(world.cosign(world.head(), absent=absent)).encode()


@kind("known_unreadable")
def known_file_of_another_form(draft, rng):
    known, older = draft.world.known(13, 21)
    tricks = [
        {"known": b""},
        {"known": b"x"},
        {"known": b"old "},
        {"known": known.replace(b"old 13", b"old 013"), "older": older},
        {"known": known.replace(b"old 13", b"old  13"), "older": older},
        {"known": known.replace(b"\n", b"\r\n"), "older": older},
        {"known": known.replace(b"=", b"", 1), "older": older},
        {"known": known.replace(b"\n\n", b"\n" + b"AA==\n" + b"\n", 1), "older": older},
        {"known": known, "older": known},
        {"known": known, "older": b""},
        {"known": None, "older": older},
        {"known": b"old 21\n" + b"\n" * 300_000},
    ]
    draft.given |= rng.choice(tricks)
