"""Other notes, keys, policies, proofs, evidence and checkpoints kept."""

import base64
import re
from hashlib import sha256, sha512

from niangjia.lib.tlog import keys, note
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.witness import verify
from tests.verify.world import ORIGIN

KINDS = {}
P, L = verify.P, verify.L


def kind(code):
    def keep(mutate):
        KINDS["signed: " + mutate.__name__.replace("_", " ")] = (code, mutate)
        return mutate

    return keep


def note_of(draft):
    return note.parse(draft.members["checkpoint"])


def _line(draft, edit, which=2):
    """Another signature in a line: 0 is the log's, then the witnesses'."""
    found = note_of(draft)
    lines = list(found.signatures)
    old = lines[which]
    lines[which] = note.Signature(old.name, old.key_id, edit(old.data))
    draft.replace_checkpoint(str(note.Note(found.text, tuple(lines))))


def _s_plus_l(data):
    s = int.from_bytes(data[-32:], "little") + L
    return data[:-32] + s.to_bytes(32, "little")


def encode_point(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def times(n, point):
    found = (0, 1, 1, 0)
    for bit in bin(n)[2:]:
        found = verify.add(found, found)
        found = verify.add(found, point) if bit == "1" else found
    return found


TORSION = verify.decode_point(keys._SMALL_Y_8)  # of order 8


def scalar(private):
    data = bytearray(sha512(private).digest()[:32])
    data[0] &= 248
    data[31] = data[31] & 127 | 64
    return int.from_bytes(data, "little")


def forged(private, public, message, torsion, r=1234567):
    """A signature whose R has a part of small order: only a check with cofactor takes it."""
    big_r = encode_point(verify.add(times(r, verify._base()), torsion))
    k = int.from_bytes(sha512(big_r + public + message).digest(), "little") % L
    return big_r + ((r + k * scalar(private)) % L).to_bytes(32, "little"), k


@kind("log_signature")
def log_signature_with_large_s(draft, _rng):
    _line(draft, _s_plus_l, 0)


@kind("cosignature")
def cosignature_with_large_s(draft, rng):
    _line(draft, _s_plus_l, rng.randrange(1, 9))


@kind("log_signature")
def log_signature_with_torsion(draft, rng):
    log = draft.world.log
    text = note_of(draft).text.encode()
    torsion = times(rng.randrange(1, 8), TORSION)
    _line(draft, lambda _old: forged(log.seed, log.key.public, text, torsion)[0], 0)


@kind("cosignature")
def cosignature_with_torsion(draft, rng):
    signer = draft.world.witnesses["dept-2"]
    torsion = times(rng.randrange(1, 8), TORSION)

    def edit(old):
        text = keys.cosigned_text(note_of(draft).text, int.from_bytes(old[:8], "big"))
        return old[:8] + forged(signer.seed, signer.key.public, text, torsion)[0]

    _line(draft, edit)


@kind("cosignature")
def cosignature_with_another_time(draft, rng):
    _line(draft, lambda old: rng.randbytes(8) + old[8:])


@kind("cosignature")
def cosignature_beyond_all_time(draft, rng):
    signer = draft.world.witnesses["dept-2"]
    at = rng.choice([2**53, 2**62])
    _line(draft, lambda _old: signer.sign(note_of(draft).text, at).data)


@kind("cosignature")
def cosignature_of_another_length(draft, rng):
    _line(draft, lambda old: rng.choice([old[:-1], old + b"\0", old[:8], old[8:], b"\0"]))


@kind("cosignature")
def bit_in_a_signature(draft, rng):
    def edit(old):
        data = bytearray(old)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        return bytes(data)

    _line(draft, edit, rng.randrange(1, 9))


@kind("cosignature")
def departments_sign_for_each_other(draft, _rng):
    data = note_of(draft).signatures[3].data
    _line(draft, lambda _old: data)


@kind("cosignature")
def bad_line_before_the_good_one(draft, rng):
    found = note_of(draft)
    one = found.signatures[rng.randrange(1, 9)]
    bad = note.Signature(one.name, one.key_id, rng.randbytes(72))
    draft.replace_checkpoint(str(note.Note(found.text, (bad, *found.signatures))))


@kind("")
def bad_line_after_the_good_one(draft, rng):
    found = note_of(draft)
    one = found.signatures[rng.randrange(1, 9)]
    bad = note.Signature(one.name, one.key_id, rng.randbytes(72))
    draft.replace_checkpoint(str(note.Note(found.text, (*found.signatures, bad))))


@kind("")
def lines_of_strangers(draft, rng):
    found = note_of(draft)
    signer = keys.Signer("stranger", keys.COSIGNATURE, rng.randbytes(32))
    one = found.signatures[1]
    lines = [signer.sign(found.text, 1), note.Signature(one.name, b"abcd", one.data)]
    lines = [*lines, *found.signatures]
    rng.shuffle(lines)
    draft.replace_checkpoint(str(note.Note(found.text, tuple(lines))))


@kind("checkpoint")
def too_many_lines(draft, rng):
    found = note_of(draft)
    lines = found.signatures + (note.Signature("x", b"abcd", b"x"),) * 56
    draft.replace_checkpoint(str(note.Note(found.text, lines)))


@kind("quorum")
def too_few_lines(draft, rng):
    found = note_of(draft)
    kept = rng.sample(found.signatures[1:], rng.randrange(5))
    draft.replace_checkpoint(str(note.Note(found.text, (found.signatures[0], *kept))))


@kind("log_signature")
def without_the_log(draft, _rng):
    found = note_of(draft)
    draft.replace_checkpoint(str(note.Note(found.text, found.signatures[1:])))


@kind("log_signature")
def checkpoint_of_a_stranger(draft, rng):
    log = keys.Signer(ORIGIN, keys.ED25519, rng.randbytes(32))
    head = Checkpoint(ORIGIN, 21, rng.randbytes(32))
    names = [f"dept-{n}.example/w" for n in range(1, 9)]
    strangers = [keys.Signer(name, keys.COSIGNATURE, rng.randbytes(32)) for name in names]
    lines = [log.sign(head.text), *(one.sign(head.text, 1584410000) for one in strangers)]
    draft.replace_checkpoint(str(note.Note(head.text, tuple(lines))))
    draft.manifest["root"] = head.root.hex()


@kind("log_signature")
def checkpoint_of_another_root_with_the_old_lines(draft, rng):
    found = note_of(draft)
    head = Checkpoint(ORIGIN, 21, rng.randbytes(32))
    draft.replace_checkpoint(str(note.Note(head.text, found.signatures)))
    draft.manifest["root"] = head.root.hex()


@kind("checkpoint")
def checkpoint_of_another_form(draft, rng):
    text = str(note_of(draft))
    root = base64.b64encode(note_of(draft).text.encode()[-34:-2]).decode()
    tricks = [
        text.replace("\n", "\r\n"),
        text.replace("\n21\n", "\n021\n"),
        text.replace("\n21\n", "\n+21\n"),
        text.replace("\n21\n", "\n21 \n"),
        text.replace("\n21\n", "\n9223372036854775808\n"),
        text.replace("\n21\n", "\n0\n"),
        text.replace("\n\n", "\nextension\n\n", 1),
        text.replace("\n\n", "\n\n\n", 1),
        text.replace("=\n\n", "\n\n", 1),
        text.replace("=\n\n", "==\n\n", 1),
        text.replace("\n\n", "\n" + root + "\n\n", 1),
        text.replace("\n\n", "\n", 1),
        text.replace(ORIGIN, "", 1),
        text.replace(ORIGIN, "a\tb", 1),
        text[:-1],
        text + "\n",
        text + "x\n",
        text + "\u2014 name AAAA\n",
        text + "\u2014 name AAAAAA=\n",
        text + "\u2014 na+me AAAAAAAA\n",
        text + "\u2014 na\u3000me AAAAAAAA\n",
        text + "\u2014 na\u0085me AAAAAAAA\n",
        text + "\u2014  AAAAAAAA\n",
        text + "- name AAAAAAAA\n",
        text + "\u2014 name AAAAAAB=\n",
        text + "\u2014 name AAAAAA__\n",
        text + "\u2014 name AAAA AAAA\n",
        "\ufeff" + text + "\n",
        "",
        "x" * 1_000_001,
    ]
    draft.replace_checkpoint(rng.choice(tricks))


@kind("checkpoint")
def checkpoint_that_is_not_utf8(draft, rng):
    bad = rng.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80"])
    draft.replace_checkpoint(note_of(draft).text.encode() + bad + b"\n")


def _y(value, sign=0):
    return (value | sign << 255).to_bytes(32, "little")


SMALL_ORDER = [encode_point(times(n, TORSION)) for n in range(8)]
NOT_CANONICAL = [_y(P), _y(P + 1), _y(P + 3), _y(2**255 - 1), _y(P + 1, 1), _y(1, 1), _y(P - 1, 1)]
NOT_ON_CURVE = [_y(2), _y(7), _y(8, 1)]


@kind("policy")
def key_that_anyone_can_use(draft, rng):
    public = rng.choice(SMALL_ORDER + NOT_CANONICAL + NOT_ON_CURVE)
    named = rng.choice([("log", ORIGIN, b"\1"), ("witness dept-9", "w", b"\4")])
    word, name, kind_byte = named
    key_id = sha256(name.encode() + b"\n" + kind_byte + public).hexdigest()[:8]
    encoded = base64.b64encode(kind_byte + public).decode()
    draft.replace_policy(f"{word} {name}+{key_id}+{encoded}\n" + draft.world.policy)


@kind("policy")
def policy_of_another_form(draft, rng):
    text = draft.world.policy
    first = text.split("\n")[2]
    group = next(line for line in text.split("\n") if line.startswith("group"))
    rest = text.replace("quorum departments\n", "")
    tricks = [
        text.replace("\n", "\r\n"),
        text[:-1],
        text + "x\n",
        text + "quorum none\n",
        text + first + "\n",
        text + first.replace("dept-1", "dept-9", 1) + "\n",
        text + "group twice 1 dept-1\n",
        rest,
        rest + "quorum nobody\n",
        rest + "quorum\n",
        rest + "quorum departments dept-1\n",
        text.replace("group departments 5", "group departments 0"),
        text.replace("group departments 5", "group departments 05"),
        text.replace("group departments 5", "group departments 9"),
        text.replace("group departments 5", "group departments " + "5" * 5000),
        text.replace("group departments 5", "group departments \u0665"),
        text.replace("group departments 5", "group departments 5 dept-1"),
        text.replace("group departments 5", "group departments 5 departments"),
        text.replace("group departments 5", "group none 5"),
        text.replace(group, "group departments 1"),
        text.replace("witness\tdept-1 ", "witness\tnone "),
        text.replace("witness\tdept-1 ", "witness\tdept-2 "),
        text.replace("witness\tdept-1 ", "log "),
        text.replace("log ", "witness log ", 1),
        text.replace("log ", "Log ", 1),
        text.replace("log ", "log a b ", 1),
        text.replace("+", " + ", 1),
        text.replace("=", "", 1),
        text.replace("#", "\ufeff#"),
        text + "\x7f\n",
        text + "\v\n",
        text + "\n" * 1000,
        "",
    ]
    draft.replace_policy(rng.choice(tricks))


@kind("policy_differs")
def policy_of_the_packs_own(draft, rng):
    text = draft.world.policy
    other = rng.choice([text + "\n", text.replace("ments 5", "ments 1"), "# x\n" + text])
    draft.replace_policy(other)
    hashed = sha256(text.encode()).hexdigest()
    choices = [{"policy": text.encode()}, {"policy": None, "policy_sha256": hashed}]
    draft.given |= rng.choice(choices)


@kind("policy_differs")
def hash_of_another_policy(draft, rng):
    text = draft.world.policy
    wrong = ["", "0" * 64, sha256(text.encode()).hexdigest().upper()]
    draft.given["policy_sha256"] = rng.choice(wrong)


@kind("policy_entry")
def policy_that_the_log_does_not_name(draft, _rng):
    draft.replace_policy(draft.world.policy + "# more\n")


@kind("proof")
def proof_of_another_form(draft, rng):
    def edit(data):
        head, rest = data.split(b"\n\n", 1)
        lines = head.split(b"\n")
        tricks = [
            lambda: lines.__setitem__(0, b"c2sp.org/tlog-proof@v2"),
            lambda: lines.__setitem__(1, b"index 07"),
            lambda: lines.__setitem__(1, b"index 8"),
            lambda: lines.__setitem__(1, b"index 9223372036854775808"),
            lambda: lines.insert(1, b"extra AAAA"),
            lines.pop,
            lambda: lines.append(lines[-1]),
            lines.reverse,
            lambda: lines.__setitem__(2, lines[2].rstrip(b"=")),
            lambda: lines.__setitem__(2, base64.b64encode(b"x" * 31)),
            lambda: lines.__setitem__(2, lines[2] + b"\r"),
            lambda: lines.__setitem__(3, lines[2]),
            lambda: lines.extend([lines[2]] * 70),
            lambda: lines.__setitem__(0, b"\xff"),
            lines.clear,
        ]
        rng.choice(tricks)()
        return b"\n".join(lines) + b"\n\n" + rest

    draft.change("proofs/7.tlog-proof", edit)


@kind("proof")
def proofs_swapped(draft, _rng):
    seven, twenty = draft.members["proofs/7.tlog-proof"], draft.members["proofs/20.tlog-proof"]
    draft.change("proofs/7.tlog-proof", lambda _data: twenty)
    draft.change("proofs/20.tlog-proof", lambda _data: seven)


@kind("proof_checkpoint")
def proof_with_another_note(draft, rng):
    def edit(data):
        return rng.choice([data + b"x\n", data[:-1], data.replace(b"dept-1.", b"dept-x."), b""])

    draft.change("proofs/7.tlog-proof", edit)


@kind("missing")
def member_removed(draft, rng):
    names = [name for name in draft.members if re.match("[epdRrt]", name) and name != "policy"]
    del draft.members[rng.choice(names)]


@kind(None)
def first_member_removed(draft, rng):
    del draft.members[rng.choice(["policy", "checkpoint"])]


UNKNOWN = (
    "x policy.index readme.md entries/7.txt entries/07.json entries/12.json proofs/12.tlog-proof "
    "disclosures/12.json evidence/x evidence/0.pdf __macosx/x entries/7.json/x"
)


@kind("unknown_member")
def member_added(draft, rng):
    draft.members[rng.choice(UNKNOWN.split())] = b"x"
    draft.relist()


@kind("unlisted")
def member_added_unlisted(draft, rng):
    draft.members[rng.choice(["evidence/" + "0" * 64, "x", "disclosures/3.json"])] = b"x"


@kind("evidence_hash")
def evidence_changed(draft, _rng):
    name = next(name for name in draft.members if name.startswith("evidence/"))
    draft.change(name, lambda data: data + b"x")


@kind("timestamp")
def time_stamp_of_something_else(draft, rng):
    draft.change("timestamp.tsr", lambda data: rng.choice([b"", data[:-2], data[8:]]))
