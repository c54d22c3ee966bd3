"""The commands, as a department's person types them, in both languages."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from niangjia.lib.tlog import checkpoint, note
from niangjia.lib.tlog.keys import ED25519, Signer, parse_vkey, vkey
from niangjia.witness import arguments, chinese, daily_commands, identity
from niangjia.witness.cli import COMMANDS, main
from niangjia.witness.cosigner import Witness
from niangjia.witness.state import State
from niangjia.witness.tests.city import LOG, ORIGIN, Log
from niangjia.witness.tests.conftest import new_folder

ROOM = Path(chinese.__file__).parent
TEN = Log(10)
VKEY = vkey(LOG.key)
NEXT = Signer(ORIGIN, ED25519, bytes(31) + b"\x02")


@pytest.fixture(autouse=True)
def _language(monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def run(capfdbinary):
    """run(words...) -> (exit code, stdout, stderr)"""

    def call(*words):
        try:
            code = main([str(one) for one in words])
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return call


@pytest.fixture
def request_file(tmp_path):
    def make(body):
        path = tmp_path / "request"
        path.write_bytes(body)
        return path

    return make


def tree_of(folder):
    opened = State(folder, identity.read(folder))
    try:
        return opened.known().trees.get(ORIGIN)
    finally:
        opened.close()


def test_keygen_makes_both_keys_and_prints_them_with_their_hashes(run, tmp_path):
    code, out, _err = run("keygen", "--dir", tmp_path / "w", "--name", "w.example.cn/a")
    assert code == 0
    found = [parse_vkey(line) for line in out.split("\n") if line.startswith("w.example.cn/a+")]
    assert [(one.name, one.kind) for one in found] == [("w.example.cn/a", 4), ("w.example.cn/a", 6)]
    assert [f"SHA-256: {identity.fingerprint(vkey(one))}" in out for one in found] == [True, True]
    assert (tmp_path / "w/key").stat().st_mode & 0o777 == 0o600


def test_keygen_refuses_a_folder_that_holds_anything(run, tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w/note.txt").write_text("mine")
    code, out, err = run("keygen", "--dir", tmp_path / "w", "--name", "w.example.cn")
    assert (code, out) == (2, "") and "not empty" in err
    assert [path.name for path in (tmp_path / "w").iterdir()] == ["note.txt"]


@pytest.mark.parametrize("name", ["a b", "a+b", "", "见" * 86])
def test_keygen_refuses_a_name_that_no_key_may_have(run, tmp_path, name):
    assert run("keygen", "--dir", tmp_path / "w", "--name", name)[0] == 2
    assert not (tmp_path / "w").exists()


def test_trust_from_a_checkpoint_begins_there(run, tmp_path, request_file):
    folder = new_folder(tmp_path / "w", trusted=())
    start = tmp_path / "start"
    start.write_text(str(TEN.note(4)), "utf-8")
    assert run("trust", "--dir", folder, "--log", VKEY, "--from", start)[0] == 0
    assert tree_of(folder) == type(tree_of(folder))(4, TEN.head(4).root)
    code, out, err = run("cosign", "--dir", folder, request_file(TEN.request(0, 7)))
    assert (code, out) == (3, "") and "size 4" in err
    fork = request_file(TEN.fork(3, 7).request(4, 10))
    assert run("cosign", "--dir", folder, fork)[0] == 3
    assert run("cosign", "--dir", folder, request_file(TEN.request(4, 7)))[0] == 0


def test_a_starting_point_must_be_signed_by_the_log_and_come_first(run, tmp_path):
    folder = new_folder(tmp_path / "w", trusted=())
    start = tmp_path / "start"
    start.write_text(str(TEN.note(4, [NEXT])), "utf-8")
    assert run("trust", "--dir", folder, "--log", VKEY, "--from", start)[0] == 2
    assert run("trust", "--dir", folder, "--log", VKEY, "--from", tmp_path / "no")[0] == 2
    assert tree_of(folder) is None
    start.write_text(str(TEN.note(4)), "utf-8")
    assert run("trust", "--dir", folder, "--log", VKEY, "--from", start)[0] == 0
    start.write_text(str(TEN.note(5)), "utf-8")
    assert run("trust", "--dir", folder, "--log", VKEY, "--from", start)[0] == 1
    assert tree_of(folder).size == 4


def test_a_second_key_of_a_log_is_added_only_when_asked(run, folder, request_file):
    assert run("trust", "--dir", folder, "--log", vkey(NEXT.key))[0] == 1
    signed = request_file(TEN.request(0, 7, note=TEN.note(7, [NEXT])))
    assert run("cosign", "--dir", folder, signed)[0] == 3
    assert run("trust", "--dir", folder, "--log", vkey(NEXT.key), "--add")[0] == 0
    assert run("cosign", "--dir", folder, signed)[0] == 0


def test_untrust_takes_a_key_and_never_the_state(run, folder, request_file):
    assert run("cosign", "--dir", folder, request_file(TEN.request(0, 7)))[0] == 0
    mark = LOG.key.key_id.hex()
    assert run("untrust", "--dir", folder, "--key", "00000000")[0] == 1
    assert run("untrust", "--dir", folder, "--key", mark)[0] == 0
    code, _out, err = run("cosign", "--dir", folder, request_file(TEN.request(7, 10)))
    assert code == 3 and "404" in err
    assert run("trust", "--dir", folder, "--log", VKEY)[0] == 0
    assert run("cosign", "--dir", folder, request_file(TEN.request(0, 7)))[0] == 3
    assert run("cosign", "--dir", folder, request_file(TEN.request(7, 10)))[0] == 0


def test_only_the_key_of_a_log_is_trusted(run, folder):
    witness = Signer("w.example", 4, bytes(32))
    for word in ("nonsense", vkey(witness.key)):
        assert run("trust", "--dir", folder, "--log", word)[0] == 2
    long = Signer("a" * 256, ED25519, bytes(32))
    assert run("trust", "--dir", folder, "--log", vkey(long.key))[0] == 2
    assert run("trust", "--dir", folder, "--log", VKEY, "--url", "ftp://log")[0] == 2


def test_cosign_writes_lines_that_hold(run, folder, tmp_path, request_file):
    code, out, err = run("cosign", "--dir", folder, request_file(TEN.request(0, 7)))
    assert (code, err) == (0, "")
    keys = [one.key for one in identity.read(folder).signers]
    signed = note.with_lines(TEN.note(7), note.parse_lines(out.encode()))
    assert len(note.verified(signed, keys)) == 2
    path = tmp_path / "lines"
    code, out, _err = run(
        "cosign", "--dir", folder, request_file(TEN.request(7, 10)), "--out", path
    )
    assert code == 0 and "carry" in out
    signed = note.with_lines(TEN.note(10), note.parse_lines(path.read_bytes()))
    assert checkpoint.of_note(signed).size == 10
    assert len(note.verified(signed, keys)) == 2


def test_cosign_of_a_file_that_cannot_be_read_is_2(run, folder, tmp_path):
    assert run("cosign", "--dir", folder, tmp_path / "none")[0] == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"x", ["(400)", "ask for it again"]),
        (b"x" * 300_000, ["(400)"]),
        (TEN.request(0, 10), ["(409)", "from size 7"]),
        (TEN.fork(5, 5).request(7, 10), ["(422)", "Sign nothing"]),
        (Log(3, signer=Signer("other", 1, bytes(32))).request(0), ["(404)", "use trust"]),
        (TEN.request(7, 10, note=TEN.note(10, [NEXT])), ["(403)", "published"]),
    ],
)
def test_cosign_refused_says_what_to_do(run, folder, request_file, body, words):
    run("cosign", "--dir", folder, request_file(TEN.request(0, 7)))
    code, out, err = run("cosign", "--dir", folder, request_file(body))
    assert (code, out) == (3, "")
    assert all(word in err for word in words), err
    assert tree_of(folder).size == 7


def test_while_a_witness_runs_its_folder_is_not_changed_but_shown(run, folder, request_file, clock):
    running = Witness(folder, clock)
    running.add_checkpoint(TEN.request(0, 7))
    for words in (
        ("trust", "--log", VKEY),
        ("untrust", "--key", "00000000"),
        ("cosign", request_file(TEN.request(7, 10))),
        ("serve",),
    ):
        code, out, err = run(*words[:1], "--dir", folder, *words[1:])
        assert (code, out) == (2, "") and "running" in err
    code, out, _err = run("status", "--dir", folder, "--json")
    assert (code, json.loads(out)["logs"][ORIGIN]["size"]) == (0, 7)
    running.close()


def test_status_shows_and_warns(run, folder, clock, request_file):
    code, out, _err = run("status", "--dir", folder)
    assert code == 0 and "never" in out and "24 hours" in out
    run("cosign", "--dir", folder, request_file(TEN.request(0, 7)))
    run("cosign", "--dir", folder, request_file(TEN.fork(5, 2).request(7, 7)))
    code, out, _err = run("status", "--dir", folder)
    assert code == 0 and "24 hours" not in out
    assert "size 7" in out and "1 with 422" in out and "evidence kept: 1" in out


def test_evidence_is_taken_out_as_it_was_received(run, folder, tmp_path, request_file):
    run("cosign", "--dir", folder, request_file(TEN.request(0, 7)))
    fork = TEN.fork(5, 2).request(7, 7)
    run("cosign", "--dir", folder, request_file(fork))
    out = tmp_path / "out"
    code, text, _err = run("evidence", "--dir", folder, "--out", out)
    assert (code, text) == (0, f"Evidence written: 1, in {out}\n")
    assert (out / "0001-request").read_bytes() == fork
    before = note.parse((out / "0001-cosigned-before").read_bytes())
    assert before.text == TEN.head(7).text
    assert json.loads((out / "0001-about.json").read_text())["status"] == 422
    names = sorted(path.name for path in out.iterdir())
    assert run("evidence", "--dir", folder, "--out", out)[0] == 2
    assert sorted(path.name for path in out.iterdir()) == names


def test_a_lost_state_ends_all_commands_with_one_sentence(run, folder, request_file):
    (folder / "state.db").unlink()
    for words in (("cosign", request_file(TEN.request(0, 7))), ("serve",), ("status",)):
        code, out, err = run(words[0], "--dir", folder, *words[1:])
        assert (code, out) == (4, "")
        assert "missing: this key must not be used again; make a new key, and have" in err


def literals():
    """Every sentence that the room says or refuses with."""
    for path in sorted(ROOM.rglob("*.py")):
        for one in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(one, "func", None), "id", "")
            if name not in ("say", "Unusable", "BadIdentity", "BadNote", "Decision", "refuse"):
                continue
            first = 1 if name in ("Decision", "refuse") else 0
            words = (word.value for word in one.args[first:][:1] if isinstance(word, ast.Constant))
            yield from (word for word in words if word)
    yield from daily_commands.ADVICE.values()
    yield from arguments._COMPLAINTS
    yield from (text for text, _fill in arguments._COMMANDS.values())


def test_every_sentence_has_its_chinese_with_the_same_values():
    found = set(literals())
    assert len(found) > 90
    assert sorted(found - set(chinese.TABLE)) == []
    for english, text in chinese.TABLE.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", text)), english


def test_chinese_has_no_blanks_around_numbers_and_no_english_punctuation():
    for text in chinese.TABLE.values():
        plain = re.sub(r"{\w+}", "1", text)
        assert not re.search(r"[\u4e00-\u9fff] [0-9A-Za-z]|[0-9A-Za-z] [\u4e00-\u9fff]", plain), (
            text
        )
        assert not re.search(r"[\u4e00-\u9fff][,.:;!?]", plain), text


ENGLISH = re.compile(r"(?<!-)\b(the|error|usage|options|argument|required|invalid|help|is|not)\b")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-h",),
        ("nonsense",),
        ("keygen", "--dir"),
        ("serve", "--dir", "x", "--port", "x"),
        ("mirror", "--every", "0"),
        ("cosign", "--dir", "/nonexistent", "/nonexistent"),
        ("status", "--dir", "/nonexistent"),
        ("trust", "--dir", "/nonexistent", "--log", "x"),
        ("keygen", "--dir", "/dev/null/x", "--name", "x"),
        ("mirror", "--log", "/nonexistent", "--vkey", VKEY, "--out", "OUT"),
        ("mirror", "--log", "http://127.0.0.1:9", "--vkey", VKEY, "--out", "OUT"),
        *((name, "-h") for name in COMMANDS),
    ],
)
def test_where_people_read_chinese_no_english_is_said(run, monkeypatch, tmp_path, words):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    words = [str(tmp_path / "out") if one == "OUT" else one for one in words]
    _code, out, err = run(*words)
    assert re.search(r"[\u4e00-\u9fff]", out + err)
    assert not ENGLISH.search(out + err), out + err


def test_the_program_needs_no_django(tmp_path):
    code = (
        "import sys; from niangjia.witness.cli import main; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('django', 'ninja', 'stdnum')))"
    )
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert (found.returncode, found.stdout) == (0, "[]\n"), found.stderr
