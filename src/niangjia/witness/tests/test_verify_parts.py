"""The verifier's own arithmetic against the library, against `cryptography`, and its command."""

import ast
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.lib import canonical
from niangjia.lib.tlog import hashing, keys, proofs
from niangjia.witness import verify
from niangjia.witness.verify import Head

FILE = Path(verify.__file__)
SIZES = st.integers(1, 70)


def tree(size):
    leaves = [hashing.leaf_hash(b"%d" % n) for n in range(size)]

    def node(level, n):
        return hashing.root_of(leaves[n << level : (n + 1) << level])

    return leaves, node


def holds(check, *given):
    try:
        check(*given)
    except (verify.Bad, proofs.BadProof):
        return False
    return True


@given(SIZES, st.data())
def test_inclusion_is_judged_as_the_library_judges_it(size, data):
    leaves, node = tree(size)
    index = data.draw(st.integers(0, size - 1))
    path = proofs.inclusion(index, size, node)
    root = hashing.root_of(leaves)
    verify.check_included(leaves[index], index, size, path, root)
    other = (data.draw(st.integers(-1, 80)), data.draw(st.integers(0, 80)))
    tampered = data.draw(st.sampled_from([path, path[::-1], path[1:], [*path, root], path[:-1]]))
    facts = (leaves[index], *other, tampered, root)
    assert holds(verify.check_included, *facts) == holds(proofs.check_inclusion, *facts)


@given(SIZES, SIZES, st.data())
def test_consistency_is_judged_as_the_library_judges_it(one, two, data):
    old, new = sorted((one, two))
    leaves, node = tree(new)
    path = proofs.consistency(old, new, node)
    roots = hashing.root_of(leaves[:old]), hashing.root_of(leaves)
    verify.check_beginning(Head("", old, roots[0]), Head("", new, roots[1]), path)
    sizes = data.draw(st.sampled_from([(old, new), (old + 1, new), (old, new + 1), (0, new)]))
    roots = data.draw(st.sampled_from([roots, roots[::-1]]))
    tampered = data.draw(st.sampled_from([path, path[::-1], path[1:], [*path, roots[0]], []]))
    facts = Head("", sizes[0], roots[0]), Head("", sizes[1], roots[1]), tampered
    library = (sizes[0], roots[0], sizes[1], roots[1], tampered)
    assert holds(verify.check_beginning, *facts) == holds(proofs.check_consistency, *library)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_the_library_writes_is_canonical_here(value):
    data = canonical.encode(value)
    assert verify.dump(verify.parse_json(data)) == data


@settings(max_examples=300)
@given(st.text(max_size=30) | st.binary(max_size=30))
def test_what_is_canonical_here_the_library_reads_too(text):
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if holds(verify.parse_json, data):
        canonical.decode(data)


def library_verify(public, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_ed25519_agrees_with_the_library_on_what_was_tampered_with():
    rng, answers = random.Random(8032), []
    for number in range(300):
        private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        public, message = private.public_key().public_bytes_raw(), rng.randbytes(number % 90)
        signature = bytearray(private.sign(message))
        if number % 3:
            signature[rng.randrange(64)] ^= 1 << rng.randrange(8)
        if number % 7 == 0:
            s = int.from_bytes(signature[32:], "little") + verify.L
            signature[32:] = s.to_bytes(32, "little")
        answers.append(verify.plain_verify(public, message, bytes(signature)))
        assert answers[-1] == library_verify(public, message, bytes(signature))
    assert sum(answers) == len([n for n in range(300) if n % 3 == 0 and n % 7])


def encoded(point):
    inverse = pow(point[2], verify.P - 2, verify.P)
    x, y = point[0] * inverse % verify.P, point[1] * inverse % verify.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def times(n, point):
    found = (0, 1, 1, 0)
    for bit in f"{n:b}":
        found = verify.add(found, found)
        found = verify.add(found, point) if bit == "1" else found
    return found


def test_a_key_with_a_part_of_small_order_is_judged_as_by_the_library():
    torsion = verify.decode_point(keys._SMALL_Y_8)
    answers = []
    for number in range(1, 65):
        secret = 8 * number + 1
        public = encoded(verify.add(times(secret, verify._base()), torsion))
        verify.check_public(public)
        big_r = encoded(times(number, verify._base()))
        k = int.from_bytes(hashlib.sha512(big_r + public + b"m").digest(), "little") % verify.L
        signature = big_r + ((number + k * secret) % verify.L).to_bytes(32, "little")
        answers.append(verify.plain_verify(public, b"m", signature))
        assert answers[-1] == (k % 8 == 0) == library_verify(public, b"m", signature)
    assert 0 < sum(answers) < 64


def test_the_file_imports_nothing_of_the_platform():
    found = set()
    for node in ast.walk(ast.parse(FILE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(str(node.module).partition(".")[0])
    assert found - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.fixture
def pack(tmp_path):
    """A file that is no pack."""
    path = tmp_path / "pack.zip"
    path.write_bytes(b"no zip at all, but longer than twenty-two bytes")
    return path


def run(*words, language="C", alone=True):
    command = [sys.executable, *(["-I"] if alone else []), str(FILE), *map(str, words)]
    environment = {"LANG": language, "PATH": ""}
    return subprocess.run(command, capture_output=True, env=environment, timeout=60)


def test_a_file_that_is_no_pack_is_unreadable_and_answered_in_the_readers_language(pack):
    english, chinese = run(pack), run(pack, language="zh_CN.UTF-8")
    assert english.returncode == chinese.returncode == 2
    assert english.stdout.startswith(b"== UNREADABLE")
    assert chinese.stdout.decode().startswith("== 无法读取")
    assert json.loads(run(pack, "--json").stdout)["reasons"] == [["zip_end", ""]]


def test_an_empty_file_is_unreadable(pack):
    pack.write_bytes(b"")
    assert run(pack).returncode == 2


def test_a_wrong_call_is_not_mistaken_for_an_answer(pack):
    for words in (
        [],
        ["--unknown", pack],
        [pack.with_name("absent")],
        [pack, "--policy", "absent"],
    ):
        done = run(*words)
        assert done.returncode == 64 and done.stderr and not done.stdout


def test_nothing_in_a_pack_steers_the_terminal():
    assert (
        verify.plain("\x1b[2J张\u3000三\u202e\r\n") == "\\u001b[2J张\u3000三\\u202e\\u000d\\u000a"
    )
