"""Notes, keys, checkpoints, cosignatures, proof files, policies, requests."""

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib.tlog import checkpoint, hashing, keys, note, policy, proof_file, proofs, request
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.keys import COSIGNATURE, ED25519, ML_DSA_44, Signer
from niangjia.lib.tlog.note import Note

LOG = Signer("city.example/log", ED25519, bytes(32))
LEAVES = [hashing.leaf_hash(str(i).encode()) for i in range(7)]
HEAD = Checkpoint("city.example/log", 7, hashing.root_of(LEAVES))
WITNESSES = [Signer(f"w{i}.example", COSIGNATURE, bytes([i]) * 32) for i in range(1, 9)]


def signed(head=HEAD, witnesses=(), at=1_600_000_000, signer=LOG):
    text = head.text
    lines = [signer.sign(text), *(one.sign(text, at + i) for i, one in enumerate(witnesses))]
    return Note(text, tuple(lines))


def eight():
    lines = [f"log {keys.vkey(LOG.key)}"]
    lines += [f"witness w{i} {keys.vkey(one.key)}" for i, one in enumerate(WITNESSES, 1)]
    lines += [f"group d{i} any w{i}" for i in range(1, 9)]
    lines += ["group five 5 " + " ".join(f"d{i}" for i in range(1, 9)), "quorum five"]
    return "\n".join(lines) + "\n"


def test_the_example_note_of_the_specification_is_read():
    text = (
        "example.com/behind-the-sofa\n20852163\n"
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    )
    found = note.parse(text.encode())
    assert str(found) == text
    assert checkpoint.of_note(found).size == 20852163
    assert found.signatures[0].key_id.hex() == "033de0ae"


@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE, ML_DSA_44])
def test_a_key_goes_through_its_word_and_its_signature_holds(kind):
    signer = Signer("who.example/a", kind, bytes(range(32)))
    assert keys.parse_vkey(keys.vkey(signer.key)) == signer.key
    assert keys.parse_signer(str(signer)) == signer
    line = signer.sign(HEAD.text, 1234)
    assert signer.key.verify(HEAD.text, line.data) == (None if kind == ED25519 else 1234)
    changed = bytes([line.data[0] ^ 1, *line.data[1:]])
    with pytest.raises(note.BadNote):
        signer.key.verify(HEAD.text, changed)
    other = Checkpoint(HEAD.origin, 7, bytes(32))
    with pytest.raises(note.BadNote):
        signer.key.verify(other.text, line.data)


SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("public", SMALL)
def test_a_key_that_anyone_can_sign_for_is_refused(public):
    data = bytes([ED25519]) + bytes.fromhex(public)
    name = "log.example"
    hashed = note.key_id(name, ED25519, data[1:]).hex()
    with pytest.raises(keys.BadKey):
        keys.parse_vkey(f"{name}+{hashed}+{base64.b64encode(data).decode()}")


def test_s_beyond_the_order_of_the_group_is_refused():
    order = 2**252 + 27742317777372353535851937790883648493
    line = LOG.sign(HEAD.text)
    s = int.from_bytes(line.data[32:], "little") + order
    forged = line.data[:32] + s.to_bytes(32, "little")
    with pytest.raises(note.BadNote):
        LOG.key.verify(HEAD.text, forged)


HOSTILE = {
    "crlf": lambda t: t.replace("\n", "\r\n"),
    "control": lambda t: t.replace("7", "7\x00", 1),
    "no gap": lambda t: t.replace("\n\n", "\n"),
    "no last newline": lambda t: t[:-1],
    "hyphen": lambda t: t.replace("—", "-"),
    "unpadded base64": lambda t: t.replace("=\n", "\n"),
    "leading zero": lambda t: t.replace("\n7\n", "\n07\n"),
    "plus": lambda t: t.replace("\n7\n", "\n+7\n"),
    "extension": lambda t: t.replace("\n\n", "\nmore\n\n"),
    "not canonical": lambda t: t.replace(
        "=\n", chr(ord(t[t.index("=\n") - 1]) + 1) + "=\n", 1
    ).replace("==", "=", 1),
    "fullwidth": lambda t: t.replace("\n7\n", "\n\uff17\n"),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_note_in_another_spelling_is_refused(how):
    good = str(signed())
    assert checkpoint.of_note(note.parse(good.encode())) == HEAD
    bad = HOSTILE[how](good)
    assert bad != good
    with pytest.raises(note.BadNote):
        checkpoint.of_note(note.parse(bad.encode()))


def test_lines_of_unknown_keys_are_passed_over_and_a_false_line_of_a_known_one_is_not():
    whole = note.with_lines(signed(), [WITNESSES[0].sign(HEAD.text, 5)])
    assert [one.at for one in note.verified(whole, [LOG.key])] == [None]
    with pytest.raises(note.Unsigned):
        note.verified(whole, [WITNESSES[3].key])
    false = WITNESSES[0].sign(Checkpoint(HEAD.origin, 6, bytes(32)).text, 5)
    with pytest.raises(note.BadNote):
        note.verified(note.with_lines(signed(), [false]), [LOG.key, WITNESSES[0].key])


def test_five_of_eight_departments():
    found = policy.parse(eight())
    assert found.top() == (5, tuple(f"d{i}" for i in range(1, 9)))
    with pytest.raises(policy.NoQuorum):
        found.check(signed(witnesses=WITNESSES[:4]))
    accepted = found.check(signed(witnesses=reversed(WITNESSES[2:])))
    assert accepted.checkpoint == HEAD
    assert accepted.witnessed_at == 1_600_000_004  # the fifth smallest
    with pytest.raises(note.BadNote):
        found.check(signed(witnesses=WITNESSES, signer=Signer(LOG.name, ED25519, b"x" * 32)))


def test_several_keys_of_a_department_are_one_vote():
    more = [Signer(f"w1.example/{i}", COSIGNATURE, bytes([i]) * 32) for i in range(20, 25)]
    extra = [f"witness m{i} {keys.vkey(one.key)}" for i, one in enumerate(more)]
    text = eight().replace("group d1 any w1", "\n".join([*extra, "group d1 any w1 m0 m1 m2 m3 m4"]))
    found = policy.parse(text)
    with pytest.raises(policy.NoQuorum):
        found.check(signed(witnesses=[*more, WITNESSES[0], *WITNESSES[1:4]]))
    found.check(signed(witnesses=[*more, *WITNESSES[1:5]]))


BAD_POLICIES = {
    "no quorum": lambda t: t.replace("quorum five\n", ""),
    "two quorums": lambda t: t + "quorum none\n",
    "unknown member": lambda t: t.replace("any w3", "any w9"),
    "twice a member": lambda t: t.replace("any w3", "any w2"),
    "same key twice": lambda t: t.replace(t.split("\n")[2], t.split("\n")[1].replace("w1 ", "w2 ")),
    "threshold": lambda t: t.replace("five 5", "five 9"),
    "zero": lambda t: t.replace("five 5", "five 0"),
    "endless number": lambda t: t.replace("five 5", "five " + "5" * 5000),
    "word": lambda t: t.replace("log ", "Log "),
    "carriage return": lambda t: t.replace("\n", "\r\n"),
    "no newline": lambda t: t[:-1],
    "log key as witness": lambda t: t.replace("witness w1 w", "witness w1 x"),
    "later group": lambda t: "group early any d1\n" + t,
    "none as a name": lambda t: t.replace("group d1", "group none"),
}


@pytest.mark.parametrize("how", BAD_POLICIES)
def test_a_policy_that_is_not_one_is_refused(how):
    bad = BAD_POLICIES[how](eight())
    assert bad != eight()
    with pytest.raises(policy.BadPolicy):
        policy.parse(bad)


def test_blanks_and_comments_do_not_matter_but_to_the_hash():
    loose = "# of the joint conference\n\n" + eight().replace("group ", "\tgroup   ")
    assert policy.parse(loose).groups == policy.parse(eight()).groups
    assert policy.parse(loose).sha256 != policy.parse(eight()).sha256


def test_groups_may_be_nested_as_deep_as_a_policy_is_long():
    lines = eight().replace("quorum five\n", "")
    names = ["five", *(f"g{i}" for i in range(970))]
    for below, name in itertools.pairwise(names):
        lines += f"group {name} all {below}\n"
    found = policy.parse(lines + f"quorum {names[-1]}\n")
    assert found.check(signed(witnesses=WITNESSES)).witnessed_at == 1_600_000_004
    assert [one.name for one in found.witnesses_of(names[-1])] == [f"w{i}" for i in range(1, 9)]


def test_policy_none_asks_for_the_log_alone():
    found = policy.parse(f"log {keys.vkey(LOG.key)}\nquorum none\n")
    assert found.check(signed()).witnessed_at is None
    assert found.top() == (0, ())


@pytest.mark.parametrize("extra", [None, b"", b"more"])
def test_a_proof_file_goes_through_its_bytes(extra):
    node = lambda level, n: hashing.root_of(LEAVES[n << level : (n + 1) << level])  # noqa: E731
    found = proof_file.ProofFile(3, tuple(proofs.inclusion(3, 7, node)), signed(), extra)
    again = proof_file.parse(str(found).encode())
    assert again == found
    assert again.check(LEAVES[3]) == HEAD
    with pytest.raises(proofs.BadProof):
        again.check(LEAVES[2])


def test_a_request_goes_through_its_bytes():
    found = request.AddCheckpoint(3, (bytes(32), b"x" * 32), signed())
    assert request.parse(bytes(found)) == found
    assert request.parse(bytes(request.AddCheckpoint(0, (), signed()))).proof == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.replace(b"old 3", b"old 03"),
        lambda b: b.replace(b"old 3", b"old -3"),
        lambda b: b.replace(b"old 3", b"old  3"),
        lambda b: b.replace(b"old 3", b"OLD 3"),
        lambda b: b.replace(b"\n", b"\r\n"),
        lambda b: b.replace(b"old 3\n", b"old 3\n" + b"A" * 43 + b"=\n" * 1 + b"short\n"),
        lambda b: b.replace(b"old 3\n", b"old 3\n" + (base64.b64encode(bytes(32)) + b"\n") * 64),
        lambda b: b.split(b"\n\n")[0],
        lambda b: b"",
        lambda b: b + b"x" * 300_000,
    ],
)
def test_a_request_that_is_not_one_is_refused(change):
    good = bytes(request.AddCheckpoint(3, (), signed()))
    with pytest.raises(request.BadRequest):
        request.parse(change(good))


@given(st.binary(max_size=200))
def test_random_bytes_are_no_note_request_proof_or_key(data):
    for read, kinds in (
        (note.parse, note.BadNote),
        (note.parse_lines, note.BadNote),
        (request.parse, request.BadRequest),
        (proof_file.parse, (note.BadNote, proofs.BadProof)),
        (lambda b: keys.parse_vkey(b.decode("latin-1")), keys.BadKey),
        (lambda b: keys.parse_signer(b.decode("latin-1")), keys.BadKey),
    ):
        with pytest.raises(kinds):
            read(data)
